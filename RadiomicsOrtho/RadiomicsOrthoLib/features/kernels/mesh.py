"""Surface mesh of a mask by marching cubes, with pyradiomics' choice of triangles, and its volume and area.

Every cube of 2×2×2 voxel centres is one of 256 cases, and the triangles of a case are always the same.  So the mesh
is never built: a kernel counts the cases and sums their positions as integers, and area and volume follow exactly
from these sums, in no particular order.

The table of triangles is in ``regions.marching_cubes``.
"""

from __future__ import annotations

import numpy as np

from ...regions.marching_cubes import SQUARE_CORNERS, line_segments, triangles
from .compiled import kernel


def mesh_volume_and_area(mask: np.ndarray, spacing_kji: tuple[float, float, float]) -> tuple[float, float]:
    """Volume (mm³) and surface area (mm²) of the mesh of a boolean mask (k, j, i) that is its own tight box.

    The volume is a sum over tetrahedra from the origin, pyradiomics' one: the corner of the box grown by one voxel.
    Where two voxels touch only by an edge the mesh may be open, and then the origin matters.
    """
    counts, positions = _count_cubes(np.pad(mask, 1).view(np.uint8))
    spacing = np.asarray(spacing_kji, float)
    cases, signs, corners = triangles()
    a, b, c = np.moveaxis(corners * spacing, 1, 0)
    area = 0.5 * np.linalg.norm(np.cross(a - c, b - c), axis=1)
    # det(a + t, b + t, c + t) = det(a, b, c) + t·(a×b + b×c + c×a), so that positions enter by their sum
    at_origin = np.einsum("tx,tx->t", np.cross(a, b), c)
    slope = np.cross(a, b) + np.cross(b, c) + np.cross(c, a)
    moved = np.einsum("tx,tx->t", slope, positions[cases] * spacing)
    volume = float(np.sum(signs * (counts[cases] * at_origin + moved))) / 6
    return volume, float(np.sum(counts[cases] * area))


def mesh_area_and_perimeter(mask: np.ndarray, spacing: tuple[float, float]) -> tuple[float, float]:
    """Area (mm²) and perimeter (mm) of the outline of a boolean mask (rows, columns) that is its own tight box."""
    padded = np.pad(mask, 1).astype(np.int64)
    rows, columns = np.indices(np.subtract(padded.shape, 1))
    case_of = sum(padded[k:k + rows.shape[0], i:i + rows.shape[1]] << bit
                  for bit, (k, i) in enumerate(SQUARE_CORNERS)).ravel()
    counts = np.bincount(case_of, minlength=16)
    positions = np.stack([np.bincount(case_of, axis.ravel(), minlength=16) for axis in (rows, columns)], 1)
    cases, ends = line_segments()
    a, b = np.moveaxis(ends * np.asarray(spacing, float), 1, 0)
    # (a + t)×(b + t) = a×b + t×(b - a)
    moved = positions[cases] * np.asarray(spacing, float)
    area = np.sum(counts[cases] * _cross(a, b) + _cross(moved, b - a)) / 2
    return float(area), float(np.sum(counts[cases] * np.linalg.norm(a - b, axis=1)))


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a[:, 0] * b[:, 1] - b[:, 0] * a[:, 1]


@kernel
def _count_cubes(mask):
    """Number of cubes of each case and the sum of their positions: int64 (256,) and (256, 3)."""
    planes, rows, columns = mask.shape
    counts = np.zeros(256, np.int64)
    positions = np.zeros((256, 3), np.int64)
    for k in range(planes - 1):
        for j in range(rows - 1):
            # corners 0, 3, 4 and 7 of a cube are corners 1, 2, 5 and 6 of the one before
            left = 0
            for i in range(columns - 1):
                right = (mask[k, j, i + 1] << 1 | mask[k, j + 1, i + 1] << 2
                         | mask[k + 1, j, i + 1] << 5 | mask[k + 1, j + 1, i + 1] << 6)
                case = left | right
                left = right >> 1 & 0x11 | right << 1 & 0x88
                if 0 < case < 255:
                    counts[case] += 1
                    positions[case, 0] += k
                    positions[case, 1] += j
                    positions[case, 2] += i
    return counts, positions
