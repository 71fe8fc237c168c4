"""How sure a fit is of its own numbers: standard errors and correlations of the coefficients of a sum."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .estimator import AdditiveEstimator, Estimator
from .finite import finite
from .terms import CurveTerm, FactorTerm, LinearTerm, Term, TransformedTerm


@dataclass(frozen=True)
class FitError:
    """``errors`` of the numbers of an estimator in the order of :func:`numbers_of`; ``source``: where they come from.

    ``correlations`` is the lower triangle without its diagonal, row by row.
    """

    source: str
    errors: tuple[float, ...]
    correlations: tuple[tuple[float, ...], ...]

    def of(self, gradient: Sequence[float]) -> float:
        """The standard error of a sum of the numbers, each times its entry of ``gradient``."""
        parts = [error * weight for error, weight in zip(self.errors, gradient, strict=True)]
        variance = math.fsum(part * part for part in parts) + 2 * math.fsum(
            parts[i] * parts[j] * self.correlations[i - 1][j] for i in range(1, len(parts)) for j in range(i))
        # rounded correlations may leave a hair less than nothing
        return math.sqrt(max(variance, 0.0))


def numbers_of(estimator: AdditiveEstimator) -> list[float]:
    """The intercept, then for each term its coefficient, its levels, or the heights of its knots."""
    return [estimator.intercept, *(number for term in estimator.terms for number in _numbers(term))]


def gradient_of(estimator: AdditiveEstimator, values: Mapping[str, float | str]) -> list[float]:
    """What the linear predictor gains with each of :func:`numbers_of`."""
    return [1.0, *(weight for term in estimator.terms for weight in _gradient(term, values[term.input]))]


def fit_error_from_dict(data: Mapping, estimator: Estimator) -> FitError:
    """Read the ``fit_error`` of ``model.json``; ``ValueError`` or ``KeyError`` says what is wrong."""
    if not isinstance(estimator, AdditiveEstimator):
        raise ValueError("only a sum has a fit_error")
    if not data["source"] or not isinstance(data["source"], str):
        raise ValueError("the fit_error must say where it comes from")
    errors = tuple(map(finite, data["errors"]))
    correlations = tuple(tuple(map(finite, row)) for row in data["correlations"])
    if len(errors) != len(numbers_of(estimator)) or min(errors) < 0:
        raise ValueError(f"the fit_error needs {len(numbers_of(estimator))} errors, none below 0")
    if [len(row) for row in correlations] != list(range(1, len(errors))) \
            or any(abs(one) > 1 for row in correlations for one in row):
        raise ValueError("the correlations of the fit_error are a lower triangle of numbers from -1 to 1")
    return FitError(data["source"], errors, correlations)


def _numbers(term: Term) -> list[float]:
    if isinstance(term, (LinearTerm, TransformedTerm)):
        return [term.coefficient]
    if isinstance(term, FactorTerm):
        return list(term.levels.values())
    if isinstance(term, CurveTerm):
        return [height for _, height in term.knots]
    raise ValueError(f"the term of {term.input!r} is none whose error is known")


def _gradient(term: Term, value: float | str) -> list[float]:
    if isinstance(term, LinearTerm):
        return [float(value)]
    if isinstance(term, TransformedTerm):
        return [term.column.number(value)]
    if isinstance(term, FactorTerm):
        return [float(level == str(value)) for level in term.levels]
    return _hats(term, float(value))


def _hats(term: CurveTerm, x: float) -> list[float]:
    """The share of each knot's height in the curve at ``x``."""
    xs = [knot for knot, _ in term.knots]
    x = min(max(x, xs[0]), xs[-1])
    found = [0.0] * len(xs)
    for number, (low, high) in enumerate(pairwise(xs)):
        if x <= high:
            share = (x - low) / (high - low)
            found[number], found[number + 1] = 1.0 - share, share
            return found
    return found
