"""The receiver operating characteristic (ROC): its area, the area's error by DeLong, its points and cut-offs.

A greater score speaks for the outcome; ties count half.  Variances are those of DeLong, DeLong and Clarke-Pearson 1988
(doi:10.2307/2531595), computed from midranks as Sun and Xu 2014 (doi:10.1109/LSP.2014.2337313).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .estimate import Estimate, binary_outcome, normal_quantile, two_sided, weights_or_ones


@dataclass(frozen=True)
class RocCurve:
    """Points of the curve from (1, 1) down to (0, 0): positive is a score above ``thresholds``.

    Thresholds lie half-way between neighbouring scores, the outer ones at −∞ and +∞.
    """

    thresholds: np.ndarray
    sensitivity: np.ndarray
    specificity: np.ndarray


@dataclass(frozen=True)
class Cutoff:
    """One point of the curve; positive is a score above ``threshold``."""

    threshold: float
    sensitivity: float
    specificity: float

    @property
    def youden(self) -> float:
        return self.sensitivity + self.specificity - 1


@dataclass(frozen=True)
class AucComparison:
    """Two areas: the ``difference`` first − second with its interval, the test statistic and its two-sided p.

    ``statistic`` is normal for scores of the same people, of Student's t with ``freedom`` for different ones.
    """

    difference: Estimate
    statistic: float
    p: float
    freedom: float | None = None


def auc(outcome: np.ndarray, score: np.ndarray, weights: np.ndarray | None = None) -> float:
    """Area under the ROC curve of ``score`` (n); with sampling ``weights`` (n), that of the population."""
    events, score = binary_outcome(outcome, score)
    weights = weights_or_ones(weights, score)
    positive, negative = weights * events, weights * ~events
    if positive.sum() <= 0 or negative.sum() <= 0:
        raise ValueError("both outcomes need some weight")
    values, place = np.unique(score, return_inverse=True)
    of_events, of_others = (np.bincount(place, w, len(values)) for w in (positive, negative))
    below = np.cumsum(of_others) - of_others
    return float((of_events * (below + of_others / 2)).sum() / (positive.sum() * negative.sum()))


def delong_covariance(outcome: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Areas (k) of ``scores`` (n, k) of the same n people, and their covariance (k, k).

    ValueError as in ``binary_outcome``, and unless there are two people of each outcome.
    """
    scores = np.asarray(scores, float)
    events = binary_outcome(outcome, *scores.T)[0]
    m, n = int(events.sum()), int((~events).sum())
    if min(m, n) < 2:
        raise ValueError("the error of an area needs two people of each outcome at least")
    placements = [_placements(column[events], column[~events]) for column in scores.T]
    areas = np.array([of_events.mean() for of_events, _ in placements])
    of_events, of_others = (np.atleast_2d(np.cov([pair[side] for pair in placements])) for side in (0, 1))
    return areas, of_events / m + of_others / n


def delong(outcome: np.ndarray, score: np.ndarray, confidence: float = 0.95) -> Estimate:
    """The area of ``score`` (n) with DeLong's normal interval, cut to 0 … 1."""
    areas, covariance = delong_covariance(outcome, np.asarray(score, float)[:, np.newaxis])
    return auc_interval(float(areas[0]), float(covariance[0, 0]), confidence)


def auc_interval(area: float, variance: float, confidence: float = 0.95) -> Estimate:
    """The normal interval of an area of known variance, cut to 0 … 1."""
    reach = normal_quantile(confidence) * math.sqrt(max(variance, 0.0))
    return Estimate(area, max(area - reach, 0.0), min(area + reach, 1.0), confidence)


def compare_paired(outcome: np.ndarray, first: np.ndarray, second: np.ndarray,
                   confidence: float = 0.95) -> AucComparison:
    """Two scores of the same people (n each)."""
    areas, covariance = delong_covariance(outcome, np.column_stack([first, second]))
    variance = float(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])
    return paired_difference(float(areas[0] - areas[1]), variance, confidence)


def paired_difference(difference: float, variance: float, confidence: float = 0.95) -> AucComparison:
    """The comparison that follows from a difference of areas and its variance; equal scores do not differ (p = 1)."""
    if variance <= 1e-16:
        return AucComparison(Estimate(difference, difference, difference, confidence), 0.0, 1.0)
    error = math.sqrt(variance)
    reach = normal_quantile(confidence) * error
    return AucComparison(Estimate(difference, difference - reach, difference + reach, confidence),
                         difference / error, two_sided(difference / error))


def compare_unpaired(first_outcome: np.ndarray, first: np.ndarray, second_outcome: np.ndarray, second: np.ndarray,
                     confidence: float = 0.95) -> AucComparison:
    """Scores of different people; degrees of freedom by Welch and Satterthwaite, as pROC has them."""
    from scipy.stats import t

    areas, variances, freedoms = [], [], []
    for outcome, score in ((first_outcome, first), (second_outcome, second)):
        area, covariance = delong_covariance(outcome, np.asarray(score, float)[:, np.newaxis])
        areas.append(float(area[0]))
        variances.append(float(covariance[0, 0]))
        freedoms.append(len(np.asarray(score)) - 1)
    variance = sum(variances)
    if variance <= 0:
        raise ValueError("two areas without any error cannot be compared")
    freedom = variance**2 / sum(v**2 / f for v, f in zip(variances, freedoms, strict=True))
    difference, error = areas[0] - areas[1], math.sqrt(variance)
    reach = float(t.ppf((1 + confidence) / 2, freedom)) * error
    return AucComparison(Estimate(difference, difference - reach, difference + reach, confidence),
                         difference / error, float(2 * t.sf(abs(difference / error), freedom)), freedom)


def roc_curve(outcome: np.ndarray, score: np.ndarray) -> RocCurve:
    """Every point of the curve of ``score`` (n), in rising order of the threshold."""
    events, score = binary_outcome(outcome, score)
    values = np.unique(score)
    thresholds = np.concatenate([[-math.inf], (values[1:] + values[:-1]) / 2, [math.inf]])
    above = [np.sort(score[chosen]) for chosen in (events, ~events)]
    share = [1 - np.searchsorted(ranked, thresholds, side="right") / len(ranked) for ranked in above]
    return RocCurve(thresholds, share[0], 1 - share[1])


def youden_cutoff(outcome: np.ndarray, score: np.ndarray) -> Cutoff:
    """Where sensitivity + specificity is greatest (Youden 1950); of equal ones the most sensitive."""
    curve = roc_curve(outcome, score)
    return _at(curve, int(np.argmax(np.round(curve.sensitivity + curve.specificity, 12))))


def cutoff_for_sensitivity(outcome: np.ndarray, score: np.ndarray, sensitivity: float) -> Cutoff:
    """The most specific cut-off that reaches ``sensitivity`` (above 0, up to 1)."""
    if not 0 < sensitivity <= 1:
        raise ValueError(f"a sensitivity lies above 0 and up to 1, not at {sensitivity}")
    curve = roc_curve(outcome, score)
    return _at(curve, int(np.flatnonzero(curve.sensitivity >= sensitivity - 1e-12)[-1]))


def _at(curve: RocCurve, place: int) -> Cutoff:
    return Cutoff(float(curve.thresholds[place]), float(curve.sensitivity[place]), float(curve.specificity[place]))


def _placements(of_events: np.ndarray, of_others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each event the share of others below it, for each other the share of events above it."""
    from scipy.stats import rankdata

    m, n = len(of_events), len(of_others)
    together = rankdata(np.concatenate([of_events, of_others]))
    return ((together[:m] - rankdata(of_events)) / n, 1 - (together[m:] - rankdata(of_others)) / m)
