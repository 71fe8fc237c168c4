"""One DICOM series from a folder, its slices checked one by one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import InputError
from .acquisition import Acquisition
from .image import MODALITIES, BoneImage
from .readers import to_array, to_geometry
from .sitk import simpleitk

#: slice distances may differ by this share of the median before the series has a gap
UNEVEN_SPACING = 0.02
_MODALITY_NAMES = {"CT": "CT", "MR": "MR", "CR": "XR", "DX": "XR", "RG": "XR", "PT": "PT", "US": "US"}


@dataclass(frozen=True)
class _Slice:
    file: str
    position: np.ndarray
    orientation: np.ndarray
    tags: dict[str, str]


def read_dicom_folder(folder: Path, series: str | None = None) -> BoneImage:
    """The series of ``folder`` as one volume.

    Raises InputError when there is none, when there are several and none is chosen, when
    a slice is missing, doubled or tilted, or when sizes differ.
    """
    sitk = simpleitk()
    uids = sitk.ImageSeriesReader.GetGDCMSeriesIDs(str(folder))
    if not uids:
        deeper = next((path for path in sorted(folder.iterdir()) if path.is_dir()), None)
        hint = f"; give the folder below it that does ('{deeper.name}'?)" if deeper else ""
        raise InputError(f"The folder '{folder}' holds no DICOM series{hint}.")
    _refuse_damaged(folder, uids)
    chosen = _choose(folder, uids, series)
    files = sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder), chosen)
    slices = [_read_header(file) for file in files]
    if len(slices) < 2:
        raise InputError(f"The series in '{folder}' has one slice; a 3-D volume is needed.")
    _check_one_acquisition(slices, folder)
    slices = _sorted_without_gap(slices, folder)
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames([item.file for item in slices])
    try:
        image = reader.Execute()
    except RuntimeError:
        raise InputError(f"The slices in '{folder}' cannot be read as one volume (sizes differ or a file is "
                         "damaged); export the series again.") from None
    # contrast counts as given if any slice says so
    tags = slices[0].tags | {tag: item.tags[tag] for item in slices for tag in ("0018|0010",) if item.tags.get(tag)}
    return BoneImage(to_array(image), to_geometry(image, folder), modality=modality_from_tags(tags),
                     acquisition=acquisition_from_tags(tags), source="DICOM series")


def acquisition_from_tags(tags: dict[str, str]) -> Acquisition:
    """The facts that matter for bone scores; absent tags stay unknown.

    A contrast agent's name proves contrast; its absence proves nothing.
    """
    agent = tags.get("0018|0010", "")
    sequence = " ".join(part for part in (tags.get("0018|0020", ""), tags.get("0018|0024", "")) if part)
    try:
        return Acquisition(
            kvp=_number(tags.get("0018|0060")), contrast_agent=True if agent else None,
            kernel=tags.get("0018|1210") or None, manufacturer=tags.get("0008|0070") or None,
            scanner_model=tags.get("0008|1090") or None, field_strength_t=_number(tags.get("0018|0087")),
            sequence=sequence or None)
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
        tags = _read_header(files[0]).tags
        thickness = _number(tags.get("0018|0050"))
        parts = [tags.get("0008|0060", "?"), f"{len(files)} slices"]
        parts += [f"{thickness:g} mm"] if thickness else []
        parts += [f"kernel {tags['0018|1210']}"] if tags.get("0018|1210") else []
        choices.append(f"{number}: {', '.join(parts)}")
    if series is None:
        start = f"{len(uids)} series found in '{folder}'"
    else:
        start = f"There is no series {series!r} in '{folder}'"
    raise InputError(f"{start}: choose one with --series ({'; '.join(choices)}).")


def _read_header(file: str) -> _Slice:
    sitk = simpleitk()
    reader = sitk.ImageFileReader()
    reader.SetFileName(file)
    try:
        reader.ReadImageInformation()
    except RuntimeError:
        raise InputError(f"'{file}' is a damaged DICOM file.") from None
    wanted = ("0008|0060", "0008|0070", "0008|1090", "0018|0010", "0018|0020", "0018|0024", "0018|0050",
              "0018|0060", "0018|0087", "0018|1210", "0020|0032", "0020|0037", "0028|0008", "0028|0030")
    tags = {tag: _printable(reader.GetMetaData(tag)) for tag in wanted if reader.HasMetaDataKey(tag)}
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


def _refuse_damaged(folder: Path, uids: tuple[str, ...]) -> None:
    """InputError if a DICOM file in the folder could not be read: a lost slice at the end leaves no gap."""
    sitk = simpleitk()
    read = {Path(file).name for uid in uids for file in sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder), uid)}
    for path in sorted(folder.iterdir()):
        if path.name in read or path.name.upper() == "DICOMDIR" or not path.is_file():
            continue
        with path.open("rb") as stream:
            if stream.read(132)[128:] == b"DICM":
                raise InputError(f"'{path}' is a damaged DICOM file; copy the series again from its source.")


def _check_one_acquisition(slices: list[_Slice], folder: Path) -> None:
    """InputError if the slices of a series were not made alike."""
    for tag, title in (("0008|0060", "modalities"), ("0018|0060", "tube voltages"),
                       ("0018|1210", "reconstruction kernels"), ("0028|0030", "pixel spacings")):
        found = sorted({item.tags.get(tag, "none") for item in slices})
        if len(found) > 1:
            raise InputError(f"The series in '{folder}' mixes {title} ({', '.join(found)}); export one acquisition.")


def _printable(text: str) -> str:
    """Header text without the bytes that do not fit its character set."""
    return "".join(c if c.isprintable() and not 0xD800 <= ord(c) <= 0xDFFF else "?" for c in text).strip()


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
    name = _MODALITY_NAMES.get(tags.get("0008|0060", ""), "unknown")
    return name if name in MODALITIES else "unknown"


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text else None
    except ValueError:
        return None
    return number if number is not None and np.isfinite(number) and number > 0 else None
