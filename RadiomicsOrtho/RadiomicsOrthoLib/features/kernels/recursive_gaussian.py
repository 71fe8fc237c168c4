"""ITK's recursive Gaussian along one axis, with ITK's order of operations and rounding.

Constants and formulas: Deriche, "Recursively implementing the Gaussian and its derivatives", INRIA
report 1893 (1993); boundary values and normalisation: Farnebäck & Westin, J Math Imaging Vis
2006;26:293, as ITK's RecursiveGaussianImageFilter applies them.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numba import types

from .compiled import kernel

# Deriche's exponential series of the Gaussian (order 0) and its second derivative (order 2)
_W1, _L1, _W2, _L2 = 0.6681, -1.3932, 2.0787, -1.3732
_A1 = {0: 1.3530, 2: -1.3563}
_B1 = {0: 1.8151, 2: 5.2318}
_A2 = {0: -0.3531, 2: 0.3446}
_B2 = {0: 0.0902, 2: -2.2355}

#: lines that are filtered side by side: what one processor core's first cache holds
_LINES = 32
#: number types that the kernel is compiled for; CT is int16, what comes from a first pass is float32
_READ_AS_THEY_ARE = (np.int16, np.float32, np.float64)


@lru_cache(maxsize=256)
def coefficients(sigma: float, spacing: float, order: int) -> np.ndarray:
    """(20,) filter weights N0…N3, D1…D4, M1…M4, BN1…BN4, BM1…BM4 for σ and spacing in mm.

    Order 0 smooths; order 2 is the second derivative per voxel², times σ² (normalised across scale).
    Callers share the array: never write to it.
    """
    ratio = sigma / spacing
    d, (sd, dd, ed) = _denominator(ratio)
    if order == 0:
        n, (sn, _, _) = _numerator(ratio, 0)
        alpha = 2 * sn / sd - n[0]
        scale = 1.0 / alpha
    else:
        n0, (sn0, dn0, en0) = _numerator(ratio, 0)
        n2, (sn2, dn2, en2) = _numerator(ratio, 2)
        beta = -(2 * sn2 - sd * n2[0]) / (2 * sn0 - sd * n0[0])
        n = [b + beta * a for a, b in zip(n0, n2, strict=True)]
        sn, dn, en = sn2 + beta * sn0, dn2 + beta * dn0, en2 + beta * en0
        alpha = (en * sd * sd - ed * sn * sd - 2 * dn * dd * sd + 2 * dd * dd * sn) / (sd * sd * sd)
        scale = sigma * sigma / alpha
    n = [value * scale for value in n]
    m = [n[1] - d[0] * n[0], n[2] - d[1] * n[0], n[3] - d[2] * n[0], -d[3] * n[0]]
    sn = n[0] + n[1] + n[2] + n[3]
    sm = m[0] + m[1] + m[2] + m[3]
    return np.array([*n, *d, *m, *(value * sn / sd for value in d), *(value * sm / sd for value in d)])


def _numerator(ratio: float, order: int) -> tuple[list[float], tuple[float, float, float]]:
    a1, b1, a2, b2 = _A1[order], _B1[order], _A2[order], _B2[order]
    sin1, sin2 = math.sin(_W1 / ratio), math.sin(_W2 / ratio)
    cos1, cos2 = math.cos(_W1 / ratio), math.cos(_W2 / ratio)
    exp1, exp2 = math.exp(_L1 / ratio), math.exp(_L2 / ratio)
    n0 = a1 + a2
    n1 = exp2 * (b2 * sin2 - (a2 + 2 * a1) * cos2)
    n1 += exp1 * (b1 * sin1 - (a1 + 2 * a2) * cos1)
    n2 = (a1 + a2) * cos2 * cos1
    n2 -= b1 * cos2 * sin1 + b2 * cos1 * sin2
    n2 *= 2 * exp1 * exp2
    n2 += a2 * exp1 * exp1 + a1 * exp2 * exp2
    n3 = exp2 * exp1 * exp1 * (b2 * sin2 - a2 * cos2)
    n3 += exp1 * exp2 * exp2 * (b1 * sin1 - a1 * cos1)
    return [n0, n1, n2, n3], (n0 + n1 + n2 + n3, n1 + 2 * n2 + 3 * n3, n1 + 4 * n2 + 9 * n3)


def _denominator(ratio: float) -> tuple[list[float], tuple[float, float, float]]:
    cos1, cos2 = math.cos(_W1 / ratio), math.cos(_W2 / ratio)
    exp1, exp2 = math.exp(_L1 / ratio), math.exp(_L2 / ratio)
    d4 = exp1 * exp1 * exp2 * exp2
    d3 = -2 * cos1 * exp1 * exp2 * exp2
    d3 += -2 * cos2 * exp2 * exp1 * exp1
    d2 = 4 * cos2 * cos1 * exp1 * exp2
    d2 += exp1 * exp1 + exp2 * exp2
    d1 = -2 * (exp2 * cos2 + exp1 * cos1)
    return [d1, d2, d3, d4], (1.0 + d1 + d2 + d3 + d4, d1 + 2 * d2 + 3 * d3 + 4 * d4,
                              d1 + 4 * d2 + 9 * d3 + 16 * d4)


def filter_axis(values: np.ndarray, axis: int, weights: np.ndarray, start: int, stop: int) -> np.ndarray:
    """Filter (k, j, i) ``values`` along ``axis`` and return start … stop of it, float32.

    The edge voxels are taken to repeat for ever, as ITK does.
    """
    shape = list(values.shape)
    shape[axis] = stop - start
    result = np.empty(shape, np.float32)
    if values.dtype not in _READ_AS_THEY_ARE:
        values = values.astype(np.float64)
    _filter(values, axis, weights, start, result)
    return result


def compile_kernels() -> None:
    """Everything here is compiled, or loaded from the cache, when the module is imported."""


@kernel
def _filter_lines(x, length, start, stop, weights, causal, anticausal):
    """Both passes over lines in rows 4 … length + 4 of ``x``; results are valid for start … stop."""
    n0, n1, n2, n3 = weights[0], weights[1], weights[2], weights[3]
    d1, d2, d3, d4 = weights[4], weights[5], weights[6], weights[7]
    m1, m2, m3, m4 = weights[8], weights[9], weights[10], weights[11]
    for row in range(4):
        for w in range(_LINES):
            x[row, w] = x[4, w]
            x[length + 4 + row, w] = x[length + 3, w]
    for n in range(stop):
        row = n + 4
        if n < 4:
            # before the border the response is constant; ITK folds it into BN1…BN4
            for w in range(_LINES):
                edge = x[4, w]
                y1 = causal[row - 1, w] * d1 if n > 0 else edge * weights[12]
                y2 = causal[row - 2, w] * d2 if n > 1 else edge * weights[13]
                y3 = causal[row - 3, w] * d3 if n > 2 else edge * weights[14]
                y4 = edge * weights[15]
                causal[row, w] = ((x[row, w] * n0 + x[row - 1, w] * n1 + x[row - 2, w] * n2 + x[row - 3, w] * n3)
                                  - (y1 + y2 + y3 + y4))
        else:
            for w in range(_LINES):
                causal[row, w] = ((x[row, w] * n0 + x[row - 1, w] * n1 + x[row - 2, w] * n2 + x[row - 3, w] * n3)
                                  - (causal[row - 1, w] * d1 + causal[row - 2, w] * d2
                                     + causal[row - 3, w] * d3 + causal[row - 4, w] * d4))
    for n in range(length - 1, start - 1, -1):
        row = n + 4
        left = length - 1 - n
        if left < 4:
            for w in range(_LINES):
                edge = x[length + 3, w]
                z1 = anticausal[row + 1, w] * d1 if left > 0 else edge * weights[16]
                z2 = anticausal[row + 2, w] * d2 if left > 1 else edge * weights[17]
                z3 = anticausal[row + 3, w] * d3 if left > 2 else edge * weights[18]
                z4 = edge * weights[19]
                anticausal[row, w] = ((x[row + 1, w] * m1 + x[row + 2, w] * m2 + x[row + 3, w] * m3
                                       + x[row + 4, w] * m4) - (z1 + z2 + z3 + z4))
        else:
            for w in range(_LINES):
                anticausal[row, w] = ((x[row + 1, w] * m1 + x[row + 2, w] * m2 + x[row + 3, w] * m3
                                       + x[row + 4, w] * m4)
                                      - (anticausal[row + 1, w] * d1 + anticausal[row + 2, w] * d2
                                         + anticausal[row + 3, w] * d3 + anticausal[row + 4, w] * d4))


@kernel(signatures=[types.void(types.Array(number, 3, "A", readonly=True), types.int64, types.float64[::1], types.int64,
                              types.float32[:, :, ::1]) for number in (types.int16, types.float32, types.float64)])
def _filter(values, axis, weights, start, result):
    length = values.shape[axis]
    kept = result.shape[axis]
    # eight rows more than the line: ITK's first and last four samples have rules of their own
    x = np.zeros((length + 8, _LINES))
    causal = np.zeros((length + 8, _LINES))
    anticausal = np.zeros((length + 8, _LINES))
    outer = values.shape[1] if axis == 0 else values.shape[0]
    inner = values.shape[1] if axis == 2 else values.shape[2]
    for o in range(outer):
        for first in range(0, inner, _LINES):
            width = min(_LINES, inner - first)
            if axis == 0:
                for n in range(length):
                    for w in range(width):
                        x[n + 4, w] = values[n, o, first + w]
            elif axis == 1:
                for n in range(length):
                    for w in range(width):
                        x[n + 4, w] = values[o, n, first + w]
            else:
                for w in range(width):
                    for n in range(length):
                        x[n + 4, w] = values[o, first + w, n]
            _filter_lines(x, length, start, start + kept, weights, causal, anticausal)
            if axis == 0:
                for n in range(kept):
                    for w in range(width):
                        result[n, o, first + w] = causal[start + n + 4, w] + anticausal[start + n + 4, w]
            elif axis == 1:
                for n in range(kept):
                    for w in range(width):
                        result[o, n, first + w] = causal[start + n + 4, w] + anticausal[start + n + 4, w]
            else:
                for w in range(width):
                    for n in range(kept):
                        result[o, first + w, n] = causal[start + n + 4, w] + anticausal[start + n + 4, w]
