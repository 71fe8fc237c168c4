"""Is there contrast agent in the vessels?  Judged from the image itself.

Most files do not say.  An enhanced vessel is a smooth bright blob without a brighter
shell; bone of the same brightness has a cortex round it.  The limits below were set on
one enhanced chest CT, one native abdominal CT, six CTs of thighs and on generated images;
they are this project's own and not published.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import ndimage

from ..imaging.image import BoneImage
from ..regions.roi import Roi
from ..regions.trabecular import bounding_box

#: blood is 30 to 50 HU without contrast; venous enhancement rarely stays below this
VESSEL_MIN_HU = 120.0
VESSEL_MAX_HU = 600.0
#: a lumen this smooth (local SD, HU, after binning) is not trabecular bone
SMOOTH_SD_HU = 30.0
#: vessels are looked for this far round the region
NEIGHBOURHOOD_MM = 90.0
MIN_RADIUS_MM = 4.0
MIN_VOLUME_ML = 1.0
_GRID_MM = 1.5


def enhanced_vessel_hu(image: BoneImage, roi: Roi) -> float | None:
    """Mean HU of the largest enhanced vessel near ``roi``; ``None`` if there is none.

    Works on a copy binned to about 1.5 mm, so that neither noise nor thin cortex decides.
    """
    values, bone, spacing = _neighbourhood(image, roi)
    local_mean = ndimage.uniform_filter(values, 3)
    local_sd = np.sqrt(np.maximum(ndimage.uniform_filter(values * values, 3) - local_mean**2, 0.0))
    lumen = (local_mean > VESSEL_MIN_HU) & (local_mean < VESSEL_MAX_HU) & (local_sd < SMOOTH_SD_HU) & ~bone
    labels, _ = ndimage.label(lumen)
    best_hu, best_volume = None, MIN_VOLUME_ML
    voxel_ml = float(np.prod(spacing)) / 1000.0
    # the smooth part of a lumen is about one binned voxel smaller all round than the lumen
    core_radius = MIN_RADIUS_MM - _GRID_MM
    sizes = np.bincount(labels.ravel())
    # most parts are specks of noise; find_objects looks at each voxel of each part while it holds Python's lock
    labels[(sizes * voxel_ml <= MIN_VOLUME_ML)[labels]] = 0
    for number, box in enumerate(ndimage.find_objects(labels), start=1):
        volume = int(sizes[number]) * voxel_ml
        if volume <= best_volume:
            continue
        part = np.pad(labels[box] == number, 1)
        if ndimage.distance_transform_edt(part, sampling=spacing).max() < core_radius:
            continue
        mean = float(values[labels == number].mean())
        if _has_brighter_shell(values, labels == number, mean, spacing):
            continue
        best_hu, best_volume = mean, volume
    return best_hu


def _neighbourhood(image: BoneImage, roi: Roi) -> tuple[np.ndarray, np.ndarray, tuple[float, float, float]]:
    """Binned voxels round the ROI, where the ROI itself lies, and the binned spacing (k, j, i)."""
    spacing = image.geometry.spacing_kji
    box = tuple(slice(max(int(part.start - NEIGHBOURHOOD_MM / s), 0), int(part.stop - 1 + NEIGHBOURHOOD_MM / s) + 1)
                for part, s in zip(bounding_box(roi.mask), spacing, strict=True))
    factors = tuple(max(1, int(_GRID_MM / s)) for s in spacing)
    values = _binned(np.clip(image.array[box], -1024, 3071), factors)
    bone = _binned(roi.mask[box], factors) > 0
    return values, bone, tuple(s * f for s, f in zip(spacing, factors, strict=True))


def _binned(array: np.ndarray, factors: tuple[int, int, int]) -> np.ndarray:
    trimmed = array[tuple(slice(0, max(n - n % f, 1)) for n, f in zip(array.shape, factors, strict=True))]
    factors = tuple(min(f, n) for f, n in zip(factors, trimmed.shape, strict=True))
    # one voxel of every bin at a time: quicker than a mean over three axes of six
    total = np.zeros([n // f for n, f in zip(trimmed.shape, factors, strict=True)])
    for first in np.ndindex(*factors):
        total += trimmed[tuple(slice(start, None, f) for start, f in zip(first, factors, strict=True))]
    return total / math.prod(factors)


def _has_brighter_shell(values: np.ndarray, part: np.ndarray, mean: float, spacing: tuple[float, ...]) -> bool:
    """True if a fifth of the voxels within 6 mm round ``part`` are brighter than its inside."""
    distance = ndimage.distance_transform_edt(~part, sampling=spacing)
    shell = (distance > 0) & (distance <= 6.0)
    return bool(np.mean(values[shell] > mean + 20.0) > 0.2)
