"""The side walls of the bodies: they hardly show on MR, so those of one spine are sought together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .contrast import LogField
from .rectangle import Rectangle
from .sagittal import edge

#: where a wall may lie beside the sagittal plane (mm)
PLACES_MM = np.arange(13.0, 33.01, 0.5)
#: width of a body as a multiple of its depth, and what leaving it by a tenth costs
USUAL_RATIO, RATIO_COST = 1.22, 0.05
#: what a wall that lies 1 mm further out than that of the next body costs (squared)
STEP_COST = 0.03
#: what a shift of the middle by 1 mm costs (squared), and the largest
SHIFT_COST, MOST_SHIFT_MM = 0.02, 6.0
#: half the length over which a change is taken (mm)
REACH_MM = 1.5
#: what 1 mm of marrow's brightness beyond the wall, or of another one within, costs; brightness counts little
UNLIKE_COST, UNLIKE = 0.03, 0.2


def side_walls(field: LogField, bodies: Sequence[Rectangle]) -> list[tuple[float, float]]:
    """Distance in mm from the centre of each body to its right and left wall."""
    found = []
    for sign in (1, -1):
        cost = np.stack([_cost(field, body, sign) + _ratio_cost(PLACES_MM, body) for body in bodies])
        found.append(_smoothest(cost))
    return list(zip(*found, strict=True))


def lateral_shift(field: LogField, body: Rectangle) -> float:
    """By how many mm to the right the middle between the walls of a body lies from its centre."""
    right, left = (_cost(field, body, sign) for sign in (1, -1))
    width, shift = (PLACES_MM[:, None] + PLACES_MM) / 2, (PLACES_MM[:, None] - PLACES_MM) / 2
    cost = right[:, None] + left + 2 * _ratio_cost(width, body) + SHIFT_COST * shift**2
    cost[np.abs(shift) > MOST_SHIFT_MM] = np.inf
    return float(shift.flat[np.argmin(cost)])


def _cost(field: LogField, body: Rectangle, sign: int) -> np.ndarray:
    ahead, up = np.meshgrid(np.linspace(-0.4, 0.6, 9) * body.half_depth, np.linspace(-0.6, 0.6, 7) * body.half_height)
    patch = body.centre + ahead.reshape(-1, 1) * body.axes[1] + up.reshape(-1, 1) * body.axes[2]

    def at(places: np.ndarray) -> np.ndarray:
        return field(patch + sign * places[:, None, None] * body.axes[0])

    change = np.mean(edge(at(PLACES_MM - REACH_MM), at(PLACES_MM + REACH_MM), body.brightness, 1.0), axis=1)
    unlike = np.clip(np.mean(np.abs(at(PLACES_MM) - body.brightness), axis=1) / UNLIKE - 1.0, -1.0, 1.0)
    unlike = UNLIKE_COST * np.cumsum(unlike) * (PLACES_MM[1] - PLACES_MM[0])
    return unlike - change


def _ratio_cost(half_width: np.ndarray, body: Rectangle) -> np.ndarray:
    return RATIO_COST * ((half_width / body.half_depth - USUAL_RATIO) / 0.1) ** 2


def _smoothest(cost: np.ndarray) -> list[float]:
    """The places (bodies,) with the least sum of ``cost`` (bodies, places) and of steps from body to body."""
    step = STEP_COST * (PLACES_MM[:, None] - PLACES_MM) ** 2
    total, came = cost[0], []
    for row in cost[1:]:
        ways = total[:, None] + step
        came.append(ways.argmin(axis=0))
        total = ways.min(axis=0) + row
    path = [int(total.argmin())]
    for back in came[::-1]:
        path.append(int(back[path[-1]]))
    return [float(PLACES_MM[n]) for n in path[::-1]]
