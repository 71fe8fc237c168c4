"""Threads that share the tasks of one or several extractions, the newest first.

What was begun is finished before more is begun, so that few regions and few filtered images are in memory at a time,
and every thread helps with the last of them.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable

from ..long_work import Cancelled, CancelledError, Progress

#: between two looks at the cancel button
LOOK_SECONDS = 0.05
Task = Callable[["TaskPool"], None]


class TaskPool:
    """Runs tasks that may bring forth more tasks; each gets the pool itself."""

    def __init__(self, threads: int) -> None:
        self._threads = max(1, threads)
        self._changed = threading.Condition()
        self._waiting: deque[Task] = deque()
        self._reports: deque[tuple[float, str]] = deque()
        self._busy = 0
        self._stopped = False
        self._error: BaseException | None = None

    def run(self, tasks: Iterable[Task], progress: Progress, cancelled: Cancelled) -> None:
        """Work until no task is left; the first error of a task ends all.

        Only the calling thread calls ``progress`` and ``cancelled``: they may belong to a window.  After an error or a
        cancel what runs ends at its next ``poll``, without being waited for.
        """
        self._waiting.extend(tasks)
        threads = [threading.Thread(target=self._work, name=f"features-{n}") for n in range(self._threads)]
        try:
            for thread in threads:
                thread.start()
            while True:
                if cancelled():
                    raise CancelledError
                with self._changed:
                    ended = self._error is not None or not (self._busy or self._waiting)
                    if not (ended or self._reports):
                        self._changed.wait(LOOK_SECONDS)
                while self._reports:
                    progress(*self._reports.popleft())
                if ended:
                    break
        finally:
            with self._changed:
                self._stopped = True
                self._changed.notify_all()
        if self._error is not None:
            raise self._error

    def poll(self) -> None:
        """In a task, at least every 0.2 s: CancelledError if it should end."""
        if self.is_stopping():
            raise CancelledError

    def is_stopping(self) -> bool:
        """In a task: whether it should end."""
        return self._stopped or self._error is not None

    def add(self, tasks: Iterable[Task]) -> None:
        """In a task: more tasks, in this order before all that wait."""
        with self._changed:
            self._waiting.extendleft(reversed(list(tasks)))
            self._changed.notify_all()

    def share(self, task: Task) -> None:
        """In a task: have ``task`` done by a thread that has nothing to do, or else here and now."""
        with self._changed:
            if self._threads - self._busy > len(self._waiting):
                self._waiting.appendleft(task)
                self._changed.notify_all()
                return
        task(self)

    def report(self, share: float, text: str) -> None:
        """In a task: have the calling thread call ``progress``."""
        with self._changed:
            self._reports.append((share, text))
            self._changed.notify_all()

    def _work(self) -> None:
        while (task := self._next()) is not None:
            try:
                self.poll()
                task(self)
            except BaseException as error:  # noqa: BLE001 - raised again by the calling thread
                with self._changed:
                    self._error = self._error or error
            finally:
                with self._changed:
                    self._busy -= 1
                    self._changed.notify_all()

    def _next(self) -> Task | None:
        """The next task; ``None`` once there will be none."""
        with self._changed:
            while not self._waiting and self._busy and not self._stopped and self._error is None:
                self._changed.wait()
            if not self._waiting or self._stopped or self._error is not None:
                return None
            self._busy += 1
            return self._waiting.popleft()


class Shares:
    """How much of each region is done, told as a share of all."""

    def __init__(self, regions: int, pool: TaskPool) -> None:
        self._done = [0.0] * regions
        self._pool = pool
        self._lock = threading.Lock()

    def set(self, region: int, share: float, text: str) -> None:
        count = len(self._done)
        with self._lock:
            self._done[region] = max(share, self._done[region])
            # in the lock: what is reported never falls
            self._pool.report(sum(self._done) / count, text if count == 1 else
                              f"region {region + 1} of {count}: {text}")
