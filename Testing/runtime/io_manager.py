"""Readers and writers behind `slicer.util.loadVolume`, `saveNode`, `loadScene` ...

slicer-core ships Slicer's own `slicer.util`; those functions only ask
`slicer.app.coreIOManager()` for file types, loading and saving. Offering these
few methods over MRML logics and storage nodes lets production code call
`slicer.util` unchanged. A type that is not in the tables raises.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import slicer

#: bits of vtkSlicerVolumesLogic.AddArchetypeVolume
_VOLUME_OPTIONS = {
    "labelmap": 1,
    "center": 2,
    "singleFile": 4,
    "autoWindowLevel": 8,
    "discardOrientation": 16,
}

_TYPE_BY_SUFFIX = {
    ".seg.nrrd": "SegmentationFile",
    ".seg.nhdr": "SegmentationFile",
    ".mrk.json": "MarkupsFile",
    ".fcsv": "MarkupsFile",
    ".nii.gz": "VolumeFile",
    ".nii": "VolumeFile",
    ".nrrd": "VolumeFile",
    ".nhdr": "VolumeFile",
    ".mha": "VolumeFile",
    ".mhd": "VolumeFile",
    ".mrb": "SceneFile",
    ".mrml": "SceneFile",
    ".csv": "TableFile",
    ".tsv": "TableFile",
    ".txt": "TextFile",
    ".json": "TextFile",
    ".stl": "ModelFile",
    ".ply": "ModelFile",
    ".obj": "ModelFile",
    ".vtk": "ModelFile",
    ".vtp": "ModelFile",
    ".tfm": "TransformFile",
    ".h5": "TransformFile",
    ".ctbl": "ColorTableFile",
}


def stem(path: str) -> str:
    """Node name for a file: its name without any known suffix."""
    name = Path(path).name
    for suffix in sorted(_TYPE_BY_SUFFIX, key=len, reverse=True):
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return Path(path).stem


class CoreIOManager:
    """Loads and saves through MRML logics and storage nodes."""

    def __init__(self, scene: Any, app_logic: Any) -> None:
        self._scene = scene
        self._app_logic = app_logic
        self._readers: dict[str, Callable[[str, dict, Any], Any]] = {
            "VolumeFile": self._read_volume,
            "SegmentationFile": self._read_segmentation,
            "MarkupsFile": self._read_markups,
            "ModelFile": self._storage_reader("vtkMRMLModelNode"),
            "TableFile": self._storage_reader("vtkMRMLTableNode"),
            "TextFile": self._storage_reader("vtkMRMLTextNode"),
            "TransformFile": self._storage_reader("vtkMRMLTransformNode"),
            "ColorTableFile": self._storage_reader("vtkMRMLColorTableNode"),
        }

    # -- called by slicer.util ------------------------------------------------

    def fileType(self, filename: str) -> str:
        """File type from the name."""
        name = str(filename).lower()
        for suffix in sorted(_TYPE_BY_SUFFIX, key=len, reverse=True):
            if name.endswith(suffix):
                return _TYPE_BY_SUFFIX[suffix]
        return "NoFile"

    def registeredFileReaderCount(self, file_type: str) -> int:
        """Number of readers for a type."""
        return int(file_type in self._readers or file_type == "SceneFile")

    def loadNodes(self, file_type: str, properties: dict, nodes: Any = None,
                  messages: Any = None) -> bool:
        """Load one file into the scene; False with a message on failure."""
        if file_type == "SceneFile":
            return self._load_scene(properties, messages)
        if file_type not in self._readers:
            raise NotImplementedError(f"the runtime has no reader for {file_type}")
        path = str(properties["fileName"])
        if not Path(path).is_file():
            self._complain(messages, f"File does not exist: {path}")
            return False
        node = self._readers[file_type](path, properties, messages)
        if node is None:
            self._complain(messages, f"Cannot read {path} as {file_type}")
            return False
        if nodes is not None:
            nodes.AddItem(node)
        return True

    def fileWriterFileType(self, node: Any, _format: str = "") -> str:
        """File type that `saveNodes` would use for a node."""
        for name, kind in (
            ("vtkMRMLSegmentationNode", "SegmentationFile"),
            ("vtkMRMLVolumeNode", "VolumeFile"),
            ("vtkMRMLMarkupsNode", "MarkupsFile"),
            ("vtkMRMLModelNode", "ModelFile"),
            ("vtkMRMLTableNode", "TableFile"),
            ("vtkMRMLTextNode", "TextFile"),
            ("vtkMRMLTransformNode", "TransformFile"),
            ("vtkMRMLColorNode", "ColorTableFile"),
        ):
            if node.IsA(name):
                return kind
        return "NoFile"

    def saveNodes(self, file_type: str, properties: dict, messages: Any = None) -> bool:
        """Save one node, or the scene when the type is SceneFile."""
        path = str(properties["fileName"])
        if file_type == "SceneFile":
            return self._save_scene(path, messages)
        node = self._scene.GetNodeByID(properties["nodeID"])
        if node is None or not node.IsA("vtkMRMLStorableNode"):
            self._complain(messages, "The node cannot be stored in a file")
            return False
        if node.GetStorageNode() is None and not node.AddDefaultStorageNode(path):
            self._complain(messages, "The node has no storage node")
            return False
        storage = node.GetStorageNode()
        storage.SetFileName(path)
        if "useCompression" in properties:
            storage.SetUseCompression(bool(properties["useCompression"]))
        return bool(storage.WriteData(node))

    # -- readers ----------------------------------------------------------------

    def _read_volume(self, path: str, properties: dict, messages: Any) -> Any:
        options = sum(bit for key, bit in _VOLUME_OPTIONS.items()
                      if properties.get(key, key == "autoWindowLevel"))
        logic = slicer.modules.volumes.logic()
        name = properties.get("name") or stem(path)
        return logic.AddArchetypeVolume(path, name, options, None, messages)

    def _read_segmentation(self, path: str, properties: dict, messages: Any) -> Any:
        node = self._storage_reader("vtkMRMLSegmentationNode")(path, properties, messages)
        if node is not None and node.GetDisplayNode() is None:
            node.CreateDefaultDisplayNodes()
        return node

    def _read_markups(self, path: str, properties: dict, messages: Any) -> Any:
        logic = slicer.modules.markups.logic()
        node_id = logic.LoadMarkups(path, properties.get("name") or stem(path), messages)
        return self._scene.GetNodeByID(node_id) if node_id else None

    def _storage_reader(self, class_name: str) -> Callable[[str, dict, Any], Any]:
        def read(path: str, properties: dict, _messages: Any) -> Any:
            name = properties.get("name") or stem(path)
            node = self._scene.AddNewNodeByClass(
                class_name, self._scene.GenerateUniqueName(name))
            if node.AddDefaultStorageNode(path):
                storage = node.GetStorageNode()
                storage.SetFileName(path)
                if storage.ReadData(node):
                    return node
                self._scene.RemoveNode(storage)
            self._scene.RemoveNode(node)
            return None
        return read

    # -- scenes -----------------------------------------------------------------

    def _load_scene(self, properties: dict, messages: Any) -> bool:
        path = str(properties["fileName"])
        clear = bool(properties.get("clear", False))
        if path.lower().endswith(".mrb"):
            return bool(self._scene.ReadFromMRB(path, clear, messages))
        if not Path(path).is_file():
            self._complain(messages, f"File does not exist: {path}")
            return False
        self._scene.SetURL(path)
        return bool(self._scene.Connect(messages) if clear else self._scene.Import(messages))

    def _save_scene(self, path: str, messages: Any) -> bool:
        if path.lower().endswith(".mrb"):
            return bool(self._scene.WriteToMRB(path, None, messages))
        if path.lower().endswith(".mrml"):
            self._scene.SetURL(path)
            self._scene.SetRootDirectory(str(Path(path).parent))
            return bool(self._scene.Commit(path, messages))
        Path(path).mkdir(parents=True, exist_ok=True)
        return bool(self._app_logic.SaveSceneToSlicerDataBundleDirectory(path, None, messages))

    @staticmethod
    def _complain(messages: Any, text: str) -> None:
        if messages is not None:
            import vtk
            messages.AddMessage(vtk.vtkCommand.ErrorEvent, text)
