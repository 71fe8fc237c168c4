"""Filters that change each voxel by itself: square, square root, logarithm, exponential.

All scale with m = max |x| over the whole image, so that the result spans a range of the
image's size (pyradiomics 3.1, ``imageoperations``).  The order of operations is pyradiomics',
so that the values are equal to the last bit.
"""

from __future__ import annotations

import math

import numpy as np


def square(values: np.ndarray, largest: float) -> np.ndarray:
    """(c x)² with c = 1 / √m; without a value where the whole image is 0."""
    if largest == 0:
        return np.full(values.shape, np.nan)
    return (1.0 / np.sqrt(np.float64(largest)) * values.astype(np.float64)) ** 2


def square_root(values: np.ndarray, largest: float) -> np.ndarray:
    """√(m x) for x > 0, −√(−m x) for x < 0."""
    result = values.astype(np.float64)
    positive, negative = result > 0, result < 0
    result[positive] = np.sqrt(result[positive] * largest)
    result[negative] = -np.sqrt(-result[negative] * largest)
    return result


def logarithm(values: np.ndarray, largest: float) -> np.ndarray:
    """c ln(x + 1) for x > 0, −c ln(1 − x) for x < 0, with c = m / ln(m + 1); no value where the image is 0."""
    if largest == 0:
        return np.full(values.shape, np.nan)
    result = values.astype(np.float64)
    positive, negative = result > 0, result < 0
    result[positive] = np.log(result[positive] + 1)
    result[negative] = -np.log(-(result[negative] - 1))
    return result * (largest / np.log(np.full(1, largest + 1.0))[0])


def exponential(values: np.ndarray, largest: float) -> np.ndarray:
    """exp(c x) with c = ln(m) / m; without a value where the whole image is 0."""
    if largest == 0:
        return np.full(values.shape, np.nan)
    return np.exp(math.log(largest) / largest * values.astype(np.float64))
