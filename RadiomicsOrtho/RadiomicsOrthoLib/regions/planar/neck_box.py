"""A box on the femoral neck from three points, in the manner of bone densitometers.

Densitometers lay a rectangle across the neck, at right angles to its axis: at the place of the lowest density along
the axis (GE Lunar) or beside the greater trochanter (Hologic, 49 × 15 pixels by default; ISCD DXA atlas, "Incorrect
femoral neck box size").  Theirs reaches into soft tissue, because their software finds the edges of the bone.  Here
nothing looks for edges, so the box ends at the cortex: its third point is set where the neck is narrowest, and the
neck is wider on either side of that.  The resulting box holds bone, and stays clear of soft tissue.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...errors import InputError
from .plane import Plane
from .polygon import polygon

#: along the neck's axis; as long as 15 pixels of about 1 mm
DEFAULT_LENGTH_MM = 15.0
LENGTHS_MM = (2.0, 40.0)
#: a neck of another width is remarked on; about 25 to 45 mm in adults (this project's limits, with enlargement)
USUAL_WIDTH_MM = (20.0, 60.0)


@dataclass(frozen=True)
class NeckBox:
    """``corners`` (4, 2) in the plane; ``width_mm`` across the neck, ``length_mm`` along its axis."""

    corners: np.ndarray
    width_mm: float
    length_mm: float
    from_head_centre_mm: float
    """Along the axis, from the centre of the head to the middle of the box."""

    def mask(self, plane: Plane) -> np.ndarray:
        """Mask (rows, columns); InputError if the box reaches beyond the image."""
        if not plane.holds(self.corners):
            raise InputError("The box on the neck reaches beyond the image; move its points, or shorten it with a "
                             "smaller length along the neck.")
        return polygon(plane, self.corners)

    @property
    def width_is_usual(self) -> bool:
        return USUAL_WIDTH_MM[0] <= self.width_mm <= USUAL_WIDTH_MM[1]


def neck_box(plane: Plane, points: np.ndarray, length_mm: float = DEFAULT_LENGTH_MM) -> NeckBox:
    """The box of three plane positions (3, 2).

    These are the centre of the femoral head, a second point on the neck's axis (in the middle of its base, or where
    the axis meets the lateral cortex), and a point on the upper or lower cortex where the neck is narrowest.  The
    middle of the box is the third point's foot on the axis; the box reaches as far to either side as that point.
    Raises InputError where millimetres are unknown, and for points that are no neck.
    """
    if not plane.knows_mm:
        raise InputError("The size of a pixel is unknown, and the box has a length in mm; state it (--spacing on the "
                         "command line, scan facts in Slicer), or draw a polygon.")
    if not LENGTHS_MM[0] <= length_mm <= LENGTHS_MM[1]:
        raise InputError(f"A length along the neck of {length_mm:g} mm is not possible; give {LENGTHS_MM[0]:g} to "
                         f"{LENGTHS_MM[1]:g} mm.")
    head, base, cortex = np.asarray(points, float)
    whole = float(np.linalg.norm(base - head))
    if whole < length_mm:
        raise InputError(f"The centre of the head and the second point on the neck's axis lie {whole:.3g} mm apart, "
                         f"too near for a box of {length_mm:g} mm; set the second point at the base of the neck.")
    along = (base - head) / whole
    across = np.array([-along[1], along[0]])
    foot, half_width = float(along @ (cortex - head)), abs(float(across @ (cortex - head)))
    if not 0 < foot < whole:
        raise InputError("The third point does not lie beside the neck, between the centre of the head and the second "
                         "point; set it on the cortex where the neck is narrowest.")
    if half_width < min(plane.pixel_mm):
        raise InputError("The third point lies on the axis of the neck; set it on the cortex where the neck is "
                         "narrowest.")
    middle = head + foot * along
    corners = np.array([middle + u * along * length_mm / 2 + v * across * half_width
                        for u, v in ((-1, -1), (1, -1), (1, 1), (-1, 1))])
    return NeckBox(corners, 2 * half_width, length_mm, foot)
