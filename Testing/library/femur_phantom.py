"""A generated hip: femur and acetabulum in muscle, fat and air, with trouble if asked."""

from __future__ import annotations

from dataclasses import dataclass

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


def hip(side="right", spacing=(1.5, 1.5, 2.0), joint_mm=3.0, flexed_degrees=0.0, head_at=(0.0, 0.0, 0.0),
        low=(-62.0, -62.0, -125.0), high=(95.0, 75.0, 52.0), rod_hu=None, rod_at=(0.0, 0.0, 0.0), hole_mm=0.0,
        noise=12.0, seed=5) -> Hip:
    """A hip between the RAS corners ``low`` and ``high`` (mm from the head, as for a right hip).

    ``flexed_degrees`` turns the femur forwards about the head; ``rod_hu`` puts a metal rod
    at ``rod_at``; ``hole_mm`` eats a ball of that radius out of the lateral trochanter.
    """
    lateral = 1.0 if side == "right" else -1.0
    head = np.asarray(head_at, float)
    low, high = np.array(low), np.array(high)
    if side == "left":
        low[0], high[0] = -high[0], -low[0]
    shape = tuple(int(n) for n in np.round((high - low) / spacing)[::-1])
    geometry = Geometry(shape, spacing, tuple(head + low))
    k, j, i = np.indices(shape)
    ras = geometry.to_ras(np.stack([k, j, i], -1)) - head
    mirrored = ras * [lateral, 1, 1]
    turn = np.radians(flexed_degrees)
    # into the femur's own frame: flexion turns the shaft forwards
    own = np.stack([mirrored[..., 0], np.cos(turn) * mirrored[..., 1] + np.sin(turn) * mirrored[..., 2],
                    -np.sin(turn) * mirrored[..., 1] + np.cos(turn) * mirrored[..., 2]], -1)
    depth, parts = _femur(own)
    femur = depth < 0
    values = np.full(shape, MUSCLE_HU)
    values[np.hypot(mirrored[..., 0] - 15, mirrored[..., 1]) > 62] = FAT_HU
    values[np.hypot(mirrored[..., 0] - 15, mirrored[..., 1]) > 74] = AIR_HU
    pelvis, shell = _pelvis(mirrored, joint_mm)
    values[pelvis] = SPONGY_HU
    values[shell] = CORTEX_HU
    values[femur] = np.where(parts[femur] == 3, MARROW_HU, np.where(parts[femur] == 0, SPONGY_HU + 60, SPONGY_HU - 90))
    thick = np.array([CORTEX_MM[name] for name in ("head", "neck", "trochanter", "shaft")])[parts]
    values[femur & (depth > -thick)] = CORTEX_HU
    if hole_mm:
        eaten = np.linalg.norm(own - [62, -5, -28], axis=-1) < hole_mm
        values[eaten & femur] = MUSCLE_HU
    values = values + np.random.default_rng(seed).normal(0, noise, shape)
    if rod_hu is not None:
        at = np.asarray(rod_at, float)
        beside, above = np.linalg.norm((mirrored - at)[..., :2], axis=-1), np.abs(mirrored[..., 2] - at[2])
        values[(beside < 4) & (above < 25)] = rod_hu

    def world(vector) -> np.ndarray:
        x, y, z = vector
        back = np.array([x, np.cos(turn) * y - np.sin(turn) * z, np.sin(turn) * y + np.cos(turn) * z])
        return back * [lateral, 1, 1]

    return Hip(BoneImage(np.round(values).astype(np.int16), geometry), femur, pelvis, head, world((0, 0, -1)),
               world(_neck()), head + world((_neck() * NECK_LENGTH)[0] * np.array([1, 0, 0]) + [6, -6, -8]),
               head + np.array([-22 * lateral, -28, -42]))


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
