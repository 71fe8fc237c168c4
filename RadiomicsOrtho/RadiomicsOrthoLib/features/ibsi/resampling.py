"""Interpolation of image and mask to a new grid (manual 2.4, "Interpolation")."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from ...imaging.box import Box

#: voxels beyond a box that interpolation reads; a cubic spline's memory falls by 0.268 per voxel, to 2e-14 at 24
_REACH = {"linear": 1, "cubic": 24}
_ORDER = {"linear": 1, "cubic": 3}
#: partial volumes that should equal the threshold differ from it by rounding
_ROUNDING = 1e-6


@dataclass(frozen=True)
class AlignedGrid:
    """A new grid with the same centre as the old one (manual 2.4, "Interpolation grid"); all (k, j, i), mm."""

    old_shape: tuple[int, int, int]
    old_spacing: tuple[float, float, float]
    spacing: tuple[float, float, float]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Voxels so many that they cover the old grid; a hair over a whole number is rounding."""
        return tuple(math.ceil(round(n * old / new, 6))
                     for n, old, new in zip(self.old_shape, self.old_spacing, self.spacing, strict=True))

    @property
    def steps(self) -> np.ndarray:
        """New spacing in old voxels."""
        return np.divide(self.spacing, self.old_spacing)

    @property
    def start(self) -> np.ndarray:
        """Position of the first new voxel in old voxels."""
        return (np.subtract(self.old_shape, 1) - np.subtract(self.shape, 1) * self.steps) / 2

    @property
    def is_identity(self) -> bool:
        return self.shape == self.old_shape and bool(np.all(self.steps == 1))

    def covering(self, old: Box) -> Box:
        """The new voxels that lie on ``old`` or less than one old voxel beside it."""
        lower = np.ceil((np.array(old.lower) - 1 - self.start) / self.steps).astype(int)
        upper = np.floor((np.array(old.upper) - self.start) / self.steps).astype(int) + 1
        lower, upper = np.clip(lower, 0, self.shape), np.clip(upper, 0, self.shape)
        return Box(tuple(lower.tolist()), tuple(upper.tolist()))

    def interpolate(self, array: np.ndarray, box: Box, method: str) -> np.ndarray:
        """float64 values on ``box`` of the new grid, of an array on the old one; only a crop of it is read.

        Beyond the outermost old voxel centres the nearest value holds.
        """
        if self.is_identity:
            return array[box.slices].astype(np.float64)
        first = self.start + np.array(box.lower) * self.steps
        last = self.start + (np.array(box.upper) - 1) * self.steps
        needed = Box(tuple(int(n) for n in np.clip(np.floor(first), 0, np.subtract(self.old_shape, 1))),
                     tuple(int(n) for n in np.clip(np.ceil(last) + 1, 1, self.old_shape)))
        needed = needed.grown(_REACH[method], self.old_shape)
        return ndimage.affine_transform(array[needed.slices].astype(np.float64), self.steps, first - needed.lower,
                                        output_shape=box.shape, order=_ORDER[method], mode="nearest")

    def interpolate_mask(self, mask: np.ndarray, box: Box, partial_volume: float) -> np.ndarray:
        """Boolean mask on ``box``: where the linearly interpolated mask reaches the partial volume."""
        if self.is_identity:
            return mask[box.slices].copy()
        return self.interpolate(mask, box, "linear") >= partial_volume - _ROUNDING
