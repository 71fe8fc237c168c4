"""Laplacian of Gaussian and separable wavelets by the definitions of IBSI-2 (arXiv:2006.05470).

The engine's own filters (``features/filters``) are pyradiomics': a recursive Gaussian without an end, multiplied by σ²,
and wavelets on a ring.  These are plain convolutions with a chosen continuation beyond the border.  They read and
write whole arrays (k, j, i): crop before, with the filter's support around the region.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import permutations, product

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
    if not rotation_invariant:
        return _transform(values, filters, passes, level, BOUNDARIES[boundary], poll)
    total, count = np.zeros(values.shape), 0
    for order, flipped in _rotations((0, 1, 2) if len(passes) == 3 else (1, 2)):
        # turning the image and turning the response back is turning the filter
        turned = np.flip(values.transpose(order), flipped)
        response = _transform(turned, filters, passes, level, BOUNDARIES[boundary], poll)
        total += np.flip(response, flipped).transpose(np.argsort(order))
        count += 1
    return total / count


def _transform(values: np.ndarray, filters: dict[str, np.ndarray], passes: str, level: int, mode: str,
               poll: Poll) -> np.ndarray:
    response = values.astype(np.float64)
    for step in range(level):
        # the filters of level n have 2^(n−1) − 1 zeros behind every tap ("à trous")
        gap = 2 ** step
        for number, letter in enumerate(passes if step == level - 1 else "L" * len(passes)):
            poll()
            kernel = np.zeros(filters[letter].size * gap)
            kernel[::gap] = filters[letter]
            response = ndimage.convolve1d(response, kernel, 2 - number, mode=mode)
    return response


def _rotations(axes: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Order of all three axes and the axes to flip, of each right-angled rotation of these axes."""
    for order in permutations(axes):
        whole = tuple(range(3 - len(axes))) + order
        odd_order = round(np.linalg.det(np.eye(3)[list(whole)])) < 0
        for flips in product((False, True), repeat=len(axes)):
            # a reflection is an odd number of flips and swaps
            if (sum(flips) % 2 == 1) == odd_order:
                yield whole, tuple(axis for axis, flip in zip(axes, flips, strict=True) if flip)
