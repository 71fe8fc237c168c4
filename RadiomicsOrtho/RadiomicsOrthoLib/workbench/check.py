"""Whether a table fits a recipe, before anything is computed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..long_work import Cancelled, Progress, never_cancelled, no_progress
from ..modelling.recipes.matrix import columns_of, study_data
from .request import StudyRequest
from .study_table import read_study_table


@dataclass(frozen=True)
class CheckedTable:
    """``sentence`` says who is in the table; ``notes`` who is not, one sentence each."""

    sentence: str
    simulated: bool
    notes: tuple[str, ...] = ()


def check_study(asked: StudyRequest, progress: Progress = no_progress,
                cancelled: Cancelled = never_cancelled) -> CheckedTable:
    """InputError with the first reason why the table cannot be used for the recipe."""
    progress(0.0, "Reading the table")
    recipe = asked.wanted_recipe()
    table, notes = read_study_table(asked.table, asked.sheets, recipe)
    progress(0.6, "Comparing it with the recipe")
    data = study_data(table, recipe)
    features = {name for model in recipe.models if not model.average for name in columns_of(model, data, recipe)[0]}
    if recipe.grid:
        features |= set(data.frame.columns)
    found = [f"{len(data)} rows of {len(np.unique(data.subjects))} subjects", f"{len(features)} features"]
    found += [f"{int((data.outcome == code).sum())} with '{title}'"
              for code, title in enumerate((recipe.outcome.classes or {}).values())]
    if recipe.validation.test == "set" or recipe.follow_up:
        found.append(f"{int(data.held_out.sum())} in the set 'validation'")
    word = "SIMULATED: " if table.simulated else ""
    return CheckedTable(f"{word}The table fits the recipe: {', '.join(found)}.", table.simulated, notes)
