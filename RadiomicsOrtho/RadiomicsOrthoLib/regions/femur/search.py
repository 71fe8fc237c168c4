"""Both femoral heads without a click."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from ...imaging.image import BoneImage
from ...long_work import Cancelled, CancelledError, Progress
from .head import RADIUS_RANGE_MM, SMOOTHING_MM, search_spheres
from .patch import Patch, cut_patch
from .recognition import head_evidence, hip_side
from .surface import fitted_surface

_COARSE_MM = 4.0
#: a head is solid bone over this width (mm); hardly any other place of the body is
_SOLID_MM = 24.0
#: candidates that are looked at, the most solid first
_MAX_CANDIDATES = 40


def find_heads(image: BoneImage, progress: Progress, cancelled: Cancelled) -> dict[str, np.ndarray]:
    """Side → RAS position (mm) inside each femoral head that was found; may be empty."""
    found: dict[str, np.ndarray] = {}
    candidates = _solid_places(image)
    for number, place in enumerate(candidates):
        if cancelled():
            raise CancelledError
        progress(number / max(len(candidates), 1), "Looking for the femoral heads")
        if any(np.linalg.norm(place - other) < 2 * RADIUS_RANGE_MM[1] for other in found.values()):
            continue
        head = _head_near(image, place)
        if head is not None and head[0] not in found:
            found[head[0]] = head[1]
        if len(found) == 2:
            break
    return found


def _solid_places(image: BoneImage) -> list[np.ndarray]:
    """RAS positions whose surroundings are bone throughout, the most solid first."""
    shape = np.array(image.geometry.shape) - 1
    corners = image.geometry.to_ras(np.array([[n >> axis & 1 for axis in range(3)] for n in range(8)]) * shape)
    coarse = cut_patch(image, corners.min(axis=0), corners.max(axis=0), _COARSE_MM)
    values = np.nan_to_num(coarse.values, nan=-1000.0)
    bone = ((values > 100) & (values < 1500)).astype(np.float32)
    solid = ndimage.gaussian_filter(bone, 0.35 * _SOLID_MM / _COARSE_MM)
    peak = (solid == ndimage.maximum_filter(solid, 5)) & (solid > 0.6)
    places = np.argwhere(peak)
    order = np.argsort(-solid[tuple(places.T)], kind="stable")[:_MAX_CANDIDATES]
    return [coarse.to_ras(place) for place in places[order]]


def _head_near(image: BoneImage, place: np.ndarray) -> tuple[str, np.ndarray] | None:
    """Side and centre of the head within about a radius of ``place``, judged on a coarse patch."""
    patch: Patch = cut_patch(image, place - 60, place + 60, 1.5).smoothed(SMOOTHING_MM)
    if not patch.inside.any():
        return None
    sphere = search_spheres(patch, place, keep=2)[0]
    if sphere.score < 0.2:
        return None
    surface = fitted_surface(patch, sphere, rounds=2)
    evidence = head_evidence(patch, surface)
    if evidence["edge"] < 0.25 or evidence["joint"] < 0.08 or evidence["inner_bone"] < 0.75:
        return None
    side = hip_side(surface)
    return None if side is None else (side, surface.sphere.centre)
