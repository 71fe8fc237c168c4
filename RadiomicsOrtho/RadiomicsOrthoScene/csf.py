"""The cerebrospinal fluid at L3 of an MR, from the named bodies of a segmentation."""

from __future__ import annotations

from RadiomicsOrthoLib.imaging.acquisition import WEIGHTINGS
from RadiomicsOrthoLib.regions.lumbar_mr.csf import LEVEL
from RadiomicsOrthoLib.regions.lumbar_mr.csf_proposal import with_csf
from RadiomicsOrthoLib.regions.origin import PROPOSED_TAG
from RadiomicsOrthoLib.regions.proposal import Proposal, ProposedRegion

from .edits import is_edited
from .proposals import add_proposal
from .segments import anatomy_of_segment, roi_of_segment
from .tags import segments_of, tag
from .volumes import bone_image, known_modality, known_weighting


def reason_no_csf(volumeNode, segmentationNode) -> str:
    """What is missing to find the fluid, as a key: ``modality``, ``weighting``, ``level``, ``edited``; empty if none.

    ``edited`` says that there is a region of fluid already, drawn or changed by hand.
    """
    if volumeNode is None or known_modality(volumeNode)[0] != "MR":
        return "modality"
    if known_weighting(volumeNode) not in WEIGHTINGS:
        return "weighting"
    if LEVEL not in _bodies(segmentationNode):
        return "level"
    if any(is_edited(segment) or not tag(segment, PROPOSED_TAG) for segment in segments_of(segmentationNode).values()
           if anatomy_of_segment(segment)["compartment"] == "csf"):
        return "edited"
    return ""


def add_csf(segmentationNode, volumeNode) -> tuple[str, dict[str, object]]:
    """Add the region of fluid, in place of one that was proposed before; its id, and what was measured on it.

    Raises InputError with one sentence where none is plausible; the segmentation is then unchanged.
    """
    image = bone_image(volumeNode)
    bodies = Proposal(tuple(ProposedRegion(roi_of_segment(segmentationNode, segmentId, volumeNode))
                            for segmentId in _bodies(segmentationNode).values()))
    proposal = with_csf(image, bodies, only=True)
    segmentId, = add_proposal(proposal, segmentationNode, volumeNode)
    return segmentId, proposal.summary["csf"]


def _bodies(segmentationNode) -> dict[str, str]:
    """Level → segment id of the whole bodies that are named."""
    found = {}
    for segmentId, segment in segments_of(segmentationNode).items():
        anatomy = anatomy_of_segment(segment)
        if anatomy["site"] == "vertebra" and anatomy["level"] and anatomy["compartment"] == "whole-body":
            found[anatomy["level"]] = segmentId
    return found
