"""The feature vector of one ROI."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class FeatureVector:
    """Ordered name → value of the features of one ROI.

    ``failures`` holds name → reason of features that are not defined on this ROI: they
    have no value, never 0.  ``provenance`` says what the values depend on.
    """

    values: Mapping[str, float]
    profile_id: str
    provenance: Mapping = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        wrong = [name for name, value in self.values.items() if not math.isfinite(value)]
        if wrong:
            raise ValueError(f"not finite, so not a value: {', '.join(wrong)}")
        both = set(self.values) & set(self.failures)
        if both:
            raise ValueError(f"both a value and a failure: {', '.join(sorted(both))}")
