"""IBSI's test cases."""

from __future__ import annotations

from .settings import AGGREGATIONS, Discretisation, IbsiSettings

_IN_SLICES = AGGREGATIONS[:4]
_IN_SPACE = AGGREGATIONS[4:]
_ISOTROPIC = (2.0, 2.0, 2.0)

#: IBSI-1: the digital phantom and configurations A to E (manual, chapter 5, "Reference data sets")
CONFIGURATIONS = {
    "digital phantom": IbsiSettings(aggregations=AGGREGATIONS),
    "A": IbsiSettings(range=(-500, 400), discretisation=Discretisation("fixed-size", 25), aggregations=_IN_SLICES),
    "B": IbsiSettings(spacing_mm=(2.0, 2.0, None), round_intensities=True, range=(-500, 400),
                      discretisation=Discretisation("fixed-number", 32), aggregations=_IN_SLICES),
    "C": IbsiSettings(spacing_mm=_ISOTROPIC, round_intensities=True, range=(-1000, 400),
                      discretisation=Discretisation("fixed-size", 25),
                      ivh_discretisation=Discretisation("fixed-size", 2.5), aggregations=_IN_SPACE),
    "D": IbsiSettings(spacing_mm=_ISOTROPIC, round_intensities=True, outlier_sigma=3,
                      discretisation=Discretisation("fixed-number", 32), aggregations=_IN_SPACE),
    "E": IbsiSettings(spacing_mm=_ISOTROPIC, interpolation="cubic", round_intensities=True, range=(-1000, 400),
                      outlier_sigma=3, discretisation=Discretisation("fixed-number", 32),
                      ivh_discretisation=Discretisation("fixed-number", 1000), aggregations=_IN_SPACE),
}
#: IBSI-2, phase 2: filters in slices on the scan's grid (A), or in space after interpolation (B)
FILTER_CONFIGURATIONS = {
    "A": IbsiSettings(range=(-1000, 400), aggregations=_IN_SLICES),
    "B": IbsiSettings(spacing_mm=(1.0, 1.0, 1.0), interpolation="cubic", round_intensities=True, range=(-1000, 400),
                      aggregations=_IN_SPACE),
}
