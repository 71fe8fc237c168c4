"""Segment selector, segment table and a placeholder of the Segment Editor."""

from __future__ import annotations

from typing import Any

import slicer
from PySide6 import QtCore, QtGui, QtWidgets

from .qmrml_base import NodeObserver, SceneMixin, check_node, paint_placeholder, qMRMLNodeComboBox
from .slicer_api import api
from .standin import standin

_SEGMENT_EVENTS = ("SegmentAdded", "SegmentRemoved", "SegmentModified")


def segment_ids(node: Any) -> list[str]:
    """Segment IDs of a segmentation node (or of None)."""
    return list(node.GetSegmentation().GetSegmentIDs()) if node is not None else []


def segment_name(node: Any, segment_id: str) -> str:
    """Name of a segment."""
    return node.GetSegmentation().GetSegment(segment_id).GetName()


def watch_segments(observer: NodeObserver, node: Any) -> None:
    """Observe the segments of a node."""
    if node is None:
        observer.watch(None)
    else:
        segmentation = node.GetSegmentation()
        observer.watch(segmentation, *(getattr(segmentation, e) for e in _SEGMENT_EVENTS))


@standin("slicer.qMRMLSegmentSelectorWidget")
class qMRMLSegmentSelectorWidget(SceneMixin, QtWidgets.QWidget):
    """A segmentation selector and a segment selector."""

    _defaults = {"segmentationNodeSelectorVisible": True, "selectNodeUponCreation": True}

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._segment = ""
        self._selected: tuple[str, ...] = ()
        self._filling = False
        self._observer = NodeObserver(self, "_refresh")
        self._nodes = qMRMLNodeComboBox()
        self._nodes.nodeTypes = ["vtkMRMLSegmentationNode"]
        self._nodes.noneEnabled = True
        self._segments = QtWidgets.QComboBox()
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._nodes)
        layout.addWidget(self._segments)
        self._nodes.connect("currentNodeChanged(vtkMRMLNode*)", self._node_changed)
        self._segments.currentIndexChanged.connect(lambda _index: self._user_selected())

    def _scene_set(self) -> None:
        self._nodes.setMRMLScene(self.mrmlScene())

    def _node_changed(self, node: Any) -> None:
        watch_segments(self._observer, node)
        self._refresh()
        self.currentNodeChanged.emit(node)
        self.currentNodeChanged[bool].emit(node is not None)

    def _refresh(self) -> None:
        node = self._nodes.currentNode()
        ids = segment_ids(node)
        self._filling = True
        self._segments.clear()
        if self.noneEnabled:
            self._segments.addItem("None", "")
        for segment_id in ids:
            self._segments.addItem(segment_name(node, segment_id), segment_id)
        wanted = self._segment if self._segment in ids else ""
        if not wanted and ids and not self.noneEnabled:
            wanted = ids[0]
        self._segments.setCurrentIndex(self._segments.findData(wanted))
        self._filling = False
        self._set_segment(wanted)

    def _set_segment(self, segment_id: str) -> None:
        if segment_id != self._segment:
            self._segment = segment_id
            self.currentSegmentChanged.emit(segment_id)

    def _user_selected(self) -> None:
        if not self._filling:
            self._set_segment(self._segments.itemData(self._segments.currentIndex) or "")

    def currentNode(self) -> Any:
        """Segmentation node or None."""
        return self._nodes.currentNode()

    def currentNodeID(self) -> str:
        """Its ID."""
        return self._nodes.currentNodeID

    def currentSegmentID(self) -> str:
        """Selected segment ID, "" if none."""
        return self._segment

    def segmentIDs(self) -> tuple[str, ...]:
        """IDs offered."""
        return tuple(segment_ids(self.currentNode()))

    def setCurrentNode(self, node: Any) -> None:
        """Slot."""
        self._nodes.setCurrentNode(check_node(node, "vtkMRMLSegmentationNode"))

    def setCurrentNodeID(self, node_id: str) -> None:
        """Slot."""
        self._nodes.setCurrentNodeID(node_id)

    def setCurrentSegmentID(self, segment_id: str) -> None:
        """Slot."""
        self._segments.setCurrentIndex(self._segments.findData(segment_id))

    def selectedSegmentIDs(self) -> tuple[str, ...]:
        """Selection of a multi-selection widget."""
        return self._selected

    def setSelectedSegmentIDs(self, ids: Any) -> None:
        """Slot."""
        selected = tuple(i for i in ids if i in self.segmentIDs())
        if selected != self._selected:
            self._selected = selected
            self.segmentSelectionChanged.emit(list(selected))

    def _set_segmentationNodeSelectorVisible(self, visible: bool) -> None:
        self._nodes.setVisible(visible)

    def _get_segmentationNodeSelectorVisible(self) -> bool:
        return not self._nodes.isHidden()

    def _set_noneEnabled(self, on: bool) -> None:
        self.__dict__.setdefault("_values", {})["noneEnabled"] = on
        self._refresh()

    def _get_noneEnabled(self) -> bool:
        return self.__dict__.get("_values", {}).get("noneEnabled", False)


@standin("slicer.qMRMLSegmentsTableView")
class qMRMLSegmentsTableView(SceneMixin, QtWidgets.QWidget):
    """Color and name of the segments."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._node: Any = None
        self._ids: list[str] = []
        self._observer = NodeObserver(self, "_refresh")
        self._table = QtWidgets.QTableWidget(0, 2)
        self._table.setHorizontalHeaderLabels(["Color", "Name"])
        self._table.setSelectionBehavior(
            QtWidgets.QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.horizontalHeader().setStretchLastSection(True)
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._table)
        self._table.selectionModel().selectionChanged.connect(
            lambda new, old: self.selectionChanged.emit(new, old))

    def setSegmentationNode(self, node: Any) -> None:
        """Slot."""
        self._node = check_node(node, "vtkMRMLSegmentationNode")
        watch_segments(self._observer, node)
        self._refresh()

    def segmentationNode(self) -> Any:
        """Shown node."""
        return self._node

    def tableWidget(self) -> Any:
        """The table."""
        return self._table

    def _refresh(self) -> None:
        selected = self.selectedSegmentIDs()
        self._ids = segment_ids(self._node)
        self._table.setRowCount(len(self._ids))
        for row, segment_id in enumerate(self._ids):
            segment = self._node.GetSegmentation().GetSegment(segment_id)
            color = QtWidgets.QTableWidgetItem("")
            color.setBackground(QtGui.QColor.fromRgbF(*segment.GetColor()))
            self._table.setItem(row, 0, color)
            self._table.setItem(row, 1, QtWidgets.QTableWidgetItem(segment.GetName()))
        self.setSelectedSegmentIDs(selected)

    def _get_segmentCount(self) -> int:
        return len(self._ids)

    def selectedSegmentIDs(self) -> tuple[str, ...]:
        """Selected segments."""
        rows = {index.row() for index in self._table.selectedIndexes()}
        return tuple(self._ids[row] for row in sorted(rows) if row < len(self._ids))

    def setSelectedSegmentIDs(self, ids: Any) -> None:
        """Select segments."""
        self._table.clearSelection()
        selection = QtCore.QItemSelection()
        model = self._table.model()
        for row, segment_id in enumerate(self._ids):
            if segment_id in ids:
                selection.select(model.index(row, 0), model.index(row, 1))
        self._table.selectionModel().select(
            selection, QtCore.QItemSelectionModel.SelectionFlag.Select)

    def clearSelection(self) -> None:
        """Select nothing."""
        self._table.clearSelection()

    def displayedSegmentIDs(self) -> tuple[str, ...]:
        """Shown segments."""
        return tuple(self._ids)

    def rowForSegmentID(self, segment_id: str) -> int:
        """Row, -1 if not shown."""
        return self._ids.index(segment_id) if segment_id in self._ids else -1

    def segmentIDForRow(self, row: int) -> str:
        """Segment of a row."""
        return self._ids[row]


class SegmentEditorEffect:
    """Name and parameters of an effect; nothing is edited."""

    def __init__(self, name: str, editor: Any) -> None:
        self.name = name
        self._editor = editor

    def parameterSetNode(self) -> Any:
        """The editor's parameter node."""
        return self._editor.mrmlSegmentEditorNode()

    def setParameter(self, name: str, value: Any) -> None:
        """Stored as the application stores it: "Effect.Parameter"."""
        self.parameterSetNode().SetAttribute(f"{self.name}.{name}", str(value))

    def parameter(self, name: str) -> str:
        """Stored text, "" if unset."""
        return self.parameterSetNode().GetAttribute(f"{self.name}.{name}") or ""

    def integerParameter(self, name: str) -> int:
        """As a number."""
        return int(self.parameter(name) or 0)

    def doubleParameter(self, name: str) -> float:
        """As a number."""
        return float(self.parameter(name) or 0)


@standin("slicer.qMRMLSegmentEditorWidget")
class qMRMLSegmentEditorWidget(SceneMixin, QtWidgets.QWidget):
    """Keeps the editor's state in its parameter node; painting is not simulated."""

    _defaults = {"segmentationNodeSelectorVisible": True, "sourceVolumeNodeSelectorVisible": True,
                 "maskingSectionVisible": True, "undoEnabled": True,
                 "maximumNumberOfUndoStates": 10}

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._editor_node: Any = None
        self._effect: Any = None
        self._history = slicer.vtkSegmentationHistory()
        self._history.SetMaximumNumberOfStates(self.maximumNumberOfUndoStates)
        self.setMinimumSize(240, 120)

    def setMRMLSegmentEditorNode(self, node: Any) -> None:
        """Slot."""
        self._editor_node = check_node(node, "vtkMRMLSegmentEditorNode")
        self.update()

    def mrmlSegmentEditorNode(self) -> Any:
        """The parameter node."""
        return self._editor_node

    def _state(self) -> Any:
        if self._editor_node is None:
            raise RuntimeError("set a vtkMRMLSegmentEditorNode first")
        return self._editor_node

    def setSegmentationNode(self, node: Any) -> None:
        """Slot."""
        check_node(node, "vtkMRMLSegmentationNode")
        if node is self._state().GetSegmentationNode():
            return
        self._state().SetAndObserveSegmentationNode(node)
        self._history.SetSegmentation(node.GetSegmentation() if node is not None else None)
        ids = segment_ids(node)
        self._state().SetSelectedSegmentID(ids[0] if ids else "")
        self.segmentationNodeChanged.emit(node)
        self.currentSegmentIDChanged.emit(self.currentSegmentID())
        self.update()

    def saveStateForUndo(self) -> None:
        """Slot."""
        self._history.SaveState()

    def undo(self) -> None:
        """Slot."""
        self._history.RestorePreviousState()

    def redo(self) -> None:
        """Slot."""
        self._history.RestoreNextState()

    def setSegmentationNodeID(self, node_id: str) -> None:
        """Slot."""
        self.setSegmentationNode(slicer.mrmlScene.GetNodeByID(node_id))

    def segmentationNode(self) -> Any:
        """Edited segmentation."""
        return self._editor_node.GetSegmentationNode() if self._editor_node else None

    def segmentationNodeID(self) -> str:
        """Its ID."""
        node = self.segmentationNode()
        return node.GetID() if node else ""

    def setSourceVolumeNode(self, node: Any) -> None:
        """Slot."""
        check_node(node, "vtkMRMLScalarVolumeNode")
        self._state().SetAndObserveSourceVolumeNode(node)
        self.sourceVolumeNodeChanged.emit(node)
        self.update()

    def setSourceVolumeNodeID(self, node_id: str) -> None:
        """Slot."""
        self.setSourceVolumeNode(slicer.mrmlScene.GetNodeByID(node_id))

    def sourceVolumeNode(self) -> Any:
        """Source volume."""
        return self._editor_node.GetSourceVolumeNode() if self._editor_node else None

    def sourceVolumeNodeID(self) -> str:
        """Its ID."""
        node = self.sourceVolumeNode()
        return node.GetID() if node else ""

    def setCurrentSegmentID(self, segment_id: str) -> None:
        """Slot."""
        if segment_id != self.currentSegmentID():
            self._state().SetSelectedSegmentID(segment_id)
            self.currentSegmentIDChanged.emit(segment_id)
            self.update()

    def currentSegmentID(self) -> str:
        """Selected segment."""
        return (self._editor_node.GetSelectedSegmentID() or "") if self._editor_node else ""

    def availableEffectNames(self) -> tuple[str, ...]:
        """Effects of the application."""
        return tuple(api()["segment_editor_effects"])

    def effectByName(self, name: str) -> Any:
        """An effect, None if there is none of that name."""
        return SegmentEditorEffect(name, self) if name in self.availableEffectNames() else None

    def setActiveEffectByName(self, name: str) -> None:
        """Slot; "" deactivates, an unknown name raises."""
        if name and name not in self.availableEffectNames():
            raise ValueError(f"the Segment Editor has no effect {name!r}")
        self._effect = self.effectByName(name) if name else None
        self._state().SetActiveEffectName(name)
        self.update()

    def setActiveEffect(self, effect: Any) -> None:
        """Activate an effect or None."""
        self.setActiveEffectByName(effect.name if effect is not None else "")

    def activeEffect(self) -> Any:
        """Active effect or None."""
        return self._effect

    def setEffectNameOrder(self, names: Any) -> None:
        """Order of the effect buttons."""
        self._order = tuple(names)

    def effectNameOrder(self) -> tuple[str, ...]:
        """Order of the effect buttons."""
        return self.__dict__.get("_order", ())

    def setupViewObservations(self) -> None:
        """No views here."""

    def removeViewObservations(self) -> None:
        """No views here."""

    def installKeyboardShortcuts(self, parent: Any = None) -> None:
        """Slot; no shortcuts here."""

    def uninstallKeyboardShortcuts(self) -> None:
        """Slot; no shortcuts here."""

    def updateWidgetFromMRML(self) -> None:
        """Slot."""
        self.update()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """What is being edited."""
        node = self.segmentationNode()
        effect = self._effect.name if self._effect else "no effect"
        paint_placeholder(
            self, "Segment Editor\n"
            f"{node.GetName() if node else 'no segmentation'} \u00b7 "
            f"{self.currentSegmentID() or 'no segment'} \u00b7 {effect}")
