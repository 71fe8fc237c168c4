"""What if a value were another one: the result beside the card, which stays as it is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from ..errors import InputError
from ..models.bundle import ModelInput, OutputClass
from ..quality.finding import Finding
from .applicability import check_values
from .card import ScoreCard
from .nomogram import Nomogram, pretty

#: steps along an axis, so that a marker moves smoothly and numbers stay short
STEPS = 100


@dataclass(frozen=True)
class WhatIf:
    """``values`` are all inputs with the ``changes``; ``findings`` are those on the changed values."""

    changes: Mapping[str, float | str]
    values: Mapping[str, float | str]
    value: float
    linear_predictor: float
    output_class: OutputClass | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Adjustable:
    """An input that can be tried out: one of ``choices``, or a number from ``low`` to ``high`` by ``step``."""

    item: ModelInput
    choices: Mapping[str, str] | None = None
    low: float = 0.0
    high: float = 0.0
    step: float = 1.0

    @property
    def decimals(self) -> int:
        return max(0, -math.floor(math.log10(self.step) + 1e-9))

    @property
    def candidates(self) -> tuple[float | str, ...]:
        """Every value that a marker can take."""
        if self.choices is not None:
            return tuple(self.choices)
        first, last = math.ceil(self.low / self.step - 1e-9), math.floor(self.high / self.step + 1e-9)
        return tuple(round(number * self.step, self.decimals) for number in range(first, last + 1))


def adjustables(card: ScoreCard) -> tuple[Adjustable, ...]:
    """The inputs of this person's equation, in its order; a derived one (a Rad-score) is tried out as a whole."""
    by_name = {item.name: item for item in card.model.inputs}
    values = card.input_values
    terms = card.model.estimator.stratum(values).terms
    return tuple(_adjustable(by_name[term.input], values[term.input]) for term in terms)


def what_if(card: ScoreCard, changes: Mapping[str, float | str]) -> WhatIf:
    """The result of the card's own equation with other values; the card is not touched.

    Raises InputError for a name that cannot be tried out, or a value without a meaning there.
    """
    known = {adjustable.item.name: adjustable for adjustable in adjustables(card)}
    for name, value in changes.items():
        if name not in known:
            raise InputError(f"'{name}' cannot be tried out; these can: {', '.join(known)}.")
        if known[name].choices is not None and value not in known[name].choices:
            raise InputError(f"{known[name].item.title} must be one of {', '.join(known[name].choices)}, not "
                             f"'{value}'.")
    own = card.input_values
    changes = {name: value for name, value in changes.items() if value != own[name]}
    values = {**own, **changes}
    estimator = card.model.estimator
    try:
        value, linear_predictor = estimator.output(values), estimator.linear_predictor(values)
    except ValueError as error:
        raise InputError(f"{error}; try another value.") from None
    return WhatIf(changes, values, value, linear_predictor, card.model.class_of(value, values),
                  tuple(check_values(card.model, changes)))


def value_at(nomogram: Nomogram, adjustable: Adjustable, position: float, near: float | str) -> float | str:
    """The value whose mark stands closest to ``position``; of several (a folded axis) that next to ``near``."""
    values = adjustable.candidates
    places = [nomogram.position(adjustable.item.name, value) for value in values]
    away = [abs(place - position) for place in places]
    if adjustable.choices is not None or len(values) < 3:
        return values[away.index(min(away))]
    # each stretch of the axis has a value that is closest, and may be off by half a step
    step = max(abs(after - before) for before, after in pairwise(places))
    closest = [index for index in range(len(values))
               if away[index] <= min(away) + step and away[index] == min(away[max(0, index - 1):index + 2])]
    return values[min(closest, key=lambda index: (abs(values[index] - float(near)), away[index]))]


def _adjustable(item: ModelInput, value: float | str) -> Adjustable:
    if item.choices:
        return Adjustable(item, item.choices)
    own = float(value)
    stated = item.axis_range or item.training_range or item.valid_range or (min(0.0, own), max(0.0, own) or 1.0)
    ticks = pretty(*stated, 10)
    low, high = min(ticks[0], own), max(ticks[-1], own)
    if item.valid_range:
        low, high = max(low, item.valid_range[0]), min(high, item.valid_range[1])
    steps = pretty(0.0, high - low, STEPS)
    return Adjustable(item, None, low, high, max(1.0, round(steps[1])) if item.whole else steps[1])
