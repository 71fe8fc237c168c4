"""Are two regions of one scan outlines of the same part of the same bone?"""

from __future__ import annotations

import numpy as np

from .roi import Roi

#: they are if they share this much of the smaller one
SAME_REGION_SHARE = 0.5


def shared_part(one: Roi, other: Roi) -> float:
    """Shared voxels as a share of the smaller of two regions on one grid; 0 if one is empty."""
    smaller = min(one.voxel_count, other.voxel_count)
    if not smaller:
        return 0.0
    box = one.box.slices
    return np.count_nonzero(one.mask[box] & other.mask[box]) / smaller


def same_region(one: Roi, other: Roi) -> bool:
    return shared_part(one, other) >= SAME_REGION_SHARE
