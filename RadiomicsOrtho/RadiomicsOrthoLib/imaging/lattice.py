"""Grids whose voxels are the same, whatever the order and direction of their axes.

Slicer turns a left-handed image right-handed when it reads it, and saves segmentations
cropped: the voxels stay, their indices change.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .geometry import Geometry

#: share of a voxel by which positions may differ
TOLERANCE = 0.01


@dataclass(frozen=True)
class LatticeMap:
    """How array axes of one grid become those of another.

    ``axes[n]`` is the source axis (k, j, i order) of target axis ``n``, ``reversed_`` says
    which target axes run backwards, ``start`` is where the source begins in the target.
    """

    axes: tuple[int, int, int]
    reversed_: tuple[bool, bool, bool]
    start: tuple[int, int, int]


def lattice_map(ijk_to_ras: np.ndarray, shape: tuple[int, int, int], target: Geometry) -> LatticeMap | None:
    """The map from a grid (4×4 matrix to RAS mm, array shape (k, j, i)) to ``target``'s voxels.

    ``None`` if the voxels are not voxels of the target's (endless) lattice.
    """
    between = np.linalg.inv(target.ijk_to_ras) @ ijk_to_ras
    turn, shift = between[:3, :3], between[:3, 3]
    signs = np.round(turn)
    # a whole scan of rounding errors must stay below the tolerance, not just one voxel's
    reach = np.asarray(shape[::-1], float).max()
    if np.abs(turn - signs).max() * reach > TOLERANCE or not np.array_equal(np.abs(signs) @ np.ones(3), np.ones(3)) \
            or not np.array_equal(np.ones(3) @ np.abs(signs), np.ones(3)):
        return None
    source = np.abs(signs).argmax(axis=1)
    backwards = signs[np.arange(3), source] < 0
    first = shift - np.where(backwards, np.asarray(shape[::-1])[source] - 1, 0)
    if np.abs(first - np.round(first)).max() > TOLERANCE:
        return None
    # from (i, j, k) to the array's (k, j, i)
    return LatticeMap(tuple(int(2 - a) for a in source[::-1]), tuple(bool(b) for b in backwards[::-1]),
                      tuple(round(float(x)) for x in first[::-1]))


def onto_grid(layers: np.ndarray, geometry: Geometry, target: Geometry, may_be_part: bool = False) -> np.ndarray | None:
    """``layers`` (layer, k, j, i) on the target's grid, without resampling; ``None`` if that cannot be.

    With ``may_be_part`` they may cover a part of the target only; the rest is 0.
    """
    found = lattice_map(geometry.ijk_to_ras, geometry.shape, target)
    if found is None:
        return None
    turned = layers.transpose(0, *(axis + 1 for axis in found.axes))
    turned = np.flip(turned, [n + 1 for n in range(3) if found.reversed_[n]])
    last = np.add(found.start, turned.shape[1:])
    if min(found.start) < 0 or np.any(last > target.shape):
        return None
    if turned.shape[1:] == target.shape:
        return np.ascontiguousarray(turned)
    if not may_be_part:
        return None
    padded = np.zeros((len(layers), *target.shape), layers.dtype)
    padded[(slice(None), *(slice(a, b) for a, b in zip(found.start, last, strict=True)))] = turned
    return padded
