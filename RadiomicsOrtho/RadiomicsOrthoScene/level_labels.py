"""The value of each region beside its outline in the views."""

from __future__ import annotations

import slicer
import vtk
from RadiomicsOrthoLib import RESEARCH_USE_ONLY

from .level_values import Quantity, segments_named
from .result_nodes import find_result, remove_results, result_node
from .segment_display import drawn_outside, fill_again, outline

KIND = "labels"
#: letters of a name (``L1``, ``left``) before its value; a longer one stands behind it
LONGEST_PLACE = 12


def show_values(segmentationNode, quantity: Quantity, volumeNode):
    """Write the value of every region at its centre, locked, and show the segments as outlines.

    What lies inside or over other segments, such as the layers of a femur, gets none: its centre is theirs.
    """
    node = result_node("vtkMRMLMarkupsFiducialNode", KIND, "Values at the levels", volumeNode)
    # the views are told once
    with slicer.util.NodeModify(node):
        node.SetFixedNumberOfControlPoints(False)
        node.RemoveAllControlPoints()
        for value in quantity.values:
            for segmentId in drawn_outside(segmentationNode, segments_named(segmentationNode, value.region)[:1]):
                centre = [0.0, 0.0, 0.0]
                segmentationNode.GetSegmentCenterRAS(segmentId, centre)
                node.AddControlPointWorld(vtk.vtkVector3d(*centre), _text(value))
        node.SetLocked(True)
        node.SetFixedNumberOfControlPoints(True)
    node.SetDescription(f"{quantity.title}. {RESEARCH_USE_ONLY}")
    _style(node)
    outline(segmentationNode, KIND)
    return node


def _text(value) -> str:
    """A level and its value; the value first where the name is so long that a view may cut its end off."""
    place = value.place or value.region
    return f"{place}: {value.text}" if len(place) <= LONGEST_PLACE else f"{value.text}, {place}"


def hide_values(segmentationNode, volumeNode) -> None:
    """Remove the values; segments are filled as before."""
    node = find_result(KIND, volumeNode)
    for number in reversed(range(node.GetNumberOfDisplayNodes() if node is not None else 0)):
        slicer.mrmlScene.RemoveNode(node.GetNthDisplayNode(number))
    remove_results(KIND, volumeNode)
    fill_again(segmentationNode, KIND)


def values_shown(volumeNode) -> bool:
    return find_result(KIND, volumeNode) is not None


def _style(node) -> None:
    """Two ways: beside the spine every value is seen, across it the one of the level; else they would lie in a heap."""
    along = {view.GetID() for view in slicer.util.getNodesByClass("vtkMRMLSliceNode")
             if view.GetOrientation() in ("Sagittal", "Coronal")}
    others = {view.GetID() for view in slicer.util.getNodesByClass("vtkMRMLAbstractViewNode")} - along
    node.CreateDefaultDisplayNodes()
    if node.GetNumberOfDisplayNodes() < 2:
        second = slicer.mrmlScene.AddNewNodeByClass(node.GetDisplayNode().GetClassName())
        node.AddAndObserveDisplayNodeID(second.GetID())
    for number, views in enumerate((others, along)):
        display = node.GetNthDisplayNode(number)
        display.SetViewNodeIDs(sorted(views))
        display.SetVisibility(bool(views) or not number)
        display.SetSliceProjection(bool(number))
        display.SetSliceProjectionUseFiducialColor(True)
        display.SetSliceProjectionOpacity(1.0)
        display.SetPointLabelsVisibility(True)
        display.SetTextScale(2.5)
        display.SetGlyphTypeFromString("Vertex2D")
        display.SetGlyphScale(1.0)
        display.SetSelectedColor(1.0, 1.0, 1.0)
        display.SetColor(1.0, 1.0, 1.0)
        # inside of surfaces, too
        display.SetOccludedVisibility(True)
        display.SetOccludedOpacity(1.0)
