"""S1 among the bodies that were found: it lies far behind L5, and looks less like a body than those above it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...imaging.geometry import Geometry
from .bodies import Body
from .sagittal import scan_axes

#: lean of the line from S1 up to L5, with half of its turn against the next one (degrees).  On twelve training scans
#: 36 to 52 towards S1 and at most 28 elsewhere; the middle of it counts
SACRAL_LEAN = 32.0
#: a strong lordosis leans L5 as much; so only a body that is less sure than the others by this factor is taken for S1
DOUBTED = {"model": 0.93, "one-click": 0.65}


def without_sacral(bodies: Sequence[Body], geometry: Geometry, method: str) -> tuple[list[Body], list[Body]]:
    """``bodies`` from above downwards as those above the sacrum, and the sacral ones; ``method`` found them."""
    if len(bodies) < 2:
        return list(bodies), []
    axes = scan_axes(geometry)
    centres = np.array([geometry.to_ras(np.argwhere(body.mask)).mean(axis=0) for body in bodies]) @ axes.T
    steps = -np.diff(centres, axis=0)
    lean = np.rad2deg(np.arctan2(steps[:, 1], steps[:, 2]))
    turn = np.diff(lean, prepend=lean[:1])
    sureness = np.array([body.sureness for body in bodies])
    doubted = sureness[1:] < DOUBTED[method] * np.median(sureness)
    sacral = np.flatnonzero((lean + turn / 2 > SACRAL_LEAN) & doubted)
    first = int(sacral[0]) + 1 if sacral.size else len(bodies)
    return list(bodies[:first]), list(bodies[first:])
