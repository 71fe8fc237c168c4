"""A generated hip: femur and acetabulum in muscle, fat and air, with trouble if asked."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.imaging.image import BoneImage
from RadiomicsOrthoLib.regions.femur.directions import unit

MUSCLE_HU, FAT_HU, AIR_HU, MARROW_HU, SPONGY_HU, CORTEX_HU = 50.0, -100.0, -1000.0, -40.0, 230.0, 800.0
HEAD_RADIUS, NECK_RADIUS, SHAFT_RADIUS = 23.0, 15.0, 14.0
NECK_SHAFT_DEGREES = 127.0
#: from the head's centre along the neck to the axis of the shaft
NECK_LENGTH = 50.0
#: the lesser trochanter's middle below the head's centre, along the shaft
LESSER_BELOW = 50.0
CORTEX_MM = {"head": 1.5, "neck": 2.5, "trochanter": 2.0, "shaft": 5.0}


@dataclass(frozen=True)
class Hip:
    """The scan and what is true of it; positions in RAS mm."""

    image: BoneImage
    femur: np.ndarray
    pelvis: np.ndarray
    head_centre: np.ndarray
    shaft_axis: np.ndarray
    neck_axis: np.ndarray
    greater_trochanter: np.ndarray
    ischium: np.ndarray


#: how the axes i, j, k (columns) of a scan may lie in RAS
AXIAL = ((1, 0, 0), (0, 1, 0), (0, 0, 1))
SAGITTAL = ((0, 0, -1), (-1, 0, 0), (0, 1, 0))


def oblique(degrees: float = 20.0) -> tuple[tuple[float, ...], ...]:
    """Axial storage, rows from front to back, tilted about R and turned about S."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    tilt = np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
    turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    return tuple(map(tuple, turn @ tilt @ np.diag([1.0, -1.0, 1.0])))


def hip(side="right", spacing=(1.5, 1.5, 2.0), joint_mm=3.0, flexed_degrees=0.0, head_at=(0.0, 0.0, 0.0),
        low=(-62.0, -62.0, -125.0), high=(95.0, 75.0, 52.0), stored=AXIAL, rod_hu=None, rod_at=(0.0, 0.0, 0.0),
        hole_mm=0.0, noise=12.0, seed=5) -> Hip:
    """A hip between the RAS corners ``low`` and ``high`` (mm from the head, as for a right hip).

    ``spacing`` belongs to the axes i, j, k of ``stored``.  Voxels of more than 2.5 mm along k are means of
    three thin ones, as thick slices are.  ``flexed_degrees`` turns the femur forwards about the head;
    ``rod_hu`` puts a metal rod at ``rod_at``; ``hole_mm`` eats a ball of that radius out of the lateral trochanter.
    """
    lateral = 1.0 if side == "right" else -1.0
    head = np.asarray(head_at, float)
    low, high = np.array(low), np.array(high)
    if side == "left":
        low[0], high[0] = -high[0], -low[0]
    axes = np.array(stored, float)
    size = np.maximum(np.round(np.abs(np.linalg.inv(axes)) @ (high - low) / spacing), 1).astype(int)
    geometry = _grid(head + 0.5 * (low + high), size, np.array(spacing, float), axes)
    thin = 3 if spacing[2] > 2.5 else 1
    fine = _grid(head + 0.5 * (low + high), size * [1, 1, thin], np.array(spacing) / [1, 1, thin], axes)
    k, j, i = np.indices(fine.shape)
    mirrored = (fine.to_ras(np.stack([k, j, i], -1)) - head) * [lateral, 1, 1]
    turn = np.radians(flexed_degrees)
    # into the femur's own frame: flexion turns the shaft forwards
    own = np.stack([mirrored[..., 0], np.cos(turn) * mirrored[..., 1] + np.sin(turn) * mirrored[..., 2],
                    -np.sin(turn) * mirrored[..., 1] + np.cos(turn) * mirrored[..., 2]], -1)
    depth, parts = _femur(own)
    femur = depth < 0
    pelvis, shell = _pelvis(mirrored, joint_mm)
    values = _values(mirrored, depth, parts, pelvis, shell)
    if hole_mm:
        values[(np.linalg.norm(own - [62, -5, -28], axis=-1) < hole_mm) & femur] = MUSCLE_HU
    if rod_hu is not None:
        at = np.asarray(rod_at, float)
        beside, above = np.linalg.norm((mirrored - at)[..., :2], axis=-1), np.abs(mirrored[..., 2] - at[2])
        values[(beside < 4) & (above < 25)] = rod_hu
    if thin > 1:
        shares = [part.reshape(-1, thin, *part.shape[1:]).mean(axis=1) for part in (values, femur, pelvis)]
        values, femur, pelvis = shares[0], shares[1] > 0.5, shares[2] > 0.5
    values = values + np.random.default_rng(seed).normal(0, noise, values.shape)

    def world(vector) -> np.ndarray:
        x, y, z = vector
        back = np.array([x, np.cos(turn) * y - np.sin(turn) * z, np.sin(turn) * y + np.cos(turn) * z])
        return back * [lateral, 1, 1]

    return Hip(BoneImage(np.round(values).astype(np.int16), geometry), femur, pelvis, head, world((0, 0, -1)),
               world(_neck()), head + world((_neck() * NECK_LENGTH)[0] * np.array([1, 0, 0]) + [6, -6, -8]),
               head + np.array([-22 * lateral, -28, -42]))


def both_hips(apart_mm: float = 170.0, **options) -> tuple[Hip, Hip]:
    """A right and a left hip in one scan, the pelvis's midline between them at R = 0; both hold the whole scan."""
    right = hip("right", head_at=(0.5 * apart_mm, 0.0, 0.0), low=(-0.5 * apart_mm, -62.0, -60.0),
                high=(75.0, 75.0, 52.0), **options)
    left = hip("left", head_at=(-0.5 * apart_mm, 0.0, 0.0), low=(-0.5 * apart_mm, -62.0, -60.0),
               high=(75.0, 75.0, 52.0), **options)
    # the axis i runs to the right: the left hip comes first
    array = np.concatenate([left.image.array, right.image.array], axis=2)
    grid = left.image.geometry
    image = BoneImage(array, replace(grid, shape=array.shape))
    empty = np.zeros_like(left.femur)
    return (replace(right, image=image, femur=np.concatenate([empty, right.femur], axis=2),
                    pelvis=np.concatenate([empty, right.pelvis], axis=2)),
            replace(left, image=image, femur=np.concatenate([left.femur, empty], axis=2),
                    pelvis=np.concatenate([left.pelvis, empty], axis=2)))


def _grid(centre: np.ndarray, size: np.ndarray, spacing: np.ndarray, axes: np.ndarray) -> Geometry:
    """The grid of ``size`` voxels (i, j, k) about ``centre`` (RAS mm)."""
    origin = centre - axes @ (0.5 * (size - 1) * spacing)
    return Geometry(tuple(int(n) for n in size[::-1]), tuple(float(x) for x in spacing),
                    tuple(float(x) for x in origin), tuple(float(x) for x in axes.ravel()))


def _values(mirrored: np.ndarray, depth: np.ndarray, parts: np.ndarray, pelvis: np.ndarray,
            shell: np.ndarray) -> np.ndarray:
    """HU of fat, muscle and the two bones."""
    values = np.full(depth.shape, MUSCLE_HU)
    from_middle = np.hypot(mirrored[..., 0] - 15, mirrored[..., 1])
    values[from_middle > 62] = FAT_HU
    values[from_middle > 74] = AIR_HU
    values[pelvis] = SPONGY_HU
    values[shell] = CORTEX_HU
    femur = depth < 0
    values[femur] = np.where(parts[femur] == 3, MARROW_HU, np.where(parts[femur] == 0, SPONGY_HU + 60, SPONGY_HU - 90))
    thick = np.array([CORTEX_MM[name] for name in ("head", "neck", "trochanter", "shaft")])[parts]
    values[femur & (depth > -thick)] = CORTEX_HU
    return values


def _neck() -> np.ndarray:
    angle = np.radians(180 - NECK_SHAFT_DEGREES)
    return np.array([np.sin(angle), 0, -np.cos(angle)])


def _femur(own: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Signed distance to the femur's surface (negative inside) and the part it is: head, neck, trochanter, shaft."""
    corner = _neck() * NECK_LENGTH
    distances = [np.linalg.norm(own, axis=-1) - HEAD_RADIUS,
                 _capsule(own, np.zeros(3), corner, NECK_RADIUS),
                 np.minimum(_capsule(own, corner + np.array([4, -4, 2]), corner + np.array([8, -8, 24]), 15),
                            np.linalg.norm(own - (corner[0] * np.array([1, 0, 0]) + [-17, -12, -LESSER_BELOW]),
                                           axis=-1) - 9),
                 _capsule(own, corner, corner + np.array([0, 0, -300]), SHAFT_RADIUS)]
    stacked = np.stack(distances)
    # where bones overlap, the part that lies deepest decides over the marrow
    return stacked.min(axis=0), stacked.argmin(axis=0)


def _capsule(points: np.ndarray, start: np.ndarray, end: np.ndarray, radius: float) -> np.ndarray:
    start, end = np.asarray(start, float), np.asarray(end, float)
    axis = end - start
    share = np.clip((points - start) @ axis / (axis @ axis), 0, 1)
    return np.linalg.norm(points - start - share[..., None] * axis, axis=-1) - radius


def _pelvis(points: np.ndarray, joint_mm: float) -> tuple[np.ndarray, np.ndarray]:
    """Masks of the pelvis and of its cortex: a cup about the head with an ilium above and an ischium below."""
    rho = np.linalg.norm(points, axis=-1)
    into = unit(np.array([-0.85, 0.05, 0.5]))
    facing = points @ into / np.maximum(rho, 1e-6)
    inner = HEAD_RADIUS + joint_mm
    cup = (rho > inner) & (rho < inner + 11) & (facing > 0.1)
    ilium = _capsule(points, np.array([-8.0, 0, 38]), np.array([-10.0, 0, 120]), 14)
    ischium = _capsule(points, np.array([-24.0, -24, -18]), np.array([-22.0, -28, -60]), 13)
    outside_cup = np.where(facing > 0.1, np.maximum(inner - rho, rho - inner - 11), 50.0)
    distance = np.minimum(np.minimum(ilium, ischium), outside_cup)
    distance = np.where(rho < inner, 1.0, distance)
    bone = (distance < 0) | cup
    return bone, bone & (distance > -2.0)
