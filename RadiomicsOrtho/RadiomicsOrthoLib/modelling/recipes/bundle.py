"""A fitted model of a study as a bundle that the scoring side loads unchanged, or why the format cannot say it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import version

import numpy as np

from ... import __version__
from ...cohort.feature_table import FeatureTable
from ...cohort.table_schema import NETWORK
from ...features.measurements import MEASUREMENTS
from ...models.bundle import NO_SCAN, SCHEMA, bundle_from_dict
from ...models.check_vectors import run_check_vectors
from ...models.conversion.preprocessing import NotConvertibleError
from ...models.writing import bundle_content
from ...statistics.estimate import Estimate
from ..card_text import training_range
from .expression import SCORE, Expression, express, with_levels
from .learners import Fitted
from .matrix import EQUALS
from .results import BinaryResult, ModelResult, StudyResult

EVIDENCE = "verified (computed here)"
#: rows of the development part that become check vectors, and people of reference for an explanation
VECTORS, BACKGROUND = 12, 60
PACKAGES = ("numpy", "scipy", "scikit-learn")
#: modalities that the scoring side knows
MODALITIES = ("CT", "MR", "DXA")


def bundle_of(result: StudyResult, task: BinaryResult, model: ModelResult) -> dict[str, bytes]:
    """File name → content; NotConvertibleError says what the format cannot express."""
    if model.fitted is None:
        raise NotConvertibleError("a mean of other models' probabilities: use those models")
    recipe = result.recipe
    expression = express(model.fitted, _rows(result), recipe)
    return _content(result, model.fitted, expression, model.model.title, _performance(task, model),
                    _binary_output(task, model), len([one for one in recipe.models if one.estimator]))


def regression_bundle(result: StudyResult) -> dict[str, bytes]:
    """As :func:`bundle_of`, of the regression of a study."""
    found, recipe = result.regression, result.recipe
    expression = express(found.fitted, _rows(result), recipe)
    low, high = (float(f"{end:.4g}") for end in (found.outcome.min(), found.outcome.max()))
    output = {"title": recipe.outcome.title, "unit": recipe.outcome.unit, "lower_is_worse": True,
              "axis_range": [low, high]}
    rows = [("R² of people left out, whole subjects (1 is perfect, 0 no better than the mean)", _interval(found.r2)),
            *([("r of people left out", _interval(found.r))] if found.r else []),
            ("root mean square error", f"{found.rmse:.3g}")]
    return _content(result, found.fitted, expression, found.model.title, rows, output, 1)


def _rows(result: StudyResult):
    return result.data.frame.iloc[result.development]


def _content(result: StudyResult, fitted: Fitted, expression: Expression, title: str, performance: list,
             output: Mapping,
             models: int) -> dict[str, bytes]:
    recipe, simulated = result.recipe, result.simulated
    word = "SIMULATED – " if simulated else ""
    frame = _rows(result)
    inputs = _inputs(result, expression, fitted)
    scan = any(item["source"] in ("feature", "measurement") for item in inputs)
    card = {
        "schema": SCHEMA, "id": model_id(recipe.id, fitted.learner.model.id), "version": "1.0.0",
        "title": f"{word}{recipe.title}: {title}", "trust": "simulated" if simulated else "trained here",
        "intended_use": f"{word}To try a model of your own data made after {recipe.id}; research use only.",
        "not_for": "Not for decisions on people. Not for other scanners, profiles or populations than those of its "
                   "table.",
        "population": f"{word}{'; '.join(result.flow)}.",
        "reference_standard": recipe.outcome.title,
        "licence": "of the site that trained it; no data of people is in it",
        "citations": [" ".join((
            "Fitted on the user's own data; a way of working after", recipe.citation,
            "The study published no coefficients, and none of its numbers are used."))],
        "inputs": inputs, **with_levels(dict(expression.entries), recipe), "output": output,
        "applicability": _applicability(result, scan),
        "limitations": [*result.notes, *(f"{one.study} → {one.here}: {one.why}." for one in recipe.deviations),
                        *(f"Assumed: {one}." for one in recipe.assumed)],
        "performance": [{"measure": measure, "value": value, "evidence": EVIDENCE,
                         "source": f"radiomics-ortho train --recipe {recipe.id}"} for measure, value in performance],
        "training_provenance": record(result) | {"model": fitted.learner.model.id, "models_of_the_study": models,
                                                 "form": expression.form}}
    if simulated:
        card["notice"] = "SIMULATED MODEL: fitted to virtual patients. Its result says nothing about a real person."
    bundle = bundle_from_dict(json.loads(json.dumps(card | {"check_vectors": []})), "0" * 64, dict(expression.parts))
    people = _people(result, inputs, frame)
    if not bundle.estimator.terms:
        step = max(1, len(people) // BACKGROUND)
        card["background"] = {"title": "People of the training data", "inputs": list(bundle.estimator.input_names),
                              "rows": [[bundle.with_derived(one)[name] for name in bundle.estimator.input_names]
                                       for one, _ in people[::step][:BACKGROUND]]}
    card["check_vectors"] = _vectors(bundle, people, fitted, frame, expression.tolerance)
    checked = bundle_from_dict(json.loads(json.dumps(card)), "0" * 64, dict(expression.parts))
    fault = next((one.fault for one in run_check_vectors(checked) if one.fault), "")
    if fault:
        raise NotConvertibleError(f"the bundle does not give the numbers of the fit ({fault})")
    return bundle_content(card, expression.parts)


def model_id(recipe: str, model: str) -> str:
    return f"{recipe}-{model}"


def record(result: StudyResult) -> dict:
    """Where the model comes from, for whoever wants to make it again."""
    recipe, plan, people = result.recipe, result.recipe.validation, result.data.people
    return {"command": f"radiomics-ortho train --recipe {recipe.id} --table {people.name}",
            "recipe": {"id": recipe.id, "version": recipe.version, "sha256": recipe.sha256},
            "table": {"name": people.name, "sha256": people.sha256, "simulated": people.simulated},
            **network_of(people), "flow": list(result.flow),
            "validation": {"repeats": plan.repeats, "folds": plan.folds, "inner_folds": plan.inner, "test": plan.test,
                           "cutoff": plan.cutoff, "seed": plan.seed, "bootstrap_samples": plan.bootstrap,
                           "permutations": plan.permutations},
            "software": {"radiomics-ortho": __version__, **{name: version(name) for name in PACKAGES}}}


def network_of(people: FeatureTable) -> dict[str, str]:
    """Which network made the columns ``dl_…`` of the table, where it says so."""
    found = set(people.columns.get(NETWORK, ())) - {""}
    return {NETWORK: found.pop()} if found else {}


def _binary_output(task: BinaryResult, model: ModelResult) -> dict:
    cut = float(f"{model.cutoff:.4g}")
    evidence = "computed on the training data"
    percent = f"{100 * cut:.3g} %"
    return {"title": f"Probability: {task.classes[1]}", "unit": "", "lower_is_worse": False, "classes": [
        {"id": "below", "title": f"below the cut-off (up to {percent})", "upper": cut,
         "sentence": f"Below the cut-off that was learned for '{task.classes[1]}' in the training "
                     f"data.", "evidence": evidence},
        {"id": "above", "title": f"above the cut-off (above {percent})", "upper": None,
         "sentence": f"Above the cut-off that was learned for '{task.classes[1]}' in the training data.",
         "evidence": evidence}]}


def _performance(task: BinaryResult, model: ModelResult) -> list[tuple[str, str]]:
    parts = [("cross-validation", model.internal), *([("held-out part", model.test)] if model.test else [])]
    rows = []
    for part, one in parts:
        rows += [(f"AUC, {part}", f"{_interval(one.honest_auc)}; {one.events} of {one.count} rows with the event"),
                 (f"Brier score, {part}", f"{one.brier:.3f}")]
        for name in ("sensitivity", "specificity", "accuracy"):
            share = getattr(one.accuracy, name)
            if share is not None:
                rows.append((f"{name}, {part}", f"{_interval(share)}, exact"))
        if one.calibration:
            rows.append((f"calibration slope, {part}", _interval(one.calibration.slope)))
    rows.append(("AUC on the people of the fit (too good)", f"{model.apparent:.3f}"))
    return rows


def _interval(one: Estimate) -> str:
    return f"{one.value:.3f} (95 % CI {one.lower:.3f} to {one.upper:.3f})".replace("-", "−")


def _inputs(result: StudyResult, expression: Expression, fitted: Fitted) -> list[dict]:
    clinical = {one.spec.name: one.spec for one in result.recipe.clinical}
    frame, found = _rows(result), []
    for name in expression.inputs:
        if name == SCORE:
            continue
        if name in clinical:
            spec = clinical[name]
            entry = {"name": name, "title": spec.title, "unit": spec.unit, "source": "clinical", "key": name}
            if spec.choices:
                found.append(entry | {"choices": dict(spec.choices)})
                continue
            entry |= {"valid_range": list(spec.range)} if spec.range else {}
        else:
            title, unit = MEASUREMENTS.get(name, (name, ""))
            entry = {"name": name, "title": title, "unit": unit, "key": name,
                     "source": "measurement" if name in MEASUREMENTS else "feature"}
        known = frame[name].dropna().to_numpy()
        found.append(entry | {"training_range": training_range(known)} if np.ptp(known) > 0 else entry)
    if expression.derived:
        score = fitted.scorer.values(frame[list(fitted.learner.features)])
        # terms stand in the order of the inputs: the score of the features, then what a person enters
        place = next((at for at, item in enumerate(found) if item["source"] == "clinical"), len(found))
        found.insert(place, {"name": SCORE, "title": "Rad-score", "source": "derived",
                             "derived": dict(expression.derived),
                      "training_range": training_range(score),
                      "axis_range": [float(np.floor(score.min())), float(np.ceil(score.max()))]})
    return found


def _applicability(result: StudyResult, scan: bool) -> dict:
    wanted = result.recipe.scan
    if not scan:
        return {"modality": NO_SCAN, "site": NO_SCAN}
    if wanted.modality not in MODALITIES:
        raise NotConvertibleError(f"the scoring side knows no {wanted.modality}")
    found = {"modality": wanted.modality, "site": wanted.site, "profile": wanted.profile}
    if wanted.compartment != "any":
        found["compartment"] = wanted.compartment
    if wanted.levels:
        found["levels"] = list(wanted.levels)
    return found


def _people(result: StudyResult, inputs: list[dict], frame) -> list[tuple[dict, int]]:
    """Rows of the development part without a missing value, as inputs of the bundle, with their place."""
    found = []
    columns = {item["name"]: item for item in inputs if item["source"] != "derived"}
    table = result.data.people.take(result.development)
    for at in range(len(frame)):
        row: dict = {}
        for name, item in columns.items():
            value = table.columns[name][at] if "choices" in item else frame[name].iloc[at]
            row[name] = str(value) if "choices" in item else float(value)
        if not any(value == "" or value != value for value in row.values()):  # noqa: PLR0124 - NaN
            found.append((row, at))
    return found


def _vectors(bundle, people: list[tuple[dict, int]], fitted: Fitted, frame, tolerance: float) -> list[dict]:
    """Rows of the training data without names: inputs, and what the fitted chain itself says of them."""
    if not people:
        raise NotConvertibleError("no row has a value in every input, so nothing can be checked")
    chosen = [people[round(at)] for at in np.linspace(0, len(people) - 1, min(VECTORS, len(people)))]
    said = fitted.predict(frame.iloc[[at for _, at in chosen]])
    outputs = said[:, 1] if said.ndim == 2 else said
    found = []
    for (row, _), output in zip(chosen, outputs, strict=True):
        own = bundle.estimator.output(bundle.with_derived(row))
        kind = bundle.class_of(own, row)
        found.append({"inputs": row, "output": float(output), "tolerance": tolerance * max(1.0, abs(float(output))),
                      **({"class": kind.id} if kind else {}), "source": "the fitted chain itself"})
    return found


__all__ = ["EQUALS", "bundle_of", "model_id", "record", "regression_bundle"]
