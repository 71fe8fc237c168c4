"""A feature vector as a row of a table."""

from __future__ import annotations

from ..regions.roi import Roi
from .vector import FeatureVector

#: what stands before the features
REGION_COLUMNS = ("site", "level", "side", "compartment", "profile")


def feature_row(vector: FeatureVector, roi: Roi) -> dict[str, str | float]:
    """Fixed columns, then the features: a number, the key of a category, or an empty cell where there is no value."""
    region = (roi.site, roi.level or "", roi.side or "", roi.compartment, vector.profile_id)
    return {**dict(zip(REGION_COLUMNS, region, strict=True)), **vector.values, **vector.categories,
            **dict.fromkeys(vector.failures, "")}
