"""The cerebrospinal fluid at L3 beside the bodies that are proposed on MR."""

from __future__ import annotations

from dataclasses import replace

from ...errors import InputError
from ...imaging.image import BoneImage
from ..proposal import Proposal, ProposedRegion, Remark
from ..roi import Roi
from .csf import LEVEL, METHOD, CsfRegion, csf_region


def with_csf(image: BoneImage, proposal: Proposal, only: bool = False) -> Proposal:
    """``proposal`` and, behind its body L3, a region of cerebrospinal fluid; ``only`` leaves the bodies out.

    Where none is plausible, a remark says why; with ``only`` that is an InputError.
    """
    bodies = {region.roi.level: region.roi.mask for region in proposal.regions
              if region.roi.level and region.roi.compartment == "whole-body"}
    try:
        found = csf_region(image, bodies)
    except InputError as error:
        if only:
            raise
        return replace(proposal, remarks=(*proposal.remarks, Remark(
            "CSF_NOT_FOUND", f"No cerebrospinal fluid region was made: {_lowered(str(error))}", refused=True)))
    region = ProposedRegion(csf_roi(image, found))
    summary = {**proposal.summary, "csf": {"level": LEVEL, "mean": found.mean, "sd": found.sd,
                                           "behind_rear_wall_mm": found.behind_mm}}
    remark = Remark("CSF_PROPOSED", f"The cerebrospinal fluid at {LEVEL} was placed by its signal and its place in the "
                    "canal.", "Check that it holds no nerve root, fat or vein, and move it if it does.")
    return Proposal((region,) if only else (*proposal.regions, region), summary, (*proposal.remarks, remark))


def csf_roi(image: BoneImage, found: CsfRegion) -> Roi:
    """The region as a ROI with its level."""
    return Roi(found.mask, image.geometry, level=LEVEL, compartment="csf", made_by=METHOD)


def _lowered(sentence: str) -> str:
    return sentence if sentence.startswith("L3") else sentence[:1].lower() + sentence[1:]
