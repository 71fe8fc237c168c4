"""Attenuations in colour inside the trabecular cores, over the scan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import slicer
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.regions.roi import Roi
from RadiomicsOrthoLib.regions.trabecular import trabecular_core
from RadiomicsOrthoLib.report.value_colours import HU_RANGE, scale_colour

from .result_nodes import find_result, remove_results, result_node
from .segment_boxes import packed_bones
from .segment_display import fill_again, outline
from .volumes import geometry_of, known_modality

KIND, VOLUME, COLOURS = "overlay", "overlay volume", "overlay colours"
#: what stands outside the cores; no scanner writes it
OUTSIDE = -32768
#: role and attribute by which a slice view knows what lay over the scan before, and how opaque
BEFORE_ROLE, OPACITY_ATTRIBUTE = "RadiomicsOrtho.ForegroundBefore", "RadiomicsOrtho.OpacityBefore"
SITES = ("vertebra", "proximal-femur")
_COLOURS = 256


def show_core(volumeNode, segmentationNode):
    """Lay the cores in colour over every slice view, with their legend; returns the volume of the cores.

    The segments are outlines meanwhile: filled, they would mix with the colours.

    Segments that are cores are taken as they are, of other bones the core is made for the picture only.  Raises
    InputError where the volume is no CT, or the segmentation has no bone on it.
    """
    modality = known_modality(volumeNode)[0]
    if modality not in ("CT", "unknown"):
        raise InputError("The colours show attenuations in HU, which only a CT has; choose a CT.")
    start, mask = _cores(volumeNode, segmentationNode)
    box = tuple(slice(first, first + length) for first, length in zip(start, mask.shape, strict=True))
    values = slicer.util.arrayFromVolume(volumeNode)[box]
    kind = np.int16 if np.issubdtype(values.dtype, np.integer) else np.float32
    shown = np.where(mask, np.clip(values, -3000, 32767), OUTSIDE).astype(kind)
    node = result_node("vtkMRMLScalarVolumeNode", VOLUME, "Trabecular core, HU", volumeNode)
    # a picture, and no scan to choose and measure
    node.SetHideFromEditors(True)
    slicer.util.updateVolumeFromArray(node, shown)
    _place(node, volumeNode, start)
    _style(node, volumeNode)
    for composite in slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode"):
        if composite.GetForegroundVolumeID() != node.GetID():
            composite.SetAttribute(OPACITY_ATTRIBUTE, repr(composite.GetForegroundOpacity()))
            composite.SetNodeReferenceID(BEFORE_ROLE, composite.GetForegroundVolumeID())
        composite.SetForegroundVolumeID(node.GetID())
        composite.SetForegroundOpacity(1.0)
    _legend(node)
    outline(segmentationNode, KIND)
    return node


def hide_core(volumeNode, segmentationNode=None) -> None:
    """Take the cores off the slice views, with all that belongs to them; what lay there before comes back."""
    node = find_result(VOLUME, volumeNode)
    if node is None:
        return
    fill_again(segmentationNode, KIND)
    for composite in slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode"):
        if composite.GetForegroundVolumeID() == node.GetID():
            composite.SetForegroundVolumeID(composite.GetNodeReferenceID(BEFORE_ROLE))
            composite.SetForegroundOpacity(float(composite.GetAttribute(OPACITY_ATTRIBUTE) or 0.0))
        composite.RemoveNodeReferenceIDs(BEFORE_ROLE)
        composite.RemoveAttribute(OPACITY_ATTRIBUTE)
    for number in reversed(range(node.GetNumberOfDisplayNodes())):
        slicer.mrmlScene.RemoveNode(node.GetNthDisplayNode(number))
    remove_results(KIND, volumeNode)


def core_shown(volumeNode) -> bool:
    return find_result(VOLUME, volumeNode) is not None


def _cores(volumeNode, segmentationNode) -> tuple[tuple[int, int, int], np.ndarray]:
    """First voxel (k, j, i) and mask of the smallest box with all cores."""
    geometry = geometry_of(volumeNode, tuple(volumeNode.GetImageData().GetDimensions()[::-1]))
    parts = []
    for site in SITES:
        packed = packed_bones(segmentationNode, volumeNode, site)
        parts += _parts(*packed, geometry, site) if packed else []
    if not parts:
        raise InputError("There is no bone on this scan whose core could be shown; segment one first.")
    first = np.min([start for start, _ in parts], axis=0)
    last = np.max([np.add(start, mask.shape) for start, mask in parts], axis=0)
    whole = np.zeros(last - first, bool)
    for start, mask in parts:
        whole[tuple(slice(a - f, a - f + n) for a, f, n in zip(start, first, mask.shape, strict=True))] |= mask
    return tuple(int(one) for one in first), whole


def _parts(entries, masks, geometry, site: str) -> list:
    """(first voxel, mask) of each core among packed bones."""
    regions = [(region, masks[str(number)]) for number, region in enumerate(entries["regions"])]
    cored = {_bone(region) for region, _ in regions if region["compartment"] == "trabecular"}
    found = []
    for region, bits in regions:
        start, end = np.array(region["box"]).T
        shape = tuple(int(n) for n in end - start)
        mask = np.unpackbits(bits, count=int(np.prod(shape))).reshape(shape).astype(bool)
        if region["compartment"] == "trabecular":
            found.append((start, mask))
        elif region["compartment"] in ("whole-body", "unknown") and _bone(region) not in cored:
            origin = tuple(float(x) for x in geometry.to_ras(start[np.newaxis])[0])
            roi = Roi(mask, replace(geometry, shape=shape, origin=origin), site=site, compartment="whole-body")
            try:
                found.append((start, trabecular_core(roi).mask))
            except InputError:
                # too thin for a core: nothing is measured there either
                continue
    return found


def _bone(region) -> tuple:
    return region["site"], region["level"], region["side"], region["body"]


def _place(node, volumeNode, start: tuple[int, int, int]) -> None:
    """The grid of the box, under the transform of the scan."""
    import vtk

    matrix = vtk.vtkMatrix4x4()
    volumeNode.GetIJKToRASMatrix(matrix)
    ijkToRas = slicer.util.arrayFromVTKMatrix(matrix)
    ijkToRas[:3, 3] += ijkToRas[:3, :3] @ np.array(start[::-1], float)
    slicer.util.updateVTKMatrixFromArray(matrix, ijkToRas)
    node.SetIJKToRASMatrix(matrix)
    node.SetAndObserveTransformNodeID(volumeNode.GetTransformNodeID())


def _style(node, volumeNode) -> None:
    node.CreateDefaultDisplayNodes()
    display = node.GetVolumeDisplayNode()
    display.SetAndObserveColorNodeID(_colours(volumeNode).GetID())
    display.AutoWindowLevelOff()
    display.SetWindowLevelMinMax(*HU_RANGE)
    # between a core and what stands outside there is nothing to interpolate
    display.InterpolateOff()
    display.AutoThresholdOff()
    display.SetLowerThreshold(OUTSIDE + 1)
    display.SetUpperThreshold(32767)
    display.ApplyThresholdOn()


def _legend(node) -> None:
    """Beside the volume that is shown already: a legend of one that is not stays hidden."""
    legend = slicer.vtkSlicerColorLogic.AddDefaultColorLegendDisplayNode(node)
    legend.SetTitleText("HU")
    legend.SetLabelFormat("%.0f")
    legend.SetNumberOfLabels(8)
    legend.SetMaxNumberOfColors(_COLOURS)
    legend.SetSize(0.08, 0.3)
    legend.SetPosition(0.97, 0.5)
    legend.SetVisibility(False)
    legend.SetVisibility(True)


def _colours(volumeNode):
    node = result_node("vtkMRMLColorTableNode", COLOURS, "Trabecular core, HU colours", volumeNode)
    node.SetTypeToUser()
    node.SetNumberOfColors(_COLOURS)
    node.SetHideFromEditors(True)
    for number in range(_COLOURS):
        node.SetColor(number, f"{number}", *scale_colour(number, 0, _COLOURS - 1), 1.0)
    node.GetLookupTable().SetTableRange(0, _COLOURS - 1)
    return node
