"""What a chain learns from: features by name, an outcome of any kind, whose row it is and from which centre."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..errors import InputError
from .inner_folds import PERSON
from .task import AUTO, CLASSIFICATION, REGRESSION, SURVIVAL, TASKS, task_of

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Dataset:
    """``frame`` (n, features) of numbers, NaN where missing, its index named ``subject``.

    ``outcome`` (n) are classes as whole numbers from 0, numbers, or the structured array of ``survival_outcome``;
    ``centres`` (n) are names or ``None``.  InputError for what does not fit together.
    """

    frame: pandas.DataFrame
    outcome: np.ndarray
    task: str = AUTO
    centres: np.ndarray | None = None

    def __post_init__(self) -> None:
        if self.frame.index.name != PERSON:
            raise InputError("The index of a table of features must be named 'subject' and say whose row it is.")
        for what, part in (("outcome", self.outcome), ("centres", self.centres)):
            if part is not None and len(part) != len(self.frame):
                raise InputError(f"The {what} of {len(part)} rows does not fit a table of {len(self.frame)}.")
        if not len(self.frame.columns) or self.frame.columns.has_duplicates:
            raise InputError("A table of features needs columns, each with a name of its own.")
        for name, kind in self.frame.dtypes.items():
            if kind.kind not in "fiub" or np.isinf(self.frame[name].to_numpy(float)).any():
                raise InputError(f"The feature '{name}' must be numbers, or empty where one is missing.")
        if self.task not in (*TASKS, AUTO):
            raise InputError(f"An outcome is for {', '.join(TASKS)}, not '{self.task}'.")
        object.__setattr__(self, "task", task_of(self.outcome, self.task))
        self._check_outcome()

    def _check_outcome(self) -> None:
        y = self.outcome
        if self.task == CLASSIFICATION:
            classes = np.unique(y)
            if len(classes) < 2 or not np.array_equal(classes, np.arange(len(classes))):
                raise InputError("Classes are the whole numbers 0, 1, …, and at least two of them occur.")
        elif self.task == REGRESSION and not (np.all(np.isfinite(y)) and np.ptp(y) > 0):
            raise InputError("The outcome must be numbers that differ, none of them missing.")
        elif self.task == SURVIVAL and not y[y.dtype.names[0]].any():
            raise InputError("Nobody had the event; nothing can be learned.")

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def people(self) -> np.ndarray:
        return np.asarray(self.frame.index)

    @property
    def binary(self) -> bool:
        return self.task == CLASSIFICATION and self.outcome.max() == 1

    def take(self, rows: np.ndarray) -> Dataset:
        """The rows at ``rows`` (indices)."""
        return Dataset(self.frame.iloc[rows], self.outcome[rows], self.task,
                       None if self.centres is None else self.centres[rows])

    def with_outcome(self, outcome: np.ndarray) -> Dataset:
        return Dataset(self.frame, outcome, self.task, self.centres)

    def digest(self) -> str:
        """SHA-256 over names, numbers, people, outcome and centres."""
        found = hashlib.sha256("\n".join(map(str, self.frame.columns)).encode())
        found.update(np.ascontiguousarray(self.frame.to_numpy(float)).tobytes())
        found.update("\n".join(map(str, self.people)).encode())
        parts = [self.outcome[name] for name in self.outcome.dtype.names or ()] or [self.outcome]
        for part in parts:
            found.update(np.asarray(part, float).tobytes())
        found.update("\n".join(map(str, () if self.centres is None else self.centres)).encode())
        return found.hexdigest()


def dataset(columns: Mapping[str, np.ndarray], outcome: np.ndarray, people: Sequence[object], task: str = AUTO,
            centres: Sequence[str] | None = None) -> Dataset:
    """From columns (n each) by name."""
    import pandas

    frame = pandas.DataFrame({name: np.asarray(column, float) for name, column in columns.items()},
                             index=pandas.Index(np.asarray(people), name=PERSON))
    return Dataset(frame, np.asarray(outcome), task, None if centres is None else np.asarray(centres, str))
