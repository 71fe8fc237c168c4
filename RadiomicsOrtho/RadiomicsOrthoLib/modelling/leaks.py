"""Columns that know the outcome: what no measurement made before the outcome can look like."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..errors import InputError
from ..statistics.roc import auc
from .dataset import Dataset
from .task import CLASSIFICATION, SURVIVAL, event_and_time

#: by chance so perfect a column must be rarer than this in the whole table before it is called a leak
CHANCE = 1e-4
#: alone as good as no single measurement of bone is: worth a look, no proof
STRIKING = 0.98


@dataclass(frozen=True)
class SuspectColumn:
    """``certain``: the column tells the outcome without an error, and chance does not explain that."""

    column: str
    sentence: str
    certain: bool


def suspect_columns(data: Dataset) -> tuple[SuspectColumn, ...]:
    """Columns of ``data`` from which alone the outcome follows, or nearly, in the order of the table.

    Also seen: whether a value is missing (a field that is filled in only after an event).
    """
    found = []
    for name in data.frame.columns:
        column = data.frame[name].to_numpy(float)
        missing = np.isnan(column)
        filled = np.where(missing, 0.0 if missing.all() else np.nanmedian(column), column)
        found += filter(None, [_judged(data, name, missing.astype(float), "whether it is missing")
                               or _judged(data, name, filled, "its value")])
    return tuple(found)


def refuse_leaks(data: Dataset) -> None:
    """InputError for a column that tells the outcome without an error."""
    for one in suspect_columns(data):
        if one.certain:
            raise InputError(f"{one.sentence} Remove it; if it is a true measurement, it needs no model.")


def _judged(data: Dataset, name: str, column: np.ndarray, what: str) -> SuspectColumn | None:
    if np.ptp(column) == 0:
        return None
    strength, chance = _strength(data, column)
    certain = strength >= 1 - 1e-9 and chance * data.frame.shape[1] < CHANCE
    if certain:
        return SuspectColumn(name, f"The column '{name}' tells the outcome without an error ({what}): it was derived "
                             "from the outcome, or recorded after it.", True)
    if strength >= STRIKING and chance * data.frame.shape[1] < CHANCE:
        return SuspectColumn(name, f"The column '{name}' alone tells the outcome almost without an error ({what}: "
                             f"{strength:.3f}); was it derived from the outcome?", False)
    return None


def _strength(data: Dataset, column: np.ndarray) -> tuple[float, float]:
    """0.5 to 1 (an area, a concordance; of numbers |r|), and how often chance gives a perfect one."""
    y = data.outcome
    if data.task == CLASSIFICATION:
        # chance to have all of a class on one side; rows of one person are not chances of their own
        people = len(np.unique(data.people))
        counts = [min(len(np.unique(data.people[y == one])), people - 1) for one in np.unique(y)]
        chance = max(2 / math.comb(people, count) for count in counts)
        # of several classes every one must be told apart, or the column is just a good one
        return min(max(area, 1 - area) for area in _areas(y, column)), chance
    if data.task == SURVIVAL:
        event, time = event_and_time(y)
        if len(np.unique(column)) == 2:
            area = auc(event, column) if 0 < event.sum() < len(event) else 0.5
            return max(area, 1 - area), 2 / math.comb(len(y), int(event.sum()))
        r = abs(_rank_correlation(column[event], time[event]))
        return r, 2 / math.factorial(min(int(event.sum()), 100))
    return abs(np.corrcoef(column, y)[0, 1]), 2 / math.factorial(min(len(y), 100))


def _areas(y: np.ndarray, column: np.ndarray) -> list[float]:
    """Areas between the classes in the order of their medians: a column that tells all apart has only ones."""
    classes = sorted(np.unique(y), key=lambda one: np.median(column[y == one]))
    return [auc((y == upper)[np.isin(y, (lower, upper))], column[np.isin(y, (lower, upper))])
            for lower, upper in pairwise(classes)]


def _rank_correlation(first: np.ndarray, second: np.ndarray) -> float:
    from scipy.stats import spearmanr

    if len(first) < 3 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return 0.0
    return float(spearmanr(first, second).statistic)
