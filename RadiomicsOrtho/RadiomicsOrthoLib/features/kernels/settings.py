"""What decides the value of a first-order or texture feature."""

from __future__ import annotations

import math
from dataclasses import dataclass

WEIGHTING_NORMS = (None, "no_weighting", "manhattan", "euclidean", "infinity")
AGGREGATIONS = ("averaged", "merged")
DEFINITIONS = ("pyradiomics", "ibsi")


class TooManyLevelsError(ValueError):
    """The settings make more grey levels of a region than a texture matrix can sensibly have; says what to change."""


@dataclass(frozen=True)
class TextureSettings:
    """Settings under pyradiomics' meaning and with its defaults ("Customizing the Extraction" of its documentation).

    bin_width
        Width of the grey-level bins, in the unit of the image; its bins start at a multiple of the width.
    bin_count
        Fixed number of bins instead of a fixed width; wins over ``bin_width`` when given.
    voxel_array_shift
        Added to the values in Energy, TotalEnergy and RootMeanSquared, in the unit of the image.
    distances
        Infinity-norm distances, in voxels, of the neighbours in GLCM, GLDM and NGTDM.
    symmetrical_glcm
        Count each pair in both directions.
    weighting_norm
        ``None`` averages a feature over the directions; a norm sums the matrices of all directions first, weighted
        by the length of the step in mm (GLCM: exp(-length²), GLRLM: length); ``no_weighting`` sums with weight 1.
    gldm_a
        Largest difference of grey levels that still counts as dependent.
    force_2d, force_2d_dimension
        Look at neighbours inside planes only; the dimension (0 = k, 1 = j, 2 = i) is the one across the planes.
    aggregation
        ``averaged`` over the directions (pyradiomics) or ``merged``: one matrix of all directions.
    by_slice
        With ``force_2d``: features of each slice, then their mean.  IBSI's six ways are then "2D, averaged" (2D, by
        slice, averaged), "2D, slice-merged" (2D, by slice, merged), "2.5D, direction-merged" (2D, averaged), "2.5D,
        merged" (2D, merged), "3D, averaged" and "3D, merged".
    definitions
        ``pyradiomics``, or ``ibsi`` where the two differ: excess kurtosis; NGTDM without voxels that have no
        neighbour; run lengths also along directions in which the region is one voxel thick.
    """

    bin_width: float = 25
    bin_count: int | None = None
    voxel_array_shift: float = 0
    distances: tuple[int, ...] = (1,)
    symmetrical_glcm: bool = True
    weighting_norm: str | None = None
    gldm_a: int = 0
    force_2d: bool = False
    force_2d_dimension: int = 0
    aggregation: str = "averaged"
    by_slice: bool = False
    definitions: str = "pyradiomics"

    def __post_init__(self) -> None:
        if self.bin_count is not None and (int(self.bin_count) != self.bin_count or self.bin_count < 1):
            raise ValueError(f"the number of bins is a whole number above 0, not {self.bin_count}")
        if not math.isfinite(self.voxel_array_shift):
            raise ValueError(f"voxel_array_shift is a finite number, not {self.voxel_array_shift}")
        if not self.bin_width > 0:
            raise ValueError(f"the bin width is above 0, not {self.bin_width}")
        if not self.distances or any(int(step) != step or step < 1 for step in self.distances):
            raise ValueError(f"distances are whole numbers of voxels above 0, not {self.distances}")
        if int(self.gldm_a) != self.gldm_a or self.gldm_a < 0:
            raise ValueError(f"gldm_a is a whole number of grey levels, not {self.gldm_a}")
        if self.force_2d_dimension not in (0, 1, 2):
            raise ValueError(f"force_2d_dimension is 0 (k), 1 (j) or 2 (i), not {self.force_2d_dimension}")
        if self.weighting_norm not in WEIGHTING_NORMS:
            raise ValueError(f"the weighting norm is one of {', '.join(WEIGHTING_NORMS[1:])} or null, "
                             f"not {self.weighting_norm!r}")
        if self.aggregation not in AGGREGATIONS:
            raise ValueError(f"the aggregation is one of {AGGREGATIONS}, not {self.aggregation!r}")
        if self.definitions not in DEFINITIONS:
            raise ValueError(f"the definitions are one of {DEFINITIONS}, not {self.definitions!r}")
        if self.by_slice and not self.force_2d:
            raise ValueError("features by slice need force_2d")

    @property
    def plane_dimension(self) -> int | None:
        """Dimension across the planes, or ``None`` in 3D."""
        return self.force_2d_dimension if self.force_2d else None

    @property
    def merging_norm(self) -> str | None:
        """The norm with which the matrices of the directions are summed; ``None`` where features are averaged."""
        if self.weighting_norm is None and self.aggregation == "merged":
            return "no_weighting"
        return self.weighting_norm


#: pyradiomics' defaults
DEFAULT_SETTINGS = TextureSettings()
