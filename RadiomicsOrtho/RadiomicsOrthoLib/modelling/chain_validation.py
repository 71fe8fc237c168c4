"""A chain judged on people whom it has not seen, by any scheme of splits; and by the bootstrap .632+."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..long_work import Cancelled, CancelledError, Progress, never_cancelled, no_progress
from ..statistics.bootstrap import error_632_plus
from ..statistics.roc import cutoff_for_sensitivity, youden_cutoff
from .dataset import Dataset
from .grid.measures import AREA, AREAS, CONCORDANCE, measure_name, score_of
from .inner_folds import inner_folds
from .leaks import refuse_leaks
from .schemes import Bootstrap, OuterSplit, Scheme
from .splits import derived_seed
from .task import CLASSIFICATION

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

#: from a seed to a chain that is not fitted
Maker = Callable[[int], "Pipeline"]
YOUDEN = "youden"


@dataclass(frozen=True)
class Judged:
    """One split: what the chain said of its test rows.

    ``score`` (n) or (n, classes) are probabilities, risks or numbers; ``positive`` (n) is by a cut-off that was learned
    in inner folds of the training rows, ``None`` where none was asked for.
    """

    split: OuterSplit
    score: np.ndarray
    positive: np.ndarray | None
    cutoff: float | None

    def measured(self, data: Dataset) -> float:
        """The measure of the task in this split; NaN where it is not defined."""
        return score_of(data.outcome[self.split.test], self.score, measure_name(data))


@dataclass(frozen=True)
class Area632:
    """``apparent`` on the people of the fit, ``left_out`` the mean on those a sample left out, ``value`` by .632+."""

    measure: str
    apparent: float
    left_out: float
    value: float


def validate_chain(data: Dataset, make: Maker, scheme: Scheme, seed: int, cutoff: str | float | None = None,
                   inner: int = 5, progress: Progress = no_progress,
                   cancelled: Cancelled = never_cancelled) -> list[Judged]:
    """Everything is learned anew in each training part: filling, scaling, harmonisation, selection, model and cut-off.

    ``cutoff`` is ``youden`` or a sensitivity, for two classes.  InputError for a column that gives the outcome away.
    """
    from threadpoolctl import threadpool_limits

    refuse_leaks(data)
    splits = scheme.splits(data, seed)
    found = []
    for number, split in enumerate(splits):
        if cancelled():
            raise CancelledError
        progress(number / len(splits), split.name)
        one = derived_seed(seed, 11, number)
        # sums of several threads differ in the last bits
        with threadpool_limits(1):
            score = predicted(data, make(one), split.train, split.test)
            learned = None if cutoff is None else _cutoff(data, make, split.train, one, cutoff, inner)
        found.append(Judged(split, score, None if learned is None else score > learned, learned))
    progress(1.0, "validated")
    return found


def bootstrap_632_plus(data: Dataset, make: Maker, samples: int, seed: int, progress: Progress = no_progress,
                       cancelled: Cancelled = never_cancelled) -> Area632:
    """The area (two classes or several), or the concordance, by the .632+ bootstrap of whole people.

    Efron and Tibshirani 1997 (doi:10.1080/01621459.1997.10474007), with 1 − area for the error and ½ without
    information.  ValueError for numbers, whose error without information is none of these.
    """
    measure = measure_name(data)
    if measure not in (AREA, AREAS, CONCORDANCE):
        raise ValueError(".632+ is for classes and survival here")
    everybody = np.arange(len(data))
    apparent = score_of(data.outcome, predicted(data, make(seed), everybody, everybody), measure)
    judged = validate_chain(data, make, Bootstrap(samples), seed, progress=progress, cancelled=cancelled)
    return area_632(apparent, [one.measured(data) for one in judged], measure)


def area_632(apparent: float, left_out: Sequence[float], measure: str = AREA) -> Area632:
    """From the area on the people of the fit and those of each sample on whom it left out, NaN where undefined."""
    mean = float(np.nanmean(left_out))
    return Area632(measure, apparent, mean, 1 - error_632_plus(1 - apparent, 1 - mean, 0.5))


def held_out_scores(data: Dataset, judged: Sequence[Judged]) -> np.ndarray:
    """(repeats, n) or (repeats, n, classes): what was said of each row; NaN where it was not tested."""
    repeats = 1 + max(one.split.repeat for one in judged)
    found = np.full((repeats, len(data), *judged[0].score.shape[1:]), np.nan)
    for one in judged:
        found[one.split.repeat, one.split.test] = one.score
    return found


def predicted(data: Dataset, chain: Pipeline, train: np.ndarray, test: np.ndarray) -> np.ndarray:
    """Probabilities (n) of the second of two classes, (n, classes) of several, risks or numbers (n)."""
    with warnings.catch_warnings():
        # of scikit-learn: a solver that stopped early; what that costs shows in the figures
        warnings.simplefilter("ignore")
        chain.fit(data.frame.iloc[train], data.outcome[train])
        rows = data.frame.iloc[test]
        if data.task != CLASSIFICATION:
            return np.asarray(chain.predict(rows), float)
        if not hasattr(chain, "predict_proba"):
            return np.asarray(chain.decision_function(rows), float)
        score = chain.predict_proba(rows)
    return score[:, 1] if data.binary else score


def _cutoff(data: Dataset, make: Maker, train: np.ndarray, seed: int, rule: str | float, inner: int) -> float:
    """From what inner folds say of the training people, who are not judged by fits that saw them."""
    if not data.binary:
        raise ValueError("a cut-off is for two classes")
    y, score = data.outcome[train], np.empty(len(train))
    for number, (known, unseen) in enumerate(inner_folds(y, inner, seed, data.people[train])):
        score[unseen] = predicted(data, make(derived_seed(seed, 12, number)), train[known], train[unseen])
    found = youden_cutoff(y == 1, score) if rule == YOUDEN else cutoff_for_sensitivity(y == 1, score, float(rule))
    return found.threshold
