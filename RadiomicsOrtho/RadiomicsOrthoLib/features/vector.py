"""The feature vector of one ROI."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

#: begins the name of every feature that a reader answered (``semantic_genant_grade``)
SEMANTIC_PREFIX = "semantic_"


@dataclass(frozen=True)
class FeatureVector:
    """Ordered name → value of the features of one ROI.

    ``failures`` holds name → reason of features that are not defined on this ROI: they
    have no value, never 0.  ``provenance`` says what the values depend on.  ``categories``
    holds name → key of features that have no order and so no number.  ``profile_id`` is
    empty where no radiomics features were extracted.  ``order`` holds the names as a table shows them, whatever has
    a value on this ROI; names that it lacks come behind.
    """

    values: Mapping[str, float]
    profile_id: str
    provenance: Mapping = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)
    order: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        wrong = [name for name, value in self.values.items() if not math.isfinite(value)]
        if wrong:
            raise ValueError(f"not finite, so not a value: {', '.join(wrong)}")
        names = [*self.values, *self.categories, *self.failures]
        twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
        if twice:
            raise ValueError(f"more than one of value, category and failure: {', '.join(twice)}")

    @property
    def columns(self) -> tuple[str, ...]:
        """All names: equal for regions that were measured alike."""
        names = (*self.values, *self.categories, *self.failures)
        known = set(names)
        return tuple(dict.fromkeys((*(name for name in self.order if name in known), *names)))
