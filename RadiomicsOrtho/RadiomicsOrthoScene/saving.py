"""A result as files on disk: the report in a language, as PDF, and as DICOM objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.resources import resource_folder

from .dependencies import ensure
from .dicom_source import series_of
from .results import ScoredNodes

#: folder of the DICOM objects, apart because they carry the patient's identity
DICOM_FOLDER = "DICOM"


@dataclass(frozen=True)
class ReportChoice:
    """What is written beside card, HTML report and nomogram; ``language`` is a code of the report's languages."""

    language: str = "en"
    pdf: bool = False
    dicom: bool = False


def save_result(scored: ScoredNodes, folder: str, choice: ReportChoice | None = None) -> list[str]:
    """Write what there is, card, report, nomogram, features, those of several regions in folders; returns the names.

    Raises InputError where the folder cannot be written to, a package is missing, or DICOM objects are wanted and the
    scan is no DICOM series; nothing is then written.
    """
    from RadiomicsOrthoLib.report.files import card_files, features_files, write_folder
    from RadiomicsOrthoLib.report.patient_files import patient_files

    choice = choice or ReportChoice()
    if scored.card and (choice.pdf or choice.dicom):
        ensure(str(resource_folder() / f"requirements-{'dicom' if choice.dicom else 'pdf'}.txt"), "Radiomics Ortho")
    if scored.regions:
        files = patient_files(scored.card, scored.regions, scored.regionPictures, choice.language, choice.pdf)
    elif scored.card:
        files = card_files(scored.card, scored.pictures, scored.features, scored.roi, choice.language, choice.pdf)
    else:
        files = features_files(scored.features, scored.roi)
    if scored.card and choice.dicom:
        files |= {f"{DICOM_FOLDER}/{name}": content for name, content in dicom_objects(scored, choice.language).items()}
    write_folder(Path(folder), files)
    return list(files)


def dicom_objects(scored: ScoredNodes, language: str) -> Mapping[str, bytes]:
    """Name → content of the objects of each region, the name of its folder before theirs where there are several.

    Raises InputError where the scan is no series of the application's database.
    """
    from RadiomicsOrthoLib.report.dicom_objects.export import dicom_files
    from RadiomicsOrthoLib.report.patient_files import region_folders
    from RadiomicsOrthoLib.report.pdf import report_pdf

    if scored.roi is None:
        raise InputError("DICOM objects need the region that was measured; press Apply again, or leave them out.")
    series, made = series_of(scored.volume), datetime.now()
    names = region_folders([region.name for region in scored.regions])
    cases = {f"{names[region.name]}-": (region.scored.card, region.scored.roi, scored.regionPictures[region.name])
             for region in scored.regions if region.scored} or {"": (scored.card, scored.roi, scored.pictures)}
    return {f"{prefix}{name}": content for prefix, (card, roi, pictures) in cases.items() for name, content in
            dicom_files(card, roi, series, report_pdf(card, pictures, language), made).items()}
