"""The trabecular core: a bone region without its cortex and endplates."""

from __future__ import annotations

import numpy as np

from ..errors import InputError
from .body_frame import basivertebral_vein, frame_of_drawn
from .roi import Roi

#: removed from the surface; 2 to 3 mm are usual for vertebral bodies (usage, no published standard)
DEFAULT_DEPTH_MM = 3.0
#: parts that nowhere lie this much deeper (pedicles, laminae, processes) are left out; in a small body the share of
#: what its deepest place lies deeper
BODY_EXTRA_DEPTH_MM, BODY_EXTRA_SHARE = 4.0, 0.5
#: so deep a body may fall into several parts, each at least this share of the largest; what an arch has there is less
_DEEP_PART_SHARE = 0.25
#: the edge of a body, where two walls meet, lies so much farther from its deep part than the walls
_EDGE = 2**0.5
#: deeper is not told apart; more than any depth asked for, with the part for the body
MAX_DEPTH_MM = 20.0
METHOD = "trabecular core, version 2"
#: how a region says that it leaves the vein out
WITHOUT_VEIN = "without the basivertebral vein region"


def depth_below_surface(mask: np.ndarray, spacing_kji: tuple[float, float, float]) -> np.ndarray:
    """Depth in mm of each voxel centre below the mask's surface; 0 outside, at most ``MAX_DEPTH_MM``.

    The surface runs along voxel faces: the depth is the exact distance from the centre to
    the nearest outside voxel taken as a box, which matters where slices are thick.  Beyond
    the array is outside.  The squared distance to a box is a sum over the axes, so the
    minimum is taken axis by axis.
    """
    squared = np.where(np.pad(mask, 1), np.float64(MAX_DEPTH_MM**2), 0.0)
    for axis, spacing in enumerate(spacing_kji):
        before = np.moveaxis(squared, axis, 0)
        nearest = before.copy()
        for steps in range(1, len(before)):
            gap = ((steps - 0.5) * spacing) ** 2
            if gap >= MAX_DEPTH_MM**2:
                break
            np.minimum(nearest[steps:], before[:-steps] + gap, out=nearest[steps:])
            np.minimum(nearest[:-steps], before[steps:] + gap, out=nearest[:-steps])
        squared = np.moveaxis(nearest, 0, axis)
    return np.sqrt(squared)[1:-1, 1:-1, 1:-1]


def check_depth(depth_mm: float) -> None:
    """InputError if no core of a bone lies so deep below its surface."""
    if not 0 < depth_mm <= 15:
        raise InputError(f"The depth of the trabecular core must lie between 0 and 15 mm, not {depth_mm:g} mm.")


def trabecular_core(roi: Roi, depth_mm: float = DEFAULT_DEPTH_MM) -> Roi:
    """``roi`` without everything nearer than ``depth_mm`` to its surface.

    Of a whole vertebra only the body remains: parts that are nowhere
    ``BODY_EXTRA_DEPTH_MM`` deeper are dropped, and of what is left the largest connected
    part is kept.  The region of the basivertebral vein is left out, too.  Raises InputError if nothing is left.
    """
    check_depth(depth_mm)
    from scipy import ndimage

    box = roi.box_slices()
    spacing = roi.geometry.spacing_kji
    depth = depth_below_surface(roi.mask[box], spacing)
    # a hair less, so that rounding in a header's spacing does not decide over a whole layer
    core = depth >= depth_mm - 1e-4
    if not core.any():
        raise InputError(f"The region is nowhere deeper than {depth_mm:g} mm, so it has no trabecular core; "
                         "draw the whole bone or choose a smaller depth.")
    extra = min(BODY_EXTRA_DEPTH_MM, BODY_EXTRA_SHARE * (float(depth.max()) - depth_mm))
    deep = _largest_part(depth >= depth_mm + extra, _DEEP_PART_SHARE)
    core &= ndimage.distance_transform_edt(~deep, sampling=spacing) <= _EDGE * extra + max(spacing)
    core, rule = _largest_part(core), f"{depth_mm:g} mm below the surface"
    if roi.site == "vertebra" and roi.plane_axis is None:
        core, rule = _largest_part(core & ~_vein(roi, core, depth_mm)), f"{rule}, {WITHOUT_VEIN}"
    mask = np.zeros_like(roi.mask)
    mask[box] = core
    return roi.with_mask(mask, compartment="trabecular", made_by=f"{roi.made_by}; {METHOD}, {rule}")


def _vein(roi: Roi, core: np.ndarray, depth_mm: float) -> np.ndarray:
    """Where the basivertebral vein runs, in the box of ``roi`` like ``core``."""
    from scipy import ndimage

    box = roi.box_slices()
    mask, spacing, start = roi.mask[box], roi.geometry.spacing_kji, [side.start for side in box]
    # the core and what was removed around it; of an arch only where it begins
    body = mask & (ndimage.distance_transform_edt(~core, sampling=spacing) <= depth_mm + max(spacing))
    centre = roi.geometry.to_ras(np.argwhere(mask).mean(axis=0) + start)
    frame = frame_of_drawn(roi.geometry.to_ras(np.argwhere(body) + start), centre)
    return basivertebral_vein(frame.local(roi.geometry.to_ras(np.stack(np.indices(core.shape), -1) + start)), frame)


def _largest_part(mask: np.ndarray, share: float = 1.0) -> np.ndarray:
    """The largest connected part, with all others of at least that ``share`` of its size."""
    from scipy import ndimage

    labels, count = ndimage.label(mask)
    if count <= 1:
        return mask
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    kept = sizes >= share * sizes.max() if share < 1 else np.arange(sizes.size) == sizes.argmax()
    return kept[labels]
