"""Generated 2-D images: a femur on a radiograph, as picture files and as DICOM images."""

from __future__ import annotations

import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import phantoms
import pytest
from RadiomicsOrthoLib.imaging.image import BoneImage
from RadiomicsOrthoLib.imaging.planar import plane_geometry
from RadiomicsOrthoLib.regions.roi import Roi

SIZE = (96, 80)
PIXEL_MM = (0.2, 0.25)
TEXTURE = ("firstorder", "glcm", "glrlm", "glszm", "gldm", "ngtdm")


def radiograph(seed: int = 3, bits: int = 12) -> np.ndarray:
    """Grey values (j, i) of a bone with trabeculae beside soft tissue, in ``bits`` unsigned bits."""
    generator = np.random.default_rng(seed)
    j, i = np.indices(SIZE)
    values = 0.35 + 0.1 * j / SIZE[0] + 0.3 * bone() + 0.06 * bone() * np.sin(i / 2.1) * np.cos(j / 2.7)
    values += generator.normal(0, 0.02, SIZE)
    return np.clip(np.round(values * (2**bits - 1)), 0, 2**bits - 1).astype(np.uint16 if bits > 8 else np.uint8)


def bone() -> np.ndarray:
    """Where the bone lies (j, i)."""
    j, i = np.indices(SIZE)
    return ((j - 46) / 31.0) ** 2 + ((i - 41) / 19.0) ** 2 <= 1


def image(modality: str = "XR", pixel_mm: tuple[float, float] = PIXEL_MM, **reading: object) -> BoneImage:
    plane = radiograph()[np.newaxis]
    found = BoneImage(plane, plane_geometry(plane.shape, pixel_mm), modality)
    return replace(found, reading=replace(found.reading, **reading))


def roi(of: BoneImage) -> Roi:
    return Roi(bone()[np.newaxis], of.geometry, made_by="generated")


def write_flat(array: np.ndarray, path: Path, pixel_mm: tuple[float, float] = PIXEL_MM) -> Path:
    """A 2-D file, true to its two dimensions; the ending chooses the format."""
    import SimpleITK as sitk

    flat = sitk.GetImageFromArray(array)
    flat.SetSpacing(pixel_mm)
    sitk.WriteImage(flat, str(path))
    return path


def write_dicom_image(path: Path, array: np.ndarray, modality: str = "DX", photometric: str = "MONOCHROME2",
                      **elements: object) -> Path:
    """One image in one DICOM file, patient name included; ``elements`` by DICOM keyword."""
    pydicom = pytest.importorskip("pydicom", reason="pydicom is needed to write DICOM images")
    from pydicom.uid import ExplicitVRLittleEndian

    header = pydicom.Dataset()
    header.file_meta = pydicom.dataset.FileMetaDataset()
    header.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    storage = {"DX": "1.1.1", "CR": "1", "US": "6.1", "PT": "128", "CT": "2", "MR": "4"}.get(modality, "7")
    header.SOPClassUID = header.file_meta.MediaStorageSOPClassUID = f"1.2.840.10008.5.1.4.1.1.{storage}"
    number = zlib.crc32(str(path).encode())
    header.SOPInstanceUID = header.file_meta.MediaStorageSOPInstanceUID = f"1.2.826.0.1.3680043.8.498.9.{number}"
    header.StudyInstanceUID, header.SeriesInstanceUID = "1.2.826.0.1.3680043.8.498.2", "1.2.826.0.1.3680043.8.498.3"
    header.Modality, header.PatientName, header.PatientID = modality, "Doe^Jane", "ID123"
    header.Rows, header.Columns = array.shape[-2:] if photometric.startswith("MONO") else array.shape[:2]
    header.SamplesPerPixel = 1 if photometric.startswith(("MONO", "PALETTE")) else 3
    if header.SamplesPerPixel == 3:
        header.PlanarConfiguration = 0
    header.PhotometricInterpretation = photometric
    header.BitsAllocated = 8 * array.dtype.itemsize
    header.BitsStored = 12 if header.BitsAllocated == 16 else 8
    header.HighBit, header.PixelRepresentation = header.BitsStored - 1, 0
    for keyword, value in elements.items():
        setattr(header, keyword, value)
    header.PixelData = array.tobytes()
    header.save_as(path, enforce_file_format=True)
    return path


def pet_drug(**changes: object):
    """The Radiopharmaceutical Information Sequence of 370 MBq F-18 at 8:30."""
    pydicom = pytest.importorskip("pydicom", reason="pydicom is needed to write DICOM images")
    drug = pydicom.Dataset()
    elements = {"RadionuclideTotalDose": "370000000", "RadionuclideHalfLife": "6586.2",
                "RadiopharmaceuticalStartTime": "083000"} | changes
    for keyword, value in elements.items():
        if value is not None:
            setattr(drug, keyword, value)
    return [drug]


def write_pet_series(folder: Path, array: np.ndarray, slopes: tuple[float, ...], drug=None, **elements: object) -> Path:
    """PET slices (k, j, i) of stored values with a rescale slope each, scanned at 9:30."""
    folder.mkdir()
    facts = {"Units": "BQML", "DecayCorrection": "START", "CorrectedImage": ["DECY", "ATTN", "SCAT"],
             "SeriesDate": "20240102", "SeriesTime": "093000", "AcquisitionDate": "20240102",
             "AcquisitionTime": "093005", "PatientWeight": "70", "PixelSpacing": [4.0, 4.0], "SliceThickness": "3",
             "ImageOrientationPatient": [1, 0, 0, 0, 1, 0], "RescaleIntercept": "0",
             "RadiopharmaceuticalInformationSequence": pet_drug() if drug is None else drug} | elements
    facts = {keyword: value for keyword, value in facts.items() if value is not None}
    for k, slope in enumerate(slopes):
        write_dicom_image(folder / f"pet{k}.dcm", array[k].astype(np.uint16), "PT", BitsStored=16, HighBit=15,
                          RescaleSlope=str(slope), InstanceNumber=k + 1, ImagePositionPatient=[0, 0, 3.0 * k], **facts)
    return folder


def mr() -> tuple[BoneImage, Roi]:
    """The generated trunk with grey values as in MR."""
    trunk, region = phantoms.trunk(spacing=(1.5, 1.5, 2.0))
    grey = np.clip(trunk.array / 4.0 + 100, 0, 255).round().astype(np.uint8)
    return replace(trunk, array=grey, modality="MR"), region


def profile_file(folder, modality, **entries):
    """The YAML of a 2-D profile, or with ``force_2d=False`` of a 3-D one."""
    import yaml

    data = {"schema": "radiomics-ortho-profile/1", "id": f"test-{modality.lower()}", "version": "1", "title": "test",
            "modality": modality, "site": "any", "compartment": "any", "bin_count": 32, "force_2d": True,
            "feature_classes": ["shape2D", *TEXTURE]} | entries
    path = folder / f"{data['id']}.yaml"
    path.write_text(yaml.safe_dump({key: value for key, value in data.items() if value is not None}), encoding="utf-8")
    return path
