"""Of features that say nearly the same, one stays."""

from __future__ import annotations

import numpy as np

from ..task import AUTO, TASKS
from .base import FeatureSelector, check_choice, check_share
from .relevance import relevance

METHODS = ("pearson", "spearman")
KEEP = ("first", "relevant", "unlike")


class CorrelationFilter(FeatureSelector):
    """Walks the columns in the order of ``keep`` and drops those correlated above ``limit`` with one that stayed.

    ``keep`` says which of two stays: the ``first`` in the table, the more ``relevant`` to the outcome, or the one more
    ``unlike`` all others (smaller mean absolute correlation, as caret's findCorrelation).  Of equal ones the first.  A
    constant column is correlated with none.  Correlations are absolute, of Pearson or (ranks) Spearman.
    """

    def __init__(self, method: str = "pearson", limit: float = 0.9, keep: str = "first", task: str = AUTO):
        self.method = method
        self.limit = limit
        self.keep = keep
        self.task = task

    @property
    def tasks(self) -> tuple[str, ...]:
        return TASKS if self.keep == "relevant" else ()

    def check(self) -> None:
        check_choice(self.method, "method", METHODS)
        check_choice(self.keep, "keep", KEEP)
        check_share(self.limit, "limit")

    def _choose(self, x, y, task, people):
        alike = absolute_correlation(x, self.method)
        if self.keep == "relevant":
            order = np.argsort(-relevance(x, y, task), kind="stable")
        elif self.keep == "unlike":
            order = np.argsort(np.round(alike.mean(axis=0), 12), kind="stable")
        else:
            order = np.arange(x.shape[1])
        kept: list[int] = []
        for column in order:
            if not np.any(alike[column, kept] > self.limit):
                kept.append(int(column))
        return np.isin(np.arange(x.shape[1]), kept)


def absolute_correlation(x: np.ndarray, method: str = "pearson") -> np.ndarray:
    """(features, features) between the columns of ``x`` (n, features); 0 with a constant column, 1 with itself."""
    from scipy.stats import rankdata

    values = rankdata(x, axis=0) if method == "spearman" else x
    centred = values - values.mean(axis=0)
    length = np.sqrt((centred**2).sum(axis=0))
    # rounding leaves a little of a column that is constant
    constant = np.ptp(values, axis=0) == 0
    unit = np.where(constant, 0.0, centred / np.where(constant | (length == 0), 1.0, length))
    found = np.clip(np.abs(unit.T @ unit), 0.0, 1.0)
    np.fill_diagonal(found, 1.0)
    return found
