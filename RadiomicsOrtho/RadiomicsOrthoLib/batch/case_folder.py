"""A folder of scans in place of a list: every image file and every DICOM series below it is a case."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..cohort.observer_study import natural_order
from ..errors import InputError
from ..imaging.dicom_header import is_dicom_file, read_header
from ..imaging.sitk import simpleitk
from .case import BatchCase

IMAGE_ENDINGS = (".nii.gz", ".nrrd", ".nii", ".mha", ".png", ".tif", ".tiff")
MASK_ENDING = ".seg.nrrd"
#: DICOM objects that belong to a scan and are none (PS3.3 C.7.3.1.1.1)
_NO_IMAGES = ("SEG", "SR", "PR", "KO", "DOC", "REG", "RTSTRUCT", "RTPLAN", "RTDOSE", "RTRECORD")


def find_cases(folder: Path) -> tuple[BatchCase, ...]:
    """The scans below ``folder`` in natural order, as ``case-0001`` and so on: a number tells nobody's name.

    A ``x.seg.nrrd`` beside an image ``x`` is its mask.  Hidden files and folders are passed over.  Raises InputError
    where there is no scan, or a folder cannot be read.
    """
    folder = Path(folder)
    found = list(_scans(folder))
    if not found:
        raise InputError(f"'{folder}' holds no scans: no DICOM series, and no file that ends in "
                         f"{', '.join(IMAGE_ENDINGS)}.")
    digits = max(4, len(str(len(found))))
    return tuple(BatchCase(f"case-{number:0{digits}d}", number + 1, str(folder.absolute()), image, mask, series=series)
                 for number, (image, mask, series) in enumerate(found, start=1))


def _scans(folder: Path) -> Iterator[tuple[str, str, str | None]]:
    """(image, mask, series) with paths from ``folder``."""
    for place, folders, names in os.walk(folder, onerror=_refuse):
        folders[:] = sorted((name for name in folders if not name.startswith(".")), key=natural_order)
        names = sorted((name for name in names if not name.startswith(".")), key=natural_order)
        images = [name for name in names if name.lower().endswith(IMAGE_ENDINGS)
                  and not name.lower().endswith(MASK_ENDING)]
        for name in images:
            mask = _stem(name) + MASK_ENDING
            yield _from(folder, place, name), _from(folder, place, mask) if mask in names else "", None
        others = [name for name in names if name not in images and not name.lower().endswith(MASK_ENDING)]
        if any(is_dicom_file(Path(place) / name) for name in others):
            for series in _series(place):
                yield _from(folder, place, ""), "", series


def _series(place: str) -> Iterator[str]:
    reader = simpleitk().ImageSeriesReader
    for uid in reader.GetGDCMSeriesIDs(place):
        first = reader.GetGDCMSeriesFileNames(place, uid)[0]
        if str(read_header(first).get("Modality", "")) not in _NO_IMAGES:
            yield uid


def _stem(name: str) -> str:
    return name[:-len(next(ending for ending in IMAGE_ENDINGS if name.lower().endswith(ending)))]


def _from(folder: Path, place: str, name: str) -> str:
    return Path(os.path.relpath(os.path.join(place, name), folder)).as_posix()


def _refuse(error: OSError) -> None:
    raise InputError(f"The folder '{error.filename}' cannot be read: {error.strerror}.")


def case_rows(cases: Iterable[BatchCase]) -> Iterator[dict[str, str]]:
    """The cases as rows of a list that :func:`.case_list.read_case_list` reads."""
    for case in cases:
        yield {"case": case.id, "image": case.path(case.image).as_posix(), "series": case.series or "",
               "mask": case.path(case.mask).as_posix() if case.mask else ""}
