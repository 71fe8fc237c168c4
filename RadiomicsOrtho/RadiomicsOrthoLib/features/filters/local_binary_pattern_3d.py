"""Rotation-invariant 3-D local binary patterns from spherical harmonics.

Banerjee, Moelker, Niessen & van Walsum, ACCV 2012 Workshops, LNCS 7728:26.  What is computed is
pyradiomics' reading of it (``imageoperations.getLBP3DImage``).  pyradiomics itself drops these
features with SciPy 1.17, which no longer has ``sph_harm``.

Two habits of pyradiomics are kept, because the values depend on them: the sphere's x, y, z are added
to k, j, i, and the polar and azimuthal angle change places in the spherical harmonics.
"""

from __future__ import annotations

import math

import numpy as np

from ...imaging.box import Box
from .icosphere import icosphere_vertices
from .voxels import Poll, Voxels

#: a cubic spline's coefficients depend on the whole image; the influence falls to 0.27 of itself with
#: each voxel, and after 40 voxels is far below the last bit of a float64
_SPLINE_REACH = 40
#: voxels treated at once; bounds the memory of the samples on their spheres
_VOXELS_PER_BLOCK = 4096


def margin_of(radius: float) -> int:
    """Voxels around a box that decide the patterns in it."""
    return math.ceil(radius) + 2 + _SPLINE_REACH


def local_binary_pattern_3d(voxels: Voxels, box: Box, mask: np.ndarray, levels: int, radius: float,
                            subdivisions: int, poll: Poll) -> list[tuple[str, np.ndarray]]:
    """(name, values on ``box``) of each level's map and of the kurtosis map; 0 outside ``mask``.

    ``mask`` is boolean on ``box``; ``radius`` is in voxels.
    """
    from scipy.ndimage import map_coordinates, spline_filter

    sphere = icosphere_vertices(subdivisions, radius)
    harmonics, degrees = _harmonics(sphere, radius, levels)
    outer = box.grown(margin_of(radius), voxels.shape)
    poll()
    source = voxels.crop(outer, poll)
    # the boundary is SciPy's for ``mode="constant"``: mirrored in the spline, 0 outside the image
    splines = spline_filter(source, order=3, output=np.float64, mode="constant")
    poll()
    places = np.argwhere(mask)
    maps = [(f"lbp-3D-m{level + 1}", np.zeros(box.shape)) for level in range(levels)]
    maps.append(("lbp-3D-k", np.zeros(box.shape)))
    offset = np.array(outer.lower)
    for first in range(0, len(places), _VOXELS_PER_BLOCK):
        poll()
        block = places[first:first + _VOXELS_PER_BLOCK]
        full = block + np.array(box.lower)
        # add first, then count from the crop: the sum rounds as it does on the whole image
        sampled_at = (full[None] + sphere[:, None]) - offset
        # in the image's own type: SciPy rounds the samples of a CT to whole HU
        samples = map_coordinates(splines, sampled_at.T, output=source.dtype, order=3, prefilter=False)
        at = tuple(block.T)
        centres = source[tuple((full - offset).T)]
        patterns = (samples >= centres[:, None]).astype(int)
        for level, values in enumerate(_level_norms(patterns, harmonics, degrees, levels).T):
            maps[level][1][at] = values
        maps[-1][1][at] = _kurtosis(samples)
    return maps


def _harmonics(sphere: np.ndarray, radius: float, levels: int) -> tuple[np.ndarray, np.ndarray]:
    """(vertex, term) complex values of Y_n^m for n < ``levels``, |m| ≤ n, and the degree n of each term."""
    azimuth = np.arccos(sphere[:, 2] / radius)
    polar = np.arctan2(sphere[:, 1], sphere[:, 0])
    terms = [(n, m) for n in range(levels) for m in range(-n, n + 1)]
    values = np.column_stack([_spherical_harmonic(n, m, polar, azimuth) for n, m in terms])
    return values, np.array([n for n, _ in terms])


def _spherical_harmonic(n: int, m: int, polar: np.ndarray, azimuth: np.ndarray) -> np.ndarray:
    from scipy import special

    if hasattr(special, "sph_harm_y"):  # SciPy 1.15 and later; bit for bit what ``sph_harm`` was
        return special.sph_harm_y(n, m, polar, azimuth)
    legendre = special.lpmv(abs(m), n, np.cos(polar))
    size = math.sqrt((2 * n + 1) / (4 * math.pi) * math.factorial(n - abs(m)) / math.factorial(n + abs(m)))
    if m < 0:
        size *= (-1) ** abs(m)
    return size * legendre * np.exp(1j * m * azimuth)


def _level_norms(patterns: np.ndarray, harmonics: np.ndarray, degrees: np.ndarray, levels: int) -> np.ndarray:
    """(voxel, level) size of the part of each pattern that has degree ``level``."""
    shares = np.multiply(patterns[:, :, None], harmonics[None]).sum(axis=1)
    parts = [np.sum(np.multiply(shares[:, None, degrees == n], harmonics[None, :, degrees == n]), axis=2,
                    keepdims=True) for n in range(levels)]
    return np.real(np.sqrt(np.sum(np.concatenate(parts, axis=2) ** 2, axis=1)))


def _kurtosis(samples: np.ndarray) -> np.ndarray:
    """Excess kurtosis of each row, not corrected for bias; NaN where all samples are equal."""
    mean = samples.mean(axis=1, keepdims=True)
    squared = (samples - mean) ** 2
    variance, fourth = squared.mean(axis=1), (squared**2).mean(axis=1)
    # SciPy's rule for "no spread": only rounding is left
    flat = variance <= (np.finfo(variance.dtype).resolution * mean[:, 0]) ** 2
    return np.where(flat, np.nan, fourth / np.where(flat, 1, variance) ** 2) - 3
