"""A generated trunk with a whole thoracolumbar spine: sizes and curves by level, ribs, lungs, aorta, deformities.

Harder than ``spine_phantom``: bodies are waisted with hollow endplates, differ from level to level, and have ribs,
lungs and vessels against their walls.  Sizes are close to those of Panjabi et al. (Spine 1991 and 1992), the curves
to those of a standing adult.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.imaging.image import BoneImage
from scipy import ndimage

LEVELS = (*(f"T{n}" for n in range(1, 13)), *(f"L{n}" for n in range(1, 6)), "S1")
#: rear height, width and depth of the body, disc below it (mm), forward lean of its axis (degrees)
MEASURES = {
    "T1": (14.0, 25, 17, 4, 24), "T2": (15.5, 25, 18, 4, 21), "T3": (15.7, 25, 20, 4, 17), "T4": (16.2, 25, 22, 4, 13),
    "T5": (16.5, 25, 24, 4, 9), "T6": (17.4, 26, 26, 4, 4), "T7": (18.2, 28, 27, 4, 0), "T8": (18.7, 29, 28, 4, -4),
    "T9": (19.3, 31, 29, 5, -8), "T10": (20.2, 32, 30, 5, -11), "T11": (21.3, 35, 32, 6, -13),
    "T12": (22.7, 39, 33, 7, -14), "L1": (23.8, 41, 34, 8, -12), "L2": (24.5, 43, 35, 9, -6),
    "L3": (24.5, 44, 35, 10, 4), "L4": (24.2, 47, 36, 11, 12), "L5": (22.9, 48, 35, 10, 22), "S1": (27, 48, 32, 2, 40)}
AIR, FAT, MUSCLE, DISC, CANAL, ARCH, LUNG, METAL = -1000, -100, 55, 80, 20, 330, -850, 3000
FINE_MM = 1.0
WALL_EXPONENT = 2.5
#: what stands in the file's axes (columns: i, j, k) for each way of storing a scan
STORED = {"RAS": np.eye(3), "LPS": np.diag([-1.0, -1.0, 1.0]),
          "sagittal": np.array([[0.0, 0, -1], [1, 0, 0], [0, -1, 0]]),
          "coronal": np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])}


@dataclass(frozen=True)
class Deformity:
    """``kind`` (wedge, biconcave or crush) and the share of height that is lost."""

    kind: str
    loss: float


@dataclass(frozen=True)
class Body:
    """One body: centre (RAS mm), rows right, front, up, rear height and half sizes in mm, deformity."""

    level: str
    centre: np.ndarray
    frame: np.ndarray
    height: float
    half_width: float
    half_depth: float
    deformity: Deformity | None = None

    def ceiling_floor(self, right: np.ndarray, front: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Heights (…) of the upper and lower endplate above the centre, hollow by a millimetre."""
        along = np.clip((front + self.half_depth) / (2 * self.half_depth), 0, 1)
        hollow = 1.0 * np.clip(1 - (right / self.half_width) ** 2 - (front / self.half_depth) ** 2, 0, 1)
        top, bottom = self.height / 2 - hollow, -self.height / 2 + hollow
        if self.deformity and self.deformity.kind == "wedge":
            top = top - self.deformity.loss * self.height * along
        if self.deformity and self.deformity.kind == "biconcave":
            # the middle height is what is lost, whatever the endplates' own hollow
            bowl = np.clip(1 - (right / self.half_width) ** 2 - ((along - 0.5) / 0.4) ** 2, 0, 1)
            sunk = self.deformity.loss * self.height / 2 * bowl
            top, bottom = np.minimum(top, self.height / 2 - sunk), np.maximum(bottom, -self.height / 2 + sunk)
        return top, bottom


@dataclass(frozen=True)
class Trunk:
    """The scan, the label map of its bodies (1 for the uppermost shown) and the bodies shown, from above downwards."""

    image: BoneImage
    labels: np.ndarray
    bodies: tuple[Body, ...]

    def complete(self) -> list[bool]:
        """Which bodies the scan shows completely."""
        edge = np.ones(self.labels.shape, bool)
        edge[tuple(slice(1, -1) if n > 2 else slice(None) for n in edge.shape)] = False
        cut = set(np.unique(self.labels[edge]))
        return [n not in cut for n in range(1, len(self.bodies) + 1)]


def trunk(upper="T10", lower="L5", spacing=(1.0, 1.0, 2.0), stored="RAS", oblique=0.0, cobb=0.0, marrow=140.0,
          cortex=450.0, cortex_mm=1.0, blood=50.0, noise=15.0, size=1.0, deformities=None, bridges=False, screws=(),
          shown=0.5, chest=True, seed=3) -> Trunk:
    """A scan from the body above ``upper`` to the one below ``lower``, of which it shows ``shown`` of the height.

    ``deformities`` (level -> Deformity); ``cobb`` is the angle of a scoliosis in degrees;
    ``oblique`` turns the grid about the left-right axis; ``screws`` are levels with pedicle
    screws; ``bridges`` joins the bodies in front by bone; ``size`` scales the skeleton.
    """
    spine = _chain(cobb, size, deformities or {})
    names = [body.level for body in spine]
    first, last = max(names.index(upper) - 1, 0), min(names.index(lower) + 1, len(names) - 1)
    shown_bodies = spine[first:last + 1]
    top = shown_bodies[0].centre[2] + (shown - 0.5) * shown_bodies[0].height
    bottom = shown_bodies[-1].centre[2] - (shown - 0.5) * shown_bodies[-1].height
    if shown_bodies[-1].level == "S1":
        bottom = shown_bodies[-1].centre[2] - 25.0
    aside = np.array([body.centre[0] for body in shown_bodies])
    fore = np.array([body.centre[1] for body in shown_bodies])
    # beyond the shown slab so that a turned grid finds tissue everywhere
    margin = 6.0 + 75.0 * np.sin(np.deg2rad(abs(oblique)))
    low = np.array([aside.mean() - 75, fore.mean() - 80, bottom - margin])
    high = np.array([aside.mean() + 75, fore.mean() + 75, top + margin])
    grid = Geometry(tuple(int(n) for n in np.ceil((high - low) / FINE_MM)[::-1]), (FINE_MM,) * 3, tuple(low))
    values, labels = _painted(grid, spine, marrow, cortex, cortex_mm, blood, bridges, screws, chest)
    geometry = _target(low, high, np.array([0.0, 0.0, margin]), np.asarray(spacing, float), stored, oblique)
    random = np.random.default_rng(seed)
    array, truth = _scanned(grid, values, labels, geometry)
    array += random.normal(0, noise, array.shape)
    numbers = [n for n in np.unique(truth) if n and spine[n - 1].level != "S1"]
    renumber = np.zeros(len(spine) + 1, np.uint8)
    renumber[numbers] = np.arange(1, len(numbers) + 1)
    return Trunk(BoneImage(np.clip(np.round(array), -1024, 3071).astype(np.int16), geometry, "CT"), renumber[truth],
                 tuple(spine[n - 1] for n in numbers))


def _chain(cobb, size, deformities) -> list[Body]:
    """All bodies from above downwards, piled up from S1."""
    piled: list[Body] = []
    for n, level in enumerate(reversed(LEVELS)):
        height, width, depth, disc, lean = (value * (1 if at == 4 else size) for at, value in
                                            enumerate(MEASURES[level]))
        deformity = deformities.get(level)
        if deformity and deformity.kind == "crush":
            height *= 1 - deformity.loss
        # a curve with its apex at L1: tilted to both sides of it, turned most at it
        swing = np.pi * (n - 5) / 8
        tilt = np.deg2rad(cobb / 2) * np.sin(np.clip(swing, -np.pi, np.pi)) if level != "S1" else 0.0
        turn = np.deg2rad(cobb / 3) * np.cos(np.clip(swing, -np.pi / 2, np.pi / 2)) if level != "S1" else 0.0
        forward = np.deg2rad(lean)
        up = np.array([np.sin(tilt), np.sin(forward) * np.cos(tilt), np.cos(forward) * np.cos(tilt)])
        front = np.array([np.sin(turn), np.cos(turn), 0.0])
        front -= (front @ up) * up
        front /= np.linalg.norm(front)
        frame = np.stack([np.cross(front, up), front, up])
        if piled:
            below = piled[-1]
            between = below.frame[2] + up
            centre = below.centre + below.height / 2 * below.frame[2] \
                + disc * between / np.linalg.norm(between) + height / 2 * up
        else:
            centre = np.array([4.0, -9.0, 37.0])
        piled.append(Body(level, centre, frame, height, width / 2, depth / 2, deformity))
    return piled[::-1]


def _painted(grid, spine, marrow, cortex, cortex_mm, blood, bridges, screws, chest):
    axes = tuple(np.float32(grid.origin[n]) + np.arange(grid.shape[2 - n], dtype=np.float32) * FINE_MM
                 for n in range(3))
    z = axes[2]
    centres, fronts, depths, widths = (np.array(rows)[::-1] for rows in zip(
        *((b.centre, b.frame[1], b.half_depth, b.half_width) for b in spine), strict=True))

    def along(values):
        return np.stack([np.interp(z, centres[:, 2], column) for column in np.reshape(values, (len(spine), -1)).T], -1)

    middle, front, depth, width = along(centres), along(fronts), along(depths), along(widths)
    middle, front, depth, width = (rows.astype(np.float32)[:, None, None] for rows in (middle, front, depth, width))
    depth, width = depth[..., 0], width[..., 0]
    x, y = axes[0] - middle[..., 0], axes[1][:, None] - middle[..., 1]
    skin = np.hypot((axes[0] - middle[..., 0].mean()) / 1.2, axes[1][:, None] - middle[..., 1].mean() - 5)[None]
    skin = np.broadcast_to(skin, grid.shape)
    values = np.full(grid.shape, AIR, np.float32)
    values[skin < 70], values[skin < 62] = FAT, MUSCLE
    labels = np.zeros(grid.shape, np.uint8)
    if chest:
        # lungs lie against the side walls down to T11
        bottom = next(b.centre[2] for b in spine if b.level == "T11")
        side = np.abs(x) - width
        lung = (side > 2.0) & (side < 42) & (np.abs(y - 12) < 38) & (skin < 56) & (z > bottom)[:, None, None]
        values[lung] = LUNG
    ahead = np.hypot(x + 0.55 * width, y - depth - 10.0)
    values[ahead < 12.5] = MUSCLE
    values[ahead < 11] = blood
    for body in spine:
        _slab(values, axes, body, DISC, extra=12.0 if body.level != "S1" else 5.0)
    if chest:
        for body in spine:
            if body.level.startswith("T"):
                _ribs(values, axes, body)
    for number, body in enumerate(spine, start=1):
        _vertebra(values, labels, axes, body, number, marrow, cortex, cortex_mm)
    behind = -front * (depth + 9.0)[..., None]
    canal = np.hypot((x - behind[..., 0]) / 1.3, y - behind[..., 1]) < 7.5
    canal &= ~(labels > 0)
    values[canal] = CANAL
    if bridges:
        bar = (np.abs(x - 6) < 6) & (np.abs(y - depth - 1.0) < 2.5) & (labels == 0)
        values[bar & (z < spine[0].centre[2])[:, None, None]] = 600
    for body in spine:
        if body.level in screws:
            _screws(values, axes, body)
    return values, labels


def _local(axes, body):
    """The box around a body, and the positions in it to the right, in front of and above its centre (mm)."""
    box, along = [], []
    for axis, at, (low, high) in zip(axes, body.centre, ((60, 60), (65, 30), (42, 42)), strict=True):
        side = slice(*np.searchsorted(axis, (at - low, at + high)))
        box.append(side)
        along.append(axis[side] - np.float32(at))
    x, y, z = along[0], along[1][:, None], along[2][:, None, None]
    frame = body.frame.astype(np.float32)
    return tuple(box[::-1]), *(row[0] * x + row[1] * y + row[2] * z for row in frame)


def _wall(body, right, front, up, margin):
    """True within the waisted wall, ``margin`` mm inside it."""
    waist = 1 - 0.10 * np.clip(1 - (2 * up / body.height) ** 2, 0, 1)
    # the rear wall is hardly waisted
    deep = np.where(front < 0, 1.0, waist) * body.half_depth - margin
    wide = waist * body.half_width - margin
    return np.abs(right / wide) ** WALL_EXPONENT + np.abs(front / deep) ** WALL_EXPONENT < 1


def _slab(values, axes, body, hu, extra):
    box, right, front, up = _local(axes, body)
    part = values[box]
    part[_wall(body, right, front, body.height / 2, 0.5) & (np.abs(up) < body.height / 2 + extra / 2)] = hu


def _ribs(values, axes, body):
    box, right, front, up = _local(axes, body)
    part = values[box]
    # the head lies against the upper rear corner, the neck runs back and outwards
    out = np.abs(right) - body.half_width
    path = -0.55 * body.half_depth - 0.45 * out
    radius = np.hypot(front - path, up - 0.42 * body.height)
    rib = (out > 0.5) & (out < 45)
    part[rib & (radius < 4.5)], part[rib & (radius < 2.5)] = 500, 150


def _vertebra(values, labels, axes, body, number, marrow, cortex, cortex_mm):
    box, right, front, up = _local(axes, body)
    part, tags = values[box], labels[box]
    behind = -body.half_depth - 9.0
    ring = np.hypot(right / 1.3, front - behind)
    pedicle = (up > -0.02 * body.height) & (up < 0.42 * body.height)
    arch = (ring > 7.5) & (ring < 12.5) & ((front < behind + 3) & (np.abs(up) < 0.42 * body.height)
                                           | (np.abs(right) > 8) & pedicle & (front < -body.half_depth + 3))
    spinous = (np.abs(right) < 3) & (front < behind - 9) & (front > behind - 28) & (np.abs(up + 5) < 6)
    transverse = (np.abs(up - 4) < 4) & (np.abs(front - behind - 2) < 4) & (np.abs(right) > 12) & (np.abs(right) < 34)
    # joints between the arches
    facet = (np.hypot(np.abs(right) - 16, front - behind) < 5) & (np.abs(up) < body.height / 2 + 6)
    part[arch | spinous | transverse | facet] = ARCH
    top, bottom = body.ceiling_floor(right, front)
    outer = _wall(body, right, front, up, 0.0) & (up < top) & (up > bottom)
    inner = _wall(body, right, front, up, cortex_mm) & (up < top - cortex_mm) & (up > bottom + cortex_mm)
    if body.level == "S1":
        tall = 0.45 * body.height
        wing = (np.abs(up) < tall) & (np.abs(front + 3) < 12) & (np.abs(right) < 55)
        shell = wing & ~((np.abs(up) < tall - 2) & (np.abs(front + 3) < 10) & (np.abs(right) < 53))
        part[wing], part[shell] = marrow, cortex
        inner |= wing & outer & ~shell
    part[outer], part[inner] = cortex, marrow
    vein = (np.abs(right) < 4) & (np.abs(up) < 2) & (front < -0.3 * body.half_depth) & inner
    part[vein] = 50
    tags[outer] = number


def _screws(values, axes, body):
    box, right, front, up = _local(axes, body)
    part = values[box]
    near = np.exp(-np.abs(up) / 4.0)
    for side in (-1, 1):
        rod = np.hypot(right - side * (body.half_width * 0.5), up - 0.2 * body.height)
        reach = (front > -body.half_depth - 20) & (front < 0.5 * body.half_depth)
        # dark and bright streaks beside the metal
        part += (-350 * near * np.exp(-((rod - 7) / 3) ** 2) * reach).astype(np.float32)
        part[(rod < 3) & reach] = METAL


def _target(low, high, margin, spacing, stored, oblique) -> Geometry:
    """The grid that covers the box from ``low`` to ``high`` (RAS mm) without its margin, turned about its middle."""
    low, high = low + margin, high - margin
    axes = STORED[stored]
    angle = np.deg2rad(oblique)
    turn = np.array([[1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]])
    size = np.abs(axes.T) @ (high - low)
    shape = np.maximum(1, np.floor(size / spacing).astype(int))
    direction = turn @ axes
    origin = (low + high) / 2 - direction @ (spacing * (shape - 1) / 2)
    return Geometry(tuple(int(n) for n in shape[::-1]), tuple(float(s) for s in spacing),
                    tuple(float(o) for o in origin), tuple(float(d) for d in direction.ravel()))


def _scanned(grid, values, labels, geometry):
    """Values and labels on the scan's grid, blurred by its voxels."""
    direction = np.asarray(geometry.direction).reshape(3, 3)
    blur = np.abs(direction) @ np.maximum(np.asarray(geometry.spacing) - FINE_MM, 0.0) * 0.4 / FINE_MM + 0.4
    smooth = ndimage.gaussian_filter(values, blur[::-1])
    array = np.empty(geometry.shape, np.float32)
    truth = np.zeros(geometry.shape, np.uint8)
    plane = np.stack([np.zeros(geometry.shape[1:]), *np.indices(geometry.shape[1:])], -1)
    for k in range(geometry.shape[0]):
        at = np.moveaxis(grid.to_kji(geometry.to_ras(plane + np.array([k, 0.0, 0.0]))), -1, 0)
        array[k] = ndimage.map_coordinates(smooth, at, order=1, mode="constant", cval=AIR)
        truth[k] = ndimage.map_coordinates(labels, at, order=0, mode="constant")
    return array, truth


def moved(scan: Trunk, by: tuple[float, float, float]) -> Trunk:
    """The same trunk elsewhere in the world."""
    geometry = replace(scan.image.geometry, origin=tuple(np.asarray(scan.image.geometry.origin) + by))
    return Trunk(BoneImage(scan.image.array, geometry, "CT"), scan.labels,
                 tuple(replace(body, centre=body.centre + np.asarray(by)) for body in scan.bodies))
