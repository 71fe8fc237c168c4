"""What the drawings of a study hold, and how well they agree as regions, before any feature is extracted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

from ..errors import InputError
from ..imaging.picture_file import is_picture
from ..imaging.segmentation_file import SegmentationFile, read_segmentation
from ..long_work import Cancelled, CancelledError, Progress, never_cancelled, no_progress
from ..regions.agreement import RegionAgreement
from ..regions.comparison import compare_segmentations, cropped
from ..regions.from_file import anatomy_of, choose_segment
from .observer_study import ObserverStudy, Rating
from .study_targets import DrawnRegion, group_regions


@dataclass(frozen=True)
class DrawingPair:
    """A region of a case in two drawings, with their agreement or why there is none."""

    case: str
    first: Rating
    second: Rating
    segment: str
    agreement: RegionAgreement | None
    undefined: str = ""


def survey(study: ObserverStudy, segment: str | None = None, progress: Progress = no_progress,
           cancelled: Cancelled = never_cancelled,
           pixel_mm: tuple[float, float] | None = None) -> tuple[DrawingPair, ...]:
    """Read all drawings once, before the long work, and say how well they agree as regions.

    Compared are every two observers in their first common session, and every two sessions of an observer; all segments
    (``regions.matching``), or the one called ``segment``.  ``pixel_mm`` is the stated size of a pixel (i, j) of
    drawings that are pictures.  Raises InputError if no drawing can be read, or it is open which regions belong
    together (``cohort.study_targets``).
    """
    compared = [*combinations(study.first_common_session(), 2),
                *(pair for observer in study.observers for pair in combinations(study.sessions_of(observer), 2))]
    regions: list[DrawnRegion] = []
    pairs: list[DrawingPair] = []
    errors: list[InputError] = []
    for number, case in enumerate(study.cases):
        if cancelled():
            raise CancelledError
        progress(number / len(study.cases), f"{case}: outlines")
        files = {rating: _read(study, case, rating, segment) for rating in study.ratings
                 if (case, rating) in study.drawings}
        errors += [file for file in files.values() if isinstance(file, InputError)]
        regions += [region for rating, file in files.items() for region in _regions(case, rating, file)]
        pairs += [pair for first, second in compared if first in files and second in files
                  for pair in _pairs(case, first, second, files[first], files[second], pixel_mm)]
    if len(errors) == len(study.drawings):
        raise InputError(f"No drawing can be used: {errors[0]}")
    group_regions(regions)
    progress(1.0, "done")
    return tuple(pairs)


def _read(study: ObserverStudy, case: str, rating: Rating, name: str | None) -> SegmentationFile | InputError:
    try:
        file = read_segmentation(study.drawings[case, rating])
        return cropped(file if name is None else replace(file, segments=(choose_segment(file, name),)))
    except InputError as error:
        return error


def _regions(case: str, rating: Rating, file: SegmentationFile | InputError) -> Iterator[DrawnRegion]:
    if isinstance(file, InputError):
        yield DrawnRegion(case, rating, "", anatomy_of(""), alone=True)
        return
    for segment in file.segments:
        yield DrawnRegion(case, rating, segment.name, anatomy_of(segment.name, segment.tags), len(file.segments) == 1)


def _pairs(case: str, first: Rating, second: Rating, a: SegmentationFile | InputError,
           b: SegmentationFile | InputError, pixel_mm: tuple[float, float] | None) -> Iterator[DrawingPair]:
    for file in (a, b):
        if isinstance(file, InputError):
            yield DrawingPair(case, first, second, "", None, str(file))
            return
    try:
        pictures = is_picture(Path(a.path)) and is_picture(Path(b.path))
        compared = compare_segmentations(a, b, pixel_mm=pixel_mm if pictures else None)
    except InputError as error:
        yield DrawingPair(case, first, second, "", None, str(error))
        return
    for one in compared.segments:
        yield DrawingPair(case, first, second, one.pair.a.name, one.agreement, one.undefined)
