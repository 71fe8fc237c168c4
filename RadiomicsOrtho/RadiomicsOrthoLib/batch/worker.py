"""What a worker does with one case, wherever it runs."""

from __future__ import annotations

import functools
import os
import shutil
import signal
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError
from ..models.bundle import ModelBundle
from .case import BatchCase
from .computation import compute
from .folder import BatchFolder
from .settings import BatchSettings, same_models

#: how often a worker looks whether its run is still there
_LOOK_SECONDS = 0.5
#: what became of a case: its result is kept, there was not memory enough, results cannot be written, or a worker that
#: began it before did not come back
KEPT, NO_MEMORY, CANNOT_WRITE, BEGUN_BEFORE = "kept", "no memory", "cannot write", "begun before"


@dataclass(frozen=True)
class Task:
    """A case with everything that a worker needs; small, for it travels to another process or machine.

    ``owner`` is the process of the run, ``memory_bytes`` what a process of its own may take at most, 0 for any.
    """

    case: BatchCase
    folder: str
    settings: BatchSettings
    threads: int
    memory_bytes: int
    owner: int


@dataclass(frozen=True)
class Outcome:
    """``text`` is the status of a case that is kept, or else what is wrong."""

    case: str
    kind: str
    text: str
    seconds: float
    peak_mb: float


def begin_worker(owner: int) -> None:
    """What a process of our own does first: it ends with its ``owner``, and leaves interrupts to it.

    A Ctrl-C of the terminal reaches all; a run that was killed tells nobody, and shall not be computed for.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        threading.Thread(target=_end_with, args=(owner,), name="owner", daemon=True).start()


def _end_with(owner: int) -> None:
    while os.getppid() == owner:
        time.sleep(_LOOK_SECONDS)
    os._exit(1)


def work_on(task: Task) -> Outcome:
    """Compute a case and keep what it gave; raises nothing that a case can cause."""
    begun = time.monotonic()
    if os.getpid() != task.owner:
        share_processors(task.threads)
        _limit_memory(task.memory_bytes)
    kind, text = _work_on(task)
    return Outcome(task.case.id, kind, text, time.monotonic() - begun, _peak_mb())


def _work_on(task: Task) -> tuple[str, str]:
    case, folder = task.case, BatchFolder(Path(task.folder))
    if folder.begun([case]):
        # dask gives the work of a lost worker to the next one: a case that ends its worker would end them all
        return BEGUN_BEFORE, ""
    try:
        place = folder.begin(case)
    except OSError as error:
        return CANNOT_WRITE, f"Cannot write into '{folder.path}': {error.strerror}"
    try:
        inputs = case.files()
        found = compute(case, task.settings, _models(task.settings.models))
        try:
            folder.keep(case, inputs, found, place)
        except OSError as error:
            return CANNOT_WRITE, f"Cannot write into '{folder.path}': {error.strerror}"
        return KEPT, found.status
    except MemoryError:
        return NO_MEMORY, ""
    except InputError as error:
        # of the models of this machine
        return CANNOT_WRITE, str(error)
    finally:
        shutil.rmtree(place, ignore_errors=True)


@functools.lru_cache(maxsize=1)
def _models(wanted: tuple[tuple[str, str, str], ...]) -> tuple[ModelBundle, ...]:
    """Read once by each worker."""
    return same_models(wanted)


def share_processors(threads: int) -> None:
    """Have every library take ``threads`` threads, also those that look only now."""
    import SimpleITK as sitk

    os.environ["NUMBA_NUM_THREADS"] = str(threads)
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(threads)


def _limit_memory(limit: int) -> None:
    """From now on the system refuses this process more; where it knows no such thing, nothing is limited.

    What counts is what the process writes into (Linux 4.7 and later), not the libraries and reserved addresses, which
    are three times as much.
    """
    if not limit:
        return
    try:
        import resource
    except ImportError:
        return
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    resource.setrlimit(resource.RLIMIT_DATA, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))


def _peak_mb() -> float:
    """The most memory that this process ever had (resident), in MiB; 0 where it is not known."""
    try:
        # what ``getrusage`` says on Linux begins with what the parent had
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 2**10
    except (OSError, StopIteration):
        pass
    try:
        import resource
    except ImportError:
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)
