"""A generated spine: bodies, arches, discs, canal and a sacrum, bent, wedged and cut as asked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.imaging.image import BoneImage
from scipy import ndimage

AIR, FAT, MUSCLE, DISC, CANAL, MARROW, CORTEX, ARCH, BLOOD = (-1000, -100, 50, 85, 15, 140, 550, 400, 45)
CORTEX_MM = 1.6
FINE_MM = 1.0


@dataclass(frozen=True)
class Vertebra:
    """Centre (RAS mm), rows right, front, up; half sizes and heights in mm."""

    centre: np.ndarray
    frame: np.ndarray
    half_width: float
    half_depth: float
    front_height: float
    rear_height: float
    sacral: bool = False


@dataclass(frozen=True)
class SpinePhantom:
    """The scan, the true label map of the bodies (1 for the uppermost), and the vertebrae from above downwards."""

    image: BoneImage
    labels: np.ndarray
    vertebrae: tuple[Vertebra, ...] = field(default_factory=tuple)


def spine_phantom(count=3, spacing=(1.0, 1.0, 2.0), height=25.0, disc=9.0, half_width=22.0, half_depth=17.0,
                  scoliosis_mm=0.0, lordosis_mm=12.0, wedged=None, wedge_loss=0.0, sacrum=False, blood=BLOOD,
                  marrow=MARROW, shown=0.5, noise=12.0, origin=(7.0, -13.0, 21.0), seed=3,
                  sacral_tilt=35.0) -> SpinePhantom:
    """``count`` complete bodies between one above and one below that the scan cuts off; with ``sacrum`` S1 is below.

    ``wedged`` (index from above, the cut one is 0) has lost ``wedge_loss`` of its front
    height; ``sacral_tilt`` (degrees) is how S1 leans; ``shown`` is the share of the height that the scan shows
    of the cut bodies.
    """
    vertebrae = _vertebrae(count + 2, height, disc, half_width, half_depth, scoliosis_mm, lordosis_mm, wedged,
                           wedge_loss, sacrum, sacral_tilt)
    top = vertebrae[0].centre[2] + (shown - 0.5) * height
    bottom = vertebrae[-1].centre[2] - (25.0 if sacrum else (shown - 0.5) * height)
    low = np.array([-58.0 - abs(scoliosis_mm), -72.0, bottom])
    size = np.array([2 * (58.0 + abs(scoliosis_mm)), 124.0, top - bottom])
    shape = tuple(int(n) for n in np.ceil(size / FINE_MM)[::-1])
    fine = Geometry(shape, (FINE_MM,) * 3, tuple(low))
    values, labels = _painted(fine, vertebrae, blood, marrow)
    step = np.asarray(spacing) / FINE_MM
    values = ndimage.gaussian_filter(values, np.maximum(step[::-1] - 1, 0) * 0.45 + 0.35)
    coarse_shape = tuple(int(n) for n in np.floor((np.array(shape) - 1) / step[::-1]) + 1)
    at = np.stack(np.meshgrid(*(np.arange(n) * s for n, s in zip(coarse_shape, step[::-1], strict=True)),
                              indexing="ij"))
    array = ndimage.map_coordinates(values, at, order=1) \
        + np.random.default_rng(seed).normal(0, noise, coarse_shape)
    truth = labels[tuple(np.rint(axis).astype(int) for axis in at)]
    geometry = Geometry(coarse_shape, tuple(float(s) for s in spacing), tuple(float(x) for x in low + origin))
    moved = tuple(replace(v, centre=v.centre + origin) for v in vertebrae)
    return SpinePhantom(BoneImage(np.round(array).astype(np.int16), geometry, "CT"), truth, moved)


def _vertebrae(total, height, disc, half_width, half_depth, scoliosis, lordosis, wedged, wedge_loss, sacrum,
               sacral_tilt):
    spacing = height + disc
    length = spacing * (total - 1)
    found = []
    for n in range(total):
        z = -spacing * n
        share = -z / length
        centre = np.array([scoliosis * np.sin(np.pi * share), lordosis * np.sin(np.pi * share), z])
        up = -np.array([scoliosis * np.cos(np.pi * share) * np.pi, lordosis * np.cos(np.pi * share) * np.pi,
                        -length])
        up /= np.linalg.norm(up)
        sacral = sacrum and n == total - 1
        if sacral:
            up = np.array([0.0, np.sin(np.deg2rad(sacral_tilt)), np.cos(np.deg2rad(sacral_tilt))])
            centre = found[-1].centre - found[-1].frame[2] * (height / 2 + disc) - up * height / 2
        front = np.array([0.0, 1.0, 0.0]) - up[1] * up
        front /= np.linalg.norm(front)
        loss = wedge_loss if n == wedged else 0.0
        found.append(Vertebra(centre, np.stack([np.cross(front, up), front, up]), half_width, half_depth,
                              height * (1 - loss), height, sacral))
    return tuple(found)


def _painted(grid, vertebrae, blood, marrow):
    shape = grid.shape
    kji = np.stack(np.indices(shape), -1)
    ras = grid.to_ras(kji)
    middle = ras[..., :2] - np.array([0.0, -10.0])
    values = np.full(shape, AIR, np.float32)
    radius = np.hypot(middle[..., 0] / 1.15, middle[..., 1])
    values[radius < 66], values[radius < 58] = FAT, MUSCLE
    labels = np.zeros(shape, np.uint8)
    centres = np.array([v.centre for v in vertebrae])[::-1]
    fronts = np.array([v.frame[1] for v in vertebrae])[::-1]
    # canal, discs' column and vessel follow the chain of centres
    z = ras[:, 0, 0, 2]
    middle_line = np.stack([np.interp(z, centres[:, 2], centres[:, axis]) for axis in (0, 1)], -1)
    lean = np.stack([np.interp(z, centres[:, 2], fronts[:, axis]) for axis in (0, 1)], -1)
    depth, width = vertebrae[0].half_depth, vertebrae[0].half_width
    behind = middle_line - lean * (depth + 9.0)
    ahead = middle_line + lean * (depth + 11.0)
    inside_disc = (np.abs((ras[..., 0] - middle_line[:, None, None, 0]) / width) ** 2.6
                   + np.abs((ras[..., 1] - middle_line[:, None, None, 1]) / depth) ** 2.6) < 1
    values[inside_disc & (z > vertebrae[-1].centre[2])[:, None, None]] = DISC
    # the aorta lies to the left of the middle
    vessel = np.hypot(ras[..., 0] - ahead[:, None, None, 0] + 11, ras[..., 1] - ahead[:, None, None, 1]) < 9
    values[vessel & ~inside_disc] = blood
    for number, vertebra in enumerate(vertebrae, start=1):
        _paint(values, labels, ras, vertebra, number, marrow)
    canal = np.hypot((ras[..., 0] - behind[:, None, None, 0]) / 1.3, ras[..., 1] - behind[:, None, None, 1]) < 8
    values[canal] = CANAL
    labels[canal] = 0
    return values, labels


def _paint(values, labels, ras, vertebra, number, marrow):
    centre = vertebra.centre
    box = tuple(slice(*np.searchsorted(axis, (at - reach, at + reach))) for axis, at, reach in (
        (ras[:, 0, 0, 2], centre[2], 45.0), (ras[0, :, 0, 1], centre[1], 62.0), (ras[0, 0, :, 0], centre[0], 62.0)))
    right, front, up = np.moveaxis((ras[box] - centre) @ vertebra.frame.T, -1, 0)
    share = (front + vertebra.half_depth) / (2 * vertebra.half_depth)
    # wedging lowers the upper endplate in front
    ceiling = vertebra.rear_height / 2 - np.clip(share, 0, 1) * (vertebra.rear_height - vertebra.front_height)
    floor = -vertebra.rear_height / 2

    def body(margin: float) -> np.ndarray:
        wall = np.abs(right / (vertebra.half_width - margin)) ** 2.6
        wall = wall + np.abs(front / (vertebra.half_depth - margin)) ** 2.6
        return (wall < 1) & (up < ceiling - margin) & (up > floor + margin)

    part, tags = values[box], labels[box]
    behind = -vertebra.half_depth - 9.0
    ring = np.hypot(right / 1.3, front - behind)
    pedicle_height = (up > -0.05 * vertebra.rear_height) & (up < 0.45 * vertebra.rear_height)
    lamina_height = np.abs(up) < 0.42 * vertebra.rear_height
    arch = (ring > 8) & (ring < 13) & ((front < behind + 3) & lamina_height | (np.abs(right) > 9) & pedicle_height
                                       & (front < -vertebra.half_depth + 2))
    spinous = (np.abs(right) < 3) & (front < behind - 9) & (front > behind - 28) & (np.abs(up + 3) < 6)
    transverse = (np.abs(up - 4) < 4) & (np.abs(front - behind - 2) < 4) & (np.abs(right) > 12) & (np.abs(right) < 36)
    part[arch | spinous | transverse] = ARCH
    if vertebra.sacral:
        tall = 0.45 * vertebra.rear_height
        wing = (np.abs(up) < tall) & (np.abs(front + 2) < 13) & (np.abs(right) < 52)
        shell = wing & ~((np.abs(up) < tall - 2) & (np.abs(front + 2) < 11) & (np.abs(right) < 50))
        part[wing], part[shell] = marrow + 10, CORTEX
        outer = body(0.0)
        part[outer & ~body(CORTEX_MM) & ~wing] = CORTEX
        part[outer & (body(CORTEX_MM) | wing)] = marrow
        part[(np.abs(up) > tall) & outer] = CORTEX
    else:
        part[body(0.0)], part[body(CORTEX_MM)] = CORTEX, marrow
        tags[body(0.0)] = number
