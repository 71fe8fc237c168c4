"""What every selector has in common: it is fitted, and keeps columns."""

from __future__ import annotations

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.feature_selection import SelectorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from ..inner_folds import people_of
from ..task import AUTO, CLASSIFICATION, task_of


class FeatureSelector(SelectorMixin, BaseEstimator):
    """Keeps the columns that ``_choose`` marks.

    Where nothing passes, the best column stays, or no model could follow; ``fell_back_`` says so.  Rows of one person
    are known by the index of the frame (``inner_folds``) and kept together in inner folds.
    """

    #: tasks that the selector can be used for; () where the outcome is not looked at
    tasks: tuple[str, ...] = (CLASSIFICATION,)

    def check(self) -> None:
        """ValueError for parameters that make no sense."""

    def fit(self, X, y=None):
        """Choose columns of ``X`` (n, features) by the outcome ``y`` (n)."""
        self.check()
        people = people_of(X)
        x, y, task = self._validated(X, y)
        self.fell_back_ = False
        chosen = np.asarray(self._choose(x, y, task, people), bool)
        if not chosen.any():
            chosen, self.fell_back_ = np.arange(x.shape[1]) == self._best(x, y), True
        self.support_ = chosen
        return self

    def _choose(self, x: np.ndarray, y: np.ndarray, task: str, people: np.ndarray | None) -> np.ndarray:
        """Booleans (features)."""
        raise NotImplementedError

    def _best(self, x: np.ndarray, y: np.ndarray) -> int:
        """The column that stays where none passes."""
        return 0

    def _get_support_mask(self) -> np.ndarray:
        check_is_fitted(self, "support_")
        return self.support_

    def _validated(self, X, y) -> tuple[np.ndarray, np.ndarray | None, str]:
        if not self.tasks:
            return validate_data(self, X, dtype=float, ensure_min_samples=2), y, AUTO
        if y is not None and getattr(np.asarray(y).dtype, "names", None):
            x = validate_data(self, X, dtype=float, ensure_min_samples=2)
            y = np.asarray(y)
            if len(y) != len(x):
                raise ValueError(f"{len(y)} outcomes do not fit {len(x)} rows")
        else:
            x, y = validate_data(self, X, y, dtype=float, ensure_min_samples=2)
        task = task_of(y, getattr(self, "task", AUTO))
        if task not in self.tasks:
            raise ValueError(f"Unknown label type: {type(self).__name__} is for {' and '.join(self.tasks)}, and the "
                             f"outcome is one of {task}")
        if task == CLASSIFICATION and len(np.unique(y)) < 2:
            raise ValueError("the outcome has one class only")
        return x, y, task

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.required = bool(self.tasks)
        return tags


class RankingSelector(FeatureSelector):
    """Keeps the ``k`` columns of the greatest ``scores_``; of equal ones the first."""

    def __init__(self, k: int = 10):
        self.k = k

    def check(self) -> None:
        check_count(self.k)

    def _choose(self, x, y, task, people):
        self.scores_ = np.asarray(self._score(x, y, task), float)
        return top(self.scores_, self.k)

    def _score(self, x: np.ndarray, y: np.ndarray, task: str) -> np.ndarray:
        raise NotImplementedError


def top(scores: np.ndarray, k: int) -> np.ndarray:
    """Booleans: the ``k`` greatest of ``scores``; of equal ones the first, and what is no number last."""
    order = np.argsort(-np.where(np.isfinite(scores), scores, -np.inf), kind="stable")
    return np.isin(np.arange(len(scores)), order[:k])


def standardised(x: np.ndarray) -> np.ndarray:
    """Columns with mean 0 and standard deviation 1; constant ones are 0."""
    spread = x.std(axis=0)
    return (x - x.mean(axis=0)) / np.where(spread > 0, spread, 1.0)


def check_count(k: object, name: str = "k") -> None:
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or k < 1:
        raise ValueError(f"{name} is a whole number from 1, not {k!r}")


def check_share(value: object, name: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not 0 < value <= 1:
        raise ValueError(f"{name} lies above 0 and up to 1, not at {value!r}")


def check_choice(value: object, name: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(f"{name} is one of {', '.join(choices)}, not {value!r}")


__all__ = ["FeatureSelector", "RankingSelector", "check_choice", "check_count", "check_share",
           "standardised", "top"]
