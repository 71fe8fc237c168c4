"""What only IBSI's definitions ask of a profile: its block ``ibsi``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields

from .settings import AGGREGATIONS

FILTER_DIMENSIONS = ("2D", "3D")
#: how a filter continues the image beyond its border (IBSI-2, arXiv:2006.05470); "mirror" repeats the outermost voxel
FILTER_BOUNDARIES = ("zero", "nearest", "periodic", "mirror")


@dataclass(frozen=True)
class IbsiOptions:
    """The part of a profile that counts only with ``definitions: ibsi``.

    round_intensities
        Round resampled values to the nearest whole number: for HU, which are whole numbers (reporting item 52).
    mask_threshold
        A voxel belongs to the resampled mask from this fraction on (item 54).
    outlier_sigma
        Voxels further from the mean than this many standard deviations leave the intensity mask (item 55).
    aggregations
        How slices and directions become one value, any of ``AGGREGATIONS`` (item 62): ``2D`` slice by slice, ``2_5D``
        all slices in one matrix, ``3D`` in space; ``avg`` averages over the directions, ``comb`` merges them.
    ivh_bin_width, ivh_bin_count
        Bins of the intensity-volume histogram; without both the intensities stay as they are.
    dependence_alpha
        Coarseness of the dependence matrix: largest difference of levels that still counts (item 71).
    filter_dimension, filter_boundary
        Filters in each k plane (``2D``) or in space, and their continuation beyond the image.
    log_cutoff_sigmas
        Where the Laplacian of Gaussian is cut off.
    wavelet_rotation_invariant
        Mean over all right-angled rotations of a wavelet; ``LLH``, ``LHL`` and ``HLL`` are then one image.
    """

    round_intensities: bool = False
    mask_threshold: float = 0.5
    outlier_sigma: float | None = None
    aggregations: tuple[str, ...] = ("3D_avg", "3D_comb")
    ivh_bin_width: float | None = None
    ivh_bin_count: int | None = None
    dependence_alpha: int = 0
    filter_dimension: str = "3D"
    filter_boundary: str = "mirror"
    log_cutoff_sigmas: float = 4.0
    wavelet_rotation_invariant: bool = False

    def __post_init__(self) -> None:
        for name in ("round_intensities", "wavelet_rotation_invariant"):
            if not isinstance(getattr(self, name), bool):
                raise ValueError(f"ibsi: {name} is true or false, not {getattr(self, name)!r}")
        if not (_is_number(self.mask_threshold) and 0 < self.mask_threshold <= 1):
            raise ValueError("ibsi: mask_threshold lies above 0 and up to 1")
        for name in ("outlier_sigma", "ivh_bin_width", "log_cutoff_sigmas"):
            value = getattr(self, name)
            if value is not None and not (_is_number(value) and value > 0):
                raise ValueError(f"ibsi: {name} is a number above 0")
        for name, lowest in (("ivh_bin_count", 2), ("dependence_alpha", 0)):
            value = getattr(self, name)
            if value is not None and not (isinstance(value, int) and not isinstance(value, bool) and value >= lowest):
                raise ValueError(f"ibsi: {name} is a whole number from {lowest}")
        if self.ivh_bin_width is not None and self.ivh_bin_count is not None:
            raise ValueError("ibsi: only one of ivh_bin_width and ivh_bin_count can be given")
        for name, values, allowed in (("aggregations", self.aggregations, AGGREGATIONS),
                                      ("filter_dimension", (self.filter_dimension,), FILTER_DIMENSIONS),
                                      ("filter_boundary", (self.filter_boundary,), FILTER_BOUNDARIES)):
            if not values or not set(values) <= set(allowed):
                raise ValueError(f"ibsi: {name} must come from {', '.join(allowed)}")

    @classmethod
    def from_mapping(cls, data: Mapping) -> IbsiOptions:
        """From parsed YAML; ``ValueError`` on defects."""
        if not isinstance(data, Mapping):
            raise ValueError("the entry ibsi holds settings by name")
        if unknown := set(data) - {field.name for field in fields(cls)}:
            raise ValueError(f"ibsi: unknown settings: {', '.join(sorted(map(str, unknown)))}")
        data = dict(data)
        if "aggregations" in data:
            if not isinstance(data["aggregations"], (list, tuple)):
                raise ValueError("ibsi: aggregations is a list")
            data["aggregations"] = tuple(str(name) for name in data["aggregations"])
        return cls(**data)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
