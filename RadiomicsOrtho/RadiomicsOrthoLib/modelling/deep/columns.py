"""The columns of a cross-fitted network, as they stand in a table."""

from __future__ import annotations

import numpy as np

from ...cohort.table_schema import NETWORK_FOLD
from .cross_fitting import CrossFitted
from .encoder_of import PROBABILITY_COLUMN
from .stand_ins import stand_in_name


def table_columns(found: CrossFitted) -> dict[str, np.ndarray]:
    """Name → values (n): the fold, the columns of all folds together, and those that stand in for them in each fold."""
    names = (*found.network.design.columns, PROBABILITY_COLUMN)
    columns: dict[str, np.ndarray] = {NETWORK_FOLD: np.array([str(one) for one in found.fold], object)}
    columns |= dict(zip(names, found.whole.table.T, strict=True))
    for fold, part in found.without.items():
        columns |= {stand_in_name(name, fold): values for name, values in zip(names, part.table.T, strict=True)}
    return columns
