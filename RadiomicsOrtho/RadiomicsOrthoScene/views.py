"""What the slice views show, through their nodes: with or without a window."""

from __future__ import annotations

import numpy as np
import slicer
from RadiomicsOrthoLib.regions.roi import Roi

from .volumes import geometry_of

#: name, orientation preset, letter and bar colour of the standard slice views
_STANDARD_VIEWS = (("Red", "Axial", "R", (0.95, 0.29, 0.2)), ("Green", "Coronal", "G", (0.43, 0.69, 0.29)),
                   ("Yellow", "Sagittal", "Y", (0.93, 0.84, 0.3)))


def show_region(volumeNode, roi: Roi) -> None:
    """The scan as background of every slice view, all of them at the region's centre."""
    for composite in slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode"):
        composite.SetBackgroundVolumeID(volumeNode.GetID())
    if not roi.voxel_count:
        return
    # where the volume is shown, which is not where a 2-D image of stated pixel size is measured
    shown = geometry_of(volumeNode, roi.mask.shape)
    centre = [float(x) for x in shown.to_ras(np.argwhere(roi.mask).mean(axis=0))]
    for sliceNode in slicer.util.getNodesByClass("vtkMRMLSliceNode"):
        sliceNode.JumpSliceByCentering(*centre)


def show_segment(segmentationNode, segmentId: str) -> None:
    """All slice views at a segment's centre."""
    centre = [0.0, 0.0, 0.0]
    segmentationNode.GetSegmentCenterRAS(segmentId, centre)
    for sliceNode in slicer.util.getNodesByClass("vtkMRMLSliceNode"):
        sliceNode.JumpSliceByCentering(*centre)


def add_standard_views() -> None:
    """Nodes of the three slice views, for a scene that is made without the application.

    Slicer takes them over when it opens the scene, and so shows what was meant to be seen.
    """
    for name, orientation, letter, colour in _STANDARD_VIEWS:
        sliceNode = slicer.mrmlScene.CreateNodeByClass("vtkMRMLSliceNode")
        sliceNode.UnRegister(None)
        sliceNode.SetName(name)
        sliceNode.SetLayoutName(name)
        sliceNode.SetLayoutLabel(letter)
        sliceNode.SetLayoutColor(colour)
        sliceNode.SetSingletonTag(name)
        sliceNode.SetOrientation(orientation)
        slicer.mrmlScene.AddNode(sliceNode)
        composite = slicer.mrmlScene.CreateNodeByClass("vtkMRMLSliceCompositeNode")
        composite.UnRegister(None)
        composite.SetLayoutName(name)
        composite.SetSingletonTag(name)
        slicer.mrmlScene.AddNode(composite)
