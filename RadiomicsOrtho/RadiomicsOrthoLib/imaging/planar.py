"""2-D images as volumes of one slice: array (1, j, i), so that everything after them needs no second way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..errors import InputError
from .geometry import Geometry
from .image import BoneImage

if TYPE_CHECKING:
    import SimpleITK as sitk

#: the third size of a pixel, which has none; no feature of a 2-D image depends on it
NOMINAL_THICKNESS_MM = 1.0
#: stated and written pixel sizes that differ by less are the same
SAME_SIZE = 0.01


def three_axes(image: sitk.Image | sitk.ImageFileReader) -> tuple[tuple[int, int, int], tuple[float, float, float],
                                                                   np.ndarray, np.ndarray]:
    """Size, spacing, origin and direction (3 × 3) of a SimpleITK image (LPS).

    A 2-D image is one slice at z = 0; a fourth axis of length 1 is left out.
    """
    size, spacing, origin = tuple(image.GetSize()), tuple(image.GetSpacing()), np.asarray(image.GetOrigin())
    direction = np.asarray(image.GetDirection()).reshape(len(size), len(size))
    if len(size) == 2:
        size, spacing, origin = (*size, 1), (*spacing, NOMINAL_THICKNESS_MM), np.append(origin, 0.0)
        direction = np.block([[direction, np.zeros((2, 1))], [np.zeros((1, 2)), np.ones((1, 1))]])
    return size[:3], spacing[:3], origin[:3], direction[:3, :3]


def slice_first(array: np.ndarray, geometry: Geometry) -> tuple[np.ndarray, Geometry]:
    """A volume of one slice with that slice along k, whatever axis it had; voxels keep their place."""
    if array.shape[0] == 1 or 1 not in array.shape:
        return array, geometry
    # cyclic, so that a right-handed grid stays right-handed
    order = (1, 2, 0) if array.shape[1] == 1 else (2, 0, 1)
    ijk = [2 - axis for axis in order][::-1]
    matrix = np.asarray(geometry.direction).reshape(3, 3)[:, ijk]
    turned = Geometry(tuple(array.shape[axis] for axis in order), tuple(geometry.spacing[axis] for axis in ijk),
                      geometry.origin, tuple(float(x) for x in matrix.ravel()))
    return np.ascontiguousarray(array.transpose(order)), turned


def plane_geometry(shape: tuple[int, int, int], pixel_mm: tuple[float, float] | None) -> Geometry:
    """The grid of a picture that lies nowhere in a patient: axes as ITK takes them (LPS), origin 0.

    ``pixel_mm`` is the pixel size (i, j); ``None`` stands for unknown and makes it nominal.
    """
    return Geometry(shape, (*(pixel_mm or (1.0, 1.0)), NOMINAL_THICKNESS_MM), (0.0, 0.0, 0.0),
                    (-1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 1.0))


def with_pixel_size(image: BoneImage, pixel_mm: tuple[float, float]) -> BoneImage:
    """``image`` with the pixel size (i, j) in mm that a person stated.

    Raises InputError for a volume, and where the file holds another size that was calibrated
    at the bone: what the scanner wrote down is not talked over.
    """
    i, j, k = image.spacing
    if image.geometry.plane_axis != 0:
        raise InputError("A pixel size is stated for 2-D images only; the spacing of a volume comes from its file.")
    if np.allclose((i, j), pixel_mm, rtol=SAME_SIZE) and image.reading.knows_millimetres:
        return image
    if image.reading.spacing_from == "calibrated":
        raise InputError(f"The file states a calibrated pixel size of {i:.4g} × {j:.4g} mm; it cannot be stated as "
                         f"{pixel_mm[0]:.4g} × {pixel_mm[1]:.4g} mm.")
    try:
        geometry = replace(image.geometry, spacing=(*pixel_mm, k))
    except ValueError as error:
        raise InputError(f"The stated pixel size cannot be used: {error}.") from None
    return replace(image, geometry=geometry,
                   reading=replace(image.reading, spacing_from="stated",
                                                                  file_grid=image.reading.file_grid or image.geometry))
