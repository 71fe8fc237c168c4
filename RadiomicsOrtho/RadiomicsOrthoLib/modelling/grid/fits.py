"""The fits of a grid: one selection in one training part, then every model on what it leaves, a file for each.

A file is written whole or not at all, so that a grid that was interrupted goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
import os
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np

from ...errors import InputError
from ..chain import preparation
from ..dataset import Dataset
from ..estimators import estimator
from ..splits import derived_seed
from ..task import CLASSIFICATION

#: in the folder of a grid: whoever sees it ends after the fit at hand
STOP = "stop"


@dataclass(frozen=True)
class SelectionTask:
    """One selection in the training rows ``train``, tried on ``test``; ``stage`` names the run that it belongs to.

    ``shuffled`` is the seed of a permutation of the outcomes, 0 for none.
    """

    stage: str
    train: np.ndarray
    test: np.ndarray
    selection: str
    steps: Sequence[Mapping | str]
    models: Mapping[str, Mapping[str, Mapping | None]]
    impute: str
    scale: str
    seed: int
    shuffled: int = 0

    def file_of(self, model: str) -> str:
        """A name that is unique in the folder and allowed everywhere."""
        return f"{self._start}-{_short([model, self.models[model]])}.json"

    @property
    def selected_file(self) -> str:
        return f"{self._start}-selected.npz"

    @property
    def _start(self) -> str:
        return f"{self.stage}-{_short([self.selection, self.steps])}"

    def left(self, folder: Path) -> list[str]:
        """Models without a readable result."""
        return [name for name in self.models if read_fit(folder / self.file_of(name), len(self.test)) is None]


@dataclass(frozen=True)
class Fit:
    """What one model said of the rows of its test part.

    ``score`` (n) or (n, classes) grows with the outcome, ``label`` (n) are the predicted classes or numbers.  A fit
    that was not possible has ``failed``, in a sentence, and no numbers.
    """

    score: np.ndarray
    label: np.ndarray
    seconds: float
    failed: str = ""
    notes: tuple[str, ...] = ()


def run_selection(task: SelectionTask, data: Dataset, folder: Path) -> None:
    """Fit what ``task`` still lacks in ``folder``; a file ``stop`` there ends it after the fit at hand."""
    from threadpoolctl import threadpool_limits

    left = task.left(folder)
    if not left or (folder / STOP).exists():
        return
    y = shuffled_outcome(data, task.shuffled) if task.shuffled else data.outcome
    # one thread: workers share the cores, and sums of several threads differ in the last bits
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            train, test = _selected(task, data, y, folder)
        except (InputError, ValueError, ArithmeticError, np.linalg.LinAlgError) as error:
            for name in left:
                _write_fit(folder / task.file_of(name), Fit(np.empty(0), np.empty(0), 0.0, _sentence(error)))
            return
        for name in left:
            if (folder / STOP).exists():
                return
            _write_fit(folder / task.file_of(name), _fit(task, name, train, y[task.train], test, data))


def shuffled_outcome(data: Dataset, seed: int) -> np.ndarray:
    """The outcome (n) dealt out anew: among people where all rows of each agree, among rows where they do not."""
    generator = np.random.default_rng(seed)
    _, first, place = np.unique(data.people, return_index=True, return_inverse=True)
    if np.array_equal(data.outcome, data.outcome[first][place]):
        return data.outcome[first][generator.permutation(len(first))][place]
    return data.outcome[generator.permutation(len(data))]


def read_fit(path: Path, rows: int) -> Fit | None:
    """The result in ``path``; ``None`` where there is none, or none that can be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        fit = Fit(np.array(found["score"], float), np.array(found["label"], float), float(found["seconds"]),
                  str(found["failed"]), tuple(found["notes"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return fit if fit.failed or (len(fit.score) == len(fit.label) == rows and np.isfinite(fit.score).all()) else None


def _selected(task: SelectionTask, data: Dataset, y: np.ndarray, folder: Path):
    """Training and test part behind the selection, as frames."""
    path = folder / task.selected_file
    with suppress(OSError, ValueError, KeyError, zipfile.BadZipFile):
        return _read_selected(path, task, data)
    known, unseen = data.frame.iloc[task.train], data.frame.iloc[task.test]
    for _, step in preparation(task.steps, task.seed, task.impute, task.scale, task=data.task):
        known, unseen = step.fit_transform(known, y[task.train]), step.transform(unseen)
    _write(path, lambda file: np.savez(file, train=known.to_numpy(), test=unseen.to_numpy(),
                                       names=np.array([str(name) for name in known.columns])))
    # read back, so that a grid that was interrupted has the same arrays in the same order in memory
    return _read_selected(path, task, data)


def _read_selected(path: Path, task: SelectionTask, data: Dataset):
    import pandas

    with np.load(path, allow_pickle=False) as found:
        names = [str(name) for name in found["names"]]
        return tuple(pandas.DataFrame(np.ascontiguousarray(found[part]), columns=names, index=data.frame.index[rows])
                     for part, rows in (("train", task.train), ("test", task.test)))


def _fit(task: SelectionTask, name: str, train, y: np.ndarray, test, data: Dataset) -> Fit:
    kind, parameters = next(iter(task.models[name].items()))
    start = perf_counter()
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            fitted = estimator(kind, task.seed, **(parameters or {})).fit(train, y)
            score = _score(fitted, test, data)
            label = np.asarray(fitted.predict(test), float)
        except (InputError, ValueError, ArithmeticError, np.linalg.LinAlgError) as error:
            return Fit(np.empty(0), np.empty(0), perf_counter() - start, _sentence(error))
    if not np.isfinite(score).all():
        return Fit(np.empty(0), np.empty(0), perf_counter() - start, "It predicted something that is no number.")
    notes = tuple(sorted({one.category.__name__ for one in warned}))
    return Fit(score, label, perf_counter() - start, "", notes)


def _score(fitted, test, data: Dataset) -> np.ndarray:
    if data.task != CLASSIFICATION:
        return np.asarray(fitted.predict(test), float)
    score = np.asarray((getattr(fitted, "predict_proba", None) or fitted.decision_function)(test), float)
    return score[:, 1] if data.binary and score.ndim == 2 else score


def _write_fit(path: Path, fit: Fit) -> None:
    document = {"score": fit.score.tolist(), "label": fit.label.tolist(), "seconds": fit.seconds, "failed": fit.failed,
                "notes": list(fit.notes)}
    _write(path, lambda file: file.write(json.dumps(document, allow_nan=False).encode()))


def _write(path: Path, write) -> None:
    """Whole or not at all: under another name first."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    with part.open("wb") as file:
        write(file)
    os.replace(part, path)


def _short(definition: object) -> str:
    return hashlib.sha256(json.dumps(definition, sort_keys=True).encode()).hexdigest()[:10]


def _sentence(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__


def tasks_of(stage: str, splits: Sequence[tuple[np.ndarray, np.ndarray]], selections: Mapping[str, Sequence],
             models: Mapping[str, Mapping], impute: str, scale: str, seed: int,
             shuffled: int = 0) -> Iterator[SelectionTask]:
    """Every selection in every one of ``splits``; a split has one seed for all of them."""
    for number, (train, test) in enumerate(splits):
        for name, steps in selections.items():
            yield SelectionTask(f"{stage}-{number}", train, test, name, steps, models, impute, scale,
                                derived_seed(seed, 6, number), shuffled)
