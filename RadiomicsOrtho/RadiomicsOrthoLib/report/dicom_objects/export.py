"""Card, region and report as files of the study from which they came."""

from __future__ import annotations

import hashlib
import io
from datetime import datetime
from typing import TYPE_CHECKING

from ...errors import InputError
from ...imaging.dicom_series import DicomSeries
from ...regions.roi import Roi
from ...scoring.card import ScoreCard
from ..pdf import check_packages as check_pdf_packages
from .identity import Identity

if TYPE_CHECKING:
    from pydicom.dataset import Dataset


def check_packages() -> None:
    """InputError if a package that writes DICOM objects, or the report inside, is missing."""
    check_pdf_packages()
    try:
        import highdicom  # noqa: F401
    except ImportError:
        raise InputError("DICOM objects need the Python package highdicom; install it with \"pip install "
                         "'radiomics-ortho[dicom]'\", and restart the application if it is Slicer.") from None


def dicom_files(card: ScoreCard, roi: Roi, series: DicomSeries, pdf: bytes, made: datetime) -> dict[str, bytes]:
    """Segmentation, structured report and encapsulated PDF: file name → content.

    ``roi`` is the measured region, ``series`` the headers of the scan on whose grid it lies, ``pdf`` the report,
    ``made`` the time of making.  They carry the patient and study of ``series``, as a DICOM object must, and are the
    only output that does.  Equal arguments give equal files.  InputError if the region lies on another grid.
    """
    check_packages()
    from .encapsulated_pdf import encapsulated_pdf
    from .segmentation import segmentation
    from .structured_report import structured_report

    series = series.along(roi.geometry)
    content = hashlib.sha256(card.to_json().encode() + pdf + roi.voxel_hash().encode()).hexdigest()
    identity = Identity(f"{series.headers[0].SeriesInstanceUID} {content}", made.replace(microsecond=0))
    segments = segmentation(roi, series, identity)
    return {"segmentation.dcm": _file(segments),
            "structured-report.dcm": _file(structured_report(card, roi, series, segments, identity)),
            "report-pdf.dcm": _file(encapsulated_pdf(card, pdf, series, identity))}


def _file(data: Dataset) -> bytes:
    written = io.BytesIO()
    data.save_as(written, enforce_file_format=True)
    return written.getvalue()
