"""Resampling of a scan and a region, with the lattice that pyradiomics lays (``resampleImage``).

The new lattice is anchored at the scan's corner; only what is read is computed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ...errors import InputError
from ...imaging.box import Box
from ...imaging.geometry import Geometry
from .voxels import ArrayVoxels, Poll, Voxels

if TYPE_CHECKING:
    from .preprocessing import Preprocessing

#: a cubic spline's coefficients depend on the whole scan; the influence falls to 0.27 of itself with each
#: voxel, and after 34 voxels is far below the last bit of a float64
_SPLINE_REACH = 34
#: pyradiomics' own ``padDistance``, in new voxels
_DEFAULT_PADDING = 5
#: voxels of a region's box; with more than these its matrices and filters would fill the memory
_LARGEST_REGION = 200_000_000
#: float64 values of the scan that are held at once (64 MB)
_HELD_VALUES = 8_000_000


class Lines(NamedTuple):
    """Lines along i: (k, j, 3) old indices (i, j, k) where they start and end, and which voxels are meant.

    Voxel n lies at start + n / size × (end − start); meant are ``first`` to ``last`` (excluded).
    """

    start: np.ndarray
    end: np.ndarray
    size: float
    first: int
    last: int


class Lattice:
    """The new grid, seen from the old one.

    pyradiomics computes a part of the grid only, and ITK's rounding of every position depends
    on that part (``reference``, in voxels of this lattice); what lies outside of it continues its lines.
    ``shape`` (k, j, i) is the size of the lattice, ``spacing_kji`` its voxel size in mm.
    """

    def __init__(self, geometry: Geometry, spacing_ijk: np.ndarray, first_ijk: np.ndarray,
                 shape: tuple[int, int, int], reference: Box) -> None:
        """``first_ijk`` counts the lattice's first voxel from the scan's corner."""
        import SimpleITK as sitk

        old = np.asarray(geometry.spacing)
        flip = np.array([-1.0, -1.0, 1.0])  # RAS to ITK's LPS
        direction = flip[:, None] * np.asarray(geometry.direction, float).reshape(3, 3)
        self._old_origin = flip * np.asarray(geometry.origin)
        grid = sitk.Image([1, 1, 1], sitk.sitkUInt8)
        grid.SetSpacing(geometry.spacing)
        grid.SetDirection(direction.ravel().tolist())
        # columns of the inverse matrix, as ITK holds it: the index of the unit points around an origin at 0
        self._to_index = np.array([grid.TransformPhysicalPointToContinuousIndex(point)
                                   for point in np.eye(3).tolist()]).T
        grid.SetOrigin(self._old_origin.tolist())
        corner = 0.5 * (spacing_ijk - old) / old + (first_ijk + reference.lower[::-1]) / (old / spacing_ijk)
        self._origin = np.array(grid.TransformContinuousIndexToPhysicalPoint(corner.tolist()))
        self._to_point = direction * spacing_ijk
        self._reference = reference
        self.shape = shape
        self.spacing_kji = tuple(float(s) for s in spacing_ijk[::-1])

    def lines(self, box: Box) -> Lines:
        """The lattice's lines through ``box``.

        ITK walks each line from its first voxel to one behind its last; so do we, as the
        rounding of every position depends on both.
        """
        origin = self._reference.lower
        k, j = np.meshgrid(np.arange(box.lower[0] - origin[0], box.upper[0] - origin[0], dtype=float),
                           np.arange(box.lower[1] - origin[1], box.upper[1] - origin[1], dtype=float), indexing="ij")
        size = float(self._reference.shape[2])
        return Lines(self._old_index(0.0, j, k), self._old_index(size, j, k), size, box.lower[2] - origin[2],
                     box.upper[2] - origin[2])

    def _old_index(self, i: float, j: np.ndarray, k: np.ndarray) -> np.ndarray:
        # ITK's order of summation, component by component
        point = [self._origin[r] + self._to_point[r, 0] * i + self._to_point[r, 1] * j + self._to_point[r, 2] * k
                 for r in range(3)]
        from_origin = [point[r] - self._old_origin[r] for r in range(3)]
        return np.stack([self._to_index[r, 0] * from_origin[0] + self._to_index[r, 1] * from_origin[1]
                         + self._to_index[r, 2] * from_origin[2] for r in range(3)], axis=-1)


class ResampledVoxels:
    """A scan on a new lattice, interpolated as it is read."""

    def __init__(self, source: Voxels, lattice: Lattice, interpolator: str, round_to_whole: bool) -> None:
        self._source = source
        self._lattice = lattice
        self._interpolator = interpolator
        self._round = round_to_whole
        self.shape = lattice.shape
        self.dtype = source.dtype
        self._held: tuple[Box, np.ndarray] | None = None

    def hold(self, box: Box, poll: Poll) -> None:
        """Compute ``box`` now and keep it: what lies inside is read without being computed again."""
        self._held = (box, self._interpolated(box, poll))

    def crop(self, box: Box, poll: Poll) -> np.ndarray:
        if self._held is not None and self._held[0].holds(box):
            held, values = self._held
            return values[box.within(held).slices]
        return self._interpolated(box, poll)

    def largest_magnitude(self, poll: Poll) -> float:
        largest = 0.0
        # parts of a size that _interpolated need not cut again
        for part in self._parts(Box.whole(self.shape), _SPLINE_REACH):
            values = self.crop(part, poll)
            largest = max(largest, float(values.max()), -float(values.min()))
        return largest

    def _interpolated(self, box: Box, poll: Poll) -> np.ndarray:
        from ..kernels.grid_interpolation import linear_values, spline_coefficients, spline_values

        result = np.empty(box.shape, self.dtype)
        spline = self._interpolator == "bspline"
        reach = _SPLINE_REACH if spline else 2
        for part in self._parts(box, reach):
            poll()
            lines = self._lattice.lines(part)
            needed = self._needed(lines, reach)
            values = self._source.crop(needed, poll)
            values = spline_coefficients(values, poll) if spline else values.astype(np.float64)
            poll()
            evaluate = spline_values if spline else linear_values
            target = result[part.within(box).slices]
            # plane by plane, so that a cancel need not wait
            for k in range(target.shape[0]):
                poll()
                plane = np.empty((1, *target.shape[1:]))
                evaluate(values, needed.lower, self._source.shape, lines.start[k:k + 1], lines.end[k:k + 1],
                         lines.size, lines.first, plane)
                target[k] = self._stored(plane[0])
        return result

    def _stored(self, values: np.ndarray) -> np.ndarray:
        if self._round:
            values = np.floor(values + 0.5)
        if self.dtype.kind in "iu":
            limits = np.iinfo(self.dtype)
            # towards 0, as ITK casts
            return np.clip(np.trunc(values), limits.min, limits.max).astype(self.dtype)
        return values.astype(self.dtype)

    def _needed(self, lines: Lines, reach: int) -> Box:
        """The old voxels that decide the values on ``lines``, with ``reach`` voxels around."""
        share = np.array([lines.first, lines.last - 1]) / lines.size
        ends = np.stack([lines.start + s * (lines.end - lines.start) for s in share]).reshape(-1, 3)[:, ::-1]
        lower = np.floor(ends.min(axis=0)).astype(int) - 1 - reach
        upper = np.ceil(ends.max(axis=0)).astype(int) + 3 + reach
        # a line may lie outside the scan altogether
        lower = np.clip(lower, 0, np.array(self._source.shape) - 1)
        upper = np.clip(upper, lower + 1, self._source.shape)
        return Box(tuple(lower.tolist()), tuple(upper.tolist()))

    def _parts(self, box: Box, reach: int) -> Iterator[Box]:
        """``box``, halved along its longest side until the voxels behind each part fit into memory."""
        needed = self._needed(self._lattice.lines(box), reach).shape
        longest = int(np.argmax([n if extent > 1 else 0 for n, extent in zip(needed, box.shape, strict=True)]))
        if math.prod(needed) <= _HELD_VALUES or box.shape[longest] == 1:
            yield box
            return
        middle = (box.lower[longest] + box.upper[longest]) // 2
        for ends in ((box.lower[longest], middle), (middle, box.upper[longest])):
            lower, upper = list(box.lower), list(box.upper)
            lower[longest], upper[longest] = ends
            yield from self._parts(Box(tuple(lower), tuple(upper)), reach)


def resample(voxels: Voxels, geometry: Geometry, mask: np.ndarray, box: Box, settings: Preprocessing,
             poll: Poll) -> tuple[Voxels, Box, np.ndarray, tuple[float, float, float]]:
    """Voxels, the region's box and its mask on that box, and the spacing (k, j, i), after resampling.

    ``box`` holds the region in ``mask`` on the old grid.
    """
    old = np.asarray(geometry.spacing)
    lower, extent = np.array(box.lower[::-1]), np.array(box.shape[::-1])
    new = np.asarray(settings.resample_mm, float)
    # pyradiomics: 0 keeps the axis, and an axis along which the region is one voxel thick is kept too
    new = np.where((new == 0) | (extent == 1), old, new)
    if np.allclose(old, new):
        inside = mask[box.slices]
        if settings.padding is not None:
            outer = box.grown(settings.padding, voxels.shape)
            return ArrayVoxels(voxels.crop(outer, poll)), box.within(outer), inside, geometry.spacing_kji
        return voxels, box, inside, geometry.spacing_kji
    ratio = old / new
    last = np.ceil(np.array(geometry.shape[::-1]) * ratio) - 1

    def padded(distance: int) -> Box:
        """The part of the whole lattice that pyradiomics computes with ``padDistance``."""
        first = np.maximum(np.floor((lower - 0.5) * ratio - distance), 0)
        final = np.minimum(np.ceil((lower + extent - 0.5) * ratio + distance), last)
        return Box(tuple(first.astype(int)[::-1].tolist()), tuple((final + 1).astype(int)[::-1].tolist()))

    if settings.padding is None:
        # positions as pyradiomics rounds them by default, so that the original image is the same in either crop mode
        whole, reference = Box.whole((last + 1)[::-1]), padded(_DEFAULT_PADDING)
    else:
        whole = reference = padded(settings.padding)
    lattice = Lattice(geometry, new, np.array(whole.lower[::-1]), whole.shape, reference.within(whole))
    # every new voxel that can lie nearest to an old one of the region, however many lie in one
    first, final = np.floor(lower * ratio) - 1, np.ceil((lower + extent) * ratio) + 1
    covering = Box(tuple(first.astype(int)[::-1].tolist()), tuple(final.astype(int)[::-1].tolist()))
    region = covering.within(whole).grown(0, lattice.shape)
    if math.prod(region.shape) > _LARGEST_REGION:
        raise InputError(f"Resampling to {_size(new)} mm makes more than {_LARGEST_REGION // 10**6} million voxels of "
                         "the region's box; choose a profile with larger voxels.")
    inside = _nearest(mask, lattice, region, poll)
    if not inside.any():
        raise InputError(f"Nothing is left of the region after resampling to {_size(new)} mm: it is thinner than the "
                         "new voxels; draw it larger or choose a profile with smaller voxels.")
    tight = Box.around(inside)
    resampled = ResampledVoxels(voxels, lattice, settings.interpolator, settings.round_to_whole)
    if settings.padding is not None:
        resampled.hold(Box.whole(lattice.shape), poll)
    return resampled, tight.shifted(region.lower), inside[tight.slices], lattice.spacing_kji


def _size(spacing_ijk: np.ndarray) -> str:
    return " × ".join(f"{step:g}" for step in spacing_ijk)


def _nearest(mask: np.ndarray, lattice: Lattice, box: Box, poll: Poll) -> np.ndarray:
    from ..kernels.grid_interpolation import nearest_values

    lines = lattice.lines(box)
    result = np.empty(box.shape, bool)
    for k in range(box.shape[0]):
        poll()
        nearest_values(mask, lines.start[k:k + 1], lines.end[k:k + 1], lines.size, lines.first, result[k:k + 1])
    return result
