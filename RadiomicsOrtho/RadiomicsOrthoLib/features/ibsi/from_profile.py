"""An extraction profile as settings of the ``ibsi`` mode."""

from __future__ import annotations

from ..profile import ExtractionProfile
from .settings import Discretisation, IbsiSettings

_INTERPOLATIONS = {"linear": "linear", "bspline": "cubic"}


def settings_of(profile: ExtractionProfile) -> IbsiSettings:
    """The settings that a profile with ``definitions: ibsi`` stands for; ``ValueError`` for any other."""
    if profile.definitions != "ibsi":
        raise ValueError(f"the profile '{profile.id}' does not follow IBSI's definitions")
    options = profile.ibsi
    return IbsiSettings(
        spacing_mm=profile.resample_mm, interpolation=_INTERPOLATIONS[profile.interpolator],
        partial_volume=options.mask_threshold, round_intensities=options.round_intensities,
        range=profile.resegment_hu, outlier_sigma=options.outlier_sigma,
        discretisation=_discretisation(profile.bin_width, profile.bin_count),
        ivh_discretisation=_discretisation(options.ivh_bin_width, options.ivh_bin_count),
        aggregations=options.aggregations, dependence_alpha=options.dependence_alpha)


def _discretisation(width: float | None, count: int | None) -> Discretisation:
    if width is not None:
        return Discretisation("fixed-size", width)
    return Discretisation() if count is None else Discretisation("fixed-number", count)
