"""What decides an IBSI feature value (manual, chapter 2, "Image processing")."""

from __future__ import annotations

import math
from dataclasses import dataclass

INTERPOLATIONS = ("linear", "cubic")
DISCRETISATIONS = ("none", "fixed-size", "fixed-number")
#: how matrices of slices and directions become one value, by the suffix of IBSI's tags (manual 3.6, "Grey level
#: co-occurrence based features", aggregation)
AGGREGATIONS = ("2D_avg", "2D_comb", "2_5D_avg", "2_5D_comb", "3D_avg", "3D_comb")


@dataclass(frozen=True)
class Discretisation:
    """Fixed bin size in the unit of the image, a fixed number of bins, or none: the intensities are levels already."""

    method: str = "none"
    value: float = 0.0

    def __post_init__(self) -> None:
        if self.method not in DISCRETISATIONS:
            raise ValueError(f"the discretisation is one of {', '.join(DISCRETISATIONS)}, not {self.method!r}")
        if self.method != "none" and not (math.isfinite(self.value) and self.value > 0):
            raise ValueError(f"a bin size or number of bins is above 0, not {self.value}")
        if self.method == "fixed-number" and int(self.value) != self.value:
            raise ValueError(f"the number of bins is a whole number, not {self.value}")


@dataclass(frozen=True)
class IbsiSettings:
    """Image processing and aggregation.

    spacing_mm
        Voxel spacing (i, j, k) of the new grid in mm; ``None`` keeps the scan's grid.  ``None`` as the third number
        keeps the slices: interpolation within them only (configurations A and B).
    interpolation
        ``linear`` or ``cubic`` (spline) for the image; the mask is always interpolated linearly.
    partial_volume
        A voxel belongs to the new mask from this fraction on.
    round_intensities
        To the nearest whole number after interpolation: for HU, which are whole numbers (reporting item 52).
    range
        Re-segmentation range, both ends included, in the unit of the image; an end may be infinite.
    outlier_sigma
        Voxels further from the mean than this many standard deviations leave the intensity mask.
    discretisation, ivh_discretisation
        For texture and intensity histogram, and for the intensity-volume histogram.
    aggregations
        Any of ``AGGREGATIONS``; zone, difference and dependence matrices use 2D, 2.5D and 3D of them.
    dependence_alpha
        NGLDM coarseness: largest difference of levels that still counts as dependent.
    """

    spacing_mm: tuple[float, float, float | None] | None = None
    interpolation: str = "linear"
    partial_volume: float = 0.5
    round_intensities: bool = False
    range: tuple[float, float] | None = None
    outlier_sigma: float | None = None
    discretisation: Discretisation = Discretisation()
    ivh_discretisation: Discretisation = Discretisation()
    aggregations: tuple[str, ...] = ("3D_avg", "3D_comb")
    dependence_alpha: int = 0

    def __post_init__(self) -> None:
        if self.spacing_mm is not None:
            stated = [s for axis, s in enumerate(self.spacing_mm) if not (axis == 2 and s is None)]
            if len(self.spacing_mm) != 3 or not all(math.isfinite(s) and s > 0 for s in stated):
                raise ValueError(f"spacings are three numbers of mm above 0, not {self.spacing_mm}")
        if self.interpolation not in INTERPOLATIONS:
            raise ValueError(f"the interpolation is one of {', '.join(INTERPOLATIONS)}, not {self.interpolation!r}")
        if not 0 < self.partial_volume <= 1:
            raise ValueError(f"the partial volume lies above 0 and up to 1, not at {self.partial_volume}")
        if self.range is not None and not self.range[0] < self.range[1]:
            raise ValueError(f"the re-segmentation range runs from a lower to a higher number, not {self.range}")
        if self.outlier_sigma is not None and not self.outlier_sigma > 0:
            raise ValueError(f"outliers lie more than a number above 0 of standard deviations off, "
                             f"not {self.outlier_sigma}")
        if not self.aggregations or set(self.aggregations) - set(AGGREGATIONS):
            raise ValueError(f"aggregations come from {', '.join(AGGREGATIONS)}, not {self.aggregations}")
        if int(self.dependence_alpha) != self.dependence_alpha or self.dependence_alpha < 0:
            raise ValueError(f"the coarseness is a whole number of grey levels, not {self.dependence_alpha}")

    @property
    def lower_bound(self) -> float | None:
        """Lower end of the re-segmentation range, where it has one: the first edge of fixed-size bins."""
        return None if self.range is None or not math.isfinite(self.range[0]) else self.range[0]
