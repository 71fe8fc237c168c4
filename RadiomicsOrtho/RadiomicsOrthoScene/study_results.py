"""What a folder of a study holds, as nodes: charts, tables, and its record; read, never computed again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import slicer
from RadiomicsOrthoLib import RESEARCH_USE_ONLY
from RadiomicsOrthoLib.errors import InputError

from .csv_table import MAX_BYTES, csv_columns, marked_node, select_table
from .layouts import STUDY, select_chart, show_layout
from .result_nodes import place_in_folder
from .study_plots import write_study_chart
from .study_table import shown_columns
from .table_columns import fill_table

if TYPE_CHECKING:
    from RadiomicsOrthoLib.workbench.results import StoredStudy

#: says which table or text of a study a node holds
STUDY_ATTRIBUTE = "RadiomicsOrtho.Study"
RECORD = "record.json"


def show_study_chart(study: StoredStudy, name: str):
    """Write the chart ``name`` of a study as nodes and show it; returns the chart node."""
    chart = study.charts[name]
    title = f"SIMULATED \u2013 {chart['title']}" if study.simulated else chart["title"]
    node = write_study_chart({**chart, "title": title}, _kind(study))
    node.SetDescription(RESEARCH_USE_ONLY)
    table = None
    for number in range(node.GetNumberOfPlotSeriesNodes()):
        series = node.GetNthPlotSeriesNode(number)
        table = series.GetTableNode()
        place_in_folder(series, folder_name(study))
    for one in (node, table):
        if one is not None:
            place_in_folder(one, folder_name(study))
    show_layout(STUDY)
    select_chart(node)
    return node


def show_study_table(study: StoredStudy, file: str, title: str):
    """Write a table of a study as a table node and show it; returns the node.

    InputError where it cannot be read, or is too large for a view.
    """
    path = study.path / file
    if path.is_file() and path.stat().st_size > MAX_BYTES:
        raise InputError("This table is too large to be shown; open the folder.")
    columns, about = shown_columns(csv_columns(path, "run the study again"))
    node = _node("vtkMRMLTableNode", study, file, title)
    fill_table(node, columns, about)
    node.SetDescription(RESEARCH_USE_ONLY)
    show_layout(STUDY)
    select_table(node)
    return node


def write_study_record(study: StoredStudy):
    """A text node with where the study comes from; ``None`` where the folder has no record (a validation)."""
    try:
        text = (study.path / RECORD).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    node = _node("vtkMRMLTextNode", study, RECORD, "record")
    node.SetText(text)
    return node


def folder_name(study: StoredStudy) -> str:
    """Of the folder in the subject hierarchy."""
    word = "SIMULATED \u2013 " if study.simulated else ""
    return f"{word}Study: {study.data['title']}"


def _kind(study: StoredStudy) -> str:
    return f"{study.data['kind']} {study.data['recipe'] or study.data['title']}"


def _node(className: str, study: StoredStudy, file: str, title: str):
    mark = f"{_kind(study)} {file}"
    node = marked_node(className, STUDY_ATTRIBUTE, mark)
    if node is None:
        node = slicer.mrmlScene.AddNewNodeByClass(className)
        node.SetAttribute(STUDY_ATTRIBUTE, mark)
    word = "SIMULATED " if study.simulated else ""
    node.SetName(f"{word}{study.data['recipe'] or study.data['kind']} {title}")
    place_in_folder(node, folder_name(study))
    return node
