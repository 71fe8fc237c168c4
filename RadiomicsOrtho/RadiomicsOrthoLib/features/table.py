"""A feature vector as a row of a table."""

from __future__ import annotations

from ..regions.roi import Roi
from .vector import FeatureVector


def feature_row(vector: FeatureVector, roi: Roi) -> dict[str, str | float]:
    """Fixed columns, then the features; a feature without a value is an empty cell."""
    return {"site": roi.site, "level": roi.level or "", "side": roi.side or "", "compartment": roi.compartment,
            "profile": vector.profile_id, **vector.values, **dict.fromkeys(vector.failures, "")}
