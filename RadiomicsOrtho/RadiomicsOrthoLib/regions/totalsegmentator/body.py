"""The vertebral body in a label of a whole vertebra.

TotalSegmentator's vertebrae have their arches.  The body is the thick part: it is what an
opening with a ball wider than pedicles and processes leaves, grown back by the little that the ball
took off the body's edges, and cut off behind.  This project's own; against reference bodies at 3 mm its Dice is in
``docs/regions-totalsegmentator.md``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from ...imaging.geometry import Geometry
from ..trabecular import depth_below_surface

METHOD = "body by opening, version 1"
#: half the thickness of a body is more than this everywhere in its middle; that of a pedicle or process is not (mm)
BALL_MM = 6.0
#: in small bodies (neck, upper thorax) the ball is smaller: this share of the greatest depth
BALL_SHARE = 0.6
#: a ball leaves out the edges of a body by this much (mm)
EDGE_MM = 3.5
#: nothing is nearer to the arch than the rear of what the ball left, but for this (mm)
BEHIND_MM = 1.0
#: with an arch, the middle of a vertebra lies farther than this behind that of its body (mm); without, all is body
NO_ARCH_MM = 2.0
#: a label this deep nowhere has no body in it: a process or a sliver
LEAST_DEPTH_MM = 3.5


@dataclass(frozen=True)
class WholeVertebra:
    """A whole vertebra's mask in its box, with the body in it (k, j, i), and the centres of body and whole (RAS mm)."""

    box: tuple[slice, slice, slice]
    mask: np.ndarray
    body: np.ndarray
    body_centre: np.ndarray
    centre: np.ndarray


def body_in(mask: np.ndarray, geometry: Geometry, box: tuple[slice, slice, slice]) -> WholeVertebra | None:
    """The body in ``mask`` (the whole vertebra in the array's ``box``); ``None`` if it has none."""
    spacing = geometry.spacing_kji
    depth = depth_below_surface(mask, spacing)
    deepest = float(depth.max())
    if deepest < LEAST_DEPTH_MM:
        return None
    ball = min(BALL_MM, BALL_SHARE * deepest)
    deep = _largest_part(depth >= ball)
    distance = ndimage.distance_transform_edt(~deep, sampling=spacing)
    opened = mask & (distance <= ball)
    body = mask & (distance <= ball + EDGE_MM)
    start = np.array([side.start for side in box])
    centre = geometry.to_ras(np.argwhere(mask).mean(axis=0) + start)
    body_centre = geometry.to_ras(np.argwhere(opened).mean(axis=0) + start)
    behind = centre - body_centre
    if np.linalg.norm(behind) <= NO_ARCH_MM:
        body = mask
    else:
        # the arch lies behind: what sticks out towards it, above and below the pedicles too, is no body
        behind = behind * [1.0, 1.0, 0.0]
        behind /= max(float(np.linalg.norm(behind)), 1e-6)
        along = (geometry.to_ras(np.stack(np.indices(mask.shape), -1) + start) - body_centre) @ behind
        body &= along <= np.quantile(along[opened], 0.98) + BEHIND_MM
    body = _largest_part(body)
    return WholeVertebra(box, mask, body, geometry.to_ras(np.argwhere(body).mean(axis=0) + start), centre)


def cropped(array: np.ndarray, value: int, box: tuple[slice, slice, slice]) -> tuple[tuple[slice, ...], np.ndarray]:
    """The mask of a label with a voxel of room round its box, and that box."""
    grown = tuple(slice(max(side.start - 1, 0), min(side.stop + 1, size))
                  for side, size in zip(box, array.shape, strict=True))
    return grown, array[grown] == value


def _largest_part(mask: np.ndarray) -> np.ndarray:
    parts, count = ndimage.label(mask)
    return mask if count < 2 else parts == 1 + int(np.argmax(np.bincount(parts.ravel())[1:]))


