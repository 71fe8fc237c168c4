"""The features of every region that the observers of a study drew."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import InputError
from ..features.checked_region import checked_region
from ..features.engine import Engine
from ..features.extraction import RegionToMeasure, extract_all
from ..features.profile import ExtractionProfile
from ..features.standardisation.standardise import check_reference
from ..features.vector import FeatureVector
from ..imaging.image import BoneImage
from ..imaging.segmentation_file import read_segmentation
from ..long_work import Cancelled, CancelledError, Progress, never_cancelled, no_progress
from ..quality.finding import Finding
from ..quality.image_checks import check_image
from ..regions.from_file import anatomy_of, choose_segment, roi_of_segment
from ..regions.matching import Anatomy
from ..regions.roi import Roi
from .observer_study import ObserverStudy, Rating
from .study_targets import DrawnRegion


@dataclass(frozen=True)
class MeasuredRegion(DrawnRegion):
    """A region with its features, or the error that refused it."""

    found: FeatureVector | InputError


def measure_study(study: ObserverStudy, read_image: Callable[[Path], BoneImage], profile: ExtractionProfile,
                  engine: Engine, core_depth_mm: float, segment: str | None = None, progress: Progress = no_progress,
                  cancelled: Cancelled = never_cancelled) -> tuple[MeasuredRegion, ...]:
    """Extract the features of every segment of every drawing, or of the one called ``segment`` in each file.

    Regions pass the quality gate first.  What is wrong with one drawing refuses that one alone; InputError where a
    scan cannot be read, or the profile asks for a reference region.
    """
    measured: list[MeasuredRegion] = []
    for number, case in enumerate(study.cases):
        def tell(share: float, text: str, number: int = number, case: str = case) -> None:
            progress((number + share) / len(study.cases), f"{case}: {text}")

        if cancelled():
            raise CancelledError
        tell(0.0, "reading")
        image = read_image(study.images[case])
        check_reference(profile.standardisation, profile.id, image, None)
        drawn = [one for rating in study.ratings if (case, rating) in study.drawings
                 for one in _drawn(rating, study.drawings[case, rating], image, segment)]
        of_image = tuple(check_image(image))
        makers = [one.maker(image, profile, core_depth_mm, of_image) for one in drawn if one.error is None]
        vectors = iter(extract_all(image, makers, profile, engine, tell, cancelled))
        measured += [MeasuredRegion(case, one.rating, one.segment, one.anatomy, one.alone, one.error or next(vectors))
                     for one in drawn]
    return tuple(measured)


@dataclass(frozen=True)
class _Drawn:
    """A segment as it was read: its mask in the box around it, or what is wrong with its file."""

    rating: Rating
    segment: str
    anatomy: Anatomy
    alone: bool
    mask: np.ndarray | None = None
    box: tuple[slice, ...] = ()
    made_by: str = ""
    error: InputError | None = None

    def maker(self, image: BoneImage, profile: ExtractionProfile, core_depth_mm: float,
              of_image: Sequence[Finding]) -> Callable[[], RegionToMeasure]:
        """Makes the region on the scan's grid when its turn comes: the whole masks of all observers take gigabytes."""
        def make() -> RegionToMeasure:
            mask = np.zeros(image.geometry.shape, bool)
            mask[self.box] = self.mask
            roi = Roi(mask, image.geometry, **self.anatomy, made_by=self.made_by)
            return checked_region(image, roi, profile, core_depth_mm, of_image=of_image)
        return make


def _drawn(rating: Rating, path: Path, image: BoneImage, name: str | None) -> Iterator[_Drawn]:
    try:
        file = read_segmentation(path, image.geometry, image.reading.file_grid)
        segments = file.segments if name is None else (choose_segment(file, name),)
    except InputError as error:
        yield _Drawn(rating, name or "", anatomy_of(name or ""), alone=True, error=error)
        return
    for segment in segments:
        roi = roi_of_segment(file, segment)
        box = roi.box_slices() if roi.box else (slice(0, 0),) * 3
        yield _Drawn(rating, segment.name, anatomy_of(segment.name, segment.tags), len(segments) == 1,
                     roi.mask[box].copy(), box, roi.made_by)
