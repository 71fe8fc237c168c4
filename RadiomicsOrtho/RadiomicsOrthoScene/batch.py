"""Many scans beside the application: the batch of the library as a job, and its tables as nodes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import slicer
from RadiomicsOrthoLib.resources import resource_folder

from .chosen_paths import reason_no_file, reason_no_place
from .csv_table import MAX_BYTES, csv_columns, marked_node, select_table
from .dependencies import ensure
from .interpreter import python_program
from .job import Job
from .table_columns import fill_table

if TYPE_CHECKING:
    from RadiomicsOrthoLib.batch.process import BatchOutcome
    from RadiomicsOrthoLib.batch.request import BatchRequest

#: says which table of a batch a node holds
BATCH_ATTRIBUTE = "RadiomicsOrtho.Batch"


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
    return reason_no_file(table) or reason_no_place(out)


def load_tables(out: str) -> tuple[object, ...]:
    """The tables of the folder ``out`` as table nodes, scores first, in place of those of an earlier batch.

    A table that is too large for a view is left out.  Raises InputError where one cannot be read.
    """
    from RadiomicsOrthoLib.batch.tables import FAILURES, FEATURES, SCORES

    nodes = []
    for name, title in ((SCORES, "Batch scores"), (FEATURES, "Batch features"), (FAILURES, "Batch failures")):
        node = marked_node("vtkMRMLTableNode", BATCH_ATTRIBUTE, name)
        path = Path(out) / name
        if path.is_file() and path.stat().st_size > MAX_BYTES:
            if node is not None:
                slicer.mrmlScene.RemoveNode(node)
            continue
        columns = csv_columns(path, "run the batch again")
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
    select_table(tableNode)
