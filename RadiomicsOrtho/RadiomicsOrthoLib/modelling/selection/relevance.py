"""How much one feature alone says about the outcome: statistics and p-values of each column."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..task import CLASSIFICATION, REGRESSION, SURVIVAL, event_and_time

Found = tuple[np.ndarray, np.ndarray]
#: bins of equal count that a number is cut into for the χ² test
CHI2_BINS = 5


def relevance(x: np.ndarray, y: np.ndarray, task: str) -> np.ndarray:
    """(features) F of an analysis of variance, F of a straight line, or χ² of Cox's score test; 0 if not defined."""
    test = {CLASSIFICATION: anova, REGRESSION: pearson, SURVIVAL: cox_score}[task]
    return np.nan_to_num(test(x, y)[0], nan=0.0, posinf=np.finfo(float).max)


def welch(x: np.ndarray, y: np.ndarray) -> Found:
    """|t| of Welch 1947 and p between two classes."""
    from scipy.stats import ttest_ind

    first, second = _two_classes(y)
    with np.errstate(all="ignore"):
        found = ttest_ind(x[first], x[second], axis=0, equal_var=False)
    return np.abs(found.statistic), found.pvalue


def mann_whitney(x: np.ndarray, y: np.ndarray) -> Found:
    """|AUC − ½| and the p of Mann and Whitney 1947 (normal approximation with ties) between two classes."""
    from scipy.stats import mannwhitneyu

    first, second = _two_classes(y)
    with np.errstate(all="ignore"):
        found = mannwhitneyu(x[first], x[second], axis=0, method="asymptotic")
    return np.abs(found.statistic / (len(first) * len(second)) - 0.5), found.pvalue


def anova(x: np.ndarray, y: np.ndarray) -> Found:
    """F and p of a one-way analysis of variance."""
    from sklearn.feature_selection import f_classif

    return _of_varying(lambda part: f_classif(part, y), x)


def kruskal_wallis(x: np.ndarray, y: np.ndarray) -> Found:
    """H and p of Kruskal and Wallis 1952."""
    from scipy.stats import kruskal

    return _of_varying(lambda part: tuple(kruskal(*(part[y == one] for one in np.unique(y)), axis=0)), x)


def chi_squared(x: np.ndarray, y: np.ndarray) -> Found:
    """Pearson's χ² and p between classes and the column: its values if few, else bins of equal count."""
    from scipy.stats import chi2_contingency

    place = np.unique(y, return_inverse=True)[1]
    found = []
    for column in x.T:
        values, bins = np.unique(column, return_inverse=True)
        if len(values) > CHI2_BINS:
            cuts = np.unique(np.quantile(column, np.linspace(0, 1, CHI2_BINS + 1)[1:-1]))
            bins = np.unique(np.searchsorted(cuts, column, side="left"), return_inverse=True)[1]
        table = np.zeros((bins.max() + 1, place.max() + 1))
        np.add.at(table, (bins, place), 1)
        found.append(chi2_contingency(table, correction=False)[:2] if len(table) > 1 else (np.nan, np.nan))
    return tuple(np.array(found, float).T)


def pearson(x: np.ndarray, y: np.ndarray) -> Found:
    """F and p of a straight line through each column."""
    from sklearn.feature_selection import f_regression

    return _of_varying(lambda part: f_regression(part, y), x)


def spearman(x: np.ndarray, y: np.ndarray) -> Found:
    """F and p of a straight line through the ranks."""
    from scipy.stats import rankdata

    return pearson(rankdata(x, axis=0), rankdata(y))


def cox_score(x: np.ndarray, y: np.ndarray) -> Found:
    """χ² (1 df) and p of the score test of a Cox model with one column; ties as Breslow 1974.

    With a column of two values and no ties it is the log-rank test.
    """
    from scipy.stats import chi2

    event, time = event_and_time(y)
    order = np.argsort(-time, kind="stable")
    event, time, x = event[order], time[order], (x - x.mean(axis=0))[order]
    # sums over everybody still at risk at each person's time, who is there with all of equal time
    last = np.searchsorted(-time, -time, side="right") - 1
    at_risk = (last + 1.0)[:, np.newaxis]
    mean = np.cumsum(x, axis=0)[last] / at_risk
    square = np.cumsum(x**2, axis=0)[last] / at_risk
    score = (x - mean)[event].sum(axis=0)
    information = (square - mean**2)[event].sum(axis=0)
    with np.errstate(all="ignore"):
        found = np.where(information > 1e-12, score**2 / information, np.nan)
    return found, chi2.sf(found, 1)


TESTS: dict[str, tuple[str, Callable[[np.ndarray, np.ndarray], Found]]] = {
    "t": (CLASSIFICATION, welch), "mann-whitney": (CLASSIFICATION, mann_whitney), "anova": (CLASSIFICATION, anova),
    "kruskal-wallis": (CLASSIFICATION, kruskal_wallis), "chi2": (CLASSIFICATION, chi_squared),
    "pearson": (REGRESSION, pearson), "spearman": (REGRESSION, spearman), "cox": (SURVIVAL, cox_score)}


def _two_classes(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    classes = np.unique(y)
    if len(classes) != 2:
        raise ValueError(f"this test compares two classes, and the outcome has {len(classes)}; use anova or "
                         "kruskal-wallis")
    return np.flatnonzero(y == classes[1]), np.flatnonzero(y == classes[0])


def _of_varying(test: Callable[[np.ndarray], Found], x: np.ndarray) -> Found:
    """The test of the columns that vary; not a number for the others, without the library's warnings."""
    statistic, p = np.full((2, x.shape[1]), np.nan)
    varying = np.ptp(x, axis=0) > 0
    if varying.any():
        with np.errstate(all="ignore"):
            statistic[varying], p[varying] = test(x[:, varying])
    return statistic, p
