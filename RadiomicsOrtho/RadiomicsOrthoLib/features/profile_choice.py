"""Which of the profiles at hand fit a scan and a region, the most fitting first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from ..imaging.image import BoneImage
from ..regions.roi import Roi
from .profile import ANY, ExtractionProfile
from .profile_file import load_profile, profile_names

#: what was offered before profiles could be chosen
_FIRST = ("ct-vertebra-trabecular",)


@lru_cache(maxsize=1)
def shipped_profiles() -> tuple[ExtractionProfile, ...]:
    """All profiles that ship, by id."""
    return tuple(load_profile(name) for name in profile_names())


def fitting_profiles(profiles: Sequence[ExtractionProfile], modality: str, site: str = "unknown",
                     compartment: str = "unknown", weighting: str = "") -> tuple[ExtractionProfile, ...]:
    """Those of ``profiles`` that are for this modality, bone and MR weighting, as far as these are known.

    Profiles for the very bone and part come first, then the others, then those after a study.
    """
    fits = [profile for profile in profiles
            if modality in (profile.modality, "unknown") or profile.modality == ANY
            if site in (profile.site, "unknown") or profile.site == ANY
            if not (weighting and profile.sequence) or weighting == profile.sequence]

    def rank(profile: ExtractionProfile) -> tuple:
        return (bool(profile.source) or profile.definitions == "ibsi",
                modality == "unknown" and profile.modality != "CT",
                profile.site != site and profile.site == ANY, profile.compartment not in (compartment, ANY),
                profile.id not in _FIRST, profile.id)

    return tuple(sorted(fits, key=rank))


def with_profiles_modality(image: BoneImage, profile: ExtractionProfile) -> BoneImage:
    """``image``; of unknown modality, taken for what the profile is for.

    CT is never taken for granted: its values show whether they are HU.
    """
    if image.modality != "unknown" or profile.modality in ("CT", ANY):
        return image
    return image.with_modality(profile.modality, "profile")


def on_grid_of(image: BoneImage, roi: Roi) -> Roi:
    """``roi``, drawn where the image is shown, on the grid that is measured on: that with the stated pixel size."""
    shown = image.reading.file_grid
    return replace(roi, geometry=image.geometry) if shown is not None and roi.geometry.same_place(shown) else roi
