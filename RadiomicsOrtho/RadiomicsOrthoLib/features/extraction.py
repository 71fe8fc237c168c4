"""From image and ROI to a feature vector with its provenance."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from ..imaging.image import BoneImage
from ..quality.finding import Finding
from ..regions.roi import Roi
from .background import in_background
from .engine import Cancelled, CancelledError, Engine, Progress, never_cancelled, no_progress
from .measurements import MEASUREMENTS, measure
from .profile import ExtractionProfile
from .provenance import extraction_record, library_versions, provenance_of
from .standardisation.standardise import check_reference, standardise
from .vector import FeatureVector


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


def _vector(image: BoneImage, roi: Roi, profile: ExtractionProfile, engine: Engine, progress: Progress,
            cancelled: Cancelled, source_roi: Roi | None, reference: Roi | None,
            findings: tuple[Finding, ...]) -> FeatureVector:
    values: dict[str, float] = dict(measure(image, roi))
    failures: dict[str, str] = {}
    before, after = _shares(profile, progress)
    standardised, found_on_the_way = standardise(image, roi, profile.standardisation, reference, before, cancelled)
    found = engine.extract(standardised, roi, profile, after, cancelled)
    for name, value in wanted_features(found, profile).items():
        if name.endswith("_firstorder_TotalEnergy") and not image.reading.knows_millimetres:
            failures[name] = "needs the size of a pixel"
        elif math.isfinite(value):
            values[name] = value
        else:
            failures[name] = "not defined on this region"

    def poll() -> None:
        if cancelled():
            raise CancelledError

    provenance = provenance_of(image, roi, source_roi, poll, findings) | extraction_record(profile, engine)
    provenance["software"] |= library_versions(("numba", "PyWavelets"))
    if found_on_the_way:
        provenance["standardisation"] = found_on_the_way
    if profile.definitions == "ibsi":
        from .ibsi.extraction import titles

        provenance["features"] = titles([name for name in (*values, *failures) if name not in MEASUREMENTS])
    return FeatureVector(values, profile.id, provenance, failures)


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
