"""The surface of a mask as elements: where each lies and how large it is.

Nikolov et al. 2021 (doi:10.2196/26151) and their package ``surface-distance`` (Apache-2.0, v0.1): a cube of 2×2×2
voxel centres that holds voxels of both kinds is an element.  It lies in the middle of the cube, and its area is that of
the cube's triangles by marching cubes.  Distances between elements, weighted by area, do not depend on how the grid
samples a surface, as those between voxels do.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..imaging.geometry import Geometry
from .marching_cubes import CORNERS, SQUARE_CORNERS, line_segments, triangles


@dataclass(frozen=True)
class SurfaceElements:
    """``positions`` (n, 3) in RAS mm and ``areas`` (n,) in mm²; on a 2-D image the lengths of an outline in mm."""

    positions: np.ndarray
    areas: np.ndarray


def surface_elements(mask: np.ndarray, geometry: Geometry, planar: bool = False) -> SurfaceElements:
    """The surface of a boolean mask (k, j, i) on ``geometry``; beyond the grid is outside.

    ``planar`` takes the outline of a mask of one slice (1, j, i) in its plane, without a top and a bottom.
    """
    if planar:
        cases = _cases(np.pad(mask[0], 1), SQUARE_CORNERS)[np.newaxis]
        areas, last, first = _line_lengths(geometry.spacing_kji[1:]), 15, (0.0, -0.5, -0.5)
    else:
        cases = _cases(np.pad(mask, 1), CORNERS)
        areas, last, first = _triangle_areas(geometry.spacing_kji), 255, (-0.5, -0.5, -0.5)
    where = np.nonzero((cases != 0) & (cases != last))
    return SurfaceElements(geometry.to_ras(np.stack(where, -1) + np.array(first)), areas[cases[where]])


def _cases(padded: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Which corners of every cube (or square) are inside: bit n is that of corner n."""
    shape = np.subtract(padded.shape, 1)
    cases = np.zeros(shape, np.uint8)
    for bit, corner in enumerate(corners):
        part = padded[tuple(slice(start, start + length) for start, length in zip(corner, shape, strict=True))]
        cases |= part.view(np.uint8) << np.uint8(bit)
    return cases


@lru_cache(maxsize=16)
def _triangle_areas(spacing_kji: tuple[float, float, float]) -> np.ndarray:
    """Area in mm² of each of the 256 cases."""
    cases, _, corners = triangles()
    a, b, c = np.moveaxis(corners * np.asarray(spacing_kji), 1, 0)
    return np.bincount(cases, 0.5 * np.linalg.norm(np.cross(a - c, b - c), axis=1), 256)


@lru_cache(maxsize=16)
def _line_lengths(spacing_ji: tuple[float, float]) -> np.ndarray:
    """Length in mm of each of the 16 cases."""
    cases, ends = line_segments()
    a, b = np.moveaxis(ends * np.asarray(spacing_ji), 1, 0)
    return np.bincount(cases, np.linalg.norm(a - b, axis=1), 16)
