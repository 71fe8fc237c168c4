"""Logistic regression by maximum likelihood, as the statistics here need it: offset, weights, standard errors.

Models are fitted with scikit-learn or statsmodels; this is for machines that have neither.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .estimate import binary_outcome, weights_or_ones

_ITERATIONS = 100


@dataclass(frozen=True)
class LogisticFit:
    """``coefficients`` (k) in the order of the design's columns, their ``covariance`` (k, k), the log-likelihood."""

    coefficients: np.ndarray
    covariance: np.ndarray
    log_likelihood: float

    @property
    def standard_errors(self) -> np.ndarray:
        return np.sqrt(np.diag(self.covariance))


def logit(probability: np.ndarray) -> np.ndarray:
    """ln(p / (1 − p)); ValueError unless every p lies inside 0 … 1."""
    probability = np.asarray(probability, float)
    if not np.all((probability > 0) & (probability < 1)):
        raise ValueError("a probability of exactly 0 or 1 has no finite logit")
    return np.log(probability) - np.log1p(-probability)


def inverse_logit(predictor: np.ndarray) -> np.ndarray:
    """1 / (1 + e^−x), without overflow."""
    from scipy.special import expit

    return expit(predictor)


def fit_logistic(design: np.ndarray, outcome: np.ndarray, offset: np.ndarray | None = None,
                 weights: np.ndarray | None = None) -> LogisticFit:
    """Fit ``outcome`` (n) on the columns of ``design`` (n, k), which holds the constant if one is wanted.

    Newton's method with halved steps.  ValueError where there is no maximum (columns that depend on each other, or
    outcomes that a column separates).
    """
    design = np.asarray(design, float)
    events = binary_outcome(outcome, *design.T)[0]
    shift = np.zeros(len(events)) if offset is None else np.asarray(offset, float)
    weights = weights_or_ones(weights, shift)
    found = np.zeros(design.shape[1])
    likelihood = _log_likelihood(design @ found + shift, events, weights)
    for _ in range(_ITERATIONS):
        risk = inverse_logit(design @ found + shift)
        information = (design * (weights * risk * (1 - risk))[:, np.newaxis]).T @ design
        try:
            step = np.linalg.solve(information, design.T @ (weights * (events - risk)))
        except np.linalg.LinAlgError:
            break
        size = 1.0
        while size > 1e-8 and not _log_likelihood(design @ (found + size * step) + shift, events,
                                                  weights) >= likelihood - 1e-12 * abs(likelihood):
            size /= 2
        found = found + size * step
        likelihood = _log_likelihood(design @ found + shift, events, weights)
        if np.abs(step).max() <= 1e-10 * (1 + np.abs(found).max()):
            if np.linalg.cond(information) > 1e14:
                break
            return LogisticFit(found, np.linalg.inv(information), float(likelihood))
    raise ValueError("the logistic regression has no maximum: columns depend on each other or separate the outcomes")


def likelihood_ratio_test(smaller: float, greater: float, freedom: int) -> tuple[float, float]:
    """χ² and p of two nested fits from their log-likelihoods; ``freedom`` is the number of added coefficients."""
    from scipy.stats import chi2

    statistic = 2 * (greater - smaller)
    if freedom < 1 or statistic < -1e-6:
        raise ValueError("the greater model must have more coefficients and at least the same likelihood")
    return max(statistic, 0.0), float(chi2.sf(max(statistic, 0.0), freedom))


def _log_likelihood(predictor: np.ndarray, events: np.ndarray, weights: np.ndarray) -> float:
    # ln(1 + e^x) without overflow
    return float((weights * (events * predictor - np.logaddexp(0, predictor))).sum())
