"""A first shape of a body: two tilted endplates and a rounded wall between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from ..sampling import HuField
from .column import STEP_MM, Column
from .endplates import DiscEndplates, Endplate, Plane
from .sphere import sphere

#: an endplate that the scan does not show is assumed this far from the middle of its disc (mm)
UNSEEN_MM = 4.0
#: exponent of the super-ellipse of the wall: between an ellipse (2) and a box
WALL_EXPONENT = 2.6
#: exponent by which wall and endplates are joined with a rounded rim
RIM_EXPONENT = 8.0
#: half width of the strip in which a wall is looked for (mm)
WALL_STRIP_MM = 8.0
#: HU window in which walls are looked for: fat and lung alike outside, cortex no brighter than it need be
WALL_WINDOW_HU = (20.0, 500.0)

@dataclass(frozen=True)
class DiscEnd:
    """An end of a body: the place of the disc along the column and its endplates, if the scan shows them."""

    index: float
    endplates: DiscEndplates | None = None


@dataclass(frozen=True)
class BodyTemplate:
    """A star-shaped first shape in RAS mm.

    ``frame`` (3, 3) has the rows right, front, up.  ``radii`` (rays,) and ``normals``
    (rays, 3, RAS) belong to the rays of ``sphere()`` in that frame; ``is_wall`` (rays,) marks
    rays that meet the wall rather than an endplate.  ``caps`` are the middle planes of the
    discs, which the body must not cross; ``cut`` says which end the scan cuts off (-1 the
    lower, 1 the upper, 0 none).
    """

    centre: np.ndarray
    frame: np.ndarray
    radii: np.ndarray
    normals: np.ndarray
    is_wall: np.ndarray
    endplates: tuple[Plane, Plane]
    caps: tuple[Plane, ...]
    half_width: float
    half_depth: float
    cut: int = 0

    @property
    def height(self) -> float:
        """Distance between the endplates along the body's axis, in mm."""
        lower, upper = self.endplates
        return float((upper.point - lower.point) @ self.frame[2])

    def rays(self) -> np.ndarray:
        """Unit vectors (rays, 3) in RAS."""
        return sphere().directions @ self.frame


def body_template(field: HuField, column: Column, lower: DiscEnd, upper: DiscEnd, cut: int = 0) -> BodyTemplate:
    """The template of the body between two discs."""
    ends = [(end, None if cut == sign else end.endplates) for end, sign in ((lower, -1), (upper, 1))]
    planes = tuple((beside.over if sign < 0 else beside.under) if beside else _level_plane(column, end.index, sign)
                   for (end, beside), sign in zip(ends, (-1, 1), strict=True))
    caps = tuple(Plane(beside.middle.point, sign * beside.middle.normal)
                 for (_, beside), sign in zip(ends, (-1, 1), strict=True) if beside)
    middle = (lower.index + upper.index) / 2
    centre, frame = column.at(middle)
    height = float((planes[1].point - planes[0].point) @ frame[2])
    depth = float(np.interp(middle, np.arange(len(column)), column.half_depth))
    front, rear, right, left = _walls(field, centre, frame, max(3.0, 0.22 * height), depth)
    centre = centre + np.array([(right - left) / 2, (front - rear) / 2, 0.0]) @ frame
    # the centre half way between the endplates, along the axis through it
    to_upper, to_lower = (-plane.height(centre) / (plane.normal @ frame[2]) for plane in (planes[1], planes[0]))
    centre = centre + (to_upper + to_lower) / 2 * frame[2]
    return shaped(centre, frame, (right + left) / 2, (front + rear) / 2, tuple(planes), caps, cut)


def shaped(centre: np.ndarray, frame: np.ndarray, half_width: float, half_depth: float,
           endplates: tuple[Plane, Plane], caps: tuple[Plane, ...], cut: int = 0) -> BodyTemplate:
    """A template of the given measures."""
    directions = sphere().directions
    across, along = np.abs(directions[:, 0] / half_width), np.abs(directions[:, 1] / half_depth)
    inverse = [np.maximum(across**WALL_EXPONENT + along**WALL_EXPONENT, 1e-9) ** (1 / WALL_EXPONENT)]
    normal = np.stack([np.sign(directions[:, 0]) * across ** (WALL_EXPONENT - 1) / half_width,
                       np.sign(directions[:, 1]) * along ** (WALL_EXPONENT - 1) / half_depth,
                       np.zeros(len(directions))], -1)
    normals = [_unit(normal + 1e-12)]
    for plane in endplates:
        local = frame @ plane.normal
        facing, away = np.maximum(directions @ local, 0.0), max(-plane.height(centre), 2.0)
        if isinstance(plane, Endplate):
            # the rim's height less the bowl where the ray meets the rim's plane
            met = centre + directions @ frame * (away / np.maximum(facing, 0.05))[:, None]
            away = np.maximum(away - plane.sunk(met), 2.0)
        inverse.append(facing / away)
        normals.append(np.broadcast_to(local, directions.shape))
    inverse = np.stack(inverse)
    joined = (inverse**RIM_EXPONENT).sum(axis=0) ** (1 / RIM_EXPONENT)
    weight = (inverse / joined) ** (RIM_EXPONENT - 1)
    local = _unit((weight[..., None] * np.stack(normals)).sum(axis=0))
    return BodyTemplate(centre, frame, 1 / joined, local @ frame, weight.argmax(axis=0) == 0, endplates, caps,
                        half_width, half_depth, cut)


def _level_plane(column: Column, index: float, sign: int) -> Plane:
    """An endplate that the scan does not show, square to the column."""
    point, frame = column.at(index - sign * UNSEEN_MM / STEP_MM)
    return Plane(point, sign * frame[2])


def _walls(field: HuField, centre: np.ndarray, frame: np.ndarray, half_height: float,
           depth: float) -> tuple[float, float, float, float]:
    """Distances in mm from the centre to the front, rear, right and left walls at mid height."""
    def edge(axis: int, sign: int, farthest: float, low: float, high: float, expected: float) -> float:
        out = np.arange(5.0, farthest, 0.5)
        aside, rise = np.meshgrid(np.arange(-WALL_STRIP_MM, WALL_STRIP_MM + 0.1, 2.0),
                                  np.arange(-half_height, half_height + 0.1, 2.0))
        points = np.zeros((len(out), aside.size, 3))
        points[..., axis] = sign * out[:, None]
        points[..., 1 - axis] = aside.ravel()
        points[..., 2] = rise.ravel()
        if axis == 0:
            # the sides are met in front of the pedicles
            points[..., 1] += 4.0
        values = np.clip(field(centre + points @ frame), *WALL_WINDOW_HU).reshape(len(out), *aside.shape)
        # the median over the width: a vessel lies before one side only
        profile = ndimage.gaussian_filter1d(np.median(values.mean(axis=1), axis=1), 2)
        gain = -np.gradient(profile, out) - 0.5 * np.abs(out - expected)
        gain[(out < low) | (out > high)] = -np.inf
        return float(out[gain.argmax()])

    return (edge(1, 1, 40.0, 0.70 * depth, 1.35 * depth, depth), edge(1, -1, 40.0, 0.65 * depth, 1.3 * depth, depth),
            edge(0, 1, 50.0, 0.75 * depth, 1.9 * depth, 1.25 * depth),
            edge(0, -1, 50.0, 0.75 * depth, 1.9 * depth, 1.25 * depth))


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
