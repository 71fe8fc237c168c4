"""One DICOM file with one grey image: a radiograph, a DXA or ultrasound image, or a single slice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import InputError
from .dicom import FACT_TAGS, acquisition_from_tags
from .dicom_header import is_lossy, numbers_of, read_header, text_at, text_of
from .geometry import Geometry
from .image import BoneImage
from .modality import TITLES, modality_from_dicom
from .pixel_size import pixel_size
from .planar import plane_geometry
from .readers import to_array, to_geometry
from .reading import Reading
from .sitk import simpleitk

if TYPE_CHECKING:
    import SimpleITK as sitk
    from pydicom import Dataset


def read_dicom_image(path: Path) -> BoneImage:
    """The image of one DICOM file as (1, j, i), more being brighter whatever the file's convention.

    Raises InputError for colour, several frames, and files without an image.
    """
    header = read_header(path)
    modality = modality_from_dicom(text_of(header, "Modality"))
    _refuse_unusable(header, path, modality)
    try:
        voxels = simpleitk().ReadImage(str(path))
    except RuntimeError:
        raise InputError(f"'{path}' is a damaged DICOM file: its pixels cannot be read.") from None
    array = to_array(voxels)
    size, source = pixel_size(header, modality)
    placed = len(numbers_of(header, "ImageOrientationPatient")) == 6
    shown = _itk_grid(voxels)
    try:
        geometry = plane_geometry(array.shape, size) if shown is None or not placed else \
            replace(shown, spacing=(*(size or (1.0, 1.0)), shown.spacing[2]))
    except ValueError as error:
        raise InputError(f"'{path}' has an unusable grid: {error}.") from None
    tags = {tag: text_at(header, tag) for tag in FACT_TAGS}
    # ITK has exchanged dark and bright of MONOCHROME1 by now
    inverted = text_of(header, "PhotometricInterpretation") == "MONOCHROME1"
    image = BoneImage(array, geometry, modality, acquisition_from_tags(tags), "DICOM image",
                      Reading(spacing_from=source, inverted=inverted, lossy=is_lossy(header),
                              file_grid=None if shown is None or shown.same_place(geometry) else shown))
    if modality == "PT":
        from .suv import to_suv

        return to_suv(image, [header])
    return image


def _itk_grid(voxels: sitk.Image) -> Geometry | None:
    """Where ITK, and so Slicer, shows the image, and masks are drawn; ``None`` if that is nowhere.

    Of a radiograph it takes the size at the detector even where a calibrated one is stated.
    """
    try:
        return to_geometry(voxels)
    except InputError:
        return None


def _refuse_unusable(header: Dataset, path: Path, modality: str) -> None:
    if not text_of(header, "Rows") or not text_of(header, "PhotometricInterpretation"):
        raise InputError(f"'{path}' is a DICOM file without an image; give the file that holds the image.")
    title = TITLES[modality] if modality != "unknown" else "DICOM image"
    frames = int((numbers_of(header, "NumberOfFrames") or (1.0,))[0])
    if frames > 1 and modality == "US":
        raise InputError(f"'{path}' is an ultrasound clip of {frames} frames; export the frame to be measured as one "
                         "image.")
    if frames > 1:
        raise InputError(f"'{path}' is a multi-frame DICOM file; convert it to single slices, NRRD or NIfTI first.")
    photometric = text_of(header, "PhotometricInterpretation")
    if numbers_of(header, "SamplesPerPixel") not in ((), (1.0,)) or not photometric.startswith("MONOCHROME"):
        raise InputError(f"'{path}' is in colour ({photometric}), as screen copies are; export the grey {title} "
                         "itself.")
    if np.prod(numbers_of(header, "Rows") + numbers_of(header, "Columns")) < 1:
        raise InputError(f"'{path}' is a damaged DICOM file: its image has no size.")
