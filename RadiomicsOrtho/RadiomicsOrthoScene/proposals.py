"""What was proposed, as segments: a normal segmentation that remembers where it came from."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import slicer
from RadiomicsOrthoLib.regions.origin import BODY_TAG, PROPOSED_TAG
from RadiomicsOrthoLib.regions.proposal import Proposal, ProposedRegion
from RadiomicsOrthoLib.regions.roi import Roi
from RadiomicsOrthoLib.regions.same_region import same_region, shared_part
from RadiomicsOrthoLib.regions.vertebra.levels import fitted_levels

from .body_levels import DERIVED_TAG, MEASURES_TAG, PROPOSAL_TAG, name_bodies, write_title
from .edits import fingerprint_of, is_edited, mark_edits, remember_scan
from .segment_display import tell_parts_apart
from .segments import add_segment, anatomy_of_segment, check_same_transform, place_beside, roi_of_segment
from .single_body import neighbours
from .tags import segments_of, set_tag, tag

#: role by which a segmentation refers to the text node with what its proposals said
PROPOSALS_ROLE = "RadiomicsOrtho.Proposals"


@dataclass(frozen=True)
class EditedSegment:
    """A segment that was proposed, edited by hand since, and would be proposed anew."""

    id: str
    name: str


def edited_segments(segmentationNode, volumeNode, proposal: Proposal) -> tuple[EditedSegment, ...]:
    """The hand edits that ``proposal`` would replace."""
    mark_edits(segmentationNode)
    beside = neighbours(proposal, segmentationNode, volumeNode).ids
    return tuple(EditedSegment(segmentId, segment.GetName())
                 for segmentId, segment in _earlier(segmentationNode, proposal, beside).items() if is_edited(segment))


def add_proposal(proposal: Proposal, segmentationNode, volumeNode, keep: Collection[str] = ()) -> tuple[str, ...]:
    """Write the regions as segments, in place of those of earlier proposals of the same bones; returns their ids.

    Segments whose ids are in ``keep`` stay as they are, and what was proposed at their place is left out.  A whole
    bone that stays keeps its parts, and gets no other ones: those of the proposal were made from another outline.
    Segments that nothing proposed are never touched, nor are the neighbours of a vertebra proposed alone.  Levels that
    a person named before are carried over.  Raises InputError if segmentation and volume lie under different
    transforms; the segmentation is then unchanged.
    """
    check_same_transform(segmentationNode, volumeNode)
    beside = neighbours(proposal, segmentationNode, volumeNode)
    earlier = _earlier(segmentationNode, proposal, beside.ids)
    wholes = _whole_bones(earlier, keep)
    kept = {segmentId: roi_of_segment(segmentationNode, segmentId, volumeNode)
            for segmentId, segment in earlier.items() if segmentId in keep or _bone(segment) in wholes}
    regions, matches = _without(proposal.regions, kept)
    for bone, wholeId in wholes.items():
        region = matches.get(wholeId)
        regions = [other for other in regions if region is None or _bone_of(other) != _bone_of(region)]
        matches = {**{partId: region for partId in kept if _bone(earlier[partId]) == bone}, **matches}
    derived = _derived(proposal, segmentationNode, volumeNode, beside.ids)
    levels = beside.levels or _named_before(earlier, segmentationNode, volumeNode, proposal)
    number = _remember(proposal, segmentationNode, volumeNode, bool(beside.numbers))
    segmentation = segmentationNode.GetSegmentation()
    with slicer.util.NodeModify(segmentationNode):
        for segmentId in earlier:
            if segmentId not in kept:
                segmentation.RemoveSegment(segmentId)
        ids = [_add(region, segmentationNode, volumeNode, number, proposal.summary) for region in regions]
        for segmentId in kept:
            _renumber(segmentation.GetSegment(segmentId), _number(matches.get(segmentId)), number)
        for segmentId, region in derived.items():
            _renumber(segmentation.GetSegment(segmentId), _number(region), number)
        for segmentId, body in beside.numbers.items():
            _renumber(segmentation.GetSegment(segmentId), body, number)
        if kept or derived or beside.numbers:
            _in_order(segmentation)
        if levels:
            name_bodies(segmentationNode, levels)
    display = segmentationNode.GetDisplayNode()
    for segmentId in ids if display else ():
        # Slicer hides a segment that is added after the selected one was removed
        display.SetSegmentVisibility(segmentId, True)
    tell_parts_apart(segmentationNode, ids)
    return tuple(ids)


def accounts_of(segmentationNode) -> tuple[dict, ...]:
    """What the proposals said whose segments are there: ``summary`` and ``remarks`` of each, the oldest first."""
    present = {tag(segment, PROPOSAL_TAG) for segment in segments_of(segmentationNode).values()} - {""}
    return tuple(entry for entry in _accounts(segmentationNode) if str(entry["number"]) in present)


def suggestion_of(segmentationNode) -> dict | None:
    """Which level the newest proposal of vertebrae suggests for which body (``number``, ``level``, ``reason``)."""
    found = [account["summary"].get("level_suggestion") for account in accounts_of(segmentationNode)
             if account["summary"].get("site") == "vertebra"]
    return found[-1] if found else None


def _earlier(segmentationNode, proposal: Proposal, beside: Collection[str]) -> dict[str, object]:
    """Proposed segments of the bones that ``proposal`` is about, by their ids; those of ``beside`` are of others."""
    bones = {(region.roi.site, region.roi.side) for region in proposal.regions}
    found = {}
    for segmentId, segment in segments_of(segmentationNode).items():
        anatomy = anatomy_of_segment(segment)
        if (tag(segment, PROPOSED_TAG) and not tag(segment, DERIVED_TAG) and segmentId not in beside
                and (anatomy["site"], anatomy["side"]) in bones):
            found[segmentId] = segment
    return found


def _bone(segment) -> tuple[str, ...]:
    """Which bone of which proposal a segment is a part of."""
    anatomy = anatomy_of_segment(segment)
    return tag(segment, PROPOSAL_TAG), tag(segment, BODY_TAG), anatomy["site"], anatomy["side"] or ""


def _bone_of(region: ProposedRegion) -> tuple[object, ...]:
    """The same of a region of one proposal."""
    return region.roi.site, region.roi.side, region.body


def _whole_bones(earlier: dict, keep: Collection[str]) -> dict[tuple[str, ...], str]:
    """The bones whose whole region is among those in ``keep``, and its id."""
    return {_bone(earlier[segmentId]): segmentId for segmentId in keep
            if segmentId in earlier and anatomy_of_segment(earlier[segmentId])["compartment"] == "whole-body"}


def _derived(proposal: Proposal, segmentationNode, volumeNode,
             beside: Collection[str]) -> dict[str, ProposedRegion | None]:
    """Segments that were made from bodies proposed before, and the body of ``proposal`` that each lies in."""
    bodies = _whole_bodies(proposal)
    found = {}
    for segmentId, segment in segments_of(segmentationNode).items() if bodies else ():
        if tag(segment, DERIVED_TAG) and tag(segment, PROPOSAL_TAG) and segmentId not in beside:
            found[segmentId] = _most_alike(roi_of_segment(segmentationNode, segmentId, volumeNode), bodies)
    return found


def _whole_bodies(proposal: Proposal) -> list[ProposedRegion]:
    return [region for region in proposal.regions if region.body is not None
            and region.roi.compartment == "whole-body"]


def _most_alike(roi: Roi, bodies: list[ProposedRegion]) -> ProposedRegion | None:
    """The body that shares most with a region, if it is enough to be the same bone."""
    match = max(bodies, key=lambda region: shared_part(region.roi, roi))
    return match if same_region(match.roi, roi) else None


def _in_order(segmentation) -> None:
    """Bodies from above downwards, each before its parts, behind everything else; those kept would come first."""
    def place(segmentId: str) -> tuple[int, bool]:
        segment = segmentation.GetSegment(segmentId)
        number = int(tag(segment, BODY_TAG) or 0)
        return number, bool(number) and anatomy_of_segment(segment)["compartment"] != "whole-body"

    for index, segmentId in enumerate(sorted(segmentation.GetSegmentIDs(), key=place)):
        segmentation.SetSegmentIndex(segmentId, index)


def _add(region: ProposedRegion, segmentationNode, volumeNode, number: int, summary: dict) -> str:
    written = region.written()
    segmentId = add_segment(segmentationNode, region.roi, volumeNode, written.name)
    segment = segmentationNode.GetSegmentation().GetSegment(segmentId)
    segment.SetColor(*written.colour)
    # as the segment lies in its segmentation, whatever transform both are under
    for name, value in {**written.tags, PROPOSAL_TAG: str(number), PROPOSED_TAG: fingerprint_of(segment)}.items():
        set_tag(segment, name, value)
    remember_scan(segmentationNode, segment)
    if region.roi.compartment == "whole-body" and region.body is not None:
        entry = next((body for body in summary.get("bodies", ()) if body["number"] == region.body), {})
        set_tag(segment, MEASURES_TAG, _measures(entry))
    return segmentId


def _measures(entry: dict) -> str:
    """Heights and suggested grade of a body as the text of a tag; empty if they were not measured."""
    if not entry.get("heights"):
        return ""
    heights, genant = entry["heights"], entry["genant"]
    return json.dumps({"heights_mm": [heights[name] for name in ("anterior_mm", "middle_mm", "posterior_mm")],
                       "suggested_grade": genant["suggested_grade"], "deformity": genant["deformity"]})


def _number(region: ProposedRegion | None) -> int | None:
    return region.body if region is not None else None


def _renumber(segment, body: int | None, number: int) -> None:
    """Make a kept segment part of body ``body`` of proposal ``number``; ``None``: it has none there."""
    set_tag(segment, PROPOSAL_TAG, str(number))
    set_tag(segment, BODY_TAG, str(body) if body else "")
    if body and not anatomy_of_segment(segment)["level"]:
        write_title(segment, body, None)


def _without(regions: Iterable[ProposedRegion],
             kept: dict) -> tuple[list[ProposedRegion], dict[str, ProposedRegion]]:
    """The regions that are at no kept segment's place, and those that are (``id →`` region)."""
    left, matches = [], {}
    for region in regions:
        same = next((segmentId for segmentId, roi in kept.items() if _same(region, roi)), None)
        if same is None:
            left.append(region)
        else:
            matches[same] = region
    return left, matches


def _same(region: ProposedRegion, roi) -> bool:
    return region.roi.compartment == roi.compartment and same_region(region.roi, roi)


def _named_before(earlier: dict, segmentationNode, volumeNode, proposal: Proposal) -> tuple[str, ...]:
    """Levels of all bodies of ``proposal``, if one of them had been named by a person; else none."""
    bodies = _whole_bodies(proposal)
    if not bodies or bodies[0].roi.level:
        return ()
    for segmentId, segment in earlier.items():
        level = anatomy_of_segment(segment)["level"]
        if not level or anatomy_of_segment(segment)["compartment"] != "whole-body":
            continue
        match = _most_alike(roi_of_segment(segmentationNode, segmentId, volumeNode), bodies)
        if match is not None:
            return fitted_levels(max(region.body for region in bodies), match.body - 1, level)
    return ()


def _accounts(segmentationNode) -> list[dict]:
    node = segmentationNode.GetNodeReference(PROPOSALS_ROLE) if segmentationNode is not None else None
    return json.loads(node.GetText() or "[]") if node is not None else []


def _remember(proposal: Proposal, segmentationNode, volumeNode, go_on: bool) -> int:
    """Keep summary and remarks in a text node; returns the proposal's number.

    Earlier ones stay: undo may bring their segments back.  ``go_on``: the newest one's segments become part of this
    one, and so do its remarks.
    """
    accounts = _accounts(segmentationNode)
    number = 1 + max((entry["number"] for entry in accounts), default=0)
    told = list(accounts_of(segmentationNode)[-1]["remarks"]) if go_on else []
    told += [remark for remark in (remark.to_dict() for remark in proposal.remarks) if remark not in told]
    accounts.append({"number": number, "summary": proposal.summary, "remarks": told})
    node = segmentationNode.GetNodeReference(PROPOSALS_ROLE)
    if node is None:
        node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTextNode")
        segmentationNode.SetNodeReferenceID(PROPOSALS_ROLE, node.GetID())
        node.SetName(f"{segmentationNode.GetName()} proposals")
        place_beside(node, volumeNode)
    node.SetText(json.dumps(accounts, indent=1, ensure_ascii=False))
    return number
