"""Tags of segments: short texts that are saved with the segmentation and follow undo."""

from __future__ import annotations

import vtk


def tag(segment, name: str) -> str:
    """The value of a segment's tag; empty if it has none."""
    value = vtk.reference("")
    return str(value) if segment.GetTag(name, value) else ""


def set_tag(segment, name: str, value: str) -> None:
    """Write a tag, or remove it if ``value`` is empty; an equal one is not touched.

    Every write counts as a change of the segmentation, and ends what could be done again after an undo.
    """
    if value == tag(segment, name):
        return
    if value:
        segment.SetTag(name, value)
    else:
        segment.RemoveTag(name)


def segments_of(segmentationNode) -> dict[str, object]:
    """The segments by their ids, in their order; none for ``None``."""
    if segmentationNode is None:
        return {}
    segmentation = segmentationNode.GetSegmentation()
    return {name: segmentation.GetSegment(name) for name in segmentation.GetSegmentIDs()}
