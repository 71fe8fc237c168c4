"""How well a cross-validated model did, in numbers.

Figures are means over the repeats of the cross-validation, and an interval is the mean of the repeats' intervals:
repeats see the same people and do not make an interval narrower.  Counts are those of the first repeat.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..statistics.bootstrap import bootstrap_interval, percentile_interval, survey_replicates
from ..statistics.calibration import (
    CalibrationGroup,
    CalibrationLine,
    brier,
    calibration_line,
    calibration_table,
    scaled_brier,
)
from ..statistics.decision_curve import net_benefit, net_benefit_of_all
from ..statistics.estimate import Estimate
from ..statistics.proportions import Accuracy, accuracy_of
from ..statistics.roc import AucComparison, auc, delong, delong_covariance, paired_difference
from .training_data import TrainingData
from .validation import CrossValidated, Optimism, Plan

CALIBRATION_GROUPS = 5


@dataclass(frozen=True)
class NetBenefit:
    """At one threshold: of the model, and of acting on everybody; on nobody it is 0."""

    threshold: float
    model: float
    everybody: float


@dataclass(frozen=True)
class Performance:
    """``auc`` is unweighted, with DeLong's interval, ``auc_bootstrap`` weighted, by groups within
    strata.

    ``spread`` are the least and the greatest area of the repeats.  ``comparisons`` hold, by title, the baseline's own
    area and the difference model − baseline.
    """

    auc: Estimate
    auc_bootstrap: Estimate
    spread: tuple[float, float]
    subgroups: Mapping[str, tuple[Estimate, int, int]]
    comparisons: Mapping[str, tuple[Estimate, AucComparison]]
    calibration: CalibrationLine
    brier: float
    scaled_brier: float
    table: tuple[CalibrationGroup, ...]
    accuracy: Accuracy
    sensitivity_spread: tuple[float, float]
    benefit: tuple[NetBenefit, ...]
    optimism: Optimism
    events: int
    count: int


def evaluate(data: TrainingData, found: CrossValidated, optimism: Optimism, plan: Plan, thresholds: Sequence[float],
             baselines: Mapping[str, np.ndarray], subgroups: Mapping[str, np.ndarray]) -> Performance:
    """``baselines`` are scores (n) and ``subgroups`` booleans (n), by title."""
    y, w = data.outcome, data.weights
    areas = [delong(y, one) for one in found.probability]
    sensitivities = [float(one[y].mean()) for one in found.positive]
    return Performance(
        auc=_mean(areas), auc_bootstrap=_bootstrap(data, found, plan), spread=_ends([area.value for area in areas]),
        subgroups={title: (_mean([delong(y[chosen], one[chosen]) for one in found.probability]),
                           int(y[chosen].sum()), int(chosen.sum())) for title, chosen in subgroups.items()},
        comparisons={title: (delong(y, score), _compare(y, found.probability, score))
                     for title, score in baselines.items()},
        calibration=_calibration(data, found.probability, plan),
        brier=_average(lambda one: brier(y, one, w), found.probability),
        scaled_brier=_average(lambda one: scaled_brier(y, one, w), found.probability),
        table=calibration_table(y, found.probability[0], CALIBRATION_GROUPS),
        accuracy=accuracy_of(y, found.positive[0]), sensitivity_spread=_ends(sensitivities),
        benefit=_benefit(y, found.probability, thresholds),
        optimism=optimism, events=data.events, count=len(data))


def _compare(outcome: np.ndarray, probability: np.ndarray, score: np.ndarray) -> AucComparison:
    """Difference of areas and its variance, each the mean over the repeats."""
    differences, variances = [], []
    for one in probability:
        areas, covariance = delong_covariance(outcome, np.column_stack([one, score]))
        differences.append(areas[0] - areas[1])
        variances.append(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])
    return paired_difference(float(np.mean(differences)), float(np.mean(variances)))


def _bootstrap(data: TrainingData, found: CrossValidated, plan: Plan) -> Estimate:
    def mean_area(outcome: np.ndarray, weights: np.ndarray, probability: np.ndarray) -> float:
        return float(np.mean([auc(outcome, one, weights) for one in probability.T]))

    columns = (data.outcome, data.weights, found.probability.T)
    if not data.weighted:
        return bootstrap_interval(mean_area, *columns, strata=data.strata, clusters=data.groups, repeats=plan.bootstrap,
                                  seed=plan.seed)
    replicates = [mean_area(data.outcome, data.weights * factors, found.probability.T)
                  for factors in survey_replicates(plan.bootstrap, plan.seed, data.strata, data.groups)]
    return percentile_interval(mean_area(*columns), replicates)


def _calibration(data: TrainingData, probability: np.ndarray, plan: Plan) -> CalibrationLine:
    """Means over the repeats; of a survey the intervals are those of its replicates, in the first repeat."""
    names = ("slope", "intercept", "in_the_large")
    lines = [calibration_line(data.outcome, one, data.weights) for one in probability]
    means = {name: _mean([getattr(line, name) for line in lines]) for name in names}
    if not data.weighted:
        return CalibrationLine(**means)
    replicates = [calibration_line(data.outcome, probability[0], data.weights * factors)
                  for factors in survey_replicates(plan.bootstrap, plan.seed, data.strata, data.groups)]
    return CalibrationLine(**{name: percentile_interval(means[name].value,
                                                        [getattr(line, name).value for line in replicates])
                              for name in names})


def _benefit(outcome: np.ndarray, probability: np.ndarray, thresholds: Sequence[float]) -> tuple[NetBenefit, ...]:
    of_model = np.mean([net_benefit(outcome, one, thresholds) for one in probability], axis=0)
    of_all = net_benefit_of_all(outcome, thresholds)
    return tuple(NetBenefit(float(t), float(m), float(a))
                 for t, m, a in zip(thresholds, of_model, of_all, strict=True))


def _average(statistic: Callable[[np.ndarray], float], probability: np.ndarray) -> float:
    return float(np.mean([statistic(one) for one in probability]))


def _mean(estimates: Sequence[Estimate]) -> Estimate:
    value, lower, upper = (float(np.mean([getattr(one, name) for one in estimates]))
                           for name in ("value", "lower", "upper"))
    return Estimate(value, lower, upper, estimates[0].confidence)


def _ends(values: Sequence[float]) -> tuple[float, float]:
    return min(values), max(values)
