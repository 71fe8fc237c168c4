"""The straightened column: a frame that runs up the middle of the vertebral bodies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from ..sampling import HuField
from .canal import Canal

#: step along the column
STEP_MM = 1.0
#: the column is carried on beyond the canal's ends: a tilted body lies higher or lower than the canal behind it
EXTENSION_MM = 25.0
#: smoothing (SD) of the canal, of the walls and of the middle line: about a third of a vertebra
CANAL_SD_MM, WALL_SD_MM, MIDDLE_SD_MM = 10.0, 6.0, 6.0
#: where the rear and the front wall of a body may lie, in front of the canal's middle
REAR_MM, FRONT_MM = (3.0, 20.0), (20.0, 60.0)
#: half width of the strip in which they are looked for
STRIP_MM = 12.0
#: share of the strip's width that must have left the bone where the front wall is
FRONT_QUANTILE = 0.42
#: a drop (HU/mm) is as good as a steeper one; a drop this far (mm) in front of another loses this share of it
FULL_DROP, VESSEL_GAP_MM, EARLIER_EXIT = 20.0, 6.0, 0.7
#: the shallowest body (mm)
SHALLOWEST_MM = 12.0
#: gradient (HU/mm) that a wall's move by one millimetre per millimetre must bring
WALL_STIFFNESS = 2.0
#: soft tissue below and dense cortex above say nothing about where bone begins
WINDOW_HU = (-100.0, 400.0)


@dataclass(frozen=True)
class Column:
    """Positions along the middle of the bodies, from below upwards, ``STEP_MM`` apart.

    ``middle`` and ``canal`` are RAS mm (n, 3); ``right``, ``front`` and ``up`` unit vectors
    (n, 3) of a right-handed frame; ``half_depth`` (n,) is half the distance between the
    front and rear walls in mm; ``inside`` (n,) says whether the whole depth of the body lies in the scan there.
    """

    middle: np.ndarray
    canal: np.ndarray
    right: np.ndarray
    front: np.ndarray
    up: np.ndarray
    half_depth: np.ndarray
    inside: np.ndarray

    def __len__(self) -> int:
        return len(self.middle)

    def at(self, q: float) -> tuple[np.ndarray, np.ndarray]:
        """Position (3,) and frame (3, 3; rows right, front, up) at index ``q``; straight beyond the ends."""
        inner = float(np.clip(q, 0, len(self) - 1))
        low = min(int(inner), len(self) - 2)
        share = inner - low

        def between(values: np.ndarray) -> np.ndarray:
            return values[low] * (1 - share) + values[low + 1] * share

        up = _unit(between(self.up))
        front = _unit(_without(between(self.front), up))
        position = between(self.middle) + (q - inner) * STEP_MM * up
        return position, np.stack([np.cross(front, up), front, up])


def straighten(field: HuField, canal: Canal) -> Column:
    """The column in front of a canal."""
    behind = _evenly(_smooth_canal(canal))
    up, front = _frames(behind)
    right = np.cross(front, up)
    rear, fore = _walls(field, behind, right, front)
    middle = behind + ((rear + fore) / 2)[:, None] * front
    middle = ndimage.gaussian_filter1d(middle, MIDDLE_SD_MM / STEP_MM, axis=0, mode="nearest")
    # from here on the steps are even along the middle of the bodies
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(middle, axis=0), axis=1))])
    even = np.arange(0.0, length[-1], STEP_MM)

    def on_middle(values: np.ndarray) -> np.ndarray:
        columns = values.reshape(len(values), -1).T
        return np.stack([np.interp(even, length, c) for c in columns], -1).reshape(len(even), *values.shape[1:])

    middle, behind = on_middle(middle), on_middle(behind)
    up = _unit(np.gradient(middle, axis=0))
    front = _unit(_without(on_middle(front), up))
    half_depth = on_middle((fore - rear) / 2)
    walls = [middle + sign * half_depth[:, None] * front for sign in (-1, 1)]
    return Column(middle, behind, np.cross(front, up), front, up, half_depth,
                  field.inside(walls[0]) & field.inside(walls[1]))


def _smooth_canal(canal: Canal) -> np.ndarray:
    step = float(np.linalg.norm(np.diff(canal.points[:, 2:], axis=0), axis=1).mean())
    smooth = ndimage.gaussian_filter1d(canal.points, CANAL_SD_MM / step, axis=0, mode="nearest")
    smooth[:, 2] = canal.points[:, 2]
    # smoothing with a held end bends the end; the trend of the last stretch does not
    count = max(2, int(EXTENSION_MM / step))
    ends = []
    for piece, sign in ((smooth[:count], -1), (smooth[-count:], 1)):
        slope = np.polyfit(piece[:, 2], piece[:, :2], 1)[0]
        heading = _unit(np.array([*slope, 1.0])) * sign
        start = piece[0] if sign < 0 else piece[-1]
        ends.append(start + heading * np.arange(step, EXTENSION_MM, step)[:, None])
    return np.concatenate([ends[0][::-1], smooth, ends[1]])


def _evenly(points: np.ndarray) -> np.ndarray:
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    even = np.arange(0.0, length[-1], STEP_MM)
    return np.stack([np.interp(even, length, axis) for axis in points.T], -1)


def _frames(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors up along the line and to the front, square to it."""
    up = _unit(np.gradient(ndimage.gaussian_filter1d(points, 8.0 / STEP_MM, axis=0, mode="nearest"), axis=0))
    front = _unit(_without(np.broadcast_to([0.0, 1.0, 0.0], up.shape), up))
    return up, front


def _walls(field: HuField, behind: np.ndarray, right: np.ndarray, front: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distances (n,) in mm from the canal's middle to the rear and the front wall, in the mid-sagittal strip."""
    depth = np.arange(-5.0, 75.0, 1.0)
    aside = np.arange(-STRIP_MM, STRIP_MM + 0.1, 2.0)
    points = behind[:, None, None] + depth[:, None, None] * front[:, None, None] \
        + aside[:, None] * right[:, None, None]
    values = _held_at_edges(np.clip(field(points), *WINDOW_HU), field.inside(points))
    slopes = []
    # the median over the width for the rear wall; less for the front wall, before which an enhanced aorta may lie
    for share in (0.5, FRONT_QUANTILE):
        strip = np.quantile(values, share, axis=-1)
        smooth = ndimage.gaussian_filter(strip, (9.0 / STEP_MM, 1.5), mode="nearest")
        slopes.append(np.gradient(smooth, axis=1))
    rear = _wall_line(slopes[0], depth, REAR_MM)
    # the first exit from the bone, not that from a bright vessel before it
    drop = np.clip(-slopes[1], 0.0, FULL_DROP)
    earlier = np.where(depth >= rear[:, None] + SHALLOWEST_MM, drop, 0.0)
    earlier = np.maximum.accumulate(earlier, axis=1)
    apart = int(VESSEL_GAP_MM)
    drop[:, apart:] -= EARLIER_EXIT * earlier[:, :-apart]
    fore = _wall_line(drop, depth, FRONT_MM)
    return rear, fore


def _wall_line(gain: np.ndarray, depth: np.ndarray, limits: tuple[float, float]) -> np.ndarray:
    gain = np.where((depth >= limits[0]) & (depth <= limits[1]), gain, -1e3)
    return ndimage.gaussian_filter1d(depth[_best_line(gain, WALL_STIFFNESS)], WALL_SD_MM / STEP_MM)


def _held_at_edges(values: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """``values`` (n, depth, width) with what lies beyond the scan like the last place in it: its edge is no wall."""
    steps = np.arange(values.shape[1])[:, None]
    last = np.maximum.accumulate(np.where(inside, steps, 0), axis=1)
    return np.take_along_axis(values, last, axis=1)


def _best_line(gain: np.ndarray, stiffness: float) -> np.ndarray:
    """Column index (n,) in each row of ``gain`` (n, m) with the largest sum; neighbours differ by at most one."""
    total = gain[0].copy()
    origin = np.zeros(gain.shape, int)
    for row in range(1, len(gain)):
        choices = np.full((3, gain.shape[1]), -np.inf)
        choices[0, 1:] = total[:-1] - stiffness
        choices[1] = total
        choices[2, :-1] = total[1:] - stiffness
        origin[row] = choices.argmax(axis=0) - 1
        total = gain[row] + choices.max(axis=0)
    line = [int(total.argmax())]
    for row in range(len(gain) - 1, 0, -1):
        line.append(line[-1] + int(origin[row, line[-1]]))
    return np.array(line[::-1])


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def _without(vectors: np.ndarray, axis: np.ndarray) -> np.ndarray:
    """The part of ``vectors`` square to ``axis``."""
    return vectors - (vectors * axis).sum(-1, keepdims=True) * axis
