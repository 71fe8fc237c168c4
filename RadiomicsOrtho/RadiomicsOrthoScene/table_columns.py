"""Columns of a table node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import vtk
from RadiomicsOrthoLib.report.language import local


@dataclass(frozen=True)
class About:
    """What Slicer's table view says of a column: as its heading ``title``, and over its cells all three.

    In English here; shown in the language of the application.
    """

    title: str = ""
    unit: str = ""
    meaning: str = ""


def fill_table(tableNode, columns: Mapping[str, Sequence], about: Mapping[str, About] | None = None) -> None:
    """Write columns of texts or numbers into a table node, by their lasting names; ``about`` is for people."""
    table = vtk.vtkTable()
    for name, values in columns.items():
        texts = not values or any(isinstance(value, str) for value in values)
        column = vtk.vtkStringArray() if texts else vtk.vtkDoubleArray()
        column.SetName(name)
        for value in values:
            column.InsertNextValue(cell_text(value) if texts else float(value))
        table.AddColumn(column)
    tableNode.SetAndObserveTable(table)
    for name in columns:
        _describe(tableNode, name, (about or {}).get(name, About()))
    tableNode.SetUseFirstColumnAsRowHeader(False)
    tableNode.SetUseColumnTitleAsColumnHeader(True)
    tableNode.SetLocked(True)


def _describe(tableNode, name: str, about: About) -> None:
    title, unit = local(about.title or name), local(about.unit)
    tableNode.SetColumnTitle(name, f"{title} ({unit})" if unit else title)
    tableNode.SetColumnUnitLabel(name, unit)
    tableNode.SetColumnDescription(name, local(about.meaning))


def cell_text(text: str) -> str:
    """A text as it survives the file of a saved scene: Slicer ends a cell at a tab, and the row at a ``#``."""
    return " ".join(text.split()).replace("#", "\uff03")
