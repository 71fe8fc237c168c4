"""Many scans beside the application: the batch of the library as a job, and its tables as nodes."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import slicer
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.resources import resource_folder

from .dependencies import ensure
from .interpreter import python_program
from .job import Job
from .table_columns import fill_table

if TYPE_CHECKING:
    from RadiomicsOrthoLib.batch.process import BatchOutcome
    from RadiomicsOrthoLib.batch.request import BatchRequest

#: says which table of a batch a node holds
BATCH_ATTRIBUTE = "RadiomicsOrtho.Batch"
#: larger tables stay in their file: no view shows them usefully
MAX_BYTES = 20 * 1024 * 1024


class Batch(Job):
    """One batch at a time; its folder keeps what is done."""

    def __init__(self) -> None:
        from RadiomicsOrthoLib.batch.process import BatchProcess

        super().__init__(BatchProcess(python_program()))

    def start(self, request: BatchRequest, jobs: int = 1) -> None:
        """Begin with ``jobs`` processes; packages that are missing are installed after asking.

        Raises InputError with one sentence where that is declined, or nothing can be started.
        """
        ensure(str(resource_folder() / "requirements-batch.txt"), "Radiomics Ortho")
        self._process.start(request, jobs)

    def cancel(self) -> None:
        """Ask it to end; it still runs for a moment, and what is done stays done."""
        self._process.cancel()

    def outcome(self) -> BatchOutcome:
        """What came of it, once it no longer runs."""
        return self._process.outcome()


def continues(out: str) -> bool:
    """Whether the folder ``out`` holds an earlier batch, which would be continued."""
    from RadiomicsOrthoLib.batch.folder import SETTINGS

    return bool(out) and (Path(out) / SETTINGS).is_file()


def reason_not_ready(table: str, out: str) -> str:
    """Why a batch cannot be started, in the user's words; empty if it can."""
    if not table:
        return "Choose a list of cases (CSV), or a folder of scans."
    if not Path(table).exists():
        return f"There is no file or folder '{table}'."
    if not out:
        return "Choose a folder for the results."
    if Path(out).is_file():
        return f"'{out}' is a file; choose a folder for the results."
    return ""


def load_tables(out: str) -> tuple[object, ...]:
    """The tables of the folder ``out`` as table nodes, scores first, in place of those of an earlier batch.

    A table that is too large for a view is left out.  Raises InputError where one cannot be read.
    """
    from RadiomicsOrthoLib.batch.tables import FAILURES, FEATURES, SCORES

    nodes = []
    for name, title in ((SCORES, "Batch scores"), (FEATURES, "Batch features"), (FAILURES, "Batch failures")):
        node = _node_of(name)
        path = Path(out) / name
        if path.is_file() and path.stat().st_size > MAX_BYTES:
            if node is not None:
                slicer.mrmlScene.RemoveNode(node)
            continue
        columns = _columns(path)
        if node is None:
            node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTableNode", title)
            node.SetAttribute(BATCH_ATTRIBUTE, name)
        fill_table(node, columns)
        nodes.append(node)
    return tuple(nodes)


def show_table(tableNode) -> None:
    """Show a table in the table view, with a layout that has one."""
    layout = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLLayoutNode")
    if layout is not None:
        layout.SetViewArrangement(layout.SlicerLayoutFourUpTableView)
    logic = slicer.app.applicationLogic()
    logic.GetSelectionNode().SetActiveTableID(tableNode.GetID())
    logic.PropagateTableSelection()


def _node_of(name: str):
    return next((node for node in slicer.util.getNodesByClass("vtkMRMLTableNode")
                 if node.GetAttribute(BATCH_ATTRIBUTE) == name), None)


def _columns(path: Path) -> dict[str, Sequence]:
    """Columns by title, of numbers where every cell that is filled is one."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
    except (OSError, UnicodeDecodeError, csv.Error):
        raise InputError(f"'{path}' cannot be read; run the batch again to have it written.") from None
    titles, cells = rows[0], rows[1:]
    return {title: _numbers([row[column] for row in cells]) for column, title in enumerate(titles)}


def _numbers(texts: list[str]) -> list:
    try:
        return [float(text) for text in texts]
    except ValueError:
        return texts
