"""Which proposed segments were edited by hand since."""

from __future__ import annotations

import numpy as np
import slicer
import vtk
from RadiomicsOrthoLib.regions.origin import PROPOSED_TAG, fingerprint, is_changed, with_edit
from RadiomicsOrthoLib.regions.terminology import MADE_BY_TAG
from vtk.util.numpy_support import vtk_to_numpy

from .tags import segments_of, set_tag, tag

#: the segment tag with where the scan lay when the voxels were proposed: rows of its matrix from voxel index to RAS mm
SCAN_TAG = "RadiomicsOrtho.Scan"
_BINARY_LABELMAP = "Binary labelmap"


def fingerprint_of(segment) -> str:
    """What tells a segment's present voxels from others."""
    return fingerprint(*voxels_of(segment))


def is_edited(segment) -> bool:
    """True if a segment was proposed and its voxels are others now."""
    proposed = tag(segment, PROPOSED_TAG)
    return bool(proposed) and is_changed(proposed, *voxels_of(segment))


def made_by(segment) -> str:
    """How a segment came about, ``, edited`` included; empty if nothing is known."""
    stated = tag(segment, MADE_BY_TAG)
    return with_edit(stated, is_edited(segment)) if tag(segment, PROPOSED_TAG) else stated


def follow_scan(segmentationNode, segment) -> None:
    """Tell a hardened transform from an edit: where the scan was moved, a segment moved with it is what was proposed.

    A segment that was moved alone is edited.
    """
    proposed, scan = tag(segment, PROPOSED_TAG), scan_matrix(segmentationNode)
    if not proposed or scan is None:
        return
    stored = tag(segment, SCAN_TAG)
    if not stored:
        # from a file: what is done from now on can be told
        remember_scan(segmentationNode, segment)
        return
    before = np.vstack([np.array(stored.split(), float).reshape(3, 4), [0, 0, 0, 1]])
    if np.allclose(scan, before, atol=1e-4):
        return
    mask, ijkToRas = voxels_of(segment)
    if is_changed(proposed, mask, ijkToRas) and not is_changed(proposed, mask, before @ np.linalg.inv(scan) @ ijkToRas):
        set_tag(segment, PROPOSED_TAG, fingerprint_of(segment))
        remember_scan(segmentationNode, segment)


def remember_scan(segmentationNode, segment) -> None:
    """Write into a segment where its scan lies."""
    scan = scan_matrix(segmentationNode)
    if scan is not None:
        set_tag(segment, SCAN_TAG, " ".join(f"{value:.8g}" for value in scan[:3].ravel()))


def scan_matrix(segmentationNode) -> np.ndarray | None:
    """4×4 from voxel index to RAS mm of the scan whose grid a segmentation has, below any transform; or ``None``."""
    volumeNode = segmentationNode.GetNodeReference(segmentationNode.GetReferenceImageGeometryReferenceRole())
    if volumeNode is None:
        return None
    matrix = vtk.vtkMatrix4x4()
    volumeNode.GetIJKToRASMatrix(matrix)
    return slicer.util.arrayFromVTKMatrix(matrix)


def mark_edits(segmentationNode) -> tuple[str, ...]:
    """Write into the tags which proposed segments are edited, or no longer; returns the ids of those that are.

    So that a file says it too, that is saved and used elsewhere.
    """
    edited = []
    for segmentId, segment in segments_of(segmentationNode).items():
        if tag(segment, PROPOSED_TAG):
            follow_scan(segmentationNode, segment)
            changed = is_edited(segment)
            set_tag(segment, MADE_BY_TAG, with_edit(tag(segment, MADE_BY_TAG), changed))
            if changed:
                edited.append(segmentId)
    return tuple(edited)


def voxels_of(segment) -> tuple[np.ndarray, np.ndarray]:
    """Boolean array (k, j, i) over the extent of the segment's own labelmap, which other segments may share.

    And its 4×4 matrix from voxel index to RAS mm, below any transform of the segmentation, which moves the scan, too.
    """
    labelmap = segment.GetRepresentation(_BINARY_LABELMAP)
    if labelmap is None or labelmap.GetPointData().GetScalars() is None or labelmap.GetNumberOfPoints() == 0:
        return np.zeros((1, 1, 1), bool), np.eye(4)
    labels = vtk_to_numpy(labelmap.GetPointData().GetScalars()).reshape(labelmap.GetDimensions()[::-1])
    matrix = vtk.vtkMatrix4x4()
    labelmap.GetImageToWorldMatrix(matrix)
    ijkToRas = slicer.util.arrayFromVTKMatrix(matrix)
    # the array begins where the extent does
    ijkToRas[:3, 3] += ijkToRas[:3, :3] @ labelmap.GetExtent()[::2]
    return labels == segment.GetLabelValue(), ijkToRas
