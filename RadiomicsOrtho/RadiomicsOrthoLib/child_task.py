"""A child process whose task and result are one JSON object each, and that ends with a sentence where it has to."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from .child_process import ChildProcess, told, write_whole
from .errors import InputError
from .long_work import Cancelled, CancelledError, Progress

_TASK, _RESULT = "task.json", "result.json"
Work = Callable[[Mapping, Progress, Cancelled], Mapping]


class ChildTask(ChildProcess):
    """As its base; ``work(folder)`` of the module calls :func:`do_task`."""

    def begin_task(self, task: Mapping[str, object]) -> None:
        """Begin with ``task`` (JSON-ready); InputError if there is no interpreter to start."""
        text = json.dumps(task)
        self.begin(lambda folder: (folder / _TASK).write_text(text, encoding="utf-8"))

    def cancel(self) -> None:
        """Ask it to end; it does so in a moment, and its result says so."""
        self.ask_to_end()

    def result(self) -> dict:
        """What the work found, with ``problem`` (one sentence, or empty) and ``cancelled``; RuntimeError where it
        failed.
        """
        with self.finished() as folder:
            return json.loads((folder / _RESULT).read_text(encoding="utf-8"))


def do_task(folder: str, work: Work) -> None:
    """In the child: read the task, do it, write how it ended."""
    place = Path(folder)
    task = json.loads((place / _TASK).read_text(encoding="utf-8"))
    found: dict = {"problem": "", "cancelled": False}
    with told(place) as (progress, cancelled):
        try:
            found |= work(task, progress, cancelled)
        except CancelledError:
            found["cancelled"] = True
        except InputError as error:
            found["problem"] = str(error)
    write_whole(place / _RESULT, json.dumps(found))
