"""Texture matrices of a region, counted in one pass over its voxels.

The kernels walk the list of the region's voxels in raster order inside an array with a margin of zeros, so that no
step needs a border check.  They release the GIL, use no fast-math and no randomness: the result does not depend on
the thread that runs them.  Sources of the definitions: pyradiomics' documentation of each matrix (its C code decides
where the text leaves something open) and the IBSI reference manual (arXiv:1612.07003).
"""

from __future__ import annotations

import numpy as np

from .compiled import kernel
from .directions import half_directions
from .level_region import LevelRegion


def cooccurrence_counts(region: LevelRegion, directions: np.ndarray) -> np.ndarray:
    """Pairs (level of a voxel, level of the voxel one step on): int32 (directions, levels, levels)."""
    levels = len(region.present)
    counts = np.zeros((len(directions), levels, levels), np.int32)
    _count_pairs(region.padded.ravel(), region.voxels, region.rank, region.flat_steps(directions), counts)
    return counts


def neighbour_counts(region: LevelRegion, directions: np.ndarray,
                     alpha: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Dependence counts, grey-tone differences and lone voxels over a half set of steps and its negation.

    Dependence: int64 (levels, neighbours + 1); the column is the number of neighbours whose level differs by at most
    ``alpha``.  Differences: float64 (levels,), the sum of \\|level − mean level of the neighbours in the region\\|; a
    voxel without neighbours adds 0.  Lone: int64 (levels,), voxels without neighbours.
    """
    dependence = np.zeros((len(region.present), 2 * len(directions) + 1), np.int64)
    differences = np.zeros(len(region.present))
    alone = np.zeros(len(region.present), np.int64)
    _compare_neighbours(region.padded.ravel(), region.voxels, region.padded.shape[2], region.rank,
                        region.flat_steps(directions), np.int32(alpha), dependence, differences, alone)
    return dependence, differences, alone


def run_length_counts(region: LevelRegion, plane_dimension: int | None,
                      keep_flat: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Runs of equal levels: int32 (directions, levels, longest side of the box), and the directions.

    pyradiomics leaves a direction empty in which no line holds two voxels of the region: every run would be a single
    voxel only because the region is flat that way.  ``keep_flat`` counts them, as IBSI does.
    """
    # half_directions leaves out directions across which the box is one voxel thick: for IBSI they count too
    directions = half_directions((3, 3, 3) if keep_flat else region.box_shape, (1,), plane_dimension)
    runs = np.zeros((len(directions), len(region.present), max(region.box_shape)), np.int32)
    flat = region.padded.ravel()
    _count_runs(flat, region.voxels, region.rank, region.flat_steps(directions), runs)
    for number, step in enumerate(directions if not keep_flat else ()):
        if not runs[number, :, 1:].any() and not _shares_a_line(region.padded, region.voxels, step, region.margin):
            runs[number] = 0
    return runs, directions


def zones(region: LevelRegion, plane_dimension: int | None) -> tuple[np.ndarray, np.ndarray]:
    """Connected zones of equal level (26 neighbours, 8 in a plane): row of the level and voxels of each zone."""
    directions = half_directions(region.box_shape, (1,), plane_dimension)
    roots, sizes = _join_zones(region.padded.ravel(), region.voxels, region.flat_steps(directions))
    return region.rank[region.padded.ravel()[roots]], sizes


# Flat indices are unsigned in the kernels below: for a signed one every access would first ask whether it is negative
# and means "from the end".  Steps lead onwards in raster order, so they are positive.


@kernel
def _count_pairs(flat, voxels, rank, steps, counts):
    size = np.uint64(counts.shape[1])
    # one direction after the other: its matrix fits the nearest cache
    for d in range(steps.size):
        step = np.uint64(steps[d])
        cells = counts[d].reshape(-1)
        for q in range(voxels.size):
            voxel = np.uint64(voxels[q])
            other = flat[voxel + step]
            if other > 0:
                row = np.uint64(rank[np.uint64(flat[voxel])])
                cells[row * size + np.uint64(rank[np.uint64(other)])] += 1


@kernel
def _compare_neighbours(flat, voxels, columns, rank, steps, alpha, dependence, differences, alone):
    total = np.empty(columns, np.int32)
    count = np.empty(columns, np.int32)
    dependent = np.empty(columns, np.int32)
    start = 0
    while start < voxels.size:
        # from the first to the last voxel of a row at a time, in vectors; gaps are computed and not used
        stop = start
        end_of_row = (voxels[start] // columns + 1) * columns
        while stop < voxels.size and voxels[stop] < end_of_row:
            stop += 1
        first = voxels[start]
        length = voxels[stop - 1] - first + 1
        _compare_row(flat, first, length, steps, alpha, total, count, dependent)
        for q in range(start, stop):
            place = voxels[q] - first
            level = flat[voxels[q]]
            row = rank[level]
            dependence[row, dependent[place]] += 1
            if count[place] > 0:
                differences[row] += abs(level - total[place] / count[place])
            else:
                alone[row] += 1
        start = stop


@kernel
def _compare_row(flat, first, length, steps, alpha, total, count, dependent):
    """Sum, number and dependent ones of the neighbours of ``length`` voxels in a row."""
    centre = flat[first:first + length]
    total[:length] = 0
    count[:length] = 0
    dependent[:length] = 0
    for d in range(steps.size):
        after = flat[first + steps[d]:first + steps[d] + length]
        before = flat[first - steps[d]:first - steps[d] + length]
        for i in range(length):
            a, b, level = after[i], before[i], centre[i]
            total[i] += a + b
            count[i] += np.int32(a > 0) + np.int32(b > 0)
            dependent[i] += (np.int32((abs(a - level) <= alpha) & (a > 0))
                             + np.int32((abs(b - level) <= alpha) & (b > 0)))


@kernel
def _count_runs(flat, voxels, rank, steps, runs):
    lengths = np.uint64(runs.shape[2])
    for d in range(steps.size):
        step = np.uint64(steps[d])
        cells = runs[d].reshape(-1)
        for q in range(voxels.size):
            voxel = np.uint64(voxels[q])
            level = flat[voxel]
            # a run is counted once, at its first voxel
            if flat[voxel - step] == level:
                continue
            cell = np.uint64(rank[np.uint64(level)]) * lengths
            place = voxel + step
            while flat[place] == level:
                cell += np.uint64(1)
                place += step
            cells[cell] += 1


@kernel
def _shares_a_line(padded, voxels, step, margin):
    """Whether a line along ``step`` holds two voxels of the region, side by side or apart."""
    planes, rows, columns = padded.shape
    for voxel in voxels:
        k = voxel // (rows * columns) + step[0]
        j = voxel // columns % rows + step[1]
        i = voxel % columns + step[2]
        while (margin <= k < planes - margin and margin <= j < rows - margin and margin <= i < columns - margin):
            if padded[k, j, i] > 0:
                return True
            k += step[0]
            j += step[1]
            i += step[2]
    return False


@kernel
def _find_root(parent, place):
    while parent[place] != place:
        # halve the path, so that later searches are short
        parent[place] = parent[parent[place]]
        place = np.uint64(parent[place])
    return place


@kernel
def _join_zones(flat, voxels, steps):
    """Union-find over the neighbours that precede a voxel in raster order; the root is a zone's first voxel."""
    parent = np.empty(flat.size, np.uint32)
    size = np.zeros(flat.size, np.uint32)
    count = voxels.size
    for q in range(voxels.size):
        voxel = np.uint64(voxels[q])
        level = flat[voxel]
        root = voxel
        parent[voxel] = voxel
        size[voxel] = 1
        for d in range(steps.size):
            before = voxel - np.uint64(steps[d])
            if flat[before] == level:
                other = _find_root(parent, before)
                if other != root:
                    first, second = min(root, other), max(root, other)
                    parent[second] = first
                    size[first] += size[second]
                    root = first
                    count -= 1
    roots = np.empty(count, np.int64)
    sizes = np.empty(count, np.int64)
    place = 0
    for q in range(voxels.size):
        voxel = np.uint64(voxels[q])
        if parent[voxel] == voxel:
            roots[place] = voxel
            sizes[place] = size[voxel]
            place += 1
    return roots, sizes
