"""How well numbers are predicted: correlation, share of the variance, and the F of a linear regression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .estimate import Estimate, normal_quantile


@dataclass(frozen=True)
class FTest:
    """F with its degrees of freedom and p."""

    statistic: float
    between: int
    within: int
    p: float


def correlation(observed: np.ndarray, predicted: np.ndarray, confidence: float = 0.95) -> Estimate:
    """Pearson's r with the interval of Fisher's z (1915); ValueError where one of them does not vary."""
    observed, predicted = _checked(observed, predicted)
    if len(observed) < 4 or np.ptp(observed) == 0 or np.ptp(predicted) == 0:
        raise ValueError("a correlation needs four pairs of numbers that vary")
    r = float(np.clip(np.corrcoef(observed, predicted)[0, 1], -1, 1))
    if abs(r) == 1:
        return Estimate(r, r, r, confidence)
    centre, reach = np.arctanh(r), normal_quantile(confidence) / np.sqrt(len(observed) - 3)
    return Estimate(r, float(np.tanh(centre - reach)), float(np.tanh(centre + reach)), confidence)


def determination(observed: np.ndarray, predicted: np.ndarray) -> float:
    """R² = 1 − Σ(y − ŷ)² / Σ(y − ȳ)²: below 0 where the mean would have predicted better, NaN where y does not vary."""
    observed, predicted = _checked(observed, predicted)
    total = float(((observed - observed.mean()) ** 2).sum())
    return float(1 - ((observed - predicted) ** 2).sum() / total) if total > 0 else float("nan")


def adjusted_determination(r2: float, predictors: int, count: int) -> float:
    """R² less what so many predictors explain by chance."""
    return 1 - (1 - r2) * (count - 1) / _freedom(predictors, count)


def f_test(r2: float, predictors: int, count: int) -> FTest:
    """F = (R²/k) / ((1 − R²)/(n − k − 1)) of a linear regression with its constant, on the people it was fitted to."""
    from scipy.stats import f

    within = _freedom(predictors, count)
    if not 0 <= r2 < 1:
        raise ValueError(f"R² of a linear regression lies from 0 to below 1, not at {r2}")
    statistic = (r2 / predictors) / ((1 - r2) / within)
    return FTest(statistic, predictors, within, float(f.sf(statistic, predictors, within)))


def _freedom(predictors: int, count: int) -> int:
    if predictors < 1 or count - predictors - 1 < 1:
        raise ValueError(f"{predictors} predictors and {count} rows leave no degree of freedom")
    return count - predictors - 1


def _checked(observed: np.ndarray, predicted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    observed, predicted = np.asarray(observed, float), np.asarray(predicted, float)
    if observed.shape != predicted.shape or observed.ndim != 1 or not np.isfinite(observed + predicted).all():
        raise ValueError("two columns of finite numbers of one length are needed")
    return observed, predicted
