"""Estimators: from the values of the inputs to the output.

:class:`AdditiveEstimator`: ``linear predictor = intercept + Σ contribution(input)``, passed
through a link: ``identity`` (a measured quantity or points), ``logit`` (probability of a
logistic model) or ``cox`` (risk at a horizon, 1 − S₀^exp(lp)).
:class:`StratifiedEstimator`: one additive estimator for each level of a choice (a sex).
:class:`GreatestEstimator`: the greatest contribution alone counts (the worst of several losses).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from .terms import POINTS_TERMS, Term, finite, term_from_dict

LINKS = ("identity", "logit", "cox")
Values = Mapping[str, float | str]


@dataclass(frozen=True)
class AdditiveEstimator:
    """``terms`` in the order in which they are shown; ``baseline_survival`` for ``cox`` only.

    With ``truncates`` the sum is cut to a whole number toward zero, as some questionnaires ask.
    """

    terms: tuple[Term, ...]
    intercept: float = 0.0
    link: str = "identity"
    baseline_survival: float | None = None
    truncates: bool = False

    def __post_init__(self) -> None:
        if self.link not in LINKS:
            raise ValueError(f"link must be one of {LINKS}, not {self.link!r}")
        _check_terms(self.terms)
        if (self.link == "cox") != (self.baseline_survival is not None):
            raise ValueError("baseline_survival belongs to the cox link, and only to it")
        if self.baseline_survival is not None and not 0 < self.baseline_survival < 1:
            raise ValueError("baseline_survival lies between 0 and 1")
        if self.truncates and self.link != "identity":
            raise ValueError("only a sum of points can be truncated (link identity)")

    @property
    def is_points(self) -> bool:
        """Whether the output is a count of points, which a table shows better than a nomogram."""
        return self.truncates or (self.link == "identity" and len(self.terms) > 1
                                  and all(isinstance(term, POINTS_TERMS) for term in self.terms))

    def stratum(self, values: Values) -> AdditiveEstimator:
        """The estimator that holds for this person: itself."""
        return self

    def unused(self, values: Values) -> frozenset[str]:
        """Inputs without meaning for this person: none."""
        return frozenset()

    def contributions(self, values: Values) -> dict[str, float]:
        """Contribution of each input to the linear predictor."""
        return {term.input: term.contribution(values[term.input]) for term in self.terms}

    def linear_predictor(self, values: Values) -> float:
        return self.intercept + math.fsum(self.contributions(values).values())

    def output(self, values: Values) -> float:
        return self.outcome(self.linear_predictor(values))

    def outcome(self, linear_predictor: float) -> float:
        """The linear predictor through the link."""
        if self.link == "identity":
            # 0.2 × (72 − 57) is 3.0000000000000004 in binary, and 0.2 × (71 − 66) may fall short of 1
            return float(math.trunc(round(linear_predictor, 9))) if self.truncates else linear_predictor
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


@dataclass(frozen=True)
class StratifiedEstimator:
    """An equation of its own for each level of the choice ``input``, all with the same link."""

    input: str
    strata: Mapping[str, AdditiveEstimator]

    def __post_init__(self) -> None:
        if len(self.strata) < 2 or len({one.link for one in self.strata.values()}) != 1:
            raise ValueError("a stratified estimator needs two strata or more, with the same link")

    @property
    def link(self) -> str:
        return next(iter(self.strata.values())).link

    @property
    def is_points(self) -> bool:
        return all(one.is_points for one in self.strata.values())

    @property
    def terms(self) -> tuple[Term, ...]:
        """Every term of every stratum."""
        return tuple(term for one in self.strata.values() for term in one.terms)

    def stratum(self, values: Values) -> AdditiveEstimator:
        return self.strata[str(values[self.input])]

    def unused(self, values: Values) -> frozenset[str]:
        """Inputs that this person's equation does not have; all that some equation lacks while the stratum is open."""
        names = [{term.input for term in one.terms} for one in self.strata.values()]
        chosen = self.strata.get(str(values.get(self.input)))
        used = {term.input for term in chosen.terms} if chosen else set.intersection(*names)
        return frozenset(set.union(*names) - used)

    def contributions(self, values: Values) -> dict[str, float]:
        return self.stratum(values).contributions(values)

    def linear_predictor(self, values: Values) -> float:
        return self.stratum(values).linear_predictor(values)

    def output(self, values: Values) -> float:
        return self.stratum(values).output(values)


@dataclass(frozen=True)
class GreatestEstimator:
    """The greatest contribution is the output; the others do not count."""

    terms: tuple[Term, ...]
    link: str = "identity"
    is_points: bool = False

    def __post_init__(self) -> None:
        _check_terms(self.terms)

    def stratum(self, values: Values) -> GreatestEstimator:
        return self

    def unused(self, values: Values) -> frozenset[str]:
        return frozenset()

    def contributions(self, values: Values) -> dict[str, float]:
        """The candidates, by input."""
        return {term.input: term.contribution(values[term.input]) for term in self.terms}

    def linear_predictor(self, values: Values) -> float:
        return max(self.contributions(values).values())

    def output(self, values: Values) -> float:
        return self.linear_predictor(values)

    def outcome(self, linear_predictor: float) -> float:
        return linear_predictor


Estimator = AdditiveEstimator | StratifiedEstimator | GreatestEstimator


def estimator_from_dict(data: Mapping) -> Estimator:
    """Read the ``estimator`` part of ``model.json``; ``ValueError`` says what is wrong."""
    kind = data.get("kind", "additive")
    if kind == "additive":
        return _additive(data)
    if kind == "stratified":
        return StratifiedEstimator(data["input"], {str(k): _additive(one) for k, one in data["strata"].items()})
    if kind == "greatest":
        return GreatestEstimator(tuple(term_from_dict(term) for term in data["terms"]))
    raise ValueError(f"estimator kind {kind!r} is unknown (additive, stratified, greatest)")


def _additive(data: Mapping) -> AdditiveEstimator:
    baseline, truncates = data.get("baseline_survival"), data.get("truncates", False)
    if not isinstance(truncates, bool):
        raise ValueError("truncates must be true or false")
    return AdditiveEstimator(tuple(term_from_dict(term) for term in data["terms"]), finite(data.get("intercept", 0.0)),
                             data.get("link", "identity"), None if baseline is None else finite(baseline), truncates)


def _check_terms(terms: tuple[Term, ...]) -> None:
    if not terms:
        raise ValueError("an estimator needs at least one term")
    names = [term.input for term in terms]
    if len(set(names)) != len(names):
        raise ValueError("each input has one term")
