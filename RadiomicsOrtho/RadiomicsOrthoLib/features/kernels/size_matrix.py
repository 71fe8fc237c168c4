"""Features of a matrix "grey level × size", shared by run lengths, zones and dependences.

The three classes differ in what a size is and in the names; the formulas are those of the GLRLM class in pyradiomics'
documentation ("Radiomic Features").
"""

from __future__ import annotations

import math

import numpy as np

from .compiled import kernel

#: order of the columns that ``size_matrix_values`` returns
FORMULAS = ("small", "large", "level_non_uniformity", "level_non_uniformity_normalised", "size_non_uniformity",
            "size_non_uniformity_normalised", "percentage", "level_variance", "size_variance", "entropy", "low_level",
            "high_level", "small_low", "small_high", "large_low", "large_high")
(_SMALL, _LARGE, _LEVEL_NON_UNIFORMITY, _LEVEL_NON_UNIFORMITY_NORMALISED, _SIZE_NON_UNIFORMITY,
 _SIZE_NON_UNIFORMITY_NORMALISED, _PERCENTAGE, _LEVEL_VARIANCE, _SIZE_VARIANCE, _ENTROPY, _LOW_LEVEL, _HIGH_LEVEL,
 _SMALL_LOW, _SMALL_HIGH, _LARGE_LOW, _LARGE_HIGH) = range(len(FORMULAS))
#: numpy.spacing(1), with which pyradiomics keeps the logarithm of 0 finite
EPSILON = 2.0 ** -52


def size_matrix_values(matrices: np.ndarray, present: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Value of each of ``FORMULAS`` for each matrix: float64 (matrices, 16), NaN for an empty one.

    ``matrices`` (matrices, levels, sizes) holds counts or weighted counts, ``present`` the grey level of each row,
    ``sizes`` the size of each column.
    """
    values = np.full((len(matrices), len(FORMULAS)), np.nan)
    _all_formulas(matrices.astype(np.float64), present.astype(np.float64), np.asarray(sizes, np.float64), values)
    return values


@kernel
def _all_formulas(matrices, levels, sizes, values):
    for number in range(len(matrices)):
        _formulas(matrices[number], levels, sizes, values[number])


@kernel
def _formulas(matrix, levels, sizes, value):
    rows, columns = matrix.shape
    of_level = np.zeros(rows)
    of_size = np.zeros(columns)
    for r in range(rows):
        for c in range(columns):
            of_level[r] += matrix[r, c]
            of_size[c] += matrix[r, c]
    total = 0.0
    for r in range(rows):
        total += of_level[r]
    if total == 0:
        return
    _joint_formulas(matrix, levels, sizes, total, value)
    small, large, level_squares, level_variance = _marginal(of_level, levels, total)
    value[_LOW_LEVEL], value[_HIGH_LEVEL], value[_LEVEL_VARIANCE] = small, large, level_variance
    value[_LEVEL_NON_UNIFORMITY] = level_squares / total
    value[_LEVEL_NON_UNIFORMITY_NORMALISED] = level_squares / total ** 2
    small, large, size_squares, size_variance = _marginal(of_size, sizes, total)
    value[_SMALL], value[_LARGE], value[_SIZE_VARIANCE] = small, large, size_variance
    value[_SIZE_NON_UNIFORMITY] = size_squares / total
    value[_SIZE_NON_UNIFORMITY_NORMALISED] = size_squares / total ** 2
    voxels = 0.0
    for c in range(columns):
        voxels += of_size[c] * sizes[c]
    value[_PERCENTAGE] = total / voxels


@kernel
def _marginal(counts, numbers, total):
    """Mean of 1/number² and of number², sum of counts², variance of the number."""
    small, large, squares, mean = 0.0, 0.0, 0.0, 0.0
    for n in range(counts.size):
        square = numbers[n] * numbers[n]
        small += counts[n] / square
        large += counts[n] * square
        squares += counts[n] * counts[n]
        mean += counts[n] / total * numbers[n]
    variance = 0.0
    for n in range(counts.size):
        variance += counts[n] / total * (numbers[n] - mean) ** 2
    return small / total, large / total, squares, variance


@kernel
def _joint_formulas(matrix, levels, sizes, total, value):
    entropy, small_low, small_high, large_low, large_high = 0.0, 0.0, 0.0, 0.0, 0.0
    for r in range(matrix.shape[0]):
        level_square = levels[r] * levels[r]
        for c in range(matrix.shape[1]):
            count = matrix[r, c]
            if count == 0:
                continue
            size_square = sizes[c] * sizes[c]
            p = count / total
            entropy -= p * math.log2(p + EPSILON)
            small_low += count / (level_square * size_square)
            small_high += count * level_square / size_square
            large_low += count * size_square / level_square
            large_high += count * level_square * size_square
    value[_ENTROPY] = entropy
    value[_SMALL_LOW], value[_SMALL_HIGH] = small_low / total, small_high / total
    value[_LARGE_LOW], value[_LARGE_HIGH] = large_low / total, large_high / total
