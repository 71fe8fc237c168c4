"""The spinal canal: soft tissue walled in by bone, followed up and down from behind a body.

The canal is the one structure that runs along every vertebra, looks alike at all levels,
and is not changed by fractures of the bodies, degenerated discs or contrast in vessels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from ...errors import InputError
from ..sampling import HuField

#: grid of the search
GRID_MM = 2.0
#: cord, cerebrospinal fluid and epidural fat, with partial volume
SOFT_HU = (-130.0, 140.0)
#: cortex of arch and body, also where the bone is thin and porous
BONE_HU = 180.0
#: the farthest wall of a wide lumbar canal
WALL_MM = 18.0
#: how far the path is planned ahead and how much of the plan is kept: short enough that the iliac wings
#: cannot lure it, long enough to bridge the gaps between the arches
HORIZON_MM, COMMIT_MM = 46.0, 6.0
#: reward lost by one voxel sideways per slice (45°), and the mean reward below which there is no canal any more
STIFFNESS, LEAST_REWARD = 0.06, 0.15
#: a shorter piece of canal holds no whole vertebra
SHORTEST_MM = 20.0
#: the canal lies this far behind a point in the body
BEHIND_MM = (8.0, 62.0)
SIDEWAYS_MM = 24.0


@dataclass(frozen=True)
class Canal:
    """The canal's centre line: RAS mm (n, 3) from its lower to its upper end, and how well it is walled in (n,)."""

    points: np.ndarray
    enclosed: np.ndarray


class CanalSearch:
    """The walled-in soft tissue of a scan; made once, used for every seed."""

    def __init__(self, field: HuField) -> None:
        from ..kernels.enclosure import enclosure

        self.grid = field.coarse(GRID_MM)
        share = enclosure(self.grid.array, SOFT_HU, BONE_HU, int(WALL_MM / GRID_MM))
        # half of the directions open is nothing, all closed is one; bone itself must not be crossed
        # full reward up to the brightness of a cord, none from that of a disc or of marrow on
        reward = np.clip((share - 0.5) / 0.5, 0.0, 1.0) * np.clip((SOFT_HU[1] - self.grid.array) / 70.0, 0.0, 1.0)
        reward[self.grid.array > BONE_HU] = -0.3
        self.reward = ndimage.gaussian_filter(reward, (1.0, 0.7, 0.7))

    def behind(self, seed: np.ndarray) -> np.ndarray:
        """Index (k, j, i) of the canal behind a point (RAS mm) in a body.

        Raises InputError if no canal is there.
        """
        spacing = GRID_MM
        geometry = self.grid.geometry
        at = np.rint(geometry.to_kji(seed)).astype(int)
        if np.any(at < 0) or np.any(at >= geometry.shape):
            raise InputError("The point lies outside the scan; click inside a vertebral body.")
        up = int(16 / spacing)
        k0, k1 = max(0, at[0] - up), min(geometry.shape[0], at[0] + up + 1)
        j0, j1 = max(0, at[1] - int(BEHIND_MM[1] / spacing)), max(0, at[1] - int(BEHIND_MM[0] / spacing))
        side = int(SIDEWAYS_MM / spacing)
        i0, i1 = max(0, at[2] - side), min(geometry.shape[2], at[2] + side + 1)
        if j1 <= j0:
            raise _NO_CANAL
        window = ndimage.gaussian_filter(np.clip(self.reward[k0:k1, j0:j1, i0:i1], 0, 1), (3.0, 1.0, 1.0))
        k, j, i = np.indices(window.shape) + np.array([k0, j0, i0])[:, None, None, None]
        # the nearest canal, and the one straight behind
        far = 0.003 * spacing * np.abs(i - at[2]) + 0.002 * spacing * np.abs(j - at[1]) \
            + 0.004 * spacing * np.abs(k - at[0])
        best = np.unravel_index(np.argmax(window - far), window.shape)
        if window[best] < LEAST_REWARD:
            raise _NO_CANAL
        return np.array([k0, j0, i0]) + best

    def follow(self, start: np.ndarray) -> Canal:
        """The canal through ``start`` (k, j, i), up and down until it ends or the scan does."""
        path = self._path(start)
        # once more from its clearest place, so that every seed gives the same path
        k, j, i = path.T
        path = self._centred(self._path(path[np.argmax(self.reward[k, j, i])]))
        k, j, i = np.rint(path).astype(int).T
        return Canal(self.grid.geometry.to_ras(path), self.reward[k, j, i])

    def _path(self, start: np.ndarray) -> np.ndarray:
        from ..kernels.track import track

        start = tuple(int(n) for n in start)
        horizon, commit = int(HORIZON_MM / GRID_MM), int(COMMIT_MM / GRID_MM)
        down, up = (track(self.reward, start, direction, horizon, commit, STIFFNESS, LEAST_REWARD)
                    for direction in (-1, 1))
        path = np.concatenate([down[:0:-1], up])
        if len(path) * GRID_MM < SHORTEST_MM:
            raise _NO_CANAL
        return path

    def _centred(self, path: np.ndarray) -> np.ndarray:
        """The path moved to the middle of what is walled in, so that it does not depend on where it started."""
        weight = np.clip(self.reward, 0.0, 1.0)
        radius = int(10 / GRID_MM)
        dj, di = np.mgrid[-radius:radius + 1, -radius:radius + 1]
        near = np.hypot(dj, di) <= radius
        dj, di = dj[near], di[near]
        path = path.astype(float)
        for _ in range(3):
            moved = path.copy()
            for n, (k, j, i) in enumerate(path):
                jj, ii = np.rint(j).astype(int) + dj, np.rint(i).astype(int) + di
                ok = (jj >= 0) & (ii >= 0) & (jj < weight.shape[1]) & (ii < weight.shape[2])
                w = weight[int(k), jj[ok], ii[ok]]
                if w.sum() > 1.0:
                    moved[n, 1:] = (w @ jj[ok]) / w.sum(), (w @ ii[ok]) / w.sum()
            path[:, 1:] = ndimage.gaussian_filter1d(moved[:, 1:], 2.0, axis=0, mode="nearest")
        return path


_NO_CANAL = InputError("No spinal canal was found behind the point; click inside a vertebral body.")
