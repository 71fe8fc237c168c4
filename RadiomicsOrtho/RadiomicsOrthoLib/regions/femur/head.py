"""Where the femoral head is: the sphere that its subchondral bone and the joint space agree on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .directions import directions
from .patch import Patch

#: radii of adult femoral heads with a margin (mm)
RADIUS_RANGE_MM = (17.0, 32.0)
#: HU outside say nothing about the edge: fat, air and implants would outweigh everything
HU_RANGE = (-50.0, 700.0)
#: smoothing before the search; a compromise of noise and the width of the joint space
SMOOTHING_MM = 0.7
#: how far the centre may lie from the click
SEARCH_MM = 12.0
#: starts of the search are at least this far apart (mm)
_APART_MM = 5.0
_FIRST_RADIUS, _STEP = 5.5, 1.0
#: samples between the two values whose difference is the drop at an edge
_EDGE_WIDTH = 3
#: samples behind the drop in which the acetabulum may rise again: joint spaces of 2 to 5 mm
_JOINT_SPACE = (2, 6)
#: a gap wider than this (mm) is a joint only if no bone is in it; else it is the spongy bone behind a plate
NARROW_GAP_MM = 3.0


@dataclass(frozen=True)
class Sphere:
    """Centre (RAS mm), radius (mm) and how well the scan supports it (no unit; larger is better)."""

    centre: np.ndarray
    radius: float
    score: float


def search_spheres(patch: Patch, seed: np.ndarray, search_mm: float = SEARCH_MM, keep: int = 4) -> list[Sphere]:
    """Spheres with their centre within ``search_mm`` of ``seed`` (RAS mm) that the scan supports, the best first.

    ``patch`` is smoothed by ``SMOOTHING_MM``.  A coarse grid of centres first, then a
    pattern search from the ``keep`` best of them that lie ``_APART_MM`` apart, so that
    the acetabulum's wall does not crowd out the head.
    """
    grid = _grid(search_mm, 4.0)
    grid = grid[np.linalg.norm(grid, axis=1) <= search_mm * 1.15]
    scores, radii = sphere_scores(patch, seed + grid, 160, seed)
    starts: list[int] = []
    for n in np.argsort(-scores):
        if all(np.linalg.norm(grid[n] - grid[other]) > _APART_MM for other in starts):
            starts.append(int(n))
        if len(starts) == keep:
            break
    found = [_climb(patch, Sphere(seed + grid[n], radii[n], scores[n]), seed) for n in starts]
    distinct: list[Sphere] = []
    for sphere in sorted(found, key=lambda each: -each.score):
        if all(np.linalg.norm(sphere.centre - other.centre) > 1.5 for other in distinct):
            distinct.append(sphere)
    return distinct


def _climb(patch: Patch, sphere: Sphere, seed: np.ndarray) -> Sphere:
    """Move to the best of the six neighbours until none is better, in steps that halve."""
    faces = np.concatenate([np.zeros((1, 3)), np.eye(3), -np.eye(3)])
    for step, count in ((2.0, 160), (1.0, 300)):
        for _ in range(6):
            centres = sphere.centre + step * faces
            scores, radii = sphere_scores(patch, centres, count, seed, near=sphere.radius)
            top = int(np.argmax(scores))
            sphere = Sphere(centres[top], float(radii[top]), float(scores[top]))
            if top == 0:
                break
    return sphere


def _grid(reach: float, step: float) -> np.ndarray:
    line = np.arange(-reach, reach + 1e-6, step)
    return np.stack(np.meshgrid(line, line, line, indexing="ij"), -1).reshape(-1, 3)


def sphere_scores(patch: Patch, centres: np.ndarray, count: int, seed: np.ndarray | None = None,
                  near: float | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Score and best radius (mm) of each centre (n, 3) in RAS mm, from ``count`` directions.

    The score of a radius is the mean over the directions of the drop in HU at that
    radius, plus, where there is a drop, the rise behind it: without this joint-space
    term the outer wall of the acetabulum is often the stronger edge.  Radii far from
    24 mm and centres far from ``seed`` cost a little; ``near`` keeps the radius within
    3 mm of a known one.
    """
    rays = directions(count)
    radii = np.arange(_FIRST_RADIUS, RADIUS_RANGE_MM[1] + 8.01, _STEP)
    edges = radii[:-_EDGE_WIDTH] + _EDGE_WIDTH * _STEP / 2
    low, high = RADIUS_RANGE_MM if near is None else (max(RADIUS_RANGE_MM[0], near - 3),
                                                      min(RADIUS_RANGE_MM[1], near + 3))
    wanted = np.flatnonzero((edges >= low) & (edges <= high))
    scores, best = np.empty(len(centres)), np.empty(len(centres))
    for start in range(0, len(centres), 32):
        part = slice(start, start + 32)
        points = centres[part, None, None, :] + rays[:, None, :] * radii[None, None, :, None]
        profiles = np.clip(patch.sample(points).astype(np.float32), *HU_RANGE)
        each = _edge_support(profiles)
        known = ~np.isnan(each)
        # a head of which much lies outside the scan shall be found too, but not preferred
        support = np.where(known, each, 0).sum(1) / np.maximum(known.sum(1), 0.6 * count)
        support -= _too_dark_inside(profiles)[:, None]
        support -= 0.15 * ((edges - 24.0) / 7.0) ** 2
        chosen = wanted[np.argmax(support[:, wanted], axis=1)]
        scores[part] = support[np.arange(len(chosen)), chosen]
        best[part] = edges[chosen]
    if seed is not None:
        scores = scores - 0.002 * np.maximum(0, np.linalg.norm(centres - seed, axis=1) - 6) ** 2
    return scores, best


def _edge_support(profiles: np.ndarray) -> np.ndarray:
    """Support of each edge (centre, direction, edge); ``nan`` where the scan has no data."""
    drop = profiles[..., :-_EDGE_WIDTH] - profiles[..., _EDGE_WIDTH:]
    rise = np.zeros_like(drop)
    empty = emptiness(profiles[..., _EDGE_WIDTH:])
    for shift in range(*_JOINT_SPACE):
        length = drop.shape[-1] - shift
        each = np.nan_to_num(-drop[..., shift:])
        if shift * _STEP > NARROW_GAP_MM:
            each = each * empty[..., :length]
        np.maximum(rise[..., :length], each, out=rise[..., :length])
    rise = np.clip(rise / 250, 0, 1)
    interior = np.nanmedian(np.nan_to_num(profiles[..., : int(14 - _FIRST_RADIUS)]), axis=(1, 2))
    certain = edge_certainty(profiles[..., :-_EDGE_WIDTH], interior[:, None, None], rise, 4, 100.0)
    return certain * (np.clip(drop / 100, -0.2, 1) + 1.5 * np.clip(drop / 100, 0, 1) * rise)


def emptiness(profiles: np.ndarray) -> np.ndarray:
    """1 where a value is soft tissue or fat, 0 where it is bone (HU)."""
    return np.nan_to_num(np.clip((210 - profiles) / 80, 0, 1))


def edge_certainty(profiles: np.ndarray, interior: np.ndarray, rise: np.ndarray, reach: int,
                   excess_hu: float) -> np.ndarray:
    """How surely a fall of HU (…, radius) is the head's surface and not the acetabulum's, 0 to 1.

    Where the joint space is below the resolution, head and acetabulum make one bright
    band, and its outer edge is the wrong one.  A band within ``reach`` samples that is
    brighter than the head's ``interior`` by more than ``excess_hu`` is therefore trusted
    only if the joint space is seen: a ``rise`` (0 to 1) behind the fall.
    """
    peak = profiles.copy()
    for shift in range(1, reach + 1):
        later = peak[..., shift:]
        np.fmax(later, profiles[..., :-shift], out=later)
    excess = np.clip(peak - interior, 0, None)
    return np.maximum(1 / (1 + (excess / excess_hu) ** 4), rise)


def _too_dark_inside(profiles: np.ndarray) -> np.ndarray:
    """How much of the inside is darker than the head's own bone; up to 10 % is usual."""
    inner = profiles[..., : int(12 - _FIRST_RADIUS)].reshape(len(profiles), -1)
    inner = np.where(np.isnan(inner), HU_RANGE[0], inner)
    limit = np.clip(0.45 * np.median(inner, axis=1), 70, 170)
    return np.maximum(0, (inner < limit[:, None]).mean(axis=1) - 0.1)
