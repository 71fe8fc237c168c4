"""Minimum redundancy, maximum relevance (mRMR): features that say much about the outcome and little of each other.

Ding and Peng 2005 (doi:10.1142/S0219720005001004), Peng et al. 2005 (doi:10.1109/TPAMI.2005.159).  Published chains
rarely say which of its variants they used; here it always has a name.
"""

from __future__ import annotations

import numpy as np

from ..task import AUTO, CLASSIFICATION, TASKS
from .base import RankingSelector, check_choice
from .correlation import absolute_correlation
from .relevance import relevance

VARIANTS = ("MID", "MIQ", "FCD", "FCQ")
#: the least mean correlation that relevance is divided by
FLOOR = 0.001


class MinimumRedundancy(RankingSelector):
    """Takes the most relevant column first, then ``k`` − 1 times the one with the best difference or quotient.

    ``variant``: MID and MIQ are relevance − redundancy and relevance / redundancy with the mutual information of normal
    variables, −½·ln(1 − ρ²), as mRMRe estimates it (for classes ρ² is the share of the variance between them); FCD and
    FCQ have F and the absolute correlation.  Redundancy is the mean over the columns already taken, in quotients at
    least 0.001.  ``ranking_`` are the columns in the order they were taken; of equal ones the first.
    """

    tasks = TASKS[:2]

    def __init__(self, k: int = 10, variant: str = "MIQ", task: str = AUTO):
        super().__init__(k)
        self.variant = variant
        self.task = task

    def check(self) -> None:
        super().check()
        check_choice(self.variant, "variant", VARIANTS)

    def _choose(self, x, y, task, people):
        worth, alike = relevance(x, y, task), absolute_correlation(x)
        if self.variant.startswith("MI"):
            worth, alike = gaussian_information(_explained(worth, x, y, task)), gaussian_information(alike**2)
        self.ranking_ = mrmr_order(worth, alike, self.k, self.variant.endswith("Q"))
        return np.isin(np.arange(len(worth)), self.ranking_)


def mrmr_order(worth: np.ndarray, alike: np.ndarray, k: int, quotient: bool) -> np.ndarray:
    """Up to ``k`` columns in the order they are taken, from relevance (p) and redundancy of pairs (p, p).

    A copy of everything that was taken (redundancy as with itself) adds nothing, however relevant, and comes last.
    """
    taken = [int(np.argmax(worth))]
    redundancy = np.zeros(len(worth))
    while len(taken) < min(k, len(worth)):
        redundancy = redundancy + alike[taken[-1]]
        mean = redundancy / len(taken)
        score = worth / np.maximum(mean, FLOOR) if quotient else worth - mean
        score = np.where(mean >= np.diagonal(alike) * (1 - 1e-12), np.finfo(float).min, score)
        score[taken] = -np.inf
        taken.append(int(np.argmax(score)))
    return np.array(taken)


def gaussian_information(share: np.ndarray) -> np.ndarray:
    """−½·ln(1 − ρ²) of shares ρ² of explained variance; a copy (ρ² = 1) stays finite, far above all others."""
    return -0.5 * np.log1p(-np.minimum(share, 1 - 1e-15))


def _explained(f: np.ndarray, x: np.ndarray, y: np.ndarray, task: str) -> np.ndarray:
    """The share of the variance that F stands for."""
    between = len(np.unique(y)) - 1 if task == CLASSIFICATION else 1
    within = len(x) - between - 1
    return between / (between + within / np.maximum(f, 1e-300)) if within > 0 else np.ones(len(f))
