"""Every selection with every classifier, region by region, and what picking the best of them adds (Mohammadi et
al.)."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np

from ...long_work import Cancelled, CancelledError, Progress, never_cancelled, no_progress
from ...statistics.bootstrap import bootstrap_interval
from ...statistics.roc import auc, youden_cutoff
from ..inner_folds import inner_folds
from ..splits import derived_seed
from .evaluation import repeated_folds
from .learners import Learner
from .matrix import StudyData, columns_of
from .recipe import Model, Recipe
from .results import GridCell, GridResult


def grid_study(recipe: Recipe, data: StudyData, development: np.ndarray, event: np.ndarray, jobs: int = 1,
               progress: Progress = no_progress, cancelled: Cancelled = never_cancelled) -> GridResult:
    """One repeat of the folds of the recipe; the nested figures pick a combination by inner folds of each training
    part."""
    grid, plan = recipe.grid, replace(recipe.validation, repeats=1)
    splits = repeated_folds(event, data.subjects, development, plan, data.centres)[0]
    work = [(region, selector, name, at) for region in grid.regions for selector in grid.selectors
            for name in grid.estimators for at in range(len(splits))]

    def learner(region: str, selector: str, name: str) -> Learner:
        model = Model(selector, f"{selector}, {name}", grid.regions[region], (), grid.selectors[selector],
                      _quick(grid.estimators[name]))
        return Learner(model, *map(tuple, columns_of(model, data, recipe)))

    each = [(learner(*one[:3]), data.frame, event, *splits[one[3]], plan.inner,
             derived_seed(plan.seed, 8, one[3])) for one in work]
    outer, inner = {}, {}
    for at, (place, (scores, inside)) in enumerate(zip(work, _run(each, jobs), strict=True)):
        outer[place], inner[place] = scores, inside
        progress((at + 1) / len(work), f"grid: fit {at + 1} of {len(work)}")
        if cancelled():
            raise CancelledError
    cells, nested, picked = [], {}, {}
    for region in grid.regions:
        combinations = [(selector, name) for selector in grid.selectors for name in grid.estimators]
        for selector, name in combinations:
            cells.append(_cell(region, selector, name, [outer[region, selector, name, at] for at in range(len(splits))],
                               event, splits))
        chosen = [max(combinations, key=lambda one, at=at: inner[region, *one, at]) for at in range(len(splits))]
        score = np.full(len(event), np.nan)
        for at, one in enumerate(chosen):
            score[splits[at][1]] = _ranks(outer[region, *one, at])
        nested[region] = bootstrap_interval(auc, event[development], score[development],
                                            strata=event[development], clusters=data.subjects[development],
                                            repeats=plan.bootstrap, seed=plan.seed)
        picked[region] = tuple(f"{selector}, {name}" for selector, name in chosen)
    return GridResult(tuple(cells), nested, picked)


def _quick(step) -> dict:
    """Without calibrated probabilities: ranks are enough here, and a calibration costs five fits."""
    return {name: {**parameters, **({"probability": False} if name.startswith(("svm", "smo")) else {})}
            for name, parameters in step.items()}


def _run(each: list, jobs: int):
    if jobs == 1:
        return (_scores(*one) for one in each)
    from joblib import Parallel, delayed

    return Parallel(n_jobs=jobs, return_as="generator")(delayed(_scores)(*one) for one in each)


def _scores(learner: Learner, frame, event: np.ndarray, train: np.ndarray, test: np.ndarray, inner: int,
            seed: int) -> tuple[np.ndarray, float]:
    """Scores of the test people, and the mean area over inner folds of the training people."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scores = learner.fit(frame.iloc[train], event[train], seed).ranking(frame.iloc[test])
        areas = []
        for number, (part, rest) in enumerate(inner_folds(event[train], inner, seed, np.asarray(frame.index)[train])):
            fitted = learner.fit(frame.iloc[train[part]], event[train[part]], derived_seed(seed, number))
            areas.append(auc(event[train[rest]], fitted.ranking(frame.iloc[train[rest]])))
    return scores, float(np.mean(areas))


def _ranks(scores: np.ndarray) -> np.ndarray:
    """Scores of one fold as ranks from 0 to 1: those of different models share no scale."""
    from scipy.stats import rankdata

    return (rankdata(scores) - 0.5) / len(scores)


def _cell(region: str, selector: str, name: str, scores: list[np.ndarray], event: np.ndarray, splits: list) -> GridCell:
    """The mean area of the folds, and the accuracy at the cut-off that is best there, as the study shows it."""
    areas = [auc(event[test], one) for (_, test), one in zip(splits, scores, strict=True)]
    accuracies = []
    for (_, test), one in zip(splits, scores, strict=True):
        cut = youden_cutoff(event[test], one).threshold
        accuracies.append(float(((one > cut) == (event[test] == 1)).mean()))
    return GridCell(region, selector, name, float(np.mean(areas)), float(np.mean(accuracies)))
