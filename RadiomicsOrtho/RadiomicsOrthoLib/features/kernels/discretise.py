"""Grey levels: intensities of a region sorted into bins.

Source: pyradiomics, "Image Processing Module", ``getBinEdges`` and ``binImage``.  Bins are half open,
[edge, next edge), and counted from 1; 0 is outside the region.
"""

from __future__ import annotations

import numpy as np

from .compiled import kernel
from .settings import TextureSettings, TooManyLevelsError

#: more edges than this are a bin width of the wrong size, not a discretisation
MAX_EDGES = 10_000_000


def bin_edges(values: np.ndarray, settings: TextureSettings) -> np.ndarray:
    """Edges of the bins over the values of a region (any number type, in the unit of the image).

    The arithmetic runs in the type of the values as in pyradiomics: on float32 the lowest edge is rounded to
    float32, and a voxel near an edge changes its bin if that is done otherwise.  Integers are widened first,
    because under NumPy ≥ 2 the addition of two bin widths overflows a small type.
    """
    if values.dtype.kind in "iub":
        values = values.astype(np.int64)
    if settings.bin_count is not None:
        edges = np.histogram_bin_edges(values, int(settings.bin_count))
        # the maximum belongs to the last bin, which is half open like the others
        edges[-1] += 1
        return edges.astype(np.float64)
    width, lowest, highest = settings.bin_width, values.min(), values.max()
    largest = max(abs(lowest), abs(highest))
    # where adding the width changes nothing, the edges cannot be told apart
    if float(highest) - float(lowest) > width * MAX_EDGES or not largest + width > largest:
        raise TooManyLevelsError(f"a bin width of {width:g} is too small for values from {float(lowest):g} to "
                                 f"{float(highest):g}; choose a larger one")
    # two widths above the maximum, so that it has a bin of its own even when it is a multiple of the width
    return np.arange(lowest - (lowest % width), highest + 2 * width, width).astype(np.float64)


def grey_levels(values: np.ndarray, settings: TextureSettings) -> np.ndarray:
    """Level of each value, int32 from 1, for the values of a region in any order (shape (voxels,))."""
    if len(values) == 0:
        raise ValueError("a region without voxels has no grey levels")
    edges = bin_edges(values, settings)
    return _find_bins(values.astype(np.float64), edges, float(edges[1] - edges[0]))


@kernel
def _find_bins(values, edges, width):
    """``numpy.digitize`` for nearly equidistant edges: guess the bin, then compare with the edges themselves."""
    levels = np.empty(values.size, np.int32)
    last = edges.size - 1
    for v in range(values.size):
        value = values[v]
        guess = int((value - edges[0]) / width)
        guess = max(0, min(guess, last))
        while guess < last and value >= edges[guess + 1]:
            guess += 1
        while guess > 0 and value < edges[guess]:
            guess -= 1
        levels[v] = guess + 1
    return levels
