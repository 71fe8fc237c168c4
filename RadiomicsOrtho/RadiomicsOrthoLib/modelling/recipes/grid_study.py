"""Every selection with every classifier, by region, and what picking the best of them adds (Mohammadi et al.)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from ...errors import InputError
from ...long_work import Cancelled, Progress, never_cancelled, no_progress
from ..dataset import Dataset
from ..estimators import ESTIMATORS
from ..grid import GridPlan, run_grid
from ..splits import derived_seed
from .evaluation import scheme_of
from .matrix import StudyData, columns_of
from .recipe import Model, Recipe, safe_name
from .results import GridCell, GridResult


def grid_study(recipe: Recipe, data: StudyData, development: np.ndarray, event: np.ndarray, jobs: int = 1,
               progress: Progress = no_progress, cancelled: Cancelled = never_cancelled,
               resume_folder: Path | None = None) -> GridResult:
    """One repeat of the folds of the recipe for each region; fits are kept in ``resume_folder``, by region.

    The nested figures pick a combination by inner folds of each training part; shuffled outcomes are for the regions
    that the recipe names.
    """
    grid, plan = recipe.grid, recipe.validation
    by_centre = plan.by != "subject"
    if not plan.folds and not by_centre:
        raise InputError(f"The grid of the recipe '{recipe.id}' is compared in folds, and it leaves one subject out.")
    scheme = scheme_of(replace(plan, repeats=1))
    centres = data.centres[development] if by_centre and data.centres is not None else None
    # what each region costs, for the progress
    costs = {region: 1 + plan.inner + grid.permutations.get(region, 0) for region in grid.regions}
    found, done = {}, 0
    for region, blocks in grid.regions.items():
        columns, _ = columns_of(Model("grid", region, blocks, (), (), {}), data, recipe)
        table = Dataset(data.frame[columns].iloc[development], event[development], centres=centres)
        part = (done / sum(costs.values()), costs[region] / sum(costs.values()))
        found[region] = run_grid(
            table, grid.selectors, {name: _quick(step) for name, step in grid.estimators.items()},
            GridPlan(scheme, plan.inner, grid.permutations.get(region, 0), plan.bootstrap), jobs,
            resume_folder and resume_folder / safe_name(region), derived_seed(plan.seed, 8),
            progress=lambda share, text, part=part, region=region: progress(part[0] + part[1] * share,
                                                                            f"{region}: {text}"),
            cancelled=cancelled)
        done += costs[region]
    judged = {region: one.optimism for region, one in found.items() if one.optimism is not None}
    return GridResult(
        tuple(GridCell(region, cell.selection, cell.model, _or_nan(cell.score), _or_nan(cell.accuracy), cell.failed)
              for region, one in found.items() for cell in one.cells),
        {region: one.nested for region, one in judged.items() if one.nested is not None},
        {region: tuple(f"{selection}, {model}" for selection, model in one.picked) for region, one in judged.items()},
        {region: one.corrected for region, one in judged.items()},
        {region: (one.null, one.p) for region, one in judged.items() if one.p is not None})


def _quick(step) -> dict:
    """Without calibrated probabilities: ranks are enough here, and a calibration costs five fits."""
    return {name: {**parameters, **({} if ESTIMATORS[name].probability else {"probability": False})}
            if name in ESTIMATORS else parameters for name, parameters in step.items()}


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
