"""The surface of the femoral head: one radius per direction, smooth where the joint space is narrow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from scipy.spatial import cKDTree

from .directions import directions, nearest_directions, neighbour_pairs, unit
from .head import HU_RANGE, NARROW_GAP_MM, Sphere, edge_certainty, emptiness
from .patch import Patch

#: directions of the surface; about 2 mm apart on a head
COUNT = 1500
_RADIAL_STEP = 0.5
#: how far the surface may leave the sphere (mm): flattened heads and osteophytes, not the pelvis
_REACH_MM = 5.0
#: how much bone behind the joint must rise (HU): in thick slices the joint space is a shallow dip
_RISE_HU = 120.0
#: a band brighter than the inside of the head by this (HU) may be head and acetabulum in one
_EXCESS_HU = 130.0
#: how much an edge behind a joint space loses
_BEHIND_JOINT = 0.7
#: the outer slope of a blurred shell lies this many voxels outside of it
_BLUR_VOXELS = 0.3
#: how far off, and how much smaller, the starts of the final fits are (mm)
_START_OFFSET_MM, _START_INSIDE_MM = 2.0, 1.0
#: bending between neighbours: cost per mm², and the cost of a break
_STIFFNESS, _BREAK = 0.3, 2.0
#: an edge weaker than this (HU over 2 mm) is no bone surface
EDGE_HU = 50.0
#: directions averaged into one profile, a disc of about 3 mm across: noise falls, no joint space is blurred
_DISC = 7
#: depth (HU) of the joint space between two bones from which on it counts fully, and its weight
_VALLEY_HU, _VALLEY_GAIN = 80.0, 0.7
#: climb (HU over 1 mm) at the inside of a band without a joint space that counts fully
_CLIMB_HU = 100.0
#: cost of leaving the sphere, per mm²
_PULL = 0.014
#: fits from displaced starts settle within this many rounds
_ROUNDS = 4


@dataclass(frozen=True)
class HeadSurface:
    """A star-shaped surface: ``radius`` (n,) in mm from ``centre`` (RAS mm) along ``directions`` (n, 3).

    ``drop`` is the fall in HU across it, ``rebound`` the rise to bone within 9 mm behind it
    (0 where none), ``known`` False where the scan ends, ``certain`` (0 to 1) how surely the
    surface is the head's and not the acetabulum's.
    """

    sphere: Sphere
    directions: np.ndarray
    radius: np.ndarray
    drop: np.ndarray
    rebound: np.ndarray
    known: np.ndarray
    certain: np.ndarray

    @property
    def deviation(self) -> np.ndarray:
        """Distance of the surface outside the sphere, mm."""
        return self.radius - self.sphere.radius

    @property
    def supported(self) -> np.ndarray:
        """True where an edge of bone lies on the surface."""
        return self.known & (self.drop > EDGE_HU)

    @property
    def on_sphere(self) -> np.ndarray:
        """True where an edge of bone lies within 2.5 mm of the sphere."""
        return self.supported & (np.abs(self.deviation) < 2.5)

    @property
    def rms_mm(self) -> float:
        """Root mean square distance of the supported surface from the sphere (outliers beyond 3 mm left out)."""
        near = self.supported & (np.abs(self.deviation) < 3)
        return float(np.sqrt(np.mean(self.deviation[near] ** 2))) if near.any() else float("nan")

    def radius_towards(self, vectors: np.ndarray) -> np.ndarray:
        """The surface's radius (mm) in arbitrary unit directions (n, 3)."""
        distance, found = cKDTree(self.directions).query(vectors, k=3)
        weight = 1 / np.maximum(distance, 1e-3)
        return (self.radius[found] * weight).sum(1) / weight.sum(1)


def trace_surface(patch: Patch, sphere: Sphere) -> HeadSurface:
    """The surface near ``sphere``: strongest fall of HU outwards with the least bending.

    Minimises, over all directions at once, the cost of the missing edge plus a penalty on
    steps between neighbours, by min-sum belief propagation.
    """
    rays = directions(COUNT)
    offsets = np.arange(-_REACH_MM, _REACH_MM + 1e-6, _RADIAL_STEP)
    radii = np.arange(sphere.radius - _REACH_MM - 1, sphere.radius + _REACH_MM + 9 + 1e-6, _RADIAL_STEP)
    profiles = patch.sample(sphere.centre + rays[:, None, :] * radii[None, :, None])
    profiles = _averaged(np.clip(profiles, *HU_RANGE))
    interior = _interior(patch, sphere)
    fall = profiles[:, :-4] - profiles[:, 4:]
    fall = fall[:, : len(offsets)]
    gain, certain = _edge_gain(profiles, fall, interior)
    label = _smoothest(_PULL * offsets**2 - 0.5 * gain)
    every = np.arange(COUNT)
    drop = fall[every, label]
    # the profile one millimetre behind the surface must still be data
    known = ~np.isnan(profiles[every, label + 4])
    return HeadSurface(sphere, rays, sphere.radius + offsets[label], np.nan_to_num(drop),
                       _rebound(profiles, label), known, certain[every, label])


def _averaged(profiles: np.ndarray) -> np.ndarray:
    """Profiles (direction, radius) averaged over a disc of neighbours: less noise, and no joint space is blurred.

    ``nan`` where the direction itself has no data; neighbours without do not count.
    """
    near = nearest_directions(len(profiles), _DISC)
    known = ~np.isnan(profiles)
    total = np.where(known, profiles, 0)[near].sum(axis=1)
    return np.where(known, total / np.maximum(known[near].sum(axis=1), 1), np.nan)


def _interior(patch: Patch, sphere: Sphere) -> np.ndarray:
    """HU of the head's bone below its surface, per direction: denser where the head bears the weight."""
    rays = directions(COUNT)
    radii = np.arange(sphere.radius - 12, sphere.radius - 6, 1.0)
    inner = np.clip(patch.sample(sphere.centre + rays[:, None, :] * radii[None, :, None]), *HU_RANGE)
    known = ~np.isnan(inner)
    if not known.any():
        return np.full(COUNT, HU_RANGE[0])
    middle = float(np.median(inner[known]))
    means = np.where(known, inner, middle).mean(axis=1)
    # forty neighbours span about 25 degrees: the zone under the roof of the acetabulum, not single trabeculae
    near = nearest_directions(COUNT, 40)
    return np.maximum(means[near].mean(axis=1), middle)


def _edge_gain(profiles: np.ndarray, fall: np.ndarray, interior: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What each radius (direction, radius) gains from an edge with the joint space behind it, and its certainty."""
    count = fall.shape[1]
    foot = profiles[:, 4: 4 + count]
    empty = emptiness(foot)
    rise = np.zeros_like(foot)
    for shift in range(3, 11):
        each = np.nan_to_num(np.clip((profiles[:, 4 + shift: 4 + shift + count] - foot) / _RISE_HU, 0, 1))
        if shift * _RADIAL_STEP > NARROW_GAP_MM:
            each = each * empty
        rise = np.maximum(rise, each)
    certain = np.nan_to_num(edge_certainty(profiles[:, :count], interior[:, None], rise, 8, _EXCESS_HU))
    # an edge behind a joint space is the acetabulum's
    joint = np.maximum.accumulate(np.nan_to_num(np.clip(fall / 80, 0, 1) * rise), axis=1)
    certain[:, 4:] *= 1 - _BEHIND_JOINT * joint[:, :-4]
    gain = np.clip(fall / 150, 0, 1) + np.clip(fall / 100, 0, 1) * rise
    gain = certain * np.nan_to_num(gain + _VALLEY_GAIN * _valley(profiles, count))
    return np.maximum(gain, _inside_of_band(profiles, interior, gain)), certain


def _valley(profiles: np.ndarray, count: int) -> np.ndarray:
    """0 to 1: how deep each radius lies between brighter bone within 4 mm on either side: a joint space."""
    values = np.nan_to_num(profiles, nan=HU_RANGE[0])
    foot = values[:, 3: 3 + count]
    inner, outer = np.full_like(foot, HU_RANGE[0]), np.full_like(foot, HU_RANGE[0])
    for shift in range(1, 9):
        behind = values[:, max(3 - shift, 0): 3 - shift + count]
        np.maximum(inner[:, count - behind.shape[1]:], behind, out=inner[:, count - behind.shape[1]:])
        np.maximum(outer, values[:, 3 + shift: 3 + shift + count], out=outer)
    return np.clip(np.minimum(inner, outer) - foot, 0, _VALLEY_HU) / _VALLEY_HU


def _inside_of_band(profiles: np.ndarray, interior: np.ndarray, gain: np.ndarray) -> np.ndarray:
    """0 to 1: the inner slope of a band far brighter than the head, without an edge of the head's own before it.

    In thick slices the roof of the acetabulum swallows the joint space and the top of the
    head; the border then lies before the band, not behind it.
    """
    values = np.nan_to_num(profiles, nan=HU_RANGE[0])
    count = gain.shape[1]
    climb = np.clip((values[:, 3: 3 + count] - values[:, 1: 1 + count]) / _CLIMB_HU, 0, 1)
    peak, edge = np.full_like(climb, HU_RANGE[0]), gain.copy()
    for shift in range(8):
        np.maximum(peak, values[:, 2 + shift: 2 + shift + count], out=peak)
        ahead = gain[:, shift:]
        np.maximum(edge[:, : ahead.shape[1]], ahead, out=edge[:, : ahead.shape[1]])
    excess = np.clip(peak - interior[:, None], 0, None)
    return climb * (1 - 1 / (1 + (excess / _EXCESS_HU) ** 4)) * np.clip(1 - edge, 0, 1)


def _smoothest(cost: np.ndarray, rounds: int = 16) -> np.ndarray:
    """The label of each direction that minimises its cost plus the bending to its neighbours.

    Bending costs ``_STIFFNESS`` × (step in mm)², at most ``_BREAK``: an osteophyte may jump.
    """
    source, back, starts = _messages(len(cost))
    cost = cost.astype(np.float32)
    labels = cost.shape[1]
    window = int(np.sqrt(_BREAK / _STIFFNESS) / _RADIAL_STEP)
    message = np.zeros((len(source), labels), np.float32)
    # labels beyond the last one, which nothing chooses: so a shift of all rows is one of a single long row
    sent = np.full((len(source), labels + window), np.inf, np.float32)
    bent = np.empty(sent.size, np.float32)
    belief = cost
    for _ in range(rounds):
        np.subtract(belief[source], message[back], out=sent[:, :labels])
        lowest = sent[:, :labels].min(axis=1, keepdims=True)
        fresh = np.minimum(sent, lowest + _BREAK)
        row = fresh.ravel()
        for step in range(1, window + 1):
            np.add(sent.ravel(), np.float32(_STIFFNESS * (step * _RADIAL_STEP) ** 2), out=bent)
            np.minimum(row[step:], bent[:-step], out=row[step:])
            np.minimum(row[:-step], bent[step:], out=row[:-step])
        # damping keeps the messages from swinging on the loops of the graph
        message = 0.5 * message + 0.5 * (fresh[:, :labels] - lowest)
        belief = cost + np.add.reduceat(message, starts, axis=0)
    return np.argmin(belief, axis=1)


@lru_cache(maxsize=2)
def _messages(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of the messages between neighbouring directions, ordered by who gets them: sender, and which goes back.

    And for each direction where the messages to it begin.
    """
    pairs = neighbour_pairs(count)
    source = np.concatenate([pairs[:, 0], pairs[:, 1]])
    target = np.concatenate([pairs[:, 1], pairs[:, 0]])
    back = np.concatenate([np.arange(len(pairs)) + len(pairs), np.arange(len(pairs))])
    order = np.argsort(target, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return source[order], place[back[order]], np.searchsorted(target[order], np.arange(count))


def _rebound(profiles: np.ndarray, label: np.ndarray) -> np.ndarray:
    """Rise in HU to bone (> 220 HU) within 9 mm behind the surface."""
    take = label[:, None] + 2 + np.arange(18)[None, :]
    tail = np.nan_to_num(profiles[np.arange(len(label))[:, None], np.minimum(take, profiles.shape[1] - 1)])
    rise = tail - np.minimum.accumulate(tail, axis=1)
    top = rise.argmax(axis=1)
    every = np.arange(len(label))
    return np.where(tail[every, top] > 220, rise[every, top], 0.0)


def fit_sphere(points: np.ndarray, weights: np.ndarray, centre: np.ndarray, radius: float) -> tuple[np.ndarray, float]:
    """Least-squares sphere through weighted RAS points (n, 3), outliers weighted down (Tukey).

    Starts from ``centre`` and ``radius``; points farther than about 3 mm do not count.
    """
    for _ in range(8):
        from_centre = points - centre
        distance = np.linalg.norm(from_centre, axis=1)
        residual = distance - radius
        scale = max(0.5, 1.4826 * float(np.median(np.abs(residual))))
        weight = weights * np.clip(1 - (residual / (4.0 * scale)) ** 2, 0, None) ** 2
        normal = from_centre / np.maximum(distance, 1e-6)[:, None]
        design = np.c_[normal, np.ones(len(points))] * np.sqrt(weight)[:, None]
        step = np.linalg.lstsq(design, residual * np.sqrt(weight), rcond=None)[0]
        centre, radius = centre + step[:3], radius + step[3]
        if np.abs(step).max() < 1e-3:
            break
    return centre, float(radius)


def fitted_surface(patch: Patch, sphere: Sphere, rounds: int = 3) -> HeadSurface:
    """Surface and sphere refined in turn, until both agree."""
    surface = trace_surface(patch, sphere)
    for _ in range(rounds):
        used = surface.supported
        if used.sum() < 100:
            break
        points = sphere.centre + surface.directions[used] * surface.radius[used, None]
        centre, radius = fit_sphere(points, surface.certain[used] ** 2, sphere.centre, sphere.radius)
        moved = float(np.linalg.norm(centre - sphere.centre))
        sphere = Sphere(centre, radius, sphere.score)
        surface = trace_surface(patch, sphere)
        if moved < 0.1:
            break
    return surface


def averaged_surface(patch: Patch, sphere: Sphere) -> tuple[HeadSurface, float]:
    """The surface round the mean of fits that start displaced in six directions, and their scatter (mm).

    Where slices are as thick as the joint space, each fit alone settles on one side of it
    or the other; the mean hardly depends on where the click lay.  The starts are smaller
    than the sphere of the search, so that they meet the head's own surface before the
    acetabulum's.  The scatter is the root mean square distance of the centres from their mean.
    """
    offsets = _START_OFFSET_MM * np.concatenate([np.zeros((1, 3)), np.eye(3), -np.eye(3)])
    starts = [Sphere(sphere.centre + offset, sphere.radius - _START_INSIDE_MM, sphere.score) for offset in offsets]
    fits = [fitted_surface(patch, start, _ROUNDS).sphere for start in starts]
    centres = np.array([fit.centre for fit in fits])
    mean = Sphere(centres.mean(axis=0), float(np.mean([fit.radius for fit in fits])), sphere.score)
    scatter = float(np.sqrt(((centres - mean.centre) ** 2).sum(axis=1).mean()))
    return trace_surface(patch, mean), scatter


def without_blur(surface: HeadSurface, spacing: tuple[float, float, float]) -> HeadSurface:
    """``surface`` moved inwards by ``_BLUR_VOXELS`` of the scan's mean voxel edge.

    The head's surface is a thin dense shell; blurred, its outer slope lies outside of it.
    """
    shift = _BLUR_VOXELS * float(np.prod(spacing)) ** (1 / 3)
    sphere = replace(surface.sphere, radius=surface.sphere.radius - shift)
    return replace(surface, sphere=sphere, radius=surface.radius - shift)


def acetabular_axis(surface: HeadSurface) -> np.ndarray:
    """Unit vector (RAS) from the head's centre into the middle of the acetabulum: where bone rises again."""
    weight = np.where(surface.known & surface.on_sphere, surface.rebound, 0.0)
    return unit((weight[:, None] * surface.directions).sum(axis=0))
