"""Volume nodes as BoneImage, and back."""

from __future__ import annotations

import numpy as np
import slicer
import vtk
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.imaging.acquisition import Acquisition
from RadiomicsOrthoLib.imaging.acquisition_details import VARYING_TAGS
from RadiomicsOrthoLib.imaging.dicom import FACT_TAGS, acquisition_from_tags, modality_from_tags
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.imaging.image import BoneImage
from RadiomicsOrthoLib.imaging.planar import with_pixel_size

from .volume_facts import modality_of, reading_of, stated_pixel_size, stated_weighting, with_pet_values


def bone_image(volumeNode) -> BoneImage:
    """The scan of a scalar volume node, in world RAS (a linear parent transform is applied to the grid).

    A 2-D image is a volume of one slice; where nothing else states the size of its pixels, a person may have done.
    Raises InputError for an empty node, several values
    per voxel, a warping transform or a grid that is not orthogonal.
    """
    imageData = volumeNode.GetImageData()
    if imageData is None or imageData.GetNumberOfPoints() == 0:
        raise InputError(f"The volume '{volumeNode.GetName()}' holds no voxels; load the scan again.")
    if imageData.GetNumberOfScalarComponents() != 1:
        raise InputError(f"The volume '{volumeNode.GetName()}' has several values per voxel; choose a scalar volume.")
    array = slicer.util.arrayFromVolume(volumeNode)
    tags = dicom_tags(volumeNode)
    modality, source = modality_of(volumeNode, modality_from_tags(tags))
    acquisition = _acquisition(volumeNode, tags, modality)
    geometry = geometry_of(volumeNode, array.shape)
    image = BoneImage(array, geometry, modality, acquisition, "DICOM series" if tags else "Slicer volume",
                      reading_of(volumeNode, modality, source, geometry, lossy=tags.get("0028|2110") == "01"))
    stated = stated_pixel_size(volumeNode)
    if stated and geometry.plane_axis == 0 and not image.reading.knows_millimetres:
        image = with_pixel_size(image, (stated, stated))
    return with_pet_values(volumeNode, image) if modality == "PT" else image


def geometry_of(volumeNode, shape: tuple[int, int, int]) -> Geometry:
    """The node's voxel grid (k, j, i) in world RAS."""
    matrix = vtk.vtkMatrix4x4()
    volumeNode.GetIJKToRASMatrix(matrix)
    toWorld = vtk.vtkMatrix4x4()
    transform = volumeNode.GetParentTransformNode()
    if transform is not None:
        if not transform.IsTransformToWorldLinear():
            raise InputError(f"The volume '{volumeNode.GetName()}' lies under a warping transform; harden it first.")
        transform.GetMatrixTransformToWorld(toWorld)
    ijkToRas = slicer.util.arrayFromVTKMatrix(toWorld) @ slicer.util.arrayFromVTKMatrix(matrix)
    spacing = np.linalg.norm(ijkToRas[:3, :3], axis=0)
    try:
        return Geometry(shape, tuple(float(s) for s in spacing), tuple(float(x) for x in ijkToRas[:3, 3]),
                        tuple(float(x) for x in (ijkToRas[:3, :3] / spacing).ravel()))
    except ValueError as error:
        raise InputError(f"The volume '{volumeNode.GetName()}' has an unusable grid: {error}.") from None


def dicom_tags(volumeNode) -> dict[str, str]:
    """Acquisition tags of the node's first DICOM instance (``gggg|eeee``); empty if it has none."""
    uids = (volumeNode.GetAttribute("DICOM.instanceUIDs") or "").split()
    database = getattr(slicer, "dicomDatabase", None)
    if not uids or database is None:
        return {}
    # one slice does not speak for the others where they differ
    tags = [tag for tag in FACT_TAGS if len(uids) == 1 or tag not in VARYING_TAGS]
    values = {tag: database.instanceValue(uids[0], tag.replace("|", ",")).strip() for tag in tags}
    return {tag: value for tag, value in values.items() if value}


def known_weighting(volumeNode) -> str:
    """``T1w`` or ``T2w`` of an MR, by its file or else by a person; empty where nobody says it."""
    return _acquisition(volumeNode, dicom_tags(volumeNode), "MR").weighting


def _acquisition(volumeNode, tags: dict[str, str], modality: str) -> Acquisition:
    acquisition = acquisition_from_tags(tags) if tags else Acquisition()
    if modality == "MR" and not acquisition.weighting:
        acquisition = acquisition.with_stated(sequence=stated_weighting(volumeNode) or None)
    return acquisition


def known_modality(volumeNode) -> tuple[str, str]:
    """The volume's modality and who says so (``file``, ``stated``, ``name``), without looking at its voxels."""
    return modality_of(volumeNode, modality_from_tags(dicom_tags(volumeNode)))


def add_volume(image: BoneImage, name: str):
    """A new scalar volume node of ``image``."""
    return slicer.util.addVolumeFromArray(image.array, ijkToRAS=image.geometry.ijk_to_ras, name=name)
