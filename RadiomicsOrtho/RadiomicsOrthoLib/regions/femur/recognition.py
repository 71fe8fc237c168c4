"""Whether what was clicked is a femoral head, where exactly it is, and on which side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...imaging.image import BoneImage
from .completeness import MAX_HEAD_OUTSIDE, head_outside, metal_mask
from .directions import directions
from .head import RADIUS_RANGE_MM, SMOOTHING_MM, Sphere, search_spheres
from .patch import Patch, cut_patch
from .refusal import FemurRefusedError
from .surface import (
    HeadSurface,
    acetabular_axis,
    averaged_surface,
    fitted_surface,
    without_blur,
)

#: half the edge of the box that is searched (mm): a head, its acetabulum and the play of the search
_HALF_BOX_MM = 65.0
#: equally good spheres farther apart (mm) say that the head is not known
MAX_SPREAD_MM = 2.0
#: a sphere whose score and edge share together are this much lower is no rival
_RIVAL_MARGIN = 0.03
#: a click farther from the centre, in radii, was not meant for this head
_CLICK_REACH = 0.9
#: with less the search is not worth repeating
_HOPELESS = 0.2
#: from this on a head is found, and only its place is refined
_SURE = 0.6
#: limits between heads and other bones, from heads (first) and shafts, trochanters, ischia, vertebrae (second)
MIN_EDGE_SHARE = 0.30      # sure edge on the sphere: 0.48 and more | 0.29 and less, shafts 0.45
MIN_INNER_BONE = 0.80      # inside brighter than soft tissue: 0.94 and more | shafts 0.57
MIN_JOINT_SHARE = 0.10     # bone behind the joint space: 0.20 and more | shafts 0.05
MIN_SCORE = 0.25           # 0.45 and more | 0.24 and less
#: the socket of a hip lies towards the midline, that of a condyle of the knee below it: sideways part of the unit
#: vector from the head into the socket (0.81 and more in four hips | 0.28 and less in three knees)
MIN_SIDEWAYS = 0.5
_NO_HEAD = ("NO_FEMORAL_HEAD", "There is no femoral head at this point.",
            "Click in the middle of the round head of the femur, not on the trochanter, the shaft or the pelvis.")


@dataclass(frozen=True)
class Head:
    """A recognised femoral head: its surface, the side, and how uncertain (mm) its centre is."""

    surface: HeadSurface
    side: str
    spread_mm: float

    @property
    def sphere(self) -> Sphere:
        return self.surface.sphere


def recognise_head(image: BoneImage, seed: np.ndarray) -> Head:
    """The femoral head round the RAS position ``seed`` (mm).

    Raises FemurRefusedError where there is none, where it is cut or holds metal, or where
    it cannot be told within ``MAX_SPREAD_MM``.
    """
    seed = np.asarray(seed, float)
    raw = cut_patch(image, seed - _HALF_BOX_MM, seed + _HALF_BOX_MM)
    _check_values(raw, seed)
    metal = metal_mask(raw)
    if metal.any():
        distance = np.linalg.norm(raw.to_ras(np.argwhere(metal)) - seed, axis=1).min()
        if distance < RADIUS_RANGE_MM[1] + 10:
            where = f" ({distance:.0f} mm from this point)" if distance >= 1 else ""
            raise FemurRefusedError("METAL_IN_HIP", f"There is metal in this hip{where}, so neither its head nor the "
                                    "density of its bone can be trusted.", "Use the other hip if it has no implant.")
    patch = raw.smoothed(SMOOTHING_MM)
    surface, rival = _best_surface(patch, raw, seed)
    _check_head(patch, surface, seed)
    surface, scatter = averaged_surface(raw, surface.sphere)
    _check_head(patch, surface, seed)
    surface = without_blur(surface, image.spacing)
    spread = max(rival, scatter)
    check_spread(spread)
    side = hip_side(surface)
    if side is None:
        raise FemurRefusedError(*_NO_HEAD)
    return Head(surface, side, spread)


def check_spread(spread_mm: float) -> None:
    """FemurRefusedError where equally good spheres, or displaced starts, are too far apart."""
    if spread_mm > MAX_SPREAD_MM:
        raise FemurRefusedError("HEAD_UNCERTAIN", f"The centre of the femoral head is uncertain by {spread_mm:.0f} mm: "
                                "its outline cannot be told from the acetabulum in this scan.",
                                "Draw the femur by hand, or use a scan with thinner slices.")


def hip_side(surface: HeadSurface) -> str | None:
    """``left`` or ``right``, by where the socket lies; ``None`` where it lies as in no hip."""
    axis = acetabular_axis(surface)
    return None if abs(axis[0]) < MIN_SIDEWAYS else "right" if axis[0] < 0 else "left"


def _best_surface(patch: Patch, raw: Patch, seed: np.ndarray) -> tuple[HeadSurface, float]:
    """The best supported surface, and the distance (mm) to its farthest rival.

    Searched round the click, then round what was found, so that the result does not
    depend on where in the head the click lay; ``patch`` is ``raw`` smoothed for the search.
    """
    found: list[tuple[float, HeadSurface]] = []
    start = seed
    support = 0.0
    for _ in range(3):
        # what is hardly a head may have one beside it
        search_mm, keep = (12.0, 4) if support < _SURE else (8.0, 2)
        for sphere in search_spheres(patch, start, search_mm, keep):
            surface = fitted_surface(raw, sphere, rounds=2)
            found.append((sphere.score + head_evidence(patch, surface)["edge"], surface))
        support, best = max(found, key=lambda each: each[0])
        if support < _HOPELESS or np.linalg.norm(best.sphere.centre - start) < 1.0:
            break
        start = best.sphere.centre
    rivals = [surface.sphere.centre for value, surface in found if value > support - _RIVAL_MARGIN]
    apart = np.linalg.norm(np.array(rivals) - best.sphere.centre, axis=1)
    # what lies closer is the same head; its mean is taken
    return best, float(apart[apart > MAX_SPREAD_MM].max(initial=0.0))


def _check_values(patch: Patch, seed: np.ndarray) -> None:
    if np.isnan(patch.sample(seed[None])[0]):
        raise FemurRefusedError("POINT_OUTSIDE", "The point lies outside the scan.", "Click inside the femoral head.")
    known = patch.values[patch.inside]
    # round every hip lies fat of about -100 HU
    if (known < -20).mean() < 0.01:
        raise FemurRefusedError("NOT_HU", "The values round this point are no CT numbers (no fat and no air).",
                                "Use a CT in Hounsfield units; magnetic resonance is not supported for the femur.")


def _check_head(patch: Patch, surface: HeadSurface, seed: np.ndarray) -> None:
    sphere = surface.sphere
    outside, end = head_outside(patch, sphere)
    reach = float(np.linalg.norm(seed - sphere.centre)) / sphere.radius
    evidence = head_evidence(patch, surface)
    is_head = (evidence["edge"] >= MIN_EDGE_SHARE and evidence["inner_bone"] >= MIN_INNER_BONE
               and evidence["joint"] >= MIN_JOINT_SHARE and sphere.score >= MIN_SCORE)
    if is_head and reach <= 1 and outside > MAX_HEAD_OUTSIDE:
        raise FemurRefusedError("HEAD_CUT", f"The femoral head is cut off at the {end} of the scan ({outside:.0%} of "
                                "it lies outside).", "Use a scan that shows the whole head and the hip joint.")
    if not is_head or reach > _CLICK_REACH:
        raise FemurRefusedError(*_NO_HEAD)


def head_evidence(patch: Patch, surface: HeadSurface) -> dict[str, float]:
    """What speaks for a head, as shares (0 to 1) of the directions that the scan shows.

    ``edge``: a sure edge of bone on the sphere; ``joint``: bone again behind it;
    ``inner_bone``: points of the inside brighter than soft tissue.
    """
    sphere = surface.sphere
    known = max(int(surface.known.sum()), 1)
    shells = np.concatenate([directions(400) * share * sphere.radius for share in (0.15, 0.3, 0.4, 0.5, 0.6)])
    inside = patch.sample(sphere.centre + shells)
    inside = inside[~np.isnan(inside)]
    return {"edge": float((surface.on_sphere * surface.certain).sum() / known),
            "joint": float(((surface.rebound > 100) & surface.known).sum() / known),
            "inner_bone": float((inside > 100).mean()) if inside.size else 0.0}
