"""``--dicom-out DIR``: results as DICOM objects of the study from which the scan came."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ..errors import InputError
from ..imaging.dicom_series import DicomSeries, read_series
from ..regions.roi import Roi
from ..report.dicom_objects.export import check_packages, dicom_files
from ..report.files import write_folder
from ..report.html import Picture
from ..report.pdf import report_pdf
from ..scoring.card import ScoreCard


def add_dicom_argument(command: argparse.ArgumentParser) -> None:
    command.add_argument("--dicom-out", metavar="DIR", type=Path, help="write the region as a DICOM Segmentation, the "
                         "score as a Structured Report and the report as an Encapsulated PDF, all beside the series "
                         "that was measured: these files carry the patient's identity, as that series does (needs "
                         "highdicom and reportlab: pip install 'radiomics-ortho[dicom,pdf]')")


@dataclass(frozen=True)
class DicomCase:
    """A card, the region that it is about, and the pictures of its report."""

    card: ScoreCard
    measured: Roi
    pictures: Mapping[str, Picture]


@dataclass(frozen=True)
class DicomExport:
    """Where the objects go, the series they refer to, and the language of the report."""

    folder: Path
    series: DicomSeries
    language: str

    def objects(self, cases: Mapping[str, DicomCase]) -> dict[str, bytes]:
        """The objects of ``cases`` (prefix of their file names → case) by the names of their files."""
        made, files = datetime.now(), {}
        for prefix, case in cases.items():
            pdf = report_pdf(case.card, case.pictures, self.language)
            found = dicom_files(case.card, case.measured, self.series, pdf, made)
            files |= {f"{prefix}{name}": content for name, content in found.items()}
        return files

    def write(self, objects: Mapping[str, bytes]) -> None:
        write_folder(self.folder, objects)


def dicom_export_from(options: argparse.Namespace) -> DicomExport | None:
    """What ``--dicom-out`` asks for, ``None`` without it; InputError at once where it cannot be had."""
    if options.dicom_out is None:
        return None
    if options.image is None:
        raise InputError("DICOM objects refer to the series that was measured; without a scan leave --dicom-out out.")
    if Path(options.image).resolve() in (options.dicom_out.resolve(), *options.dicom_out.resolve().parents):
        raise InputError(f"'{options.dicom_out}' lies in the folder of the scan, which would then hold more than one "
                         "series; name another folder.")
    check_packages()
    return DicomExport(options.dicom_out, read_series(Path(options.image), options.series), options.language)
