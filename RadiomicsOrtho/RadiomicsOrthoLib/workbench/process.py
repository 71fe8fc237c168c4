"""Work of the workbench in a process of its own, so that no window waits for it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from ..child_task import ChildTask, do_task
from ..long_work import Cancelled, Progress, with_time_left
from .request import SimulationRequest, StudyRequest, ValidationRequest

#: how long the workers may take to end when the window is closed
_GRACE_S = 3.0
CHECK, STUDY, VALIDATION, SIMULATION = "check", "study", "validation", "simulation"


@dataclass(frozen=True)
class WorkOutcome:
    """What was ``found`` (as the functions of this package give it), or the ``problem`` (one sentence)."""

    found: Mapping[str, object]
    problem: str
    cancelled: bool


class WorkbenchProcess(ChildTask):
    """One piece of work at a time; ``python`` is the interpreter to start."""

    def __init__(self, python: str | None = sys.executable) -> None:
        super().__init__(python, __name__, _GRACE_S)

    def check(self, request: StudyRequest) -> None:
        """Look whether the table fits the recipe; InputError (here and below) if there is no interpreter to start."""
        self._begin(CHECK, request)

    def train(self, request: StudyRequest) -> None:
        """Run a study."""
        self._begin(STUDY, request)

    def validate(self, request: ValidationRequest) -> None:
        """Apply a frozen model to another table."""
        self._begin(VALIDATION, request)

    def simulate(self, request: SimulationRequest) -> None:
        """Write a simulated table."""
        self._begin(SIMULATION, request)

    def outcome(self) -> WorkOutcome:
        """What came of it, once it no longer runs; RuntimeError where it failed."""
        found = self.result()
        return WorkOutcome(found.get("found", {}), found["problem"], found["cancelled"])

    def _begin(self, kind: str, request) -> None:
        self.begin_task({"kind": kind, "request": request.to_dict()})


def work(folder: str) -> None:
    """What the child does."""
    do_task(folder, _run)


def _run(task: Mapping, progress: Progress, cancelled: Cancelled) -> dict:
    kind, asked, progress = task["kind"], task["request"], with_time_left(progress)
    # only the child needs what these bring with them
    if kind == CHECK:
        from .check import check_study

        return {"found": asdict(check_study(StudyRequest.from_dict(asked), progress, cancelled))}
    if kind == STUDY:
        from .train import train_study

        return {"found": train_study(StudyRequest.from_dict(asked), progress, cancelled)}
    if kind == VALIDATION:
        from .validate import validate_model

        return {"found": validate_model(ValidationRequest(**asked), progress, cancelled)}
    from .simulate import simulate_table

    return {"found": simulate_table(SimulationRequest(**asked), progress, cancelled)}
