"""Local binary patterns in planes (Ojala, Pietikäinen & Mäenpää, IEEE PAMI 2002;24:971).

Values and their numbering are scikit-image's ``local_binary_pattern``, which pyradiomics calls.
"""

from __future__ import annotations

import math

import numpy as np

from ...imaging.box import Box
from .voxels import Poll, Voxels

METHODS = ("default", "ror", "uniform", "var")


def local_binary_pattern_2d(voxels: Voxels, box: Box, radius: float, samples: int, method: str, axis: int,
                            poll: Poll) -> np.ndarray:
    """Pattern of every voxel of ``box``, in planes across ``axis`` (0 = k); radius in voxels.

    Beyond the image's border the value is 0, as in scikit-image.  The result has the image's type,
    as pyradiomics stores it: only ``var`` gives values that are not whole.
    """
    reach = math.ceil(radius)
    margins = tuple(0 if a == axis else reach for a in range(3))
    outer = box.grown(margins, voxels.shape)
    source = voxels.crop(outer, poll).swapaxes(0, axis)
    inner = box.within(outer)
    # zeros where the image ends, so that every plane has the full margin
    before = [m - lo for lo, m in zip(inner.lower, margins, strict=True)]
    after = [m - (n - u) for u, m, n in zip(inner.upper, margins, outer.shape, strict=True)]
    for ends in (before, after):
        ends[0], ends[axis] = ends[axis], ends[0]
    result = np.empty([box.shape[a] for a in _swapped(axis)], voxels.dtype)
    # scikit-image takes the radius as a C float and rounds the sampling points
    angles = 2 * np.pi * np.arange(samples, dtype=np.float64) / samples
    rows = np.round(-float(np.float32(radius)) * np.sin(angles), 5)
    columns = np.round(float(np.float32(radius)) * np.cos(angles), 5)
    first = [box.lower[a] for a in _swapped(axis)]
    for index, plane in enumerate(source):
        poll()
        padded = np.pad(plane.astype(np.float64), ((before[1], after[1]), (before[2], after[2])))
        centre = padded[reach:padded.shape[0] - reach, reach:padded.shape[1] - reach]
        texture = np.stack([_sample(padded, reach, first[1:], centre.shape, at)
                            for at in zip(rows, columns, strict=True)])
        with np.errstate(invalid="ignore"):
            result[index] = _codes(texture, texture - centre >= 0, method).astype(voxels.dtype)
    return np.ascontiguousarray(result.swapaxes(0, axis))


def _swapped(axis: int) -> list[int]:
    order = [0, 1, 2]
    order[0], order[axis] = order[axis], order[0]
    return order


def _sample(padded: np.ndarray, reach: int, first: list[int], shape: tuple[int, int],
            at: tuple[float, float]) -> np.ndarray:
    """Bilinear values at a distance ``at`` (rows, columns) from each pixel of the inner part of ``padded``.

    ``first`` is the row and column of that part in the whole image: the weights are those of the
    whole image's coordinates, whose rounding decides between equal pixels.
    """
    low, high, weight = [], [], []
    for start, length, distance in zip(first, shape, at, strict=True):
        position = np.arange(start, start + length) + distance
        floor, ceiling = np.floor(position), np.ceil(position)
        weight.append(position - floor)
        low.append((floor - start).astype(int) + reach)
        # on a grid line both neighbours are the same pixel
        high.append((ceiling - start).astype(int) + reach)
    dr, dc = weight[0][:, None], weight[1][None, :]
    top = (1 - dc) * padded[np.ix_(low[0], low[1])] + dc * padded[np.ix_(low[0], high[1])]
    bottom = (1 - dc) * padded[np.ix_(high[0], low[1])] + dc * padded[np.ix_(high[0], high[1])]
    return (1 - dr) * top + dr * bottom


def _codes(texture: np.ndarray, ones: np.ndarray, method: str) -> np.ndarray:
    """Number of the pattern whose bits are ``ones`` (sample, row, column)."""
    samples = len(ones)
    if method in ("default", "ror"):
        bits = 2 ** np.arange(samples, dtype=np.int64)
        code = np.tensordot(bits, ones.astype(np.int64), axes=1)
        if method == "default":
            return code
        turned = [code]
        for _ in range(samples - 1):
            turned.append(turned[-1] >> 1 | (turned[-1] & 1) << (samples - 1))
        return np.minimum.reduce(turned)
    if method == "var":
        # scikit-image's order of operations; older versions divided the uniform pattern by the variance
        total = squares = np.zeros(texture.shape[1:])
        for sample in texture:
            total, squares = total + sample, squares + sample * sample
        spread = (squares - total * total / samples) / samples
        return np.where(spread != 0, spread, np.nan)
    # scikit-image counts the changes along the samples, not around the circle
    changes = (ones[1:] != ones[:-1]).sum(axis=0)
    return np.where(changes <= 2, ones.sum(axis=0), samples + 1)
