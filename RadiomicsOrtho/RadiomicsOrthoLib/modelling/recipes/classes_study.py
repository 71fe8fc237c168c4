"""An outcome of several classes: each pair as a binary task, and all classes at once."""

from __future__ import annotations

import numpy as np

from ...long_work import Cancelled, Progress, never_cancelled, no_progress
from ...statistics.multiclass import confusion, hand_till
from .binary_study import binary_study, learners_of
from .evaluation import held_out, repeated_folds
from .matrix import StudyData
from .recipe import Recipe
from .results import BinaryResult, ClassesResult


def pair_studies(recipe: Recipe, data: StudyData, development: np.ndarray, test: np.ndarray, jobs: int = 1,
                 progress: Progress = no_progress,
                 cancelled: Cancelled = never_cancelled) -> dict[str, BinaryResult]:
    """Title → the task of each pair; the second class of a pair is the event."""
    keys = list(recipe.outcome.classes)
    found = {}
    for at, (first, second) in enumerate(recipe.outcome.pairs):
        codes = (keys.index(first), keys.index(second))
        titles = tuple(recipe.outcome.classes[key] for key in (first, second))
        title = f"{titles[0]} or {titles[1]}"
        event = (data.outcome == codes[1]).astype(int)

        def of(rows: np.ndarray, codes: tuple[int, int] = codes) -> np.ndarray:
            return rows[np.isin(data.outcome[rows], codes)]

        found[title] = binary_study(
            recipe, data, of(development), of(test), event, title, titles, jobs,
            lambda share, text, at=at: progress((at + share) / len(recipe.outcome.pairs), text), cancelled)
    return found


def all_classes(recipe: Recipe, data: StudyData, development: np.ndarray, jobs: int = 1,
                progress: Progress = no_progress, cancelled: Cancelled = never_cancelled) -> ClassesResult:
    """Confusion matrices of the first repeat, and the mean area of all pairs (Hand and Till 2001) over the repeats."""
    plan = recipe.validation
    learners, averages = learners_of(recipe, data)
    splits = repeated_folds(data.outcome, data.subjects, development, plan, data.centres)
    found = held_out(learners, averages, data.frame, data.outcome, splits, False, plan, jobs, progress, cancelled)
    truth = data.outcome[development]
    matrices, areas = {}, {}
    for name, held in found.items():
        probability = held.predicted[:, development]
        title = recipe.model(name).title
        matrices[title] = confusion(truth, probability[0].argmax(axis=1), len(recipe.outcome.classes))
        areas[title] = float(np.mean([hand_till(truth, one) for one in probability]))
    return ClassesResult(tuple(recipe.outcome.classes.values()), matrices, areas)
