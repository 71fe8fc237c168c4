"""Mean and spread of HU in the regions that a calibration rests on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...errors import InputError
from ..geometry import Geometry
from ..image import BoneImage


@dataclass(frozen=True)
class HuStatistics:
    """Mean and SD in HU of a region, its voxels, its largest area within one slice in mm², and its middle (RAS mm)."""

    mean: float
    sd: float
    voxels: int
    area_mm2: float
    centre: tuple[float, float, float]


def hu_statistics(image: BoneImage, mask: np.ndarray, name: str) -> HuStatistics:
    """Of the voxels of ``mask`` (k, j, i) on the image's grid; InputError if they are none or not finite."""
    values = image.array[mask].astype(np.float64)
    if values.size < 2:
        raise InputError(f"The region '{name}' has {values.size} voxels; draw it larger.")
    if not np.isfinite(values).all():
        raise InputError(f"The scan has no value in part of the region '{name}'; draw it elsewhere.")
    # drawn on the slices, which lie along the coarsest axis
    axis = int(np.argmax(image.geometry.spacing_kji))
    in_slice = np.count_nonzero(mask, axis=tuple(other for other in range(3) if other != axis))
    pixel = float(np.prod(np.delete(np.asarray(image.geometry.spacing_kji), axis)))
    return HuStatistics(float(values.mean()), float(values.std(ddof=1)), values.size, float(in_slice.max()) * pixel,
                        tuple(map(float, image.geometry.to_ras(np.argwhere(mask).mean(axis=0)))))


def cylinder(geometry: Geometry, start: tuple[float, float, float], end: tuple[float, float, float],
             radius_mm: float) -> np.ndarray:
    """Mask (k, j, i) of the voxels whose centre lies in the cylinder between two points (RAS mm).

    Raises InputError if it leaves the scan or holds no voxel.
    """
    first, last = np.asarray(start, float), np.asarray(end, float)
    length = float(np.linalg.norm(last - first))
    if length <= 0 or radius_mm <= 0:
        raise InputError("A cylinder needs two different points and a radius above 0 mm.")
    axis = (last - first) / length
    # a box of voxels round it, so that a large scan is not looked through for each rod
    reach = radius_mm * np.sqrt(np.maximum(0.0, 1 - axis**2))
    corners = np.array([[(first, last)[e][0] + r * reach[0], (first, last)[e][1] + a * reach[1],
                         (first, last)[e][2] + s * reach[2]]
                        for e in (0, 1) for r in (-1, 1) for a in (-1, 1) for s in (-1, 1)])
    indices = geometry.to_kji(corners)
    low, high = np.floor(indices.min(axis=0)).astype(int), np.ceil(indices.max(axis=0)).astype(int)
    if (high < 0).any() or (low >= geometry.shape).any():
        raise InputError(f"The rod at {_text(first)} lies outside the scan.")
    low, high = np.maximum(low, 0), np.minimum(high, np.asarray(geometry.shape) - 1)
    grid = np.stack(np.meshgrid(*(np.arange(a, b + 1) for a, b in zip(low, high, strict=True)), indexing="ij"), -1)
    from_first = geometry.to_ras(grid) - first
    along = from_first @ axis
    aside = np.linalg.norm(from_first - along[..., None] * axis, axis=-1)
    mask = np.zeros(geometry.shape, bool)
    mask[tuple(slice(a, b + 1) for a, b in zip(low, high, strict=True))] = \
        (along >= 0) & (along <= length) & (aside <= radius_mm)
    if not mask.any():
        raise InputError(f"The rod at {_text(first)} holds no voxel; make it larger or look at its position.")
    return mask


def _text(point: np.ndarray) -> str:
    return ", ".join(f"{value:.1f}" for value in point)
