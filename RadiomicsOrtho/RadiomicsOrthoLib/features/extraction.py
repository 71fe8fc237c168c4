"""From image and ROI to a feature vector with its provenance."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..errors import InputError
from ..imaging.image import BoneImage
from ..quality.finding import Finding
from ..regions.roi import Roi
from .background import in_background
from .engine import Cancelled, CancelledError, Engine, Progress, never_cancelled, no_progress
from .measurements import MEASUREMENTS, measure
from .profile import ExtractionProfile
from .provenance import extraction_record, library_versions, provenance_of
from .standardisation.standardise import check_reference, standardise
from .task_pool import Shares, TaskPool
from .vector import FeatureVector

#: in place of a scan's hash that another thread is still computing
PENDING = "pending"
#: fourth powers, which kurtosis needs, of all voxels together must stay within a float64 (1.8e308)
MAX_MAGNITUDE = 1e60


@dataclass(frozen=True)
class RegionToMeasure:
    """A region with what its provenance says of it: what it was made from, and what the quality gate found."""

    roi: Roi
    source_roi: Roi | None = None
    findings: tuple[Finding, ...] = ()


def extract_features(image: BoneImage, roi: Roi, profile: ExtractionProfile, engine: Engine,
                     progress: Progress = no_progress, cancelled: Cancelled = never_cancelled,
                     source_roi: Roi | None = None, reference: Roi | None = None,
                     findings: Iterable[Finding] = ()) -> FeatureVector:
    """Measurements on the scan's own grid, then the profile's radiomics features.

    ``reference`` is the region that a profile with ``normalise: {method: reference}`` asks for; InputError if it is
    missing there, or given elsewhere.  Measurements are of the scan as it is; the engine sees the standardised one.
    A feature that is not defined on this ROI, or would need an unknown size of the pixels, has no value and stands
    in ``failures``.  Returns within 0.1 s of a request to cancel, at any moment, unless the engine is pyradiomics.
    """
    # the findings go into the provenance
    findings = tuple(findings)
    check_reference(profile.standardisation, profile.id, image, reference)

    def work(progress: Progress, cancelled: Cancelled) -> FeatureVector:
        return _vector(image, roi, profile, engine, progress, cancelled, source_roi, reference, findings)

    return in_background(work, progress, cancelled) if engine.polls else work(progress, cancelled)


def extract_all(image: BoneImage, regions: Sequence[Callable[[], RegionToMeasure]], profile: ExtractionProfile,
                engine: Engine, progress: Progress = no_progress, cancelled: Cancelled = never_cancelled,
                reference: Roi | None = None) -> list[FeatureVector | InputError]:
    """What ``extract_features`` gives for each of several regions of one scan; the error of each refused one.

    Regions spread over the engine's threads; values and provenance do not depend on their number.  A region is made
    when its turn comes, on one of the threads, and dropped afterwards: the masks of all vertebrae of a large scan
    would take gigabytes.  InputError for what concerns all of them: the reference region, and a cancel, after which
    this returns within 0.1 s (pyradiomics may hold it up).
    """
    check_reference(profile.standardisation, profile.id, image, reference)
    if not regions:
        return []
    progress(0.0, "preparing the scan")
    at_once = min(engine.threads, len(regions))
    found: dict[int, FeatureVector | InputError] = {}
    pool = TaskPool(at_once)
    shares = Shares(len(regions), pool)

    image_sha256: list[str] = []

    def hash_image(pool: TaskPool) -> None:
        image_sha256.append(image.voxel_hash(pool.poll))

    def measure_region(number: int, pool: TaskPool) -> None:
        tell = functools.partial(shares.set, number)
        # threads that would find no region of their own help within the last ones
        sharing = min(at_once, len(regions) - number)
        try:
            region = regions[number]()
            pool.poll()
            found[number] = _vector(image, region.roi, profile, engine.with_threads(-(-engine.threads // sharing)),
                                    tell, pool.is_stopping, region.source_roi, reference, region.findings, PENDING)
        except CancelledError:
            raise
        except InputError as error:
            found[number] = error
            tell(1.0, "refused")

    # the hash of a large scan takes as long as a region: beside the first one
    pool.run([hash_image, *(functools.partial(measure_region, number) for number in range(len(regions)))],
             progress, cancelled)
    # the last report may have brought the request
    if cancelled():
        raise CancelledError
    return [_with_image_hash(found[number], image_sha256[0]) for number in range(len(regions))]


def _with_image_hash(found: FeatureVector | InputError, image_sha256: str) -> FeatureVector | InputError:
    if isinstance(found, InputError):
        return found
    provenance = {**found.provenance, "image": {**found.provenance["image"], "sha256": image_sha256}}
    return replace(found, provenance=provenance)


def _check_values(image: BoneImage, roi: Roi) -> None:
    box = roi.box.slices
    values = image.array[box][roi.mask[box]]
    if not np.isfinite(values).all():
        raise InputError("The region has voxels without a finite value (NaN or infinite); repair the scan.")
    if float(np.abs(values).max()) > MAX_MAGNITUDE:
        raise InputError(f"The region has values beyond ±{MAX_MAGNITUDE:.0e}, which no scanner gives; check the scan.")


def _vector(image: BoneImage, roi: Roi, profile: ExtractionProfile, engine: Engine, progress: Progress,
            cancelled: Cancelled, source_roi: Roi | None, reference: Roi | None,
            findings: tuple[Finding, ...], image_sha256: str | None = None) -> FeatureVector:
    if not image.geometry.same_place(roi.geometry):
        raise InputError("Region and scan do not have the same grid; draw the region on this scan.")
    if roi.box is None:
        raise InputError("The region is empty; draw it first.")
    _check_values(image, roi)
    values: dict[str, float] = dict(measure(image, roi))
    failures: dict[str, str] = {}
    before, after = _shares(profile, progress)
    standardised, found_on_the_way = standardise(image, roi, profile.standardisation, reference, before, cancelled)
    found = wanted_features(engine.extract(standardised, roi, profile, after, cancelled), profile)
    order = (*values, *found)
    for name, value in found.items():
        if name.endswith("_firstorder_TotalEnergy") and not image.reading.knows_millimetres:
            failures[name] = "needs the size of a pixel"
        elif math.isfinite(value):
            values[name] = value
        else:
            failures[name] = "not defined on this region"

    def poll() -> None:
        if cancelled():
            raise CancelledError

    provenance = provenance_of(image, roi, source_roi, poll, findings, image_sha256) \
        | extraction_record(profile, engine)
    provenance["software"] |= library_versions(("numba", "PyWavelets"))
    if found_on_the_way:
        provenance["standardisation"] = found_on_the_way
    if profile.definitions == "ibsi":
        from .ibsi.extraction import titles

        provenance["features"] = titles([name for name in order if name not in MEASUREMENTS])
    return FeatureVector(values, profile.id, provenance, failures, order=order)


def wanted_features(found: Mapping[str, float], profile: ExtractionProfile) -> Mapping[str, float]:
    """Of classes for which the profile names features, only those."""
    if not profile.features:
        return found
    kept = {}
    for name, value in found.items():
        feature_class, _, feature = name.partition("_")[2].partition("_")
        if feature in profile.features.get(feature_class, (feature,)):
            kept[name] = value
    return kept


def _shares(profile: ExtractionProfile, progress: Progress) -> tuple[Progress, Progress]:
    """One progress for two steps: the bias field takes about as long as the features."""
    if profile.bias_correction is None:
        return no_progress, progress
    return (lambda share, text: progress(share / 2, text)), (lambda share, text: progress((1 + share) / 2, text))
