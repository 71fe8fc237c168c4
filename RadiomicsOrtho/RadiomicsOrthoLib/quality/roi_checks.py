"""Findings on a ROI and what lies inside and round it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import ndimage

from ..imaging.image import BoneImage
from ..regions.roi import Roi
from ..regions.trabecular import bounding_box
from .contrast import enhanced_vessel_hu
from .finding import Finding
from .planar_checks import FLAT_MODALITIES, check_saturation

#: below this nothing statistical holds (Orlhac: 64 voxels); below the second, texture is unstable
MIN_VOXELS = 64
FEW_VOXELS = 1000
#: dense cortical bone stays below this; only metal, and calcified specks, lie above
METAL_HU = 2500
#: the largest harmless calcified speck seen was 0.06 mL, the smallest implant 11 mL
METAL_NEAR_ML = 0.3
METAL_IN_ROI_ML = 0.02
METAL_NEAR_MM = 20.0
#: mean of a trabecular region on CT: fatty marrow is about -60 HU, sclerosis reaches some 500
TRABECULAR_HU = (-80.0, 500.0)
HETEROGENEOUS_SD_HU = 70.0
#: a part of the marrow space this dense is cement, an implant or cortex, not trabecular bone
DENSE_HU = 1000
DENSE_ML = 0.1


def check_roi(image: BoneImage, roi: Roi, is_ct: bool) -> Iterator[Finding]:
    """Findings on a ROI as it was drawn: size, completeness, non-finite voxels; on a CT also metal and contrast."""
    count = roi.voxel_count
    if count == 0:
        yield Finding("ROI_EMPTY", "refuse", "The segmentation is empty.", "Draw the region first.")
        return
    yield from check_size(roi)
    values = _values_inside(image, roi)
    if np.issubdtype(values.dtype, np.floating):
        bad = int(np.count_nonzero(~np.isfinite(values)))
        if bad:
            yield Finding("NON_FINITE_VOXELS", "refuse", f"The image has {bad} non-finite voxels in the region.",
                          "Repair the scan or leave them out of the region.")
            return
    if is_ct:
        yield from _check_metal(image, roi)
    yield from _check_border(image, roi)
    yield from _check_parts(roi)
    yield from check_saturation(image, roi)
    if is_ct:
        yield from _check_contrast(image, roi)


def _values_inside(image: BoneImage, roi: Roi) -> np.ndarray:
    # looking through a whole scan takes longer than all checks of the region
    box = bounding_box(roi.mask)
    return image.array[box][roi.mask[box]]


def check_size(roi: Roi) -> Iterator[Finding]:
    """Findings on the number of voxels."""
    count = roi.voxel_count
    voxels = "1 voxel" if count == 1 else f"{count} voxels"
    voxels = f"{voxels} ({roi.size_text})" if roi.geometry.plane_axis is None else roi.size_text
    if count < MIN_VOXELS:
        yield Finding("ROI_TOO_SMALL", "refuse", f"The region has {voxels}; it is too small "
                      f"(at least {MIN_VOXELS}).", "Draw a larger region, or use a scan with smaller voxels.")
    elif count < FEW_VOXELS:
        finer = ", or use thinner slices" if roi.geometry.plane_axis is None else ""
        yield Finding("ROI_FEW_VOXELS", "warn", f"The region has {voxels}; texture features "
                      f"of fewer than {FEW_VOXELS} are unstable.", f"Rely on the mean only{finer}.")


def check_trabecular_values(image: BoneImage, core: Roi) -> Iterator[Finding]:
    """Findings on the HU inside a trabecular region."""
    values = _values_inside(image, core).astype(np.float64)
    mean, spread = float(values.mean()), float(values.std())
    low, high = TRABECULAR_HU
    if not low <= mean <= high:
        yield Finding("NOT_TRABECULAR_BONE", "refuse", f"The region's mean of {mean:.0f} HU is not that of trabecular "
                      f"bone ({low:.0f} to {high:.0f} HU).", "Check that the region lies in the marrow space, "
                      "without cement, implant, cortex or soft tissue.")
        return
    dense = _largest_dense_part_ml(image, core)
    if dense >= DENSE_ML:
        yield Finding("DENSE_PART", "refuse", f"A part of {dense:.1f} mL inside the trabecular region is denser than "
                      f"{DENSE_HU} HU: cement, an implant, a dense lesion or cortex.",
                      "Exclude this level, or correct the region if it reaches into the cortex.")
    elif spread > HETEROGENEOUS_SD_HU:
        yield Finding("HETEROGENEOUS_CORE", "warn", f"The trabecular region is uneven (SD {spread:.0f} HU): cortex, a "
                      "dense or lytic focus or a fracture may lie inside.", "Look at the region slice by slice.")


def _largest_dense_part_ml(image: BoneImage, core: Roi) -> float:
    """Volume in mL of the largest connected part of the region above ``DENSE_HU``."""
    box = bounding_box(core.mask)
    labels, count = ndimage.label(core.mask[box] & (image.array[box] > DENSE_HU))
    return float(np.bincount(labels.ravel())[1:].max()) * core.geometry.voxel_volume_ml if count else 0.0


def _check_border(image: BoneImage, roi: Roi) -> Iterator[Finding]:
    across = roi.plane_axis
    faces = [name for axis, names in enumerate((("first slice", "last slice"), ("first row", "last row"),
                                                ("first column", "last column"))) if axis != across
             for name, at in zip(names, (0, -1), strict=True) if np.take(roi.mask, at, axis=axis).any()]
    if not faces:
        return
    where = ", ".join(faces)
    if image.modality in FLAT_MODALITIES:
        # a long bone always leaves a radiograph
        yield Finding("CUT_BY_FIELD_OF_VIEW", "warn", f"The region touches the edge of the image ({where}); its shape "
                      "is that of the part inside.", "Draw the region inside the image, or do not use its shape.")
    else:
        yield Finding("CUT_BY_FIELD_OF_VIEW", "refuse", f"The region touches the edge of the scan ({where}); the bone "
                      "is incomplete.", "Choose a bone that lies completely inside the scan.")


def _check_parts(roi: Roi) -> Iterator[Finding]:
    labels, count = ndimage.label(roi.mask[bounding_box(roi.mask)])
    if count < 2:
        return
    sizes = np.sort(np.bincount(labels.ravel())[1:])[::-1]
    if sizes[1:].sum() > 0.01 * sizes[0]:
        yield Finding("SEVERAL_PARTS", "warn", f"The region has {count} separate parts.",
                      "Remove islands with the Segment Editor, or confirm that all belong to the bone.")


def _check_metal(image: BoneImage, roi: Roi) -> Iterator[Finding]:
    voxel_ml = roi.geometry.voxel_volume_ml
    values = _values_inside(image, roi)
    inside = int(np.count_nonzero(values > METAL_HU)) * voxel_ml
    if inside >= METAL_IN_ROI_ML:
        highest = float(values.max())
        yield Finding("METAL_IN_ROI", "refuse", f"Metal in the region ({highest:.0f} HU, {inside:.2f} mL).",
                      "Exclude this level or side; values beside metal are falsified.")
        return
    margin = max(int(np.ceil(METAL_NEAR_MM / s)) for s in roi.geometry.spacing)
    box = bounding_box(roi.mask, margin)
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


def _check_contrast(image: BoneImage, roi: Roi) -> Iterator[Finding]:
    stated = image.acquisition.contrast_agent
    remedy = "Use the native phase if there is one; contrast in the blood raises the HU of bone."
    if stated:
        yield Finding("CONTRAST_STATED", "warn", "The scan was made with contrast agent.", remedy)
        return
    seen = enhanced_vessel_hu(image, roi)
    if seen is not None:
        contradiction = ", although it was stated that none was given" if stated is False else ""
        yield Finding("CONTRAST_LIKELY", "warn", "The scan looks contrast-enhanced: a vessel, an organ or bowel near "
                      f"the region has {seen:.0f} HU{contradiction}.", remedy)
    elif stated is None:
        yield Finding("CONTRAST_NOT_STATED", "note", "The file does not say whether contrast agent was given. No "
                      "enhanced vessel was found near the region, which does not prove that none was.")
