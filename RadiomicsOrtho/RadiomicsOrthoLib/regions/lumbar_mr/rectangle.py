"""A vertebral body in the sagittal picture: the upright rectangle whose four sides lie on edges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .contrast import LogField
from .sagittal import PIXEL_MM, Picture, tilted

#: a side need not be straight: endplates are hollow, walls waisted; the best edge this near counts (mm)
BOW_MM = 2.0
#: the middle part of a side that has to lie on an edge
SIDE_SHARE = 0.8
#: the inside is what lies within this share of the half sizes
INSIDE_SHARE = 0.9
#: what an uneven inside costs: this much at a standard deviation of the logarithm of ``UNEVEN``
UNEVEN_COST, UNEVEN = 0.5, 0.13
#: usual half depth (mm) and ratio of depth to height of adult bodies from T11 to L5, and their spread (logarithm)
USUAL_HALF_DEPTH, DEPTH_SPREAD = 16.5, 0.16
USUAL_RATIO, RATIO_SPREAD = 1.25, 0.16
#: what one standard deviation from the expected size, place or brightness costs
SIZE_COST, BRIGHTNESS_COST, BRIGHTNESS_SPREAD = 0.05, 0.1, 0.3
HALF_DEPTHS, HALF_HEIGHTS = np.arange(11.0, 23.0), np.arange(7.0, 19.0)


@dataclass(frozen=True)
class Rectangle:
    """Centre (RAS mm), axes (right, front, up), half sizes (mm); edges of its upper, lower, front and rear side."""

    centre: np.ndarray
    axes: np.ndarray
    half_depth: float
    half_height: float
    sides: tuple[float, float, float, float]
    brightness: float
    unevenness: float
    score: float


@dataclass(frozen=True)
class Expected:
    """What is known before a body is looked for.

    ``centre`` (RAS mm) and ``reach_mm`` (to the front, up) say where, ``axes`` and ``tilts`` (radians) how it leans,
    ``brightness`` how bright its marrow is; the half sizes vary by ``spread`` (logarithm), without them adult bodies
    are meant; with ``holds_centre`` the body must hold the centre.
    """

    centre: np.ndarray
    axes: np.ndarray
    tilts: Sequence[float]
    reach_mm: tuple[float, float]
    brightness: float
    half_depth: float = 0.0
    half_height: float = 0.0
    spread: float = 0.0
    holds_centre: bool = False


def best_rectangle(field: LogField, expected: Expected) -> Rectangle:
    """The best one, however bad."""
    found = [_best_at(field, expected, tilt) for tilt in expected.tilts]
    return max(found, key=lambda rectangle: rectangle.score)


def _best_at(field: LogField, expected: Expected, tilt: float) -> Rectangle:
    axes = tilted(expected.axes, tilt)
    depths, heights = _sizes(expected)
    front_reach, up_reach = (round(reach / PIXEL_MM) for reach in expected.reach_mm)
    half = max(front_reach + depths[-1], up_reach + heights[-1]) + BOW_MM + 3.0
    picture = Picture.of(field, expected.centre, axes, half)
    middle = len(picture.values) // 2
    up = np.arange(middle - up_reach, middle + up_reach + 1)[:, None]
    front = np.arange(middle - front_reach, middle + front_reach + 1)[None]
    bowed = [_bowed(drop, axis) for drop, axis in zip(picture.edges(expected.brightness), (0, 0, 1, 1), strict=True)]
    sums = _Sums(picture.values)
    along_front = {depth: [_mean_along(bowed[n], 1, SIDE_SHARE * depth) for n in (0, 1)] for depth in depths}
    along_up = {height: [_mean_along(bowed[n], 0, SIDE_SHARE * height) for n in (2, 3)] for height in heights}
    best, chosen = -np.inf, None
    for depth in depths:
        for height in heights:
            a, h = round(depth / PIXEL_MM), round(height / PIXEL_MM)
            sides = [along_front[depth][0][up + h, front], along_front[depth][1][up - h, front],
                     along_up[height][0][up, front + a], along_up[height][1][up, front - a]]
            mean, deviation = sums.mean_and_deviation(up, front, round(INSIDE_SHARE * h), round(INSIDE_SHARE * a))
            score = sum(sides) / 4 + 0.25 * np.minimum(sides[0], sides[1]) - UNEVEN_COST * deviation / UNEVEN
            score = score - _size_cost(depth, height, expected)
            score = score - BRIGHTNESS_COST * ((mean - expected.brightness) / BRIGHTNESS_SPREAD).clip(-2, 2) ** 2
            if expected.holds_centre:
                score = np.where((np.abs(up - middle) <= h) & (np.abs(front - middle) <= a), score, -np.inf)
            n = int(np.argmax(score))
            if score.flat[n] > best:
                best = float(score.flat[n])
                chosen = (depth, height, n, [float(side.flat[n]) for side in sides], float(mean.flat[n]),
                          float(deviation.flat[n]))
    depth, height, n, sides, mean, deviation = chosen
    row, column = np.unravel_index(n, (len(up), front.shape[1]))
    centre = expected.centre + ((row - up_reach) * axes[2] + (column - front_reach) * axes[1]) * PIXEL_MM
    return Rectangle(centre, axes, depth, height, tuple(sides), mean, deviation, best)


def _sizes(expected: Expected) -> tuple[np.ndarray, np.ndarray]:
    if not expected.half_depth:
        return HALF_DEPTHS, HALF_HEIGHTS
    limit = np.exp(2 * expected.spread)
    return tuple(np.arange(np.floor(size / limit), np.ceil(size * limit) + 1)
                 for size in (expected.half_depth, expected.half_height))


def _size_cost(depth: float, height: float, expected: Expected) -> float:
    if expected.half_depth:
        away = (np.log(depth / expected.half_depth) / expected.spread) ** 2 \
            + (np.log(height / expected.half_height) / expected.spread) ** 2
    else:
        away = (np.log(depth / USUAL_HALF_DEPTH) / DEPTH_SPREAD) ** 2 \
            + (np.log(depth / height / USUAL_RATIO) / RATIO_SPREAD) ** 2
    return SIZE_COST * float(away)


def _bowed(drop: np.ndarray, axis: int) -> np.ndarray:
    from scipy import ndimage

    return ndimage.maximum_filter1d(drop, 2 * round(BOW_MM / PIXEL_MM) + 1, axis=axis)


def _mean_along(values: np.ndarray, axis: int, half: float) -> np.ndarray:
    from scipy import ndimage

    return ndimage.uniform_filter1d(values, 2 * round(half / PIXEL_MM) + 1, axis=axis)


class _Sums:
    """Means over upright boxes, from summed-area tables."""

    def __init__(self, values: np.ndarray):
        self.tables = [np.pad(power.astype(np.float64), ((1, 0), (1, 0))).cumsum(0).cumsum(1)
                       for power in (values, values.astype(np.float64) ** 2)]

    def mean_and_deviation(self, up, front, half_up: int, half_front: int) -> tuple[np.ndarray, np.ndarray]:
        count = (2 * half_up + 1) * (2 * half_front + 1)
        low_up, high_up, low_front, high_front = up - half_up, up + half_up + 1, front - half_front, \
            front + half_front + 1
        mean, square = ((table[high_up, high_front] - table[low_up, high_front] - table[high_up, low_front]
                         + table[low_up, low_front]) / count for table in self.tables)
        return mean, np.sqrt(np.maximum(square - mean**2, 0.0))
