"""Additive estimators: the linear predictor as a sum of one contribution per input.

``linear predictor = intercept + Σ contribution(input)``, passed through a link:
``identity`` (a measured quantity or points), ``logit`` (probability of a logistic
model) or ``cox`` (risk at a horizon, 1 − S₀^exp(lp)).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

LINKS = ("identity", "logit", "cox")


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


Term = LinearTerm | FactorTerm | CurveTerm


@dataclass(frozen=True)
class AdditiveEstimator:
    """``terms`` in the order in which they are shown; ``baseline_survival`` for ``cox`` only."""

    terms: tuple[Term, ...]
    intercept: float = 0.0
    link: str = "identity"
    baseline_survival: float | None = None

    def __post_init__(self) -> None:
        if self.link not in LINKS:
            raise ValueError(f"link must be one of {LINKS}, not {self.link!r}")
        if not self.terms:
            raise ValueError("an estimator needs at least one term")
        names = [term.input for term in self.terms]
        if len(set(names)) != len(names):
            raise ValueError("each input has one term")
        if (self.link == "cox") != (self.baseline_survival is not None):
            raise ValueError("baseline_survival belongs to the cox link, and only to it")
        if self.baseline_survival is not None and not 0 < self.baseline_survival < 1:
            raise ValueError("baseline_survival lies between 0 and 1")

    def contributions(self, values: Mapping[str, float | str]) -> dict[str, float]:
        """Contribution of each input to the linear predictor."""
        return {term.input: term.contribution(values[term.input]) for term in self.terms}

    def linear_predictor(self, values: Mapping[str, float | str]) -> float:
        return self.intercept + math.fsum(self.contributions(values).values())

    def output(self, values: Mapping[str, float | str]) -> float:
        return self.outcome(self.linear_predictor(values))

    def outcome(self, linear_predictor: float) -> float:
        """The linear predictor through the link."""
        if self.link == "identity":
            return linear_predictor
        if self.link == "logit":
            # the two forms avoid overflow of exp at either end
            if linear_predictor >= 0:
                return 1.0 / (1.0 + math.exp(-linear_predictor))
            odds = math.exp(linear_predictor)
            return odds / (1.0 + odds)
        exponent = math.exp(min(linear_predictor, 700.0))
        return -math.expm1(exponent * math.log(self.baseline_survival))

    def inverse_outcome(self, outcome: float) -> float:
        """The linear predictor that gives ``outcome``."""
        if self.link == "identity":
            return outcome
        if self.link == "logit":
            return math.log(outcome / (1.0 - outcome))
        return math.log(math.log1p(-outcome) / math.log(self.baseline_survival))


def estimator_from_dict(data: Mapping) -> AdditiveEstimator:
    """Read the ``estimator`` part of ``model.json``; ``ValueError`` says what is wrong."""
    terms: list[Term] = []
    for term in data["terms"]:
        kind = term.get("kind", "linear")
        if kind == "linear":
            terms.append(LinearTerm(term["input"], finite(term["coefficient"])))
        elif kind == "factor":
            terms.append(FactorTerm(term["input"], {str(k): finite(v) for k, v in term["levels"].items()}))
        elif kind == "curve":
            terms.append(CurveTerm(term["input"], tuple((finite(x), finite(y)) for x, y in term["knots"])))
        else:
            raise ValueError(f"term kind {kind!r} is unknown (linear, factor, curve)")
    baseline = data.get("baseline_survival")
    return AdditiveEstimator(tuple(terms), finite(data.get("intercept", 0.0)), data.get("link", "identity"),
                             None if baseline is None else finite(baseline))


def finite(number: object) -> float:
    """``number`` if it is one and finite, else ValueError: what JSON may hold is not always a number."""
    if isinstance(number, bool) or not isinstance(number, (int, float)) or not math.isfinite(number):
        raise ValueError(f"{number!r} is not a finite number")
    return float(number)
