"""Laplacian of Gaussian and separable wavelets by the definitions of IBSI-2 (arXiv:2006.05470).

The engine's own filters (``features/filters``) are pyradiomics': a recursive Gaussian without an end, multiplied by σ²,
and wavelets on a ring.  These are plain convolutions with a chosen continuation beyond the border.  They read and
write whole arrays (k, j, i): crop before, with the filter's support around the region.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import permutations

import numpy as np
from scipy import ndimage

from ..filters.voxels import Poll

#: IBSI-2's boundary conditions -> SciPy's names; "mirror" repeats the outermost voxel
BOUNDARIES = {"zero": "constant", "nearest": "nearest", "periodic": "wrap", "mirror": "reflect"}


def laplacian_of_gaussian(values: np.ndarray, spacing_kji: tuple[float, float, float], sigma_mm: float,
                          cutoff_sigmas: float = 4.0, boundary: str = "mirror", in_slices: bool = False,
                          poll: Poll = lambda: None) -> np.ndarray:
    """Response in the unit of the image per voxel², float64; truncated, and not multiplied by σ².

    ``in_slices`` filters each k plane on its own.
    """
    axes = (1, 2) if in_slices else (0, 1, 2)
    gaussians, curvatures = {}, {}
    for axis in axes:
        sigma = sigma_mm / spacing_kji[axis]
        reach = math.floor(cutoff_sigmas * sigma + 0.5)
        squares = (np.arange(-reach, reach + 1) / sigma) ** 2
        gaussians[axis] = np.exp(-squares / 2) / (math.sqrt(2 * math.pi) * sigma)
        curvatures[axis] = (squares - 1) / sigma ** 2 * gaussians[axis]
    total = np.zeros(values.shape)
    # the kernel is a sum of products: the second derivative along one axis, Gaussians along the others
    for curved in axes:
        response = values.astype(np.float64)
        for axis in axes:
            poll()
            kernel = curvatures[axis] if axis == curved else gaussians[axis]
            response = ndimage.convolve1d(response, kernel, axis, mode=BOUNDARIES[boundary])
        total += response
    return total


def separable_wavelet(values: np.ndarray, wavelet: str, passes: str, level: int = 1, boundary: str = "mirror",
                      rotation_invariant: bool = False, poll: Poll = lambda: None) -> np.ndarray:
    """Response of a stationary (undecimated) transform, float64.

    ``wavelet`` is PyWavelets' name.  ``passes`` has L (low) or H (high) along i, j and k at ``level``, or along i and j
    to filter each k plane on its own; the levels before are low along all.  ``rotation_invariant`` is the mean over the
    right-angled rotations of the filter, 24 in space and 4 in a plane.
    """
    import pywt

    bank = pywt.Wavelet(wavelet)
    filters = {"L": np.array(bank.dec_lo), "H": np.array(bank.dec_hi)}
    if len(passes) not in (2, 3) or set(passes) - set(filters):
        raise ValueError(f"the passes are two or three letters L or H, not {passes!r}")

    def one_way(array: np.ndarray, letter: str, axis: int) -> np.ndarray:
        response = array.astype(np.float64)
        for step in range(level):
            poll()
            # the filters of level n have 2^(n−1) − 1 zeros behind every tap ("à trous")
            taps = filters[letter if step == level - 1 else "L"]
            kernel = np.zeros(taps.size * 2 ** step)
            kernel[::2 ** step] = taps
            response = ndimage.convolve1d(response, kernel, axis, mode=BOUNDARIES[boundary])
        return response

    def turned(array: np.ndarray, letter: str, axis: int) -> np.ndarray:
        # turning the image and turning the response back is turning the filter
        return np.flip(one_way(np.flip(array, axis), letter, axis), axis)

    def both_ways(array: np.ndarray, letter: str, axis: int) -> np.ndarray:
        return (one_way(array, letter, axis) + turned(array, letter, axis)) / 2

    def along_axes(letters: Sequence[str], steps: Sequence[Callable[[np.ndarray, str, int], np.ndarray]]) -> np.ndarray:
        response = values
        # the letters stand for i, j and k, which are the axes 2, 1 and 0
        for number, (letter, step) in enumerate(zip(letters, steps, strict=True)):
            response = step(response, letter, 2 - number)
        return response

    if not rotation_invariant:
        return along_axes(passes, (one_way,) * len(passes))
    if len(passes) == 2:
        swapped = passes[::-1]
        return (along_axes(passes, (one_way, one_way)) + along_axes(passes, (turned, turned))
                + along_axes(swapped, (turned, one_way)) + along_axes(swapped, (one_way, turned))) / 4
    # A rotation in space is a permutation of the axes with an even or odd number of flips.  Two of three letters are
    # equal, so every order of the letters occurs with both: all eight flips, which is both ways along each axis.
    orders = sorted(set(permutations(passes)))
    total = np.zeros(values.shape)
    for letters in orders:
        total += along_axes(letters, (both_ways,) * 3)
    return total / len(orders)
