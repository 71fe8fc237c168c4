"""Laplacian of Gaussian, as ITK's LaplacianRecursiveGaussianImageFilter.

ITK approximates the Gaussian by a recursive filter of fourth order (Deriche, INRIA report 1893,
1993; Farnebäck & Westin, 2006) that never dies away: the response at a voxel depends on the whole
image, and falls by exp(-1.37) with each σ of distance.  At 12 σ what is cut off moves no feature by
more than 1e-6 (at 8 σ up to 2e-4: single voxels cross the edge of a bin), except a mean or median
that happens to lie next to 0: the response is float32, and a voxel's last bit shows there.  At 20 σ
the last bit is safe too, so crops that stay cheap get that.
"""

from __future__ import annotations

import math

import numpy as np

from ...imaging.box import Box
from .voxels import Poll, Voxels

#: support of the recursive Gaussian in σ, the last one at any size
SUPPORT_SIGMAS = (20.0, 18.0, 16.0, 14.0, 12.0)
#: the smallest σ, in voxels, that has a response
SMALLEST_VOXELS = 0.002
#: voxels of a crop that take some 30 ms
_CHEAP_VOXELS = 4_000_000
#: voxels that are filtered between two looks at the cancel button; what comes of them fits the processor's cache
_SLAB_VOXELS = 500_000


def log_name(sigma_mm: float) -> str:
    """pyradiomics' name of the image: ``log-sigma-2-0-mm-3D``; it depends on how σ is written (2 or 2.0)."""
    return f"log-sigma-{str(sigma_mm).replace('.', '-')}-mm-3D"


def log_is_possible(shape: tuple[int, int, int], spacing_kji: tuple[float, float, float], sigma_mm: float) -> bool:
    """pyradiomics leaves a σ out if the image is smaller than σ, and all of them below 4 voxels.

    Far below the size of a voxel ITK's recursion divides 0 by 0.
    """
    if min(shape) < 4 or sigma_mm < SMALLEST_VOXELS * max(spacing_kji):
        return False
    return all(n >= math.ceil(sigma_mm / s) + 1 for n, s in zip(shape, spacing_kji, strict=True))


def margins_of(sigma_mm: float, spacing_kji: tuple[float, float, float],
               box_shape: tuple[int, int, int]) -> tuple[int, int, int]:
    """Voxels (k, j, i) around a box that decide the response in it; at least the 4 of the recursion."""
    margins = (0, 0, 0)
    for sigmas in SUPPORT_SIGMAS:
        margins = tuple(max(4, math.ceil(sigmas * sigma_mm / s)) for s in spacing_kji)
        if math.prod(n + 2 * m for n, m in zip(box_shape, margins, strict=True)) <= _CHEAP_VOXELS:
            break
    return margins


def laplacian_of_gaussian(voxels: Voxels, box: Box, spacing_kji: tuple[float, float, float], sigma_mm: float,
                          poll: Poll) -> np.ndarray:
    """σ² Δ(G_σ * x) on ``box``, float32, normalised across scale."""
    outer = box.grown(margins_of(sigma_mm, spacing_kji, box.shape), voxels.shape)
    source = voxels.crop(outer, poll)
    inner = box.within(outer)
    total = None
    # ITK: along each axis the second derivative first, then smoothing along the others, i before j
    # before k, with every result stored as float32
    for axis in (2, 1, 0):
        smoothed, last = (other for other in (2, 1, 0) if other != axis)
        # lines do not know of each other, so two of the three passes can be done slab by slab
        response = _filtered(source, last, ((axis, 2), (smoothed, 0)), inner, spacing_kji, sigma_mm, poll)
        response = _filtered(response, axis, ((last, 0),), inner, spacing_kji, sigma_mm, poll)
        scaled = response.astype(np.float64) * (1.0 / (spacing_kji[axis] * spacing_kji[axis]))
        total = scaled.astype(np.float32) if total is None else (total + scaled).astype(np.float32)
    return total


def _filtered(values: np.ndarray, across: int, passes: tuple[tuple[int, int], ...], inner: Box,
              spacing_kji: tuple[float, float, float], sigma_mm: float, poll: Poll) -> np.ndarray:
    """``values`` after ``passes`` (axis, order of the derivative), cut to ``inner`` along their axes.

    The work goes in slabs across another axis, so that no whole result of a first pass is held.
    """
    from ..kernels.recursive_gaussian import coefficients, filter_axis

    shape = list(values.shape)
    for axis, _ in passes:
        shape[axis] = inner.shape[axis]
    result = np.empty(shape, np.float32)
    weights = [coefficients(sigma_mm, spacing_kji[axis], order) for axis, order in passes]
    thickness = max(1, _SLAB_VOXELS * values.shape[across] // values.size)
    for first in range(0, values.shape[across], thickness):
        poll()
        slab = (slice(None),) * across + (slice(first, first + thickness),)
        part = values[slab]
        for (axis, _), weight in zip(passes, weights, strict=True):
            part = filter_axis(part, axis, weight, inner.lower[axis], inner.upper[axis])
        result[slab] = part
    return result
