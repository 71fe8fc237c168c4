"""Features that a random forest finds more important than chance does.

After Boruta (Kursa and Rudnicki 2010, doi:10.18637/jss.v036.i11): every column gets a shadow, a shuffled copy of it.
Unlike the original, importance is the mean decrease of impurity of scikit-learn's forest, not that by permutation.
"""

from __future__ import annotations

import numpy as np

from ..task import AUTO, CLASSIFICATION, TASKS
from .base import FeatureSelector, RankingSelector, check_count, check_share

#: so many shadows at least are there to be beaten
FEWEST_SHADOWS = 5


class Boruta(FeatureSelector):
    """Keeps columns that beat the best shadow in more of ``rounds`` forests than chance would at level ``alpha``.

    A column is decided by a two-sided binomial test, with Bonferroni's correction for the number of columns; rejected
    ones take no further part.  Those undecided at the end are dropped (``tentative_`` names them by booleans).
    """

    tasks = TASKS[:2]

    def __init__(self, rounds: int = 50, trees: int = 100, depth: int = 7, alpha: float = 0.05, seed: int = 0,
                 task: str = AUTO):
        self.rounds = rounds
        self.trees = trees
        self.depth = depth
        self.alpha = alpha
        self.seed = seed
        self.task = task

    def check(self) -> None:
        for name in ("rounds", "trees", "depth"):
            check_count(getattr(self, name), name)
        check_share(self.alpha, "alpha")

    def _choose(self, x, y, task, people):
        from scipy.stats import binom

        generator = np.random.default_rng(self.seed)
        count = x.shape[1]
        hits, open_, accepted = np.zeros(count, int), np.ones(count, bool), np.zeros(count, bool)
        for done in range(1, self.rounds + 1):
            columns = np.flatnonzero(open_ | accepted)
            importance, shadow = self._importance(x[:, columns], y, task, generator)
            hits[columns[importance > shadow]] += 1
            level = self.alpha / (2 * count)
            accepted |= open_ & (binom.sf(hits - 1, done, 0.5) <= level)
            rejected = open_ & (binom.cdf(hits, done, 0.5) <= level)
            open_ &= ~(accepted | rejected)
            if not open_.any():
                break
        self.hits_, self.tentative_ = hits, open_
        return accepted

    def _importance(self, x: np.ndarray, y: np.ndarray, task: str,
                    generator: np.random.Generator) -> tuple[np.ndarray, float]:
        """Of the columns of ``x``, and that of the best shadow."""
        shadows = generator.permuted(x[:, np.resize(np.arange(x.shape[1]), max(x.shape[1], FEWEST_SHADOWS))], axis=0)
        found = forest_importance(np.hstack([x, shadows]), y, task, self.trees, self.depth,
                                  int(generator.integers(2**31)))
        return found[:x.shape[1]], float(found[x.shape[1]:].max())

    def _best(self, x, y):
        return int(np.argmax(self.hits_))


class ForestImportance(RankingSelector):
    """The ``k`` columns that a random forest of ``trees`` finds most important (mean decrease of impurity)."""

    tasks = TASKS[:2]

    def __init__(self, k: int = 10, trees: int = 300, depth: int | None = None, seed: int = 0, task: str = AUTO):
        super().__init__(k)
        self.trees = trees
        self.depth = depth
        self.seed = seed
        self.task = task

    def check(self) -> None:
        super().check()
        check_count(self.trees, "trees")

    def _score(self, x, y, task):
        return forest_importance(x, y, task, self.trees, self.depth, self.seed)


def forest_importance(x: np.ndarray, y: np.ndarray, task: str, trees: int, depth: int | None, seed: int) -> np.ndarray:
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    forest = RandomForestClassifier if task == CLASSIFICATION else RandomForestRegressor
    kinds = {"class_weight": "balanced"} if task == CLASSIFICATION else {}
    fitted = forest(trees, max_depth=depth, max_features="sqrt", random_state=seed, **kinds).fit(x, y)
    return fitted.feature_importances_
