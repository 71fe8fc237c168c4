"""Segments in the colours of their values, and back to their own."""

from __future__ import annotations

import slicer
from RadiomicsOrthoLib.report.value_colours import from_triple, triple_of

from .level_values import Quantity, segments_named, segments_of_same_bone
from .segments import anatomy_of_segment
from .tags import segments_of, set_tag, tag

#: the segment tag with its own colour (red green blue, 0 … 1), and the one that it was given (0 … 255)
OWN_COLOUR_TAG = "RadiomicsOrtho.OwnColour"
#: of a bone that has no value
NO_VALUE = (0.6, 0.6, 0.6)


def colour_by(segmentationNode, quantity: Quantity) -> None:
    """Give each bone, with its parts, the colour of its value, and a part with a value of its own that of its own;
    bones without a value are grey.

    Their own colours could be taken for those of classes.
    """
    with slicer.util.NodeModify(segmentationNode):
        restore_colours(segmentationNode)
        given = {segmentId: value.colour for value in quantity.values
                 for segmentId in segments_of_same_bone(segmentationNode, value.region)}
        given |= {segmentId: value.colour for value in quantity.values
                  for segmentId in segments_named(segmentationNode, value.region)}
        for segmentId, segment in segments_of(segmentationNode).items():
            if segmentId in given or anatomy_of_segment(segment)["site"] != "unknown":
                own = " ".join(repr(part) for part in segment.GetColor())
                colour = triple_of(given.get(segmentId, NO_VALUE))
                set_tag(segment, OWN_COLOUR_TAG, f"{own} {colour}")
                segment.SetColor(*from_triple(colour))


def restore_colours(segmentationNode) -> None:
    """Give the segments their own colours back; one that a person has coloured since keeps that."""
    for segment in segments_of(segmentationNode).values():
        parts = tag(segment, OWN_COLOUR_TAG).split()
        if parts:
            if triple_of(segment.GetColor()) == " ".join(parts[3:]):
                segment.SetColor(*map(float, parts[:3]))
            set_tag(segment, OWN_COLOUR_TAG, "")


def is_coloured(segmentationNode) -> bool:
    """True if segments have the colours of their values."""
    return any(tag(segment, OWN_COLOUR_TAG) for segment in segments_of(segmentationNode).values())
