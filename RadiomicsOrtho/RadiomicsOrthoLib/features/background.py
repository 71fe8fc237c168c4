"""Work on another thread while the caller reports progress and looks at the cancel button.

Whoever waits here returns within ``LOOK_SECONDS`` of a request to stop, whatever the work is doing; the work itself
ends at its next look and its result is dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ..long_work import Cancelled, CancelledError, Progress
from .task_pool import TaskPool

Result = TypeVar("Result")


def in_background(work: Callable[[Progress, Cancelled], Result], progress: Progress, cancelled: Cancelled) -> Result:
    """The result of ``work(progress, cancelled)``, which runs on a thread of its own; CancelledError on a request.

    Only the calling thread calls ``progress`` and ``cancelled``: they may belong to a window.
    """
    found: list[Result] = []
    TaskPool(1).run([lambda pool: found.append(work(pool.report, pool.is_stopping))], progress, cancelled)
    # the last report may have brought the request
    if cancelled():
        raise CancelledError
    return found[0]
