"""A polygon on a 2-D image as pixels."""

from __future__ import annotations

import numpy as np

from ...errors import InputError
from .plane import Plane

#: more corners than anybody draws; a curve of Slicer has some hundreds
MAX_CORNERS = 20000
#: points nearer to each other than this share of a pixel are the same
SAME_POINT = 1e-6


def polygon(plane: Plane, corners: np.ndarray) -> np.ndarray:
    """Mask (rows, columns) of the polygon with these plane positions (n, 2).

    A pixel belongs to it if its centre does.  A centre on an edge belongs to the polygon below or right of that edge,
    so that two polygons that share an edge share no pixel and leave none out.
    Raises InputError for fewer than three corners, corners on a line, and edges that cross or touch.
    """
    corners = checked_corners(corners, min(plane.pixel_mm))
    rows, columns = plane.shape
    height, width = plane.pixel_mm
    mask = np.zeros(plane.shape, bool)
    starts, ends = corners, np.roll(corners, -1, axis=0)
    # from above downwards, whichever way it was drawn: equal edges are cut at equal places
    swap = (starts[:, 0] > ends[:, 0])[:, None]
    upper, lower = np.where(swap, ends, starts), np.where(swap, starts, ends)
    first = max(0, int(np.floor(corners[:, 0].min() / height)))
    last = min(rows - 1, int(np.ceil(corners[:, 0].max() / height)))
    centres = np.arange(columns) * width
    for row in range(first, last + 1):
        y = row * height
        cut = (upper[:, 0] <= y) & (y < lower[:, 0])
        top, bottom = upper[cut], lower[cut]
        crossings = np.sort(top[:, 1] + (y - top[:, 0]) / (bottom[:, 0] - top[:, 0]) * (bottom[:, 1] - top[:, 1]))
        # inside where an odd number of edges lies to the left, or at the centre itself
        mask[row] = np.searchsorted(crossings, centres, side="right") % 2 == 1
    return mask


def checked_corners(corners: np.ndarray, pixel_mm: float) -> np.ndarray:
    """The corners without repeated ones; InputError if they make no simple polygon."""
    corners = np.asarray(corners, float)
    if len(corners) > MAX_CORNERS:
        raise InputError(f"The polygon has {len(corners)} points; {MAX_CORNERS} are the most.")
    if len(corners):
        # a closed curve may come back to its first point, by a rounding error beside it
        corners = corners[np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1) > SAME_POINT * pixel_mm]
    if len(corners) < 3:
        raise InputError(f"The polygon has {len(corners)} different points; it needs at least three.")
    spread = np.linalg.svd(corners - corners.mean(axis=0), compute_uv=False)
    if spread[1] <= 1e-9 * spread[0]:
        raise InputError("The points of the polygon lie on one line; give points around the region.")
    crossing = _first_crossing(corners)
    if crossing is not None:
        first, second = (f"{edge + 1}–{(edge + 1) % len(corners) + 1}" for edge in crossing)
        raise InputError(f"The polygon crosses or touches itself: the edges between points {first} and {second} meet; "
                         "give the points in order around the region.")
    return corners


def _first_crossing(corners: np.ndarray) -> tuple[int, int] | None:
    """Two edges (number of their first corner) that meet elsewhere than at a corner that they share."""
    count = len(corners)
    starts, ends = corners, np.roll(corners, -1, axis=0)
    for edge in range(count - 1):
        others = np.arange(edge + 1, count)
        a, b, c, d = starts[edge], ends[edge], starts[others], ends[others]
        meets = _segments_meet(a, b, c, d)
        # neighbours share a corner and meet only there, unless one runs back along the other
        meets[0] = _runs_back(a, b, ends[others[0]])
        if edge == 0:
            meets[-1] = _runs_back(b, a, starts[-1])
        if np.any(meets):
            return edge, int(others[np.argmax(meets)])
    return None


def _segments_meet(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray) -> np.ndarray:
    """Whether the segment a–b shares a point with each segment c–d (n, 2)."""
    sides = [np.sign(_cross(a, b, c)), np.sign(_cross(a, b, d)), np.sign(_cross(c, d, a)), np.sign(_cross(c, d, b))]
    boxes = np.all((np.maximum(a, b) >= np.minimum(c, d)) & (np.maximum(c, d) >= np.minimum(a, b)), axis=1)
    return boxes & (sides[0] * sides[1] <= 0) & (sides[2] * sides[3] <= 0)


def _runs_back(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> bool:
    """Whether b–c lies on b–a."""
    return bool(_cross(a, b, c) == 0 and np.dot(a - b, c - b) > 0)


def _cross(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    """Twice the signed area of the triangles a, b, c."""
    return (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (c[..., 0] - a[..., 0])
