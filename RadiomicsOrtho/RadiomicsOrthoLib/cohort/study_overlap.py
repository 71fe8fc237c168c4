"""How well the drawings of a study agree as regions, before any feature is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations

from ..errors import InputError
from ..imaging.segmentation_file import SegmentationFile, read_segmentation
from ..long_work import Cancelled, CancelledError, Progress, never_cancelled, no_progress
from ..regions.agreement import RegionAgreement
from ..regions.comparison import compare_segmentations, cropped
from ..regions.from_file import choose_segment
from .observer_study import ObserverStudy, Rating


@dataclass(frozen=True)
class DrawingPair:
    """A region of a case in two drawings, with their agreement or why there is none."""

    case: str
    first: Rating
    second: Rating
    segment: str
    agreement: RegionAgreement | None
    undefined: str = ""


def compare_drawings(study: ObserverStudy, segment: str | None = None, progress: Progress = no_progress,
                     cancelled: Cancelled = never_cancelled) -> tuple[DrawingPair, ...]:
    """Agreement of every two observers in their first common session, and of every two sessions of an observer.

    All segments are compared (``regions.matching``), or the one called ``segment``.
    """
    pairs = [*combinations(study.first_common_session(), 2),
             *(pair for observer in study.observers for pair in combinations(study.sessions_of(observer), 2))]
    found: list[DrawingPair] = []
    for number, case in enumerate(study.cases):
        if cancelled():
            raise CancelledError
        progress(number / len(study.cases), f"{case}: overlap")
        files = {rating: _read(study, case, rating, segment) for rating in study.ratings
                 if (case, rating) in study.drawings}
        for first, second in pairs:
            if first in files and second in files:
                found += _pairs(case, first, second, files[first], files[second])
    progress(1.0, "done")
    return tuple(found)


def _read(study: ObserverStudy, case: str, rating: Rating, name: str | None) -> SegmentationFile | InputError:
    try:
        file = read_segmentation(study.drawings[case, rating])
        return cropped(file if name is None else replace(file, segments=(choose_segment(file, name),)))
    except InputError as error:
        return error


def _pairs(case: str, first: Rating, second: Rating, a: SegmentationFile | InputError,
           b: SegmentationFile | InputError) -> Iterator[DrawingPair]:
    for file in (a, b):
        if isinstance(file, InputError):
            yield DrawingPair(case, first, second, "", None, str(file))
            return
    try:
        compared = compare_segmentations(a, b)
    except InputError as error:
        yield DrawingPair(case, first, second, "", None, str(error))
        return
    for one in compared.segments:
        yield DrawingPair(case, first, second, one.pair.a.name, one.agreement, one.undefined)
