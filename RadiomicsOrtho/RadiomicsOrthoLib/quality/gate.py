"""The gate that every number passes: all findings on an image and a ROI."""

from __future__ import annotations

from ..imaging.image import BoneImage
from ..regions.roi import Roi
from .finding import Finding, most_severe_first
from .image_checks import check_image
from .roi_checks import check_roi


def inspect(image: BoneImage, roi: Roi) -> tuple[Finding, ...]:
    """Findings on the image and on the ROI as it was drawn, the most severe first.

    ``roi`` lies on the image's grid; ``ValueError`` otherwise (the readers see to it).
    """
    if not image.geometry.same_place(roi.geometry):
        raise ValueError("the ROI is not on the image's grid")
    findings = list(check_image(image))
    found = {finding.code for finding in findings}
    if "NO_INTENSITY_VARIATION" not in found:
        findings += check_roi(image, roi, is_ct=image.modality in ("CT", "unknown") and "NOT_HU" not in found)
    return most_severe_first(findings)
