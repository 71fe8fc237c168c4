"""Arrangements of views for spine and hip, and what they show beside the slices."""

from __future__ import annotations

import slicer

from .level_chart import KIND as CHART
from .result_nodes import find_result
from .score_table import SCORES

#: numbers of our own layouts: Slicer's end at 100, extensions begin at 500
SPINE, HIP = 7210, 7211
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
    for number, main, second in ((SPINE, "Yellow", "Red"), (HIP, "Green", "Red")):
        if not node.IsLayoutDescription(number):
            node.AddLayoutDescription(number, _description(main, second))


def show_layout(number: int, volumeNode=None) -> None:
    """Arrange the views; table and plot show the results of ``volumeNode``, if there are any."""
    register_layouts()
    node = _layout_node()
    if node is None:
        return
    if node.GetViewArrangement() not in (SPINE, HIP):
        node.SetAttribute(BEFORE_ATTRIBUTE, str(node.GetViewArrangement()))
    node.SetViewArrangement(number)
    show_results(volumeNode)


def leave_layout() -> None:
    """Back to the arrangement of before."""
    node = _layout_node()
    if node is not None and node.GetViewArrangement() in (SPINE, HIP):
        before = node.GetAttribute(BEFORE_ATTRIBUTE) or ""
        node.SetViewArrangement(int(before) if before.isdigit() else node.SlicerLayoutFourUpView)


def current_layout() -> int:
    """The number of the arrangement that is shown; 0 without an application."""
    node = _layout_node()
    return node.GetViewArrangement() if node is not None else 0


def show_results(volumeNode) -> None:
    """Scores and chart of a volume in the table and plot views."""
    logic = slicer.app.applicationLogic()
    selection = logic.GetSelectionNode()
    table, chart = find_result(SCORES, volumeNode), find_result(f"{CHART} chart", volumeNode)
    if table is not None:
        selection.SetActiveTableID(table.GetID())
        logic.PropagateTableSelection()
    if chart is not None:
        selection.SetActivePlotChartID(chart.GetID())
        logic.PropagatePlotChartSelection()


def _layout_node():
    return slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLLayoutNode")


def _description(main: str, second: str) -> str:
    """One large slice view at the left; another and the 3-D view in the middle; plot over table at the right."""
    return (f'<layout type="horizontal" split="true">'
            f'<item splitSize="400">{_slice(main)}</item>'
            f'<item splitSize="300"><layout type="vertical" split="true"><item>{_slice(second)}</item>'
            f'<item><view class="vtkMRMLViewNode" singletontag="1"><property name="viewlabel" action="default">1'
            f'</property></view></item></layout></item>'
            f'<item splitSize="300"><layout type="vertical" split="true">'
            f'<item><view class="vtkMRMLPlotViewNode" singletontag="PlotView1"><property name="viewlabel" '
            f'action="default">P</property></view></item>'
            f'<item><view class="vtkMRMLTableViewNode" singletontag="TableView1"><property name="viewlabel" '
            f'action="default">T</property></view></item></layout></item></layout>')


def _slice(name: str) -> str:
    orientation, label, colour = _SLICES[name]
    return (f'<view class="vtkMRMLSliceNode" singletontag="{name}"><property name="orientation" action="default">'
            f'{orientation}</property><property name="viewlabel" action="default">{label}</property>'
            f'<property name="viewcolor" action="default">{colour}</property></view>')
