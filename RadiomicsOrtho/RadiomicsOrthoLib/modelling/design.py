"""From named inputs to the columns of a regression, and from its coefficients back to the terms of a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import numpy as np

#: significant digits of a coefficient in a model that ships: more than its error, fewer than two machines may differ
DIGITS = 7


@dataclass(frozen=True)
class LinearPart:
    """One number, one column."""

    input: str
    width: ClassVar[int] = 1

    def columns(self, values: Mapping[str, np.ndarray]) -> np.ndarray:
        return np.asarray(values[self.input], float)[:, np.newaxis]

    def term(self, coefficients: Sequence[float]) -> dict:
        return {"input": self.input, "kind": "linear", "coefficient": rounded(coefficients[0])}

    def coefficients(self, term: Mapping) -> list[float]:
        """Back from ``term``."""
        return [term["coefficient"]]


@dataclass(frozen=True)
class FactorPart:
    """A choice: one column for each level but the first, which contributes 0."""

    input: str
    levels: tuple[str, ...]

    @property
    def width(self) -> int:
        return len(self.levels) - 1

    def columns(self, values: Mapping[str, np.ndarray]) -> np.ndarray:
        unknown = set(np.unique(np.asarray(values[self.input], str))) - set(self.levels)
        if unknown:
            raise ValueError(f"{sorted(unknown)[0]!r} is no level of {self.input!r}")
        return np.column_stack([np.asarray(values[self.input] == level, float) for level in self.levels[1:]])

    def term(self, coefficients: Sequence[float]) -> dict:
        return {"input": self.input, "kind": "factor",
                "levels": dict(zip(self.levels, [0, *map(rounded, coefficients)], strict=True))}

    def coefficients(self, term: Mapping) -> list[float]:
        return [term["levels"][level] for level in self.levels[1:]]


@dataclass(frozen=True)
class PiecewiseLinearPart:
    """A number whose effect is straight between ``knots`` and flat beyond the outer ones.

    It is 0 at the first knot; one column for each piece: how far the value reaches into it.
    """

    input: str
    knots: tuple[float, ...]

    @property
    def width(self) -> int:
        return len(self.knots) - 1

    def columns(self, values: Mapping[str, np.ndarray]) -> np.ndarray:
        x = np.asarray(values[self.input], float)
        return np.column_stack([np.clip(x, low, high) - low
                                for low, high in pairwise(self.knots)])

    def term(self, coefficients: Sequence[float]) -> dict:
        heights = np.cumsum([0, *(slope * (high - low)
                                  for slope, (low, high) in zip(coefficients, pairwise(self.knots), strict=True))])
        return {"input": self.input, "kind": "curve",
                "knots": [[knot, rounded(height)] for knot, height in zip(self.knots, heights, strict=True)]}

    def coefficients(self, term: Mapping) -> list[float]:
        return [(after - before) / (high - low) for (low, before), (high, after) in pairwise(term["knots"])]


Part = LinearPart | FactorPart | PiecewiseLinearPart


def design_matrix(parts: Sequence[Part], values: Mapping[str, np.ndarray]) -> np.ndarray:
    """(n, columns of all parts), without the constant; no part, no column."""
    rows = len(next(iter(values.values())))
    return np.hstack([np.empty((rows, 0)), *(part.columns(values) for part in parts)])


def terms(parts: Sequence[Part], coefficients: np.ndarray) -> list[dict]:
    """The terms of ``model.json`` for ``coefficients`` in the order of ``design_matrix``."""
    found, start = [], 0
    for part in parts:
        found.append(part.term([float(value) for value in coefficients[start:start + part.width]]))
        start += part.width
    return found


def rounded(value: float, digits: int = DIGITS) -> float:
    """``value`` to so many significant digits: the same number on every machine that computed it well."""
    return float(f"{value:.{digits - 1}e}")
