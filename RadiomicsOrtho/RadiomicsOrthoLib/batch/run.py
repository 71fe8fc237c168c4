"""A batch from its list of cases to its tables."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ..errors import InputError
from ..features.provenance import library_versions
from ..long_work import Cancelled, CancelledError, Progress, never_cancelled, no_progress
from ..report.tables import csv_lines
from .case import BatchCase
from .case_folder import case_rows
from .computation import FAILED, CaseResult
from .durable import write_durably
from .folder import LOGS, BatchFolder
from .folder_lock import locked
from .progress_text import ProgressText
from .settings import BatchSettings
from .tables import counts, first_failure, write_tables
from .worker import BEGUN_BEFORE, CANNOT_WRITE, KEPT, NO_MEMORY, Outcome, Task
from .workers import EmptyClusterError, LostWorkerError, Workers, interrupted_when

PROVENANCE, LIST = "provenance.json", "cohort.csv"
PROVENANCE_SCHEMA = "radiomics-ortho-batch-provenance/1"
#: how often a case is tried alone before it counts as the one that ends its worker
_ATTEMPTS = 2
#: how often in a row workers may be lost while no case was begun
_PATIENCE = 3
LOST = ("The worker process ended while it computed this case: it was killed, crashed, or ran out of memory. Compute "
        "it again with fewer workers or more memory (--resume --retry-failed).")
NO_ROOM = ("There is not memory enough for this case. Compute it again with more memory (--resume --retry-failed), or "
           "with larger voxels.")


@dataclass(frozen=True)
class Part:
    """Which part of a batch: ``number`` of ``count``, from 1; every ``count``-th case belongs to it."""

    number: int = 1
    count: int = 1

    def of(self, cases: Sequence[BatchCase]) -> tuple[BatchCase, ...]:
        return tuple(cases[self.number - 1::self.count])

    @property
    def is_all(self) -> bool:
        return self.count == 1


ALL = Part()


@dataclass(frozen=True)
class BatchEnd:
    """How many cases ended how, and the first that gave nothing, with its reason."""

    counts: dict[str, int]
    failure: tuple[str, str] | None


def run_batch(cases: Sequence[BatchCase], path: Path, settings: BatchSettings, workers: Workers, part: Part = ALL,
              resume: bool = False, retry_failed: bool = False, source: dict[str, str] | None = None,
              progress: Progress = no_progress, cancelled: Cancelled = never_cancelled,
              say: Callable[[str], None] = lambda sentence: None) -> BatchEnd:
    """Compute what of ``cases`` is not done in the folder ``path``, and write its tables; those of a part are not.

    ``source`` (name and SHA-256 of the list) goes into the provenance; ``say`` gets a sentence about what should be
    known meanwhile.  To be called on the main thread.  Raises InputError where the folder is not usable, in use, or
    full, and CancelledError or KeyboardInterrupt; what is done then stays done.
    """
    with _at_work(path, part):
        folder = BatchFolder(path)
        folder.prepare(settings, resume or not part.is_all)
        ours = part.of(cases)
        folder.clean(ours)
        waiting = []
        for case in ours:
            found = folder.result_of(case)
            if found is None or (retry_failed and found["status"] == FAILED):
                waiting.append(case)
        log = _Log(path / LOGS / ("batch.jsonl" if part.is_all else f"batch-{part.number}-of-{part.count}.jsonl"))
        text = ProgressText(len(ours), len(waiting))
        progress(*text.now())

        def done(outcome: Outcome) -> None:
            text.count(outcome)
            log.write(event="case", case=outcome.case, outcome=outcome.kind, status=outcome.text,
                      seconds=round(outcome.seconds, 3), peak_mb=round(outcome.peak_mb, 1))
            progress(*text.now())

        log.write(event="start", cases=len(ours), waiting=len(waiting), workers=workers.jobs, threads=workers.threads,
                  memory_mb=round(workers.memory_bytes / 2**20), backend=workers.backend)
        if waiting:
            try:
                with interrupted_when(cancelled), workers.ready():
                    _compute(waiting, folder, settings, workers, done, log, say)
            except KeyboardInterrupt:
                log.write(event="interrupted")
                if cancelled():
                    raise CancelledError from None
                raise
            finally:
                folder.clean(ours)
        log.write(event="end")
        if part.is_all:
            _write_results(folder, cases, settings, source)
        return BatchEnd(counts(folder, ours), first_failure(folder, ours))


def merge_batch(cases: Sequence[BatchCase], path: Path, settings: BatchSettings,
                source: dict[str, str] | None = None) -> BatchEnd:
    """Write the tables of what is done in the folder ``path``; a case that is not done has a row that says so.

    Raises InputError while a run is at work there, or where its settings are others.
    """
    with locked(path / ".lock"):
        folder = BatchFolder(path)
        folder.prepare(settings, True)
        _write_results(folder, cases, settings, source)
        return BatchEnd(counts(folder, cases), first_failure(folder, cases))


@contextmanager
def _at_work(path: Path, part: Part) -> Iterator[None]:
    """Hold the folder (or a share of it), which is made if need be; an empty one that was made here is removed."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"Cannot write '{path}': {error.strerror}.") from None
    with ExitStack() as stack:
        stack.enter_context(locked(path / ".lock", shared=not part.is_all))
        if not part.is_all:
            stack.enter_context(locked(path / f".lock-{part.number}-of-{part.count}"))
        yield


def _compute(cases: Sequence[BatchCase], folder: BatchFolder, settings: BatchSettings, workers: Workers,
             done: Callable[[Outcome], None], log: _Log, say: Callable[[str], None]) -> None:
    """Until every case is kept: all beside each other, and those alone that did not come back."""
    def tasks(some: Sequence[BatchCase], memory: int) -> Iterator[Task]:
        return (Task(case, str(folder.path.absolute()), settings, workers.threads, memory, os.getpid())
                for case in some)

    def lost(some: Sequence[BatchCase], reason: str) -> None:
        log.write(event="worker lost", reason=reason, begun=[case.id for case in some])
        say(f"A worker process was lost; {len(some)} cases are computed again.")
        folder.clean(some)

    waiting, alone, idle = {case.id: case for case in cases}, {}, 0
    while waiting:
        before = len(waiting)
        try:
            for outcome in workers.each(tasks(list(waiting.values()), workers.memory_bytes)):
                _refuse_full_disk(outcome)
                case = waiting.pop(outcome.case)
                if outcome.kind == BEGUN_BEFORE:
                    lost([case], "its worker did not come back")
                if outcome.kind in (BEGUN_BEFORE, NO_MEMORY):
                    alone[case.id] = case
                else:
                    done(outcome)
        except LostWorkerError as error:
            suspects = folder.begun(list(waiting.values()))
            lost(suspects, str(error))
            for case in suspects:
                alone[case.id] = waiting.pop(case.id)
            idle = 0 if len(waiting) < before else idle + 1
            if idle >= _PATIENCE:
                raise InputError("The worker processes end before they begin with a case; look whether this program "
                                 "runs on their machine with the memory that they have.") from None
    for case in alone.values():
        _compute_alone(case, folder, workers, tasks, done, log)


def _compute_alone(case: BatchCase, folder: BatchFolder, workers: Workers,
                   tasks: Callable[[Sequence[BatchCase], int], Iterator[Task]], done: Callable[[Outcome], None],
                   log: _Log) -> None:
    """With the memory of all workers; one that ends its worker again is kept as failed."""
    reason, lost = LOST, 0
    while lost < _ATTEMPTS:
        try:
            outcome, = workers.each(tasks([case], workers.whole_memory), one_by_one=True)
            problem = "its worker did not come back" if outcome.kind == BEGUN_BEFORE else ""
        except LostWorkerError as error:
            problem = str(error)
        except EmptyClusterError:
            if not lost:
                raise
            # it ended the last worker that there was
            break
        if problem:
            lost += 1
            log.write(event="worker lost", reason=problem, begun=[case.id])
            folder.clean([case])
            continue
        _refuse_full_disk(outcome)
        if outcome.kind == KEPT:
            done(outcome)
            return
        reason = NO_ROOM
        break
    try:
        folder.keep(case, case.files(), CaseResult(FAILED, reason), folder.begin(case))
    except OSError as error:
        raise _full(folder.path, error) from None
    done(Outcome(case.id, KEPT, FAILED, 0.0, 0.0))


def _refuse_full_disk(outcome: Outcome) -> None:
    if outcome.kind == CANNOT_WRITE:
        raise InputError(f"{outcome.text.rstrip('.')}; what is done is kept: put that right, and continue with "
                         "--resume.")


def _full(path: Path, error: OSError) -> InputError:
    return InputError(f"Cannot write into '{path}': {error.strerror}; what is done is kept: put that right, and "
                      "continue with --resume.")


def _write_results(folder: BatchFolder, cases: Sequence[BatchCase], settings: BatchSettings,
                   source: dict[str, str] | None) -> None:
    try:
        tables = write_tables(folder, cases, settings.wanted)
        document = {"schema": PROVENANCE_SCHEMA, "settings": settings.to_dict(), "list": source,
                    "libraries": library_versions(("numpy", "scipy", "SimpleITK", "numba", "PyWavelets")),
                    "cases": counts(folder, cases), "sha256": tables}
        if source and source["kind"] == "folder":
            # which case is which scan
            rows = list(case_rows(cases))
            write_durably(folder.path / LIST, csv_lines(rows, list(rows[0])))
        write_durably(folder.path / PROVENANCE,
                      [json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False), "\n"])
    except OSError as error:
        raise _full(folder.path, error) from None


class _Log:
    """What happened when, one JSON object a line; nothing is decided by it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, **entry: object) -> None:
        line = json.dumps({"time": datetime.now(UTC).isoformat(timespec="seconds"), **entry}, ensure_ascii=False)
        try:
            self._path.parent.mkdir(exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
        except OSError:
            # a full disk is told where a result is written
            pass
