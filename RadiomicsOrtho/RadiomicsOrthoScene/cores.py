"""The trabecular core of a segment as a segment beside it."""

from __future__ import annotations

from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.regions.trabecular import DEFAULT_DEPTH_MM, trabecular_core

from .body_levels import follow_body
from .segments import add_segment, roi_of_segment


def add_core(segmentationNode, segmentId: str, volumeNode, depth_mm: float = DEFAULT_DEPTH_MM) -> str:
    """Add everything of a segment that lies deeper than ``depth_mm`` as a new segment; returns its id.

    It shares the level of its body.  Raises InputError with one sentence; the segmentation is then unchanged.
    """
    roi = roi_of_segment(segmentationNode, segmentId, volumeNode)
    if not roi.voxel_count:
        raise InputError("The segment is empty; draw the bone first.")
    coreId = add_segment(segmentationNode, trabecular_core(roi, depth_mm), volumeNode)
    follow_body(segmentationNode, coreId, segmentId)
    display = segmentationNode.GetDisplayNode()
    if display:
        # the whole bone as an outline, so that the core inside can be judged
        display.SetSegmentVisibility2DFill(segmentId, False)
    return coreId
