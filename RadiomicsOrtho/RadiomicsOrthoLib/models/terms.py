"""What one input adds to the linear predictor: one small class for each shape of contribution."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from .finite import finite
from .spline import SplineTerm
from .transform import Column


@dataclass(frozen=True)
class LinearTerm:
    """``coefficient × value``."""

    input: str
    coefficient: float

    def contribution(self, value: float) -> float:
        return self.coefficient * float(value)


@dataclass(frozen=True)
class FactorTerm:
    """One contribution per level of a choice."""

    input: str
    levels: Mapping[str, float]

    def __post_init__(self) -> None:
        if not self.levels:
            raise ValueError(f"the choice {self.input!r} has no levels")

    def contribution(self, value: str) -> float:
        return self.levels[str(value)]


@dataclass(frozen=True)
class CurveTerm:
    """A piecewise-linear curve through ``knots`` (value, contribution), flat outside."""

    input: str
    knots: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        xs = [x for x, _ in self.knots]
        if len(xs) < 2 or xs != sorted(set(xs)):
            raise ValueError(f"the knots of {self.input!r} must be two or more, in rising order")

    def contribution(self, value: float) -> float:
        x = float(value)
        if math.isnan(x):
            return x            # every comparison below would be false, and the last knot the answer
        if x <= self.knots[0][0]:
            return self.knots[0][1]
        for (x0, y0), (x1, y1) in pairwise(self.knots):
            if x <= x1:
                return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
        return self.knots[-1][1]


@dataclass(frozen=True)
class Power:
    """``coefficient × (u^power × ln(u)^log − centre)``, one part of a fractional polynomial."""

    coefficient: float
    power: float
    log: int = 0
    centre: float = 0.0

    def of(self, u: float) -> float:
        return self.coefficient * (u**self.power * math.log(u) ** self.log - self.centre)


@dataclass(frozen=True)
class FractionalPolynomialTerm:
    """A sum of :class:`Power` of ``u = value / scale`` (Royston and Altman, Appl Stat 1994;43:429); positive values."""

    input: str
    scale: float
    parts: tuple[Power, ...]

    def __post_init__(self) -> None:
        if self.scale <= 0 or not self.parts:
            raise ValueError(f"the fractional polynomial of {self.input!r} needs a positive scale and parts")

    def contribution(self, value: float) -> float:
        u = float(value) / self.scale
        if u <= 0:
            raise ValueError(f"a fractional polynomial has no value at {self.input} = {value}")
        return math.fsum(part.of(u) for part in self.parts)


@dataclass(frozen=True)
class PointsRange:
    """``points`` up to ``bound``, or only below it where ``includes_bound`` is false; ``None``: all other values."""

    bound: float | None
    includes_bound: bool
    points: float

    def holds(self, value: float) -> bool:
        return self.bound is None or value < self.bound or (self.includes_bound and value == self.bound)


@dataclass(frozen=True)
class PointsTerm:
    """Points by ranges of a number; the first range that holds the value counts."""

    input: str
    ranges: tuple[PointsRange, ...]

    def __post_init__(self) -> None:
        bounds = [r.bound for r in self.ranges]
        if len(bounds) < 2 or bounds[-1] is not None or None in bounds[:-1] or bounds[:-1] != sorted(set(bounds[:-1])):
            raise ValueError(f"the ranges of {self.input!r} must rise, and the last one must take all other values")

    def contribution(self, value: float) -> float:
        if math.isnan(float(value)):
            return math.nan
        return self.range_of(value).points

    def range_of(self, value: float) -> PointsRange:
        return next(r for r in self.ranges if r.holds(float(value)))


@dataclass(frozen=True)
class WholeStepsTerm:
    """``coefficient`` for every whole ``step`` in the value, as in "three times the decade of the age"."""

    input: str
    step: float
    coefficient: float

    def __post_init__(self) -> None:
        if self.step <= 0:
            raise ValueError(f"the step of {self.input!r} must be positive")

    def contribution(self, value: float) -> float:
        return self.coefficient * math.trunc(float(value) / self.step)


@dataclass(frozen=True)
class TransformedTerm:
    """``coefficient × number``, the number being the value through the steps of ``column``."""

    input: str
    coefficient: float
    column: Column

    @property
    def is_straight(self) -> bool:
        """Whether the contribution is a straight line over the value."""
        return self.column.is_straight

    def contribution(self, value: float) -> float:
        return self.coefficient * self.column.number(value)


Term = (LinearTerm | TransformedTerm | FactorTerm | CurveTerm | FractionalPolynomialTerm | SplineTerm | PointsTerm
        | WholeStepsTerm)
#: terms whose contributions are a few whole levels, which a table of points shows better than an axis
POINTS_TERMS = (FactorTerm, PointsTerm, WholeStepsTerm)


def term_from_dict(data: Mapping, columns: Mapping[str, Column] | None = None) -> Term:
    """Read one term of ``model.json``; ``ValueError`` or ``KeyError`` says what is wrong.

    ``columns`` are the transforms by input: only a linear term can have one.
    """
    name, kind = data["input"], data.get("kind", "linear")
    if columns and name in columns:
        if kind != "linear" or columns[name].levels is not None:
            raise ValueError(f"only a linear term can have a transform, and the one of {name!r} is not")
        return TransformedTerm(name, finite(data["coefficient"]), columns[name])
    if kind == "linear":
        return LinearTerm(name, finite(data["coefficient"]))
    if kind == "factor":
        return FactorTerm(name, {str(k): finite(v) for k, v in data["levels"].items()})
    if kind == "curve":
        return CurveTerm(name, tuple((finite(x), finite(y)) for x, y in data["knots"]))
    if kind == "fractional-polynomial":
        return FractionalPolynomialTerm(name, finite(data["scale"]), tuple(
            Power(finite(part["coefficient"]), finite(part["power"]), int(finite(part.get("log", 0))),
                  finite(part.get("centre", 0.0))) for part in data["parts"]))
    if kind == "spline":
        return SplineTerm(name, tuple(map(finite, data["knots"])), tuple(map(finite, data["coefficients"])))
    if kind == "points":
        return PointsTerm(name, tuple(_points_range(entry) for entry in data["ranges"]))
    if kind == "whole-steps":
        return WholeStepsTerm(name, finite(data["step"]), finite(data["coefficient"]))
    raise ValueError(f"term kind {kind!r} is unknown (linear, factor, curve, fractional-polynomial, spline, "
                     "points, whole-steps)")


def _points_range(entry: Mapping) -> PointsRange:
    if "up_to" in entry and "below" in entry:
        raise ValueError("a range of points has one bound: 'up_to' or 'below'")
    bound = entry.get("up_to", entry.get("below"))
    return PointsRange(None if bound is None else finite(bound), "up_to" in entry, finite(entry["points"]))
