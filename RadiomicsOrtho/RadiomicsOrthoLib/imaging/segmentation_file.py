"""Reading masks: label maps, Slicer's ``.seg.nrrd`` and DICOM segmentations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..errors import InputError
from .dicom_header import is_dicom_file
from .dicom_segmentation import read_dicom_segmentation
from .file_checks import StoredVoxels, check_image_file
from .geometry import Geometry
from .lattice import onto_grid
from .nrrd_header import read_nrrd_header
from .picture_file import is_picture, read_picture
from .readers import checked_voxels, read_voxels, to_geometry
from .sitk import simpleitk


@dataclass(frozen=True)
class Segment:
    """One region in a file: its name, label value and layer, and Slicer's segment tags if any."""

    name: str
    label: int
    layer: int = 0
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SegmentationFile:
    """Layers of labels (layer, k, j, i) on one grid and the segments in them.

    ``drawn_on`` is the grid that they were drawn on, where ``geometry`` has another pixel size that a person stated.
    """

    labels: np.ndarray
    geometry: Geometry
    segments: tuple[Segment, ...]
    path: str
    drawn_on: Geometry | None = None

    def mask(self, segment: Segment) -> np.ndarray:
        """Boolean mask (k, j, i) of one of ``segments``; may be a view that cannot be written to."""
        layer = self.labels[segment.layer]
        if layer.dtype == np.uint8 and layer.flags.c_contiguous and segment.label == 1 and layer.max(initial=0) <= 1:
            # zeros and ones are a mask already; a second copy of a large scan's labels is not small
            mask = layer.view(bool)
            mask.flags.writeable = False
            return mask
        return layer == segment.label


def read_segmentation(path: str | Path, reference: Geometry | None = None,
                      drawn_on: Geometry | None = None) -> SegmentationFile:
    """Read a label map, ``.seg.nrrd`` or DICOM SEG; with ``reference``, its grid must be that of the image.

    ``drawn_on`` is the grid that the image had in its file, where a person stated another
    pixel size since: a mask of that grid is one of the image too.  A PNG or TIFF has no grid
    and is taken pixel by pixel.

    A file on the image's own voxels with its axes turned (as Slicer does with left-handed
    images), a ``.seg.nrrd`` that Slicer saved cropped, or the slices of a DICOM SEG, is brought to the image's grid
    without loss.  Any other difference is refused: nothing is resampled silently.
    """
    path = Path(path)
    if path.is_file() and is_dicom_file(path):
        layers, geometry, segments, cropped = _read_dicom_segments(path, drawn_on or reference)
    elif is_picture(path):
        picture = read_picture(path)
        # a picture lies nowhere: of the right size, it lies on the image's pixels
        fits = reference is not None and reference.shape == picture.array.shape
        layers, geometry = picture.array[np.newaxis], reference if fits else picture.geometry
        segments, cropped = (), False
    elif path.name.lower().endswith(".nrrd"):
        layers, geometry, segments, cropped = _read_nrrd_segments(path)
    else:
        array, geometry = read_voxels(path)
        layers, segments, cropped = array[np.newaxis], (), False
    layers = _whole_labels(layers, path)
    if not segments:
        values = _labels_in(layers[0])
        segments = tuple(Segment(str(value), value) for value in values)
    if reference is not None:
        layers, drawn_on = next(
            ((found, grid) for grid in (reference, drawn_on) if grid is not None
             and (found := _on_image(layers, geometry, grid, cropped)) is not None), (None, None))
        if layers is None:
            raise InputError(f"Segmentation and image do not share a geometry: {reference.difference(geometry)}; "
                             "export the segmentation with this image as its reference.")
    # rounding in a header is no other place: from here on both share one grid
    geometry = reference or geometry
    if not segments:
        raise InputError(f"The segmentation '{path}' is empty; draw the region first.")
    return SegmentationFile(layers, geometry, segments, str(path), drawn_on)


def _on_image(layers: np.ndarray, geometry: Geometry, grid: Geometry, cropped: bool) -> np.ndarray | None:
    if grid.same_place(geometry):
        return layers
    return onto_grid(layers, geometry, grid, may_be_part=cropped)


def _read_dicom_segments(path: Path,
                         reference: Geometry | None) -> tuple[np.ndarray, Geometry, tuple[Segment, ...], bool]:
    found = read_dicom_segmentation(path, reference)
    segments = tuple(Segment(item.name, item.number, layer, item.tags)
                     for item, layer in zip(found.segments, found.layer_of, strict=True))
    return found.labels, found.geometry, segments, True


def _read_nrrd_segments(path: Path) -> tuple[np.ndarray, Geometry, tuple[Segment, ...], bool]:
    stored = check_image_file(path)
    keys = read_nrrd_header(path).values
    if not any(key.startswith("Segment0_") for key in keys):
        array, geometry = read_voxels(path)
        return array[np.newaxis], geometry, (), False
    layers, geometry = _layers(path, stored)
    segments = []
    number = 0
    while f"Segment{number}_ID" in keys or f"Segment{number}_Name" in keys:
        def entry(name: str, default: str = "", number: int = number) -> str:
            return keys.get(f"Segment{number}_{name}", default)

        tags = dict(tag.split(":", 1) for tag in entry("Tags").split("|") if ":" in tag)
        name = entry("Name") or entry("ID")
        try:
            # files from before Slicer 4.11 have no layer keys: one segment a layer, in order
            layer = int(entry("Layer", str(number)))
            label = int(entry("LabelValue", "0"))
            if label < 0:
                raise ValueError
        except ValueError:
            raise InputError(f"'{path}' is damaged: the segment '{name}' has no usable label value.") from None
        if not 0 <= layer < len(layers):
            raise InputError(f"'{path}' is damaged: the segment '{name}' lies in a layer that is not there.")
        segments.append(Segment(name, label or _only_label(layers[layer], name, path), layer, tags))
        number += 1
    cropped = "Segmentation_ReferenceImageExtentOffset" in keys
    return layers, geometry, tuple(segments), cropped


def _layers(path: Path, stored: StoredVoxels) -> tuple[np.ndarray, Geometry]:
    """Labels (layer, k, j, i) and their grid."""
    if stored.layers:
        array = stored.read().reshape(*stored.geometry.shape, stored.layers)
        return np.moveaxis(array, -1, 0), stored.geometry
    reader = simpleitk().ImageFileReader()
    reader.SetFileName(str(path))
    try:
        reader.ReadImageInformation()
    except RuntimeError:
        stored.read()  # says what is damaged, if it is that
        raise InputError(f"'{path}' is not a readable segmentation.") from None
    if reader.GetDimension() != 3:
        raise InputError(f"'{path}' is not a 3-D segmentation.")
    array = checked_voxels(reader, stored)
    layers = np.moveaxis(array, -1, 0) if reader.GetNumberOfComponents() > 1 else array[np.newaxis]
    return layers, to_geometry(reader, path)


def _only_label(layer: np.ndarray, name: str, path: Path) -> int:
    """The one label in a layer, for files that do not state it."""
    values = _labels_in(layer)
    if len(values) > 1:
        raise InputError(f"'{path}' does not say which of the labels {values} is the segment '{name}'; save it again "
                         "with a current Slicer.")
    return values[0] if values else 1


def _labels_in(layer: np.ndarray) -> list[int]:
    """Labels above 0 of a layer (k, j, i), ascending."""
    # most planes of a scan hold none, and seeing that is quick
    return sorted({int(value) for plane in layer if plane.any() for value in np.unique(plane)} - {0})


def _whole_labels(array: np.ndarray, path: Path) -> np.ndarray:
    if np.issubdtype(array.dtype, np.floating):
        if not np.all(np.isfinite(array)) or np.any(array != np.round(array)):
            raise InputError(f"Labels in '{path}' must be whole numbers; export the segmentation as a label map.")
        array = array.astype(np.int64)
    if array.size and array.min() < 0:
        raise InputError(f"Labels in '{path}' must not be negative.")
    return array
