"""Features that say something about the outcome on their own."""

from __future__ import annotations

import numpy as np

from ..task import AUTO, TASKS
from .base import FeatureSelector, RankingSelector, check_choice, check_count, check_share, top
from .relevance import TESTS


class UnivariateFilter(FeatureSelector):
    """Keeps columns by a ``test`` of each: the best ``k``, those with a p up to ``p``, or up to the share ``fdr``.

    ``fdr`` is the expected share of false ones among those kept (Benjamini and Hochberg 1995,
    doi:10.1111/j.2517-6161.1995.tb02031.x).  Exactly one of the three is given; without any the best ten stay.  A
    column that does not vary has p = 1.
    """

    def __init__(self, test: str = "anova", k: int | None = None, p: float | None = None, fdr: float | None = None,
                 task: str = AUTO):
        self.test = test
        self.k = k
        self.p = p
        self.fdr = fdr
        self.task = task

    @property
    def tasks(self) -> tuple[str, ...]:
        return (TESTS[self.test][0],)

    def check(self) -> None:
        check_choice(self.test, "test", tuple(TESTS))
        if sum(one is not None for one in (self.k, self.p, self.fdr)) > 1:
            raise ValueError("one of k, p and fdr says which features stay, not several")
        if self.k is not None:
            check_count(self.k)
        for name in ("p", "fdr"):
            if getattr(self, name) is not None:
                check_share(getattr(self, name), name)

    def _choose(self, x, y, task, people):
        from scipy.stats import false_discovery_control

        statistic, p = TESTS[self.test][1](x, y)
        undefined = ~np.isfinite(p)
        self.pvalues_ = np.where(undefined, 1.0, p)
        # of p-values too small to be told apart the greater statistic is first
        self.scores_ = np.where(undefined, -np.inf, statistic)
        if self.p is not None:
            return self.pvalues_ <= self.p
        if self.fdr is not None:
            return false_discovery_control(self.pvalues_) <= self.fdr
        return top(self.scores_, 10 if self.k is None else self.k)

    def _best(self, x, y):
        return int(np.argmax(self.scores_))

    def __sklearn_tags__(self):
        from sklearn.utils import ClassifierTags

        tags = super().__sklearn_tags__()
        if self.test in ("t", "mann-whitney"):
            tags.classifier_tags = ClassifierTags(multi_class=False)
        return tags


class MutualInformation(RankingSelector):
    """The ``k`` columns of the greatest mutual information with the outcome (scikit-learn, Kraskov et al. 2004).

    ``neighbours`` are those of the estimate; equal numbers are told apart by noise from ``seed``.
    """

    tasks = TASKS[:2]

    def __init__(self, k: int = 10, neighbours: int = 3, seed: int = 0, task: str = AUTO):
        super().__init__(k)
        self.neighbours = neighbours
        self.seed = seed
        self.task = task

    def check(self) -> None:
        super().check()
        check_count(self.neighbours, "neighbours")

    def _score(self, x, y, task):
        from sklearn.feature_selection import mutual_info_classif, mutual_info_regression

        information = mutual_info_classif if task == TASKS[0] else mutual_info_regression
        return information(x, y, n_neighbors=self.neighbours, random_state=self.seed)
