"""Every file of a study's report: the page, its figures, its tables, its models and the record."""

from __future__ import annotations

import json

import numpy as np

from ...errors import InputError
from ...modelling.recipes.bundle import bundle_of, model_id, record, regression_bundle
from ...modelling.recipes.learners import Fitted
from ...modelling.recipes.recipe import safe_name
from ...modelling.recipes.results import BinaryResult, StudyResult
from ...models.conversion.preprocessing import NotConvertibleError
from ..tables import features_csv
from . import figures as draw
from . import results_file
from .checklists import clear_answers, metrics_score, tripod_answers
from .model_card import model_card
from .nomogram import bundle_nomogram
from .page import key_of, study_page
from .tables_of import (
    answer_rows,
    baseline_rows,
    comparison_rows,
    feature_rows,
    followed_rows,
    grid_rows,
    main_model,
    performance_rows,
    prediction_rows,
)

MODELS = "models"
#: features that a heat map can show
MOST_ROWS = 30
#: of an outcome that is a number
THIRDS = {"low": "lower third", "middle": "middle third", "high": "upper third"}


def study_files(result: StudyResult) -> tuple[dict[str, str | bytes], dict[str, dict[str, bytes]]]:
    """Name → content of the report's files, and id → files of each model bundle."""
    bundles, models = _bundles(result)
    figures = _figures(result, bundles)
    metrics, clear, tripod = metrics_score(result), clear_answers(result), tripod_answers(result)
    blocks = {name: dict(task.block_correlation) for name, task in result.binary.items() if task.block_correlation}
    files: dict[str, str | bytes] = {
        "report.html": study_page(result, figures, metrics, clear, tripod, models, _main_card(result, bundles)),
        "baseline.csv": features_csv(baseline_rows(result)), "performance.csv": features_csv(performance_rows(result)),
        "features.csv": features_csv(feature_rows(result)), "metrics.csv": features_csv(answer_rows(metrics.answers)),
        "clear.csv": features_csv(answer_rows(clear)), "tripod-ai.csv": features_csv(answer_rows(tripod)),
        "record.json": json.dumps(record(result) | {"models": dict(models), "seconds": round(result.seconds, 1),
                                                    "metrics_percent": round(metrics.percent, 1),
                                                    **({"correlation_of_blocks": blocks} if blocks else {})},
                                  indent=2, ensure_ascii=False) + "\n"}
    for name, rows in (("comparisons.csv", comparison_rows(result)), ("predictions.csv", prediction_rows(result)),
                       ("grid.csv", grid_rows(result)), ("followed.csv", followed_rows(result))):
        if rows:
            files[name] = features_csv(rows)
    files[results_file.NAME] = results_file.study_results(result, models, files)
    return files | {f"figures/{name}.svg": svg for name, svg in figures.items()}, bundles


def _bundles(result: StudyResult) -> tuple[dict[str, dict[str, bytes]], list[tuple[str, str]]]:
    """The bundles of the first task, or of the regression, and for each model what became of it."""
    found, models = {}, []
    fits = [(one.model, lambda one=one: bundle_of(result, result.main, one)) for one in result.main.models.values()] \
        if result.main else [(result.regression.model, lambda: regression_bundle(result))]
    for model, make in fits:
        name = model_id(result.recipe.id, model.id)
        try:
            found[name] = make()
            models.append((model.title, f"{MODELS}/{name}"))
        except NotConvertibleError as reason:
            models.append((model.title, f"no bundle: {reason}"))
        except (InputError, ValueError, KeyError) as error:
            models.append((model.title, f"no bundle: {' '.join(str(error).split())}"))
    return found, models


def _main_card(result: StudyResult, bundles) -> str:
    files = bundles.get(model_id(result.recipe.id, result.recipe.main))
    return model_card(files) if files else ""


def _figures(result: StudyResult, bundles) -> dict[str, str]:
    found = {"flow": draw.flow_figure(result.flow)}
    for task in result.binary.values():
        found |= _task_figures(result, task)
    if result.classes:
        found |= {f"classes-{at + 1}": svg for at, svg in enumerate(draw.confusions(result.classes))}
    if result.regression:
        found["scatter"] = draw.scatter_figure(result.regression, "People left out, first repeat",
                                               result.recipe.outcome.unit)
    if result.follow_up:
        unit = result.recipe.follow_up.unit
        found["survival"] = draw.survival_figure(result.follow_up, unit)
        if result.follow_up.at_horizon:
            found["decision-horizon"] = draw.horizon_figure(result.follow_up.at_horizon, unit)
    if result.grid:
        found |= {f"grid-{safe_name(region)}": draw.grid_figure(result.grid, region)
                  for region in result.grid.corrected}
    return found | _feature_figures(result) | _nomogram(result, bundles)


def _task_figures(result: StudyResult, task: BinaryResult) -> dict[str, str]:
    key, one = key_of(task), task.models[result.recipe.main]
    found = {}
    for test, ending, part in ((False, "", "cross-validation"), (True, "-test", "held-out part")):
        if test and one.test is None:
            continue
        assessed = draw.models_of(task, test)
        found |= {f"roc-{key}{ending}": draw.roc_figure(f"ROC, {part}", assessed),
                  f"calibration-{key}{ending}": draw.calibration_figure(f"Calibration, {part}", one.model.title,
                                                                         one.test if test else one.internal),
                  f"decision-{key}{ending}": draw.decision_figure(f"Decision curve, {part}", assessed)}
    accuracy = (one.test or one.internal).accuracy
    matrix = np.array([[accuracy.true_negative, accuracy.false_positive],
                       [accuracy.false_negative, accuracy.true_positive]])
    part = "held-out part" if one.test else "cross-validation"
    found[f"confusion-{key}"] = draw.confusion_figure(f"{one.model.title}, {part}", task.classes, matrix)
    if task.null:
        found[f"null-{key}"] = draw.null_figure(task.null)
    return found


def _feature_figures(result: StudyResult) -> dict[str, str]:
    main = main_model(result)
    one = main[1] if main else result.regression
    if one.fitted is None:
        return {}
    found = {}
    if one.kept_share:
        found["stability"] = draw.stability_figure(one)
    if one.fitted.weights:
        outcome = _scale(one.fitted) if main else result.recipe.outcome.unit or "units of the outcome"
        found["weights"] = draw.weights_figure(one, outcome if one.fitted.linear else "share of the trees' gain")
    names = [name for name in one.fitted.kept if name in result.data.frame.columns][:MOST_ROWS]
    if len(names) > 1:
        values = _values(result, names)
        classes = tuple((result.recipe.outcome.classes or THIRDS).values())
        found["heat"] = draw.heat_figure(names, values, result.data.outcome[result.development], classes)
        found["correlation"] = draw.correlation_figure(names, values)
    return found


def _scale(fitted: Fitted) -> str:
    """What the coefficients of a classifier add up to: a support vector machine's are no log odds."""
    return "log odds" if "logistic" in fitted.learner.kind[0] else "decision value, before calibration"


def _values(result: StudyResult, names: list[str]) -> np.ndarray:
    x = result.data.frame.iloc[result.development][names]
    return x.fillna(x.median()).to_numpy()


def _nomogram(result: StudyResult, bundles) -> dict[str, str]:
    files = bundles.get(model_id(result.recipe.id, result.recipe.main))
    svg = bundle_nomogram(files) if files else None
    return {"nomogram": svg} if svg else {}
