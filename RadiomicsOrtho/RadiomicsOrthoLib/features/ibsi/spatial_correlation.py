"""Moran's I (manual N365) and Geary's C (manual NPT7): do near voxels have similar intensities?

Both are sums over all pairs of voxels, weighted by the inverse of their distance: 10^10 pairs for a femur.  On a grid
the weight depends on the step between two voxels only, so that the sums are convolutions.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import fft

from ...imaging.box import Box
from ..filters.voxels import Poll


def moran_and_geary(values: np.ndarray, mask: np.ndarray, spacing_kji: tuple[float, float, float],
                    poll: Poll = lambda: None) -> tuple[float, float]:
    """Moran's I and Geary's C of the values under a boolean mask (k, j, i); NaN for fewer than two values."""
    box = Box.around(mask)
    mask = mask[box.slices]
    voxels = int(np.count_nonzero(mask))
    inside = values[box.slices][mask]
    # differences from the mean, so that nothing large cancels
    deviations = np.where(mask, values[box.slices] - inside.mean(), 0.0)
    squares = float((deviations ** 2).sum())
    if voxels < 2 or squares == 0:
        return math.nan, math.nan
    shape = tuple(fft.next_fast_len(2 * n - 1, real=True) for n in mask.shape)
    poll()
    weights = fft.rfftn(_inverse_distances(shape, spacing_kji))

    def weighted_sums(array: np.ndarray) -> np.ndarray:
        """Σ_j w_ij·x_j at every voxel i of the region, (voxels,)."""
        poll()
        spectrum = fft.rfftn(array, shape)
        poll()
        spectrum *= weights
        full = fft.irfftn(spectrum, shape)
        return full[tuple(slice(n) for n in mask.shape)][mask]

    own = deviations[mask]
    of_ones, of_deviations = weighted_sums(mask.astype(np.float64)), weighted_sums(deviations)
    total = float(of_ones.sum())
    products = float((own * of_deviations).sum())
    # Σ w_ij·(x_i − x_j)² = 2·Σ w_ij·x_i² − 2·Σ w_ij·x_i·x_j
    differences = 2 * float((own ** 2 * of_ones).sum()) - 2 * products
    return voxels / total * products / squares, (voxels - 1) / (2 * total) * differences / squares


def _inverse_distances(shape: tuple[int, ...], spacing_kji: tuple[float, ...]) -> np.ndarray:
    """1 / distance (1/mm) of each step on a ring of this shape; 0 for no step at all."""
    squares = 0.0
    for axis, (n, spacing) in enumerate(zip(shape, spacing_kji, strict=True)):
        steps = fft.fftfreq(n, 1 / n) * spacing
        squares = squares + (steps ** 2).reshape([-1 if a == axis else 1 for a in range(len(shape))])
    squares[(0,) * len(shape)] = np.inf
    return 1 / np.sqrt(squares)
