"""The gate that every number passes: all findings on an image and a ROI."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..errors import InputError
from ..imaging.image import BoneImage
from ..regions.roi import Roi
from ..regions.trabecular import DEFAULT_DEPTH_MM, trabecular_core
from .bone_checks import check_trabecular_values
from .contrast import Point
from .finding import Finding, most_severe_first, refusals
from .image_checks import check_image
from .roi_checks import check_roi
from .shape_checks import check_size


def inspect(image: BoneImage, roi: Roi, of_image: Iterable[Finding] | None = None,
            phantom: Sequence[Point] = ()) -> tuple[Finding, ...]:
    """Findings on the image and on the ROI as it was drawn, the most severe first.

    ``roi`` lies on the image's grid; ``ValueError`` otherwise (the readers see to it).  ``of_image`` is what
    ``check_image`` found, where several regions of one scan are inspected.  ``phantom`` holds points (RAS mm) in the
    rods of a calibration phantom, which are no vessels.
    """
    if not image.geometry.same_place(roi.geometry):
        raise ValueError("the ROI is not on the image's grid")
    findings = list(check_image(image) if of_image is None else of_image)
    found = {finding.code for finding in findings}
    if "NO_INTENSITY_VARIATION" not in found:
        findings += check_roi(image, roi, is_ct=_has_hu(image) and "NOT_HU" not in found, phantom=phantom)
    return most_severe_first(findings)


def inspect_core(image: BoneImage, core: Roi) -> tuple[Finding, ...]:
    """Findings on a trabecular core that was derived from an inspected region: its size, and on a CT its HU."""
    size = tuple(check_size(core))
    return size if refusals(size) or not _has_hu(image) else (*size, *check_trabecular_values(image, core))


def inspect_with_core(image: BoneImage, roi: Roi, of_image: Iterable[Finding] | None = None,
                      depth_mm: float = DEFAULT_DEPTH_MM) -> tuple[Finding, ...]:
    """``inspect``, and what a score would find in the trabecular core of a vertebra that was drawn whole.

    This is what a person is shown before anything is measured.
    """
    findings = inspect(image, roi, of_image)
    if refusals(findings) or not _has_hu(image) or roi.site != "vertebra" \
            or roi.compartment not in ("whole-body", "unknown") or roi.plane_axis is not None:
        return findings
    try:
        core = trabecular_core(roi, depth_mm)
    except InputError as error:
        return most_severe_first((*findings, Finding("NO_CORE", "warn", str(error), "No trabecular region can be "
                                                     "measured here.")))
    return most_severe_first((*findings, *inspect_core(image, core)))


def _has_hu(image: BoneImage) -> bool:
    return image.unit == "HU"
