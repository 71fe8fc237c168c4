"""Where filters read voxels: the scan itself, or a scan that is changed as it is read.

A whole changed copy of a scan is never made: a normalised or resampled scan of 512×512×400
voxels would cost more memory than everything else together.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Protocol

import numpy as np

from ...imaging.box import Box

#: raises CancelledError when the user wants to stop; called at least every 0.2 s
Poll = Callable[[], None]


class Voxels(Protocol):
    """A grid of voxel values, indexed (k, j, i), that is read box by box."""

    shape: tuple[int, int, int]
    dtype: np.dtype

    def hold(self, box: Box, poll: Poll) -> None:
        """Get ready for many crops inside ``box``; where reading is cheap nothing is done."""

    def crop(self, box: Box, poll: Poll) -> np.ndarray:
        """The values in a box that lies on the grid; may be a view, so never write to it."""

    def largest_magnitude(self, poll: Poll) -> float:
        """max |value| over the whole grid."""


class ArrayVoxels:
    """The values of an array (k, j, i), as they are."""

    def __init__(self, array: np.ndarray) -> None:
        self.array = array
        self.shape = array.shape
        self.dtype = array.dtype

    def hold(self, box: Box, poll: Poll) -> None:
        pass

    def crop(self, box: Box, poll: Poll) -> np.ndarray:
        return self.array[box.slices]

    def largest_magnitude(self, poll: Poll) -> float:
        largest = 0.0
        for plane in self.array:
            poll()
            # as float: the magnitude of the lowest int16 is no int16
            largest = max(largest, float(plane.max()), -float(plane.min()))
        return largest


def gather(voxels: Voxels, indices: tuple[np.ndarray, np.ndarray, np.ndarray], poll: Poll) -> np.ndarray:
    """The values at every combination of rising (k), (j) and (i) indices; an index may occur twice."""
    stretches = [_stretches(wanted) for wanted in indices]
    if all(len(found) == 1 for found in stretches):
        return voxels.crop(_box(indices, tuple(found[0] for found in stretches)), poll)
    result = np.empty([wanted.size for wanted in indices], voxels.dtype)
    for k in stretches[0]:
        for j in stretches[1]:
            for i in stretches[2]:
                result[k, j, i] = voxels.crop(_box(indices, (k, j, i)), poll)
    return result


def _stretches(indices: np.ndarray) -> list[slice]:
    """Where ``indices`` runs through neighbouring voxels."""
    breaks = np.flatnonzero(np.diff(indices) != 1) + 1
    edges = [0, *breaks.tolist(), indices.size]
    return [slice(a, b) for a, b in itertools.pairwise(edges)]


def _box(indices: tuple[np.ndarray, ...], parts: tuple[slice, ...]) -> Box:
    return Box(tuple(int(wanted[part.start]) for wanted, part in zip(indices, parts, strict=True)),
               tuple(int(wanted[part.stop - 1]) + 1 for wanted, part in zip(indices, parts, strict=True)))
