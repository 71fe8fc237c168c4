"""Findings on the HU of a region: is it bone, is it drawn on the bone, does a marrow region reach into the cortex?

The limits are this project's own; they were set on CTs of spines and hips with reference masks,
on the same masks moved by 9 mm, and on generated images.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from ..imaging.image import BoneImage
from ..regions.roi import Roi
from .finding import Finding

#: compartments that hold marrow and no cortex
MARROW_COMPARTMENTS = ("trabecular", "axial-ellipse", "mid-slab")
#: mean of a trabecular region on CT: fatty marrow is about -60 HU, sclerosis reaches some 500
TRABECULAR_HU = (-80.0, 500.0)
HETEROGENEOUS_SD_HU = 70.0
#: a part of the marrow space this dense is cement, an implant or cortex, not trabecular bone
DENSE_HU = 1000
DENSE_ML = 0.1
#: a marrow region whose outer layer is denser than its inside by this much has cortex in it
CORTEX_RIM_HU = 50.0
#: neither marrow nor bone: lung, bowel gas, or gas in a cleft
AIR_HU = -300
AIR_SHARE, AIR_ML = 0.002, 0.05
#: a bone's outer layer is denser than what lies round it, or than its inside, by at least this much
EDGE_HU, SHELL_HU = 100.0, 30.0
#: thickness of the outer layer, and of what is compared with it outside; a voxel at least
_LAYER_MM = 2.0
_OUTSIDE_MM = 3.0


def check_bone(image: BoneImage, roi: Roi) -> Iterator[Finding]:
    """Findings on a region of a CT, by its compartment."""
    yield from _check_air(image, roi)
    if roi.compartment in MARROW_COMPARTMENTS:
        yield from check_trabecular_values(image, roi)
    elif roi.compartment in ("whole-body", "unknown") and roi.site != "unknown":
        yield from _check_edge(image, roi)


def check_trabecular_values(image: BoneImage, core: Roi) -> Iterator[Finding]:
    """Findings on the HU inside a trabecular region."""
    box = core.box_slices()
    values = image.array[box][core.mask[box]].astype(np.float64)
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
        return
    if core.site == "proximal-femur":
        # there the trabeculae themselves are uneven, and densest near the cortex
        return
    layers = _layers(image, core)
    if layers is not None and layers.rim - layers.inside > CORTEX_RIM_HU:
        yield Finding("CORTEX_IN_CORE", "warn", f"The outer layer of the trabecular region is "
                      f"{layers.rim - layers.inside:.0f} HU denser than its inside: it reaches into cortex or "
                      "endplates.", "Make the core deeper below the surface, or draw it smaller.")
    elif spread > HETEROGENEOUS_SD_HU:
        yield Finding("HETEROGENEOUS_CORE", "warn", f"The trabecular region is uneven (SD {spread:.0f} HU): cortex, a "
                      "dense or lytic focus or a fracture may lie inside.", "Look at the region slice by slice.")


def _largest_dense_part_ml(image: BoneImage, core: Roi) -> float:
    """Volume in mL of the largest connected part of the region above ``DENSE_HU``."""
    box = core.box_slices()
    labels, count = ndimage.label(core.mask[box] & (image.array[box] > DENSE_HU))
    return float(np.bincount(labels.ravel())[1:].max()) * core.geometry.voxel_volume_ml if count else 0.0


def _check_air(image: BoneImage, roi: Roi) -> Iterator[Finding]:
    box = roi.box_slices()
    count = int(np.count_nonzero(image.array[box][roi.mask[box]] < AIR_HU))
    volume = count * roi.geometry.voxel_volume_ml
    if count > AIR_SHARE * roi.voxel_count and volume >= AIR_ML:
        yield Finding("AIR_IN_ROI", "warn", f"{volume:.2g} mL of the region are air or gas (below {AIR_HU} HU).",
                      "Correct the region where it reaches into lung or bowel; leave a vertebra with a gas-filled "
                      "cleft out.")


def _check_edge(image: BoneImage, roi: Roi) -> Iterator[Finding]:
    """A warning if the border of a whole bone region does not lie on the dense shell of a bone."""
    layers = _layers(image, roi)
    if layers is None or layers.outside is None:
        return
    if layers.rim - layers.outside < EDGE_HU and layers.rim - layers.inside < SHELL_HU:
        yield Finding("NOT_ON_THE_BONE", "warn", f"The region's outer layer ({layers.rim:.0f} HU) is hardly denser "
                      f"than what lies round it ({layers.outside:.0f} HU) and than its inside "
                      f"({layers.inside:.0f} HU): its border does not follow a bone's cortex.",
                      "Check that the region belongs to this scan and lies on the bone.")


@dataclass(frozen=True)
class _Layers:
    """Mean HU of a region's outer layer, of its inside, and median HU round it (``None`` where nothing is)."""

    rim: float
    inside: float
    outside: float | None


def _layers(image: BoneImage, roi: Roi) -> _Layers | None:
    """The layers of a region in space; ``None`` if it is flat or so thin that it has no inside."""
    if roi.plane_axis is not None:
        return None
    spacing = roi.geometry.spacing_kji
    coarsest = max(spacing)
    box = roi.box_slices(int(np.ceil((coarsest + _OUTSIDE_MM) / min(spacing))) + 1)
    mask = roi.mask[box]
    values = np.clip(np.nan_to_num(image.array[box].astype(np.float32)), -200.0, 1000.0)
    depth = ndimage.distance_transform_edt(mask, sampling=spacing)
    rim = mask & (depth <= max(_LAYER_MM, coarsest))
    inside = mask & ~rim
    if not inside.any():
        return None
    distance = ndimage.distance_transform_edt(~mask, sampling=spacing)
    # the voxels at the border are partly bone
    outside = (distance > coarsest) & (distance <= coarsest + _OUTSIDE_MM)
    return _Layers(float(values[rim].mean()), float(values[inside].mean()),
                   float(np.median(values[outside])) if outside.any() else None)
