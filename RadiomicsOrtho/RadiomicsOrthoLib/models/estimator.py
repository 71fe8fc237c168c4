"""Estimators: from the values of the inputs to the output.

Those that add up have a nomogram (``is_additive``):
:class:`AdditiveEstimator`: ``linear predictor = intercept + Σ contribution(input)``, passed
through a link: ``identity`` (a measured quantity or points), ``logit`` (probability of a
logistic model) or ``cox`` (risk at a horizon, 1 − S₀^exp(lp)).
:class:`StratifiedEstimator`: one additive estimator for each level of a choice (a sex).
Those that do not have none:
:class:`GreatestEstimator`: the greatest contribution alone counts (the worst of several losses);
:class:`.trees.TreesEstimator` and :class:`.onnx_estimator.OnnxEstimator`: no input has a share of its own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from . import links
from .calibration import Calibration, calibration_from_dict
from .columns_estimator import ElsewhereEstimator
from .finite import finite
from .onnx_estimator import OnnxEstimator
from .safe_json import parse_json
from .terms import POINTS_TERMS, Term, term_from_dict
from .transform import Column
from .trees import TreesEstimator, trees_from_dict

#: links that ``model.json`` may name for a sum
LINKS = ("identity", "logit", "cox")
Values = Mapping[str, float | str]


@dataclass(frozen=True)
class AdditiveEstimator:
    """``terms`` in the order in which they are shown; ``baseline_survival`` for ``cox`` only.

    With ``truncates`` the sum is cut to a whole number toward zero, as some questionnaires ask.
    ``contributions`` add up to the ``linear_predictor`` before the calibration, which is part of ``outcome``.
    """

    terms: tuple[Term, ...]
    intercept: float = 0.0
    link: str = "identity"
    baseline_survival: float | None = None
    truncates: bool = False
    calibration: Calibration = field(default_factory=Calibration)

    is_additive: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if self.link not in links.LINKS:
            raise ValueError(f"link must be one of {LINKS}, not {self.link!r}")
        _check_terms(self.terms)
        if (self.link == "cox") != (self.baseline_survival is not None):
            raise ValueError("baseline_survival belongs to the cox link, and only to it")
        if self.baseline_survival is not None and not 0 < self.baseline_survival < 1:
            raise ValueError("baseline_survival lies between 0 and 1")
        if self.truncates and self.link != "identity":
            raise ValueError("only a sum of points can be truncated (link identity)")

    @property
    def input_names(self) -> tuple[str, ...]:
        """The inputs that it uses."""
        return tuple(term.input for term in self.terms)

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
        """The linear predictor through calibration and link."""
        if self.truncates:
            # 0.2 × (72 − 57) is 3.0000000000000004 in binary, and 0.2 × (71 − 66) may fall short of 1
            return float(math.trunc(round(linear_predictor, 9)))
        result = links.outcome(self.link, self.calibration.predictor(linear_predictor), self.baseline_survival)
        return links.checked(self.link, self.calibration.output(result))

    def inverse_outcome(self, outcome: float) -> float:
        """The linear predictor that gives ``outcome``."""
        return self.calibration.inverse_predictor(
            links.inverse_outcome(self.link, self.calibration.inverse_output(outcome), self.baseline_survival))


@dataclass(frozen=True)
class StratifiedEstimator:
    """An equation of its own for each level of the choice ``input``, all with the same link."""

    input: str
    strata: Mapping[str, AdditiveEstimator]

    is_additive: ClassVar[bool] = True

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
    def input_names(self) -> tuple[str, ...]:
        return (self.input, *dict.fromkeys(term.input for term in self.terms))

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

    is_additive: ClassVar[bool] = False

    def __post_init__(self) -> None:
        _check_terms(self.terms)

    @property
    def input_names(self) -> tuple[str, ...]:
        return tuple(term.input for term in self.terms)

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


Estimator = (AdditiveEstimator | StratifiedEstimator | GreatestEstimator | TreesEstimator | OnnxEstimator
             | ElsewhereEstimator)


def estimator_from_dict(data: Mapping, columns: tuple[Column, ...] = (), calibration: Mapping | None = None,
                        parts: Mapping[str, bytes] | None = None) -> Estimator:
    """Read the ``estimator`` part of ``model.json``; ``ValueError`` says what is wrong.

    ``columns`` are the transforms (for trees and ONNX all columns in their order), ``calibration`` the part of
    that name, ``parts`` the content of the bundle's parts by name; without them an estimator that stands in a part
    is read as far as it goes.
    """
    kind = data.get("kind", "additive")
    if kind == "additive":
        return _additive(data, columns, calibration)
    if kind == "stratified":
        strata = {str(level): _additive(one, columns, calibration) for level, one in data["strata"].items()}
        return StratifiedEstimator(data["input"], strata)
    if kind == "greatest":
        if calibration is not None:
            raise ValueError("the greatest of several contributions has no calibration")
        return GreatestEstimator(tuple(term_from_dict(term, _by_input(columns)) for term in data["terms"]))
    if kind not in ("trees", "onnx"):
        raise ValueError(f"estimator kind {kind!r} is unknown (additive, stratified, greatest, trees, onnx)")
    if data["link"] not in ("identity", "logit", "probability"):
        raise ValueError(f"link must be one of identity, logit and probability, not {data['link']!r}")
    calibrated, link = calibration_from_dict(calibration, data["link"])
    if "part" in data and parts is None:
        return ElsewhereEstimator(columns, link, calibrated)
    part = _part(data["part"], parts) if "part" in data else None
    if kind == "onnx":
        if part is None:
            raise ValueError("an ONNX estimator names the part that holds it")
        return OnnxEstimator(columns, link, calibrated, part, data["output"], data.get("position", 0))
    combine, single = data["combine"], data.get("single_precision", False)
    if combine not in ("sum", "mean") or not isinstance(single, bool):
        raise ValueError("trees are combined by 'sum' or 'mean', and single_precision is true or false")
    trees = data["trees"] if part is None else parse_json(part)["trees"]
    return TreesEstimator(columns, link, calibrated, trees_from_dict(trees), finite(data.get("intercept", 0.0)),
                          combine == "mean", single)


def _additive(data: Mapping, columns: tuple[Column, ...], calibration: Mapping | None) -> AdditiveEstimator:
    baseline, truncates = data.get("baseline_survival"), data.get("truncates", False)
    if not isinstance(truncates, bool):
        raise ValueError("truncates must be true or false")
    if truncates and calibration is not None:
        raise ValueError("a sum that is cut to whole numbers has no calibration")
    link = data.get("link", "identity")
    if link not in LINKS:
        raise ValueError(f"link must be one of {LINKS}, not {link!r}")
    calibrated, link = calibration_from_dict(calibration, link)
    return AdditiveEstimator(tuple(term_from_dict(term, _by_input(columns)) for term in data["terms"]),
                             finite(data.get("intercept", 0.0)), link,
                             None if baseline is None else finite(baseline), truncates, calibrated)


def _by_input(columns: tuple[Column, ...]) -> dict[str, Column]:
    found = {column.input: column for column in columns}
    if len(found) != len(columns):
        raise ValueError("an input of a sum has one transform")
    return found


def _part(name: str, parts: Mapping[str, bytes]) -> bytes:
    if name not in parts:
        raise ValueError(f"the estimator stands in the part {name!r}, which the model does not list")
    return parts[name]


def _check_terms(terms: tuple[Term, ...]) -> None:
    if not terms:
        raise ValueError("an estimator needs at least one term")
    names = [term.input for term in terms]
    if len(set(names)) != len(names):
        raise ValueError("each input has one term")
