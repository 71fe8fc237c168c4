"""Levels of proposed vertebral bodies: one is named, the others follow."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import slicer
from RadiomicsOrthoLib.regions.origin import BODY_TAG, PROPOSED_TAG
from RadiomicsOrthoLib.regions.terminology import segment_name, terminology_entry
from RadiomicsOrthoLib.regions.vertebra.levels import moved, named_levels, renumbered

from .edits import fingerprint_of, is_edited, remember_scan
from .segments import anatomy_of_segment
from .tags import segments_of, set_tag, tag

#: the segment tag with the number of the proposal that it came with
PROPOSAL_TAG = "RadiomicsOrtho.Proposal"
#: the segment tag with the heights and the suggested grade of a body, as JSON
MEASURES_TAG = "RadiomicsOrtho.Measures"
#: the segment tag of what a person had made, such as a trabecular core of a region: no proposal replaces it
DERIVED_TAG = "RadiomicsOrtho.Derived"
#: what stands behind the name of a body that the scan cuts off
INCOMPLETE = "(incomplete)"


@dataclass(frozen=True)
class Body:
    """A vertebral body, ``number`` 1 for the uppermost, with its segments (the whole body first).

    ``level`` is what was named, ``suggested`` what it probably is as long as nothing was.  ``measures`` are
    ``heights_mm`` (front, middle, rear), ``suggested_grade`` and ``deformity``, or empty.
    """

    number: int
    segmentIds: tuple[str, ...]
    level: str | None = None
    suggested: str | None = None
    complete: bool = True
    edited: bool = False
    measures: Mapping[str, object] = field(default_factory=dict)


def bodies_of(segmentationNode, suggestion: Mapping[str, object] | None = None) -> tuple[Body, ...]:
    """The bodies of the newest proposal from above downwards; of what was drawn by hand there are none.

    ``suggestion`` says which body (``number``) probably has which ``level``.
    """
    groups: dict[int, list[str]] = {}
    segments = segments_of(segmentationNode)
    for segmentId in _newest(segments):
        groups.setdefault(int(tag(segments[segmentId], BODY_TAG)), []).append(segmentId)
    suggested = _suggested(suggestion, max(groups, default=0))
    found = []
    for number, ids in sorted(groups.items()):
        ids.sort(key=lambda segmentId: anatomy_of_segment(segments[segmentId])["compartment"] != "whole-body")
        first = segments[ids[0]]
        found.append(Body(number, tuple(ids), anatomy_of_segment(first)["level"], None,
                          INCOMPLETE not in first.GetName(), any(is_edited(segments[name]) for name in ids),
                          json.loads(tag(first, MEASURES_TAG) or "{}")))
    if any(body.level for body in found):
        return tuple(found)
    return tuple(Body(**{**vars(body), "suggested": suggested.get(body.number)}) for body in found)


def follow_body(segmentationNode, segmentId: str, bodyId: str) -> None:
    """Make a segment belong to the body that the segment ``bodyId`` belongs to, so that it shares its level.

    Hand edits of it are told, also where that segment is no proposed body.
    """
    remember_voxels(segmentationNode, segmentId)
    segmentation = segmentationNode.GetSegmentation()
    segment, body = segmentation.GetSegment(segmentId), segmentation.GetSegment(bodyId)
    if tag(body, BODY_TAG):
        for name in (BODY_TAG, PROPOSAL_TAG):
            set_tag(segment, name, tag(body, name))
        write_title(segment, int(tag(body, BODY_TAG)), anatomy_of_segment(body)["level"])


def remember_voxels(segmentationNode, segmentId: str) -> None:
    """Have hand edits told from now on of a segment that a person had made."""
    segment = segmentationNode.GetSegmentation().GetSegment(segmentId)
    set_tag(segment, DERIVED_TAG, "yes")
    set_tag(segment, PROPOSED_TAG, fingerprint_of(segment))
    remember_scan(segmentationNode, segment)


def name_body(segmentationNode, bodies: Sequence[Body], number: int, level: str) -> None:
    """Name one body; the others follow.

    Raises InputError if no spine has levels for all of them; nothing is named then.
    """
    # a suggestion of the body above is no reason to think of a spine with eleven ribs
    named = {body.number: body.level for body in bodies}
    numbers = range(1, max(named) + 1)
    name_bodies(segmentationNode, renumbered([named.get(other) for other in numbers], number - 1, level))


def move_level(segmentationNode, bodies: Sequence[Body], origin: int, target: int) -> None:
    """Give the body numbered ``target`` the level, or the suggested one, of that numbered ``origin``; all follow.

    Raises InputError if no spine has room for that; nothing is named then.
    """
    named = {body.number: body.level or body.suggested for body in bodies}
    numbers = range(1, max(named) + 1)
    name_bodies(segmentationNode, moved([named.get(number) for number in numbers], origin - 1, target - 1))


def name_bodies(segmentationNode, levels: Sequence[str]) -> None:
    """Write level names on all segments of the newest proposal; ``levels`` start at body number 1.

    A region of fluid that was proposed behind one of the bodies is named as that body is.
    """
    segments = segments_of(segmentationNode)
    before = {body.level: levels[body.number - 1] for body in bodies_of(segmentationNode) if body.level}
    # the views are told once, not with every write
    with slicer.util.NodeModify(segmentationNode):
        for segmentId in _newest(segments):
            number = int(tag(segments[segmentId], BODY_TAG))
            write_title(segments[segmentId], number, levels[number - 1])
            set_tag(segments[segmentId], "TerminologyEntry", terminology_entry("vertebra", levels[number - 1]))
        for segment in segments.values():
            anatomy = anatomy_of_segment(segment)
            if anatomy["compartment"] == "csf" and tag(segment, PROPOSED_TAG) and anatomy["level"] in before:
                segment.SetName(segment_name("unknown", before[anatomy["level"]], None, "csf"))


def write_title(segment, number: int, level: str | None) -> None:
    """Name a segment by its body's level, or by its number as long as it has none."""
    name = segment_name("vertebra", level, None, anatomy_of_segment(segment)["compartment"])
    if level is None:
        name = name.replace("vertebra", f"vertebra {number}")
    if INCOMPLETE in segment.GetName():
        name = f"{name} {INCOMPLETE}"
    if name != segment.GetName():
        segment.SetName(name)


def _newest(segments: Mapping[str, object]) -> list[str]:
    """Ids of the segments of the newest proposal that belong to a body."""
    numbered = {segmentId: int(tag(segment, PROPOSAL_TAG) or 0) for segmentId, segment in segments.items()
                if tag(segment, BODY_TAG)}
    newest = max(numbered.values(), default=0)
    return [segmentId for segmentId, number in numbered.items() if number == newest]


def _suggested(suggestion: Mapping[str, object] | None, count: int) -> dict[int, str]:
    if not suggestion or suggestion["number"] < 1:
        return {}
    # of bodies that were proposed one by one the lowest may be missing
    names = named_levels(max(count, suggestion["number"]), suggestion["number"] - 1, suggestion["level"])
    return dict(enumerate(names, 1))
