"""A region of grey levels laid out for the matrix kernels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...imaging.box import Box
from .settings import TooManyLevelsError

#: more present levels than this make matrices that neither fit memory nor say anything about texture
MAX_PRESENT_LEVELS = 4096


@dataclass(frozen=True)
class LevelRegion:
    """Grey levels of a region on its tight box, inside a margin of zeros.

    ``padded``
        levels, int32 (k, j, i), 0 outside the region; ``margin`` zeros on every side let a kernel step to any
        neighbour without looking for the border.
    ``voxels``
        flat indices into ``padded`` of the region's voxels in raster order.
    ``present``
        grey levels that occur, ascending; ``counts`` says how often.  Matrices have a row for each of these.
    ``level_count``
        the highest level: pyradiomics' and IBSI's N_g, levels that do not occur included.
    """

    padded: np.ndarray
    margin: int
    voxels: np.ndarray
    present: np.ndarray
    counts: np.ndarray
    level_count: int

    @classmethod
    def from_levels(cls, levels: np.ndarray, level_count: int | None = None, margin: int = 1) -> LevelRegion:
        """From an integer crop (k, j, i) with 0 outside the region; at least one voxel is above 0."""
        if levels.ndim != 3 or levels.dtype.kind not in "iu":
            raise ValueError("grey levels are an integer array (k, j, i)")
        mask = levels > 0
        box = Box.around(mask).slices
        return cls.from_voxels(levels[box][mask[box]].astype(np.int32), mask[box], level_count, margin)

    @classmethod
    def from_voxels(cls, levels: np.ndarray, mask: np.ndarray, level_count: int | None = None,
                    margin: int = 1) -> LevelRegion:
        """From the levels (voxels,) of the set voxels, in raster order, of a mask that is its own tight box."""
        padded_mask = np.pad(mask, margin)
        voxels = np.flatnonzero(padded_mask)
        padded = np.zeros(padded_mask.shape, np.int32)
        padded.ravel()[voxels] = levels
        counts = np.bincount(levels)
        present = np.flatnonzero(counts)
        highest = int(present[-1])
        if present[0] < 1 or (level_count is not None and level_count < highest):
            raise ValueError(f"grey levels run from 1 to {level_count}, not from {present[0]} to {highest}")
        return cls(padded, margin, voxels, present, counts[present],
                   highest if level_count is None else int(level_count))

    def check_size(self) -> None:
        """Raise TooManyLevelsError where a matrix with a row for each level would not be sensible."""
        if len(self.present) > MAX_PRESENT_LEVELS:
            raise TooManyLevelsError(f"{len(self.present):,} grey levels are too many for texture matrices (at most "
                                     f"{MAX_PRESENT_LEVELS:,}); choose a larger bin width")

    @property
    def box_shape(self) -> tuple[int, int, int]:
        """Shape of the tight box, without the margin."""
        return tuple(size - 2 * self.margin for size in self.padded.shape)

    @cached_property
    def rank(self) -> np.ndarray:
        """Row of each grey level in a matrix: int32 of shape (highest level + 1,)."""
        table = np.zeros(int(self.present[-1]) + 1, np.int32)
        table[self.present] = np.arange(len(self.present))
        return table

    def slices(self, dimension: int) -> list[LevelRegion]:
        """The region of each slice that holds voxels, with the level count of the whole."""
        inner = (slice(self.margin, -self.margin),) * 3
        parts = np.moveaxis(self.padded[inner], dimension, 0)
        return [LevelRegion.from_levels(np.expand_dims(part, dimension), self.level_count, self.margin)
                for part in parts if part.any()]

    def flat_steps(self, directions: np.ndarray) -> np.ndarray:
        """Distance in the flat ``padded`` array of each step (k, j, i)."""
        _, rows, columns = self.padded.shape
        return directions @ np.array([rows * columns, columns, 1], np.int64)
