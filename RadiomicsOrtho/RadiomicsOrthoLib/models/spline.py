"""Restricted cubic splines, as Harrell's ``rms::rcs`` fits them."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class SplineTerm:
    """``coefficients[0] × x + Σ coefficients[j] × basis_j(x)``: cubic between the ``knots``, straight beyond them.

    The basis is that of Harrell, Regression Modeling Strategies, 2nd edition, section 2.4.5, divided by the square of
    the distance between the outer knots, as R's ``Hmisc::rcspline.eval(norm=2)``: k knots have k − 1 coefficients.
    """

    input: str
    knots: tuple[float, ...]
    coefficients: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.knots) < 3 or list(self.knots) != sorted(set(self.knots)):
            raise ValueError(f"the spline of {self.input!r} needs three rising knots or more")
        if len(self.coefficients) != len(self.knots) - 1:
            raise ValueError(f"the spline of {self.input!r} has one coefficient less than knots")

    def contribution(self, value: float) -> float:
        x = float(value)
        basis = [x, *(self._basis(x, knot) for knot in self.knots[:-2])]
        return math.fsum(c * b for c, b in zip(self.coefficients, basis, strict=True))

    def _basis(self, x: float, knot: float) -> float:
        first, before, last = self.knots[0], self.knots[-2], self.knots[-1]
        found = (_cube(x - knot) - _cube(x - before) * (last - knot) / (last - before)
                 + _cube(x - last) * (before - knot) / (last - before))
        return found / (last - first) ** 2


def _cube(x: float) -> float:
    return x**3 if x > 0 else 0.0 if x <= 0 else x     # not a number stays one
