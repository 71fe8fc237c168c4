"""Curves as nodes for Slicer's plot views: one chart, one table with their points, a series for each curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import slicer
from RadiomicsOrthoLib.report.value_colours import Colour

from .result_nodes import find_result, remove_results, result_node
from .table_columns import fill_table

#: how a curve is drawn
LINE, DASHED, DOTTED, POINTS = "line", "dashed", "dotted", "points"
#: colours of curves that are told apart (Okabe and Ito 2008), without the yellow that is hard to see on white
CURVE_COLOURS = ((0.0, 0.447, 0.698), (0.835, 0.369, 0.0), (0.0, 0.62, 0.451), (0.8, 0.475, 0.655),
                 (0.337, 0.706, 0.914), (0.902, 0.624, 0.0))
GREY = (0.45, 0.45, 0.45)


@dataclass(frozen=True)
class Curve:
    """Points ``x``, ``y`` (n each; NaN breaks a line) under a ``name`` that the legend shows.

    ``labels`` (n texts) are shown with the point under the mouse.
    """

    name: str
    x: np.ndarray
    y: np.ndarray
    colour: Colour
    style: str = LINE
    labels: tuple[str, ...] = ()


def write_chart(kind: str, title: str, axes: tuple[str, str], curves: Sequence[Curve], volumeNode=None,
                ranges: tuple[tuple[float, float] | None, tuple[float, float] | None] = (None, None)):
    """The chart node of ``kind``, in place of an earlier one of that kind (about ``volumeNode``, if one is given).

    ``axes`` are the titles of x and y with their units, ``ranges`` their ends (``None``: as the points need).
    """
    chart = _node("vtkMRMLPlotChartNode", f"{kind} chart", title, volumeNode)
    table = _node("vtkMRMLTableNode", f"{kind} points", f"{title}, points", volumeNode)
    fill_table(table, _columns(curves))
    chart.RemoveAllPlotSeriesNodeIDs()
    for number, curve in enumerate(curves):
        series = _node("vtkMRMLPlotSeriesNode", f"{kind} curve {number}", curve.name, volumeNode)
        _style(series, curve)
        series.SetAndObserveTableNodeID(table.GetID())
        series.SetXColumnName(_column(number, curve, "x"))
        series.SetYColumnName(_column(number, curve, "y"))
        series.SetLabelColumnName(_column(number, curve, "label") if curve.labels else "")
        chart.AddAndObservePlotSeriesNodeID(series.GetID())
    _remove_further(kind, len(curves), volumeNode)
    chart.SetTitle(title)
    chart.SetXAxisTitle(axes[0])
    chart.SetYAxisTitle(axes[1])
    chart.SetXAxisRangeAuto(ranges[0] is None)
    chart.SetYAxisRangeAuto(ranges[1] is None)
    if ranges[0] is not None:
        chart.SetXAxisRange(*ranges[0])
    if ranges[1] is not None:
        chart.SetYAxisRange(*ranges[1])
    chart.SetTitleFontSize(14)
    chart.SetAxisTitleFontSize(13)
    chart.SetAxisLabelFontSize(12)
    chart.SetLegendFontSize(11)
    return chart


def remove_chart(kind: str, volumeNode=None) -> None:
    """Remove a chart with everything that belongs to it."""
    if volumeNode is not None:
        remove_results(f"{kind} ", volumeNode)
        return
    for node in list(slicer.util.getNodesByClass("vtkMRMLNode")):
        if (node.GetAttribute(_FREE_ATTRIBUTE) or "").startswith(f"{kind} "):
            slicer.mrmlScene.RemoveNode(node)


#: the same as the kind of a result, of a chart that belongs to no volume
_FREE_ATTRIBUTE = "RadiomicsOrtho.Chart"


def _node(className: str, kind: str, name: str, volumeNode):
    if volumeNode is not None:
        node = result_node(className, kind, name, volumeNode)
    else:
        node = next((one for one in slicer.util.getNodesByClass(className)
                     if one.GetAttribute(_FREE_ATTRIBUTE) == kind), None)
        if node is None:
            node = slicer.mrmlScene.AddNewNodeByClass(className)
            node.SetAttribute(_FREE_ATTRIBUTE, kind)
    node.SetName(name)
    return node


def _remove_further(kind: str, count: int, volumeNode) -> None:
    """Remove the curves of an earlier chart that had more of them."""
    while True:
        name = f"{kind} curve {count}"
        node = find_result(name, volumeNode) if volumeNode is not None else next(
            (one for one in slicer.util.getNodesByClass("vtkMRMLPlotSeriesNode")
             if one.GetAttribute(_FREE_ATTRIBUTE) == name), None)
        if node is None:
            return
        slicer.mrmlScene.RemoveNode(node)
        count += 1


def _column(number: int, curve: Curve, axis: str) -> str:
    return f"{number + 1} {curve.name} {axis}"


def _columns(curves: Sequence[Curve]) -> dict[str, list]:
    """Columns of equal length: shorter curves end with NaN, which is not drawn."""
    length = max((len(curve.x) for curve in curves), default=0)
    columns: dict[str, list] = {}
    for number, curve in enumerate(curves):
        missing = length - len(curve.x)
        for axis, values in (("x", curve.x), ("y", curve.y)):
            columns[_column(number, curve, axis)] = [*map(float, values), *[float("nan")] * missing]
        if curve.labels:
            columns[_column(number, curve, "label")] = [*curve.labels, *[""] * missing]
    return columns


def _style(series, curve: Curve) -> None:
    kinds = {LINE: series.LineStyleSolid, DASHED: series.LineStyleDash, DOTTED: series.LineStyleDot,
             POINTS: series.LineStyleNone}
    series.SetPlotType(series.PlotTypeScatter)
    series.SetLineStyle(kinds[curve.style])
    series.SetLineWidth(2.0 if curve.style == LINE else 1.0)
    series.SetMarkerStyle(series.MarkerStyleCircle if curve.style == POINTS else series.MarkerStyleNone)
    series.SetMarkerSize(9.0)
    series.SetColor(*curve.colour)
