"""What is known of a volume node beside its voxels: its modality, the size of its pixels, the unit of PET values."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import slicer
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.imaging.acquisition import WEIGHTINGS
from RadiomicsOrthoLib.imaging.dicom_header import read_header
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.imaging.image import BoneImage
from RadiomicsOrthoLib.imaging.modality import MODALITIES, modality_from_dicom, modality_from_name
from RadiomicsOrthoLib.imaging.picture_file import LOSSY_ENDINGS, PICTURE_ENDINGS
from RadiomicsOrthoLib.imaging.pixel_size import pixel_size
from RadiomicsOrthoLib.imaging.reading import Reading
from RadiomicsOrthoLib.imaging.sitk import simpleitk
from RadiomicsOrthoLib.imaging.suv import SUV, to_suv

#: a node's attribute with the modality that a person stated
MODALITY_ATTRIBUTE = "RadiomicsOrtho.Modality"
#: the same with the size of a pixel in mm, of a 2-D image
PIXEL_SIZE_ATTRIBUTE = "RadiomicsOrtho.PixelSizeMm"
#: the same with the weighting of an MR
WEIGHTING_ATTRIBUTE = "RadiomicsOrtho.Weighting"


def state_modality(volumeNode, modality: str) -> None:
    """Write down that a person says what a volume is; ``unknown`` takes it back."""
    if modality not in MODALITIES:
        raise ValueError(f"modality must be one of {MODALITIES}, not {modality!r}")
    if modality == "unknown":
        volumeNode.RemoveAttribute(MODALITY_ATTRIBUTE)
    else:
        volumeNode.SetAttribute(MODALITY_ATTRIBUTE, modality)


def state_pixel_size(volumeNode, mm: float) -> None:
    """Write down the size of a (square) pixel of a 2-D image that a person states; 0 takes it back.

    The volume keeps the grid on which it is shown, so that regions drawn on it stay where they are.
    """
    if mm > 0:
        volumeNode.SetAttribute(PIXEL_SIZE_ATTRIBUTE, repr(float(mm)))
    else:
        volumeNode.RemoveAttribute(PIXEL_SIZE_ATTRIBUTE)


def stated_pixel_size(volumeNode) -> float:
    """The size of a pixel in mm that a person stated; 0 for none."""
    try:
        return float(volumeNode.GetAttribute(PIXEL_SIZE_ATTRIBUTE) or 0.0)
    except ValueError:
        return 0.0


def state_weighting(volumeNode, weighting: str) -> None:
    """Write down that a person says how an MR is weighted (``T1w``, ``T2w``); empty takes it back."""
    if weighting not in ("", *WEIGHTINGS):
        raise ValueError(f"weighting must be one of {WEIGHTINGS}, not {weighting!r}")
    if weighting:
        volumeNode.SetAttribute(WEIGHTING_ATTRIBUTE, weighting)
    else:
        volumeNode.RemoveAttribute(WEIGHTING_ATTRIBUTE)


def stated_weighting(volumeNode) -> str:
    """The weighting of an MR that a person stated; empty for none."""
    weighting = volumeNode.GetAttribute(WEIGHTING_ATTRIBUTE) or ""
    return weighting if weighting in WEIGHTINGS else ""


def modality_of(volumeNode, from_tags: str) -> tuple[str, str]:
    """The volume's modality, and who says so.

    DICOM comes first: the tags of the database, then what the subject hierarchy kept of them in
    a saved scene.  Then what a person stated, then a word in the volume's name.
    """
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    item = hierarchy.GetItemByDataNode(volumeNode) if hierarchy is not None else 0
    kept = modality_from_dicom(hierarchy.GetItemAttribute(item, "DICOM.Modality") or "") if item else "unknown"
    stated = volumeNode.GetAttribute(MODALITY_ATTRIBUTE) or "unknown"
    for modality, source in ((from_tags, "file"), (kept, "file"), (stated, "stated"),
                             (modality_from_name(volumeNode.GetName() or ""), "name")):
        if modality in MODALITIES and modality != "unknown":
            # densitometers write their images as radiographs
            return ("DXA", "stated") if (modality, source, stated) == ("XR", "file", "DXA") else (modality, source)
    return "unknown", "file"


def reading_of(volumeNode, modality: str, modality_source: str, geometry: Geometry, lossy: bool = False) -> Reading:
    """How the node's file became its voxels, as far as Slicer still knows."""
    path = _file_of(volumeNode)
    reading = Reading(modality_from=modality_source, lossy=lossy or path.suffix.lower() in LOSSY_ENDINGS)
    if geometry.plane_axis is None:
        return reading
    return replace(reading, spacing_from=_who_states_the_size(volumeNode, modality, geometry, path))


def with_pet_values(volumeNode, image: BoneImage) -> BoneImage:
    """A PET in SUV if the node says that it is, or if its DICOM files allow the conversion."""
    units = volumeNode.GetVoxelValueUnits()
    if units is not None and "SUVbw" in f"{units.GetCodeValue()} {units.GetCodeMeaning()}":
        return replace(image, reading=replace(image.reading, value_unit=SUV, value_note="the volume states SUVbw"))
    files = [path for path in _dicom_files(volumeNode) if path.is_file()]
    if not files:
        return image
    try:
        return to_suv(image, [read_header(path) for path in files])
    except InputError:
        return image


def _who_states_the_size(volumeNode, modality: str, geometry: Geometry, path: Path) -> str:
    """``SPACING_SOURCES`` of the pixel size that Slicer shows; one that differs from the file's was typed in."""
    shown = geometry.spacing[:2]
    dicom = next((found for found in _dicom_files(volumeNode)[:1] if found.is_file()), None)
    if dicom is not None:
        try:
            header = read_header(dicom)
        except InputError:
            return "file"
        size, source = pixel_size(header, modality)
        if size is not None and np.allclose(shown, size, rtol=1e-3):
            return source
        # Slicer shows the size at the detector even if a calibrated one is there, and 1 mm where there is none
        at_detector = pixel_size(_without(header, "PixelSpacing"), modality)[0]
        if at_detector is not None and np.allclose(shown, at_detector, rtol=1e-3):
            return "detector"
        return "missing" if size is None and np.allclose(shown, 1.0) else "stated"
    if path.suffix.lower() in (*PICTURE_ENDINGS, *LOSSY_ENDINGS):
        return "missing" if np.allclose(shown, _print_size(path), rtol=1e-3) else "stated"
    return "file"


def _print_size(path: Path) -> tuple[float, float]:
    """The size that Slicer makes of a picture's print resolution; 1 mm where the file is gone."""
    reader = simpleitk().ImageFileReader()
    reader.SetFileName(str(path))
    try:
        reader.ReadImageInformation()
    except RuntimeError:
        return 1.0, 1.0
    return reader.GetSpacing()[:2]


def _without(header, keyword: str):
    import copy

    shorter = copy.copy(header)
    if keyword in shorter:
        del shorter[keyword]
    return shorter


def _file_of(volumeNode) -> Path:
    storage = volumeNode.GetStorageNode()
    return Path((storage.GetFileName() if storage is not None else "") or "")


def _dicom_files(volumeNode) -> list[Path]:
    """The files of the node's DICOM instances that the database still knows."""
    database = getattr(slicer, "dicomDatabase", None)
    uids = (volumeNode.GetAttribute("DICOM.instanceUIDs") or "").split()
    names = [database.fileForInstance(uid) for uid in uids] if database is not None else []
    return [Path(name) for name in names if name]
