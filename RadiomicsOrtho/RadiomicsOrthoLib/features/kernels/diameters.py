"""Largest distances between vertices of a mask's surface mesh.

The vertices lie half-way between a voxel inside and its neighbour outside.  The distance from a fixed point is convex
along any line and over any plane, so the two ends of a largest distance are vertices of the convex hull of the plane
each lies in: per plane only the outermost vertices of each row are kept, of these only the hull, and pairs of planes
that cannot beat the best distance so far are skipped.  Coordinates are doubled, so that they are whole numbers and
hulls are exact.
"""

from __future__ import annotations

import math

import numpy as np

from .compiled import kernel


def mesh_diameters(mask: np.ndarray, spacing_kji: tuple[float, float, float]) -> tuple[float, float, float, float]:
    """Largest distance (mm) between vertices in one k plane, one j plane, one i plane, and in space.

    ``mask`` is boolean (k, j, i), its own tight box.  A plane holds vertices on the voxel centres' grid or half-way
    between two slices, as in pyradiomics (``calculate_meshDiameter``).
    """
    padded = np.pad(mask, 1).view(np.uint8)
    spacing = np.asarray(spacing_kji, np.float64)
    in_plane = []
    for axis, (row, column) in enumerate(((1, 2), (0, 2), (0, 1))):
        ends = _row_ends(padded, axis, row, column)
        points, starts = _plane_hulls(*ends)
        in_plane.append(_largest_in_planes(points, starts, spacing[row], spacing[column]))
        if axis == 0:
            hulls = points, starts
    # a largest distance in a plane is a distance in space
    in_space = _largest_between_planes(*hulls, spacing, max(in_plane))
    return (*(math.sqrt(square) for square in in_plane), math.sqrt(in_space))


@kernel
def _row_ends(mask, axis, row, column):
    """First and last vertex of each row of each plane: doubled columns, int32 (planes, rows); last < first: none."""
    shape = mask.shape
    first = np.full((2 * shape[axis], 2 * shape[row]), 2 * shape[column], np.int32)
    last = np.full((2 * shape[axis], 2 * shape[row]), -1, np.int32)
    place = np.empty(3, np.int64)
    for k in range(shape[0] - 1):
        for j in range(shape[1] - 1):
            for i in range(shape[2] - 1):
                inside = mask[k, j, i]
                for step in range(3):
                    other = mask[k + (step == 0), j + (step == 1), i + (step == 2)]
                    if other != inside:
                        place[0] = 2 * k + (step == 0)
                        place[1] = 2 * j + (step == 1)
                        place[2] = 2 * i + (step == 2)
                        p, r, c = place[axis], place[row], place[column]
                        first[p, r] = min(first[p, r], c)
                        last[p, r] = max(last[p, r], c)
    return first, last


@kernel
def _plane_hulls(first, last):
    """Hull vertices (row, column) of all planes, int64 (points, 2), and where each plane starts, (planes + 1,).

    Andrew's monotone chain: rows come in order, the lower chain takes the first vertices, the upper one the last.
    """
    planes, rows = first.shape
    points = np.empty((2 * planes * rows, 2), np.int64)
    starts = np.zeros(planes + 1, np.int64)
    top = 0
    for plane in range(planes):
        for side in range(2):
            base = top
            for row in range(rows):
                if last[plane, row] < first[plane, row]:
                    continue
                column = first[plane, row] if side == 0 else last[plane, row]
                while top - base >= 2 and _turn(points, top, row, column, side) <= 0:
                    top -= 1
                points[top, 0] = row
                points[top, 1] = column
                top += 1
        starts[plane + 1] = top
    return points[:top].copy(), starts


@kernel
def _turn(points, top, row, column, side):
    """Positive where the last point of the chain is a corner of the hull on the way to (row, column)."""
    forward_row, forward_column = points[top - 1, 0] - points[top - 2, 0], points[top - 1, 1] - points[top - 2, 1]
    next_row, next_column = row - points[top - 2, 0], column - points[top - 2, 1]
    turn = forward_row * next_column - forward_column * next_row
    return turn if side == 0 else -turn


@kernel
def _largest_in_planes(points, starts, row_spacing, column_spacing):
    """Largest squared distance (mm²) between hull points of the same plane."""
    best = 0.0
    for plane in range(starts.size - 1):
        for a in range(starts[plane], starts[plane + 1]):
            for b in range(a + 1, starts[plane + 1]):
                best = max(best, _square(points, a, b, row_spacing, column_spacing))
    return best


@kernel
def _square(points, a, b, row_spacing, column_spacing):
    # coordinates are halved again before they are multiplied, as pyradiomics rounds them
    row = points[a, 0] * 0.5 * row_spacing - points[b, 0] * 0.5 * row_spacing
    column = points[a, 1] * 0.5 * column_spacing - points[b, 1] * 0.5 * column_spacing
    return row * row + column * column


@kernel
def _largest_between_planes(points, starts, spacing, best):
    """Largest squared distance (mm²) between hull points of different planes, at least ``best``."""
    planes = starts.size - 1
    box = np.zeros((planes, 4), np.int64)
    for plane in range(planes):
        for a in range(starts[plane], starts[plane + 1]):
            for side in range(2):
                lowest, highest = box[plane, 2 * side], box[plane, 2 * side + 1]
                first = a == starts[plane]
                box[plane, 2 * side] = points[a, side] if first else min(lowest, points[a, side])
                box[plane, 2 * side + 1] = points[a, side] if first else max(highest, points[a, side])
    for upper in range(planes):
        for lower in range(upper):
            if starts[upper + 1] == starts[upper] or starts[lower + 1] == starts[lower]:
                continue
            apart = upper * 0.5 * spacing[0] - lower * 0.5 * spacing[0]
            rows = max(box[upper, 1] - box[lower, 0], box[lower, 1] - box[upper, 0]) * 0.5 * spacing[1]
            columns = max(box[upper, 3] - box[lower, 2], box[lower, 3] - box[upper, 2]) * 0.5 * spacing[2]
            # a hair of slack, because the bound is rounded otherwise than the distances
            if (apart * apart + rows * rows + columns * columns) * (1 + 1e-12) <= best:
                continue
            for a in range(starts[upper], starts[upper + 1]):
                for b in range(starts[lower], starts[lower + 1]):
                    best = max(best, apart * apart + _square(points, a, b, spacing[1], spacing[2]))
    return best
