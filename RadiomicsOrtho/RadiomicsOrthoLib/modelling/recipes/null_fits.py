"""The same chain on many outcomes, quickly: areas only, no probabilities, no cut-offs."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...long_work import Cancelled, CancelledError, Progress
from ...statistics.roc import auc
from .evaluation import repeated_folds
from .learners import Learner
from .recipe import Validation

if TYPE_CHECKING:
    import pandas


def null_areas(learner: Learner, frame: pandas.DataFrame, subjects: np.ndarray, outcomes: Sequence[np.ndarray],
               rows: np.ndarray, plan: Validation, jobs: int, progress: Progress, cancelled: Cancelled) -> list[float]:
    """The area in one cross-validation for each of ``outcomes`` (n each)."""
    found = []
    if jobs == 1:
        each = (_area(learner, frame, subjects, outcome, rows, plan) for outcome in outcomes)
    else:
        from joblib import Parallel, delayed

        each = Parallel(n_jobs=jobs, return_as="generator")(
            delayed(_area)(learner, frame, subjects, outcome, rows, plan) for outcome in outcomes)
    for area in each:
        found.append(area)
        progress(len(found) / len(outcomes), f"permutation {len(found)} of {len(outcomes)}")
        if cancelled():
            raise CancelledError
    return found


def _area(learner: Learner, frame: pandas.DataFrame, subjects: np.ndarray, outcome: np.ndarray, rows: np.ndarray,
          plan: Validation) -> float:
    score = np.full(len(outcome), np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for train, test in repeated_folds(outcome, subjects, rows, plan)[0]:
            score[test] = learner.fit(frame.iloc[train], outcome[train], plan.seed).ranking(frame.iloc[test])
    return auc(outcome[rows], score[rows])
