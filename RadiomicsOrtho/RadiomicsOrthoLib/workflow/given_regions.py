"""Regions of a file, taken as they are in place of a search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..errors import InputError
from ..imaging.segmentation_file import Segment, SegmentationFile
from ..regions.from_file import roi_of_segment, with_stated_anatomy
from ..regions.origin import BODY_TAG
from ..regions.proposal import Proposal, ProposedRegion
from ..regions.vertebra.body_regions import INCOMPLETE


def given_regions(segmentation: SegmentationFile, chosen: Sequence[Segment] = (),
                  suggestion: Mapping[str, object] | None = None,
                  stated: Mapping[str, str] | None = None) -> Proposal:
    """The ``chosen`` segments as regions, by default all that hold bone.

    ``suggestion`` is the level that an earlier run suggested (number of a body, level); ``stated`` the anatomy that a
    person names where there is one region.  InputError if there is no bone region, or a segment states another anatomy.
    """
    regions, bodies = [], []
    for segment in chosen or segmentation.segments:
        roi = roi_of_segment(segmentation, segment)
        if not roi.voxel_count or roi.compartment == "csf":
            continue
        body = segment.tags.get(BODY_TAG, "")
        number = int(body) if body.isdigit() else None
        regions.append(ProposedRegion(with_stated_anatomy(roi, **(stated or {})), segment.name, None, number))
        if number and roi.compartment == "whole-body":
            bodies.append({"number": number, "complete": INCOMPLETE not in segment.name})
    if not regions:
        raise InputError(f"'{segmentation.path}' holds no bone region; draw one, or leave it out to have bones looked "
                         "for.")
    return Proposal(tuple(regions), {"bodies": bodies, "level_suggestion": suggestion})
