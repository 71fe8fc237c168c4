"""Columns of a table node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import vtk


def fill_table(tableNode, columns: Mapping[str, Sequence]) -> None:
    """Write columns of texts or numbers into a table node."""
    table = vtk.vtkTable()
    for title, values in columns.items():
        texts = any(isinstance(value, str) for value in values)
        column = vtk.vtkStringArray() if texts else vtk.vtkDoubleArray()
        column.SetName(title)
        for value in values:
            column.InsertNextValue(cell_text(value) if texts else float(value))
        table.AddColumn(column)
    tableNode.SetAndObserveTable(table)
    tableNode.SetUseFirstColumnAsRowHeader(False)
    tableNode.SetUseColumnTitleAsColumnHeader(True)
    tableNode.SetLocked(True)


def cell_text(text: str) -> str:
    """A text as it survives the file of a saved scene: Slicer ends a cell at a tab, and the row at a ``#``."""
    return " ".join(text.split()).replace("#", "\uff03")
