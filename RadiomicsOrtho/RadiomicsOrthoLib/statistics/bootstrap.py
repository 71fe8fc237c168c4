"""Resampling: samples of people or of clusters, percentile intervals, and the estimator .632+."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from .estimate import Estimate


def resamples(repeats: int, seed: int, strata: Sequence, clusters: Sequence | None = None) -> Iterator[np.ndarray]:
    """Indices of ``repeats`` samples with replacement, within each of ``strata`` (n labels).

    With ``clusters`` (n labels) whole clusters are drawn, as the plan of a survey or several scans of one person
    demand; a cluster lies in one stratum (ValueError).
    """
    strata = np.asarray(strata)
    units = np.arange(len(strata)) if clusters is None else np.unique(np.asarray(clusters), return_inverse=True)[1]
    members = [np.flatnonzero(units == unit) for unit in range(units.max() + 1)] if clusters is not None else None
    by_stratum = [np.unique(units[strata == stratum]) for stratum in np.unique(strata)]
    if sum(len(found) for found in by_stratum) != len(np.unique(units)):
        raise ValueError("a cluster must lie in one stratum")
    generator = np.random.default_rng(seed)
    for _ in range(repeats):
        drawn = np.concatenate([generator.choice(found, len(found)) for found in by_stratum])
        yield drawn if members is None else np.concatenate([members[unit] for unit in drawn])


def survey_replicates(repeats: int, seed: int, strata: Sequence, clusters: Sequence) -> Iterator[np.ndarray]:
    """Factors (n) for the weights of a survey that drew ``clusters`` (n labels) within ``strata`` (n labels).

    The rescaled bootstrap of Rao, Wu and Yue 1992 (Survey Methodology 18:209): of m clusters in a stratum m - 1 are
    drawn, and count m / (m - 1) times each time they come.  Drawing m of m would halve the variance where a stratum has
    two.  A stratum of one cluster keeps the factor 1 and adds no variance.
    """
    strata, units = np.asarray(strata), np.unique(np.asarray(clusters), return_inverse=True)[1]
    by_stratum = [np.unique(units[strata == stratum]) for stratum in np.unique(strata)]
    if sum(len(found) for found in by_stratum) != len(np.unique(units)):
        raise ValueError("a cluster must lie in one stratum")
    generator = np.random.default_rng(seed)
    for _ in range(repeats):
        factors = np.ones(units.max() + 1)
        for found in by_stratum:
            m = len(found)
            if m > 1:
                drawn = np.bincount(generator.integers(m, size=m - 1), minlength=m)
                factors[found] = drawn * m / (m - 1)
        yield factors[units]


def percentile_interval(value: float, replicates: Sequence[float], confidence: float = 0.95) -> Estimate:
    """``value`` with the quantiles of its bootstrap ``replicates`` (Efron 1979)."""
    tail = (1 - confidence) / 2
    lower, upper = np.quantile(np.asarray(replicates, float), [tail, 1 - tail])
    return Estimate(float(value), float(lower), float(upper), confidence)


def bootstrap_interval(statistic: Callable[..., float], *columns: np.ndarray, strata: Sequence | None = None,
                       clusters: Sequence | None = None, repeats: int = 2000, seed: int = 0,
                       confidence: float = 0.95) -> Estimate:
    """The percentile interval of ``statistic(*columns)``; columns (n, …) are resampled together.

    For an area under the ROC curve ``strata`` is the outcome, as in pROC.
    """
    columns = tuple(np.asarray(column) for column in columns)
    labels = np.zeros(len(columns[0])) if strata is None else strata
    replicates = [statistic(*(column[drawn] for column in columns))
                  for drawn in resamples(repeats, seed, labels, clusters)]
    return percentile_interval(statistic(*columns), replicates, confidence)


def error_632_plus(apparent: float, out_of_bag: float, no_information: float) -> float:
    """The .632+ estimate of an error rate (Efron and Tibshirani 1997, doi:10.1080/01621459.1997.10474007).

    ``apparent`` is the error on the data of the fit, ``out_of_bag`` the mean error on people whom a bootstrap sample
    left out, ``no_information`` the error if predictors said nothing.  For an area A the error is 1 − A, and 0.5
    without information.
    """
    bounded = min(out_of_bag, no_information)
    worse = bounded > apparent and no_information > apparent
    overfitting = (bounded - apparent) / (no_information - apparent) if worse else 0.0
    weight = 0.632 / (1 - 0.368 * overfitting)
    return (1 - weight) * apparent + weight * bounded
