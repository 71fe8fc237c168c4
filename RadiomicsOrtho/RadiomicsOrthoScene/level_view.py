"""The slice views at one level: centred, close enough to see it, and along the spine if that is wanted."""

from __future__ import annotations

import numpy as np
import slicer
import vtk

from .edits import voxels_of
from .segments import anatomy_of_segment
from .tags import segments_of

#: how many times the region fits into the shorter side of a view
REGIONS_ACROSS = 3.5
#: a view is never closer than this (mm)
CLOSEST_MM = 60.0
#: attribute of a tilted slice view with its orientation of before
TILTED_ATTRIBUTE = "RadiomicsOrtho.OrientationBefore"


def jump_to_region(segmentationNode, segmentId: str, tilt: bool = False) -> None:
    """Centre every slice view on a segment, so close that its neighbours are seen too.

    With ``tilt`` axial views lie across the spine at that level instead of across the body.
    """
    low, high = _bounds(segmentationNode, segmentId)
    centre, size = (low + high) / 2, high - low
    normal = spine_direction(segmentationNode, segmentId) if tilt else None
    for sliceNode in slicer.util.getNodesByClass("vtkMRMLSliceNode"):
        _tilt(sliceNode, normal)
        sliceNode.JumpSliceByCentering(*(float(x) for x in centre))
        _zoom(sliceNode, size)


def look_at_bones(segmentationNode) -> None:
    """All bones in the middle of the slice views, and in the 3-D views from the front and left."""
    bounds = [0.0] * 6
    segmentationNode.GetRASBounds(bounds)
    low, high = np.array(bounds[::2]), np.array(bounds[1::2])
    if np.any(high < low):
        return
    centre = [float(x) for x in (low + high) / 2]
    # through the middle bone, where the middle of all may lie between two
    middle = min((_centre(segmentationNode, name) for name in segments_of(segmentationNode)),
                 key=lambda point: float(np.linalg.norm(point - centre)))
    for sliceNode in slicer.util.getNodesByClass("vtkMRMLSliceNode"):
        _tilt(sliceNode, None)
        sliceNode.JumpSliceByCentering(*centre)
        sliceNode.JumpSliceByOffsetting(*(float(x) for x in middle))
        _zoom(sliceNode, high - low, 1.25)
    away = np.array([-0.5, 0.85, 0.1])
    for camera in slicer.util.getNodesByClass("vtkMRMLCameraNode"):
        distance = 0.6 * float(np.linalg.norm(high - low)) / np.sin(np.radians(camera.GetViewAngle() / 2))
        camera.SetFocalPoint(*centre)
        camera.SetPosition(*(float(x) for x in centre + distance * away / np.linalg.norm(away)))
        camera.SetViewUp(0.0, 0.0, 1.0)
        camera.ResetClippingRange()


def straighten() -> None:
    """Slice views that were tilted lie as before."""
    for sliceNode in slicer.util.getNodesByClass("vtkMRMLSliceNode"):
        _tilt(sliceNode, None)


def spine_direction(segmentationNode, segmentId: str) -> np.ndarray | None:
    """Unit vector (RAS) along the spine at a vertebra, upwards, from its neighbours; ``None`` without neighbours."""
    segments = segments_of(segmentationNode)
    bodies = {}
    for name, segment in segments.items():
        anatomy = anatomy_of_segment(segment)
        if anatomy["site"] == "vertebra" and (name == segmentId or anatomy["compartment"] == "whole-body"):
            bodies[name] = _centre(segmentationNode, name)
    if segmentId not in bodies:
        return None
    # a core lies in its body: it is no neighbour
    here = bodies[segmentId]
    others = [centre for name, centre in bodies.items() if name == segmentId or np.linalg.norm(centre - here) > 10.0]
    heights = sorted(others, key=lambda centre: centre[2])
    place = next(index for index, centre in enumerate(heights) if centre is here)
    below, above = heights[max(place - 1, 0)], heights[min(place + 1, len(heights) - 1)]
    along = above - below
    length = np.linalg.norm(along)
    return along / length if length > 0 else None


def _centre(segmentationNode, segmentId: str) -> np.ndarray:
    """The centre of a segment (RAS mm)."""
    centre = [0.0, 0.0, 0.0]
    segmentationNode.GetSegmentCenterRAS(segmentId, centre)
    return np.array(centre)


def _bounds(segmentationNode, segmentId: str) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest RAS (mm) of the boxes around a segment's voxels."""
    mask, ijkToLocal = voxels_of(segmentationNode.GetSegmentation().GetSegment(segmentId))
    if not mask.any():
        return _centre(segmentationNode, segmentId), _centre(segmentationNode, segmentId)
    found = np.argwhere(mask)[:, ::-1]
    corners = np.array(np.meshgrid(*zip(found.min(0), found.max(0), strict=True))).reshape(3, -1)
    local = ijkToLocal[:3, :3] @ corners + ijkToLocal[:3, 3:]
    matrix, transform = vtk.vtkMatrix4x4(), segmentationNode.GetParentTransformNode()
    if transform is not None and transform.IsTransformToWorldLinear():
        transform.GetMatrixTransformToWorld(matrix)
    toWorld = slicer.util.arrayFromVTKMatrix(matrix)
    world = toWorld[:3, :3] @ local + toWorld[:3, 3:]
    return world.min(axis=1), world.max(axis=1)


def _zoom(sliceNode, size: np.ndarray, times: float = REGIONS_ACROSS) -> None:
    """A field of view that holds a box of ``size`` (mm) so many times; the shape of the view on the screen stays."""
    across = slicer.util.arrayFromVTKMatrix(sliceNode.GetSliceToRAS())[:3, :2]
    extent = np.maximum(np.abs(across.T) @ size * times, CLOSEST_MM)
    width, height = (max(int(n), 1) for n in sliceNode.GetDimensions()[:2])
    scale = float(np.max(extent / (width, height)))
    sliceNode.SetFieldOfView(scale * width, scale * height, sliceNode.GetFieldOfView()[2])


def _tilt(sliceNode, normal: np.ndarray | None) -> None:
    """An axial view across ``normal``; for ``None`` one that was tilted lies as before."""
    before = sliceNode.GetAttribute(TILTED_ATTRIBUTE)
    if normal is None:
        if before:
            sliceNode.SetOrientation(before)
            sliceNode.RemoveAttribute(TILTED_ATTRIBUTE)
        return
    if not before and sliceNode.GetOrientation() != "Axial":
        return
    sliceNode.SetAttribute(TILTED_ATTRIBUTE, before or "Axial")
    # the patient's left stays at the right of the view
    across = np.array([-1.0, 0.0, 0.0])
    across -= normal * (across @ normal)
    across /= np.linalg.norm(across)
    matrix = sliceNode.GetSliceToRAS()
    for column, axis in enumerate((across, np.cross(across, normal), normal)):
        for row in range(3):
            matrix.SetElement(row, column, float(axis[row]))
    sliceNode.UpdateMatrices()
