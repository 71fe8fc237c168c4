"""A track through the slices of a reward volume: dynamic programming with a receding horizon."""

from __future__ import annotations

import numpy as np
from numba import njit

#: in-plane voxels that a track may move from one slice to the next
MAX_STEP = 2


def track(reward: np.ndarray, start: tuple[int, int, int], direction: int, horizon: int, commit: int,
          stiffness: float, least: float) -> np.ndarray:
    """Indices int64 (n, 3) as (k, j, i) of the best track from ``start`` on, the start included.

    At each stage the best track over the next ``horizon`` slices is found (reward minus
    ``stiffness`` times the squared in-plane step) and its first ``commit`` slices are kept.
    It ends with the volume, or where the mean of the best over the horizon falls below ``least``.
    """
    found = [np.asarray(start, np.int64)]
    last = reward.shape[0] - 1 if direction > 0 else 0
    while found[-1][0] != last:
        k, j, i = found[-1]
        ahead = int(min(horizon, abs(last - k)))
        total, path = _best_ahead(reward, int(k), int(j), int(i), direction, ahead, stiffness)
        if total / ahead < least:
            break
        for n in range(min(commit, ahead)):
            found.append(np.array([k + direction * (n + 1), path[n, 0], path[n, 1]]))
    return np.array(found)


@njit(cache=True, nogil=True)
def _best_ahead(reward, k, j, i, direction, ahead, stiffness):
    """Sum of the best track over ``ahead`` slices, and its (j, i) in each of them."""
    nj, ni = reward.shape[1], reward.shape[2]
    half = MAX_STEP * ahead
    j0, j1, i0, i1 = max(0, j - half), min(nj, j + half + 1), max(0, i - half), min(ni, i + half + 1)
    h, w = j1 - j0, i1 - i0
    value = np.full((ahead + 1, h, w), -1e9, np.float32)
    origin = np.zeros((ahead + 1, h, w), np.int16)
    value[0, j - j0, i - i0] = 0.0
    side = 2 * MAX_STEP + 1
    for n in range(1, ahead + 1):
        plane = k + direction * n
        reach = MAX_STEP * n
        for y in range(max(0, j - j0 - reach), min(h, j - j0 + reach + 1)):
            for x in range(max(0, i - i0 - reach), min(w, i - i0 + reach + 1)):
                best, where = np.float32(-1e9), 0
                for a in range(-MAX_STEP, MAX_STEP + 1):
                    if y + a < 0 or y + a >= h:
                        continue
                    for b in range(-MAX_STEP, MAX_STEP + 1):
                        if x + b < 0 or x + b >= w:
                            continue
                        v = value[n - 1, y + a, x + b] - stiffness * (a * a + b * b)
                        if v > best:
                            best, where = v, (a + MAX_STEP) * side + b + MAX_STEP
                if best > -1e8:
                    value[n, y, x] = best + reward[plane, y + j0, x + i0]
                    origin[n, y, x] = where
    end, top = 0, np.float32(-1e9)
    flat = value[ahead].ravel()
    for n in range(flat.size):
        if flat[n] > top:
            end, top = n, flat[n]
    path = np.empty((ahead, 2), np.int64)
    y, x = end // w, end % w
    for n in range(ahead, 0, -1):
        path[n - 1, 0], path[n - 1, 1] = y + j0, x + i0
        step = origin[n, y, x]
        y += step // side - MAX_STEP
        x += step % side - MAX_STEP
    return top, path
