"""Findings on a region's mask alone: how large it is, where it ends, and whether it is of one piece."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from scipy import ndimage

from ..imaging.image import BoneImage
from ..regions.roi import Roi
from .finding import Finding
from .planar_checks import FLAT_MODALITIES

#: below this nothing statistical holds (Orlhac: 64 voxels); below the second, texture is unstable
MIN_VOXELS = 64
FEW_VOXELS = 1000
#: a reference whose mean alone is used needs fewer, and so does a region made for its mean (this project's own)
REFERENCE_COMPARTMENTS, MIN_VOXELS_OF_REFERENCE = ("csf",), 10
MEAN_COMPARTMENTS, MIN_VOXELS_OF_MEAN = ("axial-ellipse", "mid-slab"), 16
#: texture in space looks at a voxel's neighbours on both sides; with fewer slices half of them have none on one
MIN_SLICES = 4
#: islands below this share of the largest part are specks
SPECK_SHARE = 0.01
#: holes of this share of the region, or one hole of this volume, are more than single voxels that a threshold missed
HOLE_SHARE = 0.01
HOLE_ML = 0.1
#: thin by definition, so their few slices say nothing
_THIN = ("axial-ellipse", "mid-slab", *REFERENCE_COMPARTMENTS)
#: volume in mL of a whole bone region, as wide as a vertebra with or without its arch, and a proximal femur with or
#: without its shaft, can be; narrower limits would mark small and tall people
VOLUME_ML = {"C": (2.0, 40.0), "T": (3.0, 80.0), "L": (8.0, 130.0), "S": (8.0, 200.0), "vertebra": (2.0, 130.0),
             "proximal-femur": (25.0, 450.0)}


def check_shape(image: BoneImage, roi: Roi) -> Iterator[Finding]:
    """Findings on where the region ends, its slices, parts and holes, and its volume as a bone."""
    yield from _check_border(image, roi)
    gaps = tuple(_check_slices(roi))
    yield from gaps
    if not any(finding.code == "MISSING_SLICES" for finding in gaps):
        # every slice would be a part of its own
        yield from _check_parts(roi)
    yield from _check_holes(roi)
    yield from _check_volume(roi)


def check_size(roi: Roi) -> Iterator[Finding]:
    """Findings on the number of voxels."""
    count = roi.voxel_count
    voxels = "1 voxel" if count == 1 else f"{count} voxels"
    voxels = f"{voxels} ({roi.size_text})" if roi.geometry.plane_axis is None else roi.size_text
    # a core is derived from a larger region, which a person sees beside it
    what = "The trabecular region" if roi.compartment == "trabecular" else "The region"
    is_reference = roi.compartment in REFERENCE_COMPARTMENTS
    least = MIN_VOXELS_OF_REFERENCE if is_reference else \
        MIN_VOXELS_OF_MEAN if roi.compartment in MEAN_COMPARTMENTS else MIN_VOXELS
    if count < least:
        yield Finding("ROI_TOO_SMALL", "refuse", f"{what} has {voxels}; it is too small "
                      f"(at least {least}).", "Draw a larger region, or use a scan with smaller voxels.")
    elif count < FEW_VOXELS and not is_reference:
        finer = ", or use thinner slices" if roi.geometry.plane_axis is None else ""
        why = f"texture features of fewer than {FEW_VOXELS} are unstable" if count >= MIN_VOXELS else \
            f"fewer than {MIN_VOXELS} have no texture"
        yield Finding("ROI_FEW_VOXELS", "warn", f"{what} has {voxels}; {why}.", f"Rely on the mean only{finer}.")


def _check_border(image: BoneImage, roi: Roi) -> Iterator[Finding]:
    across = roi.plane_axis
    faces = [name for axis, names in enumerate((("first slice", "last slice"), ("first row", "last row"),
                                                ("first column", "last column"))) if axis != across
             for name, touches in zip(names, (roi.box.lower[axis] == 0, roi.box.upper[axis] == roi.mask.shape[axis]),
                                      strict=True) if touches]
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


def _check_slices(roi: Roi) -> Iterator[Finding]:
    """Findings on empty slices between drawn ones, and on how many slices there are."""
    if roi.plane_axis is not None:
        # a region of one slice is one on purpose; profiles say whether they measure in a plane
        return
    spacing = roi.geometry.spacing_kji
    across = int(np.argmax(spacing))
    inner = roi.mask[roi.box_slices()]
    empty = sum(_skipped(np.moveaxis(inner, axis, 0)) for axis in range(3))
    if empty:
        slices = "1 slice" if empty == 1 else f"{empty} slices"
        yield Finding("MISSING_SLICES", "warn", f"{slices} between the drawn ones {'is' if empty == 1 else 'are'} "
                      "empty.", "Fill between slices with the Segment Editor, or remove what does not belong to the "
                      "bone.")
    elif inner.shape[across] < MIN_SLICES and roi.compartment not in _THIN:
        yield Finding("FEW_SLICES", "warn", f"The region lies in {inner.shape[across]} slices of "
                      f"{spacing[across]:.3g} mm only; its shape and its texture across slices mean little.",
                      "Use a scan with thinner slices, or rely on the mean only.")


def _skipped(inner: np.ndarray) -> int:
    """How many planes along the first axis are empty between planes that were drawn over one another."""
    used = np.flatnonzero(inner.any(axis=(1, 2)))
    return sum(int(after - before - 1) for before, after in pairwise(used)
               # parts side by side are several parts
               if after - before > 1 and (inner[before] & inner[after]).any())


def _check_parts(roi: Roi) -> Iterator[Finding]:
    labels, count = ndimage.label(roi.mask[roi.box_slices()])
    if count < 2:
        return
    sizes = np.sort(np.bincount(labels.ravel())[1:])[::-1]
    if sizes[1:].sum() > SPECK_SHARE * sizes[0]:
        yield Finding("SEVERAL_PARTS", "warn", f"The region has {count} separate parts.",
                      "Remove islands with the Segment Editor, or confirm that all belong to the bone.")


def _check_holes(roi: Roi) -> Iterator[Finding]:
    """A warning on holes that the region encloses; a shell of cortex has one by definition."""
    if roi.compartment == "cortical":
        return
    part = roi.mask[roi.box_slices()]
    across = roi.plane_axis
    if across is not None:
        part = part.take(0, axis=across)
    holes = ndimage.binary_fill_holes(part) & ~part
    count = int(np.count_nonzero(holes))
    if not count:
        return
    labels, _ = ndimage.label(holes)
    largest = int(np.bincount(labels.ravel())[1:].max())
    in_space = across is None and largest * roi.geometry.voxel_volume_ml >= HOLE_ML
    if in_space or count > HOLE_SHARE * roi.voxel_count:
        yield Finding("ROI_HOLES", "warn", f"The region has holes ({count / (count + roi.voxel_count):.1%} of what it "
                      "encloses), as a threshold leaves them in the marrow.",
                      "Fill holes with the Segment Editor (Smoothing, fill holes), unless they are left out on "
                      "purpose.")


def _check_volume(roi: Roi) -> Iterator[Finding]:
    """A warning if a whole bone has a volume that the bone cannot have."""
    if roi.geometry.plane_axis is not None or roi.plane_axis is not None \
            or roi.compartment not in ("whole-body", "unknown") or roi.site not in ("vertebra", "proximal-femur"):
        return
    low, high = VOLUME_ML[roi.level[0] if roi.level else roi.site]
    bone = {"vertebra": roi.level or "vertebra", "proximal-femur": "proximal femur"}[roi.site]
    volume = roi.volume_ml
    if volume > high:
        yield Finding("VOLUME_UNUSUAL", "warn", f"{volume:.0f} mL are too much for a {bone} (at most {high:g} mL).",
                      "Check that the region holds one bone only and does not leak into its neighbours.")
    elif volume < low:
        yield Finding("VOLUME_UNUSUAL", "warn", f"{volume:.1f} mL are too little for a whole {bone} (at least {low:g} "
                      "mL).", "Check that the whole bone is drawn, or state which part it is (compartment).")
