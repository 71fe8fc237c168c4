"""How a vertebral body lies: its own directions and half sizes, and where its basivertebral vein runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from .vertebra.surface import BodySurface

#: the basivertebral vein enters in the middle of the rear wall and fans out towards the centre; as shares of half
#: width and half depth, and its half height as a share of the body's (anatomy; no published region exists)
VEIN_HALF_WIDTH, VEIN_FRONT, VEIN_HALF_HEIGHT = 0.32, 0.15, 0.16
#: with an arch, the middle of a vertebra lies farther than this behind that of its body (mm); without, all is body
NO_ARCH_MM = 2.0
#: endplates are looked at in the middle of a body, this share of its half sizes, in cells of at least this size (mm)
_MIDDLE_SHARE, _CELL_MM = 0.6, 2.0
#: steps in which the axis of a body is found, and how far it may lie off the patient's
_STEPS, _MOST_TILT_DEG = 5, 60.0


@dataclass(frozen=True)
class LocalFrame:
    """Coordinates of a body: right, front and up in mm from its middle, and its half sizes in mm.

    ``centre`` is in RAS mm; the rows of ``axes`` are the unit vectors right, front and up.
    """

    centre: np.ndarray
    axes: np.ndarray
    half_width: float
    front: float
    rear: float
    height: float

    @classmethod
    def of(cls, surface: BodySurface) -> LocalFrame:
        """The frame of the found surface (not of its template)."""
        return cls.around(surface.points(), surface.template.frame)

    @classmethod
    def around(cls, points: np.ndarray, axes: np.ndarray) -> LocalFrame:
        """The frame of points (n, 3) on or in a body, in RAS mm; the rows of ``axes`` are right, front and up."""
        centre = points.mean(axis=0)
        local = (points - centre) @ axes.T
        low, high = np.quantile(local, 0.01, axis=0), np.quantile(local, 0.99, axis=0)
        middle = (low + high) / 2
        size = high - low
        return cls(centre + middle @ axes, axes, float(size[0] / 2), float(size[1] / 2),
                   float(size[1] / 2), float(size[2]))

    def local(self, ras: np.ndarray) -> np.ndarray:
        return (ras - self.centre) @ self.axes.T


def frame_of_drawn(body: np.ndarray, whole_centre: np.ndarray) -> LocalFrame:
    """The frame of a drawn body from the positions (n, 3; RAS mm) of its voxels.

    Up is across the plane midway between the endplates.  Front is away from the arch, where the drawn region, with its
    middle at ``whole_centre``, has one, else the patient's front: how a body without an arch is turned cannot be seen.
    """
    from_arch = body.mean(axis=0) - whole_centre
    front = np.array([0.0, 1.0, 0.0])
    # an arch lies behind; nor may a lean to the side decide
    if from_arch[1] > NO_ARCH_MM:
        front = np.array([from_arch[0], from_arch[1], 0.0]) / np.hypot(from_arch[0], from_arch[1])
    up = np.array([0.0, 0.0, 1.0])
    for _ in range(_STEPS):
        tilted = _across_the_middle_plane(LocalFrame.around(body, _axes(front, up)), body)
        if tilted[2] < np.cos(np.radians(_MOST_TILT_DEG)):
            break
        up = tilted
    return LocalFrame.around(body, _axes(front, up))


def basivertebral_vein(local: np.ndarray, frame: LocalFrame) -> np.ndarray:
    """The wedge from the middle of the rear wall to behind the centre; ``local`` (…, 3) are places in the frame."""
    right, front, up = np.moveaxis(local, -1, 0)
    # 1 at the rear wall, 0 at the wedge's tip
    reach = np.clip((VEIN_FRONT * frame.front - front) / (frame.rear + VEIN_FRONT * frame.front), 0.0, 1.0)
    wide = VEIN_HALF_WIDTH * frame.half_width * np.sqrt(reach)
    return (np.abs(right) <= wide) & (np.abs(up) <= VEIN_HALF_HEIGHT * frame.height) & (reach > 0)


def _axes(front: np.ndarray, up: np.ndarray) -> np.ndarray:
    """Rows right, front and up; the front is turned until it is perpendicular to up."""
    front = front - (front @ up) * up
    front = front / np.linalg.norm(front)
    return np.stack([np.cross(front, up), front, up])


def _across_the_middle_plane(frame: LocalFrame, points: np.ndarray) -> np.ndarray:
    """The unit vector across the plane through the middles of all columns along the frame's axis."""
    local = frame.local(points)
    size = np.array([frame.half_width, frame.front])
    local = local[np.all(np.abs(local[:, :2]) <= _MIDDLE_SHARE * size, axis=1)]
    cell = np.maximum(size / 8, _CELL_MM)
    places, column = np.unique(np.round(local[:, :2] / cell).astype(int), axis=0, return_inverse=True)
    low, high = np.full(len(places), np.inf), np.full(len(places), -np.inf)
    np.minimum.at(low, column.ravel(), local[:, 2])
    np.maximum.at(high, column.ravel(), local[:, 2])
    known = np.column_stack([places * cell, np.ones(len(places))])
    slope = np.linalg.lstsq(known, (low + high) / 2, rcond=None)[0]
    normal = np.array([-slope[0], -slope[1], 1.0]) @ frame.axes
    return normal / np.linalg.norm(normal)
