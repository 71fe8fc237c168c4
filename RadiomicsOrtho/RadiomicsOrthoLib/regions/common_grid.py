"""How much of two masks is the same, whatever grids they lie on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..imaging.geometry import Geometry
from ..imaging.lattice import lattice_map


@dataclass(frozen=True)
class Overlap:
    """Voxel counts of two masks and of what they share, on one grid of ``spacing`` mm (i, j, k).

    ``resampled`` says that one of them was brought there from another grid.
    """

    first: int
    second: int
    common: int
    spacing: tuple[float, float, float]
    resampled: bool

    @property
    def dice(self) -> float:
        """Dice 1945: twice the common part over the sum of both."""
        return 2 * self.common / (self.first + self.second)


def overlap(first: np.ndarray, first_grid: Geometry, second: np.ndarray, second_grid: Geometry) -> Overlap:
    """The overlap of two boolean masks (k, j, i), each on its grid.

    Grids of the same voxels, cropped or with their axes turned, need no resampling.  Otherwise the mask with the larger
    voxels is taken at the voxel centres of the other by its nearest voxel, so that nothing fine is lost.
    """
    found = lattice_map(second_grid.ijk_to_ras, second_grid.shape, first_grid)
    if found is not None:
        turned = second.transpose(found.axes)
        turned = np.flip(turned, [axis for axis in range(3) if found.reversed_[axis]])
        common = _common(first, turned, found.start)
        return Overlap(_count(first), _count(second), common, first_grid.spacing, resampled=False)
    if second_grid.voxel_volume_ml < first_grid.voxel_volume_ml:
        turned = overlap(second, second_grid, first, first_grid)
        return Overlap(turned.second, turned.first, turned.common, turned.spacing, resampled=True)
    sampled, start = _sampled(second, second_grid, first_grid)
    return Overlap(_count(first), _count(sampled), _common(first, sampled, start), first_grid.spacing, resampled=True)


def _count(mask: np.ndarray) -> int:
    return int(np.count_nonzero(mask))


def _common(first: np.ndarray, second: np.ndarray, start: tuple[int, int, int]) -> int:
    """Voxels in both masks, where the second begins at ``start`` of the first."""
    low = np.maximum(start, 0)
    high = np.minimum(np.add(start, second.shape), first.shape)
    if np.any(high <= low):
        return 0
    inner = first[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
    other = second[tuple(slice(a, b) for a, b in zip(low - start, high - start, strict=True))]
    return _count(inner & other)


def _sampled(mask: np.ndarray, grid: Geometry, target: Geometry) -> tuple[np.ndarray, tuple[int, int, int]]:
    """``mask`` at the voxel centres of the (endless) target grid, nearest neighbour, and the voxel it begins at."""
    from scipy.ndimage import affine_transform

    corners = np.array(np.meshgrid(*([-0.5, n - 0.5] for n in grid.shape))).reshape(3, -1).T
    reach = target.to_kji(grid.to_ras(corners))
    start = np.floor(reach.min(axis=0)).astype(int)
    shape = tuple(int(n) for n in np.ceil(reach.max(axis=0)).astype(int) + 1 - start)
    # from the target's (k, j, i) to the mask's, one voxel further in for the margin
    origin = grid.to_kji(target.to_ras(start)) + 1
    matrix = np.stack([grid.to_kji(target.to_ras(start + step)) + 1 - origin for step in np.eye(3)], axis=1)
    padded = np.pad(mask, 1).view(np.uint8)
    sampled = affine_transform(padded, matrix, origin, shape, np.uint8, order=0, mode="constant", prefilter=False)
    return sampled.view(bool), tuple(int(n) for n in start)
