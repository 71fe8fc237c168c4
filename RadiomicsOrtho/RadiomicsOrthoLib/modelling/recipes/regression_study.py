"""A number as the outcome: how well the fit describes its own people, and how well it predicts those left out."""

from __future__ import annotations

import numpy as np

from ...long_work import Cancelled, Progress, never_cancelled, no_progress
from ...statistics.bootstrap import bootstrap_interval
from ...statistics.regression import adjusted_determination, correlation, determination, f_test
from .binary_study import kept_share, learners_of
from .evaluation import held_out, repeated_folds
from .matrix import StudyData
from .recipe import Recipe
from .results import RegressionResult


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
    k, n = len(fitted.kept), len(y)
    f = f_test(r2, k, n)
    return RegressionResult(
        model, fitted, y, outside, correlation(y, inside), r2, adjusted_determination(r2, k, n), f.statistic,
        (f.between, f.within), f.p,
        bootstrap_interval(lambda a, b: float(np.mean([_r(a, one) for one in b.T])), y, outside.T, clusters=subjects,
                           repeats=plan.bootstrap, seed=plan.seed),
        bootstrap_interval(lambda a, b: float(np.mean([determination(a, one) for one in b.T])), y, outside.T,
                           clusters=subjects, repeats=plan.bootstrap, seed=plan.seed),
        float(np.sqrt(np.mean((outside - y) ** 2))), kept_share(held))


def _r(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.corrcoef(first, second)[0, 1])
