"""ReliefF: a feature is good if it differs between near people of different classes and not between those of one.

Kononenko 1994 (doi:10.1007/3-540-57868-4_57), Robnik-Šikonja and Kononenko 2003 (doi:10.1023/A:1025667309714), whose
RReliefF (section 2.3) does the same for numbers.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..task import AUTO, CLASSIFICATION, REGRESSION
from .base import RankingSelector, check_count

#: rows whose neighbours are sought at a time: bounds the memory
BLOCK = 256


class ReliefF(RankingSelector):
    """The ``k`` columns of the greatest weight over all rows, each with its ``neighbours`` nearest of every class.

    Distances are sums of absolute differences of columns scaled to their range; misses of a class count by its share.
    Nothing is drawn at random.  A class with fewer others than ``neighbours`` gives those that it has.  Of an outcome
    that is a number the nearest are those of all rows (RReliefF, each neighbour with the same weight).
    """

    tasks = (CLASSIFICATION, REGRESSION)

    def __init__(self, k: int = 10, neighbours: int = 10, task: str = AUTO):
        super().__init__(k)
        self.neighbours = neighbours
        self.task = task

    def check(self) -> None:
        super().check()
        check_count(self.neighbours, "neighbours")

    def _score(self, x, y, task):
        return (relieff_weights if task == CLASSIFICATION else rrelieff_weights)(x, y, self.neighbours)


def relieff_weights(x: np.ndarray, y: np.ndarray, neighbours: int = 10) -> np.ndarray:
    """Weights (features) from −1 to 1 of the columns of ``x`` (n, features) for the classes ``y`` (n)."""
    scaled = _to_range(x)
    classes, place = np.unique(y, return_inverse=True)
    share = np.bincount(place) / len(y)
    weights = np.zeros(x.shape[1])
    for number in range(len(classes)):
        members = np.flatnonzero(place == number)
        for row, others in _neighbours(scaled, members, neighbours):
            difference = np.abs(scaled[others] - scaled[row]).mean(axis=0)
            hit = place[row] == number
            weights += -difference if hit else difference * share[number] / (1 - share[place[row]])
    return weights / len(x)


def rrelieff_weights(x: np.ndarray, y: np.ndarray, neighbours: int = 10) -> np.ndarray:
    """Weights (features) from −1 to 1 of the columns of ``x`` (n, features) for the numbers ``y`` (n): how much more a
    column differs between near rows of other numbers than between those of like ones.
    """
    scaled, outcome = _to_range(x), _to_range(np.asarray(y, float)[:, np.newaxis])[:, 0]
    other = 0.0
    differs, both = np.zeros((2, x.shape[1]))
    for row, others in _neighbours(scaled, np.arange(len(x)), neighbours):
        difference = np.abs(scaled[others] - scaled[row])
        change = np.abs(outcome[others] - outcome[row])
        other += change.mean()
        differs += difference.mean(axis=0)
        both += (change[:, np.newaxis] * difference).mean(axis=0)
    if not 0 < other < len(x):
        return np.zeros(x.shape[1])
    return both / other - (differs - both) / (len(x) - other)


def _to_range(x: np.ndarray) -> np.ndarray:
    """Columns from 0 to 1; constant ones are 0."""
    span = np.ptp(x, axis=0)
    return (x - x.min(axis=0)) / np.where(span > 0, span, 1.0)


def _neighbours(scaled: np.ndarray, members: np.ndarray, count: int) -> Iterator[tuple[int, np.ndarray]]:
    """Each row with the rows of its ``count`` nearest among ``members``; nobody is a neighbour of themselves."""
    from scipy.spatial.distance import cdist

    for start in range(0, len(scaled), BLOCK):
        rows = np.arange(start, min(start + BLOCK, len(scaled)))
        distance = cdist(scaled[rows], scaled[members], "cityblock")
        distance[members[np.newaxis] == rows[:, np.newaxis]] = np.inf
        nearest = np.argsort(distance, axis=1, kind="stable")[:, :count]
        for row, near in zip(rows, nearest, strict=True):
            others = members[near[members[near] != row]]
            if len(others):
                yield row, others
