"""Is there contrast agent in the spinal canal behind a vertebra?  Judged from the image itself.

The canal without contrast holds fat, fluid, cord and roots (-50 to 60 HU).  The limits are this project's own; they
were set on native and enhanced CTs of spines without myelography and on generated images.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from scipy import ndimage

from ..imaging.image import BoneImage
from ..regions.roi import Roi

#: fluid with contrast agent is brighter than this; blood in the canal is not
CANAL_MIN_HU = 150.0
#: so smooth (SD, HU) that it is neither bone nor its edge
SMOOTH_SD_HU = 40.0
#: where the canal is looked for: behind the region's middle, and beside it (mm)
BEHIND_MM, BESIDE_MM = (8.0, 45.0), 9.0
#: a cube this wide, and of three voxels at least, must lie in the canal
CUBE_MM = 6.0
#: the canal goes on beyond the vertebra, where its arch ends: by this much in all (mm)
BEYOND_MM = 12.0


def canal_contrast_hu(image: BoneImage, roi: Roi) -> float | None:
    """Mean HU of contrast agent in the canal behind ``roi`` (of a vertebra); ``None`` if there is none.

    It is looked for as a smooth bright column outside the region that is longer than the vertebra is high: bone of the
    arch is not.
    """
    geometry = roi.geometry
    if roi.plane_axis is not None:
        return None
    region = roi.box_slices()
    inside = geometry.to_ras(np.argwhere(roi.mask[region]) + [side.start for side in region])
    low, high = inside.min(axis=0), inside.max(axis=0)
    middle = (low + high) / 2
    # the corners of where the canal may lie, with half a cube of room
    near = (np.array([middle[0] - BESIDE_MM, middle[1] - BEHIND_MM[1], low[2] - BEYOND_MM]),
            np.array([middle[0] + BESIDE_MM, middle[1] - BEHIND_MM[0], high[2] + BEYOND_MM]))
    box = _box(image, near[0] - CUBE_MM, near[1] + CUBE_MM)
    if any(side.start >= side.stop for side in box):
        return None
    values = np.clip(np.nan_to_num(image.array[box].astype(np.float32)), -200.0, 3000.0)
    size = [max(3, round(CUBE_MM / s)) for s in geometry.spacing_kji]
    mean = ndimage.uniform_filter(values, size)
    spread = ndimage.uniform_filter(values * values, size) - mean * mean
    bright = ~roi.mask[box] & (mean > CANAL_MIN_HU) & (spread < SMOOTH_SD_HU**2)
    if not bright.any():
        return None
    ras = geometry.to_ras(np.stack(np.indices(values.shape), -1) + [side.start for side in box])
    labels, _ = ndimage.label(bright & np.all((ras >= near[0]) & (ras <= near[1]), axis=-1))
    for number, part in enumerate(ndimage.find_objects(labels), start=1):
        column = labels[part] == number
        if np.ptp(ras[part][column][:, 2]) >= high[2] - low[2] + BEYOND_MM:
            return float(mean[part][column].mean(dtype=np.float64))
    return None


def _box(image: BoneImage, low: np.ndarray, high: np.ndarray) -> tuple[slice, slice, slice]:
    """The voxels (k, j, i) between two corners in RAS mm."""
    corners = image.geometry.to_kji(np.array(list(product(*zip(low, high, strict=True)))))
    first = np.maximum(np.floor(corners.min(axis=0)).astype(int), 0)
    last = np.minimum(np.ceil(corners.max(axis=0)).astype(int) + 1, image.geometry.shape)
    return tuple(slice(int(a), int(b)) for a, b in zip(first, last, strict=True))
