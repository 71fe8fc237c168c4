"""Work on other threads while the caller reports progress and looks at the cancel button.

Whoever waits here returns within ``LOOK_SECONDS`` of a request to stop, whatever the work is doing; the work itself
ends at its next look and its result is dropped.  Only the calling thread calls ``progress`` and ``cancelled``: they
may belong to a window.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import TypeVar

from ..long_work import Cancelled, CancelledError, Progress

#: between two looks at the cancel button
LOOK_SECONDS = 0.05
Result = TypeVar("Result")


def in_background(work: Callable[[Progress, Cancelled], Result], progress: Progress, cancelled: Cancelled) -> Result:
    """The result of ``work(progress, cancelled)``, which runs on a thread of its own; CancelledError on a request."""
    stop, reports = threading.Event(), queue.SimpleQueue()

    def relay() -> None:
        while not reports.empty():
            progress(*reports.get())

    found = _wait_for({"": lambda: work(lambda share, text: reports.put((share, text)), stop.is_set)}, 1, stop,
                      cancelled, lambda done: relay())
    relay()
    # a report may have brought the request
    if cancelled():
        raise CancelledError
    return found[""]


def all_in_background(tasks: Mapping[str, Callable[[Callable[[], None]], Result]], threads: int, progress: Progress,
                      cancelled: Cancelled) -> dict[str, Result]:
    """Title → result of ``task(poll)`` for each task, in the order of ``tasks``.

    A task looks at the button by ``poll()``, which raises.  Reports the share of tasks that are done.
    CancelledError on a request; the first error of a task otherwise.
    """
    stop = threading.Event()

    def poll() -> None:
        if stop.is_set():
            raise CancelledError

    def report(done: list[str]) -> None:
        nonlocal count
        for title in done:
            count += 1
            progress(count / len(tasks), title)

    count = 0
    return _wait_for({title: lambda task=task: task(poll) for title, task in tasks.items()}, threads, stop, cancelled,
                     report)


def _wait_for(tasks: Mapping[str, Callable[[], Result]], threads: int, stop: threading.Event, cancelled: Cancelled,
              report: Callable[[list[str]], None]) -> dict[str, Result]:
    pool = ThreadPoolExecutor(threads, thread_name_prefix="features")
    found: dict[str, Result] = {}
    try:
        running = {pool.submit(task): title for title, task in tasks.items()}
        while running:
            if cancelled():
                raise CancelledError
            done, _ = wait(running, timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED)
            titles = [running.pop(future) for future in done]
            found |= {title: future.result() for title, future in zip(titles, done, strict=True)}
            report(titles)
    finally:
        # after an error or a cancel: what runs ends at its next look, what waits never starts
        stop.set()
        pool.shutdown(wait=False, cancel_futures=True)
    return {title: found[title] for title in tasks}
