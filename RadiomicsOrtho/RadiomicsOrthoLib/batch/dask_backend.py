"""Joblib's backend for dask, which also tells of work whose worker is gone, and of a cluster without workers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

#: how often it is looked whether there are workers
_LOOK_SECONDS = 1.0


class NoWorkersError(Exception):
    """The cluster had no worker for as long as one is waited for."""


@contextmanager
def dask_backend(client, worker_seconds: float) -> Iterator[object]:
    """The backend on a ``distributed.Client``; it waits ``worker_seconds`` for a worker where all of them are lost.

    Joblib (1.6) calls back for work that is done, and never for work that dask gave up; and dask keeps work that nobody
    can do: both would wait for ever.
    """
    from joblib._dask import DaskDistributedBackend

    class DaskBackend(DaskDistributedBackend):
        def submit(self, func, callback=None):
            future = super().submit(func, callback)

            def tell(ended) -> None:
                error = ended.exception()
                if error is not None and callback is not None:
                    callback(error)

            future.add_done_callback(tell)
            return future

        def effective_n_jobs(self, n_jobs):
            # joblib does a single job in this process, which a crash must not take down
            return max(2, super().effective_n_jobs(n_jobs))

        def retrieve_result_callback(self, out):
            if isinstance(out, BaseException):
                raise out
            return super().retrieve_result_callback(out)

        def give_up(self) -> None:
            """End what was handed out and is not done."""
            waiting = dict(self._results)
            self.abort_everything()
            self.client.cancel(list(waiting))
            for future in waiting.values():
                if not future.done():
                    future.set_exception(NoWorkersError())

    backend, over = DaskBackend(client=client, wait_for_workers_timeout=worker_seconds), threading.Event()

    def watch() -> None:
        alone = 0.0
        while not over.wait(_LOOK_SECONDS):
            alone = 0.0 if _has_workers(client) else alone + _LOOK_SECONDS
            if alone >= worker_seconds:
                backend.give_up()
                alone = 0.0

    watcher = threading.Thread(target=watch, name="workers", daemon=True)
    watcher.start()
    try:
        yield backend
    finally:
        over.set()
        watcher.join()


def _has_workers(client) -> bool:
    try:
        return bool(client.scheduler_info()["workers"])
    except Exception:  # noqa: BLE001 - a scheduler that does not answer has none either, whatever it raises
        return False
