"""A result goes back to where its scan came from: the application's DICOM database, into the scan's own study."""

from __future__ import annotations

import tempfile
from pathlib import Path

import slicer
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.resources import resource_folder

from .dependencies import ensure
from .results import ScoredNodes
from .saving import dicom_objects


def store_in_database(scored: ScoredNodes, language: str = "en") -> int:
    """Put segmentation (SEG), structured report (SR) and report (PDF) into the database; how many objects.

    Raises InputError where the scan is not from the database, or where the database did not take one of them.
    """
    ensure(str(resource_folder() / "requirements-dicom.txt"), "Radiomics Ortho")
    objects = dicom_objects(scored, language)
    database = slicer.dicomDatabase
    # the objects carry the patient's identity: outside of the database no file of them remains
    with tempfile.TemporaryDirectory() as folder:
        for name, content in objects.items():
            path = Path(folder) / name
            path.write_bytes(content)
            database.insert(str(path), True, False)
    missing = [name for name, content in objects.items() if not database.fileForInstance(_instance_uid(content))]
    if missing:
        raise InputError(f"The DICOM database did not take {', '.join(missing)}; look whether its folder can be "
                         "written to (module DICOM).")
    return len(objects)


def _instance_uid(content: bytes) -> str:
    import io

    from pydicom import dcmread

    return str(dcmread(io.BytesIO(content), stop_before_pixels=True).SOPInstanceUID)
