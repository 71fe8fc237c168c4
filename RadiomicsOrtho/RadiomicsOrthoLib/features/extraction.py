"""From image and ROI to a feature vector with its provenance."""

from __future__ import annotations

import math

from ..imaging.image import BoneImage
from ..regions.roi import Roi
from .engine import Cancelled, Engine, Progress, never_cancelled, no_progress
from .measurements import measure
from .profile import ExtractionProfile
from .provenance import provenance_of
from .vector import FeatureVector


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
    provenance["profile"] = {"id": profile.id, "version": profile.version, "sha256": profile.hash()}
    provenance["engine"] = {"name": engine.name, "version": engine.version}
    return FeatureVector(values, profile.id, provenance, failures)
