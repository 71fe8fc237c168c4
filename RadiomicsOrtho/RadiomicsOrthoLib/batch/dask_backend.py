"""Joblib's backend for dask, which also tells of work whose worker is gone."""

from __future__ import annotations


def dask_backend(client, worker_seconds: float):
    """The backend on a ``distributed.Client``; it waits ``worker_seconds`` for a worker where all of them are lost.

    Joblib (1.6) calls back for work that is done, and never for work that dask gave up: it would wait for ever.
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

        def retrieve_result_callback(self, out):
            if isinstance(out, BaseException):
                raise out
            return super().retrieve_result_callback(out)

    return DaskBackend(client=client, wait_for_workers_timeout=worker_seconds)
