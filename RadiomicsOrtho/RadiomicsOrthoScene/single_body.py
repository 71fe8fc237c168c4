"""A vertebral body that is proposed alone, beside those that are there already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from RadiomicsOrthoLib.regions.origin import BODY_TAG, PROPOSED_TAG
from RadiomicsOrthoLib.regions.proposal import Proposal
from RadiomicsOrthoLib.regions.same_region import same_region
from RadiomicsOrthoLib.regions.vertebra.levels import fitted_levels

from .body_levels import PROPOSAL_TAG, bodies_of
from .segments import anatomy_of_segment, roi_of_segment
from .tags import segments_of, tag


@dataclass(frozen=True)
class Neighbours:
    """Segments that a body proposed alone leaves as they are.

    ``ids`` are all of them, ``numbers`` say which body of the new proposal's count those of the newest one are, and
    ``levels`` name the bodies from number 1 on, if one was named.
    """

    ids: frozenset[str] = frozenset()
    numbers: Mapping[str, int] = field(default_factory=dict)
    levels: tuple[str, ...] = ()


def neighbours(proposal: Proposal, segmentationNode, volumeNode) -> Neighbours:
    """What stays beside the one body of ``proposal``; of a proposal of several, nothing does.

    Where the count of bodies in the segmentation is plainly another one (the one above has the higher number), the
    neighbours stay without a number.
    """
    if not proposal.summary.get("single"):
        return Neighbours()
    region = proposal.regions[0]
    stay, own, others = [], {}, {}
    bodies = {segmentId: body for body in bodies_of(segmentationNode) for segmentId in body.segmentIds}
    for ids in _bones(segmentationNode):
        body = bodies.get(ids[0])
        if same_region(region.roi, roi_of_segment(segmentationNode, ids[0], volumeNode)):
            own |= {body.number: body} if body else {}
            continue
        stay += ids
        others |= {body.number: body} if body else {}
    shift = region.body - min(own) if own else 0
    height = region.roi.geometry.to_ras([(part.start + part.stop - 1) / 2 for part in region.roi.box_slices()])[2]
    if not all(number + shift > 0 and number + shift != region.body
               and (_height(segmentationNode, body) > height) == (number + shift < region.body)
               for number, body in others.items()):
        return Neighbours(frozenset(stay))
    numbers = {segmentId: number + shift for number, body in others.items() for segmentId in body.segmentIds}
    named = {number + shift: body.level for number, body in {**others, **own}.items() if body.level}
    levels = ()
    if named and not region.roi.level:
        number, level = min(named.items())
        levels = fitted_levels(max([region.body, *numbers.values()]), number - 1, level)
    return Neighbours(frozenset(stay), numbers, levels)


def _bones(segmentationNode) -> list[list[str]]:
    """Ids of what was proposed of, or made from, each vertebra, its whole body first."""
    groups: dict[tuple[str, str], list[str]] = {}
    segments = segments_of(segmentationNode)
    for segmentId, segment in segments.items():
        if tag(segment, PROPOSED_TAG) and anatomy_of_segment(segment)["site"] == "vertebra":
            number = tag(segment, BODY_TAG)
            groups.setdefault((tag(segment, PROPOSAL_TAG), number or segmentId), []).append(segmentId)
    return [sorted(ids, key=lambda segmentId: anatomy_of_segment(segments[segmentId])["compartment"] != "whole-body")
            for ids in groups.values()]


def _height(segmentationNode, body) -> float:
    centre = [0.0, 0.0, 0.0]
    segmentationNode.GetSegmentCenterRAS(body.segmentIds[0], centre)
    return centre[2]
