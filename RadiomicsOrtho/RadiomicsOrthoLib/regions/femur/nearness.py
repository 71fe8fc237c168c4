"""What lies how near to a mask: exact distances, as far as they are asked for.

The squared distance to a mask is a sum over the axes, so its minimum is taken axis by axis, over the few voxels that
matter; a distance map of the whole grid takes ten times as long.
"""

from __future__ import annotations

import numpy as np


def squared_steps(mask: np.ndarray, reach: float) -> np.ndarray:
    """Squared distance in voxels (k, j, i) to ``mask``, whole numbers; above ``reach``² it is some larger number."""
    kind = np.uint8 if reach**2 < 255 else np.uint16
    far = np.iinfo(kind).max
    squared = np.where(mask, kind(0), far)
    for axis in range(3):
        along = np.moveaxis(squared, axis, 0)
        nearest = along.copy(order="K")
        for steps in range(1, min(int(reach), len(along) - 1) + 1):
            gap = kind(steps * steps)
            # what would overflow is too far anyway
            other = np.minimum(along, far - gap) + gap
            np.minimum(nearest[steps:], other[:-steps], out=nearest[steps:])
            np.minimum(nearest[:-steps], other[steps:], out=nearest[:-steps])
        squared = np.moveaxis(nearest, 0, axis)
    return squared


def within(mask: np.ndarray, radius: float) -> np.ndarray:
    """True (k, j, i) where ``mask`` lies at most ``radius`` voxels away."""
    return squared_steps(mask, radius) <= radius**2


def bridged(mask: np.ndarray, radius: float) -> np.ndarray:
    """``mask`` with its gaps up to ``radius`` voxels closed: widened by it, and narrowed again."""
    return ~within(~within(mask, radius), radius)
