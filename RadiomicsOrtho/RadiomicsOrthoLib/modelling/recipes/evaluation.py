"""Fits on training parts, predictions for people who were left out: the same splits for every model of a study."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...errors import InputError
from ...long_work import Cancelled, CancelledError, Progress, never_cancelled, no_progress
from ...statistics.roc import auc, cutoff_for_sensitivity, youden_cutoff
from ..chain_validation import Area632, area_632
from ..inner_folds import inner_folds
from ..schemes import Bootstrap, CentreFolds, CrossValidation, HoldOut, LeaveOneCentreOut, LeaveOnePersonOut, Scheme
from ..splits import derived_seed
from .learners import Fitted, Learner
from .matrix import StudyData
from .recipe import Validation

if TYPE_CHECKING:
    import pandas

Split = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Held:
    """Predictions of one model for rows that its fits had not seen.

    ``predicted`` (repeats, n) are probabilities of the event (or numbers), NaN where a row was not tested; ``positive``
    (repeats, n) by cut-offs learned in the training part; ``kept`` are the features of every fit, and in ``fell_back``
    fits nothing passed the selection.
    """

    predicted: np.ndarray
    positive: np.ndarray
    kept: tuple[tuple[str, ...], ...]
    fell_back: int = 0


@dataclass(frozen=True)
class Task:
    """One fit: ``train`` and ``test`` are rows; ``binary``: a cut-off is learned in ``plan.inner`` folds.

    ``own`` are columns (all rows) that take the place of those of the same name, for this fit alone.
    """

    learner: Learner
    train: np.ndarray
    test: np.ndarray
    seed: int
    binary: bool
    plan: Validation
    own: pandas.DataFrame | None = None

    def run(self, frame: pandas.DataFrame, outcome: np.ndarray) -> Done:
        if self.own is not None:
            frame = frame.assign(**{name: self.own[name].to_numpy() for name in self.own})
        with warnings.catch_warnings():
            # of scikit-learn: a solver that stopped early, a constant column; what they cost shows in the figures
            warnings.simplefilter("ignore")
            fitted = self.learner.fit(frame.iloc[self.train], outcome[self.train], self.seed)
            predicted = fitted.predict(frame.iloc[self.test])
            inner = self._inner(frame.iloc[self.train], outcome[self.train]) if self.binary else None
        return Done(predicted, inner, fitted.kept, fitted)

    def _inner(self, frame: pandas.DataFrame, outcome: np.ndarray) -> np.ndarray:
        """Probabilities (n) for the training people from fits that had not seen them."""
        found = np.empty(len(frame))
        people = np.asarray(frame.index)
        for number, (train, test) in enumerate(inner_folds(outcome, self.plan.inner, self.seed, people)):
            part = self.learner.fit(frame.iloc[train], outcome[train], derived_seed(self.seed, 6, number))
            found[test] = part.predict(frame.iloc[test])[:, 1]
        return found


@dataclass(frozen=True)
class Done:
    """``inner`` are the training people's own held-out probabilities, from which a cut-off is learned."""

    predicted: np.ndarray
    inner: np.ndarray | None
    kept: tuple[str, ...]
    fitted: Fitted


def run_tasks(tasks: Sequence[Task], frame: pandas.DataFrame, outcome: np.ndarray, jobs: int = 1,
              progress: Progress = no_progress, cancelled: Cancelled = never_cancelled) -> list[Done]:
    """Every task, in order, on ``jobs`` workers; CancelledError on request."""
    found: list[Done] = []
    for done in _each(tasks, frame, outcome, jobs):
        found.append(done)
        progress(len(found) / len(tasks), f"fit {len(found)} of {len(tasks)}")
        if cancelled():
            raise CancelledError
    return found


def _each(tasks: Sequence[Task], frame: pandas.DataFrame, outcome: np.ndarray, jobs: int) -> Iterator[Done]:
    if jobs == 1:
        yield from (task.run(frame, outcome) for task in tasks)
        return
    from joblib import Parallel, delayed

    yield from Parallel(n_jobs=jobs, return_as="generator")(delayed(task.run)(frame, outcome) for task in tasks)


def held_out(learners: Mapping[str, Learner], averages: Mapping[str, Sequence[str]], frame: pandas.DataFrame,
             outcome: np.ndarray, splits: Sequence[Sequence[Split]], binary: bool, plan: Validation, jobs: int = 1,
             progress: Progress = no_progress, cancelled: Cancelled = never_cancelled,
             own: Sequence[pandas.DataFrame] = ()) -> dict[str, Held]:
    """Each model's predictions over ``splits`` (repeats × folds of training and test rows).

    ``own`` has for each fold the columns that it sees in the place of others (``Task.own``).
    """
    places = [(repeat, number) for repeat, folds in enumerate(splits) for number in range(len(folds))]
    tasks = [Task(learner, *splits[repeat][number], derived_seed(plan.seed, 2, repeat, number), binary, plan,
                  own[number] if own else None)
             for learner in learners.values() for repeat, number in places]
    done = iter(run_tasks(tasks, frame, outcome, jobs, progress, cancelled))
    by_model = {name: [next(done) for _ in places] for name in learners}
    for name, members in averages.items():
        by_model[name] = [_average([by_model[member][at] for member in members]) for at in range(len(places))]
    return {name: _gathered(found, splits, places, outcome, binary, plan) for name, found in by_model.items()}


def _average(members: Sequence[Done]) -> Done:
    inner = None if members[0].inner is None else np.mean([one.inner for one in members], axis=0)
    return Done(np.mean([one.predicted for one in members], axis=0), inner, (), members[0].fitted)


def _gathered(found: Sequence[Done], splits: Sequence[Sequence[Split]], places: Sequence[tuple[int, int]],
              outcome: np.ndarray, binary: bool, plan: Validation) -> Held:
    shape = (len(splits), len(outcome), *found[0].predicted.shape[1:])
    predicted, positive = np.full(shape, np.nan), np.zeros((len(splits), len(outcome)), bool)
    for (repeat, number), done in zip(places, found, strict=True):
        train, test = splits[repeat][number]
        predicted[repeat, test] = done.predicted
        if binary:
            cut = learned_cutoff(outcome[train] == 1, done.inner, plan.cutoff)
            positive[repeat, test] = done.predicted[:, 1] > cut
    return Held(predicted[..., 1] if binary else predicted, positive, tuple(done.kept for done in found),
                sum(done.fitted.fell_back for done in found))


def learned_cutoff(outcome: np.ndarray, probability: np.ndarray, rule: str | float) -> float:
    """The threshold of the greatest Youden index, or the most specific one of a wanted sensitivity."""
    if rule == "youden":
        return youden_cutoff(outcome, probability).threshold
    return cutoff_for_sensitivity(outcome, probability, float(rule)).threshold


def area_632_plus(learner: Learner, data: StudyData, event: np.ndarray, rows: np.ndarray, plan: Validation,
                  jobs: int = 1, cancelled: Cancelled = never_cancelled) -> Area632:
    """The .632+ area of ``learner`` among ``rows`` (indices), by ``plan.samples_632`` bootstrap samples of subjects."""
    splits = Bootstrap(plan.samples_632).splits(Who(event[rows], data.subjects[rows]), plan.seed)
    parts = [(rows, rows), *((rows[one.train], rows[one.test]) for one in splits
                             if len(np.unique(event[rows[one.test]])) == 2)]
    tasks = [Task(learner, *part, derived_seed(plan.seed, 12, number), False, plan)
             for number, part in enumerate(parts)]
    apparent, *left_out = (auc(event[test], done.predicted[:, 1]) for (_, test), done in
                           zip(parts, run_tasks(tasks, data.frame, event, jobs, cancelled=cancelled), strict=True))
    return area_632(apparent, left_out)


@dataclass(frozen=True)
class Who:
    """All that a scheme of splits looks at: outcomes, subjects and centres (n each, or ``None``) of some rows."""

    outcome: np.ndarray
    people: np.ndarray
    centres: np.ndarray | None = None


def scheme_of(plan: Validation) -> Scheme:
    """The splits that a recipe asks for: ``folds`` 0 leaves one subject out, by centre one centre or folds of them."""
    if plan.by == "centre":
        return LeaveOneCentreOut()
    if plan.by == "centres":
        return CentreFolds(plan.folds)
    return CrossValidation(plan.folds, plan.repeats) if plan.folds else LeaveOnePersonOut()


def repeated_folds(outcome: np.ndarray, subjects: np.ndarray, rows: np.ndarray, plan: Validation,
                   centres: np.ndarray | None = None) -> list[list[Split]]:
    """Repeats of training and test rows among ``rows`` (indices) by :func:`scheme_of`; nobody is on both sides.

    InputError where there are too few people of an outcome, fewer than three centres, or a training part with one
    outcome.
    """
    known = None if centres is None else centres[rows]
    if plan.by != "subject" and (known is None or len(np.unique(known)) < 3):
        raise InputError("Leaving one centre out needs three centres at least, named in every row (column 'centre').")
    found: list[list[Split]] = []
    for split in scheme_of(plan).splits(Who(outcome[rows], subjects[rows], known), plan.seed):
        if len(np.unique(outcome[rows[split.train]])) < 2:
            raise InputError(f"The split '{split.name}' leaves only one outcome to learn from.")
        found += [[]] if split.repeat == len(found) else []
        found[split.repeat].append((rows[split.train], rows[split.test]))
    return found


def hold_out(outcome: np.ndarray, subjects: np.ndarray, share: float, seed: int) -> Split:
    """Development and test rows: ``share`` of the subjects of each outcome is held out whole."""
    split = HoldOut(share).splits(Who(outcome, subjects), seed)[0]
    return split.train, split.test
