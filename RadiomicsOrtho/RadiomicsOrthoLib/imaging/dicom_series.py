"""The headers of a DICOM series, read again where new objects are to refer to it.

They hold the identity of patient and study, so they live only as long as such an object is made: neither
:class:`.image.BoneImage` nor any other output knows them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import InputError
from .dicom import in_order, series_files
from .geometry import Geometry

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

#: what every slice must state so that an object can refer to it
_NEEDED = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID", "FrameOfReferenceUID",
           "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "Rows", "Columns")


@dataclass(frozen=True)
class DicomSeries:
    """The headers (without pixels) of the slices of one series, in rising k of the volume, and the volume's grid."""

    headers: tuple[Dataset, ...]
    geometry: Geometry

    def along(self, geometry: Geometry) -> DicomSeries:
        """The series with its slices in the order of ``geometry``, which may count them from the other end.

        InputError if it is another grid than that of the series.
        """
        for found in (self, DicomSeries(self.headers[::-1], _geometry(self.headers[::-1]))):
            if found.geometry.same_place(geometry):
                return found
        raise InputError("The region does not lie on the grid of the DICOM series "
                         f"({self.geometry.difference(geometry)}), so no object can refer to its slices.")

    @property
    def modality(self) -> str:
        return str(self.headers[0].get("Modality", ""))


def read_series(folder: Path, series: str | None = None) -> DicomSeries:
    """The headers of ``series`` of ``folder``, chosen as :func:`.dicom.read_dicom_folder` chooses it.

    InputError for anything but a regular series of slices, and where a slice lacks an identity to refer to.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError("DICOM objects refer to the series that was measured: give the scan as the folder of a DICOM "
                         f"series; '{folder.name}' is none.")
    return _series_of(series_files(folder, series))


def series_of_files(files: Sequence[str]) -> DicomSeries:
    """The same of the files of one series, in any order, as a DICOM database names them."""
    if len(files) < 2:
        raise InputError("DICOM objects refer to a series of slices; this scan is none.")
    return _series_of(in_order(files))


def _series_of(files: Sequence[str]) -> DicomSeries:
    import pydicom

    headers = tuple(pydicom.dcmread(file, stop_before_pixels=True) for file in files)
    for header in headers:
        missing = [name for name in _NEEDED if not header.get(name)]
        if missing:
            raise InputError(f"A slice of the series states no {missing[0]}, so no object can refer to it.")
    for name in ("StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID"):
        if len({header.get(name) for header in headers}) > 1:
            raise InputError(f"The slices of the series differ in their {name}, so no object can refer to them.")
    return DicomSeries(headers, _geometry(headers))


def _geometry(headers: Sequence[Dataset]) -> Geometry:
    """PS3.3, C.7.6.2.1.1: the grid of the slices, from LPS to RAS."""
    to_ras = np.array([-1.0, -1.0, 1.0])
    across, down = np.array(headers[0].ImageOrientationPatient, float).reshape(2, 3) * to_ras
    first, last = (np.array(header.ImagePositionPatient, float) * to_ras for header in (headers[0], headers[-1]))
    step = (last - first) / (len(headers) - 1)
    distance = float(np.linalg.norm(step))
    row_spacing, column_spacing = map(float, headers[0].PixelSpacing)
    direction = np.stack([across, down, step / distance], 1)
    return Geometry((len(headers), int(headers[0].Rows), int(headers[0].Columns)),
                    (column_spacing, row_spacing, distance), tuple(map(float, first)),
                    tuple(map(float, direction.flat)))
