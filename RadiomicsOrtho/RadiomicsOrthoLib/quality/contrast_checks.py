"""Findings on contrast agent, in the blood and in the spinal canal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..imaging.image import BoneImage
from ..regions.roi import Roi
from .canal_contrast import canal_contrast_hu
from .contrast import Point, enhanced_vessel_hu
from .finding import Finding

_REMEDY = "Use the native phase if there is one; contrast in the blood raises the HU of bone."


def check_contrast_agent(image: BoneImage, roi: Roi, phantom: Sequence[Point] = ()) -> Iterator[Finding]:
    """Findings on what the file states of contrast agent and on what the image shows near the region.

    ``phantom`` holds points (RAS mm) in the rods of a calibration phantom, which are as bright as enhanced blood.
    """
    yield from _check_blood(image, roi, phantom)
    if roi.site == "vertebra":
        in_canal = canal_contrast_hu(image, roi)
        if in_canal is not None:
            yield Finding("CONTRAST_IN_CANAL", "warn", f"The spinal canal behind the region has {in_canal:.0f} HU, as "
                          "after an injection of contrast agent into it (myelography).",
                          "Keep clear of the canal; do not take a reference from it, and use a scan without "
                          "myelography if there is one.")


def _check_blood(image: BoneImage, roi: Roi, phantom: Sequence[Point]) -> Iterator[Finding]:
    stated = image.acquisition.contrast_agent
    if stated:
        yield Finding("CONTRAST_STATED", "warn", "The scan was made with contrast agent.", _REMEDY)
        return
    seen = enhanced_vessel_hu(image, roi, phantom)
    if seen is not None:
        contradiction = ", although it was stated that none was given" if stated is False else ""
        yield Finding("CONTRAST_LIKELY", "warn", "The scan looks contrast-enhanced: a vessel, an organ or bowel near "
                      f"the region has {seen:.0f} HU{contradiction}.", _REMEDY)
    elif stated is None:
        yield Finding("CONTRAST_NOT_STATED", "note", "The file does not say whether contrast agent was given. No "
                      "enhanced vessel was found near the region, which does not prove that none was.")
