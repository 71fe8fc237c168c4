"""Trilinear sampling of a volume at many points."""

from __future__ import annotations

import numpy as np
from numba import njit


def trilinear(array: np.ndarray, points: np.ndarray, outside: float) -> np.ndarray:
    """Values float32 (n,) of ``array`` (k, j, i) at continuous indices ``points`` (n, 3) in the order (k, j, i).

    Points beyond the outermost voxel centres by more than half a voxel get ``outside``;
    within that half voxel the outermost value holds.
    """
    values = np.empty(len(points), np.float32)
    _trilinear(array, points, outside, values)
    return values


@njit(cache=True, nogil=True)
def _trilinear(array, points, outside, values):
    nk, nj, ni = array.shape
    for n in range(len(points)):
        k, j, i = points[n, 0], points[n, 1], points[n, 2]
        if not (-0.5 <= k <= nk - 0.5 and -0.5 <= j <= nj - 0.5 and -0.5 <= i <= ni - 0.5):
            values[n] = outside
            continue
        k, j, i = min(max(k, 0.0), nk - 1.0), min(max(j, 0.0), nj - 1.0), min(max(i, 0.0), ni - 1.0)
        k0, j0, i0 = int(k), int(j), int(i)
        k1, j1, i1 = min(k0 + 1, nk - 1), min(j0 + 1, nj - 1), min(i0 + 1, ni - 1)
        fk, fj, fi = k - k0, j - j0, i - i0
        a = array[k0, j0, i0] * (1 - fi) + array[k0, j0, i1] * fi
        b = array[k0, j1, i0] * (1 - fi) + array[k0, j1, i1] * fi
        c = array[k1, j0, i0] * (1 - fi) + array[k1, j0, i1] * fi
        d = array[k1, j1, i0] * (1 - fi) + array[k1, j1, i1] * fi
        values[n] = (a * (1 - fj) + b * fj) * (1 - fk) + (c * (1 - fj) + d * fj) * fk
