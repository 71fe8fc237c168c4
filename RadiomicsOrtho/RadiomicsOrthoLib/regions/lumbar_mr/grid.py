"""From a scan to the network's grid and back.

The network sees arrays (lr, si, ap) of 2 mm voxels: left-right in either direction (it is trained
with mirrored copies), foot to head, front to back.  The scan's own axes are kept and only reordered,
so that an oblique sagittal stack is not cut by the corners of a world-aligned box.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

VOXEL_MM = 2.0
#: where each network axis points in RAS: left-right (either way), head, back
_TOWARDS = ((0, 1.0), (2, 1.0), (1, -1.0))


@dataclass(frozen=True)
class NetworkGrid:
    """How the axes (k, j, i) of a scan map to (lr, si, ap)."""

    order: tuple[int, int, int]
    flipped: tuple[bool, bool, bool]
    spacing_mm: tuple[float, float, float]
    shape: tuple[int, int, int]

    def turned(self, array: np.ndarray) -> np.ndarray:
        """A scan's array (k, j, i) as (lr, si, ap); a view."""
        flips = tuple(slice(None, None, -1 if flip else 1) for flip in self.flipped)
        return array.transpose(self.order)[flips]

    def empty_mask(self) -> np.ndarray:
        """A mask (k, j, i) on the scan's grid without a voxel."""
        return np.zeros([self.shape[n] for n in np.argsort(self.order)], bool)


def network_grid(shape: tuple[int, int, int], spacing_mm: tuple[float, float, float],
                 directions_ras: np.ndarray) -> NetworkGrid:
    """Which axis of the scan runs where.

    ``shape`` is (k, j, i), ``spacing_mm`` along (k, j, i), ``directions_ras`` holds in row a the RAS
    direction of a step along array axis a.
    """
    from itertools import permutations

    aligned = np.abs(directions_ras)
    order = max(permutations(range(3)),
                key=lambda axes: sum(aligned[axis, _TOWARDS[n][0]] for n, axis in enumerate(axes)))
    flipped = tuple(bool(directions_ras[axis, _TOWARDS[n][0]] * _TOWARDS[n][1] < 0) for n, axis in enumerate(order))
    return NetworkGrid(order, flipped, tuple(float(spacing_mm[axis]) for axis in order),
                       tuple(int(shape[axis]) for axis in order))


def to_network(array: np.ndarray, grid: NetworkGrid) -> np.ndarray:
    """The scan as float32 (lr, si, ap) of 2 mm voxels, voxel centres spread from the first corner.

    A Gaussian of 0.35 output voxels before the sampling keeps fine detail from aliasing.
    """
    from scipy import ndimage

    turned = grid.turned(array).astype(np.float32)
    sigma = [0.35 * VOXEL_MM / s if s < VOXEL_MM else 0.0 for s in grid.spacing_mm]
    return _sample(ndimage.gaussian_filter(turned, sigma), network_shape(grid),
                   [VOXEL_MM / s for s in grid.spacing_mm])


def from_network(array: np.ndarray, grid: NetworkGrid, box: tuple[slice, ...] | None = None) -> np.ndarray:
    """A map (lr, si, ap) of 2 mm voxels on the scan's voxels, turned to (lr, si, ap), by linear interpolation.

    ``box`` are slices of the turned scan; without it the whole.
    """
    box = box or tuple(slice(0, n) for n in grid.shape)
    return _sample(array.astype(np.float32), tuple(side.stop - side.start for side in box),
                   [s / VOXEL_MM for s in grid.spacing_mm], np.array([side.start for side in box]))


def scan_box(box: tuple[slice, ...], grid: NetworkGrid) -> tuple[slice, ...]:
    """The slices of the turned scan in which a box of the network's grid lies, with one network voxel round it."""
    factors = [VOXEL_MM / s for s in grid.spacing_mm]
    return tuple(slice(max(0, int((side.start - 1) * factor)), min(n, int(np.ceil((side.stop + 1) * factor))))
                 for side, factor, n in zip(box, factors, grid.shape, strict=True))


def network_shape(grid: NetworkGrid) -> tuple[int, int, int]:
    return tuple(max(1, round(n * s / VOXEL_MM)) for n, s in zip(grid.shape, grid.spacing_mm, strict=True))


def _sample(array: np.ndarray, shape: tuple[int, ...], step: list[float], first: np.ndarray | int = 0) -> np.ndarray:
    """Linear interpolation at voxel centres: output centre n lies at (first + n + ½)·step - ½ of the input."""
    from scipy import ndimage

    return ndimage.affine_transform(array, np.asarray(step), offset=(first + 0.5) * np.asarray(step) - 0.5,
                                    output_shape=shape, order=1, mode="nearest")
