"""Markups on a 2-D image as regions: a closed curve, or three points."""

from __future__ import annotations

from dataclasses import dataclass

import slicer
from RadiomicsOrthoLib.regions.planar.proposal import Anatomy, propose_ellipse, propose_neck_box, propose_polygon
from RadiomicsOrthoLib.regions.proposal import Proposal

from .body_levels import remember_voxels
from .segments import add_segment
from .volumes import bone_image

#: how the points of a shape are called when they are set
POINT_LABELS = {"polygon": (), "ellipse": ("centre", "end", "side"), "neck-box": ("head", "base", "cortex")}
#: a markups node's attribute with its shape
SHAPE_ATTRIBUTE = "RadiomicsOrtho.PlanarShape"


@dataclass(frozen=True)
class PlanarRegion:
    """A region that was made: its segment, and what was measured on the way."""

    segmentId: str
    proposal: Proposal


def new_markups(shape: str, name: str):
    """A markups node for the points of ``shape`` (a key of ``POINT_LABELS``): a polygon, or three points."""
    labels = POINT_LABELS[shape]
    node = slicer.mrmlScene.AddNewNodeByClass(
        "vtkMRMLMarkupsFiducialNode" if labels else "vtkMRMLMarkupsClosedCurveNode", name)
    node.CreateDefaultDisplayNodes()
    node.SetAttribute(SHAPE_ATTRIBUTE, shape)
    if labels:
        node.SetMaximumNumberOfControlPoints(len(labels))
    else:
        # straight from point to point: what is seen is what is measured
        node.SetCurveTypeToLinear()
    return node


def shape_of(markupsNode) -> str:
    """The shape that a markups node was made for; that of its kind where nothing says it."""
    shape = markupsNode.GetAttribute(SHAPE_ATTRIBUTE)
    if shape in POINT_LABELS:
        return shape
    return "polygon" if markupsNode.IsA("vtkMRMLMarkupsClosedCurveNode") else "ellipse"


def label_points(markupsNode) -> None:
    """Call each point by its part in the shape."""
    for number, label in enumerate(POINT_LABELS[shape_of(markupsNode)][:markupsNode.GetNumberOfControlPoints()]):
        if markupsNode.GetNthControlPointLabel(number) != label:
            markupsNode.SetNthControlPointLabel(number, label)


def points_of(markupsNode) -> list[tuple[float, float, float]]:
    """Where the shape runs (RAS mm in the world): its points, or those along a smooth closed curve."""
    if markupsNode.IsA("vtkMRMLMarkupsClosedCurveNode") and \
            markupsNode.GetCurveType() != slicer.vtkCurveGenerator.CURVE_TYPE_LINEAR_SPLINE:
        return [tuple(point) for point in slicer.util.arrayFromMarkupsCurvePoints(markupsNode, world=True)]
    found = []
    for number in range(markupsNode.GetNumberOfControlPoints()):
        if markupsNode.GetNthControlPointPositionStatus(number) == markupsNode.PositionDefined:
            position = [0.0, 0.0, 0.0]
            markupsNode.GetNthControlPointPositionWorld(number, position)
            found.append(tuple(position))
    return found


def points_missing(markupsNode) -> int:
    """How many points are still to be set, at least."""
    return max(0, 3 - (0 if markupsNode is None else len(points_of(markupsNode))))


def make_region(markupsNode, segmentationNode, volumeNode, side: str = "") -> PlanarRegion:
    """A new segment of the shape's pixels on a 2-D volume.

    Raises InputError with one sentence; the segmentation is then unchanged.
    """
    shape, image = shape_of(markupsNode), bone_image(volumeNode)
    points = points_of(markupsNode)
    if shape == "neck-box":
        proposal = propose_neck_box(image, points, side or None)
    else:
        proposal = (propose_polygon if shape == "polygon" else propose_ellipse)(image, points, Anatomy())
    region = proposal.regions[0]
    segmentId = add_segment(segmentationNode, region.roi, volumeNode, region.name or None)
    remember_voxels(segmentationNode, segmentId)
    return PlanarRegion(segmentId, proposal)


def is_planar(volumeNode) -> bool:
    """Whether a volume has a single slice."""
    imageData = volumeNode.GetImageData() if volumeNode is not None else None
    return imageData is not None and imageData.GetNumberOfPoints() > 0 and 1 in imageData.GetDimensions()

