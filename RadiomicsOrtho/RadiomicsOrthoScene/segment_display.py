"""How segments are drawn: the parts of a bone without covering one another, and outlines where voxels are looked at."""

from __future__ import annotations

from collections.abc import Iterable

from .segments import anatomy_of_segment
from .tags import segments_of

#: parts that divide a femur among them, and the bone and its layers, which go through all of them
_PARTS = ("femoral-head", "femoral-neck", "trochanteric", "intertrochanteric")
_THROUGHOUT = ("whole-body", "trabecular", "cortical")
#: on the display node of a segmentation: how opaque its segments were filled before, and what they are outlined for
FILL_ATTRIBUTE, REASONS_ATTRIBUTE = "RadiomicsOrtho.FillBefore", "RadiomicsOrtho.OutlinedFor"
#: how opaque outlined segments are filled: what is measured stays visible
FILL = 0.1


def tell_parts_apart(segmentationNode, segmentIds: Iterable[str]) -> None:
    """Draw bones that were just added so that each part can be seen.

    Where a bone is divided into parts they are filled, and the whole and its layers are outlines; where there is only
    the core, the core is filled.  In 3-D nothing is drawn inside something else, or twice at the same place.
    """
    display = segmentationNode.GetDisplayNode()
    if display is None:
        return
    segments = segments_of(segmentationNode)
    kinds = {name: anatomy_of_segment(segments[name])["compartment"] for name in segmentIds}
    divided = any(kind in _PARTS for kind in kinds.values())
    cored = "trabecular" in kinds.values()
    whole = "whole-body" in kinds.values()
    for name, kind in kinds.items():
        if kind in _THROUGHOUT:
            outer = kind == "whole-body"
            display.SetSegmentVisibility2DFill(name, not divided and not (outer and cored))
            display.SetSegmentVisibility3D(name, not divided and (outer or not whole))


def drawn_outside(segmentationNode, segmentIds: Iterable[str]) -> list[str]:
    """Those of the segments that are drawn in 3-D; all where there is nothing to tell by."""
    display = segmentationNode.GetDisplayNode()
    return [name for name in segmentIds if display is None or display.GetSegmentVisibility3D(name)]


def outline(segmentationNode, reason: str) -> None:
    """Show the segments as outlines while there is such a ``reason``."""
    display = segmentationNode.GetDisplayNode() if segmentationNode is not None else None
    if display is None:
        return
    if not display.GetAttribute(FILL_ATTRIBUTE):
        display.SetAttribute(FILL_ATTRIBUTE, repr(display.GetOpacity2DFill()))
        display.SetOpacity2DFill(FILL)
    display.SetAttribute(REASONS_ATTRIBUTE, " ".join(sorted(_reasons(display) | {reason})))


def fill_again(segmentationNode, reason: str) -> None:
    """That reason is gone; with the last one the segments are filled as before."""
    display = segmentationNode.GetDisplayNode() if segmentationNode is not None else None
    before = display.GetAttribute(FILL_ATTRIBUTE) if display is not None else None
    if not before:
        return
    left = _reasons(display) - {reason}
    display.SetAttribute(REASONS_ATTRIBUTE, " ".join(sorted(left)))
    if not left:
        display.SetOpacity2DFill(float(before))
        display.RemoveAttribute(FILL_ATTRIBUTE)


def _reasons(display) -> set[str]:
    return set((display.GetAttribute(REASONS_ATTRIBUTE) or "").split())
