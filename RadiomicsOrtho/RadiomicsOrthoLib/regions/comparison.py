"""Two segmentation files of one scan, segment by segment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..errors import InputError
from ..imaging.box import tight_box
from ..imaging.lattice import lattice_map
from ..imaging.picture_file import is_picture
from ..imaging.planar import plane_geometry, slice_first
from ..imaging.segmentation_file import Segment, SegmentationFile
from ..long_work import Cancelled, CancelledError, Progress, never_cancelled, no_progress
from .agreement import DEFAULT_TOLERANCE_MM, RegionAgreement, check_tolerance, region_agreement
from .from_file import names_of
from .matching import SegmentPair, match_segments
from .roi import Roi

#: more labels than any segmentation has; a scan taken for a label map has thousands
MAX_SEGMENTS = 1000
#: a table of all labels up to this one is small
_MAX_LABEL = 2 ** 16


@dataclass(frozen=True)
class ComparedSegment:
    """A pair with its agreement, or the sentence that says why there is none."""

    pair: SegmentPair
    agreement: RegionAgreement | None
    undefined: str = ""


@dataclass(frozen=True)
class Comparison:
    """All pairs, the segments without a partner, and what is to be known about both files."""

    segments: tuple[ComparedSegment, ...]
    only_in_a: tuple[Segment, ...]
    only_in_b: tuple[Segment, ...]
    notes: tuple[str, ...]


def compare_segmentations(a: SegmentationFile, b: SegmentationFile, stated: Sequence[tuple[str, str]] = (),
                          tolerance_mm: float = DEFAULT_TOLERANCE_MM, progress: Progress = no_progress,
                          cancelled: Cancelled = never_cancelled,
                          pixel_mm: tuple[float, float] | None = None) -> Comparison:
    """Compare every segment of A with its partner in B (``regions.matching``); ``stated`` names partners.

    ``pixel_mm`` is the size of a pixel (i, j) that a person states for pictures, which have none of their own.  Raises
    InputError where the files do not lie in one place, no segments belong together, or none can be compared.
    """
    check_tolerance(tolerance_mm)
    for file in (a, b):
        if len(file.segments) > MAX_SEGMENTS:
            raise InputError(f"'{file.path}' holds {len(file.segments)} labels; it is a scan, not a segmentation.")
    matching = match_segments(a, b, stated)
    if not matching.pairs:
        raise InputError(f"No segment of A ({names_of(a.segments)}) belongs to one of B ({names_of(b.segments)}); say "
                         "which with --pair A=B.")
    a, b = (_with_pixel_size(file, pixel_mm) for file in (a, b))
    planar, known, notes = _check_grids(a, b, pixel_mm is not None)
    a, b = (cropped(file) for file in (a, b))
    finest = min(min(file.geometry.spacing[:2 if planar else 3]) for file in (a, b))
    if known and tolerance_mm < finest:
        below = f"The tolerance of {tolerance_mm:g} mm is below the size of the voxels ({finest:.3g} mm)"
        notes = (*notes, f"{below}: only surfaces that coincide count as the same.")
    region_of_a, region_of_b = (_regions_of(file) for file in (a, b))
    found = []
    for number, pair in enumerate(matching.pairs):
        if cancelled():
            raise CancelledError
        progress(number / len(matching.pairs), pair.a.name)
        try:
            agreement = region_agreement(region_of_a(pair.a), region_of_b(pair.b), tolerance_mm, planar, known)
            found.append(ComparedSegment(pair, agreement))
        except InputError as error:
            found.append(ComparedSegment(pair, None, str(error)))
    progress(1.0, "done")
    if all(one.agreement is None for one in found):
        raise InputError(f"Nothing can be compared; '{found[0].pair.a.name}': {found[0].undefined}")
    return Comparison(tuple(found), matching.only_in_a, matching.only_in_b, notes)


def _with_pixel_size(file: SegmentationFile, pixel_mm: tuple[float, float] | None) -> SegmentationFile:
    if pixel_mm is None:
        return file
    if not is_picture(Path(file.path)):
        raise InputError(f"'{file.path}' states the size of its voxels; a size is stated for pictures (PNG, TIFF) "
                         "only.")
    return replace(file, geometry=plane_geometry(file.geometry.shape, pixel_mm))


def _check_grids(a: SegmentationFile, b: SegmentationFile,
                 size_is_stated: bool) -> tuple[bool, bool, tuple[str, ...]]:
    """Whether both are 2-D, whether their pixels have a known size, and what is to be said about the grids."""
    planar = [file.geometry.plane_axis is not None for file in (a, b)]
    if planar[0] != planar[1]:
        raise InputError("One of the files is a 2-D image and the other a volume; regions of the same scan are needed.")
    in_space = [not is_picture(Path(file.path)) for file in (a, b)]
    if in_space[0] != in_space[1]:
        raise InputError("One of the files is a picture that lies nowhere and the other has a place in space; save "
                         "both in one format.")
    notes = []
    known = in_space[0] or size_is_stated
    if not in_space[0]:
        if a.geometry.shape != b.geometry.shape:
            raise InputError(f"The pictures are not of one image: {a.geometry.difference(b.geometry)}.")
        if not known:
            notes.append("The size of a pixel is unknown in a picture; distances in mm are not given.")
    if lattice_map(b.geometry.ijk_to_ras, b.geometry.shape, a.geometry) is None:
        _check_place(a, b)
        notes.append(f"The files lie on different grids ({a.geometry.difference(b.geometry)}): Dice is taken on the "
                     "finer grid, to which the coarser region is brought by its nearest voxel; surfaces are compared "
                     "where they lie.")
    return planar[0], known, tuple(notes)


def _check_place(a: SegmentationFile, b: SegmentationFile) -> None:
    """InputError if the grids do not touch: nothing says that they share a frame of reference."""
    corners = np.array(np.meshgrid(*([0, 1],) * 3)).reshape(3, -1).T
    low, high = zip(*((found.min(axis=0), found.max(axis=0)) for found in (
        file.geometry.to_ras(corners * np.asarray(file.geometry.shape) - 0.5) for file in (a, b))), strict=True)
    if np.any(np.maximum(*low) > np.minimum(*high)):
        raise InputError("The files lie on different grids that do not touch, so they are not of one scan; export both "
                         "with the same image as their reference.")


def cropped(file: SegmentationFile) -> SegmentationFile:
    """The file without the empty rim of its labels: most of a scan is none of its segments.

    A 2-D image keeps its size, and its slice comes to lie along k.
    """
    if file.geometry.plane_axis is not None:
        turned = [slice_first(layer, file.geometry) for layer in file.labels]
        return replace(file, labels=np.stack([layer for layer, _ in turned]), geometry=turned[0][1])
    boxes = [box for box in map(tight_box, file.labels) if box] or [(slice(0, 1),) * 3]
    box = [slice(min(part.start for part in parts), max(part.stop for part in parts))
           for parts in zip(*boxes, strict=True)]
    # two voxels at least: a volume of one slice would be taken for a 2-D image
    box = tuple(part if part.stop - part.start > 1 else slice(part.start - bool(part.start), max(part.stop, 2))
                for part in box)
    origin = tuple(float(x) for x in file.geometry.to_ras([part.start for part in box]))
    labels = file.labels[(slice(None), *box)]
    return replace(file, labels=labels, geometry=replace(file.geometry, shape=labels.shape[1:], origin=origin))


def _regions_of(file: SegmentationFile) -> Callable[[Segment], Roi]:
    """The region of a segment in the box around it; all boxes of a layer are found in one pass."""
    from scipy.ndimage import find_objects

    boxes = [find_objects(layer) if layer.max(initial=0) <= _MAX_LABEL else None for layer in file.labels]

    def region(segment: Segment) -> Roi:
        layer, of_layer = file.labels[segment.layer], boxes[segment.layer]
        box = tight_box(layer == segment.label) if of_layer is None \
            else of_layer[segment.label - 1] if segment.label <= len(of_layer) else None
        box = box or (slice(0, 1),) * 3
        mask = layer[box] == segment.label
        origin = tuple(float(x) for x in file.geometry.to_ras([part.start for part in box]))
        return Roi(mask, replace(file.geometry, shape=mask.shape, origin=origin))
    return region
