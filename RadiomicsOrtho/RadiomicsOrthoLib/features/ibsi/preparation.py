"""From scan and ROI to the voxels that features are computed on (manual, chapter 2)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ...errors import InputError
from ...imaging.box import Box
from ..filters.voxels import Poll
from .resampling import AlignedGrid
from .settings import IbsiSettings

#: of an interpolated intensity, below which there is nothing but the rounding of the computer
_DECIMALS = 6


@dataclass(frozen=True)
class PreparedRegion:
    """Voxels on ``box`` of ``grid``; arrays (k, j, i) of the box's shape.

    ``values`` are float64 in the unit of the image, interpolated and rounded.  ``morphological`` is the interpolated
    mask, for shape; ``intensity`` is what re-segmentation leaves of it, for everything else (manual 2.5, "Intensity
    and morphological masks of an ROI").
    """

    values: np.ndarray
    morphological: np.ndarray
    intensity: np.ndarray
    box: Box
    grid: AlignedGrid

    @property
    def spacing_kji(self) -> tuple[float, float, float]:
        return self.grid.spacing

    @property
    def inside(self) -> np.ndarray:
        """Intensities (voxels,) under the intensity mask, in raster order."""
        return self.values[self.intensity]


def aligned_grid(shape: tuple[int, int, int], spacing_kji: tuple[float, float, float],
                 settings: IbsiSettings) -> AlignedGrid:
    if settings.spacing_mm is None:
        return AlignedGrid(shape, spacing_kji, spacing_kji)
    i, j, k = settings.spacing_mm
    return AlignedGrid(shape, spacing_kji, (spacing_kji[0] if k is None else k, j, i))


def prepare(values: np.ndarray, mask: np.ndarray, spacing_kji: tuple[float, float, float], settings: IbsiSettings,
            margin_mm: float | tuple[float, float, float] = 0.0, poll: Poll = lambda: None) -> PreparedRegion:
    """Interpolate, round and re-segment the region's box, grown for features and filters that look around it.

    ``margin_mm`` is one distance, or one along each of k, j and i.
    """
    if not mask.any():
        raise InputError("The region has no voxels.")
    grid = aligned_grid(values.shape, spacing_kji, settings)
    covering = grid.covering(Box.around(mask))
    # the cut keeps a voxel of margin, which costs nothing and spares everyone a border case
    distances = margin_mm if isinstance(margin_mm, tuple) else (margin_mm,) * 3
    margins = [math.ceil(distance / spacing) + 1 for distance, spacing in zip(distances, grid.spacing, strict=True)]
    box = covering.grown(margins, grid.shape)
    poll()
    new_mask = grid.interpolate_mask(mask, box, settings.partial_volume)
    if not new_mask.any():
        raise InputError("The region is smaller than a voxel of the new grid; choose a finer spacing.")
    poll()
    new_values = intensities(values, grid, box, settings)
    poll()
    return PreparedRegion(new_values, new_mask, resegmented(new_values, new_mask, settings), box, grid)


def intensities(values: np.ndarray, grid: AlignedGrid, box: Box, settings: IbsiSettings) -> np.ndarray:
    """Interpolated intensities on ``box``; rounded where that is asked for, halves to the even neighbour."""
    found = grid.interpolate(values, box, settings.interpolation)
    # halves are common between two voxels of whole HU: the last bit of an interpolation must not decide them
    return np.rint(np.round(found, _DECIMALS)) if settings.round_intensities else found


def resegmented(values: np.ndarray, mask: np.ndarray, settings: IbsiSettings) -> np.ndarray:
    """The mask without voxels outside the range and without outliers (manual 2.5).

    Outliers are judged by all voxels of the mask, also those outside the range: methods combine by intersection.
    """
    kept = mask.copy()
    if settings.range is not None:
        kept &= (values >= settings.range[0]) & (values <= settings.range[1])
    if settings.outlier_sigma is not None:
        inside = values[mask]
        kept &= np.abs(values - inside.mean()) <= settings.outlier_sigma * inside.std()
    if not kept.any():
        raise InputError("No voxel of the region is left after re-segmentation; widen its range.")
    return kept
