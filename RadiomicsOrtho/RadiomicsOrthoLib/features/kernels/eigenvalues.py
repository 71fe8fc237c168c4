"""Second largest eigenvalue of small symmetric matrices, without BLAS.

LAPACK would do, but its rounding depends on the number of BLAS threads, and its threads compete with those that
work on other images.
"""

from __future__ import annotations

import math

import numpy as np

from .compiled import kernel


@kernel
def second_largest_magnitude(matrix):
    """Second largest absolute eigenvalue of a symmetric matrix (n, n), n ≥ 2, which is destroyed.

    Householder reduction to tridiagonal form, then bisection on the number of eigenvalues outside [-t, t] by Sturm
    sequences (Golub and Van Loan, Matrix Computations, sections 8.3.1 and 8.4.1).
    """
    diagonal, beside = _tridiagonal(matrix)
    size = diagonal.size
    bound = 0.0
    for i in range(size):
        reach = abs(diagonal[i])
        if i > 0:
            reach += abs(beside[i])
        if i + 1 < size:
            reach += abs(beside[i + 1])
        bound = max(bound, reach)
    low, high = 0.0, bound
    while True:
        middle = 0.5 * (low + high)
        if middle <= low or middle >= high:
            return middle
        if _count_outside(diagonal, beside, middle) >= 2:
            low = middle
        else:
            high = middle
        if high < 1e-30:
            return 0.0


@kernel
def _tridiagonal(matrix):
    """Diagonal and, from index 1 on, the elements beside it (0 at index 0)."""
    size = matrix.shape[0]
    beside = np.zeros(size)
    vector = np.empty(size)
    product = np.empty(size)
    for k in range(size - 2):
        norm = 0.0
        for i in range(k + 1, size):
            vector[i] = matrix[k, i]
            norm += vector[i] * vector[i]
        rest = norm - vector[k + 1] * vector[k + 1]
        if rest == 0.0:
            beside[k + 1] = vector[k + 1]
            continue
        norm = math.sqrt(norm)
        # the sign that avoids cancellation
        alpha = -norm if vector[k + 1] > 0 else norm
        beside[k + 1] = alpha
        vector[k + 1] -= alpha
        scale = 2.0 / (rest + vector[k + 1] * vector[k + 1])
        _reflect(matrix, vector, product, k + 1, scale)
    if size > 1:
        beside[size - 1] = matrix[size - 2, size - 1]
    diagonal = np.empty(size)
    for k in range(size):
        diagonal[k] = matrix[k, k]
    return diagonal, beside


@kernel
def _reflect(matrix, vector, product, first, scale):
    """matrix = H matrix H for H = 1 - scale·vector·vectorᵀ on the rows and columns from ``first`` on."""
    size = matrix.shape[0]
    for i in range(first, size):
        product[i] = 0.0
    # row by row, so that the inner loop is a sum of vectors, which a compiler may vectorise without reordering
    for j in range(first, size):
        factor = scale * vector[j]
        for i in range(first, size):
            product[i] += factor * matrix[j, i]
    overlap = 0.0
    for i in range(first, size):
        overlap += vector[i] * product[i]
    half = 0.5 * scale * overlap
    for i in range(first, size):
        product[i] -= half * vector[i]
    for j in range(first, size):
        a, b = vector[j], product[j]
        for i in range(first, size):
            matrix[j, i] -= a * product[i] + b * vector[i]


@kernel
def _count_outside(diagonal, beside, bound):
    """Number of eigenvalues above ``bound`` or below its negation: signs of two Sturm sequences.

    Both run in one loop, because each waits for its own division.
    """
    count = 0
    above, below = 1.0, 1.0
    for i in range(diagonal.size):
        square = beside[i] * beside[i]
        above = diagonal[i] - bound - square / above
        below = diagonal[i] + bound - square / below
        if above == 0.0:
            above = -1e-300
        if below == 0.0:
            below = 1e-300
        count += (above > 0) + (below < 0)
    return count
