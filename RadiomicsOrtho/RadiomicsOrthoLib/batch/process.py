"""A batch in a process of its own, so that no window waits for it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from ..child_task import ChildTask, do_task
from ..long_work import Cancelled, Progress
from .request import BatchRequest

#: how long the workers may take to end when the window is closed
_GRACE_S = 3.0


@dataclass(frozen=True)
class BatchOutcome:
    """How many cases ended how, or the ``problem`` (one sentence) that ended the batch; what is done stays done.

    ``failure`` is the first case that gave nothing, with its reason.
    """

    out: str
    counts: Mapping[str, int]
    failure: tuple[str, str] | None
    problem: str
    cancelled: bool


class BatchProcess(ChildTask):
    """One batch at a time; ``python`` is the interpreter to start."""

    def __init__(self, python: str | None = sys.executable) -> None:
        super().__init__(python, __name__, _GRACE_S)
        self._out = ""

    def start(self, request: BatchRequest, jobs: int) -> None:
        """Begin with ``jobs`` workers; InputError if there is no interpreter to start."""
        self._out = request.out
        self.begin_task({"request": request.to_dict(), "jobs": jobs})

    def outcome(self) -> BatchOutcome:
        """What came of it, once it no longer runs; RuntimeError where it failed."""
        found = self.result()
        failure = found.get("failure")
        return BatchOutcome(self._out, found.get("counts", {}), tuple(failure) if failure else None, found["problem"],
                            found["cancelled"])


def work(folder: str) -> None:
    """What the child does: read the task, run the batch, write how it ended."""
    do_task(folder, _run)


def _run(task: Mapping, progress: Progress, cancelled: Cancelled) -> dict:
    # only the child needs what these bring with them
    from .request import prepare
    from .workers import planned

    batch = prepare(BatchRequest.from_dict(task["request"]))
    end = batch.run(planned(task["jobs"], None, None), progress=progress, cancelled=cancelled)
    return {"counts": end.counts, "failure": end.failure}
