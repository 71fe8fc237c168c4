"""Folds inside a training set that keep a person's rows together, for everything that is tuned or chosen there.

A table of rows knows its people by its index: a ``pandas.DataFrame`` whose index is named ``subject``.  scikit-learn
keeps the index through a chain whose steps give frames, so that inner folds know the people too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..errors import InputError

#: the name of the index that says whose row it is
PERSON = "subject"
Split = tuple[np.ndarray, np.ndarray]


def people_of(x: object) -> np.ndarray | None:
    """The person of each row of ``x``, or ``None`` where every row is a person of its own."""
    index = getattr(x, "index", None)
    return np.asarray(index) if getattr(index, "name", None) == PERSON else None


def inner_folds(y: np.ndarray, count: int, seed: int, people: np.ndarray | None = None) -> list[Split]:
    """(training, test) rows of ``count`` folds, or fewer where an outcome has fewer people; outcomes are spread evenly.

    ``y`` are classes (n), numbers, or the structured array of a survival time.  InputError below two folds.
    """
    from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold

    classes = strata_of(y)
    if classes is None:
        most = len(y) if people is None else len(np.unique(people))
    else:
        most = min(len(np.flatnonzero(classes == one) if people is None else np.unique(people[classes == one]))
                   for one in np.unique(classes))
    count = min(count, most)
    if count < 2:
        raise InputError("Folds inside the training data need two people of each outcome at least.")
    if classes is None:
        splitter = (KFold if people is None else GroupKFold)(count, shuffle=True, random_state=seed)
    else:
        splitter = (StratifiedKFold if people is None else StratifiedGroupKFold)(count, shuffle=True, random_state=seed)
    return list(splitter.split(np.zeros(len(y)), classes, people))


def strata_of(y: np.ndarray) -> np.ndarray | None:
    """What folds spread evenly: classes, or who had the event; ``None`` for numbers."""
    from sklearn.utils.multiclass import type_of_target

    y = np.asarray(y)
    if y.dtype.names:
        return y[y.dtype.names[0]]
    return y if type_of_target(y) in ("binary", "multiclass") and len(np.unique(y)) <= max(2, len(y) // 4) else None


@dataclass(frozen=True)
class InnerFolds:
    """``inner_folds`` as scikit-learn's ``cv=``."""

    count: int = 5
    seed: int = 0

    def split(self, x: object, y: np.ndarray, groups: np.ndarray | None = None) -> Iterator[Split]:
        yield from inner_folds(y, self.count, self.seed, people_of(x) if groups is None else groups)

    def get_n_splits(self, x: object = None, y: np.ndarray | None = None, groups: object = None) -> int:
        return self.count if y is None else len(inner_folds(y, self.count, self.seed, people_of(x)))
