"""Intensities without units on a common scale: a linear change of values, found from the scan itself.

None of these makes scans of different field strength or sequence comparable; they take gain and, after the bias field,
coil out (Carré et al., Sci Rep 2020;10:12340; Scalco et al., Med Phys 2020;47:1680-1691 with a reference region).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from ...errors import InputError
from ...imaging.box import Box
from ..filters.voxels import Poll

STATISTICS = ("median", "mean")
EXTENTS = ("neighbourhood", "scan")
#: the standard deviation of normally distributed values is so many median absolute deviations (1 / Φ⁻¹(3/4))
MAD_TO_SIGMA = 1.4826


@dataclass(frozen=True)
class RobustNormalisation:
    """(value − median) / (1.4826 × median absolute deviation), cut at ± ``outliers``, times ``scale``.

    extent, margin_mm
        Median and deviation of the ``neighbourhood``, the region's box grown by the margin, or of the whole ``scan``.
        The neighbourhood holds the same tissues in every patient, whereas the share of air and of distant tissue in
        the scan follows the field of view; and a median that the lesion itself moves would hide it, which is why it
        is not the region alone.  This project's choice: the literature knows both.
    """

    method: str = field(default="robust-z-score", init=False)
    extent: str = "neighbourhood"
    margin_mm: float = 30.0
    scale: float = 1.0
    outliers: float | None = None

    def __post_init__(self) -> None:
        if self.extent not in EXTENTS:
            raise ValueError(f"normalise: extent must come from {', '.join(EXTENTS)}")
        if not (_is_number(self.margin_mm) and 0 <= self.margin_mm <= 500):
            raise ValueError("normalise: margin_mm is a number from 0 to 500")
        for name in ("scale", "outliers"):
            value = getattr(self, name)
            if not (name == "outliers" and value is None) and not (_is_number(value) and value > 0):
                raise ValueError(f"normalise: {name} is a number above 0")


@dataclass(frozen=True)
class ReferenceNormalisation:
    """value × target / (median or mean of a reference region), which the user draws.

    ``tissue`` says what must be drawn, such as "cerebrospinal fluid at L3, without nerve roots"; it belongs to the
    definition as much as the numbers do.
    """

    tissue: str
    method: str = field(default="reference", init=False)
    statistic: str = "median"
    target: float = 100.0

    def __post_init__(self) -> None:
        if not (isinstance(self.tissue, str) and self.tissue.strip()):
            raise ValueError("normalise: tissue says in words what the reference region is")
        if self.statistic not in STATISTICS:
            raise ValueError(f"normalise: statistic must come from {', '.join(STATISTICS)}")
        if not (_is_number(self.target) and self.target > 0):
            raise ValueError("normalise: target is a number above 0")


@dataclass(frozen=True)
class LinearChange:
    """(value − ``centre``) × ``factor``, cut at ± ``limit``."""

    centre: float
    factor: float
    limit: float | None = None

    def apply(self, array: np.ndarray, poll: Poll) -> np.ndarray:
        """float32, plane by plane."""
        result = np.empty(array.shape, np.float32)
        for k, plane in enumerate(array):
            poll()
            values = (plane.astype(np.float64) - self.centre) * self.factor
            result[k] = values if self.limit is None else np.clip(values, -self.limit, self.limit)
        return result


def robust_change(array: np.ndarray, spacing_kji: tuple[float, float, float], region: Box,
                  settings: RobustNormalisation, poll: Poll) -> LinearChange:
    """For a scan (k, j, i) and the region's box on it."""
    box = Box.whole(array.shape)
    if settings.extent == "neighbourhood":
        box = region.grown([math.ceil(settings.margin_mm / spacing) for spacing in spacing_kji], array.shape)
    poll()
    values = array[box.slices].astype(np.float64).ravel()
    poll()
    median = float(np.median(values, overwrite_input=True))
    poll()
    np.abs(np.subtract(values, median, out=values), out=values)
    poll()
    deviation = MAD_TO_SIGMA * float(np.median(values, overwrite_input=True))
    if not deviation > 0:
        raise InputError("The scan cannot be normalised: half of the voxels around the region have one value.")
    limit = None if settings.outliers is None else settings.outliers * settings.scale
    return LinearChange(median, settings.scale / deviation, limit)


def reference_change(array: np.ndarray, reference: np.ndarray, settings: ReferenceNormalisation) -> LinearChange:
    """For a scan and the mask of the reference region, both (k, j, i) on one grid."""
    values = array[reference].astype(np.float64)
    found = float(np.median(values) if settings.statistic == "median" else values.mean())
    if not (math.isfinite(found) and found > 0):
        raise InputError(f"The {settings.statistic} of the reference region is {found:g}; it must be above 0: draw it "
                         f"in {settings.tissue}.")
    return LinearChange(0.0, settings.target / found)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
