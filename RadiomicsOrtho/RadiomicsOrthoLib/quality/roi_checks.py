"""Findings on a ROI and what lies inside and round it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..imaging.image import BoneImage
from ..regions.roi import Roi
from .bone_checks import check_bone
from .contrast import Point
from .contrast_checks import check_contrast_agent
from .finding import Finding
from .metal_checks import check_metal
from .noise import check_noise
from .planar_checks import check_saturation
from .shape_checks import check_shape, check_size


def check_roi(image: BoneImage, roi: Roi, is_ct: bool, phantom: Sequence[Point] = ()) -> Iterator[Finding]:
    """Findings on a ROI as it was drawn: shape, size, non-finite voxels; on a CT also metal, bone and contrast."""
    if roi.voxel_count == 0:
        yield Finding("ROI_EMPTY", "refuse", "The segmentation is empty.", "Draw the region first.")
        return
    yield from check_size(roi)
    # looking through a whole scan takes longer than all checks of the region
    box = roi.box_slices()
    values = image.array[box][roi.mask[box]]
    if np.issubdtype(values.dtype, np.floating):
        bad = int(np.count_nonzero(~np.isfinite(values)))
        if bad:
            yield Finding("NON_FINITE_VOXELS", "refuse", f"The image has {bad} non-finite voxels in the region.",
                          "Repair the scan or leave them out of the region.")
            return
    if values.size > 1 and values.min() == values.max():
        yield Finding("NO_VARIATION_IN_ROI", "refuse", f"Every voxel of the region has the value {values[0]:g}, as "
                      "where a scan was cut out and filled up.", "Use the uncut scan, or a region where it has values.")
        return
    # the worst first: metal makes everything else beside the point
    metal = tuple(check_metal(image, roi)) if is_ct else ()
    yield from metal
    yield from check_shape(image, roi)
    yield from check_saturation(image, roi)
    if is_ct:
        if not metal:
            # beside metal every value is falsified
            yield from check_bone(image, roi)
        yield from check_contrast_agent(image, roi, phantom)
    yield from check_noise(image, roi, is_ct)
