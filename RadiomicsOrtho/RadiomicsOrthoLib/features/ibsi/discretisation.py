"""Grey levels from intensities (manual 2.7, "Intensity discretisation")."""

from __future__ import annotations

import numpy as np

from ...errors import InputError
from .settings import Discretisation

#: more levels than this are a bin size of the wrong magnitude
MAX_LEVELS = 1_000_000


def grey_levels(inside: np.ndarray, discretisation: Discretisation, lower_bound: float | None) -> np.ndarray:
    """Level of each intensity (voxels,), int32 from 1.

    Bins of a fixed size start at ``lower_bound``, the lower end of the re-segmentation range, or at the minimum where
    there is none; bins of a fixed number fill the range of the intensities.
    """
    lowest, highest = float(inside.min()), float(inside.max())
    if discretisation.method == "none":
        if np.any(inside != np.rint(inside)) or lowest < 1:
            raise InputError("Without discretisation the intensities must be whole numbers from 1; choose bins.")
        levels = inside
    elif discretisation.method == "fixed-size":
        start = lowest if lower_bound is None else lower_bound
        levels = np.floor((inside - start) / discretisation.value) + 1
    elif highest == lowest:
        # a flat region has one level, whatever the number of bins
        levels = np.ones(inside.shape)
    else:
        share = (inside - lowest) / (highest - lowest)
        # the maximum belongs to the last bin
        levels = np.minimum(np.floor(share * discretisation.value) + 1, discretisation.value)
    if levels.max() > MAX_LEVELS:
        raise InputError(f"The bins give more than {MAX_LEVELS:,} grey levels; choose larger ones.")
    return levels.astype(np.int32)


def level_array(levels: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Levels (voxels,) put back on the grid of ``mask`` (k, j, i); 0 outside."""
    grid = np.zeros(mask.shape, np.int32)
    grid[mask] = levels
    return grid
