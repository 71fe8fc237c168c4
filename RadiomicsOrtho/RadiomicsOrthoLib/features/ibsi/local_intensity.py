"""Local intensity (manual 3.2, 9ST6): peaks of the mean in a sphere of 1 cm³; voxels around the region count too."""

from __future__ import annotations

import math

import numpy as np

from ...imaging.box import Box
from ..filters.voxels import Poll
from .preparation import PreparedRegion

NAMES = ("loc_peak_loc", "loc_peak_glob")
RADIUS_MM = 10 * (3 / (4 * math.pi)) ** (1 / 3)


def local_intensity(region: PreparedRegion, poll: Poll = lambda: None) -> dict[str, float]:
    """``NAMES``, in the unit of the image; the region must have been prepared with a margin of ``RADIUS_MM``.

    Where the image ends the sphere is cut.
    """
    inner = Box.around(region.intensity)
    mask = region.intensity[inner.slices]
    reach = [math.floor(RADIUS_MM / spacing) for spacing in region.spacing_kji]
    padded = np.pad(region.values, [(r, r) for r in reach])
    exists = np.pad(np.ones(region.values.shape, np.int32), [(r, r) for r in reach])
    total, count = np.zeros(mask.shape), np.zeros(mask.shape, np.int32)
    for offset in np.ndindex(*(2 * r + 1 for r in reach)):
        if np.linalg.norm(np.subtract(offset, reach) * region.spacing_kji) > RADIUS_MM:
            continue
        poll()
        there = inner.shifted(offset).slices
        total += padded[there]
        count += exists[there]
    peaks = (total / count)[mask]
    inside = region.values[inner.slices][mask]
    return dict(zip(NAMES, (float(peaks[inside == inside.max()].max()), float(peaks.max())), strict=True))
