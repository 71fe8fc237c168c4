"""Tables that the library wrote, as table nodes in the table view."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import slicer
from RadiomicsOrthoLib.errors import InputError

#: larger tables stay in their file: no view shows them usefully
MAX_BYTES = 20 * 1024 * 1024


def csv_columns(path: Path, again: str) -> dict[str, Sequence]:
    """Columns by title, of numbers where every cell that is filled is one.

    InputError where it cannot be read; ``again`` is what writes it anew (``run the batch again``).
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        titles, cells = rows[0], rows[1:]
    except (OSError, UnicodeDecodeError, csv.Error, IndexError):
        raise InputError(f"'{path}' cannot be read; {again} to have it written.") from None
    return {title: _numbers([row[column] for row in cells]) for column, title in enumerate(titles)}


def _numbers(texts: list[str]) -> list:
    try:
        return [float(text) for text in texts]
    except ValueError:
        return texts


def marked_node(className: str, attribute: str, value: str):
    """The node that is marked so; ``None`` if there is none."""
    return next((node for node in slicer.util.getNodesByClass(className) if node.GetAttribute(attribute) == value),
                None)


def select_table(tableNode) -> None:
    """Show a table in the table views of the layout."""
    logic = slicer.app.applicationLogic()
    logic.GetSelectionNode().SetActiveTableID(tableNode.GetID())
    logic.PropagateTableSelection()
