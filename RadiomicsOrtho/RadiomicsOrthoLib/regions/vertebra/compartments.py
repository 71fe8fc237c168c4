"""Compartments of a vertebral body: trabecular core, axial ellipse, mid slab.

The rules are those of the field where it has some; each says how sure that is.
"""

from __future__ import annotations

import numpy as np

from ...errors import InputError
from ..body_frame import LocalFrame, basivertebral_vein
from ..roi import Roi
from ..trabecular import DEFAULT_DEPTH_MM, WITHOUT_VEIN, depth_below_surface

#: how the compartments may be asked for, in the order in which they are written
BODY_COMPARTMENTS = ("whole-body", "trabecular", "axial-ellipse", "mid-slab")
#: height of the axial region: a usual thick slice (Pickhardt 2013 read standard abdominal CT; thickness from memory)
ELLIPSE_HEIGHT_MM = 5.0
#: QCT volume of interest: a slab of about 9 mm, an ellipse in the front two thirds (ISCD 2007 / ACR, from memory)
SLAB_HEIGHT_MM, SLAB_REAR_SHARE = 9.0, 2.0 / 3.0
#: share of the voxels beside an ellipse that may lie outside the core; they are left out of the region
PIT_SHARE = 0.01
#: step of the search for the largest ellipse (mm)
_STEP_MM = 1.0


def compartment(body: Roi, frame: LocalFrame, name: str, depth_mm: float = DEFAULT_DEPTH_MM) -> Roi:
    """A compartment of ``body`` (a whole vertebral body).

    ``trabecular`` is everything deeper than ``depth_mm`` without the region of the
    basivertebral vein; ``axial-ellipse`` the largest ellipse in the front of it at
    mid-height; ``mid-slab`` the same in the front two thirds, 9 mm high.  Raises InputError if
    nothing is left.
    """
    if name == "whole-body":
        return body
    if name not in BODY_COMPARTMENTS:
        raise InputError(f"There is no compartment '{name}' of a vertebral body; there are: "
                         f"{', '.join(BODY_COMPARTMENTS)}.")
    if not 0 < depth_mm <= 15:
        raise InputError(f"The depth of the trabecular core must lie between 0 and 15 mm, not {depth_mm:g} mm.")
    box = body.box_slices()
    part = body.mask[box]
    kji = np.stack(np.indices(part.shape), -1) + [side.start for side in box]
    local = frame.local(body.geometry.to_ras(kji))
    core = (depth_below_surface(part, body.geometry.spacing_kji) >= depth_mm - 1e-4) & ~basivertebral_vein(local, frame)
    if name == "trabecular":
        chosen, rule = core, f"{depth_mm:g} mm below the surface, {WITHOUT_VEIN}"
    elif name == "axial-ellipse":
        chosen, rule = _ellipse(core, local, frame, ELLIPSE_HEIGHT_MM, -0.1), \
            f"largest ellipse in front at mid-height, {ELLIPSE_HEIGHT_MM:g} mm"
    else:
        rear = 1.0 - 2.0 * SLAB_REAR_SHARE
        chosen, rule = _ellipse(core, local, frame, SLAB_HEIGHT_MM, rear), \
            f"ellipse in the front two thirds, {SLAB_HEIGHT_MM:g} mm at mid-height"
    if not chosen.any():
        raise InputError(f"The body has no {name.replace('-', ' ')}: nothing of it is deeper than {depth_mm:g} mm "
                         "there; choose a smaller depth or a scan with smaller voxels.")
    # zeros, not zeros_like: pages that are never written to take no memory
    mask = np.zeros(body.mask.shape, bool)
    mask[box] = chosen
    return body.with_mask(mask, compartment=name, made_by=f"{body.made_by}; {rule}")


def _ellipse(core: np.ndarray, local: np.ndarray, frame: LocalFrame, height_mm: float, rear: float) -> np.ndarray:
    """The largest upright ellipse within the core at mid-height, in front of ``rear`` (share of the half depth)."""
    right, front, up = np.moveaxis(local, -1, 0)
    slab = np.abs(up) <= height_mm / 2
    if not slab.any():
        # slices thicker than the slab: the one nearest to mid-height
        slab = np.abs(up) <= np.abs(up).min() + 1e-6
    blocked = slab & ~core
    x, y = right[blocked], front[blocked]
    rear_limit = rear * frame.rear
    best, ellipse = 0.0, None
    for middle in np.arange(rear_limit + 3.0, frame.front, _STEP_MM):
        for depth in np.arange(3.0, min(middle - rear_limit, frame.front - middle) + 1e-6, _STEP_MM):
            near = np.abs(y - middle) < depth
            # the narrowest blocked place within the depth decides the width; single pits of an endplate do not
            chord = np.sqrt(1 - ((y[near] - middle) / depth) ** 2)
            pits = int(PIT_SHARE * np.count_nonzero(slab & (np.abs(front - middle) < depth)))
            narrow = np.sort(np.abs(x[near]) / chord)[pits:pits + 1]
            width = float(min(np.min(narrow, initial=np.inf), frame.half_width))
            if depth * width > best and width >= 3.0:
                best, ellipse = depth * width, (middle, depth, width)
    if ellipse is None:
        return np.zeros_like(core)
    middle, depth, width = ellipse
    return slab & core & ((right / width) ** 2 + ((front - middle) / depth) ** 2 < 1.0)
