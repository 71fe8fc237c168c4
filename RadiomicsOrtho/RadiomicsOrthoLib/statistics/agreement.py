"""Agreement of repeated measurements: intraclass correlation coefficients (ICC) with confidence intervals.

Forms as in Shrout and Fleiss 1979 (doi:10.1037/0033-2909.86.2.420), with the intervals of McGraw and Wong 1996
(doi:10.1037/1082-989X.1.1.30), whose names are given too.  Every function takes many measurements at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: (form, number averaged: one rating, or all ``k``) → the name of McGraw and Wong
FORMS = {"1,1": "one-way random, single rating, ICC(1)",
         "2,1": "two-way random, absolute agreement, single rating, ICC(A,1)",
         "3,1": "two-way mixed, consistency, single rating, ICC(C,1)",
         "1,k": "one-way random, mean of k ratings, ICC(k)",
         "2,k": "two-way random, absolute agreement, mean of k ratings, ICC(A,k)",
         "3,k": "two-way mixed, consistency, mean of k ratings, ICC(C,k)"}
#: measurements that differ by less than this share of their size are the same but for rounding
_ROUNDING = 1e-12


@dataclass(frozen=True)
class MeanSquares:
    """Mean squares of a two-way analysis of variance without replication, each an array of the measurements' shape.

    ``targets`` between the n targets, ``raters`` between the k raters, ``residual`` of both, and ``within`` targets.
    """

    targets: np.ndarray
    raters: np.ndarray
    residual: np.ndarray
    within: np.ndarray
    n: int
    k: int


@dataclass(frozen=True)
class IntraclassCorrelation:
    """An ICC with its confidence interval, arrays of the measurements' shape; NaN where it is not defined."""

    form: str
    value: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    n: int
    k: int


def mean_squares(ratings: np.ndarray) -> MeanSquares:
    """Mean squares of ``ratings`` (n targets, k raters, …); all must be finite, n and k at least 2 (ValueError)."""
    ratings = np.asarray(ratings, float)
    if ratings.ndim < 2 or min(ratings.shape[:2]) < 2:
        raise ValueError(f"two targets and two raters at least are needed, not the shape {ratings.shape}")
    if not np.all(np.isfinite(ratings)):
        raise ValueError("every target must be rated by every rater with a finite number")
    n, k = ratings.shape[:2]
    # about the mean, so that squares of large numbers do not cancel
    centred = ratings - ratings.mean(axis=(0, 1))
    of_targets, of_raters = centred.mean(axis=1), centred.mean(axis=0)
    residual = centred - of_targets[:, np.newaxis] - of_raters
    return MeanSquares(targets=k * (of_targets ** 2).sum(axis=0) / (n - 1),
                       raters=n * (of_raters ** 2).sum(axis=0) / (k - 1),
                       residual=(residual ** 2).sum(axis=(0, 1)) / ((n - 1) * (k - 1)),
                       within=((centred - of_targets[:, np.newaxis]) ** 2).sum(axis=(0, 1)) / (n * (k - 1)), n=n, k=k)


def intraclass_correlation(ratings: np.ndarray, form: str = "2,1", confidence: float = 0.95) -> IntraclassCorrelation:
    """The ICC of ``ratings`` (n targets, k raters, …) in one of ``FORMS``.

    It may be negative, where targets differ less than ratings of one target.  Of measurements that are the same for
    all targets and raters it is not defined: NaN.  ValueError as in ``mean_squares``, and for an unknown form.
    """
    if form not in FORMS:
        raise ValueError(f"the form of an ICC is one of {', '.join(FORMS)}, not {form!r}")
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence level lies between 0 and 1, not at {confidence}")
    ratings = np.asarray(ratings, float)
    ms = mean_squares(ratings)
    with np.errstate(divide="ignore", invalid="ignore"):
        single = {"1": _one_way, "2": _absolute, "3": _consistency}[form[0]](ms, (1 + confidence) / 2)
        if form.endswith("k"):
            # Spearman and Brown: what the mean of k ratings gains
            single = tuple(ms.k * x / (1 + (ms.k - 1) * x) for x in single)
        else:
            # no ICC of single ratings lies outside; Satterthwaite's bounds may
            single = tuple(np.clip(x, -1 / (ms.k - 1), 1) for x in single)
    # rounding is neither a difference between targets nor one between ratings of a target
    nothing = _ROUNDING * np.abs(ratings).max(axis=(0, 1))
    constant = np.ptp(ratings, axis=(0, 1)) <= nothing
    perfect = np.ptp(ratings, axis=1).max(axis=0) <= nothing
    value, lower, upper = (np.where(constant, np.nan, np.where(perfect, 1.0, x)) for x in single)
    return IntraclassCorrelation(form, value, lower, upper, ms.n, ms.k)


def _one_way(ms: MeanSquares, quantile: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return _from_ratio(ms.targets, ms.within, ms.k, ms.n - 1, ms.n * (ms.k - 1), quantile)


def _consistency(ms: MeanSquares, quantile: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return _from_ratio(ms.targets, ms.residual, ms.k, ms.n - 1, (ms.n - 1) * (ms.k - 1), quantile)


def _from_ratio(between: np.ndarray, error: np.ndarray, k: int, free_between: int, free_error: int,
                quantile: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Value and bounds where the ratio of two mean squares has an F distribution."""
    from scipy.stats import f

    def of_ratio(shrunk: float) -> np.ndarray:
        """(F' - 1) / (F' + k - 1) of F' = between / error / shrunk."""
        return (between - shrunk * error) / (between + (k - 1) * shrunk * error)

    return (of_ratio(1.0), of_ratio(f.ppf(quantile, free_between, free_error)),
            of_ratio(1 / f.ppf(quantile, free_error, free_between)))


def _absolute(ms: MeanSquares, quantile: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Shrout and Fleiss' case 2; the interval is Satterthwaite's approximation."""
    from scipy.stats import f

    n, k = ms.n, ms.k
    value = (ms.targets - ms.residual) / (ms.targets + (k - 1) * ms.residual + k / n * (ms.raters - ms.residual))
    a = k * value / (n * (1 - value))
    b = 1 + k * value * (n - 1) / (n * (1 - value))
    freedom = (a * ms.raters + b * ms.residual) ** 2 / (
        (a * ms.raters) ** 2 / (k - 1) + (b * ms.residual) ** 2 / ((n - 1) * (k - 1)))
    low, high = f.ppf(quantile, n - 1, freedom), f.ppf(quantile, freedom, n - 1)
    spread = k * ms.raters + (k * n - k - n) * ms.residual
    lower = n * (ms.targets - low * ms.residual) / (low * spread + n * ms.targets)
    upper = n * (high * ms.targets - ms.residual) / (spread + n * high * ms.targets)
    return value, lower, upper
