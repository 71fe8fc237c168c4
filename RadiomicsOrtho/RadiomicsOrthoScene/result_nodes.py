"""The nodes that hold the results of a volume: found again, replaced instead of piled up, and placed beside it."""

from __future__ import annotations

from collections.abc import Iterator

import slicer

#: what a node holds, so that the next result replaces it
KIND_ATTRIBUTE = "RadiomicsOrtho.Result"
#: role by which a node refers to the volume that its result is about
VOLUME_ROLE = "RadiomicsOrtho.ResultOf"
#: marks the folder in the subject hierarchy
FOLDER_ATTRIBUTE = "RadiomicsOrtho.Results"


def find_result(kind: str, volumeNode):
    """The node that holds results of ``kind`` about a volume; ``None`` if there is none."""
    return next((node for found, node in results_of(volumeNode) if found == kind), None)


def results_of(volumeNode) -> Iterator[tuple[str, object]]:
    """(kind, node) of every result about a volume."""
    if volumeNode is None:
        return
    for node in slicer.util.getNodesByClass("vtkMRMLNode"):
        kind = node.GetAttribute(KIND_ATTRIBUTE)
        if kind and node.GetNodeReferenceID(VOLUME_ROLE) == volumeNode.GetID():
            yield kind, node


def result_node(className: str, kind: str, name: str, volumeNode):
    """The node that holds results of ``kind`` about a volume, a new one in its folder where there is none."""
    node = find_result(kind, volumeNode)
    if node is None:
        node = slicer.mrmlScene.AddNewNodeByClass(className, name)
        mark_result(node, kind, volumeNode)
    return node


def mark_result(node, kind: str, volumeNode) -> None:
    """Have a node found as the result of ``kind`` about a volume, and put it into the folder beside the volume."""
    node.SetAttribute(KIND_ATTRIBUTE, kind)
    node.SetNodeReferenceID(VOLUME_ROLE, volumeNode.GetID())
    place_result(node, volumeNode)


def remove_results(prefix: str, volumeNode) -> None:
    """Remove the results about a volume whose kind begins with ``prefix``."""
    for kind, node in list(results_of(volumeNode)):
        if kind.startswith(prefix):
            slicer.mrmlScene.RemoveNode(node)


def place_result(node, volumeNode) -> None:
    """Put a node into the folder of results: in the study of the volume if it has one, else beside the volume."""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    item = hierarchy.GetItemByDataNode(node)
    if item and volumeNode is not None and hierarchy.GetItemByDataNode(volumeNode):
        hierarchy.SetItemParent(item, _folder(hierarchy, volumeNode))


def _folder(hierarchy, volumeNode) -> int:
    """The item of the folder; a new one where the volume's has been removed.

    The id of a volume may be another one after a scene was opened, so the folder is known by what lies in it.
    """
    parent = hierarchy.GetItemParent(hierarchy.GetItemByDataNode(volumeNode))
    for _kind, node in results_of(volumeNode):
        folder = hierarchy.GetItemParent(hierarchy.GetItemByDataNode(node))
        if folder and hierarchy.HasItemAttribute(folder, FOLDER_ATTRIBUTE):
            return folder
    folder = hierarchy.CreateFolderItem(parent, f"{volumeNode.GetName()}: bone scores")
    hierarchy.SetItemAttribute(folder, FOLDER_ATTRIBUTE, "1")
    return folder


def place_in_folder(node, name: str) -> None:
    """Put a node that belongs to no volume into the folder ``name`` of the scene, which is made where it is missing."""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    item = hierarchy.GetItemByDataNode(node)
    if not item:
        return
    root = hierarchy.GetSceneItemID()
    folder = hierarchy.GetItemChildWithName(root, name)
    if not folder:
        folder = hierarchy.CreateFolderItem(root, name)
        hierarchy.SetItemAttribute(folder, FOLDER_ATTRIBUTE, "1")
    hierarchy.SetItemParent(item, folder)
