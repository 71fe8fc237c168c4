"""A region on a 2-D image from points that a person set, with its anatomy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...errors import InputError
from ...imaging.image import BoneImage
from ..proposal import Proposal, ProposedRegion, Remark
from ..roi import Roi
from .ellipse import ellipse
from .neck_box import DEFAULT_LENGTH_MM, USUAL_WIDTH_MM, neck_box
from .plane import Plane, plane_of
from .polygon import polygon

#: parts that only one bone has
_PARTS_OF = {"vertebra": {"axial-ellipse", "mid-slab", "csf"},
             "proximal-femur": {"femoral-head", "femoral-neck", "trochanteric", "intertrochanteric"}}


@dataclass(frozen=True)
class Anatomy:
    """What the person says the region is; as in ``Roi``.  InputError where it does not go together."""

    site: str = "unknown"
    level: str | None = None
    side: str | None = None
    compartment: str = "unknown"

    def __post_init__(self) -> None:
        if self.level and self.site != "vertebra":
            raise InputError("A level belongs to a vertebra; state --site vertebra, or leave the level out.")
        if self.side and self.site != "proximal-femur":
            raise InputError("A side belongs to a femur; state --site proximal-femur, or leave the side out.")
        for site, parts in _PARTS_OF.items():
            if self.compartment in parts and self.site != site:
                raise InputError(f"'{self.compartment}' is a part of the {site}; state that site, or another part.")


def propose_polygon(image: BoneImage, points: Sequence[Sequence[float]], anatomy: Anatomy) -> Proposal:
    """The pixels whose centres lie in the polygon of ``points`` (n, 3), RAS mm."""
    plane = plane_of(image)
    return _proposal(image, plane, polygon(plane, plane.positions(points)), anatomy, "manual polygon", points)


def propose_ellipse(image: BoneImage, points: Sequence[Sequence[float]], anatomy: Anatomy) -> Proposal:
    """The ellipse of centre, end of one axis, and a point to which it reaches across; RAS mm."""
    plane = plane_of(image)
    found = ellipse(_three(plane, points, "An ellipse"))
    sizes = {"half_axes_mm": [found.half_along, found.half_across]} if plane.knows_mm else {}
    return _proposal(image, plane, found.mask(plane), anatomy, "manual ellipse", points, sizes)


def propose_neck_box(image: BoneImage, points: Sequence[Sequence[float]], side: str | None = None,
                     length_mm: float = DEFAULT_LENGTH_MM) -> Proposal:
    """The box on the femoral neck of head centre, second point on the axis, and cortex at the narrowest; RAS mm."""
    plane = plane_of(image)
    box = neck_box(plane, _three(plane, points, "The box on the neck"), length_mm)
    remarks = () if box.width_is_usual else (Remark(
        "NECK_WIDTH_UNUSUAL", f"The neck would be {box.width_mm:.3g} mm wide; {USUAL_WIDTH_MM[0]:g} to "
        f"{USUAL_WIDTH_MM[1]:g} mm are usual in adults.", "Check the third point and the size of a pixel."),)
    sizes = {"width_mm": box.width_mm, "length_mm": box.length_mm, "from_head_centre_mm": box.from_head_centre_mm}
    return _proposal(image, plane, box.mask(plane), Anatomy("proximal-femur", None, side, "femoral-neck"),
                     "femoral neck box from three points, version 1", points, sizes, remarks)


def _three(plane: Plane, points: Sequence[Sequence[float]], what: str) -> np.ndarray:
    if len(points) != 3:
        raise InputError(f"{what} needs three points; {len(points)} were given.")
    return plane.positions(points)


def _proposal(image: BoneImage, plane: Plane, pixels: np.ndarray, anatomy: Anatomy, made_by: str,
              points: Sequence[Sequence[float]], sizes: dict[str, object] | None = None,
              remarks: tuple[Remark, ...] = ()) -> Proposal:
    if not pixels.any():
        raise InputError("The region holds no pixel's centre; draw it larger.")
    roi = Roi(plane.mask(pixels), image.geometry, anatomy.site, anatomy.level, anatomy.side, anatomy.compartment,
              made_by)
    summary = {"site": anatomy.site, "method": made_by, "points_ras_mm": [[float(x) for x in p] for p in points],
               "pixel_count": roi.voxel_count, **(sizes or {})}
    if plane.knows_mm:
        summary["area_mm2"] = roi.area_mm2
    # a name of its own where no bone gives it one
    return Proposal((ProposedRegion(roi, "" if anatomy.site != "unknown" else "bone region"),), summary, remarks)
