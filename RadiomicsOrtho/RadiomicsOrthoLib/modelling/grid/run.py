"""Runs a grid on workers, resumes it, and gathers what came out."""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

import numpy as np

from ... import __version__
from ...errors import InputError
from ...long_work import Cancelled, CancelledError, Progress, never_cancelled, no_progress
from ...statistics.estimate import Estimate
from ..chain import preparation
from ..dataset import Dataset
from ..estimators import ESTIMATORS, estimator
from ..inner_folds import inner_folds
from ..leaks import refuse_leaks
from ..splits import derived_seed
from ..task import CLASSIFICATION
from .design import GridPlan, Models, Selections
from .fits import STOP, Fit, SelectionTask, read_fit, run_selection, shuffled_outcome, tasks_of
from .measures import measure_name, score_of
from .optimism import Combination, corrected_best, interval_of
from .result import GridCell, GridResult, Optimism, best_of, settings_document

SETTINGS = "grid.json"
SCHEMA = "radiomics-ortho-grid/1"
#: how often it is asked whether to stop
_SECONDS = 0.2


def run_grid(table: Dataset, selectors: Selections, estimators: Models, plan: GridPlan, jobs: int = 1,
             resume_folder: Path | None = None, seed: int = 0, progress: Progress = no_progress,
             cancelled: Cancelled = never_cancelled) -> GridResult:
    """Every one of ``selectors`` with every one of ``estimators`` on ``table``, on ``jobs`` processes.

    In ``resume_folder`` each fit is a file; called again with the same arguments, only missing ones are fitted.  The
    result is the same for any number of ``jobs``.  InputError for unknown names, a folder of another grid, and a column
    that gives the outcome away; CancelledError after the fits at hand, which are kept.
    """
    _check(table, selectors, estimators, jobs)
    refuse_leaks(table)
    splits = plan.scheme.splits(table, seed)
    parts = [(split.train, split.test) for split in splits]
    stages = _stages(table, parts, selectors, estimators, plan, seed)
    tasks = [task for stage in stages.values() for task in stage]
    with _folder(resume_folder, _settings(table, plan, seed)) as folder:
        _run(tasks, table, folder, jobs, progress, cancelled)
        found = {name: _read(stage, folder) for name, stage in stages.items()}
    return _result(table, parts, found, plan, seed)


def _stages(table: Dataset, parts: Sequence, selectors: Selections, estimators: Models, plan: GridPlan,
            seed: int) -> dict[str, list[SelectionTask]]:
    """The grid itself, inside each of its training parts (nested), and on shuffled outcomes."""
    def tasks(stage: str, splits: Sequence, number: int = 0, shuffled: int = 0) -> list[SelectionTask]:
        return list(tasks_of(stage, splits, selectors, estimators, plan.impute, plan.scale,
                             derived_seed(seed, 8, number), shuffled))

    stages = {"grid": tasks("grid", parts)}
    if plan.inner:
        for number, (train, _) in enumerate(parts):
            folds = inner_folds(table.outcome[train], plan.inner, derived_seed(seed, 9, number), table.people[train])
            inner = [(train[known], train[unseen]) for known, unseen in folds]
            stages[f"nested{number}"] = tasks(f"nested{plan.inner}-{number}", inner, 1 + number)
    for number in range(1, plan.permutations + 1):
        # with the seed of the grid, so that folds and forests are the same and the outcome alone differs
        stages[f"null{number}"] = tasks(f"null{number}", parts, shuffled=derived_seed(seed, 10, number))
    return stages


def _run(tasks: Sequence[SelectionTask], table: Dataset, folder: Path, jobs: int, progress: Progress,
         cancelled: Cancelled) -> None:
    (folder / STOP).unlink(missing_ok=True)
    left = [task for task in tasks if task.left(folder)]
    done = len(tasks) - len(left)
    with _watch(cancelled, folder / STOP) as stopped:
        for _ in _each(left, table, folder, jobs):
            done += 1
            progress(done / len(tasks), f"{done} of {len(tasks)} selections with their models")
        if stopped.is_set() and any(task.left(folder) for task in tasks):
            raise CancelledError


def _each(tasks: Sequence[SelectionTask], table: Dataset, folder: Path, jobs: int) -> Iterator[None]:
    if jobs == 1 or len(tasks) < 2:
        yield from (run_selection(task, table, folder) for task in tasks)
        return
    from joblib import Parallel, delayed

    yield from Parallel(n_jobs=jobs, return_as="generator_unordered", batch_size=1)(
        delayed(run_selection)(task, table, folder) for task in tasks)


@contextmanager
def _watch(cancelled: Cancelled, stop: Path) -> Iterator[threading.Event]:
    """Leaves the file ``stop`` for the workers as soon as ``cancelled`` says so."""
    over, stopped = threading.Event(), threading.Event()

    def look() -> None:
        while not over.is_set():
            if cancelled():
                stop.touch()
                stopped.set()
                return
            over.wait(_SECONDS)

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield stopped
    except BaseException:
        # an interrupt from the keyboard: workers end after the fit at hand
        stop.touch()
        raise
    finally:
        over.set()
        watcher.join()


@contextmanager
def _folder(given: Path | None, settings: dict) -> Iterator[Path]:
    """The folder of the fits, which says whose they are; a temporary one where none is given."""
    if given is None:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
            yield Path(name)
        return
    folder = Path(given)
    if folder.exists() and not folder.is_dir():
        raise InputError(f"'{folder}' is a file; name a folder for the fits.")
    path = folder / SETTINGS
    if path.is_file():
        try:
            other = json.loads(path.read_text(encoding="utf-8")) != settings
        except ValueError:
            other = True
        if other:
            raise InputError(f"The folder '{folder}' holds the fits of another grid, table or version; name another "
                             "folder, or delete it.")
    elif folder.exists() and any(folder.iterdir()):
        raise InputError(f"The folder '{folder}' holds something else; name an empty one for the fits.")
    folder.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(settings, indent=1), encoding="utf-8")
    part.replace(path)
    yield folder


def _settings(table: Dataset, plan: GridPlan, seed: int) -> dict:
    """What decides the numbers of a fit beside its own name: more fits may be asked of the same folder later."""
    return settings_document({
        "schema": SCHEMA, "table": table.digest(), "task": table.task,
        "scheme": [type(plan.scheme).__name__, asdict(plan.scheme)], "impute": plan.impute, "scale": plan.scale,
        "seed": seed,
        "software": {"radiomics-ortho": __version__, **{name: version(name) for name in
                                                        ("numpy", "scipy", "scikit-learn")}}})


def _read(tasks: Sequence[SelectionTask], folder: Path) -> dict[Combination, list[Fit]]:
    """The fits of every combination, by part; in the order of the grid."""
    found: dict[Combination, list[Fit]] = {}
    for task in tasks:
        for model in task.models:
            fit = read_fit(folder / task.file_of(model), len(task.test))
            if fit is None:
                raise InputError(f"The fit '{task.file_of(model)}' cannot be read; run the grid again.")
            found.setdefault((task.selection, model), []).append(fit)
    return found


def _result(table: Dataset, parts: Sequence, found: Mapping[str, dict[Combination, list[Fit]]], plan: GridPlan,
            seed: int) -> GridResult:
    tests, measure = [test for _, test in parts], measure_name(table)
    cells = _cells(table.outcome, tests, found["grid"], measure, table.task == CLASSIFICATION)
    possible = {name: fits for name, fits in found["grid"].items() if not any(fit.failed for fit in fits)}
    best, optimism = best_of(cells), None
    if best is not None:
        optimism = Optimism(corrected_best(table, tests, possible, measure, plan.bootstrap, seed),
                            *_nested(table, parts, found, plan, seed, measure),
                            *_null(table, tests, found, plan, seed, measure, best.score))
    return GridResult(measure, cells, optimism, sum(len(fits) for stage in found.values() for fits in stage.values()),
                      len(np.unique(table.people)), len(table))


def _cells(outcome: np.ndarray, tests: Sequence[np.ndarray], found: Mapping[Combination, list[Fit]], measure: str,
           classes: bool) -> tuple[GridCell, ...]:
    cells = []
    for (selection, model), fits in found.items():
        seconds, notes = sum(fit.seconds for fit in fits), tuple(sorted({note for fit in fits for note in fit.notes}))
        failed = next((fit.failed for fit in fits if fit.failed), "")
        scores = [] if failed else [score_of(outcome[rows], fit.score, measure)
                                    for rows, fit in zip(tests, fits, strict=True)]
        scores = [one for one in scores if np.isfinite(one)]
        if not scores:
            cells.append(GridCell(selection, model, None, None, None, seconds,
                                  failed or "No test part holds both outcomes.", notes))
            continue
        right = [np.mean(fit.label == outcome[rows]) for rows, fit in zip(tests, fits, strict=True)] if classes else []
        cells.append(GridCell(selection, model, float(np.mean(scores)), (min(scores), max(scores)),
                              float(np.mean(right)) if classes else None, seconds, "", notes))
    return tuple(cells)


def _nested(table: Dataset, parts: Sequence, found: Mapping, plan: GridPlan, seed: int,
            measure: str) -> tuple[Estimate | None, tuple[Combination, ...]]:
    """The outer score of what the inner folds of each training part picked; its fit is one of the grid's own."""
    if not plan.inner:
        return None, ()
    chosen, picked, tests = [], [], []
    for number, (train, test) in enumerate(parts):
        folds = inner_folds(table.outcome[train], plan.inner, derived_seed(seed, 9, number), table.people[train])
        inner = _cells(table.outcome, [train[unseen] for _, unseen in folds], found[f"nested{number}"], measure,
                       table.task == CLASSIFICATION)
        best = best_of([cell for cell in inner if not found["grid"][cell.selection, cell.model][number].failed])
        if best is not None:
            picked.append((best.selection, best.model))
            chosen.append(found["grid"][best.selection, best.model][number])
            tests.append(test)
    return interval_of(table, tests, chosen, measure, plan.bootstrap, seed) if chosen else None, tuple(picked)


def _null(table: Dataset, tests: Sequence[np.ndarray], found: Mapping, plan: GridPlan, seed: int, measure: str,
          observed: float) -> tuple[tuple[float, ...], float | None]:
    """The best score of each shuffled grid, and (1 + those that reach the real one) / (1 + all)."""
    best = []
    for number in range(1, plan.permutations + 1):
        outcome = shuffled_outcome(table, derived_seed(seed, 10, number))
        cell = best_of(_cells(outcome, tests, found[f"null{number}"], measure, table.task == CLASSIFICATION))
        if cell is not None:
            best.append(cell.score)
    p = (1 + sum(one >= observed for one in best)) / (1 + len(best)) if best else None
    return tuple(best), p


def _check(table: Dataset, selectors: Selections, estimators: Models, jobs: int) -> None:
    if not selectors or not estimators:
        raise InputError("A grid needs a selection and a model at least.")
    if isinstance(jobs, bool) or not isinstance(jobs, int) or jobs < 1:
        raise InputError(f"A grid runs on one worker or more, not on {jobs!r}.")
    for name, steps in selectors.items():
        try:
            preparation(steps, 0, task=table.task)
        except InputError as error:
            raise InputError(f"The selection '{name}': {error}") from None
    for name, model in estimators.items():
        if not isinstance(model, Mapping) or len(model) != 1:
            raise InputError(f"The model '{name}' of the grid is one name with its parameters, not {model!r}.")
        kind, parameters = next(iter(model.items()))
        estimator(kind, 0, **(parameters or {}))
        if ESTIMATORS[kind].task != table.task:
            raise InputError(f"The model '{name}' is for {ESTIMATORS[kind].task}, the outcome is one of {table.task}.")
