"""A region of interest on an image's grid."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ..errors import InputError
from ..imaging.box import Box
from ..imaging.geometry import Geometry
from ..imaging.image import voxel_hash

SITES = ("vertebra", "proximal-femur", "unknown")
COMPARTMENTS = ("whole-body", "trabecular", "axial-ellipse", "mid-slab", "femoral-head", "femoral-neck",
                "trochanteric", "intertrochanteric", "cortical", "csf", "unknown")
LEVELS = tuple([f"C{n}" for n in range(1, 8)] + [f"T{n}" for n in range(1, 14)]
               + [f"L{n}" for n in range(1, 7)] + ["S1"])
SIDES = ("left", "right")


@dataclass(frozen=True)
class Roi:
    """A mask with its anatomy.

    ``mask`` is boolean, indexed (k, j, i) on ``geometry``.  ``level`` (``L1``) belongs to
    a vertebra, ``side`` to a femur; ``None`` means not stated.  ``made_by`` says how the
    region came about (``manual``, a method with its version, ``… , edited``).
    """

    mask: np.ndarray
    geometry: Geometry
    site: str = "unknown"
    level: str | None = None
    side: str | None = None
    compartment: str = "unknown"
    made_by: str = "not stated"

    def __post_init__(self) -> None:
        if self.mask.dtype != bool or self.mask.shape != self.geometry.shape:
            raise ValueError("a ROI mask is a boolean array on its grid")
        for name, value, allowed in (("site", self.site, SITES), ("compartment", self.compartment, COMPARTMENTS),
                                     ("level", self.level, (None, *LEVELS)), ("side", self.side, (None, *SIDES))):
            if value not in allowed:
                raise ValueError(f"{name} must be one of {allowed}, not {value!r}")

    # looking through the mask of a large scan takes longer than measuring a vertebra in it: once is enough

    @cached_property
    def box(self) -> Box | None:
        """The smallest box of voxels that holds the region; ``None`` if it is empty."""
        return Box.around(self.mask) if self.mask.any() else None

    def box_slices(self, margin: int = 0) -> tuple[slice, slice, slice]:
        """The slices (k, j, i) of the box, grown by ``margin`` voxels inside the grid; InputError if it is empty."""
        if self.box is None:
            raise InputError("The segmentation is empty; draw the region first.")
        return self.box.grown(margin, self.mask.shape).slices

    @cached_property
    def voxel_count(self) -> int:
        return int(np.count_nonzero(self.mask[self.box.slices])) if self.box else 0

    @property
    def volume_ml(self) -> float:
        return self.voxel_count * self.geometry.voxel_volume_ml

    @cached_property
    def plane_axis(self) -> int | None:
        """The array axis (0 = k) across which a region of one slice lies; ``None`` if it has several, or no voxel.

        On a 2-D image it is the image's; a line of voxels lies across its first such axis.
        """
        if self.geometry.plane_axis is not None:
            return self.geometry.plane_axis
        return self.box.shape.index(1) if self.box and 1 in self.box.shape else None

    @property
    def area_mm2(self) -> float:
        """Area of a region on a 2-D image in mm²; ``ValueError`` on a volume."""
        return self.voxel_count * self.geometry.pixel_area_mm2

    @property
    def size_text(self) -> str:
        """Its size for a sentence: ``12.3 mL``, or ``4100 pixels`` on a 2-D image (their size may be unknown)."""
        if self.geometry.plane_axis is None:
            return f"{self.volume_ml:.3g} mL"
        return "1 pixel" if self.voxel_count == 1 else f"{self.voxel_count} pixels"

    @property
    def place(self) -> str:
        """Level or side for a title: ``L1``, ``left femur``, ``level not stated``."""
        if self.level:
            return self.level
        if self.side:
            return f"{self.side} femur"
        return {"vertebra": "level not stated", "proximal-femur": "femur, side not stated"}.get(self.site,
                                                                                                "site not stated")

    def voxel_hash(self, poll: Callable[[], object] = lambda: None) -> str:
        """SHA-256 of grid, box and the mask inside it; ``poll`` is called every slice and may raise to stop."""
        box = self.box or Box((0, 0, 0), (0, 0, 0))
        return voxel_hash(self.mask[box.slices], self.geometry, poll, box.lower)

    def with_mask(self, mask: np.ndarray, **changes: object) -> Roi:
        return replace(self, mask=mask, **changes)


_LEVEL = re.compile(r"(?<![A-Za-z0-9])([CTLS])\s?0?(\d{1,2})(?![0-9])", re.IGNORECASE)
_SIDE = re.compile(r"(?<![A-Za-z])(left|right)(?![A-Za-z])", re.IGNORECASE)


def level_from_name(name: str) -> str | None:
    """The vertebral level that a segment's name states (``vertebrae_L1``, ``L1 body``), else ``None``.

    A name that states two levels (``L1-L4``) states none.
    """
    found = {f"{letter.upper()}{int(number)}" for letter, number in _LEVEL.findall(name.replace("_", " "))}
    found &= set(LEVELS)
    return found.pop() if len(found) == 1 else None


def side_from_name(name: str) -> str | None:
    """``left`` or ``right`` if the name states exactly one of them, else ``None``."""
    found = {side.lower() for side in _SIDE.findall(name.replace("_", " "))}
    return found.pop() if len(found) == 1 else None
