"""A generated CT as a DICOM series, with the identity that a real one has."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from RadiomicsOrthoLib.imaging.image import BoneImage

PATIENT, STUDY, SERIES, FRAME = "Doe^Jane", "1.2.826.0.1.3680043.8.498.21", "1.2.826.0.1.3680043.8.498.22", \
    "1.2.826.0.1.3680043.8.498.23"


def write_ct_series(folder: Path, image: BoneImage, modality: str = "CT", **elements: object) -> Path:
    """``image`` as one file per slice; the slices' order of files is not that of their positions."""
    pydicom = pytest.importorskip("pydicom", reason="pydicom is needed to write DICOM series")
    from pydicom.uid import ExplicitVRLittleEndian

    folder.mkdir()
    lps = np.array([-1.0, -1.0, 1.0])
    direction = np.asarray(image.geometry.direction).reshape(3, 3) * lps[:, None]
    count = len(image.array)
    for k, plane in enumerate(image.array):
        header = pydicom.Dataset()
        header.file_meta = pydicom.dataset.FileMetaDataset()
        header.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        header.SOPClassUID = header.file_meta.MediaStorageSOPClassUID = \
            f"1.2.840.10008.5.1.4.1.1.{'2' if modality == 'CT' else '4'}"
        header.SOPInstanceUID = header.file_meta.MediaStorageSOPInstanceUID = f"{SERIES}.{k + 1}"
        header.StudyInstanceUID, header.SeriesInstanceUID, header.FrameOfReferenceUID = STUDY, SERIES, FRAME
        header.PatientName, header.PatientID, header.PatientBirthDate, header.PatientSex = PATIENT, "ID123", \
            "19500102", "F"
        header.StudyDate, header.StudyTime, header.StudyID, header.AccessionNumber = "20240102", "093000", "S1", "A1"
        header.SeriesDate, header.SeriesTime, header.SeriesNumber = "20240102", "093100", 3
        header.ContentDate, header.ContentTime = "20240102", "093100"
        header.ReferringPhysicianName, header.PositionReferenceIndicator = "", ""
        header.Modality, header.Manufacturer, header.ManufacturerModelName = modality, "Generated", "Phantom"
        header.PatientPosition, header.ImageType = "HFS", ["ORIGINAL", "PRIMARY", "AXIAL"]
        header.InstanceNumber, header.KVP, header.SliceThickness = k + 1, 120, image.spacing[2]
        header.ConvolutionKernel = "B30f"
        header.Rows, header.Columns = plane.shape
        header.PixelSpacing = [image.spacing[1], image.spacing[0]]
        header.ImageOrientationPatient = [*direction[:, 0], *direction[:, 1]]
        position = image.geometry.to_ras(np.array([[k, 0, 0]]))[0] * lps
        header.ImagePositionPatient = [round(float(x), 8) for x in position]
        header.SamplesPerPixel, header.PhotometricInterpretation = 1, "MONOCHROME2"
        header.BitsAllocated, header.BitsStored, header.HighBit, header.PixelRepresentation = 16, 16, 15, 1
        header.RescaleSlope, header.RescaleIntercept, header.RescaleType = 1, 0, "HU"
        for keyword, value in elements.items():
            setattr(header, keyword, value)
        header.PixelData = plane.astype("<i2").tobytes()
        header.save_as(folder / f"slice{count - k:03d}.dcm", enforce_file_format=True)
    return folder
