"""Joblib's backend for dask, which also tells of work whose worker is gone.

Imported only where dask is asked for.
"""

from __future__ import annotations

from joblib._dask import DaskDistributedBackend


class DaskBackend(DaskDistributedBackend):
    """Joblib (1.6) calls back for work that is done, and never for work that dask gave up: it would wait for ever."""

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
