"""Findings on metal in and near a region of a CT."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import ndimage

from ..imaging.image import BoneImage
from ..regions.roi import Roi
from .finding import Finding

#: dense cortical bone stays below this; only metal, and calcified specks, lie above
METAL_HU = 2500
#: the largest harmless calcified speck seen was 0.06 mL, the smallest implant 11 mL
METAL_NEAR_ML = 0.3
METAL_IN_ROI_ML = 0.02
METAL_NEAR_MM = 20.0


def check_metal(image: BoneImage, roi: Roi) -> Iterator[Finding]:
    """A refusal if metal lies in the region or so near that its streaks falsify the values."""
    voxel_ml = roi.geometry.voxel_volume_ml
    own = roi.box_slices()
    values = image.array[own][roi.mask[own]]
    inside = int(np.count_nonzero(values > METAL_HU)) * voxel_ml
    if inside >= METAL_IN_ROI_ML:
        highest = float(values.max())
        yield Finding("METAL_IN_ROI", "refuse", f"Metal in the region ({highest:.0f} HU, {inside:.2f} mL).",
                      "Exclude this level or side; values beside metal are falsified.")
        return
    margin = max(int(np.ceil(METAL_NEAR_MM / s)) for s in roi.geometry.spacing)
    box = roi.box_slices(margin)
    labels, count = ndimage.label(image.array[box] > METAL_HU)
    if not count:
        return
    near = ndimage.distance_transform_edt(~roi.mask[box], sampling=roi.geometry.spacing_kji) <= METAL_NEAR_MM
    sizes = np.bincount(labels.ravel())
    parts = [number for number in np.unique(labels[near]) if number and sizes[number] * voxel_ml >= METAL_NEAR_ML]
    if parts:
        volume = float(sum(sizes[number] for number in parts)) * voxel_ml
        yield Finding("METAL_NEAR_ROI", "refuse", f"Metal within {METAL_NEAR_MM:.0f} mm of the region "
                      f"({float(image.array[box].max()):.0f} HU, {volume:.1f} mL).",
                      "Exclude this level or side; streaks falsify the values.")
