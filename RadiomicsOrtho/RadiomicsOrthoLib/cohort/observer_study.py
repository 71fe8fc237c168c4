"""The folders of an observer study: who drew which case, and when.

    STUDY/<observer>/<session>/<case>.seg.nrrd     (or another segmentation that the readers know)
    IMAGES/<case>.nrrd                             (or another image, or a DICOM folder <case>)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError

_SEGMENTATION_ENDINGS = (".seg.nrrd", ".nrrd", ".nii.gz", ".nii", ".mha", ".png", ".tif", ".tiff")
_IMAGE_ENDINGS = (".nrrd", ".nii.gz", ".nii", ".mha", ".dcm", ".png", ".tif", ".tiff")
LAYOUT = "STUDY/<observer>/<session>/<case>.seg.nrrd"
#: how many of a long list stand in a sentence
_LISTED = 5


@dataclass(frozen=True, order=True)
class Rating:
    """One observer in one session: a column of every table of ratings."""

    observer: str
    session: str

    def __str__(self) -> str:
        return f"{self.observer}, session {self.session}"


@dataclass(frozen=True)
class ObserverStudy:
    """Segmentations by (case, rating), and the image of every case; all in natural order.

    ``gaps`` names what is missing of the full crossing of cases and ratings, ``ignored`` the files that are neither.
    """

    cases: tuple[str, ...]
    ratings: tuple[Rating, ...]
    drawings: Mapping[tuple[str, Rating], Path]
    images: Mapping[str, Path]
    gaps: tuple[str, ...]
    ignored: tuple[Path, ...]

    @property
    def observers(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(rating.observer for rating in self.ratings))

    def sessions_of(self, observer: str) -> tuple[Rating, ...]:
        return tuple(rating for rating in self.ratings if rating.observer == observer)

    def first_common_session(self) -> tuple[Rating, ...]:
        """The ratings of the first session that every observer has; empty if there is none."""
        sessions = [{rating.session for rating in self.sessions_of(observer)} for observer in self.observers]
        common = sorted(set.intersection(*sessions), key=natural_order)
        return tuple(Rating(observer, common[0]) for observer in self.observers) if common else ()


def read_study(folder: Path, images: Path) -> ObserverStudy:
    """Look into the folders; nothing is opened yet.

    Raises InputError for another layout, a case twice in a session, a case without an image or with several, and a
    study without repeated drawings.
    """
    for given, what in ((folder, "study"), (images, "images")):
        if not given.is_dir():
            raise InputError(f"There is no folder '{given}' ({what}).")
    drawings: dict[tuple[str, Rating], Path] = {}
    ignored: list[Path] = []
    for observer in _entries(folder):
        _check_folder(observer, folder)
        for session in _entries(observer):
            _check_folder(session, folder)
            rating = Rating(observer.name, session.name)
            for path in _entries(session):
                case = _name_without(path, _SEGMENTATION_ENDINGS)
                if case is None or path.is_dir():
                    ignored.append(path)
                elif (case, rating) in drawings:
                    raise InputError(f"The case '{case}' is there twice in '{session}'; keep one segmentation of it.")
                else:
                    drawings[case, rating] = path
    cases = tuple(sorted({case for case, _ in drawings}, key=natural_order))
    ratings = tuple(sorted({rating for _, rating in drawings},
                           key=lambda rating: (natural_order(rating.observer), natural_order(rating.session))))
    if len(ratings) < 2:
        raise InputError(f"'{folder}' holds no repeated drawings: two observers, or two sessions of one, are needed, "
                         f"as {LAYOUT}.")
    gaps = tuple(f"'{case}' of {rating}" for case in cases for rating in ratings if (case, rating) not in drawings)
    study = ObserverStudy(cases, ratings, drawings, _images_of(cases, images), gaps, tuple(ignored))
    if len(study.observers) > 1 and not study.first_common_session():
        raise InputError("The observers have no session of the same name, so it is unknown which drawings belong "
                         "together; name the session folders alike (such as 1 and 2).")
    return study


def natural_order(name: str) -> tuple:
    """A sorting key that puts ``case10`` behind ``case9``."""
    parts = re.split(r"(\d+)", name.casefold())
    return tuple((int(part), "") if n % 2 else (-1, part) for n, part in enumerate(parts)), name


def listed(names: tuple[str, ...] | list[str]) -> str:
    """The first of many for a sentence."""
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted((path for path in folder.iterdir() if not path.name.startswith(".")),
                      key=lambda path: natural_order(path.name))
    except OSError as error:
        raise InputError(f"The folder '{folder}' cannot be read: {error.strerror}.") from None


def _check_folder(path: Path, study: Path) -> None:
    if not path.is_dir():
        raise InputError(f"'{path}' lies where a folder is expected; an observer study is laid out as "
                         f"{LAYOUT.replace('STUDY', str(study))}.")


def _name_without(path: Path, endings: tuple[str, ...]) -> str | None:
    """The file's name without its ending; ``None`` if it has none of them."""
    ending = next((ending for ending in endings if path.name.lower().endswith(ending)), None)
    return path.name[:-len(ending)] or None if ending else None


def _images_of(cases: tuple[str, ...], folder: Path) -> dict[str, Path]:
    found: dict[str, list[Path]] = {}
    for path in _entries(folder):
        name = path.name if path.is_dir() else _name_without(path, _IMAGE_ENDINGS)
        if name is not None and not path.name.lower().endswith(".seg.nrrd"):
            found.setdefault(name, []).append(path)
    missing = [f"'{case}'" for case in cases if case not in found]
    if missing:
        raise InputError(f"In '{folder}' there is no image of {listed(missing)}; images are named like their cases.")
    twice = [f"'{case}'" for case in cases if len(found[case]) > 1]
    if twice:
        raise InputError(f"In '{folder}' there are several images of {listed(twice)}; keep one of each.")
    return {case: found[case][0] for case in cases}
