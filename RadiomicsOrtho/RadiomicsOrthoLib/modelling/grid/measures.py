"""What a combination is judged by, in one test part: an area, a concordance, or a share of the variance."""

from __future__ import annotations

import numpy as np

from ...statistics.roc import auc
from ..dataset import Dataset
from ..task import CLASSIFICATION, SURVIVAL, event_and_time

AREA, AREAS, CONCORDANCE, SHARE = "auc", "auc_one_vs_rest", "concordance", "r_squared"


def measure_name(data: Dataset) -> str:
    if data.task == CLASSIFICATION:
        return AREA if data.binary else AREAS
    return CONCORDANCE if data.task == SURVIVAL else SHARE


def score_of(y: np.ndarray, score: np.ndarray, measure: str) -> float:
    """NaN where it is not defined, as for a part with one outcome only."""
    if measure == AREA:
        return auc(y == 1, score) if 0 < (y == 1).sum() < len(y) else np.nan
    if measure == AREAS:
        there = [one for one in range(score.shape[1]) if 0 < (y == one).sum() < len(y)]
        return float(np.mean([auc(y == one, score[:, one]) for one in there])) if there else np.nan
    if measure == CONCORDANCE:
        from lifelines.utils import concordance_index

        event, time = event_and_time(y)
        try:
            return float(concordance_index(time, -score, event))
        except ZeroDivisionError:
            return np.nan
    spread = np.sum((y - y.mean()) ** 2)
    return float(1 - np.sum((y - score) ** 2) / spread) if spread > 0 else np.nan
