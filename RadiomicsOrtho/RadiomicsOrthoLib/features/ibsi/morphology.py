"""Morphology (manual 3.1, HCUG) from the mesh of the morphological mask, and intensities over space."""

from __future__ import annotations

import math

import numpy as np
from scipy.spatial import ConvexHull

from ...imaging.box import Box
from ..filters.voxels import Poll
from ..kernels.shape import shape_features
from .preparation import PreparedRegion
from .spatial_correlation import moran_and_geary

NAMES = ("morph_volume", "morph_vol_approx", "morph_area_mesh", "morph_av", "morph_comp_1", "morph_comp_2",
         "morph_sph_dispr", "morph_sphericity", "morph_asphericity", "morph_com", "morph_diam", "morph_pca_maj_axis",
         "morph_pca_min_axis", "morph_pca_least_axis", "morph_pca_elongation", "morph_pca_flatness",
         "morph_vol_dens_aabb", "morph_area_dens_aabb", "morph_vol_dens_aee", "morph_area_dens_aee",
         "morph_vol_dens_conv_hull", "morph_area_dens_conv_hull", "morph_integ_int", "morph_moran_i", "morph_geary_c")

_SERIES_TERMS = 21


def morphology(region: PreparedRegion, poll: Poll = lambda: None) -> dict[str, float]:
    """``NAMES``; lengths in mm."""
    spacing = np.asarray(region.spacing_kji, float)
    box = Box.around(region.morphological)
    mask = region.morphological[box.slices]
    shape = shape_features(mask, region.spacing_kji, deprecated=True, definitions="ibsi")
    poll()
    volume, area = shape["MeshVolume"], shape["SurfaceArea"]
    major, minor, least = (shape[f"{name}AxisLength"] for name in ("Major", "Minor", "Least"))
    ellipsoid_volume = math.pi / 6 * major * minor * least
    ellipsoid_area = _ellipsoid_area(major / 2, minor / 2, least / 2)
    # the vertices of the mesh lie half a voxel beyond the outermost voxel centres
    k, j, i = np.array(box.shape) * spacing
    hull = ConvexHull(mesh_vertices(mask) * spacing)
    poll()
    found = {
        "volume": volume, "vol_approx": shape["VoxelVolume"], "area_mesh": area, "av": area / volume,
        "comp_1": shape["Compactness1"], "comp_2": shape["Compactness2"], "sphericity": shape["Sphericity"],
        "sph_dispr": shape["SphericalDisproportion"], "asphericity": shape["SphericalDisproportion"] - 1,
        "com": _centre_of_mass_shift(region), "diam": shape["Maximum3DDiameter"],
        "pca_maj_axis": major, "pca_min_axis": minor, "pca_least_axis": least,
        "pca_elongation": shape["Elongation"], "pca_flatness": shape["Flatness"],
        "vol_dens_aabb": volume / (k * j * i), "area_dens_aabb": area / (2 * (k * j + k * i + j * i)),
        "vol_dens_aee": _ratio(volume, ellipsoid_volume), "area_dens_aee": _ratio(area, ellipsoid_area),
        "vol_dens_conv_hull": volume / float(hull.volume), "area_dens_conv_hull": area / float(hull.area),
        "integ_int": float(region.inside.mean()) * volume,
    }
    moran, geary = moran_and_geary(region.values, region.intensity, region.spacing_kji, poll)
    found |= {"moran_i": moran, "geary_c": geary}
    return {name: found[name.removeprefix("morph_")] for name in NAMES}


def mesh_vertices(mask: np.ndarray) -> np.ndarray:
    """Vertices (n, 3) of the mesh of a mask, in voxels (k, j, i): half-way from a voxel to one outside."""
    padded = np.pad(mask, 1)
    found = []
    for axis in range(3):
        front = np.delete(np.arange(padded.shape[axis]), -1)
        changes = np.take(padded, front, axis) != np.take(padded, front + 1, axis)
        places = np.argwhere(changes) - 1.0
        places[:, axis] += 0.5
        found.append(places)
    return np.concatenate(found)


def _centre_of_mass_shift(region: PreparedRegion) -> float:
    """Distance (mm) between the centre of the mask and that of its intensities (manual, KLMA)."""
    inside = region.inside
    total = inside.sum()
    if total == 0:
        return math.nan
    centre = np.argwhere(region.morphological).mean(0)
    weighted = (np.argwhere(region.intensity) * inside[:, None]).sum(0) / total
    return float(np.linalg.norm((weighted - centre) * region.spacing_kji))


def _ellipsoid_area(a: float, b: float, c: float) -> float:
    """The manual's area (RDD2) of an ellipsoid with semi-axes a ≥ b ≥ c: 21 terms of a series.

    Kept because the reference values need it, although it is not the area (4 % less on the digital phantom).  The
    terms are Legendre polynomials P_n(m / √q)·√qⁿ with m and q below; their recurrence has no division by 0 for a = b.
    """
    if a == 0:
        return 0.0
    alpha_square, beta_square = 1 - (b / a) ** 2, 1 - (c / a) ** 2
    m, q = (alpha_square + beta_square) / 2, alpha_square * beta_square
    total, before, term = 0.0, 0.0, 1.0
    for n in range(_SERIES_TERMS):
        total += term / (1 - 4 * n * n)
        before, term = term, ((2 * n + 1) * m * term - n * q * before) / (n + 1)
    return 4 * math.pi * a * b * total


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else math.nan
