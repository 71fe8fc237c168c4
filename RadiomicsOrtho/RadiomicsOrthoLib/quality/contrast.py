"""Is there contrast agent in the vessels?  Judged from the image itself.

Most files do not say.  An enhanced vessel is a smooth bright blob without a brighter
shell; bone of the same brightness has a cortex round it.  The limits below were set on
one enhanced chest CT, one native abdominal CT, six CTs of thighs and on generated images;
they are this project's own and not published.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Sequence

import numpy as np
from scipy import ndimage

from ..imaging.image import BoneImage
from ..regions.roi import Roi

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
_SHELL_MM = 6.0
#: binned planes that are looked at together
_PLANES = 24

#: RAS mm
Point = tuple[float, float, float]


def enhanced_vessel_hu(image: BoneImage, roi: Roi, phantom: Sequence[Point] = ()) -> float | None:
    """Mean HU of the largest enhanced vessel near ``roi``; ``None`` if there is none.

    Works on a copy binned to about 1.5 mm, so that neither noise nor thin cortex decides.
    ``phantom`` holds points (RAS mm) in the rods of a calibration phantom: what holds one of them is no vessel.
    """
    values, bone, spacing, corner = _neighbourhood(image, roi)
    labels, count = ndimage.label(_smooth_and_bright(values) & ~bone)
    _leave_out(labels, image, phantom, corner, spacing)
    # plane by plane: counting makes a copy with eight bytes a voxel
    sizes = sum(np.bincount(plane.ravel(), minlength=count + 1) for plane in labels)
    best_hu, best_volume = None, MIN_VOLUME_ML
    voxel_ml = float(np.prod(spacing)) / 1000.0
    # the smooth part of a lumen is about one binned voxel smaller all round than the lumen
    core_radius = MIN_RADIUS_MM - _GRID_MM
    # most parts are specks of noise; find_objects looks at each voxel of each part while it holds Python's lock
    labels[(sizes * voxel_ml <= MIN_VOLUME_ML)[labels]] = 0
    for number, box in enumerate(ndimage.find_objects(labels), start=1):
        volume = int(sizes[number]) * voxel_ml
        if volume <= best_volume:
            continue
        part = np.pad(labels[box] == number, 1)
        if ndimage.distance_transform_edt(part, sampling=spacing).max() < core_radius:
            continue
        round_it = tuple(slice(max(along.start - math.ceil(_SHELL_MM / s), 0), along.stop + math.ceil(_SHELL_MM / s))
                         for along, s in zip(box, spacing, strict=True))
        inside = labels[round_it] == number
        mean = float(values[round_it][inside].mean(dtype=np.float64))
        if _has_brighter_shell(values[round_it], inside, mean, spacing):
            continue
        best_hu, best_volume = mean, volume
    return best_hu


def _smooth_and_bright(values: np.ndarray) -> np.ndarray:
    """Where the mean of 3×3×3 binned voxels is that of an enhanced vessel and their spread is small."""
    found = np.empty(values.shape, bool)
    for first in range(0, len(values), _PLANES):
        # with the planes beside them
        start = max(first - 1, 0)
        slab = values[start:first + _PLANES + 1]
        mean = ndimage.uniform_filter(slab, 3)
        variance = ndimage.uniform_filter(slab * slab, 3) - mean * mean
        fits = (mean > VESSEL_MIN_HU) & (mean < VESSEL_MAX_HU) & (variance < SMOOTH_SD_HU**2)
        found[first:first + _PLANES] = fits[first - start:first - start + _PLANES]
    return found


def _leave_out(labels: np.ndarray, image: BoneImage, points: Sequence[Point], corner: tuple[int, ...],
               spacing: tuple[float, float, float]) -> None:
    """Remove the parts that hold a point (RAS mm) from ``labels``; ``corner`` is the voxel at which they begin."""
    for point in points:
        place = (image.geometry.to_kji(np.asarray(point)) - corner) * image.geometry.spacing_kji // np.asarray(spacing)
        if ((place >= 0) & (place < labels.shape)).all():
            label = labels[tuple(place.astype(int))]
            if label:
                labels[labels == label] = 0


def _neighbourhood(image: BoneImage, roi: Roi
                   ) -> tuple[np.ndarray, np.ndarray, tuple[float, float, float], tuple[int, ...]]:
    """Binned voxels round the ROI, where the ROI itself lies, the binned spacing and the first voxel (k, j, i)."""
    spacing = image.geometry.spacing_kji
    box = tuple(slice(max(int(part.start - NEIGHBOURHOOD_MM / s), 0), int(part.stop - 1 + NEIGHBOURHOOD_MM / s) + 1)
                for part, s in zip(roi.box_slices(), spacing, strict=True))
    factors = tuple(max(1, int(_GRID_MM / s)) for s in spacing)
    # single precision: the neighbourhood of a large region is most of a scan
    total, count = np.float32(0), 0
    for part in _bin_by_bin(image.array[box], factors):
        total = total + np.clip(part, -1024, 3071).astype(np.float32, copy=False)
        count += 1
    bone = functools.reduce(np.logical_or, _bin_by_bin(roi.mask[box], factors))
    return (total / np.float32(count), bone, tuple(s * f for s, f in zip(spacing, factors, strict=True)),
            tuple(part.start for part in box))


def _bin_by_bin(array: np.ndarray, factors: tuple[int, int, int]) -> Iterator[np.ndarray]:
    """One voxel of every bin at a time; voxels that fill no bin are left out."""
    trimmed = array[tuple(slice(0, max(n - n % f, 1)) for n, f in zip(array.shape, factors, strict=True))]
    factors = tuple(min(f, n) for f, n in zip(factors, trimmed.shape, strict=True))
    for first in np.ndindex(*factors):
        yield trimmed[tuple(slice(start, None, f) for start, f in zip(first, factors, strict=True))]


def _has_brighter_shell(values: np.ndarray, part: np.ndarray, mean: float, spacing: tuple[float, ...]) -> bool:
    """True if a fifth of the voxels within ``_SHELL_MM`` round ``part`` are brighter than its inside."""
    distance = ndimage.distance_transform_edt(~part, sampling=spacing)
    shell = (distance > 0) & (distance <= _SHELL_MM)
    return bool(np.mean(values[shell] > mean + 20.0) > 0.2)
