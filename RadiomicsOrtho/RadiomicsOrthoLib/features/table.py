"""A feature vector as a row of a table."""

from __future__ import annotations

from ..regions.roi import Roi
from .vector import FeatureVector

#: what stands before the features
REGION_COLUMNS = ("site", "level", "side", "compartment", "profile")


def feature_row(vector: FeatureVector, roi: Roi | None = None) -> dict[str, str | float]:
    """Fixed columns, then the features: a number, the key of a category, or an empty cell where there is no value.

    The columns stand in one order, whichever features have no value on this region.  Without ``roi`` the region is
    named as the vector's provenance has it.
    """
    known = vector.provenance["roi"] if roi is None else vars(roi)
    region = (*(known[name] or "" for name in REGION_COLUMNS[:-1]), vector.profile_id)
    cells = {**vector.values, **vector.categories}
    return {**dict(zip(REGION_COLUMNS, region, strict=True)), **{name: cells.get(name, "") for name in vector.columns}}
