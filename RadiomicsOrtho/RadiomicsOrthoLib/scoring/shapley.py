"""Shapley values: what each input adds to one result, against people of reference.

The value of a set of inputs is the mean result when those inputs are the case's and all others those of a person of
reference, over all of these (the interventional value function of Lundberg and Lee, NeurIPS 2017; the shares are those
of Shapley 1953).  They add up to the result minus the mean result of the people of reference.  They say what the model
did, not what causes the outcome.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Row = Sequence[object]
Predict = Callable[[Row], float]


@dataclass(frozen=True)
class Shares:
    """``base`` is the mean result of reference; ``errors`` are standard errors, all 0 where every set was computed."""

    base: float
    values: tuple[float, ...]
    errors: tuple[float, ...]
    exact: bool
    evaluations: int


def shapley(predict: Predict, case: Row, background: Sequence[Row], budget: int, seed: int = 0) -> Shares:
    """The share of each entry of ``case``; exact if at most ``budget`` evaluations do, else sampled with ``seed``.

    ``ValueError`` without people of reference.
    """
    if not background:
        raise ValueError("Shapley values need people of reference")
    if 2 ** len(case) * len(background) <= budget:
        return _exact(predict, case, background)
    return _sampled(predict, case, background, budget, seed)


def _exact(predict: Predict, case: Row, background: Sequence[Row]) -> Shares:
    n = len(case)
    worth = [math.fsum(predict(_mixed(case, other, mask)) for other in background) / len(background)
             for mask in range(2**n)]
    weights = [math.factorial(size) * math.factorial(n - size - 1) / math.factorial(n) for size in range(n)]
    values = tuple(math.fsum(weights[mask.bit_count()] * (worth[mask | 1 << i] - worth[mask])
                             for mask in range(2**n) if not mask >> i & 1) for i in range(n))
    return Shares(worth[0], values, (0.0,) * n, True, 2**n * len(background))


def _sampled(predict: Predict, case: Row, background: Sequence[Row], budget: int, seed: int) -> Shares:
    """Orders of the inputs, each with its reverse, and each person of reference equally often.

    So the shares add up exactly, whatever the number of orders.
    """
    n, chance = len(case), random.Random(seed)
    rounds = max(2, budget // (2 * (n + 1) * len(background)))
    found: list[tuple[float, ...]] = []
    ends: list[float] = []
    for _ in range(rounds):
        for other in background:
            order = list(range(n))
            chance.shuffle(order)
            forward, start = _along(predict, case, other, order)
            backward, _ = _along(predict, case, other, order[::-1])
            found.append(tuple(0.5 * (a + b) for a, b in zip(forward, backward, strict=True)))
            ends.append(start)
    count = len(found)
    values = tuple(math.fsum(one[i] for one in found) / count for i in range(n))
    errors = tuple(math.sqrt(math.fsum((one[i] - values[i]) ** 2 for one in found) / (count - 1) / count)
                   for i in range(n))
    return Shares(math.fsum(ends) / count, values, errors, False, 2 * count * (n + 1))


def _along(predict: Predict, case: Row, other: Row, order: Sequence[int]) -> tuple[list[float], float]:
    """What each input adds when the inputs become those of the case one after the other, and where that began."""
    row = list(other)
    before = start = predict(row)
    added = [0.0] * len(order)
    for index in order:
        row[index] = case[index]
        after = predict(row)
        added[index], before = after - before, after
    return added, start


def _mixed(case: Row, other: Row, mask: int) -> list[object]:
    return [own if mask >> i & 1 else theirs for i, (own, theirs) in enumerate(zip(case, other, strict=True))]
