"""A batch in a process of its own, so that no window waits for it."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..child_process import ChildProcess, told, write_whole
from ..errors import InputError
from ..long_work import CancelledError
from .request import BatchRequest

_TASK, _RESULT = "task.json", "result.json"
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


class BatchProcess(ChildProcess):
    """One batch at a time; ``python`` is the interpreter to start."""

    def __init__(self, python: str | None = sys.executable) -> None:
        super().__init__(python, __name__, _GRACE_S)
        self._out = ""

    def start(self, request: BatchRequest, jobs: int) -> None:
        """Begin with ``jobs`` workers; InputError if there is no interpreter to start."""
        self._out = request.out
        task = json.dumps({"request": request.to_dict(), "jobs": jobs})
        self.begin(lambda folder: (folder / _TASK).write_text(task, encoding="utf-8"))

    def cancel(self) -> None:
        """Ask it to end; it does so in a moment, and its outcome says so."""
        self.ask_to_end()

    def outcome(self) -> BatchOutcome:
        """What came of it, once it no longer runs; RuntimeError where it failed."""
        with self.finished() as folder:
            found = json.loads((folder / _RESULT).read_text(encoding="utf-8"))
        failure = found["failure"] and tuple(found["failure"])
        return BatchOutcome(self._out, found["counts"], failure, found["problem"], found["cancelled"])


def work(folder: str) -> None:
    """What the child does: read the task, run the batch, write how it ended."""
    # only the child needs what these bring with them
    from .request import prepare
    from .workers import planned

    place = Path(folder)
    task = json.loads((place / _TASK).read_text(encoding="utf-8"))
    found = {"counts": {}, "failure": None, "problem": "", "cancelled": False}
    with told(place) as (progress, cancelled):
        try:
            batch = prepare(BatchRequest.from_dict(task["request"]))
            end = batch.run(planned(task["jobs"], None, None), progress=progress, cancelled=cancelled)
            found |= {"counts": end.counts, "failure": end.failure}
        except CancelledError:
            found["cancelled"] = True
        except InputError as error:
            found["problem"] = str(error)
    write_whole(place / _RESULT, json.dumps(found))
