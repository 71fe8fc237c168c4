"""qMRMLWidget and the node selectors of the `slicer` namespace."""

from __future__ import annotations

import weakref
from typing import Any

import shiboken6
import slicer
from PySide6 import QtCore, QtGui, QtWidgets

from .standin import standin

#: observers in use; one that only a C++ object refers to may be garbage-collected under it
_in_use: set[Any] = set()


class SceneObserver:
    """Observes the scene for a widget, without keeping the widget alive."""

    def __init__(self, widget: Any, scene: Any, method: str) -> None:
        self._widget = weakref.ref(widget)
        self._scene = scene
        self._method = method
        events = (scene.NodeAddedEvent, scene.NodeRemovedEvent, scene.EndBatchProcessEvent,
                  scene.EndCloseEvent, scene.EndImportEvent)
        self._tags = [scene.AddObserver(event, self._on_event) for event in events]
        _in_use.add(self)

    def _on_event(self, _scene: Any, _event: str) -> None:
        widget = self._widget()
        if widget is None or not shiboken6.isValid(widget):
            self.stop()
        elif not (self._scene.IsBatchProcessing() or self._scene.IsClosing()):
            getattr(widget, self._method)()

    def stop(self) -> None:
        """Remove the observers."""
        for tag in self._tags:
            self._scene.RemoveObserver(tag)
        self._tags = []
        _in_use.discard(self)


class NodeObserver:
    """Calls a widget's method when one MRML object fires ModifiedEvent or others."""

    def __init__(self, widget: Any, method: str) -> None:
        self._widget = weakref.ref(widget)
        self._method = method
        self._observed: list[tuple[Any, int]] = []

    def watch(self, node: Any, *events: Any) -> None:
        """Observe `node` from now on, and nothing else."""
        self.stop()
        for event in events or ("ModifiedEvent",):
            if node is not None:
                self._add(node, event)

    def also_watch(self, node: Any) -> None:
        """Observe one more object."""
        self._add(node, "ModifiedEvent")

    def _add(self, node: Any, event: Any) -> None:
        self._observed.append((node, node.AddObserver(event, self._on_event)))
        _in_use.add(self)

    def _on_event(self, _caller: Any, _event: str) -> None:
        widget = self._widget()
        if widget is None or not shiboken6.isValid(widget):
            self.stop()
        else:
            getattr(widget, self._method)()

    def stop(self) -> None:
        """Remove the observers."""
        for node, tag in self._observed:
            node.RemoveObserver(tag)
        self._observed = []
        _in_use.discard(self)


def check_scene(scene: Any) -> Any:
    """A scene or None; anything else is a slip."""
    if scene is not None and not isinstance(scene, slicer.vtkMRMLScene):
        raise TypeError(f"vtkMRMLScene expected, got {scene!r}")
    return scene


def check_node(node: Any, class_name: str = "vtkMRMLNode") -> Any:
    """A node of a class, or None."""
    if node is not None and not (hasattr(node, "IsA") and node.IsA(class_name)):
        raise TypeError(f"{class_name} expected, got {node!r}")
    return node


class SceneSetter:
    """`setMRMLScene`, emitting mrmlSceneChanged where the class has that signal."""

    def setMRMLScene(self, scene: Any) -> None:
        """Slot."""
        if check_scene(scene) is self._get_scene():
            return
        self._scene = scene
        if hasattr(self, "mrmlSceneChanged"):
            self.mrmlSceneChanged.emit(scene)
        self._scene_set()

    def _get_scene(self) -> Any:
        return self.__dict__.get("_scene")

    def _scene_set(self) -> None:
        """For subclasses."""


class SceneMixin(SceneSetter):
    """`mrmlScene` as well; some classes do not offer it to Python."""

    def mrmlScene(self) -> Any:
        """The scene or None."""
        return self._get_scene()


@standin("slicer.qMRMLWidget")
class qMRMLWidget(SceneMixin, QtWidgets.QWidget):
    """A widget that knows the scene."""


@standin("slicer.qSlicerWidget")
class qSlicerWidget(SceneSetter, QtWidgets.QWidget):
    """A widget that knows the scene, base of module panels."""


class _NodeComboBoxBase(SceneMixin, QtWidgets.QWidget):
    """Lists the scene's nodes that pass the filters."""

    _defaults = {"showChildNodeTypes": True, "addEnabled": True, "removeEnabled": True,
                 "selectNodeUponCreation": True, "noneDisplay": "None"}

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._combo = QtWidgets.QComboBox()
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._combo)
        self._attributes: list[tuple[str, str, Any]] = []
        self._current_id = ""
        self._filling = False
        self._observer: Any = None
        self._names = NodeObserver(self, "_refresh")
        self._known: set[str] = set()
        self._combo.currentIndexChanged.connect(lambda _index: self._user_selected())

    # -- list ---------------------------------------------------------------------

    def _scene_set(self) -> None:
        if self._observer is not None:
            self._observer.stop()
        scene = self.mrmlScene()
        self._observer = SceneObserver(self, scene, "_refresh") if scene else None
        self._refresh()
        self._combo.setEnabled(scene is not None)

    def _accepts(self, node: Any) -> bool:
        if node.GetHideFromEditors() and not self.showHidden:
            return False
        if any(node.IsA(name) for name in self.hideChildNodeTypes):
            return False
        kind = node.GetClassName()
        if not any(kind == name or (self.showChildNodeTypes and node.IsA(name))
                   for name in self.nodeTypes):
            return False
        return all(not node.IsA(type_name) or (
            node.GetAttribute(name) is not None if value is None
            else node.GetAttribute(name) == str(value))
            for type_name, name, value in self._attributes)

    def _nodes(self) -> list[Any]:
        scene = self.mrmlScene()
        if scene is None:
            return []
        nodes = [scene.GetNthNode(i) for i in range(scene.GetNumberOfNodes())]
        return [node for node in nodes if self._accepts(node)]

    def _refresh(self) -> None:
        if self._filling:
            return
        nodes = self._nodes()
        self._filling = True
        self._names.watch(None)
        self._combo.clear()
        if self.noneEnabled:
            self._combo.addItem(self.noneDisplay, "")
        for node in nodes:
            self._combo.addItem(node.GetName() or node.GetID(), node.GetID())
            self._names.also_watch(node)
        ids = [node.GetID() for node in nodes]
        new = [i for i in ids if i not in self._known]
        self._known = set(ids)
        wanted = self._current_id if self._current_id in ids else ""
        if not wanted and not self.noneEnabled and ids:
            wanted = ids[0]  # as in Slicer: something is selected when None is not offered
        self._combo.setCurrentIndex(self._combo.findData(wanted))
        self._filling = False
        for node_id in new:
            self.nodeAdded.emit(self.mrmlScene().GetNodeByID(node_id))
        self._set_current(wanted)

    def _set_current(self, node_id: str) -> None:
        if node_id == self._current_id:
            return
        self._current_id = node_id
        node = self.currentNode()
        self.currentNodeChanged.emit(node)
        self.currentNodeChanged[bool].emit(node is not None)
        self.currentNodeIDChanged.emit(node_id)

    def _user_selected(self) -> None:
        if not self._filling:
            self._set_current(self._combo.itemData(self._combo.currentIndex) or "")
            self.nodeActivated.emit(self.currentNode())

    # -- API ------------------------------------------------------------------------

    def currentNode(self) -> Any:
        """Selected node or None."""
        scene = self.mrmlScene()
        return scene.GetNodeByID(self._current_id) if scene and self._current_id else None

    def setCurrentNode(self, node: Any) -> None:
        """Slot: node, node ID or None."""
        self.setCurrentNodeID(node if isinstance(node, str) else
                              check_node(node).GetID() if node is not None else "")

    def setCurrentNodeID(self, node_id: str | None) -> None:
        """Slot; an ID that is not listed selects nothing."""
        self._refresh()
        index = self._combo.findData(node_id or "")
        self._filling = True
        self._combo.setCurrentIndex(index)
        self._filling = False
        self._set_current(node_id or "" if index >= 0 else "")

    def setCurrentNodeIndex(self, index: int) -> None:
        """Slot."""
        self.setCurrentNode(self.nodeFromIndex(index))

    def _get_currentNodeID(self) -> str:
        return self._current_id

    def _set_currentNodeID(self, node_id: str) -> None:
        self.setCurrentNodeID(node_id)

    _get_currentNodeId, _set_currentNodeId = _get_currentNodeID, _set_currentNodeID

    def nodeCount(self) -> int:
        """Number of listed nodes."""
        return len(self._nodes())

    def nodeFromIndex(self, index: int) -> Any:
        """Listed node or None."""
        nodes = self._nodes()
        return nodes[index] if 0 <= index < len(nodes) else None

    def addAttribute(self, node_type: str, name: str, value: Any = None) -> None:
        """List nodes of this type only if they have the attribute."""
        self._attributes.append((node_type, name, value))
        self._refresh()

    def removeAttribute(self, node_type: str, name: str) -> None:
        """Undo addAttribute."""
        self._attributes = [a for a in self._attributes if a[:2] != (node_type, name)]
        self._refresh()

    def addNode(self, class_name: str | None = None) -> Any:
        """Slot: what "Create new" does; returns the node."""
        kind = class_name or self.nodeTypes[0]
        scene = self.mrmlScene()
        name = self.baseName or scene.GenerateUniqueName(kind.removeprefix("vtkMRML"))
        node = scene.AddNewNodeByClass(kind, scene.GenerateUniqueName(name))
        for type_name, attribute, value in self._attributes:
            if node.IsA(type_name):
                node.SetAttribute(attribute, str(value) if value is not None else "")
        self._refresh()
        if self.selectNodeUponCreation:
            self.setCurrentNode(node)
        self.nodeAddedByUser.emit(node)
        return node

    def removeCurrentNode(self) -> None:
        """Slot: what "Delete current" does."""
        node = self.currentNode()
        if node is not None:
            self.nodeAboutToBeRemoved.emit(node)
            self.mrmlScene().RemoveNode(node)

    def editCurrentNode(self) -> None:
        """Slot."""
        self.nodeAboutToBeEdited.emit(self.currentNode())

    def _refilter(self, name: str, value: Any) -> None:
        self.__dict__.setdefault("_values", {})[name] = value
        self._refresh()

    def _set_nodeTypes(self, names: tuple[str, ...]) -> None:
        unknown = [n for n in names if not hasattr(slicer, n)]
        if unknown:
            raise ValueError(f"unknown node classes {unknown}")
        self._refilter("nodeTypes", names)

    def _get_nodeTypes(self) -> tuple[str, ...]:
        return self.__dict__.get("_values", {}).get("nodeTypes", ())

    def _set_noneEnabled(self, on: bool) -> None:
        self._refilter("noneEnabled", on)

    def _get_noneEnabled(self) -> bool:
        return self.__dict__.get("_values", {}).get("noneEnabled", False)


@standin("slicer.qMRMLNodeComboBox")
class qMRMLNodeComboBox(_NodeComboBoxBase):
    """Selector of one node."""


@standin("slicer.qMRMLCheckableNodeComboBox")
class qMRMLCheckableNodeComboBox(_NodeComboBoxBase):
    """Selector of several nodes."""

    def _checked(self) -> set[str]:
        return self.__dict__.setdefault("_checked_ids", set())

    def setCheckState(self, node: Any, state: Any) -> None:
        """Check or uncheck a node."""
        before = set(self._checked())
        if QtCore.Qt.CheckState(state) == QtCore.Qt.CheckState.Checked:
            self._checked().add(node.GetID())
        else:
            self._checked().discard(node.GetID())
        if before != self._checked():
            self.checkedNodesChanged.emit()

    def check(self, node: Any) -> None:
        """Check a node."""
        self.setCheckState(node, QtCore.Qt.CheckState.Checked)

    def uncheck(self, node: Any) -> None:
        """Uncheck a node."""
        self.setCheckState(node, QtCore.Qt.CheckState.Unchecked)

    def checkState(self, node: Any) -> Any:
        """State of a node."""
        return (QtCore.Qt.CheckState.Checked if node.GetID() in self._checked()
                else QtCore.Qt.CheckState.Unchecked)

    def checkedNodes(self) -> tuple[Any, ...]:
        """Checked nodes."""
        return tuple(n for n in self._nodes() if n.GetID() in self._checked())

    def uncheckedNodes(self) -> tuple[Any, ...]:
        """The others."""
        return tuple(n for n in self._nodes() if n.GetID() not in self._checked())

    def allChecked(self) -> bool:
        """Is everything checked?"""
        return not self.uncheckedNodes()

    def noneChecked(self) -> bool:
        """Is nothing checked?"""
        return not self.checkedNodes()


def paint_placeholder(widget: Any, text: str) -> None:
    """Fill a widget that has no real content here, saying what it stands for."""
    painter = QtGui.QPainter(widget)
    area = QtCore.QRect(QtCore.QPoint(0, 0), widget.size)
    painter.fillRect(area, QtGui.QColor(236, 239, 243))
    painter.setPen(QtGui.QColor(90, 98, 110))
    painter.drawRect(area.adjusted(0, 0, -1, -1))
    painter.drawText(area, QtCore.Qt.AlignmentFlag.AlignCenter, text)
    painter.end()
