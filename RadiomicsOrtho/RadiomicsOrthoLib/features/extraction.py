"""From image and ROI to a feature vector with its provenance."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..imaging.image import BoneImage
from ..quality.finding import Finding
from ..regions.roi import Roi
from .engine import Cancelled, Engine, Progress, never_cancelled, no_progress
from .measurements import MEASUREMENTS, measure
from .profile import ExtractionProfile
from .provenance import library_versions, provenance_of
from .vector import FeatureVector


def check_profile(profile: ExtractionProfile, image: BoneImage, roi: Roi) -> Iterator[Finding]:
    """Refusals where a profile is used on another modality, bone or part than it was made for."""
    if profile.modality != "any" and image.modality not in (profile.modality, "unknown"):
        yield Finding("MODALITY_NOT_COVERED", "refuse", f"The scan is {image.modality}; the profile '{profile.id}' "
                      f"is for {profile.modality}.", "Choose a profile for this modality.")
    if profile.site != "any" and roi.site not in (profile.site, "unknown"):
        yield Finding("SITE_NOT_COVERED", "refuse", f"The region is a {roi.site}; the profile '{profile.id}' is "
                      f"for the {profile.site}.", "Choose another segment or another profile.")


def extract_features(image: BoneImage, roi: Roi, profile: ExtractionProfile, engine: Engine,
                     progress: Progress = no_progress, cancelled: Cancelled = never_cancelled,
                     source_roi: Roi | None = None) -> FeatureVector:
    """Measurements on the scan's own grid, then the profile's radiomics features.

    A feature that is not defined on this ROI has no value and stands in ``failures``.
    """
    values: dict[str, float] = dict(measure(image, roi))
    failures: dict[str, str] = {}
    for name, value in engine.extract(image, roi, profile, progress, cancelled).items():
        if math.isfinite(value):
            values[name] = value
        else:
            failures[name] = "not defined on this region"
    provenance = provenance_of(image, roi, source_roi)
    provenance["software"] |= library_versions(("numba", "PyWavelets"))
    provenance["profile"] = {"id": profile.id, "version": profile.version, "definitions": profile.definitions,
                             "sha256": profile.hash()}
    provenance["engine"] = {"name": engine.name, "version": engine.version}
    if profile.definitions == "ibsi":
        from .ibsi.extraction import titles

        found = [name for name in (*values, *failures) if name not in MEASUREMENTS]
        provenance["features"] = titles(found)
    return FeatureVector(values, profile.id, provenance, failures)
