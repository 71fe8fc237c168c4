"""What moved a result of a model whose inputs do not add up: shares against people of reference, and curves.

A nomogram would not be true for such a model.  A share is a Shapley value of the output; a curve is the output of this
case with one input changed (individual conditional expectation; Goldstein 2015), and beside it the mean of the people
of reference with that input changed (partial dependence; Friedman 2001).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ..models.bundle import ModelBundle
from ..models.trees import TreesEstimator
from .adjustable import adjustable
from .shapley import shapley

#: trees (an ONNX file counts for many) that are run at most for the shares of one case
BUDGET = 100_000
ONNX_COST = 20
SEED = 0
CURVE_POINTS, FEWEST_POINTS = 25, 7


@dataclass(frozen=True)
class Curve:
    """``outputs`` of this case at the ``values`` of one input; ``average`` of the people of reference, or empty."""

    input: str
    values: tuple[float | str, ...]
    outputs: tuple[float, ...]
    average: tuple[float, ...]


@dataclass(frozen=True)
class Explanation:
    """``shares`` and their standard ``errors`` by input, empty without people of reference (``background`` empty)."""

    background: str
    count: int
    base: float
    shares: Mapping[str, float]
    errors: Mapping[str, float]
    method: str
    evaluations: int
    seed: int
    curves: tuple[Curve, ...]

    def to_dict(self) -> dict:
        return {"background": self.background, "count": self.count, "base": self.base, "shares": dict(self.shares),
                "errors": dict(self.errors), "method": self.method, "evaluations": self.evaluations,
                "seed": self.seed,
                "curves": [{"input": c.input, "values": list(c.values), "outputs": list(c.outputs),
                            "average": list(c.average)} for c in self.curves]}


def explanation_from_dict(data: Mapping, value: float) -> Explanation:
    """As a card holds it; ``ValueError`` if the shares do not add up to the ``value``."""
    curves = tuple(Curve(c["input"], tuple(c["values"]), tuple(c["outputs"]), tuple(c["average"]))
                   for c in data["curves"])
    found = Explanation(data["background"], data["count"], data["base"], data["shares"], data["errors"],
                        data["method"], data["evaluations"], data["seed"], curves)
    if found.shares and not math.isclose(found.base + math.fsum(found.shares.values()), value, abs_tol=1e-6):
        raise ValueError("the shares of its inputs do not add up to its value")
    return found


def explain(model: ModelBundle, values: Mapping[str, float | str]) -> Explanation | None:
    """The explanation of one result; ``None`` for models that have a nomogram, or candidates of which one counts."""
    estimator = model.estimator
    if estimator.terms:
        return None
    names, background = estimator.input_names, model.background

    def predict(row) -> float:
        return estimator.output({**values, **dict(zip(names, row, strict=True))})

    case = tuple(values[name] for name in names)
    rows = background.rows if background else ()
    cost = len(estimator.trees) if isinstance(estimator, TreesEstimator) else ONNX_COST
    points = min(max(BUDGET // (cost * len(names) * (len(rows) + 1)), FEWEST_POINTS), CURVE_POINTS)
    curves = tuple(_curve(model, predict, case, index, rows, points) for index in range(len(names)))
    if background is None:
        return Explanation("", 0, estimator.output(values), {}, {}, "", 0, SEED, curves)
    found = shapley(predict, case, background.rows, BUDGET // cost, SEED)
    return Explanation(background.title, len(background.rows), found.base, dict(zip(names, found.values, strict=True)),
                       dict(zip(names, found.errors, strict=True)), "exact" if found.exact else "sampled",
                       found.evaluations, SEED, curves)


def _curve(model: ModelBundle, predict, case: tuple, index: int, rows: tuple[tuple, ...], points: int) -> Curve:
    name = model.estimator.input_names[index]
    item = next(item for item in model.inputs if item.name == name)
    values = _along(adjustable(item, case[index]).candidates, points)

    def at(row: tuple, value: float | str) -> float:
        return predict((*row[:index], value, *row[index + 1:]))

    outputs = tuple(at(case, value) for value in values)
    average = tuple(math.fsum(at(row, value) for row in rows) / len(rows) for value in values) if rows else ()
    return Curve(name, values, outputs, average)


def _along(candidates: tuple, points: int) -> tuple:
    """About so many of the candidates, evenly, with both ends; all choices."""
    if isinstance(candidates[0], str) or len(candidates) <= points:
        return candidates
    last = len(candidates) - 1
    return tuple(dict.fromkeys(candidates[round(i * last / (points - 1))] for i in range(points)))
