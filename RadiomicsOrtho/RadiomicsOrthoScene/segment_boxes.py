"""Bones of a segmentation, packed for another process: only what lies in their boxes is looked at.

A mask of the whole scan for each of many vertebrae would hold up the window for seconds.
"""

from __future__ import annotations

import json

import numpy as np
import slicer
import vtk
from RadiomicsOrthoLib.imaging.box import tight_box
from RadiomicsOrthoLib.imaging.lattice import lattice_map
from RadiomicsOrthoLib.regions.origin import BODY_TAG
from RadiomicsOrthoLib.regions.vertebra.body_regions import INCOMPLETE

from .body_levels import MEASURES_TAG
from .edits import follow_scan, made_by, voxels_of
from .proposals import accounts_of, suggestion_of
from .segments import anatomy_of_segment
from .tags import segments_of, tag
from .volumes import geometry_of


def packed_bones(segmentationNode, volumeNode, site: str) -> tuple[dict, dict[str, np.ndarray]] | None:
    """The bones of ``site`` as ``RadiomicsOrthoLib.regions.proposal_files.packed`` gives them.

    ``None`` where there are none, or where the segmentation does not lie on the volume's voxels: it is another scan's.
    """
    if segmentationNode is None or not segmentationNode.GetSegmentation().GetNumberOfSegments() \
            or not segmentationNode.CreateBinaryLabelmapRepresentation():
        return None
    shape = tuple(volumeNode.GetImageData().GetDimensions()[::-1])
    geometry, toWorld = geometry_of(volumeNode, shape), _to_world(segmentationNode)
    regions, bodies, masks = [], [], {}
    for segment in segments_of(segmentationNode).values():
        anatomy = anatomy_of_segment(segment)
        if anatomy["site"] != site or toWorld is None:
            continue
        mask, ijkToLocal = voxels_of(segment)
        box = tight_box(mask)
        if box is None:
            continue
        part = mask[box]
        matrix = toWorld @ ijkToLocal
        matrix[:3, 3] += matrix[:3, :3] @ [side.start for side in box[::-1]]
        lattice = lattice_map(matrix, part.shape, geometry)
        if lattice is None:
            return None
        turned = np.flip(part.transpose(lattice.axes), [axis for axis in range(3) if lattice.reversed_[axis]])
        last = np.add(lattice.start, turned.shape)
        if min(lattice.start) < 0 or np.any(last > shape):
            return None
        follow_scan(segmentationNode, segment)
        number = tag(segment, BODY_TAG)
        number = int(number) if number.isdigit() else None
        masks[str(len(regions))] = np.packbits(turned)
        regions.append({**anatomy, "made_by": made_by(segment) or "Slicer segment", "name": segment.GetName(),
                        "colour": None, "body": number,
                        "box": [[int(start), int(end)] for start, end in zip(lattice.start, last, strict=True)]})
        if number and anatomy["compartment"] == "whole-body":
            measures = json.loads(tag(segment, MEASURES_TAG) or "{}")
            bodies.append({"number": number, "complete": INCOMPLETE not in segment.GetName(),
                           "genant": {"suggested_grade": measures.get("suggested_grade") or 0}})
    if not regions:
        return None
    # what was said of levels may be out of date
    said = [remark for account in accounts_of(segmentationNode)[-1:] for remark in account["remarks"]
            if not remark["code"].startswith("LEVEL_")]
    return {"regions": regions, "remarks": said,
            "summary": {"bodies": bodies, "level_suggestion": suggestion_of(segmentationNode)}}, masks


def lies_on(segmentationNode, volumeNode) -> bool:
    """True if a segmentation was made for a volume, or its voxels are voxels of the volume."""
    reference = segmentationNode.GetNodeReference(segmentationNode.GetReferenceImageGeometryReferenceRole())
    if reference is not None or not segmentationNode.GetSegmentation().GetNumberOfSegments():
        return reference is volumeNode
    toWorld = _to_world(segmentationNode)
    geometry = geometry_of(volumeNode, tuple(volumeNode.GetImageData().GetDimensions()[::-1]))
    found = [voxels_of(segment) for segment in segments_of(segmentationNode).values()] if toWorld is not None else []
    return bool(found) and all(lattice_map(toWorld @ matrix, mask.shape, geometry) is not None
                               for mask, matrix in found if mask.any())


def segmentation_on(volumeNode):
    """The first segmentation that was made for a volume and has segments; ``None`` if there is none."""
    return next((node for node in slicer.util.getNodesByClass("vtkMRMLSegmentationNode")
                 if node.GetSegmentation().GetNumberOfSegments() and volumeNode.GetImageData() is not None
                 and lies_on(node, volumeNode)), None)


def _to_world(segmentationNode) -> np.ndarray | None:
    """4×4 matrix from the segmentation's own positions to the world; ``None`` under a warping transform."""
    transform = segmentationNode.GetParentTransformNode()
    matrix = vtk.vtkMatrix4x4()
    if transform is not None:
        if not transform.IsTransformToWorldLinear():
            return None
        transform.GetMatrixTransformToWorld(matrix)
    return slicer.util.arrayFromVTKMatrix(matrix)
