"""What a profile measures of a drawn region, once the quality gate lets it pass."""

from __future__ import annotations

from collections.abc import Sequence

from ..imaging.image import BoneImage
from ..quality.finding import Finding, raise_refusals
from ..quality.gate import inspect, inspect_core
from ..regions.roi import Roi
from ..regions.trabecular import trabecular_core
from .extraction import RegionToMeasure
from .profile import ExtractionProfile
from .profile_checks import check_profile
from .semantic.answers import SemanticAnswers, check_fit


def checked_region(image: BoneImage, roi: Roi, profile: ExtractionProfile, core_depth_mm: float,
                   answers: SemanticAnswers | None = None, of_image: Sequence[Finding] | None = None,
                   ) -> RegionToMeasure:
    """What the profile measures of ``roi``, with all findings; RefusedError if one of them refuses.

    ``core_depth_mm`` is how much a trabecular core loses below the surface, where the profile is for one and a whole
    region was drawn; ``of_image`` are the findings on the scan, if they are known already.
    """
    findings = [*inspect(image, roi, of_image), *check_profile(profile, image, roi)]
    if answers:
        findings += check_fit(answers, image, roi)
    raise_refusals(findings)
    region = region_for_profile(profile, roi, core_depth_mm)
    if region is not roi:
        findings += inspect_core(image, region)
    raise_refusals(findings)
    return RegionToMeasure(region, roi, tuple(findings))


def region_for_profile(profile: ExtractionProfile, roi: Roi, core_depth_mm: float) -> Roi:
    """The trabecular core if the profile is for one and another region was drawn."""
    if profile.compartment == "trabecular" and roi.compartment in ("unknown", "whole-body"):
        return trabecular_core(roi, core_depth_mm)
    return roi
