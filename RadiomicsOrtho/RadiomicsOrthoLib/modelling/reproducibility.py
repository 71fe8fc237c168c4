"""Which features observers reproduce: the ICC of every feature, and a rule that selects."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from ..cohort.observer_study import ObserverStudy, Rating
from ..cohort.study_features import MeasuredRegion
from ..cohort.study_targets import RatedTargets, group_regions
from ..errors import InputError
from ..features.vector import FeatureVector
from ..statistics.agreement import intraclass_correlation

#: the forms that are given for every feature; the rule uses one of them
REPORTED_FORMS = ("2,1", "3,1")
BOUNDS = ("lower", "estimate")
#: "good" begins here (Koo and Li 2016, doi:10.1016/j.jcm.2016.02.012), who judge by the confidence interval
DEFAULT_THRESHOLD = 0.75


@dataclass(frozen=True)
class Rule:
    """A feature is reproducible if, in every comparison, the ICC of ``form`` reaches ``threshold``.

    ``bound`` says what of it must: the ``lower`` bound of its confidence interval, or the ``estimate``.  Absolute
    agreement (2,1) is the usual form: a model is applied to values as they are, whoever drew.
    """

    form: str = "2,1"
    bound: str = "lower"
    threshold: float = DEFAULT_THRESHOLD
    confidence: float = 0.95

    def __post_init__(self) -> None:
        if self.form not in REPORTED_FORMS or self.bound not in BOUNDS:
            raise ValueError(f"a rule uses one of the forms {REPORTED_FORMS} and bounds {BOUNDS}")
        if not 0 < self.threshold < 1:
            raise InputError(f"The threshold of an ICC lies between 0 and 1, not at {self.threshold:g}.")
        if not 0.5 <= self.confidence < 1:
            raise InputError(f"The confidence level lies between 0.5 and 1, not at {self.confidence:g}.")

    @property
    def sentence(self) -> str:
        what = "estimate" if self.bound == "estimate" else f"lower bound of the {100 * self.confidence:g} % interval"
        return f"ICC({self.form}), {what}, at least {self.threshold:g} in every comparison"


@dataclass(frozen=True)
class FeatureAgreement:
    """One feature in one comparison: (value, lower, upper) by form, or why there is none."""

    feature: str
    icc: Mapping[str, tuple[float, float, float]]
    undefined: str = ""

    def reaches(self, rule: Rule, bound: str | None = None) -> bool:
        if self.undefined:
            return False
        value, lower, _ = self.icc[rule.form]
        # an interval that is not defined reaches nothing
        return (value if (bound or rule.bound) == "estimate" else lower) >= rule.threshold


@dataclass(frozen=True)
class RatingComparison:
    """All features of one group of regions between two or more ratings.

    ``what`` is ``between observers`` or ``within`` one; ``targets`` are (case, place) that every rating measured,
    ``left_out`` those that some did not, with the reason.
    """

    group: str
    what: str
    ratings: tuple[Rating, ...]
    targets: tuple[tuple[str, str], ...]
    left_out: tuple[str, ...]
    features: tuple[FeatureAgreement, ...]


def compare_ratings(study: ObserverStudy, measured: Sequence[MeasuredRegion],
                    rule: Rule) -> tuple[RatingComparison, ...]:
    """Every comparison that the study allows: between observers in their first common session, within each observer.

    Which regions form a group is in ``cohort.study_targets``, which raises InputError where that is open.  So does a
    comparison of fewer than two regions.
    """
    asked = [("between observers", study.first_common_session())] if len(study.observers) > 1 else []
    asked += [(f"within {observer}", study.sessions_of(observer)) for observer in study.observers
              if len(study.sessions_of(observer)) > 1]
    return tuple(_compare(group, what, ratings, found, rule)
                 for group, found in group_regions(measured).items() for what, ratings in asked)


def reproducible(comparisons: Sequence[RatingComparison], rule: Rule, bound: str | None = None) -> tuple[str, ...]:
    """The features that pass in all of ``comparisons``, in their order; ``bound`` instead of the rule's."""
    passed = [{one.feature for one in comparison.features if one.reaches(rule, bound)} for comparison in comparisons]
    return tuple(one.feature for one in comparisons[0].features if all(one.feature in names for names in passed))


def _compare(group: str, what: str, ratings: tuple[Rating, ...], found: RatedTargets[MeasuredRegion],
             rule: Rule) -> RatingComparison:
    left_out, targets, rows = [], [], []
    for target, by_rating in found.items():
        reason = next(filter(None, (_why_not(by_rating.get(rating), rating) for rating in ratings)), None)
        if reason:
            left_out.append(f"{' '.join(target).strip()}: {reason}")
        else:
            targets.append(target)
            rows.append([by_rating[rating].found for rating in ratings])
    if len(targets) < 2:
        why = f" ({left_out[0]})" if left_out else ""
        raise InputError(f"Agreement {what} on '{group}' needs two regions that every drawing has, and there "
                         f"{'is one' if targets else 'is none'}{why}.")
    return RatingComparison(group, what, ratings, tuple(targets), tuple(left_out), tuple(_agreements(rows, rule)))


def _why_not(one: MeasuredRegion | None, rating: Rating) -> str | None:
    if one is None:
        return f"not drawn by {rating}"
    return None if isinstance(one.found, FeatureVector) else f"{rating}: {one.found}"


def _agreements(rows: Sequence[Sequence[FeatureVector]], rule: Rule) -> list[FeatureAgreement]:
    vectors = [vector for row in rows for vector in row]
    names = dict.fromkeys(name for vector in vectors for name in vector.columns)
    missing = {name: sum(name not in vector.values for vector in vectors) for name in names}
    defined = [name for name in names if not missing[name]]
    ratings = np.array([[[vector.values[name] for name in defined] for vector in row] for row in rows])
    found = {form: intraclass_correlation(ratings, form, rule.confidence) for form in REPORTED_FORMS}
    place = {name: number for number, name in enumerate(defined)}
    agreements = []
    for name, count in missing.items():
        if count:
            agreements.append(FeatureAgreement(name, {}, f"no value on {count} of {len(vectors)} regions"))
            continue
        icc = {form: tuple(float(part[place[name]]) for part in (one.value, one.lower, one.upper))
               for form, one in found.items()}
        constant = math.isnan(icc[rule.form][0])
        agreements.append(FeatureAgreement(name, {}, "the same on all regions") if constant
                          else FeatureAgreement(name, icc))
    return agreements


def result_document(comparisons: Sequence[RatingComparison], rule: Rule) -> dict:
    """JSON-ready: the rule, what was compared, and the reproducible features of each group and of all."""
    groups = dict.fromkeys(comparison.group for comparison in comparisons)
    return {
        "rule": asdict(rule) | {"sentence": rule.sentence},
        "comparisons": [{"group": one.group, "comparison": one.what, "ratings": [str(rating) for rating in one.ratings],
                         "regions": len(one.targets), "cases": len({case for case, _ in one.targets}),
                         "left_out": list(one.left_out)} for one in comparisons],
        "groups": [_group_document([one for one in comparisons if one.group == group], group, rule)
                   for group in groups],
        "reproducible_features": list(reproducible(comparisons, rule)),
    }


def _group_document(comparisons: Sequence[RatingComparison], group: str, rule: Rule) -> dict:
    return {"group": group, "features": len(comparisons[0].features),
            "reproducible_by_estimate": len(reproducible(comparisons, rule, "estimate")),
            "reproducible_features": list(reproducible(comparisons, rule))}
