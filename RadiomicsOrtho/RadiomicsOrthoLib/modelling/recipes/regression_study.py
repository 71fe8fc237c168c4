"""A number as the outcome: how well the fit describes its own people, and how well it predicts those left out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...long_work import Cancelled, Progress, never_cancelled, no_progress
from ...statistics.bootstrap import bootstrap_interval
from ...statistics.estimate import Estimate
from ...statistics.regression import FTest, adjusted_determination, correlation, determination, f_test
from .binary_study import kept_share, learners_of
from .evaluation import held_out, repeated_folds
from .learners import Fitted
from .matrix import StudyData
from .recipe import Recipe, Validation
from .results import RegressionResult

LEAST_SQUARES = "linear"


def regression_study(recipe: Recipe, data: StudyData, development: np.ndarray, jobs: int = 1,
                     progress: Progress = no_progress, cancelled: Cancelled = never_cancelled) -> RegressionResult:
    """The main model of ``recipe`` on the rows ``development`` (indices)."""
    plan, model = recipe.validation, recipe.model(recipe.main)
    learners, _ = learners_of(recipe, data)
    splits = repeated_folds(data.outcome, data.subjects, development, plan, data.centres)
    held = held_out({model.id: learners[model.id]}, {}, data.frame, data.outcome, splits, False, plan, jobs, progress,
                    cancelled)[model.id]
    fitted = learners[model.id].fit(data.frame.iloc[development], data.outcome[development], plan.seed)
    y, subjects = data.outcome[development], data.subjects[development]
    inside, outside = fitted.predict(data.frame.iloc[development]), held.predicted[:, development]
    r2 = determination(y, inside)
    return RegressionResult(
        model, fitted, y, outside, _or_none(correlation, y, inside), r2, *_least_squares(fitted, r2, len(y)),
        _r_interval(y, outside, subjects, plan),
        bootstrap_interval(lambda a, b: float(np.mean([determination(a, one) for one in b.T])), y, outside.T,
                           clusters=subjects, repeats=plan.bootstrap, seed=plan.seed),
        float(np.sqrt(np.mean((outside - y) ** 2))), kept_share(held), held.fell_back)


def _least_squares(fitted: Fitted, r2: float, count: int) -> tuple[float | None, FTest | None]:
    """Adjusted R² and F, which are those of least squares: ``None`` for other estimators, and without predictors."""
    k = fitted.predictors
    if fitted.learner.kind[0] != LEAST_SQUARES:
        return None, None
    return _or_none(adjusted_determination, r2, k, count), _or_none(f_test, r2, k, count)


def _r_interval(y: np.ndarray, outside: np.ndarray, subjects: np.ndarray, plan: Validation) -> Estimate | None:
    """r of people left out by a bootstrap of subjects; ``None`` where a repeat predicts the same for everybody."""
    if np.any(np.ptp(outside, axis=1) == 0):
        return None
    return bootstrap_interval(lambda a, b: float(np.mean([_r(a, one) for one in b.T])), y, outside.T,
                              clusters=subjects, repeats=plan.bootstrap, seed=plan.seed)


def _or_none(compute: Callable, *arguments):
    try:
        return compute(*arguments)
    except ValueError:
        return None


def _r(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.corrcoef(first, second)[0, 1])
