"""Do predicted probabilities come true?  Line, calibration in the large, groups, and tests of fit.

Names and definitions as in Van Calster et al. 2016 (doi:10.1016/j.jclinepi.2015.12.005) and Harrell's ``val.prob``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .estimate import Estimate, binary_outcome, normal_quantile, probabilities, two_sided, weights_or_ones
from .logistic import fit_logistic, logit
from .proportions import clopper_pearson


@dataclass(frozen=True)
class CalibrationLine:
    """logit(outcome) = intercept + slope × logit(prediction); 0 and 1 are perfect.

    A slope below 1 says that predictions are too extreme.  ``in_the_large`` is the intercept with the slope held at 1:
    above 0 the outcome is more frequent than predicted.
    """

    slope: Estimate
    intercept: Estimate
    in_the_large: Estimate


@dataclass(frozen=True)
class CalibrationGroup:
    """People of like prediction: from ``lowest`` to ``highest``, ``predicted`` on average, ``observed`` (exact)."""

    lowest: float
    highest: float
    predicted: float
    observed: Estimate
    events: int
    count: int


def brier(outcome: np.ndarray, predicted: np.ndarray, weights: np.ndarray | None = None) -> float:
    """Mean squared difference of ``predicted`` (n) and ``outcome`` (n) (Brier 1950)."""
    events, predicted = _checked(outcome, predicted)
    return float(np.average((predicted - events) ** 2, weights=weights_or_ones(weights, predicted)))


def scaled_brier(outcome: np.ndarray, predicted: np.ndarray, weights: np.ndarray | None = None) -> float:
    """1 − Brier / Brier of the mean outcome: 1 is perfect, 0 no better than one number for all."""
    events = np.asarray(outcome, float)
    share = np.average(events, weights=weights_or_ones(weights, events))
    return 1 - brier(outcome, predicted, weights) / float(share * (1 - share))


def calibration_line(outcome: np.ndarray, predicted: np.ndarray, weights: np.ndarray | None = None,
                     confidence: float = 0.95) -> CalibrationLine:
    """The line of ``predicted`` (n) against ``outcome`` (n).

    With ``weights`` the values are those of the weighted sample; the standard errors are then only those of weights as
    counts, so take a bootstrap.  ValueError for a prediction of exactly 0 or 1.
    """
    _, predicted = _checked(outcome, predicted)
    x = logit(predicted)
    line = fit_logistic(np.column_stack([np.ones(len(x)), x]), outcome, weights=weights)
    level = fit_logistic(np.ones((len(x), 1)), outcome, offset=x, weights=weights)
    z = normal_quantile(confidence)

    def of(value: float, error: float) -> Estimate:
        return Estimate(float(value), float(value - z * error), float(value + z * error), confidence)

    intercept, slope = (of(*pair) for pair in zip(line.coefficients, line.standard_errors, strict=True))
    return CalibrationLine(slope, intercept, of(level.coefficients[0], level.standard_errors[0]))


def calibration_table(outcome: np.ndarray, predicted: np.ndarray, groups: int = 10,
                      confidence: float = 0.95) -> tuple[CalibrationGroup, ...]:
    """Groups of like prediction, cut at quantiles (right-closed); fewer than ``groups`` where predictions are tied."""
    events, predicted = _checked(outcome, predicted)
    place = quantile_groups(predicted, groups)
    found = []
    for number in np.unique(place):
        chosen = place == number
        k, n = int(events[chosen].sum()), int(chosen.sum())
        found.append(CalibrationGroup(float(predicted[chosen].min()), float(predicted[chosen].max()),
                                      float(predicted[chosen].mean()), clopper_pearson(k, n, confidence), k, n))
    return tuple(found)


def quantile_groups(values: np.ndarray, groups: int) -> np.ndarray:
    """The group (from 0) of each of ``values`` (n) between its quantiles (type 7), each closed on the right."""
    if groups < 2:
        raise ValueError("two groups at least are needed")
    edges = np.unique(np.quantile(values, np.linspace(0, 1, groups + 1)))
    return np.maximum(np.searchsorted(edges, values, side="left") - 1, 0)


def hosmer_lemeshow(outcome: np.ndarray, predicted: np.ndarray, groups: int = 10) -> tuple[float, int, float]:
    """χ², degrees of freedom (groups − 2) and p of Hosmer and Lemeshow 1980, for the data a model was fitted on.

    ValueError where ties leave fewer than three groups, or a group of predictions that are all 0 or all 1.
    """
    events, predicted = _checked(outcome, predicted)
    place = quantile_groups(predicted, groups)
    used = np.unique(place)
    if len(used) < 3:
        raise ValueError("the predictions are too few for three groups")
    from scipy.stats import chi2

    statistic = 0.0
    for number in used:
        chosen = place == number
        for observed, expected in ((events[chosen].sum(), predicted[chosen].sum()),
                                   ((~events[chosen]).sum(), (1 - predicted[chosen]).sum())):
            if expected <= 0:
                raise ValueError("a group expects no case at all")
            statistic += float((observed - expected) ** 2 / expected)
    return statistic, len(used) - 2, float(chi2.sf(statistic, len(used) - 2))


def spiegelhalter(outcome: np.ndarray, predicted: np.ndarray) -> tuple[float, float]:
    """z and two-sided p of Spiegelhalter 1986 (doi:10.1002/sim.4780050506): is the Brier score what it should be?"""
    events, predicted = _checked(outcome, predicted)
    difference = ((events - predicted) * (1 - 2 * predicted)).sum()
    variance = ((1 - 2 * predicted) ** 2 * predicted * (1 - predicted)).sum()
    if variance <= 0:
        raise ValueError("predictions of 0, 0.5 or 1 only cannot be tested")
    z = float(difference / math.sqrt(variance))
    return z, two_sided(z)


@dataclass(frozen=True)
class CalibrationCurve:
    """The smooth curve of ``observed`` over ``predicted`` (points, rising).

    How far the two lie apart over the people: on ``average`` (Eavg), for nine tenths (E90), and at most (Emax), as
    ``val.prob`` has them.
    """

    predicted: np.ndarray
    observed: np.ndarray
    average: float
    ninetieth: float
    greatest: float


def calibration_curve(outcome: np.ndarray, predicted: np.ndarray, span: float = 2 / 3) -> CalibrationCurve:
    """Cleveland's lowess of ``outcome`` (n) over ``predicted`` (n), without iterations, as for outcomes of 0 and 1.

    Of statsmodels.  ValueError for fewer than ten people, or predictions that are all the same.
    """
    from statsmodels.nonparametric.smoothers_lowess import lowess

    events, predicted = _checked(outcome, predicted)
    if len(predicted) < 10 or np.ptp(predicted) == 0:
        raise ValueError("a curve needs ten people and predictions that differ")
    curve = lowess(events.astype(float), predicted, frac=span, it=0)
    observed = np.interp(predicted, curve[:, 0], curve[:, 1])
    apart = np.abs(observed - predicted)
    points, first = np.unique(curve[:, 0], return_index=True)
    return CalibrationCurve(points, np.clip(curve[first, 1], 0, 1), float(apart.mean()),
                            float(np.quantile(apart, 0.9)), float(apart.max()))


def expected_calibration_error(table: Sequence[CalibrationGroup]) -> float:
    """Mean distance of predicted and observed over the groups, each by its size."""
    return float(np.average([abs(group.predicted - group.observed.value) for group in table],
                            weights=[group.count for group in table]))


def _checked(outcome: np.ndarray, predicted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    events, predicted = binary_outcome(outcome, predicted)
    return events, probabilities(predicted)
