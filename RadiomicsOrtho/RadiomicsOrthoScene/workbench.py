"""Studies beside the application: a recipe on a table, a validation, a simulated table, as jobs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from RadiomicsOrthoLib.resources import resource_folder

from .chosen_paths import reason_no_file, reason_no_place
from .dependencies import ensure, missing
from .interpreter import python_program
from .job import Job

if TYPE_CHECKING:
    from RadiomicsOrthoLib.workbench.process import WorkbenchProcess, WorkOutcome
    from RadiomicsOrthoLib.workbench.request import SimulationRequest, StudyRequest, ValidationRequest

REQUIREMENTS, FOLLOW_UP = "requirements-study.txt", "requirements-study-follow-up.txt"


class StudyJob(Job):
    """One piece of work at a time; nothing is written before its end."""

    def __init__(self) -> None:
        from RadiomicsOrthoLib.workbench.process import WorkbenchProcess

        super().__init__(WorkbenchProcess(python_program()))

    def check(self, request: StudyRequest) -> bool:
        """Look whether the table fits the recipe; False, and nothing is done, while packages for it are missing."""
        if missing(requirements_file()):
            return False
        self._process.check(request)
        return True

    def train(self, request: StudyRequest) -> None:
        """Run a study.  Here and below packages that are missing are installed after asking.

        Raises InputError with one sentence where that is declined, or nothing can be started.
        """
        if request.wanted_recipe().follow_up:
            ensure(_path(FOLLOW_UP), "Radiomics Ortho")
        self._begin(lambda process: process.train(request))

    def validate(self, request: ValidationRequest) -> None:
        """Apply a frozen model to another table."""
        self._begin(lambda process: process.validate(request))

    def simulate(self, request: SimulationRequest) -> None:
        """Write a simulated table."""
        self._begin(lambda process: process.simulate(request))

    def cancel(self) -> None:
        """Ask it to end; it still runs for a moment, and nothing is written."""
        self._process.cancel()

    def outcome(self) -> WorkOutcome:
        """What came of it, once it no longer runs."""
        return self._process.outcome()

    def _begin(self, start: Callable[[WorkbenchProcess], None]) -> None:
        ensure(requirements_file(), "Radiomics Ortho")
        start(self._process)


def reason_not_checked(recipe: str, table: str, sheet: str) -> str:
    """Why there is nothing to be checked yet, in the user's words; empty if there is."""
    if not recipe:
        return "Choose a recipe, or name the file of your own."
    if not table:
        return "Choose a table of features (CSV or Parquet), or try with a simulated cohort."
    return reason_no_file(table, sheet)


def reason_no_folder(out: str) -> str:
    """Why nothing can be written into ``out``; empty if it can."""
    from RadiomicsOrthoLib.workbench.results import holds_study

    reason = reason_no_place(out)
    if reason:
        return reason
    if holds_study(out):
        return "This folder holds results already: show them, or choose a new or empty folder."
    if Path(out).is_dir() and any(Path(out).iterdir()):
        return f"The folder '{out}' is not empty; choose a new or empty one."
    return ""


def free_folder(parent: str, name: str) -> str:
    """A folder below ``parent`` that is not there yet: ``name``, or with the first free number behind it."""
    number, path = 1, Path(parent) / name
    while path.exists():
        number += 1
        path = Path(parent) / f"{name}-{number}"
    return str(path)


def requirements_file() -> str:
    """The packages that every study needs."""
    return _path(REQUIREMENTS)


def _path(name: str) -> str:
    return str(resource_folder() / name)
