"""A result goes back to where its scan came from: the application's DICOM database, into the scan's own study."""

from __future__ import annotations

import tempfile
from pathlib import Path

import slicer
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.resources import resource_folder
from slicer.i18n import tr as _

from .dependencies import ensure
from .results import ScoredNodes
from .saving import dicom_objects


def why_not_stored(scored: ScoredNodes | None) -> str:
    """Why a result cannot go into the database, one sentence; empty if it can."""
    if scored is None or scored.card is None:
        return _("There is no score yet: press Apply, or Score this scan.")
    if not (scored.volume is not None and scored.volume.GetAttribute("DICOM.instanceUIDs")):
        return _("The scan was not loaded from the DICOM database, so there is no study to put its results into.")
    return ""


def store_in_database(scored: ScoredNodes, language: str = "en") -> int:
    """Put segmentation (SEG), structured report (SR) and report (PDF) into the database; how many objects.

    Raises InputError where that is impossible, or where the database did not take one of them.
    """
    if reason := why_not_stored(scored):
        raise InputError(reason)
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
        raise InputError(_("The DICOM database did not take {names}; look whether its folder can be written to (module "
                           "DICOM).").format(names=", ".join(missing)))
    return len(objects)


def _instance_uid(content: bytes) -> str:
    import io

    from pydicom import dcmread

    return str(dcmread(io.BytesIO(content), stop_before_pixels=True).SOPInstanceUID)
