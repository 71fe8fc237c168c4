"""From a rectangle in the sagittal plane to the surface of a body: endplates, template, strongest edge."""

from __future__ import annotations

import numpy as np

from ..vertebra.endplates import Plane
from ..vertebra.sphere import sphere
from ..vertebra.surface import BodySurface, minimum_closure
from ..vertebra.template import BodyTemplate
from .contrast import LogField
from .rectangle import Rectangle
from .sagittal import edge
from .template import waisted

#: endplates and walls are looked for this near to the rectangle (mm) and turned by up to so much (degrees)
SIDE_SHIFTS_MM, SIDE_TURNS = np.arange(-5.0, 5.1, 0.5), np.arange(-14.0, 15.0, 2.0)
SHIFT_COST, TURN_COST = 0.15, 0.15
#: where the surface may lie against the template, and in which steps (mm)
OFFSETS_MM = np.arange(-5.0, 5.01, 0.5)
#: half the length over which an edge of the surface is taken: no less than this (mm), half a voxel where that is more
EDGE_REACH_MM = 1.25
#: the brightness falls at the inner border of the dark rim; the body ends in its middle (mm)
RIM_MM = 1.2
#: what lying 6 mm from the template costs
FAR_COST = 0.4
#: at the side walls, which hardly show, it costs so much more
SIDE_FAR = 2.0
#: what 0.5 mm of another brightness than the marrow's costs; another is what lies further from it (logarithm) than
#: this, or than so many standard deviations within the body: in patchy marrow brightness says little
UNLIKE_COST, UNLIKE, UNLIKE_DEVIATIONS = 0.15, 0.13, 3.0


def body_surface(field: LogField, rectangle: Rectangle, sides: tuple[float, float],
                 caps: tuple[Plane, ...]) -> BodySurface:
    """The surface of the body.

    ``sides`` are the distances of the right and left wall (mm), ``caps`` planes in the discs which it does not cross.
    """
    return optimal_surface(field, body_template(field, rectangle, sides, caps), rectangle)


def body_template(field: LogField, rectangle: Rectangle, sides: tuple[float, float],
                  caps: tuple[Plane, ...]) -> BodyTemplate:
    """Two endplates and a rounded wall, from the rectangle."""
    axes = rectangle.axes
    right, left = sides
    ends = [_turned_side(field, rectangle, 2, sign) for sign in (-1, 1)]
    front, rear = (_turned_side(field, rectangle, 1, sign).point - rectangle.centre for sign in (1, -1))
    front, rear = float(front @ axes[1]), float(-rear @ axes[1])
    centre = rectangle.centre + (right - left) / 2 * axes[0] + (front - rear) / 2 * axes[1]
    to_upper, to_lower = (-plane.height(centre) / (plane.normal @ axes[2]) for plane in (ends[1], ends[0]))
    centre = centre + (to_upper + to_lower) / 2 * axes[2]
    return waisted(centre, axes, (right + left) / 2, (front + rear) / 2, tuple(ends), caps)


def optimal_surface(field: LogField, template: BodyTemplate, rectangle: Rectangle) -> BodySurface:
    """The surface near the template along the strongest edges, by one minimum cut."""
    distance = np.maximum(template.radii[:, None] + OFFSETS_MM, 2.0)
    positions = template.centre + template.rays()[:, None] * distance[..., None]
    voxel = np.linalg.norm(template.normals @ np.asarray(field.geometry.direction).reshape(3, 3)
                           * np.asarray(field.geometry.spacing), axis=-1)
    reach = np.clip(voxel / 2, EDGE_REACH_MM, 2.5)
    step = (reach[:, None] * template.normals)[:, None]
    lateral = (template.normals @ template.frame[0]) ** 2
    found = edge(field(positions - step), field(positions + step), rectangle.brightness, lateral[:, None])
    spread = max(UNLIKE, UNLIKE_DEVIATIONS * rectangle.unevenness)
    unlike = np.clip(np.abs(field(positions) - rectangle.brightness) / spread - 1.0, -1.0, 1.0)
    unlike = UNLIKE_COST * np.cumsum(unlike, axis=1)
    cost = unlike - found + FAR_COST * (1 + SIDE_FAR * lateral[:, None]) * (OFFSETS_MM / 6.0) ** 2
    for cap in template.caps:
        cost = cost + 3.0 * np.clip(cap.height(positions) + 0.5, 0.0, 1.0)
    level = minimum_closure(cost)
    slant = np.clip((template.rays() * template.normals).sum(-1), 0.4, 1.0)
    rim = RIM_MM * np.abs(template.normals @ template.frame[2]) / slant
    radii = np.maximum(template.radii + OFFSETS_MM[level] + rim, 1.0)
    return BodySurface(template, sphere().smoothed(radii), np.take_along_axis(found, level[:, None], axis=1)[:, 0])


def _turned_side(field: LogField, rectangle: Rectangle, axis: int, sign: int) -> Plane:
    """The endplate (axis 2) or wall (axis 1) near a side of the rectangle as a plane, its normal outwards."""
    outwards, along = sign * rectangle.axes[axis], rectangle.axes[3 - axis]
    half, length = (rectangle.half_height, rectangle.half_depth) if axis == 2 else (
        rectangle.half_depth, rectangle.half_height)
    places = np.linspace(-0.8, 0.8, 15) * length
    aside = np.array([-10.0, -5.0, 0.0, 5.0, 10.0])[:, None] * rectangle.axes[0]
    best, plane = -np.inf, None
    for turn in np.deg2rad(SIDE_TURNS):
        direction = np.cos(turn) * along + np.sin(turn) * outwards
        normal = np.cos(turn) * outwards - np.sin(turn) * along
        line = (places[:, None] * direction)[:, None] + aside
        points = rectangle.centre + (half + SIDE_SHIFTS_MM)[:, None, None, None] * outwards + line
        drop = edge(field(points - EDGE_REACH_MM * normal), field(points + EDGE_REACH_MM * normal),
                    rectangle.brightness).mean(axis=(1, 2))
        score = drop - SHIFT_COST * (SIDE_SHIFTS_MM / 5.0) ** 2 - TURN_COST * (turn / np.deg2rad(14)) ** 2
        n = int(np.argmax(score))
        if score[n] > best:
            best, plane = float(score[n]), Plane(rectangle.centre + (half + SIDE_SHIFTS_MM[n]) * outwards, normal)
    return plane
