"""The report as an Encapsulated PDF (PS3.3, A.45.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...imaging.dicom_series import DicomSeries
from ...scoring.card import ScoreCard
from .codes import cut
from .identity import Identity

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

PDF_STORAGE = "1.2.840.10008.5.1.4.1.1.104.1"


def encapsulated_pdf(card: ScoreCard, pdf: bytes, series: DicomSeries, identity: Identity) -> Dataset:
    """``pdf``, a report of ``card``, as an object of the study of ``series`` that names its slices as its sources."""
    from highdicom.base import SOPClass
    from pydicom.dataset import Dataset
    from pydicom.sr.codedict import codes
    from pydicom.uid import ExplicitVRLittleEndian

    source = series.headers[0]
    arguments = identity.series("report", 2)
    document = SOPClass(
        study_instance_uid=source.StudyInstanceUID, sop_class_uid=PDF_STORAGE, modality="DOC",
        transfer_syntax_uid=ExplicitVRLittleEndian, patient_id=source.get("PatientID"),
        patient_name=source.get("PatientName"), patient_birth_date=source.get("PatientBirthDate"),
        patient_sex=source.get("PatientSex") or None, accession_number=source.get("AccessionNumber"),
        study_id=source.get("StudyID"), study_date=source.get("StudyDate") or None,
        study_time=source.get("StudyTime") or None, referring_physician_name=source.get("ReferringPhysicianName"),
        **arguments)
    document.ConversionType = "WSD"
    document.BurnedInAnnotation = "NO"          # the report holds no identity of a patient
    document.AcquisitionDateTime = None
    document.DocumentTitle = cut(f"{card.model.title}, {card.place}", 1024)
    title = Dataset()
    title.CodeValue, title.CodingSchemeDesignator, title.CodeMeaning = \
        codes.DCM.ImagingMeasurementReport.value, "DCM", codes.DCM.ImagingMeasurementReport.meaning
    document.ConceptNameCodeSequence = [title]
    document.SourceInstanceSequence = [_reference(header) for header in series.headers]
    document.MIMETypeOfEncapsulatedDocument = "application/pdf"
    document.EncapsulatedDocument = pdf + b"\0" * (len(pdf) % 2)
    document.EncapsulatedDocumentLength = len(pdf)
    return identity.settle(document)


def _reference(header: Dataset) -> Dataset:
    from pydicom.dataset import Dataset

    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = header.SOPClassUID, header.SOPInstanceUID
    return item
