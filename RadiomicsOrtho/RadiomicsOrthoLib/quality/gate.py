"""The gate that every number passes: all findings on an image and a ROI."""

from __future__ import annotations

from collections.abc import Iterable

from ..imaging.image import BoneImage
from ..regions.roi import Roi
from .finding import Finding, most_severe_first
from .image_checks import check_image
from .roi_checks import check_roi


def inspect(image: BoneImage, roi: Roi, of_image: Iterable[Finding] | None = None) -> tuple[Finding, ...]:
    """Findings on the image and on the ROI as it was drawn, the most severe first.

    ``roi`` lies on the image's grid; ``ValueError`` otherwise (the readers see to it).  ``of_image`` is what
    ``check_image`` found, where several regions of one scan are inspected.
    """
    if not image.geometry.same_place(roi.geometry):
        raise ValueError("the ROI is not on the image's grid")
    findings = list(check_image(image) if of_image is None else of_image)
    found = {finding.code for finding in findings}
    if "NO_INTENSITY_VARIATION" not in found:
        findings += check_roi(image, roi, is_ct=image.modality in ("CT", "unknown") and "NOT_HU" not in found)
    return most_severe_first(findings)
