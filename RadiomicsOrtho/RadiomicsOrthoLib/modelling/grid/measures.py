"""What a combination is judged by, in one test part: an area, a concordance, or a share of the variance."""

from __future__ import annotations

import numpy as np

from ...statistics.multiclass import macro_area
from ...statistics.regression import determination
from ...statistics.roc import auc
from ...statistics.survival import concordance
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
        return macro_area(y, score)
    if measure == CONCORDANCE:
        try:
            return concordance(*event_and_time(y), score)
        except ValueError:
            return np.nan
    return determination(y, score)
