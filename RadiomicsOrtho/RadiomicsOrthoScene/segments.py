"""Segments as ROI, and ROI as segments with terminology."""

from __future__ import annotations

import numpy as np
import slicer
import vtk
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.imaging.lattice import lattice_map
from RadiomicsOrthoLib.regions.from_file import anatomy_of
from RadiomicsOrthoLib.regions.roi import Roi
from RadiomicsOrthoLib.regions.terminology import (
    COLOURS,
    COMPARTMENT_TAG,
    MADE_BY_TAG,
    has_code,
    segment_name,
    terminology_entry,
)
from vtk.util.numpy_support import vtk_to_numpy

from .edits import follow_scan, made_by
from .tags import tag
from .volumes import geometry_of

_BINARY_LABELMAP = "Binary labelmap"


def roi_of_segment(segmentationNode, segmentId: str, volumeNode) -> Roi:
    """The segment's voxels on the volume's grid, with the anatomy that it states.

    Raises InputError if the segment was drawn on another grid: it would have to be
    resampled, and that must not happen silently.
    """
    segment = segmentationNode.GetSegmentation().GetSegment(segmentId)
    if segment is None:
        raise InputError("The segment is gone; choose another one.")
    if not segmentationNode.CreateBinaryLabelmapRepresentation():
        raise InputError(f"The segment '{segment.GetName()}' is empty; draw the region first.")
    array = slicer.util.arrayFromVolume(volumeNode)
    geometry = geometry_of(volumeNode, array.shape)
    labelmap = segment.GetRepresentation(_BINARY_LABELMAP)
    if labelmap is not None and labelmap.GetNumberOfPoints() > 0 \
            and not _on_grid(segmentationNode, labelmap, geometry):
        raise InputError(f"The segment '{segment.GetName()}' and the volume '{volumeNode.GetName()}' do not share a "
                         "geometry; choose the volume on which it was drawn, or set the volume as the "
                         "segmentation's source geometry.")
    mask = slicer.util.arrayFromSegmentBinaryLabelmap(segmentationNode, segmentId, volumeNode)
    mask = np.zeros(array.shape, bool) if mask is None else mask > 0
    follow_scan(segmentationNode, segment)
    return Roi(mask, geometry, **anatomy_of_segment(segment), made_by=made_by(segment) or "Slicer segment")


def anatomy_of_segment(segment) -> dict[str, str | None]:
    """Site, level, side and compartment of a segment, from its tags, name and terminology."""
    return anatomy_of(segment.GetName() or "",
                      {name: tag(segment, name) for name in ("TerminologyEntry", COMPARTMENT_TAG)})


def describe_segment(segment, site: str, level: str | None, side: str | None, compartment: str) -> None:
    """Write the anatomy on a segment: name, colour, SNOMED CT terminology and compartment.

    For the site ``unknown`` name and terminology state no bone any more, unless the compartment says what it is.
    """
    site = "unknown" if compartment == "csf" else site
    segment.SetColor(*COLOURS[compartment])
    segment.SetTag(COMPARTMENT_TAG, compartment)
    if not has_code(site, compartment):
        if anatomy_of_segment(segment)["site"] != "unknown":
            segment.SetName("Segment")
        segment.RemoveTag("TerminologyEntry")
        return
    segment.SetName(segment_name(site, level, side, compartment))
    segment.SetTag("TerminologyEntry", terminology_entry(site, level, side, compartment))


def add_segment(segmentationNode, roi: Roi, volumeNode, name: str | None = None) -> str:
    """A new segment of ``roi`` (on the volume's grid); returns its id.

    Raises InputError if segmentation and volume lie under different transforms: Slicer
    writes the voxels in local coordinates.
    """
    check_same_transform(segmentationNode, volumeNode)
    segmentation = segmentationNode.GetSegmentation()
    segmentId = segmentation.AddEmptySegment("", name or segment_name(roi.site, roi.level, roi.side, roi.compartment))
    segment = segmentation.GetSegment(segmentId)
    if has_code(roi.site, roi.compartment):
        describe_segment(segment, roi.site, roi.level, roi.side, roi.compartment)
        if name:
            segment.SetName(name)
    else:
        segment.SetColor(*COLOURS[roi.compartment])
        segment.SetTag(COMPARTMENT_TAG, roi.compartment)
    segment.SetTag(MADE_BY_TAG, roi.made_by)
    if roi.box:
        _write_voxels(roi, segmentationNode, segmentId, volumeNode)
    return segmentId


def check_same_transform(segmentationNode, volumeNode) -> None:
    """InputError if a region on the volume's voxels would come to lie elsewhere in the segmentation."""
    if segmentationNode.GetParentTransformNode() is not volumeNode.GetParentTransformNode():
        raise InputError(f"'{segmentationNode.GetName()}' and '{volumeNode.GetName()}' lie under different transforms; "
                         "put both under the same one, or harden them.")


def _write_voxels(roi: Roi, segmentationNode, segmentId: str, volumeNode) -> None:
    """The voxels inside the mask's box; a copy of the whole scan for each of many segments takes seconds."""
    box = roi.box.slices
    inner = np.ascontiguousarray(roi.mask[box], np.uint8)
    image = slicer.vtkOrientedImageData()
    image.SetExtent(*(end for part in box[::-1] for end in (part.start, part.stop - 1)))
    image.AllocateScalars(vtk.VTK_UNSIGNED_CHAR, 1)
    vtk_to_numpy(image.GetPointData().GetScalars())[:] = inner.ravel()
    matrix = vtk.vtkMatrix4x4()
    volumeNode.GetIJKToRASMatrix(matrix)
    image.SetGeometryFromImageToWorldMatrix(matrix)
    ids = vtk.vtkStringArray()
    ids.InsertNextValue(segmentId)
    if not slicer.modules.segmentations.logic().ImportLabelmapToSegmentationNode(image, segmentationNode, ids):
        raise RuntimeError("the segment could not be written")


def new_segmentation(volumeNode, name: str):
    """An empty segmentation on the volume's grid, beside it in the subject hierarchy."""
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)
    node.CreateDefaultDisplayNodes()
    # the transform comes first: otherwise the grid is the turned one, and saving resamples every segment onto it
    node.SetAndObserveTransformNodeID(volumeNode.GetTransformNodeID())
    node.SetReferenceImageGeometryParameterFromVolumeNode(volumeNode)
    place_beside(node, volumeNode)
    return node


def place_beside(node, neighbour) -> None:
    """Put ``node`` next to ``neighbour`` in the subject hierarchy; where it is if ``neighbour`` is ``None``."""
    if neighbour is None:
        return
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    item, parent = hierarchy.GetItemByDataNode(node), hierarchy.GetItemByDataNode(neighbour)
    if item and parent:
        hierarchy.SetItemParent(item, hierarchy.GetItemParent(parent))


def _on_grid(segmentationNode, labelmap, geometry: Geometry) -> bool:
    """True if the labelmap's voxels are voxels of the grid (it may cover a part, and its axes may be turned)."""
    matrix = vtk.vtkMatrix4x4()
    labelmap.GetImageToWorldMatrix(matrix)
    toWorld = vtk.vtkMatrix4x4()
    transform = segmentationNode.GetParentTransformNode()
    if transform is not None:
        if not transform.IsTransformToWorldLinear():
            return False
        transform.GetMatrixTransformToWorld(toWorld)
    ijkToRas = slicer.util.arrayFromVTKMatrix(toWorld) @ slicer.util.arrayFromVTKMatrix(matrix)
    return lattice_map(ijkToRas, tuple(labelmap.GetDimensions()[::-1]), geometry) is not None
