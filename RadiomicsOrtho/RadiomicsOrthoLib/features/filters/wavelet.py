"""Stationary (undecimated) wavelet transform, as pyradiomics builds it from PyWavelets.

pyradiomics repeats the one-level transform on the approximation, without dilating the filter
from level to level, and names each result by the low (L) or high (H) pass along i, j and k.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...imaging.box import Box
from .voxels import Poll, Voxels, gather


def margin_of(wavelet: str, levels: int) -> int:
    """Voxels around a box that decide the transform in it after ``levels`` levels."""
    import pywt

    # periodic convolution: the transform at n reads n − L/2 + 1 … n + L/2 for a filter of length L
    return (pywt.Wavelet(wavelet).dec_len + 1) // 2 * levels


def wavelet_images(voxels: Voxels, box: Box, wavelet: str, start_level: int, levels: int,
                   skipped_axis: int | None, poll: Poll) -> Iterator[tuple[str, np.ndarray]]:
    """Yield (name, response on ``box``), details of each level first, the last approximation at the end.

    ``skipped_axis`` (0 = k) is not filtered: 2-D analysis in the other two.  float64, or float32
    for a float32 image.
    """
    import pywt

    transform = pywt.Wavelet(wavelet)
    margin = margin_of(wavelet, start_level + levels)
    axes = tuple(axis for axis in (2, 1, 0) if axis != skipped_axis)
    indices, inner = [], []
    for axis, (lower, upper, length) in enumerate(zip(box.lower, box.upper, voxels.shape, strict=True)):
        wanted, first = ((np.arange(lower, upper), 0) if axis == skipped_axis
                         else _ring(lower, upper, length, margin))
        indices.append(wanted)
        inner.append(slice(first, first + upper - lower))
    data = gather(voxels, tuple(indices), poll)
    inner = tuple(inner)

    for level in range(start_level + levels):
        number = level - start_level + 1
        prefix = "wavelet-" if number <= 1 else f"wavelet{number}-"
        last = number == levels
        # only the last level may forget what lies outside the box: the next level reads it
        parts = _decompose(data, transform, axes, inner if last else None, poll)
        approximation = "a" * len(axes)
        for path, part in parts:
            if path == approximation:
                data = part
            elif number >= 1:
                response = part if last else part[inner]
                yield prefix + path.replace("a", "L").replace("d", "H"), np.ascontiguousarray(response)
    yield prefix + "L" * len(axes), np.ascontiguousarray(data)


def _decompose(data: np.ndarray, transform: object, axes: tuple[int, ...], kept: tuple[slice, ...] | None,
               poll: Poll, path: str = "") -> Iterator[tuple[str, np.ndarray]]:
    """One level, axis after axis, branch after branch: a few volumes at a time instead of twelve.

    Yields the path (``a`` approximation, ``d`` detail per axis) and the coefficients; each
    axis is cut to ``kept`` once it is done.
    """
    import pywt

    if not axes:
        yield path, data
        return
    poll()
    axis = axes[0]
    parts = list(pywt.swt(data, transform, level=1, start_level=0, axis=axis)[0])
    # from here on only the parts that are still to come are held
    del data
    if kept is not None:
        cut = (slice(None),) * axis + (kept[axis],)
        parts = [part[cut] for part in parts]
    for letter in "ad":
        yield from _decompose(parts.pop(0), transform, axes[1:], kept, poll, path + letter)


def _ring(lower: int, upper: int, length: int, margin: int) -> tuple[np.ndarray, int]:
    """Voxels of one axis that make a short ring on which lower … upper transforms as on the whole axis.

    PyWavelets closes an axis to a ring and wants it even; pyradiomics repeats the first voxel
    behind the last of an odd one.  Where the box lies near an end, both ends are kept at their
    places, so that even the order of summation stays that of the whole axis.
    Returns the voxel indices and where among them ``lower`` is.
    """
    period = length + length % 2
    keep = np.zeros(period, bool)
    keep[np.arange(lower - margin, upper + margin) % period] = True
    if lower < margin or upper + margin > period:
        keep[:margin] = True
        keep[-margin:] = True
    if np.count_nonzero(keep) % 2:
        # one more at a seam, where the response is not used; the ring is odd, so there is one
        keep[np.flatnonzero(~keep)[0]] = True
    places = np.flatnonzero(keep)
    return places % length, int(np.searchsorted(places, lower))
