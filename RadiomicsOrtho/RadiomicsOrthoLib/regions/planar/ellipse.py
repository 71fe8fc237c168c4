"""An ellipse on a 2-D image as pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...errors import InputError
from .plane import Plane


@dataclass(frozen=True)
class Ellipse:
    """``centre`` (2,), unit vector ``along`` (2,) of one axis, and the half axes along and across it, in the plane."""

    centre: np.ndarray
    along: np.ndarray
    half_along: float
    half_across: float

    def mask(self, plane: Plane) -> np.ndarray:
        """Mask (rows, columns) of the pixels whose centres lie in the ellipse or on it.

        InputError if the ellipse reaches beyond the image.
        """
        across = np.array([-self.along[1], self.along[0]])
        reach = np.hypot(self.half_along * self.along, self.half_across * across)
        if not plane.holds(np.stack([self.centre - reach, self.centre + reach])):
            raise InputError("The ellipse reaches beyond the image; make it smaller or move it.")
        rows, columns = plane.centres()
        rows, columns = rows - self.centre[0], columns - self.centre[1]
        u = (rows * self.along[0] + columns * self.along[1]) / self.half_along
        v = (rows * across[0] + columns * across[1]) / self.half_across
        return u**2 + v**2 <= 1


def ellipse(points: np.ndarray) -> Ellipse:
    """The ellipse of three plane positions (3, 2): centre, end of one axis, and how far it reaches across.

    The third point need not lie on the other axis: its distance from the first one is the other half axis.
    InputError if two points are equal, or all on one line.
    """
    centre, end, side = np.asarray(points, float)
    half_along = float(np.linalg.norm(end - centre))
    if half_along == 0:
        raise InputError("The first two points of the ellipse are the same; give its centre and the end of one axis.")
    along = (end - centre) / half_along
    half_across = abs(float(along[0] * (side - centre)[1] - along[1] * (side - centre)[0]))
    if half_across <= 1e-9 * half_along:
        raise InputError("The three points of the ellipse lie on one line; the third says how wide it is.")
    return Ellipse(centre, along, half_along, half_across)
