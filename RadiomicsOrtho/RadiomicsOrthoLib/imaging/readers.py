"""Reading images: NRRD, NIfTI and MHA files, DICOM folders and files, grey pictures."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import InputError
from .dicom_header import is_dicom_file
from .file_checks import StoredVoxels, check_image_file
from .geometry import Geometry
from .image import BoneImage
from .picture_file import is_picture, read_picture
from .planar import slice_first, three_axes
from .sitk import simpleitk

if TYPE_CHECKING:
    import SimpleITK as sitk


def read_image(path: str | Path, series: str | None = None) -> BoneImage:
    """Read a scan from a file or a DICOM folder; a 2-D image becomes a volume of one slice (1, j, i).

    ``series`` (a number from the list, or a Series Instance UID) chooses among several
    series in a folder.  Raises InputError with one sentence for anything unusable.
    """
    path = Path(path)
    if path.is_dir():
        from .dicom import read_dicom_folder

        return read_dicom_folder(path, series)
    if is_dicom_file(path):
        from .dicom import read_dicom_file

        return read_dicom_file(path)
    if is_picture(path):
        return read_picture(path)
    array, geometry = slice_first(*read_voxels(path))
    return BoneImage(array, geometry, source=format_name(path))


def read_voxels(path: Path) -> tuple[np.ndarray, Geometry]:
    """Voxels (k, j, i) and grid of a single-valued 2-D or 3-D image file, which is checked on the way."""
    stored = check_image_file(path)
    if stored.layers == 1:
        return stored.read().reshape(stored.geometry.shape), stored.geometry
    sitk = simpleitk()
    try:
        reader = sitk.ImageFileReader()
        reader.SetFileName(str(path))
        reader.ReadImageInformation()
        dimension, components = reader.GetDimension(), reader.GetNumberOfComponents()
        sizes = reader.GetSize()
    except RuntimeError as error:
        if "orthonormal" in str(error):
            raise InputError(f"'{path}' has an unusable grid: its axes are not at right angles; resample the scan to a "
                             "straight grid first.") from None
        stored.read()  # says what is damaged, if it is that
        raise InputError(f"'{path}' is not a readable image.") from None
    if components > 1:
        raise InputError(f"'{path}' has {components} values per voxel; a scan with one value per voxel is needed.")
    if dimension not in (2, 3) and not (dimension == 4 and sizes[3] == 1):
        raise InputError(f"'{path}' is a {dimension}-D image with {sizes[3]} volumes; choose one volume "
                         "and save it on its own.")
    voxels = checked_voxels(reader, stored)
    return voxels.reshape((1, *voxels.shape)[-3:]), to_geometry(reader, path)


def checked_voxels(reader: sitk.ImageFileReader, stored: StoredVoxels) -> np.ndarray:
    """Voxels (k, j, i[, component]) of a file whose header ``reader`` has read; InputError if they are damaged.

    Checking inflates all of them, so they are kept as they come, unless SimpleITK would hand out other numbers than
    the file holds (a NIfTI with a slope).
    """
    values = stored.read()
    sitk = simpleitk()
    kind = {"i": "Int", "u": "UInt", "f": "Float"}[values.dtype.kind] + str(8 * values.dtype.itemsize)
    same = reader.GetPixelIDValue() in (getattr(sitk, f"sitk{kind}"), getattr(sitk, f"sitkVector{kind}"))
    components = reader.GetNumberOfComponents()
    shape = reader.GetSize()[::-1] + ((components,) if components > 1 else ())
    if same and stored.straight and values.size == math.prod(shape):
        return values.reshape(shape)
    del values
    try:
        return to_array(reader.Execute())
    except RuntimeError:
        raise InputError(f"'{stored.path}' is damaged: its voxels cannot be read.") from None


def to_array(image: sitk.Image) -> np.ndarray:
    """The voxels of a SimpleITK image, (k, j, i)."""
    sitk = simpleitk()
    return sitk.GetArrayFromImage(image)


def to_geometry(image: sitk.Image | sitk.ImageFileReader, path: Path | str = "image") -> Geometry:
    """The grid in RAS; SimpleITK's LPS ends here.  A 2-D image is one slice at z = 0."""
    flip = np.array([-1.0, -1.0, 1.0])
    (i, j, k), spacing, itk_origin, itk_direction = three_axes(image)
    origin = flip * itk_origin
    direction = flip[:, None] * itk_direction
    try:
        return Geometry((k, j, i), spacing, tuple(float(x) for x in origin + 0.0),
                        tuple(float(x) for x in direction.ravel() + 0.0))
    except ValueError as error:
        raise InputError(f"'{path}' has an unusable grid: {error}.") from None


def to_sitk(array: np.ndarray, geometry: Geometry) -> sitk.Image:
    """A SimpleITK image (LPS) of ``array`` (k, j, i) on ``geometry``."""
    sitk = simpleitk()
    flip = np.array([-1.0, -1.0, 1.0])
    image = sitk.GetImageFromArray(array)
    image.SetSpacing(geometry.spacing)
    image.SetOrigin((flip * np.asarray(geometry.origin)).tolist())
    image.SetDirection((flip[:, None] * np.asarray(geometry.direction).reshape(3, 3)).ravel().tolist())
    return image


def format_name(path: Path) -> str:
    """The file's format, without its name (which may name a patient)."""
    name = path.name.lower()
    for ending, title in ((".seg.nrrd", "segmentation NRRD"), (".nrrd", "NRRD"), (".nii.gz", "NIfTI"),
                          (".nii", "NIfTI"), (".mha", "MetaImage")):
        if name.endswith(ending):
            return title
    return "image file"
