"""Columns that a model misses least go first."""

from __future__ import annotations

import numpy as np

from ...errors import InputError
from ..inner_folds import inner_folds
from ..task import AUTO, CLASSIFICATION, REGRESSION
from .base import FeatureSelector, RankingSelector, check_choice, check_count, standardised

MODELS = ("logistic", "svm", "forest", "linear")


class RecursiveElimination(RankingSelector):
    """Recursive feature elimination (RFE): fit, drop the columns of the least squared weight, fit again, down to ``k``.

    ``model`` has the weights: ``logistic`` (a ridge, C = 1), linear ``svm``, random ``forest``, or ``linear`` for
    numbers.  ``step`` is how many go at a time: a number, or a share of all columns below 1.  ``ranking_`` is 1 for
    those that stayed.
    """

    tasks = (CLASSIFICATION, REGRESSION)

    def __init__(self, k: int = 10, model: str = "logistic", step: float = 0.1, c: float = 1.0, seed: int = 0,
                 task: str = AUTO):
        super().__init__(k)
        self.model = model
        self.step = step
        self.c = c
        self.seed = seed
        self.task = task

    def check(self) -> None:
        super().check()
        check_choice(self.model, "model", MODELS)
        if not (0 < self.step < 1 or (self.step >= 1 and self.step == int(self.step))):
            raise ValueError(f"step is a number of columns, or a share below 1, not {self.step!r}")
        if not self.c > 0:
            raise ValueError("c lies above 0")

    def _choose(self, x, y, task, people):
        from sklearn.feature_selection import RFE

        found = RFE(_model(self.model, task, self.c, self.seed), n_features_to_select=min(self.k, x.shape[1]),
                    step=self.step if self.step < 1 else int(self.step)).fit(standardised(x), y)
        self.ranking_ = found.ranking_
        return found.support_


class SvmAttributeEvaluation(RecursiveElimination):
    """Attributes ranked by the squared weights of a linear support vector machine, recursively (Guyon et al. 2002).

    doi:10.1023/A:1012487302797.  What Mohammadi et al. 2023 call SVM attribute evaluation; the loss is scikit-learn's
    squared hinge, which, other than Weka's, has one solution found without chance.
    """

    tasks = (CLASSIFICATION,)

    def __init__(self, k: int = 10, step: float = 0.1, c: float = 1.0):
        super().__init__(k, "svm", step, c)


class SvmBackwardElimination(FeatureSelector):
    """Backward elimination by a linear SVM: away with the column without which people left out are told best.

    Every step tries each column that is left, in ``folds`` inner folds, by the area under the ROC curve (accuracy for
    several classes), until ``k`` are left, or, without ``k``, as long as the figure does not fall.  That is
    columns² × folds fits: more columns than ``most`` are refused, a filter goes before.
    """

    def __init__(self, k: int | None = None, folds: int = 5, c: float = 1.0, most: int = 40, seed: int = 0):
        self.k = k
        self.folds = folds
        self.c = c
        self.most = most
        self.seed = seed

    def check(self) -> None:
        for name in ("folds", "most", *(() if self.k is None else ("k",))):
            check_count(getattr(self, name), name)

    def _choose(self, x, y, task, people):
        from sklearn.feature_selection import SequentialFeatureSelector

        count = x.shape[1]
        if count > self.most:
            raise InputError(f"Backward elimination tries every column anew at each step, and {count} are too many; "
                             f"put a selection before it that leaves {self.most} or fewer.")
        if count == 1 or (self.k or 0) >= count:
            return np.ones(count, bool)
        stop = {"n_features_to_select": self.k} if self.k else {"n_features_to_select": "auto", "tol": -1e-9}
        return SequentialFeatureSelector(
            _model("svm", task, self.c, self.seed), direction="backward",
            scoring="roc_auc" if len(np.unique(y)) == 2 else "accuracy",
            cv=inner_folds(y, self.folds, self.seed, people), **stop).fit(standardised(x), y).support_


def _model(name: str, task: str, c: float, seed: int):
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.svm import LinearSVC

    if name == "forest":
        return (RandomForestClassifier if task == CLASSIFICATION else RandomForestRegressor)(200, random_state=seed)
    if (name == "linear") != (task == REGRESSION):
        raise ValueError("Unknown label type: the model 'linear' is for numbers, 'logistic' and 'svm' are for classes")
    if name == "linear":
        return Ridge(alpha=1 / c)
    return LogisticRegression(C=c, max_iter=2000) if name == "logistic" else LinearSVC(C=c, dual=False, max_iter=5000)
