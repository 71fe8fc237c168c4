"""A binary task: every model by cross-validation and on the held-out part, compared with each other, and against
chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ...long_work import Cancelled, Progress, never_cancelled, no_progress
from ...statistics.roc import auc
from ..splits import derived_seed
from .assessment import Predictions, assess, compare, difference_by_subjects, reclassified
from .evaluation import Held, area_632_plus, held_out, learned_cutoff, repeated_folds, run_tasks
from .evaluation import Task as Fit
from .learners import Fitted, Learner
from .matrix import StudyData, columns_of
from .null_fits import null_areas
from .recipe import Model, Recipe
from .results import BinaryResult, Comparison, ModelResult, Null

INTERNAL, TEST = "cross-validation", "held-out part"


def binary_study(recipe: Recipe, data: StudyData, development: np.ndarray, test: np.ndarray, event: np.ndarray,
                 title: str, classes: tuple[str, str], jobs: int = 1, progress: Progress = no_progress,
                 cancelled: Cancelled = never_cancelled) -> BinaryResult:
    """``development`` and ``test`` are rows (indices), ``event`` (n) is 0 or 1 for them."""
    plan = recipe.validation
    learners, averages = learners_of(recipe, data)
    network = data.network
    splits = repeated_folds(event, data.subjects, development, plan, data.centres) if network is None \
        else [network.splits(development)]
    # outcomes that are dealt out anew tell nothing where a network has learned the true ones
    permuted = plan.permutations and network is None
    share = 0.85 if permuted else 1.0
    found = held_out(learners, averages, data.frame, event, splits, True, plan, jobs,
                     lambda done, text: progress(share * done, f"{title}: {text}"), cancelled,
                     tuple(network.without.values()) if network is not None else ())
    finals = _final(learners, data, event, development, plan, jobs)
    models = {one.id: _model_result(one, found, finals, averages.get(one.id, ()), data, event, development, test,
                                    recipe)
              for one in recipe.models}
    parts = [INTERNAL, *([TEST] if len(test) else [])]
    comparisons = tuple(_comparison(models, pair, part, recipe) for part in parts for pair in recipe.compare)
    null = permutation_null(learners[recipe.main], data, event, development, recipe, jobs,
                            lambda done, text: progress(share + (1 - share) * done, f"{title}: {text}"), cancelled) \
        if permuted else None
    optimism = area_632_plus(learners[recipe.main], data, event, development, plan, jobs, cancelled) \
        if plan.samples_632 and network is None else None
    return BinaryResult(title, classes, models, comparisons, null, optimism, _block_correlation(recipe, data, models))


def learners_of(recipe: Recipe, data: StudyData) -> tuple[dict[str, Learner], dict[str, tuple[str, ...]]]:
    """Learners by id, and for models that average others the ids of those."""
    learners = {one.id: Learner(one, *map(tuple, columns_of(one, data, recipe))) for one in recipe.models
                if not one.average}
    return learners, {one.id: one.average for one in recipe.models if one.average}


def _final(learners: Mapping[str, Learner], data: StudyData, event: np.ndarray, development: np.ndarray, plan,
           jobs: int) -> dict[str, Fitted]:
    tasks = [Fit(learner, development, development, plan.seed, False, plan) for learner in learners.values()]
    done = run_tasks(tasks, data.frame, event, jobs)
    return dict(zip(learners, (one.fitted for one in done), strict=True))


def _model_result(model: Model, found: Mapping[str, Held], finals: Mapping[str, Fitted], members: Sequence[str],
                  data: StudyData, event: np.ndarray, development: np.ndarray, test: np.ndarray,
                  recipe: Recipe) -> ModelResult:
    plan, held = recipe.validation, found[model.id]
    own = held.predicted[:, development]
    internal = Predictions(model.title, event[development] == 1, data.subjects[development], own,
                           held.positive[:, development])
    cutoff = learned_cutoff(internal.outcome, own[0], plan.cutoff)

    def predict(rows: np.ndarray) -> np.ndarray:
        return np.mean([finals[name].predict(data.frame.iloc[rows])[:, 1] for name in members or (model.id,)], axis=0)

    tested = None
    if len(test):
        probability = predict(test)
        tested = Predictions(model.title, event[test] == 1, data.subjects[test], probability[np.newaxis],
                             probability[np.newaxis] > cutoff)
    return ModelResult(
        model, finals.get(model.id), assess(internal, plan.bootstrap, plan.seed), internal,
        assess(tested, plan.bootstrap, plan.seed) if tested else None, tested, float(cutoff),
        auc(internal.outcome, predict(development)), kept_share(held), held.fell_back)


def kept_share(held: Held) -> dict[str, float]:
    """The share of fits that kept each feature, most frequent first."""
    counted = Counter(name for kept in held.kept for name in kept)
    return {name: count / len(held.kept) for name, count in counted.most_common()}


def _comparison(models: Mapping[str, ModelResult], pair: tuple[str, str], part: str, recipe: Recipe) -> Comparison:
    def of(name: str) -> Predictions:
        return models[name].internal_predictions if part == INTERNAL else models[name].test_predictions

    first, second = of(pair[0]), of(pair[1])
    plan = recipe.validation
    return Comparison(*pair, part, compare(first, second),
                      difference_by_subjects(first, second, plan.bootstrap // 2, plan.seed), reclassified(second,
                                                                                                          first))


def permutation_null(learner: Learner, data: StudyData, event: np.ndarray, rows: np.ndarray, recipe: Recipe, jobs: int,
                     progress: Progress, cancelled: Cancelled) -> Null:
    """Areas of ``learner`` for outcomes dealt out anew among subjects, and of the true ones, by the same folds.

    Subjects keep their rows together, and get the outcomes of another subject with as many rows, where there is one.
    """
    plan = replace(recipe.validation, repeats=1, folds=recipe.validation.folds or recipe.validation.inner + 1,
                   by="subject")
    quick = replace(learner, model=replace(learner.model, estimator={
        name: {**parameters, **({"probability": False} if name.startswith(("svm", "smo")) else {})}
        for name, parameters in learner.model.estimator.items()}))
    generator = np.random.default_rng(derived_seed(plan.seed, 7))
    outcomes = [event, *(dealt(event, data.subjects, rows, generator) for _ in range(plan.permutations))]
    areas = null_areas(quick, data.frame, data.subjects, outcomes, rows, plan, jobs, progress, cancelled)
    observed, dealt_out = areas[0], np.array(areas[1:])
    return Null(dealt_out, observed, float((1 + (dealt_out >= observed).sum()) / (1 + len(dealt_out))))


def dealt(event: np.ndarray, subjects: np.ndarray, rows: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """``event`` with the outcomes of subjects among ``rows`` exchanged between subjects of as many rows."""
    found = event.copy()
    members: dict[int, list[np.ndarray]] = {}
    for one in np.unique(subjects[rows]):
        own = rows[subjects[rows] == one]
        members.setdefault(len(own), []).append(own)
    for group in members.values():
        order = generator.permutation(len(group))
        for at, other in enumerate(order):
            found[group[at]] = event[group[other]]
    return found


def _block_correlation(recipe: Recipe, data: StudyData, models: Mapping[str, ModelResult]) -> dict[str, float]:
    """Between blocks that one model joins: mean absolute correlation of their columns, and of single models' output."""
    joint = next((one for one in recipe.models if len(one.blocks) == 2), None)
    if joint is None:
        return {}
    first, second = (columns_of(replace(joint, blocks=(name,), clinical=()), data, recipe)[0] for name in joint.blocks)
    x = data.frame.fillna(data.frame.median())
    left, right = (_scaled(x[names].to_numpy()) for names in (first, second))
    both = np.abs(left.T @ right) / len(x)
    found = {"mean |r| of the columns": float(both.mean()), "greatest |r| of the columns": float(both.max())}
    single = {name: next((m.id for m in recipe.models if m.blocks == (name,)), None) for name in joint.blocks}
    if all(single.values()):
        one, other = (models[single[name]].internal_predictions.probability[0] for name in joint.blocks)
        found["r of the probabilities of both single models"] = float(np.corrcoef(one, other)[0, 1])
    return found


def _scaled(x: np.ndarray) -> np.ndarray:
    spread = x.std(axis=0)
    return (x - x.mean(axis=0)) / np.where(spread > 0, spread, 1.0)

