"""Grey-level co-occurrence (GLCM): 24 features (Haralick et al. 1973, doi:10.1109/TSMC.1973.4309314)."""

from __future__ import annotations

import math

import numpy as np

from .compiled import kernel
from .directions import half_directions, step_lengths
from .eigenvalues import second_largest_magnitude
from .level_region import LevelRegion
from .matrices import cooccurrence_counts
from .settings import TextureSettings
from .size_matrix import EPSILON

NAMES = ("Autocorrelation", "JointAverage", "ClusterProminence", "ClusterShade", "ClusterTendency", "Contrast",
         "Correlation", "DifferenceAverage", "DifferenceEntropy", "DifferenceVariance", "JointEnergy", "JointEntropy",
         "Imc1", "Imc2", "Idm", "MCC", "Idmn", "Id", "Idn", "InverseVariance", "MaximumProbability", "SumAverage",
         "SumEntropy", "SumSquares")
#: place of each feature in a row of values
(_AUTOCORRELATION, _JOINT_AVERAGE, _CLUSTER_PROMINENCE, _CLUSTER_SHADE, _CLUSTER_TENDENCY, _CONTRAST, _CORRELATION,
 _DIFFERENCE_AVERAGE, _DIFFERENCE_ENTROPY, _DIFFERENCE_VARIANCE, _JOINT_ENERGY, _JOINT_ENTROPY, _IMC1, _IMC2, _IDM,
 _MCC, _IDMN, _ID, _IDN, _INVERSE_VARIANCE, _MAXIMUM_PROBABILITY, _SUM_AVERAGE, _SUM_ENTROPY,
 _SUM_SQUARES) = range(len(NAMES))
#: matrices of all directions are held at once up to this size; larger ones are counted a few directions at a time
_CELLS_AT_ONCE = 4_000_000
_LN2 = math.log(2.0)
#: epsilon / (p_x·p_y) whose square is negligible
_NEGLIGIBLE = 2e-4


def cooccurrence_features(region: LevelRegion, settings: TextureSettings,
                          spacing_kji: tuple[float, float, float]) -> dict[str, float]:
    """Mean over the directions that hold pairs, or the features of the summed matrix if the settings merge."""
    region.check_size()
    directions = half_directions(region.box_shape, settings.distances, settings.plane_dimension)
    at_once = max(1, _CELLS_AT_ONCE // len(region.present) ** 2)
    parts = [directions[start:start + at_once] for start in range(0, len(directions), at_once)]
    if settings.merging_norm is None:
        values = [_values(cooccurrence_counts(region, part), region, settings) for part in parts]
    else:
        # the weights fall with the length of the step: exp(-length²), length in mm
        merged = sum(_weighted_sum(cooccurrence_counts(region, part), part, settings, spacing_kji) for part in parts)
        values = [_values(merged[None], region, settings)] if parts else []
    found = np.concatenate(values) if values else np.empty((0, len(NAMES)))
    means = _mean_over_directions(found)
    if np.isnan(means[0]) and len(directions):
        _fill_flat_values(means, region, one_matrix=len(found) == 1)
    return dict(zip(NAMES, means.tolist(), strict=True))


def _fill_flat_values(means: np.ndarray, region: LevelRegion, one_matrix: bool) -> None:
    """pyradiomics' values of a region with a single level in which no voxel has a neighbour.

    It drops empty directions, unless there is one matrix only, and MCC of nothing but a level is 1; an empty matrix
    that was not dropped has no difference above 0 to sum in InverseVariance.
    """
    if one_matrix and region.level_count == 1:
        means[_INVERSE_VARIANCE] = 0.0
    if not one_matrix and len(region.present) == 1:
        means[_MCC] = 1.0


def _weighted_sum(counts: np.ndarray, directions: np.ndarray, settings: TextureSettings,
                  spacing_kji: tuple[float, float, float]) -> np.ndarray:
    if settings.merging_norm == "no_weighting":
        return counts.sum(0, dtype=np.float64)
    weights = np.exp(-step_lengths(directions, spacing_kji, settings.merging_norm) ** 2)
    return np.tensordot(weights, counts, 1)


def _values(counts: np.ndarray, region: LevelRegion, settings: TextureSettings) -> np.ndarray:
    values = np.full((len(counts), len(NAMES)), np.nan)
    matrices = counts.astype(np.float64)
    _all_features(matrices, region.present.astype(np.int64), region.level_count, settings.symmetrical_glcm, values)
    for number in np.flatnonzero(np.isnan(values[:, _MCC]) & ~np.isnan(values[:, 0])):
        values[number, _MCC] = _maximal_correlation_by_definition(matrices[number])
    return values


def _maximal_correlation_by_definition(p: np.ndarray) -> float:
    """From all eigenvalues of Q, for the rare matrices in which epsilon is not small beside p_x·p_y."""
    ratio = p / (p.sum(1)[:, None] * p.sum(0)[None, :] + EPSILON)
    return math.sqrt(max(float(np.sort(np.linalg.eigvals(ratio @ p.T))[-2].real), 0.0))


def _mean_over_directions(values: np.ndarray) -> np.ndarray:
    """Mean of (directions, features) over the values that are defined; NaN where none is."""
    defined = ~np.isnan(values)
    count = defined.sum(0)
    means = np.full(values.shape[1], np.nan)
    np.divide(np.where(defined, values, 0.0).sum(0), count, out=means, where=count > 0)
    return means


@kernel
def _all_features(counts, levels, level_count, symmetrical, values):
    # level_count may exceed the highest level that occurs; sums run over those that do
    top = levels[-1]
    for number in range(len(counts)):
        p = counts[number]
        if symmetrical:
            for a in range(levels.size):
                for b in range(a, levels.size):
                    p[a, b] += p[b, a]
                    p[b, a] = p[a, b]
        cells = p.reshape(-1)
        total = 0.0
        for cell in range(cells.size):
            total += cells[cell]
        if total == 0:
            continue
        for cell in range(cells.size):
            cells[cell] /= total
        _features(p, levels, top, level_count, symmetrical, values[number])


@kernel
def _features(p, levels, top, level_count, symmetrical, value):
    size = levels.size
    row, column = np.zeros(size), np.zeros(size)
    of_sum, of_difference = np.zeros(2 * top + 1), np.zeros(top)
    product, energy, entropy, highest = 0.0, 0.0, 0.0, 0.0
    for a in range(size):
        for b in range(a if symmetrical else 0, size):
            cell = p[a, b]
            if cell == 0:
                continue
            # a symmetrical matrix is read in one half
            twice = 2.0 if symmetrical and a != b else 1.0
            row[a] += cell
            column[b] += cell
            if twice == 2.0:
                row[b] += cell
                column[a] += cell
            of_sum[levels[a] + levels[b]] += twice * cell
            of_difference[abs(levels[a] - levels[b])] += twice * cell
            product += twice * cell * levels[a] * levels[b]
            energy += twice * cell * cell
            entropy -= twice * cell * math.log2(cell + EPSILON)
            highest = max(highest, cell)
    value[_AUTOCORRELATION] = product
    value[_JOINT_ENERGY] = energy
    value[_JOINT_ENTROPY] = entropy
    value[_MAXIMUM_PROBABILITY] = highest
    mean_row, mean_column = 0.0, 0.0
    for a in range(size):
        mean_row += row[a] * levels[a]
        mean_column += column[a] * levels[a]
    value[_JOINT_AVERAGE] = mean_row
    _sum_features(of_sum, mean_row + mean_column, value)
    _difference_features(of_difference, level_count, value)
    _correlation(p, row, column, levels, mean_row, mean_column, value)
    _information(p, row, column, entropy, value)
    value[_MCC] = _maximal_correlation(p, row, column, symmetrical)


@kernel
def _sum_features(of_sum, mean, value):
    tendency, shade, prominence, average, entropy = 0.0, 0.0, 0.0, 0.0, 0.0
    for k in range(of_sum.size):
        p = of_sum[k]
        if p > 0:
            step = k - mean
            square = step * step
            tendency += p * square
            shade += p * square * step
            prominence += p * square * square
            average += p * k
            entropy -= p * math.log2(p + EPSILON)
    value[_CLUSTER_PROMINENCE] = prominence
    value[_CLUSTER_SHADE] = shade
    value[_CLUSTER_TENDENCY] = tendency
    value[_SUM_AVERAGE] = average
    value[_SUM_ENTROPY] = entropy


@kernel
def _difference_features(of_difference, level_count, value):
    contrast, average, entropy, inverse_variance = 0.0, 0.0, 0.0, 0.0
    idm, idmn, inverse, inverse_normalised = 0.0, 0.0, 0.0, 0.0
    for k in range(of_difference.size):
        p = of_difference[k]
        if p > 0:
            square = float(k) * k
            contrast += p * square
            average += p * k
            entropy -= p * math.log2(p + EPSILON)
            idm += p / (1 + square)
            idmn += p / (1 + square / (float(level_count) * level_count))
            inverse += p / (1 + k)
            inverse_normalised += p / (1 + k / level_count)
            if k > 0:
                inverse_variance += p / square
    variance = 0.0
    for k in range(of_difference.size):
        variance += of_difference[k] * (k - average) ** 2
    value[_CONTRAST] = contrast
    value[_DIFFERENCE_AVERAGE] = average
    value[_DIFFERENCE_ENTROPY] = entropy
    value[_DIFFERENCE_VARIANCE] = variance
    value[_IDM] = idm
    value[_IDMN] = idmn
    value[_ID] = inverse
    value[_IDN] = inverse_normalised
    value[_INVERSE_VARIANCE] = inverse_variance


@kernel
def _correlation(p, row, column, levels, mean_row, mean_column, value):
    variance_row, variance_column, rows, columns, covariance = 0.0, 0.0, 0, 0, 0.0
    for a in range(levels.size):
        variance_row += row[a] * (levels[a] - mean_row) ** 2
        variance_column += column[a] * (levels[a] - mean_column) ** 2
        rows += row[a] > 0
        columns += column[a] > 0
        inner = 0.0
        for b in range(levels.size):
            inner += p[a, b] * (levels[b] - mean_column)
        covariance += (levels[a] - mean_row) * inner
    value[_SUM_SQUARES] = variance_row
    # pyradiomics' value where one side has a single level, per direction
    if rows == 1 or columns == 1:
        value[_CORRELATION] = 1.0
    else:
        value[_CORRELATION] = covariance / (math.sqrt(variance_row * variance_column) + EPSILON)


@kernel
def _information(p, row, column, entropy, value):
    """Informational measures of correlation.

    pyradiomics takes log2(p_x·p_y + epsilon).  Here log2(p_x·p_y) is split into the marginal entropies, and only
    log2(1 + epsilon / (p_x·p_y)) is summed over the cells.
    """
    entropy_row, entropy_column, rows, columns = 0.0, 0.0, 0, 0
    for a in range(row.size):
        if row[a] > 0:
            entropy_row -= row[a] * math.log2(row[a])
            rows += 1
        if column[a] > 0:
            entropy_column -= column[a] * math.log2(column[a])
            columns += 1
    shift_by_p, shift_by_product = 0.0, 0.0
    independent = True
    for a in range(row.size):
        if row[a] == 0:
            continue
        for b in range(row.size):
            if column[b] > 0:
                expected = row[a] * column[b]
                share = EPSILON / expected
                # the first order is exact enough where the next is below 1e-7 of it
                shift = share if share < 1e-7 else math.log1p(share)
                shift_by_p += p[a, b] * shift
                shift_by_product += expected * shift
                # equal up to the rounding of a few operations
                independent = independent and abs(p[a, b] - expected) <= 16 * EPSILON * expected
    weighted_by_p = entropy_row + entropy_column - shift_by_p / _LN2
    weighted_by_product = entropy_row + entropy_column - shift_by_product / _LN2
    largest = max(entropy_row, entropy_column)
    if rows == 1 and columns == 1:
        value[_IMC1], value[_IMC2] = 0.0, 0.0
    else:
        value[_IMC1] = (entropy - weighted_by_p) / largest if largest != 0 else 0.0
        information = weighted_by_product - entropy
        # independent levels: 0, not the root of a rounding error
        value[_IMC2] = 0.0 if independent or information <= 0 else math.sqrt(1 - math.exp(-2 * information))


@kernel
def _maximal_correlation(p, row, column, symmetrical):
    """Root of the second largest eigenvalue of Q(i, j) = Σ_k p(i, k)·p(j, k) / (p_x(i)·p_y(k) + epsilon).

    Q is similar to S·Sᵀ with S(i, k) = p(i, k) / √(p_x(i)·p_y(k) + epsilon), up to the square of
    epsilon / (p_x·p_y).  The root is then the second largest absolute eigenvalue of S where S is symmetric, its
    second largest singular value elsewhere.  NaN where that square is not negligible: exponential weights make such
    matrices, counts do not.
    """
    size = row.size
    if size < 2:
        return 1.0
    scaled = np.zeros((size, size))
    for a in range(size):
        for b in range(size):
            if p[a, b] > 0:
                expected = row[a] * column[b]
                if expected * _NEGLIGIBLE < EPSILON:
                    return np.nan
                scaled[a, b] = p[a, b] / math.sqrt(expected + EPSILON)
    if symmetrical:
        return second_largest_magnitude(scaled)
    square = np.zeros((size, size))
    for a in range(size):
        for b in range(a, size):
            for c in range(size):
                square[a, b] += scaled[a, c] * scaled[b, c]
            square[b, a] = square[a, b]
    second = second_largest_magnitude(square)
    # a matrix of rank one: 0, not the root of a rounding error
    return math.sqrt(second) if second > size * EPSILON else 0.0
