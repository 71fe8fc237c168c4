"""What is done to scan and mask before any filter, in pyradiomics' order.

Normalisation (from the whole scan), resampling or crop, re-segmentation.  None of it makes a
whole changed copy of the scan.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np

from ...errors import InputError
from ...imaging.box import Box
from ...imaging.geometry import Geometry
from .voxels import ArrayVoxels, Poll, Voxels

RESEGMENT_MODES = ("absolute", "relative", "sigma")
CROP_PATTERN = re.compile(r"exact|pyradiomics-pad-(\d{1,3})")


@dataclass(frozen=True)
class Normalisation:
    """z-scores from all voxels of the scan, cut at ± ``outliers`` standard deviations, times ``scale``."""

    scale: float = 1.0
    outliers: float | None = None

    def __post_init__(self) -> None:
        if not _is_positive(self.scale):
            raise ValueError("the normalisation's scale is a number above 0")
        if self.outliers is not None and not _is_positive(self.outliers):
            raise ValueError("the normalisation's outliers are a number of standard deviations above 0")


@dataclass(frozen=True)
class Preprocessing:
    """Everything between the scan and the filters.

    resample_mm
        Voxel size (i, j, k) in mm after resampling; 0 keeps that axis; ``None`` keeps the scan's grid.
    resegment, resegment_mode
        One or two thresholds; only voxels at or above the lower and at or below the upper stay.
        ``absolute`` in the image's unit, ``relative`` to the region's maximum, ``sigma`` in standard
        deviations around the region's mean.
    resegment_shape
        Measure the shape of what is left instead of that of the whole region.
    crop
        ``exact``: filters see the whole scan.  ``pyradiomics-pad-N``: they see the region's box and N
        voxels around it, as pyradiomics with ``preCrop`` or with resampling and ``padDistance = N``.
    round_to_whole
        Round interpolated values to whole numbers (IBSI, for HU).  Without it a scan of whole numbers
        is cut towards 0 when it is resampled, as ITK and so pyradiomics do.
    """

    normalisation: Normalisation | None = None
    resample_mm: tuple[float, float, float] | None = None
    interpolator: str = "bspline"
    resegment: tuple[float, ...] | None = None
    resegment_mode: str = "absolute"
    resegment_shape: bool = False
    crop: str = "exact"
    round_to_whole: bool = False

    def __post_init__(self) -> None:
        if self.resegment_mode not in RESEGMENT_MODES:
            raise ValueError(f"resegment_mode must come from {', '.join(RESEGMENT_MODES)}")
        if self.resegment is not None and len(self.resegment) not in (1, 2):
            raise ValueError("resegmentation takes one or two thresholds")
        if CROP_PATTERN.fullmatch(self.crop) is None:
            raise ValueError("crop must be 'exact' or 'pyradiomics-pad-N' with a number of voxels N")

    @property
    def padding(self) -> int | None:
        """N of ``pyradiomics-pad-N``; ``None`` for ``exact``."""
        found = CROP_PATTERN.fullmatch(self.crop)
        return int(found[1]) if found and found[1] is not None else None


@dataclass(frozen=True)
class Prepared:
    """Voxels and masks that the filters and features read.

    ``mask`` and ``shape_mask`` are boolean on ``box`` of ``voxels``.
    """

    voxels: Voxels
    box: Box
    mask: np.ndarray
    shape_mask: np.ndarray
    spacing_kji: tuple[float, float, float]


class NormalisedVoxels:
    """z-scores of an array, float64, made as they are read (ITK's NormalizeImageFilter)."""

    def __init__(self, array: np.ndarray, normalisation: Normalisation, poll: Poll) -> None:
        self.shape = array.shape
        self.dtype = np.dtype(np.float64)
        self._array = array
        self._normalisation = normalisation
        self._mean, self._sigma = _mean_and_sigma(array, poll)
        if not self._sigma > 0:
            raise InputError("The scan cannot be normalised: all of its voxels have one value.")

    def hold(self, box: Box, poll: Poll) -> None:
        pass

    def crop(self, box: Box, poll: Poll) -> np.ndarray:
        return self._normalised(self._array[box.slices])

    def largest_magnitude(self, poll: Poll) -> float:
        # normalising never changes the order of values, so the extremes stay the extremes
        low = min(float(plane.min()) for plane in _polled(self._array, poll))
        high = max(float(plane.max()) for plane in _polled(self._array, poll))
        return float(np.abs(self._normalised(np.array([low, high]))).max())

    def _normalised(self, values: np.ndarray) -> np.ndarray:
        scores = (values.astype(np.float64) - self._mean) * (1.0 / self._sigma)
        if self._normalisation.outliers is not None:
            np.clip(scores, -self._normalisation.outliers, self._normalisation.outliers, out=scores)
        return scores * self._normalisation.scale


def prepare(array: np.ndarray, geometry: Geometry, mask: np.ndarray, settings: Preprocessing, poll: Poll,
            box: Box | None = None) -> Prepared:
    """Scan and mask (k, j, i) on ``geometry``, ready for filters; ``InputError`` if nothing is left.

    ``box`` is the mask's tight box, where it is known already.
    """
    voxels: Voxels = ArrayVoxels(array)
    if settings.normalisation is not None:
        voxels = NormalisedVoxels(array, settings.normalisation, poll)
    box = box or Box.around(mask)
    spacing = geometry.spacing_kji
    if settings.resample_mm is not None:
        from .resampling import resample

        voxels, box, inside, spacing = resample(voxels, geometry, mask, box, settings, poll)
    else:
        inside = mask[box.slices]
        if settings.padding is not None:
            outer = box.grown(settings.padding, voxels.shape)
            voxels, box = ArrayVoxels(voxels.crop(outer, poll)), box.within(outer)
    shape_mask = inside
    if settings.resegment is not None:
        inside = resegmented(voxels.crop(box, poll), inside, settings)
        tight = Box.around(inside)
        # pyradiomics measures the shape of the whole region, but inside the box of what is left
        inside, shape_mask = inside[tight.slices], shape_mask[tight.slices]
        box = tight.shifted(box.lower)
        if settings.resegment_shape:
            shape_mask = inside
    return Prepared(voxels, box, np.ascontiguousarray(inside), np.ascontiguousarray(shape_mask), spacing)


def resegmented(values: np.ndarray, mask: np.ndarray, settings: Preprocessing) -> np.ndarray:
    """The voxels of ``mask`` whose value lies inside the thresholds."""
    inside = values[mask]
    thresholds: list = sorted(settings.resegment or ())
    if settings.resegment_mode == "relative":
        thresholds = [np.max(inside) * threshold for threshold in thresholds]
    elif settings.resegment_mode == "sigma":
        mean, sigma = np.mean(inside), np.std(inside)
        thresholds = [mean + sigma * threshold for threshold in thresholds]
    keep = inside >= thresholds[0]
    if len(thresholds) == 2:
        keep &= inside <= thresholds[1]
    if np.count_nonzero(keep) <= 1:
        limits = " to ".join(f"{float(threshold):g}" for threshold in thresholds)
        raise InputError(f"Re-segmentation to {limits} leaves {np.count_nonzero(keep)} voxels of the region; "
                         "check the region or choose a profile for this kind of image.")
    result = np.zeros_like(mask)
    result[mask] = keep
    return result


def _is_positive(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value) and value > 0


def _mean_and_sigma(array: np.ndarray, poll: Poll) -> tuple[float, float]:
    """Mean and standard deviation (n − 1) of all voxels, by ITK's formula, plane by plane."""
    sums, squares = [], []
    for plane in _polled(array, poll):
        values = plane.astype(np.float64)
        sums.append(float(values.sum()))
        squares.append(float(np.square(values, out=values).sum()))
    total, count = math.fsum(sums), array.size
    variance = (math.fsum(squares) - total * total / count) / max(count - 1, 1)
    return total / count, math.sqrt(max(variance, 0.0))


def _polled(array: np.ndarray, poll: Poll):
    for plane in array:
        poll()
        yield plane
