"""The own axes of a body that is known as a mask only."""

from __future__ import annotations

import numpy as np

from ...imaging.geometry import Geometry
from ..vertebra.compartments import LocalFrame

#: the endplates are looked at in the middle part of the body, where no wall is met
MIDDLE_SHARE = 0.6
#: so many times the axis is turned to the endplates found with the last one
ROUNDS = 3


def frame_of_mask(mask: np.ndarray, geometry: Geometry, axes: np.ndarray) -> LocalFrame:
    """Axes and half sizes of a body (k, j, i): upright on its own two endplates.

    ``axes`` (3, 3; rows right, front, up in RAS) say roughly how it lies, within some 40°.
    """
    positions = geometry.to_ras(np.argwhere(mask))
    for _ in range(ROUNDS):
        local = (positions - positions.mean(axis=0)) @ axes.T
        axes = _upright(axes, _endplate_normals(local, geometry))
    local = (positions - positions.mean(axis=0)) @ axes.T
    low, high = np.quantile(local, 0.01, axis=0), np.quantile(local, 0.99, axis=0)
    half = (high - low) / 2
    return LocalFrame(positions.mean(axis=0) + (low + high) / 2 @ axes, axes, *(float(half[n]) for n in (0, 1, 1)),
                      float(2 * half[2]))


def _endplate_normals(local: np.ndarray, geometry: Geometry) -> np.ndarray:
    """Mean slope (up per right, up per front) of the upper and the lower endplate."""
    step = max(geometry.spacing) * 1.01
    right, front, up = local.T
    limits = MIDDLE_SHARE * np.quantile(np.abs(local[:, :2]), 0.98, axis=0)
    columns = np.stack([np.floor(right / step), np.floor(front / step)], -1).astype(int)
    _, column = np.unique(columns, axis=0, return_inverse=True)
    column = column.ravel()
    count = np.bincount(column)
    middle = np.stack([np.bincount(column, values) / count for values in (right, front)], -1)
    kept = np.all(np.abs(middle) <= limits, axis=1)
    slopes = []
    for extreme in (np.maximum, np.minimum):
        ends = np.full(len(count), -np.inf if extreme is np.maximum else np.inf)
        extreme.at(ends, column, up)
        design = np.column_stack([middle[kept], np.ones(np.count_nonzero(kept))])
        if len(design) < 6:
            return np.zeros(2)
        slopes.append(np.linalg.lstsq(design, ends[kept], rcond=None)[0][:2])
    return np.mean(slopes, axis=0)


def _upright(axes: np.ndarray, slope: np.ndarray) -> np.ndarray:
    right, front, up = axes
    turned = up - slope[0] * right - slope[1] * front
    turned = turned / np.linalg.norm(turned)
    aside = right - (right @ turned) * turned
    aside = aside / np.linalg.norm(aside)
    return np.stack([aside, np.cross(turned, aside), turned])
