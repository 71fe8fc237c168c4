"""The DICOM series of a volume node, from the database of the application."""

from __future__ import annotations

import slicer
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.imaging.dicom_series import DicomSeries, series_of_files


def series_of(volumeNode) -> DicomSeries:
    """The headers of the slices that ``volumeNode`` was loaded from; InputError if it is not from the database."""
    uids = (volumeNode.GetAttribute("DICOM.instanceUIDs") or "").split() if volumeNode is not None else []
    database = getattr(slicer, "dicomDatabase", None)
    files = [database.fileForInstance(uid) for uid in uids] if database is not None else []
    if not files or not all(files):
        raise InputError("DICOM objects refer to the series that was measured: load the scan from the DICOM database "
                         "of Slicer (module DICOM), and apply the model to it.")
    return series_of_files(files)
