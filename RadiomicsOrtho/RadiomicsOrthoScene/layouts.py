"""Arrangements of views for spine, hip and studies, and what they show beside the slices."""

from __future__ import annotations

import slicer

from .csv_table import select_table
from .level_chart import KIND as CHART
from .result_nodes import find_result
from .score_table import SCORES

#: numbers of our own layouts: Slicer's end at 100, extensions begin at 500
SPINE, HIP, STUDY = 7210, 7211, 7212
_OWN = (SPINE, HIP, STUDY)
#: attribute of the layout node with the arrangement that was left
BEFORE_ATTRIBUTE = "RadiomicsOrtho.LayoutBefore"
#: orientation, label and colour of Slicer's own slice views
_SLICES = {"Red": ("Axial", "R", "#F34A33"), "Yellow": ("Sagittal", "Y", "#EDD54C"),
           "Green": ("Coronal", "G", "#6EB04B")}


def register_layouts() -> None:
    """Make the layouts known to the application; again after a scene was closed, which may forget them."""
    node = _layout_node()
    if node is None:
        return
    for number, description in ((SPINE, _description("Yellow", "Red")), (HIP, _description("Green", "Red")),
                                (STUDY, _split("vertical", (600, _PLOT), (250, _TABLE)))):
        if not node.IsLayoutDescription(number):
            node.AddLayoutDescription(number, description)


def show_layout(number: int, volumeNode=None) -> None:
    """Arrange the views; table and plot show the results of ``volumeNode``, if there are any."""
    register_layouts()
    node = _layout_node()
    if node is None:
        return
    if node.GetViewArrangement() not in _OWN:
        node.SetAttribute(BEFORE_ATTRIBUTE, str(node.GetViewArrangement()))
    node.SetViewArrangement(number)
    show_results(volumeNode)


def leave_layout() -> None:
    """Back to the arrangement of before."""
    node = _layout_node()
    if node is not None and node.GetViewArrangement() in _OWN:
        before = node.GetAttribute(BEFORE_ATTRIBUTE) or ""
        node.SetViewArrangement(int(before) if before.isdigit() else node.SlicerLayoutFourUpView)


def current_layout() -> int:
    """The number of the arrangement that is shown; 0 without an application."""
    node = _layout_node()
    return node.GetViewArrangement() if node is not None else 0


def is_own_layout() -> bool:
    return current_layout() in _OWN


def show_results(volumeNode) -> None:
    """Scores and chart of a volume in the table and plot views."""
    table, chart = find_result(SCORES, volumeNode), find_result(f"{CHART} chart", volumeNode)
    if table is not None:
        select_table(table)
    if chart is not None:
        select_chart(chart)


def select_chart(chartNode) -> None:
    """Show a chart in the plot views of the layout."""
    logic = slicer.app.applicationLogic()
    logic.GetSelectionNode().SetActivePlotChartID(chartNode.GetID())
    logic.PropagatePlotChartSelection()


def _layout_node():
    return slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLLayoutNode")


def _description(main: str, second: str) -> str:
    """One large slice view at the left; another and the 3-D view in the middle; plot over table at the right."""
    middle = _split("vertical", (400, _slice(second)), (400, _view("vtkMRMLViewNode", "1", viewlabel="1")))
    right = _split("vertical", (500, _PLOT), (300, _TABLE))
    return _split("horizontal", (400, _slice(main)), (300, middle), (300, right))


def _split(direction: str, *parts: tuple[int, str]) -> str:
    items = "".join(f'<item splitSize="{size}">{content}</item>' for size, content in parts)
    return f'<layout type="{direction}" split="true">{items}</layout>'


def _slice(name: str) -> str:
    orientation, label, colour = _SLICES[name]
    return _view("vtkMRMLSliceNode", name, orientation=orientation, viewlabel=label, viewcolor=colour)


def _view(className: str, tag: str, **properties: str) -> str:
    inner = "".join(f'<property name="{name}" action="default">{value}</property>'
                    for name, value in properties.items())
    return f'<view class="{className}" singletontag="{tag}">{inner}</view>'


_PLOT = _view("vtkMRMLPlotViewNode", "PlotView1", viewlabel="P")
_TABLE = _view("vtkMRMLTableViewNode", "TableView1", viewlabel="T")
