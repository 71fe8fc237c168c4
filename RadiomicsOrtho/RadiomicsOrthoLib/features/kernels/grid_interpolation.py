"""Interpolation between two grids with ITK's arithmetic, so that even the last bits are ITK's.

The last bits matter: ITK cuts interpolated values of a scan of whole numbers towards 0, and wherever
a new voxel lies on an old one the interpolated value is a whole number up to rounding.

B-spline: Unser, IEEE Signal Process Mag 1999;16(6):22, as ITK's BSplineDecompositionImageFilter and
BSplineInterpolateImageFunction write it down.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from .compiled import kernel

#: the cubic B-spline's pole and ITK's start of the recursion, which sums until |pole|ⁿ < 1e-10
_POLE = math.sqrt(3.0) - 2.0
_HORIZON = math.ceil(math.log(1e-10) / math.log(abs(_POLE)))
_GAIN = (1.0 - _POLE) * (1.0 - 1.0 / _POLE)

#: lines that are treated side by side
_LINES = 8
#: values between two looks at the cancel button (some 30 ms)
_VALUES_PER_CALL = 2_000_000


def spline_coefficients(values: np.ndarray, poll: Callable[[], None]) -> np.ndarray:
    """Cubic B-spline coefficients (k, j, i) of ``values``, float64, mirrored at the array's borders."""
    coefficients = values.astype(np.float64, order="C")
    for axis in (2, 1, 0):  # i first, then j, then k, as ITK
        if coefficients.shape[axis] == 1:
            continue
        across = 1 if axis == 0 else 0
        step = max(1, _VALUES_PER_CALL * coefficients.shape[across] // coefficients.size)
        for first in range(0, coefficients.shape[across], step):
            poll()
            _decompose(coefficients, axis, first, min(first + step, coefficients.shape[across]))
    return coefficients


@kernel
def _decompose(coefficients, axis, first, last):
    """In place along ``axis``, for ``first`` … ``last`` of the outer of the two other axes."""
    length = coefficients.shape[axis]
    inner = coefficients.shape[1] if axis == 2 else coefficients.shape[2]
    # lines side by side, as they lie in memory
    lines = np.zeros((length, _LINES))
    for outer in range(first, last):
        for start in range(0, inner, _LINES):
            width = min(_LINES, inner - start)
            if axis == 2:
                for w in range(width):
                    for n in range(length):
                        lines[n, w] = coefficients[outer, start + w, n]
            else:
                for n in range(length):
                    row = coefficients[n, outer] if axis == 0 else coefficients[outer, n]
                    for w in range(width):
                        lines[n, w] = row[start + w]
            _decompose_lines(lines)
            if axis == 2:
                for w in range(width):
                    for n in range(length):
                        coefficients[outer, start + w, n] = lines[n, w]
            else:
                for n in range(length):
                    row = coefficients[n, outer] if axis == 0 else coefficients[outer, n]
                    for w in range(width):
                        row[start + w] = lines[n, w]


@kernel
def _decompose_lines(lines):
    length = lines.shape[0]
    for n in range(length):
        for w in range(_LINES):
            lines[n, w] *= _GAIN
    power = _POLE
    if length > _HORIZON:
        for n in range(1, _HORIZON):
            for w in range(_LINES):
                lines[0, w] += power * lines[n, w]
            power *= _POLE
    else:
        inverse = 1.0 / _POLE
        back = _POLE ** float(length - 1)
        for w in range(_LINES):
            lines[0, w] += back * lines[length - 1, w]
        back *= back * inverse
        for n in range(1, length - 1):
            for w in range(_LINES):
                lines[0, w] += (power + back) * lines[n, w]
            power *= _POLE
            back *= inverse
        for w in range(_LINES):
            lines[0, w] /= 1.0 - power * power
    for n in range(1, length):
        for w in range(_LINES):
            lines[n, w] += _POLE * lines[n - 1, w]
    for w in range(_LINES):
        lines[length - 1, w] = (_POLE / (_POLE * _POLE - 1.0)) * (_POLE * lines[length - 2, w] + lines[length - 1, w])
    for n in range(length - 2, -1, -1):
        for w in range(_LINES):
            lines[n, w] = _POLE * (lines[n + 1, w] - lines[n, w])


def compile_kernels() -> None:
    """Compile (or load from the cache) everything here, so that the first real scan does not wait for it."""
    values = np.zeros((2, 2, 2))
    line = np.zeros((2, 2, 3))
    spline_values(spline_coefficients(values, lambda: None), (0, 0, 0), (2, 2, 2), line, line, 2.0, 0,
                  np.empty((1, 2, 2)))
    linear_values(values, (0, 0, 0), (2, 2, 2), line, line, 2.0, 0, np.empty((1, 2, 2)))
    nearest_values(values > 0, line, line, 2.0, 0, np.empty((1, 2, 2), bool))


@kernel
def spline_values(coefficients, offset, shape, start, end, size, first, result):
    """Values of the spline on lines of the new grid, float64 (k, j, i) into ``result``.

    ``offset`` is where ``coefficients`` begin in the old grid of ``shape`` (both k, j, i);
    ``start`` and ``end`` (k, j, 3) are where each line of ``size`` voxels begins and ends in the old
    grid, as (i, j, k) indices; ``result`` begins at voxel ``first`` of the lines.
    """
    count = result.shape[2]
    weights = np.empty((3, 4, count))
    places = np.empty((3, 4, count), np.int64)
    inside = np.empty(count, np.bool_)
    total = np.empty(count)
    for k in range(result.shape[0]):
        for j in range(result.shape[1]):
            _spline_neighbours(start[k, j], end[k, j], size, first, offset, shape, weights, places, inside)
            # a line along one axis of the old grid has the same neighbours along the others everywhere
            along_i = start[k, j, 1] == end[k, j, 1] and start[k, j, 2] == end[k, j, 2]
            # voxels side by side: each sum of 64 products has ITK's order and is slow alone
            total[:] = 0.0
            for c in range(4):
                for b in range(4):
                    if along_i:
                        row = coefficients[places[2, c, 0], places[1, b, 0]]
                        across_j, across_k = weights[1, b, 0], weights[2, c, 0]
                        for a in range(4):
                            for i in range(count):
                                total[i] += weights[0, a, i] * across_j * across_k * row[places[0, a, i]]
                    else:
                        for a in range(4):
                            for i in range(count):
                                weight = weights[0, a, i] * weights[1, b, i] * weights[2, c, i]
                                total[i] += weight * coefficients[places[2, c, i], places[1, b, i], places[0, a, i]]
            for i in range(count):
                result[k, j, i] = total[i] if inside[i] else 0.0


@kernel
def _spline_neighbours(start, end, size, first, offset, shape, weights, places, inside):
    """The four neighbours along i, j, k of every voxel of a line: weights and places in the coefficients."""
    for i in range(inside.size):
        alpha = (first + i) / size
        inside[i] = True
        for axis in range(3):
            x = start[axis] + alpha * (end[axis] - start[axis])
            length = shape[2 - axis]
            if not (x >= -0.5 and x < length - 0.5):
                inside[i] = False
                for n in range(4):
                    weights[axis, n, i] = 0.0
                    places[axis, n, i] = 0
                continue
            # ITK looks for the neighbours in single precision
            low = math.floor(np.float32(x)) - 1
            w = x - (low + 1)
            third = (1.0 / 6.0) * w * w * w
            zeroth = (1.0 / 6.0) + 0.5 * w * (w - 1.0) - third
            second = w + zeroth - 2.0 * third
            weights[axis, 0, i] = zeroth
            weights[axis, 1, i] = 1.0 - zeroth - second - third
            weights[axis, 2, i] = second
            weights[axis, 3, i] = third
            for n in range(4):
                place = low + n
                if length == 1:
                    place = 0
                else:
                    # mirrored at the ends
                    place = max(place, -place)
                    if place >= length - 1:
                        # twice along an axis of two voxels, where ITK reads outside of the image
                        place = abs(2 * (length - 1) - place)
                places[axis, n, i] = place - offset[2 - axis]


@kernel
def linear_values(values, offset, shape, start, end, size, first, result):
    """Like ``spline_values``, but linear between the ``values`` themselves (float64)."""
    lengths = (shape[2], shape[1], shape[0])
    offsets = (offset[2], offset[1], offset[0])
    low = np.empty(3, np.int64)
    high = np.empty(3, np.int64)
    part = np.empty(3)
    for k in range(result.shape[0]):
        for j in range(result.shape[1]):
            for i in range(result.shape[2]):
                alpha = (first + i) / size
                inside = True
                for axis in range(3):
                    x = start[k, j, axis] + alpha * (end[k, j, axis] - start[k, j, axis])
                    length = lengths[axis]
                    if not (x >= -0.5 and x < length - 0.5):
                        inside = False
                        break
                    base = max(math.floor(x), 0)
                    part[axis] = max(x - base, 0.0)
                    low[axis] = base - offsets[axis]
                    high[axis] = min(base + 1, length - 1) - offsets[axis]
                if not inside:
                    result[k, j, i] = 0.0
                    continue
                # along i first, then j, then k, as ITK
                v000 = values[low[2], low[1], low[0]]
                v010 = values[low[2], high[1], low[0]]
                v001 = values[high[2], low[1], low[0]]
                v011 = values[high[2], high[1], low[0]]
                x00 = v000 + (values[low[2], low[1], high[0]] - v000) * part[0]
                x10 = v010 + (values[low[2], high[1], high[0]] - v010) * part[0]
                x01 = v001 + (values[high[2], low[1], high[0]] - v001) * part[0]
                x11 = v011 + (values[high[2], high[1], high[0]] - v011) * part[0]
                xx0 = x00 + (x10 - x00) * part[1]
                xx1 = x01 + (x11 - x01) * part[1]
                result[k, j, i] = xx0 + (xx1 - xx0) * part[2]


@kernel
def nearest_values(mask, start, end, size, first, result):
    """The nearest voxel of a boolean (k, j, i) mask on lines of the new grid; False outside it."""
    for k in range(result.shape[0]):
        for j in range(result.shape[1]):
            for i in range(result.shape[2]):
                alpha = (first + i) / size
                x = start[k, j, 0] + alpha * (end[k, j, 0] - start[k, j, 0])
                y = start[k, j, 1] + alpha * (end[k, j, 1] - start[k, j, 1])
                z = start[k, j, 2] + alpha * (end[k, j, 2] - start[k, j, 2])
                inside = (-0.5 <= x < mask.shape[2] - 0.5 and -0.5 <= y < mask.shape[1] - 0.5
                          and -0.5 <= z < mask.shape[0] - 0.5)
                result[k, j, i] = inside and mask[math.floor(z + 0.5), math.floor(y + 0.5),
                                                  math.floor(x + 0.5)]
