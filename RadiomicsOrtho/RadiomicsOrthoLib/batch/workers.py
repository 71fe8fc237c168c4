"""Workers on one machine or on many, and what is done when one of them is lost.

A lost worker (killed, crashed in compiled code, ended by the system for want of memory) takes down those that work
beside it, and nothing says which case it was.  So every case that had been begun is computed again, alone; one that
is lost again then is the one, and is kept as failed.
"""

from __future__ import annotations

import os
import signal
import threading
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

from ..errors import InputError
from ..features.fast_engine import processors
from ..long_work import Cancelled, never_cancelled
from .dask_backend import dask_backend
from .worker import Outcome, Task, begin_worker, share_processors, work_on

LOKY, THREADS, DASK = "loky", "threading", "dask"
#: how long is waited for the scheduler of a cluster, and for a worker where all of them are lost
_CLUSTER_SECONDS, _WORKER_SECONDS = 10, 120
#: how often it is looked whether the work shall end
_LOOK_SECONDS = 0.2


class LostWorkerError(Exception):
    """A worker ended while it computed something."""


class EmptyClusterError(InputError):
    """A cluster has no workers, and none came."""


@dataclass(frozen=True)
class Workers:
    """``jobs`` workers of a joblib ``backend``, each with ``threads`` threads and at most ``memory_bytes`` (0: any).

    ``address`` is that of the scheduler of a dask cluster; it has as many workers as it has.
    """

    jobs: int
    threads: int
    memory_bytes: int = 0
    backend: str = LOKY
    address: str = ""

    @property
    def whole_memory(self) -> int:
        """What one process may take that works alone."""
        return self.memory_bytes * self.jobs

    @contextmanager
    def ready(self) -> Iterator[None]:
        """Meanwhile work can be given to them; InputError where joblib or the cluster is not there."""
        try:
            import joblib
        except ImportError:
            raise InputError("A batch needs joblib, which is not installed here; install it with 'pip install "
                             "joblib'.") from None
        with warnings.catch_warnings():
            # that a worker was started anew is told in our own words
            warnings.filterwarnings("ignore", module="joblib")
            warnings.filterwarnings("ignore", message=".*worker stopped.*")
            with _cluster(self.address) if self.address else nullcontext(self.backend) as backend, \
                    self._shared_threads():
                options = {"inner_max_num_threads": self.threads, "initializer": begin_worker,
                           "initargs": (os.getpid(),)} if self.backend == LOKY else {}
                try:
                    chosen = joblib.parallel_config(backend, **options)
                except (KeyError, ValueError, ImportError) as error:
                    raise InputError(f"There is no joblib backend '{self.backend}' here ({error}).") from None
                with chosen:
                    try:
                        yield
                    finally:
                        if self.backend == LOKY:
                            _end_processes()

    def each(self, tasks: Iterable[Task], one_by_one: bool = False) -> Iterator[Outcome]:
        """The outcomes of ``tasks`` as they come; LostWorkerError where a worker ends before its case does."""
        import joblib

        at_once = 1 if one_by_one else self.jobs
        # joblib does a single job in this process, which a crash must not take down: two workers, of which one waits
        count = -1 if self.address else max(2, self.jobs) if self.backend == LOKY else at_once
        waiting = "2*n_jobs" if self.address and not one_by_one else at_once
        work = joblib.Parallel(n_jobs=count, pre_dispatch=waiting, batch_size=1, return_as="generator_unordered")
        try:
            found = work(joblib.delayed(work_on)(task) for task in tasks)
        except TimeoutError:
            raise EmptyClusterError(f"The dask cluster at '{self.address}' has no workers; start some, and continue "
                                    "with --resume.") from None
        try:
            yield from found
        except (KeyboardInterrupt, GeneratorExit):
            raise
        except Exception as error:
            # no case raises anything in work_on
            raise LostWorkerError(f"{type(error).__name__}") from error
        finally:
            found.close()

    @contextmanager
    def _shared_threads(self) -> Iterator[None]:
        """Threads of this process look at its own variable."""
        if self.backend != THREADS:
            yield
            return
        before = os.environ.get("NUMBA_NUM_THREADS")
        share_processors(self.threads)
        try:
            yield
        finally:
            os.environ.pop("NUMBA_NUM_THREADS")
            if before is not None:
                os.environ["NUMBA_NUM_THREADS"] = before


def planned(jobs: int | None, threads: int | None, memory_gib: float | None, backend: str = LOKY,
            address: str = "") -> Workers:
    """Workers that share this machine out: by default one with all processors, and all memory between them.

    A cluster states its own shares; its workers get one thread each unless ``threads`` says more.
    """
    for name, value in (("--jobs", jobs), ("--threads", threads), ("--memory", memory_gib)):
        if value is not None and value <= 0:
            raise InputError(f"{name} must be more than 0, not {value:g}.")
    if address:
        if jobs is not None or memory_gib is not None:
            raise InputError("A dask cluster has its own number of workers and memory; leave --jobs and --memory out.")
        return Workers(1, threads or 1, 0, DASK, address)
    jobs = jobs or 1
    if backend != LOKY and memory_gib is not None:
        raise InputError(f"Memory is limited for processes of this program only, not with the backend '{backend}'.")
    share = memory_gib * 2**30 if memory_gib else (machine_memory() / jobs if backend == LOKY else 0)
    return Workers(jobs, threads or max(1, processors() // jobs), int(share), backend)


def machine_memory() -> int:
    """Bytes of memory that this program may use: those of the machine, or of its share of it; 0 if unknown."""
    try:
        found = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 0
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            with open(path, encoding="ascii") as file:
                text = file.read().strip()
        except OSError:
            continue
        if text.isdigit():
            found = min(found, int(text))
    return found


@contextmanager
def interrupted_when(cancelled: Cancelled) -> Iterator[None]:
    """Meanwhile a request to cancel is a KeyboardInterrupt in this, the main thread; as joblib ends its work for."""
    if cancelled is never_cancelled:
        yield
        return
    over = threading.Event()
    # a program that was started in the background has none
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def look() -> None:
        while not over.wait(_LOOK_SECONDS):
            if cancelled():
                signal.raise_signal(signal.SIGINT)
                return

    watcher = threading.Thread(target=look, name="cancel", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
        signal.signal(signal.SIGINT, before)


def _end_processes() -> None:
    """Joblib keeps its workers for later work; here is none."""
    from joblib.externals.loky import get_reusable_executor

    get_reusable_executor(reuse=True).shutdown(wait=True, kill_workers=True)


@contextmanager
def _cluster(address: str) -> Iterator[object]:
    """The backend of a dask cluster."""
    try:
        from distributed import Client
    except ImportError:
        raise InputError("--dask needs dask.distributed; install it with pip install "
                         "'radiomics-ortho[dask]'.") from None
    try:
        client = Client(address, timeout=_CLUSTER_SECONDS)
    except (OSError, ValueError) as error:
        raise InputError(f"There is no dask scheduler at '{address}' ({error}).") from None
    with client, dask_backend(client, _WORKER_SECONDS) as backend:
        yield backend


