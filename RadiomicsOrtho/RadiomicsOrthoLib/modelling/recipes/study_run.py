"""One recipe on one table, from the rows to every figure of its report."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from ...cohort.feature_table import FeatureTable
from ...errors import InputError
from ...features.profile_file import load_profile, profile_names
from ...long_work import Cancelled, Progress, never_cancelled, no_progress
from ..dataset import Dataset
from ..leaks import refuse_leaks, suspect_columns
from .baseline import baseline_table
from .binary_study import binary_study
from .classes_study import all_classes, pair_studies
from .evaluation import hold_out
from .extracted import not_extracted
from .follow_up_study import follow_up_study
from .grid_study import grid_study
from .learners import check_models
from .matrix import StudyData, study_data
from .recipe import Recipe
from .regression_study import regression_study
from .results import StudyResult

SIMULATED = ("SIMULATED: the table says that its people are virtual. Every figure is about the simulation, none about "
             "people.")

NETWORK = ("The columns of the network were learned from these people. Each fold is judged by columns in whose making "
           "its people had no part, neither for those who are judged nor for those who are learned from; the folds "
           "are those of the network, once, and no other share is held out.")


def run_recipe(recipe: Recipe, table: FeatureTable, jobs: int = 1, progress: Progress = no_progress,
               cancelled: Cancelled = never_cancelled, resume_folder: Path | None = None) -> StudyResult:
    """Everything that ``recipe`` asks for on ``table``; InputError where the table does not fit.

    Fits of a grid are kept in ``resume_folder``: called again, only those that lack are made.
    """
    start = time.monotonic()
    check_models(recipe)
    data = study_data(table, recipe)
    development, test = _parts(data, recipe)
    kind = int if recipe.outcome.classes else float
    known = Dataset(data.frame.iloc[development], data.outcome[development].astype(kind))
    refuse_leaks(known)
    suspects = tuple(one.sentence for one in suspect_columns(known))
    groups, baseline = baseline_table(data, recipe)
    found: dict[str, object] = {}
    titles = tuple(recipe.outcome.classes.values()) if recipe.outcome.classes else ()
    if recipe.outcome.kind == "binary":
        event = (data.outcome == 1).astype(int)
        share = 0.4 if recipe.grid else 0.95
        main = binary_study(recipe, data, development, np.array([], int) if recipe.follow_up else test, event,
                            recipe.outcome.title, titles, jobs, lambda s, text: progress(share * s, text), cancelled)
        found["binary"] = {recipe.outcome.title: main}
        if recipe.follow_up:
            found["follow_up"] = follow_up_study(recipe, data, main.models[recipe.main].fitted)
        if recipe.grid:
            found["grid"] = grid_study(recipe, data, development, event, jobs,
                                       lambda s, text: progress(share + (0.95 - share) * s, text), cancelled,
                                       resume_folder)
    elif recipe.outcome.kind == "classes":
        found["binary"] = pair_studies(recipe, data, development, test, jobs, lambda s, t: progress(0.7 * s, t),
                                       cancelled)
        found["classes"] = all_classes(recipe, data, development, jobs, lambda s, t: progress(0.7 + 0.25 * s, t),
                                       cancelled)
    else:
        found["regression"] = regression_study(recipe, data, development, jobs, lambda s, t: progress(0.95 * s, t),
                                               cancelled)
    if jobs > 1:
        _end_workers()
    progress(1.0, "computed")
    return StudyResult(recipe, data, development, test, _flow(data, recipe, development, test), groups, baseline,
                       (*_notes(data, recipe, development), *suspects), seconds=time.monotonic() - start, **found)


def _end_workers() -> None:
    """joblib keeps its processes for the next call; here there is none."""
    from joblib.externals.loky import get_reusable_executor

    get_reusable_executor().shutdown(wait=True)


def _parts(data: StudyData, recipe: Recipe) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the development part and of the held-out part (indices)."""
    test = recipe.validation.test
    if data.network is not None:
        return np.flatnonzero(~data.held_out), np.flatnonzero(data.held_out)
    if test == "set":
        if not data.held_out.any():
            raise InputError(f"The recipe '{recipe.id}' is tested on rows of the set 'validation', and the table has "
                             f"none.")
        return np.flatnonzero(~data.held_out), np.flatnonzero(data.held_out)
    if test:
        if not recipe.outcome.classes:
            raise InputError("Holding out a share of people is for outcomes of classes; use 'test: set'.")
        return hold_out(data.outcome, data.subjects, float(test), recipe.validation.seed)
    return np.arange(len(data)), np.array([], int)


def _flow(data: StudyData, recipe: Recipe, development: np.ndarray, test: np.ndarray) -> tuple[str, ...]:
    plan = recipe.validation

    def people(rows: np.ndarray) -> str:
        return f"{len(rows)} rows of {len(set(data.subjects[rows]))} subjects"

    folds = f"{plan.repeats} × {plan.folds} folds of whole subjects"
    if plan.by == "centre":
        folds = "one centre left out at a time"
    elif plan.by == "centres":
        folds = f"{plan.folds} folds of whole centres"
    elif plan.folds == 0:
        folds = "one subject left out at a time"
    if data.network is not None:
        folds = f"the {len(data.network.names)} folds of the network, by columns that were made without each"
    found = [*data.flow, f"development: {people(development)}; {folds}"]
    if len(test):
        how = "the table's own set 'validation'" if plan.test == "set" else f"{100 * plan.test:g} % of the subjects"
        if data.network is not None:
            how = "rows from which no network learned"
        found.append(f"held-out part: {people(test)} ({how})")
    return tuple(found)


def _other_features(data: StudyData, recipe: Recipe) -> list[str]:
    """A note where the recipe's profile does not give the features of the table."""
    if recipe.scan.profile not in profile_names():
        return []
    others = not_extracted(data.frame.columns, load_profile(recipe.scan.profile))
    if not others:
        return []
    note = (f"The profile {recipe.scan.profile} does not extract {len(others)} of the features of the table, such as "
            f"'{others[0]}': a model that keeps one of them cannot score a scan.")
    return [note]


def _notes(data: StudyData, recipe: Recipe, development: np.ndarray) -> tuple[str, ...]:
    """What a reader must know of this table, besides the figures."""
    found = [SIMULATED] if data.people.simulated else []
    profiles = set(data.people.columns.get("profile", ())) - {""}
    if profiles and profiles != {recipe.scan.profile}:
        found.append(f"The features come from the profile {', '.join(sorted(profiles))}; the recipe names "
                     f"{recipe.scan.profile}.")
    found += _other_features(data, recipe)
    if recipe.outcome.classes:
        events = min(int((data.outcome[development] == code).sum()) for code in range(len(recipe.outcome.classes)))
        candidates = data.frame.shape[1]
        if events < candidates:
            found.append(f"{candidates} candidate columns for {events} rows of the rarest outcome in the development "
                         "part: what was selected will differ in the next sample, and its stability over the folds is "
                         "shown for that reason.")
        if events < 100:
            found.append(f"{events} rows of the rarest outcome to learn from; at least 100 events are asked for to "
                         "validate a model (Collins et al. 2016, doi:10.1002/sim.6787).")
    if data.network is not None:
        found.append(NETWORK)
    if recipe.caution:
        found.append(recipe.caution)
    return tuple(found)
