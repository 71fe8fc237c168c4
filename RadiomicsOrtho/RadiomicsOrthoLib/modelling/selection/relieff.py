"""ReliefF: a feature is good if it differs between near people of different classes and not between those of one.

Kononenko 1994 (doi:10.1007/3-540-57868-4_57), Robnik-Šikonja and Kononenko 2003 (doi:10.1023/A:1025667309714).
"""

from __future__ import annotations

import numpy as np

from ..task import CLASSIFICATION
from .base import RankingSelector, check_count

#: rows whose neighbours are sought at a time: bounds the memory
BLOCK = 256


class ReliefF(RankingSelector):
    """The ``k`` columns of the greatest weight over all rows, each with its ``neighbours`` nearest of every class.

    Distances are sums of absolute differences of columns scaled to their range; misses of a class count by its share.
    Nothing is drawn at random.  A class with fewer others than ``neighbours`` gives those that it has.
    """

    tasks = (CLASSIFICATION,)

    def __init__(self, k: int = 10, neighbours: int = 10):
        super().__init__(k)
        self.neighbours = neighbours

    def check(self) -> None:
        super().check()
        check_count(self.neighbours, "neighbours")

    def _score(self, x, y, task):
        return relieff_weights(x, y, self.neighbours)


def relieff_weights(x: np.ndarray, y: np.ndarray, neighbours: int = 10) -> np.ndarray:
    """Weights (features) from −1 to 1 of the columns of ``x`` (n, features) for the classes ``y`` (n)."""
    from scipy.spatial.distance import cdist

    span = np.ptp(x, axis=0)
    scaled = (x - x.min(axis=0)) / np.where(span > 0, span, 1.0)
    classes, place = np.unique(y, return_inverse=True)
    share = np.bincount(place) / len(y)
    weights = np.zeros(x.shape[1])
    for number in range(len(classes)):
        members = np.flatnonzero(place == number)
        for start in range(0, len(x), BLOCK):
            rows = np.arange(start, min(start + BLOCK, len(x)))
            distance = cdist(scaled[rows], scaled[members], "cityblock")
            # nobody is a neighbour of themselves
            distance[members[np.newaxis] == rows[:, np.newaxis]] = np.inf
            nearest = np.argsort(distance, axis=1, kind="stable")[:, :neighbours]
            for row, near in zip(rows, nearest, strict=True):
                others = members[near[members[near] != row]]
                if len(others):
                    difference = np.abs(scaled[others] - scaled[row]).mean(axis=0)
                    hit = place[row] == number
                    weights += -difference if hit else difference * share[number] / (1 - share[place[row]])
    return weights / len(x)
