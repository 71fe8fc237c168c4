"""Widgets of the `slicer` namespace: tables, segments, Segment Editor, plots.

`install_qmrml()` puts all of them, and those of `qmrml_base`, into `slicer`.
"""

from __future__ import annotations

from typing import Any

import slicer
from PySide6 import QtGui, QtWidgets

from . import qmrml_base
from .ctk_standins import ctkCollapsibleButton
from .ctk_value_widgets import ctkDoubleSpinBox, ctkRangeWidget, ctkSliderWidget
from .qmrml_base import (
    NodeObserver,
    SceneMixin,
    SceneObserver,
    SceneSetter,
    check_node,
    paint_placeholder,
    qMRMLWidget,
)
from .qmrml_segments import (
    qMRMLSegmentEditorWidget,
    qMRMLSegmentSelectorWidget,
    qMRMLSegmentsTableView,
)
from .standin import standin


@standin("slicer.qMRMLSliderWidget")
class qMRMLSliderWidget(SceneMixin, ctkSliderWidget):
    """ctkSliderWidget that knows units."""


@standin("slicer.qMRMLSpinBox")
class qMRMLSpinBox(SceneMixin, ctkDoubleSpinBox):
    """ctkDoubleSpinBox that knows units."""


@standin("slicer.qMRMLRangeWidget")
class qMRMLRangeWidget(ctkRangeWidget):
    """ctkRangeWidget that knows units."""

    def setMRMLScene(self, scene: Any) -> None:
        """Slot."""
        self._scene = qmrml_base.check_scene(scene)

    def _get_mrmlScene(self) -> Any:
        return self.__dict__.get("_scene")


@standin("slicer.qMRMLCollapsibleButton")
class qMRMLCollapsibleButton(ctkCollapsibleButton):
    """ctkCollapsibleButton that knows the scene."""

    def setMRMLScene(self, scene: Any) -> None:
        """Slot."""
        self._scene = qmrml_base.check_scene(scene)
        self.mrmlSceneChanged.emit(scene)


@standin("slicer.qMRMLTableView")
class qMRMLTableView(SceneMixin, QtWidgets.QTableView):
    """Shows a table node."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._table_node: Any = None
        self._observer = NodeObserver(self, "_refresh")
        self._model = QtGui.QStandardItemModel(self)
        self.setModel(self._model)

    def setMRMLTableNode(self, node: Any) -> None:
        """Slot."""
        self._table_node = check_node(node, "vtkMRMLTableNode")
        self._observer.watch(node)
        self._refresh()

    def mrmlTableNode(self) -> Any:
        """Shown table node."""
        return self._table_node

    def _refresh(self) -> None:
        self._model.clear()
        table = self._table_node.GetTable() if self._table_node is not None else None
        if table is None:
            return
        columns = range(table.GetNumberOfColumns())
        self._model.setHorizontalHeaderLabels([table.GetColumnName(c) or "" for c in columns])
        for row in range(table.GetNumberOfRows()):
            self._model.appendRow(
                [QtGui.QStandardItem(table.GetValue(row, c).ToString()) for c in columns])

    def insertRow(self) -> None:
        """Slot."""
        self._table_node.AddEmptyRow()

    def insertColumn(self) -> None:
        """Slot."""
        self._table_node.AddColumn()


@standin("slicer.qMRMLPlotView")
class qMRMLPlotView(SceneSetter, QtWidgets.QWidget):
    """A placeholder that names the chart."""

    def setMRMLPlotViewNode(self, node: Any) -> None:
        """Slot."""
        self._view_node = check_node(node, "vtkMRMLPlotViewNode")

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Name of the chart."""
        view = self.__dict__.get("_view_node")
        chart = view.GetPlotChartNode() if view is not None else None
        paint_placeholder(self, f"plot: {chart.GetTitle()}" if chart else "plot view")


@standin("slicer.qMRMLPlotWidget")
class qMRMLPlotWidget(SceneMixin, QtWidgets.QWidget):
    """A plot view with its controller."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._view = qMRMLPlotView()
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._view)

    def _scene_set(self) -> None:
        self._view.setMRMLScene(self.mrmlScene())

    def setMRMLPlotViewNode(self, node: Any) -> None:
        """Slot."""
        self._view.setMRMLPlotViewNode(node)

    def mrmlPlotViewNode(self) -> Any:
        """The view node."""
        return self._view.__dict__.get("_view_node")

    def plotView(self) -> Any:
        """The view."""
        return self._view


@standin("slicer.qMRMLSubjectHierarchyTreeView")
class qMRMLSubjectHierarchyTreeView(SceneMixin, QtWidgets.QTreeView):
    """Names of the subject-hierarchy items, read only."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._items = QtGui.QStandardItemModel(self)
        self.setModel(self._items)
        self._observer: Any = None

    def _scene_set(self) -> None:
        scene = self.mrmlScene()
        self._observer = SceneObserver(self, scene, "_refresh") if scene else None
        self._refresh()

    def subjectHierarchyNode(self) -> Any:
        """The hierarchy."""
        scene = self.mrmlScene()
        return slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene) if scene else None

    def _refresh(self) -> None:
        self._items.clear()
        hierarchy = self.subjectHierarchyNode()
        if hierarchy is not None:
            self._fill(self._items.invisibleRootItem(), hierarchy, hierarchy.GetSceneItemID())

    def _fill(self, parent: Any, hierarchy: Any, item: int) -> None:
        import vtk
        children = vtk.vtkIdList()
        hierarchy.GetItemChildren(item, children)
        for index in range(children.GetNumberOfIds()):
            child = children.GetId(index)
            row = QtGui.QStandardItem(hierarchy.GetItemName(child))
            row.setData(child)
            parent.appendRow(row)
            self._fill(row, hierarchy, child)

    def currentItem(self) -> int:
        """Selected item ID, 0 if none."""
        index = self.selectionModel().currentIndex
        return self._items.itemFromIndex(index).data() if index.isValid() else 0

    def setCurrentItem(self, item: int) -> None:
        """Slot."""
        for index in range(self._items.rowCount()):
            row = self._items.item(index)
            if row.data() == item:
                self.setCurrentIndex(row.index())
                self.currentItemChanged.emit(item)


@standin("slicer.qSlicerMarkupsPlaceWidget")
class qSlicerMarkupsPlaceWidget(SceneSetter, QtWidgets.QWidget):
    """A placeholder of the markup placing buttons."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(60, 24)

    def setCurrentNode(self, node: Any) -> None:
        """Slot."""
        self._node = check_node(node, "vtkMRMLMarkupsNode")

    def currentNode(self) -> Any:
        """Markups node."""
        return self.__dict__.get("_node")

    def setPlaceModeEnabled(self, on: bool) -> None:
        """Slot."""
        if on != self.placeModeEnabled:
            self.placeModeEnabled = on

    def _get_placeModeEnabled(self) -> bool:
        return self.__dict__.get("_placing", False)

    def _set_placeModeEnabled(self, on: bool) -> None:
        self._placing = on
        self.activeMarkupsPlaceModeChanged.emit(on)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """A frame."""
        paint_placeholder(self, "\u2316 place")


@standin("slicer.qSlicerSimpleMarkupsWidget")
class qSlicerSimpleMarkupsWidget(SceneSetter, QtWidgets.QWidget):
    """Lists the control points of a markups node."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._node: Any = None
        self._observer = NodeObserver(self, "_refresh")
        self._table = QtWidgets.QTableWidget(0, 4)
        self._table.setHorizontalHeaderLabels(["Label", "R", "A", "S"])
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._table)

    def setCurrentNode(self, node: Any) -> None:
        """Slot."""
        self._node = check_node(node, "vtkMRMLMarkupsNode")
        events = [] if node is None else [
            node.PointAddedEvent, node.PointModifiedEvent, node.PointRemovedEvent]
        self._observer.watch(node, "ModifiedEvent", *events)
        self._refresh()
        self.markupsNodeChanged.emit()

    def currentNode(self) -> Any:
        """Markups node."""
        return self._node

    def tableWidget(self) -> Any:
        """The table."""
        return self._table

    def _refresh(self) -> None:
        count = self._node.GetNumberOfControlPoints() if self._node is not None else 0
        self._table.setRowCount(count)
        for row in range(count):
            position = self._node.GetNthControlPointPosition(row)
            texts = [self._node.GetNthControlPointLabel(row), *(f"{x:.1f}" for x in position)]
            for column, text in enumerate(texts):
                self._table.setItem(row, column, QtWidgets.QTableWidgetItem(text))


CLASSES: dict[str, type] = {
    cls.__name__: cls for cls in (
        qMRMLWidget, qmrml_base.qSlicerWidget, qmrml_base.qMRMLNodeComboBox,
        qmrml_base.qMRMLCheckableNodeComboBox, qMRMLSegmentSelectorWidget,
        qMRMLSegmentsTableView, qMRMLSegmentEditorWidget, qMRMLTableView, qMRMLSliderWidget,
        qMRMLSpinBox, qMRMLRangeWidget, qMRMLCollapsibleButton, qMRMLPlotView, qMRMLPlotWidget,
        qMRMLSubjectHierarchyTreeView, qSlicerMarkupsPlaceWidget, qSlicerSimpleMarkupsWidget)
}


def install_qmrml() -> None:
    """Put the widget classes into the `slicer` namespace."""
    for name, cls in CLASSES.items():
        setattr(slicer, name, cls)
