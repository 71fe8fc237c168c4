"""The lesser trochanter: the one bump on the posteromedial side of the shaft."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from .axes import NeckAxis, ShaftAxis
from .directions import unit
from .head import Sphere
from .patch import Patch

#: levels below the head's centre, along the shaft, at which it is looked for (mm)
_LEVELS_MM = (15, 105)
#: a bump is height above the surface this far up and down the shaft (mm)
_BASE_MM = (14, 18)
#: the shaft has bumps of up to 3.6 mm elsewhere, the trochanter is 5 mm and more
MIN_HEIGHT_MM = 4.5
#: degrees from medial (0) towards posterior (90) between which it lies
_ANGLES = (-30, 100)


@dataclass(frozen=True)
class LesserTrochanter:
    """The tip (RAS mm), height (mm), and its middle and lower end along the shaft, mm below the head's centre."""

    tip: np.ndarray
    height: float
    below_head: float
    lower_end: float


def find_lesser_trochanter(femur: np.ndarray, patch: Patch, head: Sphere, neck: NeckAxis,
                           shaft: ShaftAxis) -> LesserTrochanter | None:
    """The highest posteromedial bump on the map angle × level of the bone's surface; ``None`` without one."""
    medial = -neck.direction + (neck.direction @ shaft.direction) * shaft.direction
    medial = unit(medial)
    posterior = np.cross(shaft.direction, medial)
    posterior *= np.sign(-posterior[1])
    zero = float(shaft.along(head.centre))
    levels = np.arange(*_LEVELS_MM, 1.0)
    degrees = np.arange(_ANGLES[0], _ANGLES[1] + 1, 5.0)
    rays = np.cos(np.radians(degrees))[:, None] * medial + np.sin(np.radians(degrees))[:, None] * posterior
    extent, known = _surface_map(femur, patch, shaft, zero + levels, rays)
    smooth = ndimage.gaussian_filter(extent, (0.8, 1.5), mode="nearest")
    bump = np.full_like(smooth, -1.0)
    for base in _BASE_MM:
        if 2 * base < len(levels):
            inner = slice(base, -base)
            usable = known[:, inner] & known[:, : -2 * base] & known[:, 2 * base:]
            above = smooth[:, inner] - 0.5 * (smooth[:, : -2 * base] + smooth[:, 2 * base:])
            bump[:, inner] = np.maximum(bump[:, inner], np.where(usable, above, -1.0))
    row, column = np.unravel_index(np.argmax(bump), bump.shape)
    if bump[row, column] < MIN_HEIGHT_MM:
        return None
    below = bump[row, column:] < 0.25 * bump[row, column]
    end = column + (int(np.argmax(below)) if below.any() else len(below) - 1)
    tip = shaft.point + (zero + levels[column]) * shaft.direction + smooth[row, column] * rays[row]
    return LesserTrochanter(tip, float(bump[row, column]), float(levels[column]), float(levels[end]))


def _surface_map(femur: np.ndarray, patch: Patch, shaft: ShaftAxis, levels: np.ndarray,
                 rays: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distance (mm) of the bone's outermost voxel from the axis, per ray and level, and where the level is all data.

    Only bone that hangs together along the ray from the axis on counts, up to gaps of 3 mm.
    """
    radii = np.arange(0.0, 50.0, 0.75)
    points = (shaft.point + levels[None, :, None, None] * shaft.direction
              + radii[None, None, :, None] * rays[:, None, None, :])
    bone = np.nan_to_num(patch.sample(points, femur.astype(np.float32))) > 0.5
    inside = ~np.isnan(patch.sample(points[:, :, :: 8]))
    gap = 4
    broken = np.zeros(bone.shape, bool)
    empty = ndimage.minimum_filter1d((~bone).astype(np.uint8), gap, axis=2, origin=-(gap // 2)) > 0
    started = np.maximum.accumulate(bone, axis=2)
    broken = np.maximum.accumulate(empty & started, axis=2)
    reach = np.where(bone & ~broken, radii, 0).max(axis=2)
    return reach, inside[:, :, :5].all(axis=2)
