"""What of the femur the scan does not show: cut off, hidden by metal, or with its cortex gone."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from .directions import directions
from .head import Sphere
from .nearness import squared_steps, within
from .patch import Patch

#: brighter is metal: cortical bone ends near 2000 HU
METAL_HU = 2500.0
#: smaller specks are calcifications or clips that harm little (mL)
METAL_ML = 0.3
#: a head of which more than this share lies outside the scan is cut; whole ones have 0
MAX_HEAD_OUTSIDE = 0.02
#: how far metal's streaks reach (mm)
METAL_REACH_MM = 15.0
#: a hole in the cortex counts from this size on (cm²): vessels' holes and thin spots are smaller
HOLE_CM2 = 1.5
#: a cortex is brighter than this in slices up to 3.3 mm, or than the bone inside by the second (HU)
_SHELL_HU, _SHELL_EXCESS_HU = 250.0, 40.0
_FACES = (("right", (1, 0, 0)), ("left", (-1, 0, 0)), ("front", (0, 1, 0)), ("back", (0, -1, 0)),
          ("top", (0, 0, 1)), ("bottom", (0, 0, -1)))


def head_outside(patch: Patch, head: Sphere) -> tuple[float, str]:
    """Share of the head's surface (3 mm further out) beyond the data, and at which end of the scan."""
    rays = directions(800)
    missing = np.isnan(patch.sample(head.centre + (head.radius + 3) * rays))
    return float(missing.mean()), face_of(rays[missing].mean(axis=0)) if missing.any() else ""


def face_of(vector: np.ndarray) -> str:
    """The end of the scan (``top``, ``back`` …) that a direction (RAS) points to."""
    return max(_FACES, key=lambda face: float(np.dot(face[1], vector)))[0]


def cut_end(region: np.ndarray, patch: Patch) -> str:
    """The end of the scan at which a region (k, j, i) is cut off; empty where it is whole."""
    inside = patch.inside
    if inside.all():
        rim = np.zeros_like(region)
    else:
        rim = region & ndimage.binary_dilation(~inside)
    for axis in range(3):
        for end in (0, -1):
            plane = [slice(None)] * 3
            plane[axis] = end
            rim[tuple(plane)] |= region[tuple(plane)]
    # a corner that only just touches is rounding
    if rim.sum() * patch.step**2 < 20:
        return ""
    return face_of(patch.to_ras(np.argwhere(rim)).mean(axis=0) - patch.to_ras(np.argwhere(region)).mean(axis=0))


def metal_mask(patch: Patch) -> np.ndarray:
    """Connected metal of at least ``METAL_ML``, as a mask (k, j, i)."""
    bright = np.nan_to_num(patch.values) > METAL_HU
    if not bright.any():
        return bright
    labels, _ = ndimage.label(bright, np.ones((3, 3, 3)))
    large = np.bincount(labels.ravel()) * patch.step**3 / 1000 >= METAL_ML
    large[0] = False
    return large[labels]


def near_metal(region: np.ndarray, metal: np.ndarray, patch: Patch) -> bool:
    """True if metal lies within ``METAL_REACH_MM`` of a region."""
    return bool(metal.any() and (region & within(metal, METAL_REACH_MM / patch.step)).any())


def cortex_holes(femur: np.ndarray, patch: Patch, limit_hu: float) -> np.ndarray:
    """Voxels of the surface (k, j, i) in patches of at least ``HOLE_CM2`` without a cortex.

    Within 3 mm nothing is brighter than soft tissue (``limit_hu``), or nothing is brighter
    than the bone's own inside below: the wall of a hole eaten into spongy bone.
    """
    values = np.nan_to_num(patch.values, nan=1000.0)
    reach = 2 * int(np.ceil(3.0 / patch.step)) + 1
    surface = femur & ~ndimage.binary_erosion(femur, border_value=1)
    brightest = ndimage.maximum_filter(np.where(femur, values, -1000.0), reach)
    no_shell = (brightest < _SHELL_HU) & (brightest < _inside_below(femur, values, patch) + _SHELL_EXCESS_HU)
    bare = surface & ((brightest < limit_hu) | no_shell)
    if not bare.any():
        return bare
    labels, _ = ndimage.label(bare, np.ones((3, 3, 3)))
    # one voxel of surface stands for about one face
    large = np.bincount(labels.ravel()) * patch.step**2 / 100 >= HOLE_CM2
    large[0] = False
    return large[labels]


def _inside_below(femur: np.ndarray, values: np.ndarray, patch: Patch) -> np.ndarray:
    """Mean HU of the bone 4 to 9 mm below the surface, near each voxel."""
    depth = squared_steps(~femur, 9 / patch.step)
    inside = femur & (depth > (4 / patch.step) ** 2) & (depth < (9 / patch.step) ** 2)
    sigma = 4.0 / patch.step
    weight = ndimage.gaussian_filter(inside.astype(np.float32), sigma)
    return ndimage.gaussian_filter(np.where(inside, values, 0).astype(np.float32), sigma) / np.maximum(weight, 1e-3)
