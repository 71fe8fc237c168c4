"""A number with its confidence interval, and the checks that all statistics of a binary outcome share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Estimate:
    """``value`` with the bounds of its confidence interval at the level ``confidence``."""

    value: float
    lower: float
    upper: float
    confidence: float = 0.95


def normal_quantile(confidence: float) -> float:
    """How many standard errors reach to either side; ValueError unless 0 < ``confidence`` < 1."""
    from scipy.stats import norm

    if not 0 < confidence < 1:
        raise ValueError(f"a confidence level lies between 0 and 1, not at {confidence}")
    return float(norm.ppf((1 + confidence) / 2))


def two_sided(z: float) -> float:
    """p of a standard normal statistic."""
    from scipy.stats import norm

    return float(2 * norm.sf(abs(z)))


def binary_outcome(outcome: np.ndarray, *others: np.ndarray) -> tuple[np.ndarray, ...]:
    """``outcome`` (n) as booleans and ``others`` (n) as numbers.

    ValueError unless all are one-dimensional, of one length, finite, the outcome is 0 or 1, and both values occur.
    """
    columns = [np.asarray(column, float) for column in (outcome, *others)]
    if any(column.ndim != 1 or column.shape != columns[0].shape for column in columns):
        raise ValueError(f"columns of one length are needed, not the shapes {[column.shape for column in columns]}")
    if not all(np.all(np.isfinite(column)) for column in columns):
        raise ValueError("every value must be a finite number")
    if set(np.unique(columns[0])) != {0.0, 1.0}:
        raise ValueError("the outcome must be 0 or 1, and both must occur")
    return columns[0] == 1, *columns[1:]


def probabilities(values: np.ndarray) -> np.ndarray:
    """``values`` as they are; ValueError unless they lie from 0 to 1."""
    if np.any((values < 0) | (values > 1)):
        raise ValueError("a probability lies from 0 to 1")
    return values


def weights_or_ones(weights: np.ndarray | None, like: np.ndarray) -> np.ndarray:
    """``weights`` (n) checked, or 1 for each; ValueError unless none is negative and some are positive."""
    if weights is None:
        return np.ones(like.shape)
    weights = np.asarray(weights, float)
    if weights.shape != like.shape or not np.all(np.isfinite(weights)) or weights.min() < 0 or weights.sum() <= 0:
        raise ValueError("weights must be finite, not negative, one for each row, and not all zero")
    return weights
