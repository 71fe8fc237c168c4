"""How well predictions for people who were left out fit what happened to them: every figure with its interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ...statistics.bootstrap import bootstrap_interval
from ...statistics.calibration import (
    CalibrationGroup,
    CalibrationLine,
    brier,
    calibration_line,
    calibration_table,
    hosmer_lemeshow,
    scaled_brier,
)
from ...statistics.decision_curve import net_benefit, net_benefit_of_all
from ...statistics.estimate import Estimate
from ...statistics.proportions import Accuracy, accuracy_of
from ...statistics.reclassification import Improvement, integrated_discrimination, net_reclassification
from ...statistics.roc import AucComparison, auc, delong, delong_covariance, paired_difference, roc_curve

#: a forest says 0 and 1 of people; a logarithm of odds needs something less sure
SURE = 0.001
GROUPS = 5
#: of the false positive rate, for bands of ROC curves
ROC_GRID = np.linspace(0, 1, 51)
CURVE = np.round(np.arange(0.01, 0.81, 0.01), 2)
BAND_REPEATS = 300


@dataclass(frozen=True)
class Predictions:
    """What one model said of ``n`` rows that it had not seen: ``probability`` and ``positive`` (repeats, n)."""

    title: str
    outcome: np.ndarray
    subjects: np.ndarray
    probability: np.ndarray
    positive: np.ndarray

    @property
    def clustered(self) -> bool:
        """Whether somebody has several rows."""
        return len(np.unique(self.subjects)) < len(self.subjects)


@dataclass(frozen=True)
class RocBand:
    """Sensitivity and its pointwise 95 % band at each of ``ROC_GRID`` (1 − specificity)."""

    sensitivity: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


@dataclass(frozen=True)
class Assessment:
    """``auc`` has DeLong's interval, ``auc_subjects`` that of a bootstrap of whole subjects.

    ``accuracy`` counts those of the first repeat.  ``calibration`` is ``None`` where no line can be fitted.
    """

    auc: Estimate
    auc_subjects: Estimate
    spread: tuple[float, float]
    accuracy: Accuracy
    brier: float
    scaled_brier: float
    calibration: CalibrationLine | None
    groups: tuple[CalibrationGroup, ...]
    hosmer_lemeshow: tuple[float, int, float] | None
    net_benefit: np.ndarray
    net_benefit_all: np.ndarray
    band: RocBand
    events: int
    count: int

    @property
    def honest_auc(self) -> Estimate:
        """With the wider of both intervals."""
        wide = max((self.auc, self.auc_subjects), key=lambda one: one.upper - one.lower)
        return Estimate(self.auc.value, wide.lower, wide.upper, wide.confidence)


def assess(found: Predictions, repeats: int, seed: int) -> Assessment:
    """All figures of ``found``; ``repeats`` bootstrap samples from ``seed``."""
    y, p = found.outcome, found.probability
    areas = [delong(y, one) for one in p]
    clipped = np.clip(p, SURE, 1 - SURE)
    return Assessment(
        auc=_mean(areas), auc_subjects=_bootstrapped(found, repeats, seed),
        spread=(min(one.value for one in areas), max(one.value for one in areas)),
        accuracy=accuracy_of(y, found.positive[0]),
        brier=float(np.mean([brier(y, one) for one in p])),
        scaled_brier=float(np.mean([scaled_brier(y, one) for one in p])),
        calibration=_line(y, clipped), groups=calibration_table(y, p[0], GROUPS),
        hosmer_lemeshow=_or_none(lambda: hosmer_lemeshow(y, clipped[0], 10)),
        net_benefit=np.mean([net_benefit(y, one, CURVE) for one in p], axis=0),
        net_benefit_all=net_benefit_of_all(y, CURVE), band=_band(found, seed), events=int(y.sum()), count=len(y))


def compare(first: Predictions, second: Predictions) -> AucComparison:
    """DeLong's paired test; difference and variance are means over the repeats."""
    differences, variances = [], []
    for one, other in zip(first.probability, second.probability, strict=True):
        areas, covariance = delong_covariance(first.outcome, np.column_stack([one, other]))
        differences.append(areas[0] - areas[1])
        variances.append(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])
    return paired_difference(float(np.mean(differences)), float(np.mean(variances)))


def difference_by_subjects(first: Predictions, second: Predictions, repeats: int, seed: int) -> Estimate:
    """The difference of areas with the interval of a bootstrap of whole subjects."""
    def difference(outcome: np.ndarray, one: np.ndarray, other: np.ndarray) -> float:
        return float(np.mean([auc(outcome, a) - auc(outcome, b) for a, b in zip(one.T, other.T, strict=True)]))

    return bootstrap_interval(difference, first.outcome, first.probability.T, second.probability.T,
                              strata=_strata(first), clusters=first.subjects, repeats=repeats, seed=seed)


def reclassified(old: Predictions, new: Predictions) -> tuple[Improvement, Improvement]:
    """Net reclassification without categories, and integrated discrimination, in the first repeat."""
    y = old.outcome
    return (net_reclassification(y, old.probability[0], new.probability[0]),
            integrated_discrimination(y, old.probability[0], new.probability[0]))


def _bootstrapped(found: Predictions, repeats: int, seed: int) -> Estimate:
    def area(outcome: np.ndarray, probability: np.ndarray) -> float:
        return float(np.mean([auc(outcome, one) for one in probability.T]))

    return bootstrap_interval(area, found.outcome, found.probability.T, strata=_strata(found), clusters=found.subjects,
                              repeats=repeats, seed=seed)


def _strata(found: Predictions) -> np.ndarray:
    """Whether the first row of each row's subject is an event: subjects are drawn within it."""
    _, first, place = np.unique(found.subjects, return_index=True, return_inverse=True)
    return found.outcome[first][place]


def _band(found: Predictions, seed: int) -> RocBand:
    from ...statistics.bootstrap import resamples

    def curve(outcome: np.ndarray, score: np.ndarray) -> np.ndarray:
        points = roc_curve(outcome, score)
        return np.interp(ROC_GRID, (1 - points.specificity)[::-1], points.sensitivity[::-1])

    p = found.probability[0]
    drawn = [curve(found.outcome[rows], p[rows])
             for rows in resamples(BAND_REPEATS, seed, _strata(found),
                                   found.subjects) if 0 < found.outcome[rows].mean() < 1]
    middle = np.mean([curve(found.outcome, one) for one in found.probability], axis=0)
    return RocBand(middle, *np.quantile(drawn, [0.025, 0.975], axis=0))


def _line(outcome: np.ndarray, probability: np.ndarray) -> CalibrationLine | None:
    lines = [line for one in probability if (line := _or_none(lambda one=one: calibration_line(outcome, one)))]
    if len(lines) < len(probability):
        return None
    return CalibrationLine(*(_mean([getattr(line, name) for line in lines])
                             for name in ("slope", "intercept", "in_the_large")))


def _or_none(compute: Callable[[], object]):
    try:
        return compute()
    except ValueError:
        return None


def _mean(estimates: Sequence[Estimate]) -> Estimate:
    value, lower, upper = (float(np.mean([getattr(one, name) for one in estimates]))
                           for name in ("value", "lower", "upper"))
    return Estimate(value, lower, upper, estimates[0].confidence)
