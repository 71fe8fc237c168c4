"""Shape of a region in 3D (14 features) and in a plane (9 features); no intensities enter."""

from __future__ import annotations

import math

import numpy as np

from ...errors import InputError
from ...imaging.box import Box
from .diameters import mesh_diameters
from .mesh import mesh_area_and_perimeter, mesh_volume_and_area
from .settings import DEFINITIONS

NAMES = ("Elongation", "Flatness", "LeastAxisLength", "MajorAxisLength", "Maximum2DDiameterColumn",
         "Maximum2DDiameterRow", "Maximum2DDiameterSlice", "Maximum3DDiameter", "MeshVolume", "MinorAxisLength",
         "Sphericity", "SurfaceArea", "SurfaceVolumeRatio", "VoxelVolume")
NAMES_2D = ("Elongation", "MajorAxisLength", "MaximumDiameter", "MeshSurface", "MinorAxisLength", "Perimeter",
            "PerimeterSurfaceRatio", "PixelSurface", "Sphericity")
#: pyradiomics computes these only when they are asked for by name
DEPRECATED_NAMES = ("Compactness1", "Compactness2", "SphericalDisproportion")
DEPRECATED_NAMES_2D = ("SphericalDisproportion",)
#: eigenvalues below this share of the largest are rounding: one voxel off a plane of 10⁶ makes 1e-12 and more
_ROUNDING = 1e-14


def shape_features(mask: np.ndarray, spacing_kji: tuple[float, float, float],
                   deprecated: bool = False, definitions: str = "pyradiomics") -> dict[str, float]:
    """pyradiomics' ``shape`` features of a boolean mask (k, j, i), any crop that holds the region; spacing in mm.

    ``definitions="ibsi"`` divides the covariance behind the axis lengths by the voxels less one: only so do they
    reach the consensus values.
    """
    if definitions not in DEFINITIONS:
        raise ValueError(f"the definitions are one of {DEFINITIONS}, not {definitions!r}")
    mask = np.ascontiguousarray(mask[Box.around(mask).slices])
    spacing = np.asarray(spacing_kji, float)
    volume, area = mesh_volume_and_area(mask, spacing)
    in_slice, in_column, in_row, in_space = mesh_diameters(mask, spacing)
    least, minor, major = _principal_variances(mask, spacing, int(definitions == "ibsi"))
    found = {
        "Elongation": _ratio(minor, major), "Flatness": _ratio(least, major),
        "LeastAxisLength": _axis_length(least), "MinorAxisLength": _axis_length(minor),
        "MajorAxisLength": _axis_length(major),
        "Maximum2DDiameterSlice": in_slice, "Maximum2DDiameterColumn": in_column, "Maximum2DDiameterRow": in_row,
        "Maximum3DDiameter": in_space,
        "MeshVolume": volume, "SurfaceArea": area, "SurfaceVolumeRatio": area / volume,
        "Sphericity": (36 * math.pi * volume ** 2) ** (1 / 3) / area,
        "VoxelVolume": float(np.count_nonzero(mask) * np.prod(spacing)),
        "Compactness1": volume / (area ** 1.5 * math.sqrt(math.pi)),
        "Compactness2": 36 * math.pi * volume ** 2 / area ** 3,
        "SphericalDisproportion": area / (36 * math.pi * volume ** 2) ** (1 / 3),
    }
    return {name: found[name] for name in NAMES + (DEPRECATED_NAMES if deprecated else ())}


def shape2d_features(mask: np.ndarray, spacing_kji: tuple[float, float, float], plane_dimension: int = 0,
                     deprecated: bool = False) -> dict[str, float]:
    """pyradiomics' ``shape2D`` features of a boolean mask (k, j, i) whose region is one voxel thick in a dimension."""
    mask = mask[Box.around(mask).slices]
    if mask.shape[plane_dimension] != 1:
        raise InputError(f"The region has {mask.shape[plane_dimension]} slices and so no 2-D shape; draw it on one "
                         "slice or choose a profile without the class shape2D.")
    mask = np.ascontiguousarray(np.squeeze(mask, plane_dimension))
    spacing = np.delete(np.asarray(spacing_kji, float), plane_dimension)
    area, perimeter = mesh_area_and_perimeter(mask, spacing)
    minor, major = _principal_variances(mask, spacing)
    found = {
        "Elongation": _ratio(minor, major), "MinorAxisLength": _axis_length(minor),
        "MajorAxisLength": _axis_length(major),
        # the vertices of a single slice's plane are those of its outline
        "MaximumDiameter": mesh_diameters(mask[None], (1.0, *spacing))[0],
        "MeshSurface": area, "Perimeter": perimeter, "PerimeterSurfaceRatio": perimeter / area,
        "PixelSurface": float(np.count_nonzero(mask) * np.prod(spacing)),
        "Sphericity": 2 * math.sqrt(math.pi * area) / perimeter,
        "SphericalDisproportion": perimeter / (2 * math.sqrt(math.pi * area)),
    }
    return {name: found[name] for name in NAMES_2D + (DEPRECATED_NAMES_2D if deprecated else ())}


def _principal_variances(mask: np.ndarray, spacing: np.ndarray, less: int = 0) -> np.ndarray:
    """Eigenvalues (mm²), ascending, of the covariance of the voxel centres; sums are divided by voxels − ``less``."""
    places = np.stack(np.nonzero(mask))
    voxels = places.shape[1]
    divisor = voxels * max(voxels - less, 1)
    # whole numbers up to here, so that nothing cancels
    sums = [int(total) for total in places.sum(1)]
    products = [[int(np.dot(a, b)) for b in places] for a in places]
    covariance = np.array([[(voxels * products[a][b] - sums[a] * sums[b]) / divisor * spacing[a] * spacing[b]
                            for b in range(len(sums))] for a in range(len(sums))])
    variances = np.linalg.eigvalsh(covariance)
    return np.where(np.abs(variances) <= _ROUNDING * variances[-1], 0.0, variances)


def _axis_length(variance: float) -> float:
    return 4 * math.sqrt(variance) if variance >= 0 else math.nan


def _ratio(smaller: float, larger: float) -> float:
    return math.sqrt(smaller / larger) if smaller >= 0 and larger > 0 else math.nan
