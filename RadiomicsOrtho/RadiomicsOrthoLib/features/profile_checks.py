"""May this profile be used on this scan and region?"""

from __future__ import annotations

from collections.abc import Iterator

from ..imaging.image import BoneImage
from ..imaging.suv import SUV
from ..quality.finding import Finding
from ..regions.roi import Roi
from .profile import ExtractionProfile
from .standardisation.normalisation import RobustNormalisation

_AXES = ("slices (k)", "rows (j)", "columns (i)")


def check_profile(profile: ExtractionProfile, image: BoneImage, roi: Roi) -> Iterator[Finding]:
    """Findings where a profile is used on another modality, bone, part or dimension than it was made for."""
    if profile.modality != "any" and image.modality not in (profile.modality, "unknown"):
        yield Finding("MODALITY_NOT_COVERED", "refuse", f"The scan is {image.modality}; the profile '{profile.id}' "
                      f"is for {profile.modality}.", "Choose a profile for this modality.")
        return
    if profile.site not in ("any", "unknown") and roi.site not in (profile.site, "unknown"):
        yield Finding("SITE_NOT_COVERED", "refuse", f"The region is a {roi.site}; the profile '{profile.id}' is "
                      f"for the {profile.site}.", "Choose another segment or another profile.")
    # a trabecular core is made from the whole body
    fitting = (profile.compartment, "unknown", *(("whole-body",) if profile.compartment == "trabecular" else ()))
    if profile.compartment not in ("any", "unknown") and roi.compartment not in fitting:
        yield Finding("COMPARTMENT_NOT_COVERED", "warn", f"The region is the {roi.compartment}; the profile "
                      f"'{profile.id}' is for the {profile.compartment}.",
                      f"Do not compare its values with those of a {profile.compartment} region.")
    weighting = image.acquisition.weighting
    if profile.sequence is not None and weighting not in ("", profile.sequence):
        yield Finding("SEQUENCE_NOT_COVERED", "refuse", f"The scan is {weighting}; the profile '{profile.id}' is for "
                      f"{profile.sequence}.", "Choose a profile for this sequence.")
    if roi.voxel_count > 0:
        yield from _check_dimensions(profile, roi)
    yield from _check_planes(profile, image)
    if not image.reading.knows_millimetres:
        yield from _check_millimetres(profile)
    if image.modality == "PT" and image.reading.value_unit != SUV and profile.bin_width is not None:
        yield Finding("PROFILE_NEEDS_SUV", "refuse", f"The profile '{profile.id}' has bins of {profile.bin_width:g} "
                      "SUV; the values of this PET are no SUV.", "Load the DICOM series with dose, weight and times, "
                      "or use a profile with a fixed number of bins.")


def _check_dimensions(profile: ExtractionProfile, roi: Roi) -> Iterator[Finding]:
    across = roi.plane_axis
    if across is not None and _measures_in_space(profile):
        yield Finding("PROFILE_NEEDS_VOLUME", "refuse", f"The region has one slice; the profile '{profile.id}' "
                      "measures in 3-D.", "Draw the region on several slices, or choose a profile for 2-D.")
        return
    if profile.force_2d and "shape2D" in profile.feature_classes and across != profile.force_2d_dimension:
        axis = _AXES[profile.force_2d_dimension]
        where = f"lies across the {_AXES[across]}" if across is not None else "has several slices"
        yield Finding("REGION_NOT_FLAT", "refuse", f"The region {where}; the profile '{profile.id}' measures the shape "
                      f"of a region of one slice across the {axis}.", "Draw the region on one such slice.")
    if profile.definitions == "pyradiomics" and "LoG" in profile.image_types and roi.geometry.plane_axis is not None:
        yield Finding("NO_LOG_IN_2D", "warn", "The filter LoG works in 3-D, as pyradiomics has it; on a 2-D image it "
                      "has no values.", "Leave LoG out of a profile for 2-D.")


def _check_planes(profile: ExtractionProfile, image: BoneImage) -> Iterator[Finding]:
    """A warning if the planes of a 2-D analysis are not the slices of a scan of thick slices."""
    spacing = image.geometry.spacing_kji
    across = spacing.index(max(spacing))
    if not profile.force_2d or image.geometry.plane_axis is not None:
        return
    if spacing[profile.force_2d_dimension] < 0.67 * spacing[across]:
        yield Finding("PLANES_ACROSS_SLICES", "warn", f"The profile '{profile.id}' looks at planes across the "
                      f"{_AXES[profile.force_2d_dimension]}; the scan is thickest across the {_AXES[across]}.",
                      f"Copy the profile and set force_2d_dimension to {across}.")


def _measures_in_space(profile: ExtractionProfile) -> bool:
    """True if some feature has no meaning in a single slice."""
    if profile.definitions == "ibsi":
        return bool({"morph", "loc"} & set(profile.feature_classes)) \
            or any(name.startswith("3D") for name in profile.ibsi.aggregations)
    return not profile.force_2d or "shape" in profile.feature_classes


def _check_millimetres(profile: ExtractionProfile) -> Iterator[Finding]:
    """A refusal if something that the profile asks for is in mm and the size of a pixel is unknown."""
    needs = [what for what, asked in (
        ("shape", any(name.startswith(("shape", "morph")) for name in profile.feature_classes)),
        ("resampling", profile.resample_mm is not None),
        ("normalisation on the neighbourhood", isinstance(profile.normalise, RobustNormalisation)
         and profile.normalise.extent == "neighbourhood"),
        ("the bias field", profile.bias_correction is not None),
        ("the filter LoG", "LoG" in profile.image_types), ("the filter Gradient", "Gradient" in profile.image_types),
    ) if asked]
    if needs:
        yield Finding("PIXEL_SIZE_NEEDED", "refuse", f"The size of a pixel is unknown, and the profile '{profile.id}' "
                      f"measures in mm ({', '.join(needs)}).", "State the size (--spacing on the command line, "
                      "Volumes in Slicer), or use a profile without these.")
