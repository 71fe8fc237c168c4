"""How far a voxel is walled in by bone within its axial plane."""

from __future__ import annotations

import numpy as np
from numba import njit


def enclosure(array: np.ndarray, soft: tuple[float, float], bone: float, reach: int,
              directions: int = 16) -> np.ndarray:
    """Share float32 (k, j, i) of in-plane directions in which ``bone`` is met within ``reach`` voxels.

    Only voxels with a value within ``soft`` are judged, the others get 0.  The planes are
    those of constant k; the voxels are square in them.
    """
    angle = 2 * np.pi * np.arange(directions) / directions
    steps = np.arange(1, reach + 1)
    offsets = np.rint(np.stack([steps * np.sin(angle)[:, None], steps * np.cos(angle)[:, None]], -1)).astype(np.int64)
    share = np.zeros(array.shape, np.float32)
    _enclosure(array, soft[0], soft[1], bone, offsets, share)
    return share


@njit(cache=True, nogil=True)
def _enclosure(array, low, high, bone, offsets, share):
    nk, nj, ni = array.shape
    directions, reach = offsets.shape[:2]
    for k in range(nk):
        for j in range(nj):
            for i in range(ni):
                value = array[k, j, i]
                if value < low or value > high:
                    continue
                hits = 0
                for d in range(directions):
                    # half of the directions open: this is no canal, whatever the others say
                    if d - hits > directions // 2:
                        hits = 0
                        break
                    for s in range(reach):
                        y, x = j + offsets[d, s, 0], i + offsets[d, s, 1]
                        if y < 0 or x < 0 or y >= nj or x >= ni:
                            break
                        if array[k, y, x] > bone:
                            hits += 1
                            break
                share[k, j, i] = hits / directions
