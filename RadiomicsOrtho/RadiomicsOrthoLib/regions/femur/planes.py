"""The regions of the proximal femur, cut by planes on its axes.

No published standard defines these regions in three dimensions.  They follow the order of
the regions of hip densitometry (neck, trochanteric, intertrochanteric; ISCD positions) with
borders that follow from the bone's own geometry, so that they do not depend on how the leg lay:

* head and neck: perpendicular to the neck's axis where a neck of the narrowest radius meets the sphere of the head
  (of 0.65 head radii, where the scan ends before the narrowest section);
* neck and trochanter: perpendicular to the neck's axis where its section is 40 % larger than at its narrowest;
* trochanteric and intertrochanteric: perpendicular to the shaft where its axis comes nearest to the neck's;
* intertrochanteric and shaft: perpendicular to the shaft at the lower end of the lesser trochanter.
"""

from __future__ import annotations

import numpy as np

from .axes import NeckAxis, ShaftAxis, closest_point
from .head import Sphere
from .patch import Patch
from .trochanter import LesserTrochanter

#: radius of the neck's narrowest section in head radii: 0.64 to 0.69 in the whole femora seen here, and 0.63 in
#: girls and 0.66 in boys on CT (Jamali et al., What is normal femoral head/neck anatomy?, Clin Orthop Relat Res)
USUAL_NECK_RADIUS = 0.65


def head_plane(head: Sphere, neck: NeckAxis) -> float:
    """Distance (mm) of the plane between head and neck from the head's centre along the neck."""
    narrow = USUAL_NECK_RADIUS * head.radius
    if neck.narrowest is not None:
        narrow = min(neck.narrowest_radius, 0.95 * head.radius)
    return float(np.sqrt(head.radius**2 - narrow**2))


def cut_regions(femur: np.ndarray, patch: Patch, head: Sphere, neck: NeckAxis, shaft: ShaftAxis | None,
                trochanter: LesserTrochanter | None) -> dict[str, np.ndarray]:
    """Compartment → mask (k, j, i), as far as the axes are known; the masks do not overlap.

    Without the neck's narrowest section or its base there is only the head; without the
    shaft neither trochanteric region; without the lesser trochanter no intertrochanteric one.
    """
    r, a, s = patch.offsets_from(head.centre)
    along_neck = r * neck.direction[0] + a * neck.direction[1] + s * neck.direction[2]
    off_neck = np.sqrt(np.maximum(r**2 + a**2 + s**2 - along_neck**2, 0))
    border = head_plane(head, neck)
    is_head = femur & (along_neck < border) & (off_neck < head.radius + 5)
    regions = {"femoral-head": is_head}
    if neck.narrowest is None or neck.base is None:
        return regions
    # the tip of the greater trochanter can reach back over the neck; it is no neck
    is_neck = femur & ~is_head & (along_neck < neck.base) & (off_neck < 1.5 * neck.narrowest_radius + 2)
    regions["femoral-neck"] = is_neck
    if shaft is None:
        return regions
    rest = femur & ~is_head & ~is_neck
    level = _along(patch, shaft)
    middle = shaft.along(closest_point(shaft, neck))
    regions["trochanteric"] = rest & (level < middle)
    if trochanter is not None:
        end = shaft.along(head.centre) + trochanter.lower_end
        regions["intertrochanteric"] = rest & (level >= middle) & (level < end)
    return regions


def _along(patch: Patch, shaft: ShaftAxis) -> np.ndarray:
    """Distance (mm) of every voxel down the shaft from the axis' point."""
    r, a, s = patch.offsets_from(shaft.point)
    return r * shaft.direction[0] + a * shaft.direction[1] + s * shaft.direction[2]
