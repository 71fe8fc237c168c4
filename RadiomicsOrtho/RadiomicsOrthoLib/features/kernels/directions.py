"""Directions in which texture matrices look for a voxel's neighbours."""

from __future__ import annotations

from functools import lru_cache
from itertools import product

import numpy as np


def half_directions(shape: tuple[int, ...], distances: tuple[int, ...] = (1,),
                    plane_dimension: int | None = None) -> np.ndarray:
    """Steps (k, j, i) to half of the neighbours at the given infinity-norm distances; the other half is their negation.

    ``shape`` is the ROI's tight box: like pyradiomics (``generate_angles``) a step that leaves the box in any
    dimension is no direction.  13 steps for distance 1 in 3D, 4 in a plane, int64 of shape (directions, 3).
    """
    return np.array(_half_steps(tuple(shape), tuple(distances), plane_dimension), np.int64).reshape(-1, 3)


@lru_cache(maxsize=64)
def _half_steps(shape: tuple[int, ...], distances: tuple[int, ...],
                plane_dimension: int | None) -> list[tuple[int, int, int]]:
    reach = max(distances)
    spans = [range(-min(reach, size - 1), min(reach, size - 1) + 1) for size in shape]
    if plane_dimension is not None:
        spans[plane_dimension] = range(1)
    wanted = set(distances)
    # of a step and its negation keep the one that follows in raster order
    return [step for step in product(*spans) if max(map(abs, step)) in wanted and step > (0, 0, 0)]


def step_lengths(directions: np.ndarray, spacing_kji: tuple[float, ...], norm: str) -> np.ndarray:
    """Length in mm of each step under a norm; 1 for ``no_weighting``."""
    steps = np.abs(directions) * np.asarray(spacing_kji, float)
    if norm == "manhattan":
        return steps.sum(1)
    if norm == "euclidean":
        return np.sqrt((steps ** 2).sum(1))
    if norm == "infinity":
        return steps.max(1, initial=0.0)
    return np.ones(len(directions))
