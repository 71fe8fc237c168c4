"""Repeated nested cross-validation, apparent performance and its optimism: the same for every learner."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..long_work import Cancelled, CancelledError, Progress, never_cancelled, no_progress
from ..statistics.bootstrap import error_632_plus, resamples
from ..statistics.roc import auc, cutoff_for_sensitivity
from .learner import Fitted, Learner
from .splits import derived_seed, folds
from .training_data import TrainingData


@dataclass(frozen=True)
class Plan:
    """How a learner is validated: ``repeats`` × ``folds`` outer folds, a cut-off learned for ``sensitivity``."""

    repeats: int
    folds: int
    seed: int
    sensitivity: float
    bootstrap: int
    optimism: int


@dataclass(frozen=True)
class CrossValidated:
    """What was predicted for people by fits that had not seen them: ``probability`` and ``positive`` (repeats, n).

    ``positive`` is by the cut-off that was learned in the same training folds.
    """

    probability: np.ndarray
    positive: np.ndarray


@dataclass(frozen=True)
class Optimism:
    """Areas under the ROC curve: ``apparent`` on the people of the fit, ``corrected`` by Harrell's bootstrap.

    ``out_of_bag`` is the mean area on those whom a bootstrap sample left out, ``refits`` are the estimators of
    the samples, as ``model.json`` writes them.
    """

    apparent: float
    corrected: float
    out_of_bag: float
    refits: tuple[dict, ...] = ()

    @property
    def point_632_plus(self) -> float:
        """The area by .632+."""
        return 1 - error_632_plus(1 - self.apparent, 1 - self.out_of_bag, 0.5)


def cross_validate(learner: Learner, data: TrainingData, plan: Plan, progress: Progress = no_progress,
                   cancelled: Cancelled = never_cancelled) -> CrossValidated:
    """Everything that ``learner`` learns, and the cut-off, is learned anew in each training fold."""
    probability, positive = (np.empty((plan.repeats, len(data)), kind) for kind in (float, bool))
    for repeat in range(plan.repeats):
        for number, (train, test) in enumerate(folds(data, plan.folds, derived_seed(plan.seed, 1, repeat))):
            if cancelled():
                raise CancelledError
            progress((repeat * plan.folds + number) / (plan.repeats * plan.folds), "cross-validation")
            known = data.take(train)
            fitted = learner.fit(known, derived_seed(plan.seed, 2, repeat, number))
            columns = {name: column[test] for name, column in data.columns.items()}
            probability[repeat, test] = fitted.probability(columns)
            positive[repeat, test] = probability[repeat, test] > learned_cutoff(fitted, known, plan.sensitivity)
    return CrossValidated(probability, positive)


def learned_cutoff(fitted: Fitted, data: TrainingData, sensitivity: float) -> float:
    """The probability above which ``sensitivity`` of the events lie, in predictions that had not seen them."""
    return cutoff_for_sensitivity(data.outcome, fitted.held_out, sensitivity).threshold


def optimism(learner: Learner, data: TrainingData, fitted: Fitted, plan: Plan, progress: Progress = no_progress,
             cancelled: Cancelled = never_cancelled) -> Optimism:
    """How much better the area looks on the people of the fit (Harrell, Lee and Mark, Stat Med 1996;15:361).

    Whole groups are drawn within strata; every bootstrap fit learns everything anew.
    """
    apparent = _area(fitted, data)
    losses, left_out, refits = [], [], []
    for number, drawn in enumerate(resamples(plan.optimism, derived_seed(plan.seed, 3), data.strata, data.groups)):
        if cancelled():
            raise CancelledError
        progress(number / plan.optimism, "bootstrap of the optimism")
        sample = data.take(drawn)
        # copies of a person must not be on both sides of an inner fold: they keep their group's label
        model = learner.fit(sample, derived_seed(plan.seed, 4, number))
        refits.append(model.estimator())
        losses.append(_area(model, sample) - _area(model, data))
        absent = np.setdiff1d(np.arange(len(data)), drawn)
        left_out.append(_area(model, data.take(absent)))
    return Optimism(apparent, apparent - float(np.mean(losses)), float(np.mean(left_out)), tuple(refits))


def _area(fitted: Fitted, data: TrainingData) -> float:
    return auc(data.outcome, fitted.probability(data.columns), data.weights)
