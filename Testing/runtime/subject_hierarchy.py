"""Automatic subject-hierarchy items.

In the application a Qt plugin logic gives every data node an item. Code that
asks `GetItemByDataNode` would get 0 (invalid) without it, so the plain part is
done here: an item per data node, none for hidden nodes, removed with the node.
"""

from __future__ import annotations

from typing import Any

import slicer
import vtk

_WITH_ITEM = (
    "vtkMRMLDisplayableNode",
    "vtkMRMLTableNode",
    "vtkMRMLTextNode",
    "vtkMRMLPlotChartNode",
    "vtkMRMLPlotSeriesNode",
)
_WITHOUT_ITEM = ("vtkMRMLCameraNode", "vtkMRMLClipModelsNode")


class SubjectHierarchyKeeper:
    """Observes the scene and keeps one item per data node."""

    def __init__(self, scene: Any) -> None:
        self._scene = scene
        scene.AddObserver(scene.NodeAddedEvent, self._on_added)
        scene.AddObserver(scene.NodeRemovedEvent, self._on_removed)
        scene.AddObserver(scene.EndBatchProcessEvent, self._on_batch_end)

    def _hierarchy(self) -> Any:
        return slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(self._scene)

    @staticmethod
    def _wants_item(node: Any) -> bool:
        return (
            any(node.IsA(name) for name in _WITH_ITEM)
            and not any(node.IsA(name) for name in _WITHOUT_ITEM)
            and not node.GetHideFromEditors()
        )

    def _add(self, node: Any) -> None:
        hierarchy = self._hierarchy()
        if self._wants_item(node) and not hierarchy.GetItemByDataNode(node):
            hierarchy.CreateItem(hierarchy.GetSceneItemID(), node)

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _on_added(self, _scene: Any, _event: str, node: Any) -> None:
        if not self._scene.IsBatchProcessing():
            self._add(node)

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _on_removed(self, _scene: Any, _event: str, node: Any) -> None:
        if self._scene.IsClosing() or not self._wants_item(node):
            return
        hierarchy = self._hierarchy()
        item = hierarchy.GetItemByDataNode(node)
        if item:
            hierarchy.RemoveItem(item, False, False)

    def _on_batch_end(self, _scene: Any, _event: str) -> None:
        # ties the items of a loaded file to their nodes, before new ones are made
        vtk.vtkObject.SetGlobalWarningDisplay(False)
        slicer.vtkMRMLSubjectHierarchyNode.ResolveSubjectHierarchy(self._scene)
        vtk.vtkObject.SetGlobalWarningDisplay(True)
        for index in range(self._scene.GetNumberOfNodes()):
            self._add(self._scene.GetNthNode(index))
