"""Reading DICOM Segmentations (PS3.3, A.51 and A.85): frames of masks, each with its place and its segment.

A frame holds one segment in one slice, and slices without it are usually left out.  Masks are stored as bits
(BINARY), as shares (FRACTIONAL: at least half counts) or as segment numbers (LABELMAP).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import InputError
from .dicom_header import printable, text_of
from .geometry import Geometry

if TYPE_CHECKING:
    from pydicom import Dataset

#: Segmentation Storage, Label Map Segmentation Storage
SOP_CLASSES = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")
#: what else people take for a segmentation
_OTHER_SOP_CLASSES = {"1.2.840.10008.5.1.4.1.1.481.3": "an RT structure set", "1.2.840.10008.5.1.4.1.1.66.5":
                      "a surface segmentation", "1.2.840.10008.5.1.4.1.1.11.1": "a presentation state",
                      "1.2.840.10008.5.1.4.1.1.88.34": "a structured report"}
#: how a segment came about, as its file says
ALGORITHM_TAG = "DICOM.Algorithm"
#: slices lie at whole steps up to this share of one
_STEP_TOLERANCE = 0.01


@dataclass(frozen=True)
class DicomSegment:
    """A segment's number and label, and its tags as Slicer writes them."""

    number: int
    name: str
    tags: dict[str, str]


@dataclass(frozen=True)
class DicomSegmentation:
    """Segment numbers (layer, k, j, i) on the grid that the frames span; overlapping segments lie in several layers.

    ``layer_of`` is the layer of each of ``segments``.
    """

    labels: np.ndarray
    geometry: Geometry
    segments: tuple[DicomSegment, ...]
    layer_of: tuple[int, ...]


def read_dicom_segmentation(path: Path, reference: Geometry | None = None) -> DicomSegmentation:
    """The segments of a DICOM SEG file; ``reference`` is the image's grid, where there is one.

    Only the slices that the frames span are there.  Frames do not say how far apart the image's slices are; where the
    file does not, the image's grid does.  Raises InputError with one sentence where the file is no segmentation, is
    damaged, or its frames lie on no regular grid.
    """
    header = _read(path)
    kind = text_of(header, "SegmentationType") or "BINARY"
    segments = tuple(_segments(header, path))
    try:
        planes = [_Plane.of(header, number) for number in range(int(header.NumberOfFrames))]
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        raise InputError(f"'{path}' does not say where its frames lie in the patient, so they cannot be brought onto a "
                         "scan.") from None
    if not planes:
        raise InputError(f"The segmentation '{path}' is empty; draw the region first.")
    geometry, slices = _grid(planes, (int(header.Rows), int(header.Columns)), reference, path)
    layers: list[np.ndarray] = []
    placed: dict[int, int] = {}
    for number, drawn in _masks(header, kind, planes, slices, path):
        if number not in {segment.number for segment in segments}:
            raise InputError(f"'{path}' is damaged: its frames name a segment {number} that it does not describe.")
        free = next((n for n, layer in enumerate(layers) if not any(layer[part][mask].any() for part, mask in drawn)),
                    len(layers))
        if free == len(layers):
            highest = max(segment.number for segment in segments)
            layers.append(np.zeros(geometry.shape, np.uint8 if highest < 256 else np.uint16))
        for part, mask in drawn:
            layers[free][part][mask] = number
        placed[number] = free
    found = tuple(segment for segment in segments if segment.number in placed)
    if not found:
        raise InputError(f"The segmentation '{path}' is empty; draw the region first.")
    return DicomSegmentation(np.stack(layers), geometry, found, tuple(placed[segment.number] for segment in found))


@dataclass(frozen=True)
class _Plane:
    """Where a frame lies (LPS mm): centre of its first pixel, directions of row and column, spacing along them.

    ``step`` is the distance of slices as the file states it, ``thickness`` theirs; 0 where it does not.  ``segment``
    is the segment's number, 0 in a label map.
    """

    position: np.ndarray
    axes: np.ndarray
    spacing: tuple[float, float]
    step: float
    thickness: float
    segment: int

    @classmethod
    def of(cls, header: Dataset, number: int) -> _Plane:
        own = header.PerFrameFunctionalGroupsSequence[number]
        shared = header.get("SharedFunctionalGroupsSequence")

        def group(name: str) -> Dataset:
            return getattr(own, name)[0] if name in own else getattr(shared[0], name)[0]

        measures, orientation = group("PixelMeasuresSequence"), group("PlaneOrientationSequence")
        axes = np.array(orientation.ImageOrientationPatient, float).reshape(2, 3)
        rows, columns = (float(value) for value in measures.PixelSpacing)
        is_map = text_of(header, "SegmentationType") == "LABELMAP"
        return cls(np.array(group("PlanePositionSequence").ImagePositionPatient, float).reshape(3), axes,
                   (columns, rows), float(measures.get("SpacingBetweenSlices") or 0),
                   float(measures.get("SliceThickness") or 0),
                   0 if is_map else int(group("SegmentIdentificationSequence").ReferencedSegmentNumber))


def _read(path: Path) -> Dataset:
    import warnings

    import pydicom

    try:
        with warnings.catch_warnings():
            # what deviates from the standard but can be read is read
            warnings.simplefilter("ignore")
            header = pydicom.dcmread(path)
            sop_class = str(header.get("SOPClassUID", ""))
    except Exception:  # noqa: BLE001 - pydicom raises whatever the damaged bytes lead it to
        raise InputError(f"'{path}' is a damaged DICOM file; copy it again from its source.") from None
    if sop_class not in SOP_CLASSES:
        what = _OTHER_SOP_CLASSES.get(sop_class, "no segmentation")
        raise InputError(f"'{path}' is a DICOM file, but {what}; of DICOM, segmentations (SEG) are read: open it in "
                         "Slicer and save the regions as .seg.nrrd.")
    return header


def _segments(header: Dataset, path: Path) -> Iterator[DicomSegment]:
    try:
        for item in header.SegmentSequence:
            number = int(item.SegmentNumber)
            if number == 0:
                # a label map may describe its background
                continue
            name = text_of(item, "SegmentLabel") or text_of(item, "SegmentDescription") or f"segment {number}"
            algorithm = text_of(item, "SegmentAlgorithmName") or text_of(item, "SegmentAlgorithmType").lower()
            half = ", at least half of a voxel" if text_of(header, "SegmentationType") == "FRACTIONAL" else ""
            origin = f"DICOM segmentation{f', {algorithm}' if algorithm else ''}{half}"
            yield DicomSegment(number, name, {"TerminologyEntry": _terminology(item), ALGORITHM_TAG: origin})
    except (AttributeError, TypeError, ValueError):
        raise InputError(f"'{path}' is damaged: it does not describe its segments.") from None


def _terminology(item: Dataset) -> str:
    """The codes of a segment as Slicer's terminology entry."""
    def code(dataset: Dataset | None, keyword: str) -> tuple[Dataset | None, str]:
        found = (dataset.get(keyword) or [None])[0] if dataset is not None else None
        if found is None:
            return None, "^^"
        parts = (text_of(found, key) for key in ("CodingSchemeDesignator", "CodeValue", "CodeMeaning"))
        return found, "^".join(printable(part).translate({ord("^"): " ", ord("~"): " "}) for part in parts)

    _, category = code(item, "SegmentedPropertyCategoryCodeSequence")
    kind, kind_code = code(item, "SegmentedPropertyTypeCodeSequence")
    _, modifier = code(kind, "SegmentedPropertyTypeModifierCodeSequence")
    region, region_code = code(item, "AnatomicRegionSequence")
    _, region_modifier = code(region, "AnatomicRegionModifierSequence")
    return "~".join(["Segmentation category and type - DICOM master list", category, kind_code, modifier,
                     "Anatomic codes - DICOM master list", region_code, region_modifier])


def _grid(planes: list[_Plane], size: tuple[int, int], reference: Geometry | None,
          path: Path) -> tuple[Geometry, list[int]]:
    """The grid of slices that the frames span, and the slice of each frame."""
    first = planes[0]
    normal = np.cross(*first.axes)
    if any(np.abs(plane.axes - first.axes).max() > 1e-4 or not np.allclose(plane.spacing, first.spacing, rtol=1e-4)
           for plane in planes):
        raise InputError(f"The frames of '{path}' do not lie on one grid (directions or pixel sizes differ).")
    offsets = np.array([plane.position - first.position for plane in planes])
    heights = offsets @ normal
    if np.abs(offsets - heights[:, None] * normal).max() > _STEP_TOLERANCE * min(first.spacing):
        raise InputError(f"The frames of '{path}' do not lie one above the other, as on the slices of one scan.")
    step = _step(first, heights, normal, reference)
    slices = (heights - heights.min()) / step
    if np.abs(slices - np.round(slices)).max() > _STEP_TOLERANCE * max(1.0, slices.max()):
        raise InputError(f"The frames of '{path}' do not lie at whole steps of {step:.3g} mm, the distance of the "
                         f"{'image' if reference else 'file'}'s slices.")
    flip = np.array([-1.0, -1.0, 1.0])
    origin = flip * (first.position + heights.min() * normal)
    direction = flip[:, None] * np.column_stack([*first.axes, normal])
    count = round(float(slices.max())) + 1
    try:
        geometry = Geometry((count, *size), (*first.spacing, step), tuple(float(x) for x in origin + 0.0),
                            tuple(float(x) for x in direction.ravel() + 0.0))
    except ValueError as error:
        raise InputError(f"'{path}' has an unusable grid: {error}.") from None
    return geometry, [round(float(n)) for n in slices]


def _step(plane: _Plane, heights: np.ndarray, normal: np.ndarray, reference: Geometry | None) -> float:
    """Distance of slices: that of the image across the frames, as stated, or the smallest one that occurs."""
    if reference is not None:
        axes = np.asarray(reference.direction).reshape(3, 3).T
        along = np.abs(axes @ (np.array([-1.0, -1.0, 1.0]) * normal))
        return float(reference.spacing[int(np.argmax(along))])
    apart = np.diff(np.unique(np.round(heights, 4)))
    return plane.step or (float(apart.min()) if apart.size else plane.thickness or 1.0)


def _masks(header: Dataset, kind: str, planes: list[_Plane], slices: list[int],
           path: Path) -> Iterator[tuple[int, list[tuple[tuple[int, slice, slice], np.ndarray]]]]:
    """Segment by segment: its number, and in each slice that holds it the box (k, j, i) round it and its mask there."""
    drawn: dict[int, list[tuple[tuple[int, slice, slice], np.ndarray]]] = {}
    for plane, k, frame in zip(planes, slices, _frames(header, len(planes), path), strict=True):
        if kind == "LABELMAP":
            for number in np.unique(frame[frame > 0]):
                drawn.setdefault(int(number), []).append(_cropped(k, frame == number))
            continue
        # of shares at least half
        least = 1 if kind == "BINARY" else 0.5 * float(header.get("MaximumFractionalValue") or 255)
        mask = frame >= least
        if mask.any():
            drawn.setdefault(plane.segment, []).append(_cropped(k, mask))
    yield from sorted(drawn.items())


def _cropped(k: int, mask: np.ndarray) -> tuple[tuple[int, slice, slice], np.ndarray]:
    j, i = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    part = slice(int(j[0]), int(j[-1]) + 1), slice(int(i[0]), int(i[-1]) + 1)
    return (k, *part), mask[part].copy()


def _frames(header: Dataset, count: int, path: Path) -> Iterator[np.ndarray]:
    """The stored frames (j, i), one at a time: bits unpacked are eight times as many bytes."""
    from pydicom.pixels import iter_pixels

    seen = 0
    try:
        for frame in iter_pixels(header):
            seen += 1
            yield frame
    except Exception:  # noqa: BLE001 - pydicom and its decoders raise whatever the damaged bytes lead them to
        raise InputError(f"The frames of '{path}' cannot be read (damaged, or compressed in a way that needs another "
                         "package); save it again without compression.") from None
    if seen != count:
        raise InputError(f"'{path}' is damaged: it holds {seen} of {count} frames.")
