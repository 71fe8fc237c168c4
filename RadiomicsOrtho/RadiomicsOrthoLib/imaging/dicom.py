"""One DICOM series from a folder, its slices checked one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import InputError
from .acquisition import Acquisition
from .acquisition_details import DETAIL_TAGS, details_of
from .dicom_header import is_dicom_file, printable, read_header
from .image import BoneImage
from .modality import modality_from_dicom
from .readers import to_array, to_geometry
from .reading import Reading
from .sitk import simpleitk

#: slice distances may differ by this share of the median before the series has a gap
UNEVEN_SPACING = 0.02
#: modalities whose images are slices at a place in the patient
SLICE_MODALITIES = ("CT", "MR", "PT")
#: what is said of an acquisition, as SimpleITK writes tags
FACT_TAGS = ("0008|0060", "0008|0068", "0008|0070", "0008|1090", "0018|0010", "0018|0020", "0018|0024", "0018|0060",
             "0018|0087", "0018|1020", "0018|1210", "0028|2110", *DETAIL_TAGS)
_GRID_TAGS = ("0020|0032", "0020|0037", "0028|0008", "0028|0030")
#: Presentation Intent Type (0008,0068) of radiographs
_PROCESSING = {"FOR PRESENTATION": "for the eye", "FOR PROCESSING": "raw"}


@dataclass(frozen=True)
class _Slice:
    file: str
    position: np.ndarray
    orientation: np.ndarray
    tags: dict[str, str]


def read_dicom_folder(folder: Path, series: str | None = None) -> BoneImage:
    """The series of ``folder`` as one volume, or its only image if it has one.

    Raises InputError when there is none, when there are several and none is chosen, when
    a slice is missing, doubled or tilted, or when sizes differ.
    """
    files = _files_of(folder, series)
    if len(files) == 1:
        from .dicom_image import read_dicom_image

        return read_dicom_image(Path(files[0]))
    slices = _slices_of(files, folder)
    sitk = simpleitk()
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames([item.file for item in slices])
    is_pet = modality_from_tags(slices[0].tags) == "PT"
    if is_pet:
        # every slice has a slope of its own: the first one's pixel type may not hold the others
        reader.SetOutputPixelType(sitk.sitkFloat32)
    try:
        image = reader.Execute()
    except RuntimeError:
        raise InputError(f"The slices in '{folder}' cannot be read as one volume (sizes differ or a file is "
                         "damaged); export the series again.") from None
    # contrast counts as given if any slice says so
    tags = slices[0].tags | {tag: item.tags[tag] for item in slices for tag in ("0018|0010",) if item.tags.get(tag)}
    scan = BoneImage(to_array(image), to_geometry(image, folder), modality=modality_from_tags(tags),
                     acquisition=acquisition_from_tags(tags, [item.tags for item in slices]), source="DICOM series",
                     reading=Reading(lossy=tags.get("0028|2110") == "01"))
    if is_pet:
        from .suv import to_suv

        return to_suv(scan, [read_header(item.file) for item in slices])
    return scan


def series_files(folder: Path, series: str | None = None) -> list[str]:
    """The files of a series of slices, in the order of the volume that :func:`read_dicom_folder` makes of them.

    Raises InputError as it does, and for a series of one image.
    """
    files = _files_of(folder, series)
    if len(files) == 1:
        raise InputError(f"The series in '{folder}' has one image only; a series of slices is needed.")
    return [item.file for item in _slices_of(files, folder)]


def in_order(files: Sequence[str], name: str = "the series") -> list[str]:
    """The files of one series of slices in the order of its volume; InputError if they are none, told of ``name``."""
    return [item.file for item in _slices_of(tuple(files), Path(name))]


def _files_of(folder: Path, series: str | None) -> tuple[str, ...]:
    sitk = simpleitk()
    uids = sitk.ImageSeriesReader.GetGDCMSeriesIDs(str(folder))
    if not uids:
        deeper = next((path for path in sorted(folder.iterdir()) if path.is_dir()), None)
        hint = f"; give the folder below it that does ('{deeper.name}'?)" if deeper else ""
        raise InputError(f"The folder '{folder}' holds no DICOM series{hint}.")
    _refuse_damaged(folder, uids)
    return sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder), _choose(folder, uids, series))


def _slices_of(files: tuple[str, ...], folder: Path) -> list[_Slice]:
    """The slices in rising position; InputError if they are not one volume."""
    _refuse_separate_images(files, folder)
    slices = [_read_slice(file) for file in files]
    _check_one_acquisition(slices, folder)
    return _sorted_without_gap(slices, folder)


def read_dicom_file(path: Path) -> BoneImage:
    """The image of one DICOM file; InputError for one of the slices of a series."""
    from .dicom_image import read_dicom_image

    image = read_dicom_image(path)
    if image.modality in SLICE_MODALITIES:
        files = simpleitk().ImageSeriesReader
        for uid in files.GetGDCMSeriesIDs(str(path.parent)):
            names = {Path(name).name for name in files.GetGDCMSeriesFileNames(str(path.parent), uid)}
            if path.name in names and len(names) > 1:
                raise InputError(f"'{path}' is one slice of a series of {len(names)}; give the folder that holds it.")
    return image


def acquisition_from_tags(tags: dict[str, str], slices: Sequence[dict[str, str]] = ()) -> Acquisition:
    """The facts that matter for bone scores; absent tags stay unknown.

    A contrast agent's name proves contrast; its absence proves nothing.  ``slices`` are the
    tags of all slices, where details vary from one to another.
    """
    agent = tags.get("0018|0010", "")
    sequence = " ".join(part for part in (tags.get("0018|0020", ""), tags.get("0018|0024", "")) if part)
    try:
        return Acquisition(
            kvp=_number(tags.get("0018|0060")), contrast_agent=True if agent else None,
            kernel=tags.get("0018|1210") or None, manufacturer=tags.get("0008|0070") or None,
            scanner_model=tags.get("0008|1090") or None, software=tags.get("0018|1020") or None,
            processing=_PROCESSING.get(tags.get("0008|0068", "")),
            field_strength_t=_number(tags.get("0018|0087")), sequence=sequence or None,
            details=details_of(slices or [tags]))
    except InputError as error:
        raise InputError(f"The DICOM header is not plausible: {error}") from None


def _choose(folder: Path, uids: tuple[str, ...], series: str | None) -> str:
    sitk = simpleitk()
    if series is None and len(uids) == 1:
        return uids[0]
    if series in uids:
        return series
    if series is not None and series.isdigit() and 1 <= int(series) <= len(uids):
        return uids[int(series) - 1]
    choices = []
    for number, uid in enumerate(uids, start=1):
        files = sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder), uid)
        tags = _read_tags(files[0])
        thickness = _number(tags.get("0018|0050"))
        parts = [tags.get("0008|0060", "?"), "1 image" if len(files) == 1 else f"{len(files)} slices"]
        parts += [f"{thickness:g} mm"] if thickness else []
        parts += [f"kernel {tags['0018|1210']}"] if tags.get("0018|1210") else []
        choices.append(f"{number}: {', '.join(parts)}")
    if series is None:
        start = f"{len(uids)} series found in '{folder}'"
    else:
        start = f"There is no series {series!r} in '{folder}'"
    raise InputError(f"{start}: choose one with --series ({'; '.join(choices)}).")


def _read_tags(file: str) -> dict[str, str]:
    sitk = simpleitk()
    reader = sitk.ImageFileReader()
    reader.SetFileName(file)
    try:
        reader.ReadImageInformation()
    except RuntimeError:
        raise InputError(f"'{file}' is a damaged DICOM file.") from None
    return {tag: printable(reader.GetMetaData(tag)) for tag in FACT_TAGS + _GRID_TAGS if reader.HasMetaDataKey(tag)}


def _read_slice(file: str) -> _Slice:
    tags = _read_tags(file)
    if int(_number(tags.get("0028|0008")) or 1) > 1:
        raise InputError(f"'{file}' is a multi-frame DICOM file; convert it to single slices, NRRD or NIfTI first.")
    if not tags.get("0028|0030"):
        raise InputError(f"'{file}' states no pixel spacing, so nothing can be measured; export the series again.")
    try:
        position = np.array([float(x) for x in tags["0020|0032"].split("\\")])
        orientation = np.array([float(x) for x in tags["0020|0037"].split("\\")])
        if position.shape != (3,) or orientation.shape != (6,):
            raise ValueError
    except (KeyError, ValueError):
        raise InputError(f"'{file}' states no slice position; it is not a slice of a CT or MR series.") from None
    return _Slice(file, position, orientation, tags)


def _refuse_separate_images(files: tuple[str, ...], folder: Path) -> None:
    """InputError if the series is one of radiographs or the like, which are no slices of a volume."""
    modality = modality_from_tags(_read_tags(files[0]))
    if modality not in (*SLICE_MODALITIES, "unknown"):
        raise InputError(f"The folder '{folder}' holds {len(files)} separate 2-D images ({modality}); give one of its "
                         "files.")


def _refuse_damaged(folder: Path, uids: tuple[str, ...]) -> None:
    """InputError if a DICOM file in the folder could not be read: a lost slice at the end leaves no gap."""
    sitk = simpleitk()
    read = {Path(file).name for uid in uids for file in sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder), uid)}
    for path in sorted(folder.iterdir()):
        if path.name in read or path.name.upper() == "DICOMDIR" or not path.is_file():
            continue
        if is_dicom_file(path):
            raise InputError(f"'{path}' is a damaged DICOM file; copy the series again from its source.")


def _check_one_acquisition(slices: list[_Slice], folder: Path) -> None:
    """InputError if the slices of a series were not made alike."""
    for tag, title in (("0008|0060", "modalities"), ("0018|0060", "tube voltages"),
                       ("0018|1210", "reconstruction kernels"), ("0028|0030", "pixel spacings")):
        found = sorted({item.tags.get(tag, "none") for item in slices})
        if len(found) > 1:
            raise InputError(f"The series in '{folder}' mixes {title} ({', '.join(found)}); export one acquisition.")


def _sorted_without_gap(slices: list[_Slice], folder: Path) -> list[_Slice]:
    """Slices in rising position; InputError where the volume would not be a regular grid."""
    first = slices[0].orientation
    if any(np.abs(item.orientation - first).max() > 1e-3 for item in slices):
        raise InputError(f"The slices in '{folder}' have different orientations (a localizer among them?); move the "
                         "others out of the folder.")
    normal = np.cross(first[:3], first[3:])
    slices = sorted(slices, key=lambda item: float(item.position @ normal))
    heights = np.array([item.position @ normal for item in slices])
    steps = np.diff(heights)
    step = float(np.median(steps))
    if steps.min() <= 1e-3:
        raise InputError(f"Two slices in '{folder}' lie at the same position (z = "
                         f"{heights[int(np.argmin(steps))]:.1f} mm); the series holds more than one volume, or a "
                         "file twice.")
    uneven = np.flatnonzero(np.abs(steps - step) > UNEVEN_SPACING * step)
    if uneven.size:
        at = int(uneven[0])
        raise InputError(f"Gap in the series in '{folder}' at z = {heights[at] + step:.1f} mm: the next slice follows "
                         f"after {steps[at]:.2f} mm instead of {step:.2f} mm; export the series again.")
    moved = np.array([item.position for item in slices]) - slices[0].position
    sideways = moved - np.outer(moved @ normal, normal)
    if np.abs(sideways).max() > 0.1 * step:
        raise InputError(f"The series in '{folder}' was made with a tilted gantry; resample it to a straight "
                         "volume first.")
    return slices


def modality_from_tags(tags: dict[str, str]) -> str:
    """``CT``, ``MR`` … of DICOM tags; ``unknown`` if they do not say."""
    return modality_from_dicom(tags.get("0008|0060", ""))


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text else None
    except ValueError:
        return None
    return number if number is not None and np.isfinite(number) and number > 0 else None
