"""From the rectangle of the clicked body to those above and below it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from .contrast import LogField
from .rectangle import Expected, Rectangle, best_rectangle
from .side_walls import lateral_shift

#: the clicked body: how it may lean (degrees) and how far its centre may lie from the click (mm)
CLICK_TILTS, CLICK_REACH_MM = np.arange(-50.0, 51.0, 5.0), (14.0, 14.0)
#: the marrow's brightness is the median within this distance of the click (mm)
MARROW_MM = 5.0
#: its neighbour leans by so much more or less, lies behind a disc of this height and up to so much to front or rear
NEXT_TILTS = np.arange(-25.0, 31.0, 5.0)
DISC_MM, NEXT_REACH_MM = 13.0, (9.0, 9.0)
#: a spine that bends to the side does so over several bodies: this share of the last step sideways is expected again
DRIFT_SHARE = 0.7
#: spread of the size from body to body (logarithm)
NEXT_SPREAD = 0.12
#: a rectangle worse than this is no body
LEAST_SCORE = 0.03
#: the chain is at most this long in each direction
MOST = 12


def clicked_rectangle(field: LogField, seed: np.ndarray, axes: np.ndarray) -> Rectangle:
    """The best rectangle round the click."""
    steps = np.linspace(-MARROW_MM, MARROW_MM, 7)
    around = seed + np.stack(np.meshgrid(steps, steps, steps), -1).reshape(-1, 3) @ axes
    expected = Expected(seed, axes, np.deg2rad(CLICK_TILTS), CLICK_REACH_MM, float(np.median(field(around))),
                        holds_centre=True)
    return centred(field, best_rectangle(field, expected))


def chain(field: LogField, first: Rectangle, check: Callable[[], None]) -> list[Rectangle]:
    """The bodies from above downwards, with the clicked one among them; ``check`` may raise to stop."""
    above, below = [], []
    for found, sign in ((above, 1), (below, -1)):
        last, drift = first, 0.0
        while len(found) < MOST:
            check()
            following = neighbour(field, last, sign, drift)
            if following is None:
                break
            drift = DRIFT_SHARE * float((following.centre - last.centre) @ first.axes[0])
            last = following
            found.append(last)
    return [*above[::-1], first, *below]


def neighbour(field: LogField, body: Rectangle, sign: int, drift: float) -> Rectangle | None:
    """The body above (``sign`` 1) or below; ``None`` where none is seen or the scan ends.

    ``drift`` is by how many mm to the right it is expected to lie.
    """
    away = 2 * body.half_height + DISC_MM
    # half of the bend of the spine is not known yet: look straight on
    centre = body.centre + sign * away * body.axes[2] + drift * body.axes[0]
    found = best_rectangle(field, Expected(centre, body.axes, np.deg2rad(NEXT_TILTS), NEXT_REACH_MM, body.brightness,
                                           body.half_depth, body.half_height, NEXT_SPREAD))
    if found.score < LEAST_SCORE:
        return None
    return centred(field, found) if within(field, found) else None


def centred(field: LogField, body: Rectangle) -> Rectangle:
    """Moved sideways to half way between its walls: a spine may bend to the side, and a click lie beside the middle."""
    return replace(body, centre=body.centre + lateral_shift(field, body) * body.axes[0])


def within(field: LogField, body: Rectangle) -> bool:
    """True if the scan shows all four corners."""
    corners = [body.centre + a * body.half_depth * body.axes[1] + h * body.half_height * body.axes[2]
               for a in (-1, 1) for h in (-1, 1)]
    return bool(field.inside(np.array(corners)).all())
