"""Recipes on real tables of people: the same areas and intervals as an independent script."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
from clinical_tables import columns
from independent_logistic import area_with_interval, held_out
from RadiomicsOrthoLib.cohort.feature_table import feature_table
from RadiomicsOrthoLib.cohort.table import table_from_bytes
from RadiomicsOrthoLib.cohort.table_schema import schema_of
from RadiomicsOrthoLib.models.bundle import load_bundle
from RadiomicsOrthoLib.resources import resource_folder

pytest.importorskip("sklearn", reason="training needs scikit-learn")
pytest.importorskip("statsmodels", reason="the independent script needs statsmodels")

from RadiomicsOrthoLib.modelling.recipes.bundle import bundle_of
from RadiomicsOrthoLib.modelling.recipes.evaluation import repeated_folds
from RadiomicsOrthoLib.modelling.recipes.recipe_file import recipe_from_dict
from RadiomicsOrthoLib.modelling.recipes.study_run import run_recipe

VBMD = "Phantomless Calibration vBMD [mg/cc]"


def recipe(name, clinical):
    """Logistic regression of clinical columns, five folds."""
    return recipe_from_dict({
        "schema": "radiomics-ortho-recipe/1", "id": name, "version": "1.0.0", "title": name,
        "study": {"citation": "none", "evidence": "none", "facts": [{"topic": "x", "text": "x", "evidence": "x"}],
                  "reported": []},
        "scan": {"modality": "CT", "site": "vertebra", "compartment": "whole-body", "profile": "ct-vertebra-body",
                 "per": "patient"},
        "outcome": {"kind": "binary", "column": "outcome", "title": "outcome", "classes": {"0": "no", "1": "yes"}},
        "clinical": clinical, "blocks": {"none": {"columns": ["none"]}},
        "models": [{"id": "clinical", "title": "clinical", "clinical": [one["name"] for one in clinical],
                    "estimator": {"logistic": {"tol": 1e-9}}}],
        "main": "clinical", "compare": [], "validation": {"repeats": 1, "folds": 5, "seed": 1, "bootstrap": 100,
                                                          "inner": 2},
        "thresholds": [0.3], "outputs": [], "deviations": [], "assumed": []})


def glow(shared_data):
    found = columns(shared_data, "glow500.csv")
    names = ("AGE", "WEIGHT", "PRIORFRAC", "MOMFRAC", "ARMASSIST")
    return found["SUB_ID"], found["FRACTURE"], {name: found[name] for name in names}


def verse(shared_data):
    found = columns(shared_data, "verse19_vbmd_fe_genant_joined.csv")
    _, first = np.unique(found["subject_ID"], return_index=True)
    return (found["subject_ID"][first], (found["max_genant_grade"][first] >= 2).astype(float),
            {"vbmd": found[VBMD][first], "female": (found["Sex"][first] == "F").astype(float)})


def nhanes(shared_data):
    found = columns(shared_data, "nhanes_bone.csv")

    def number(name):
        return np.array([float(one) if str(one) else np.nan for one in found[name]])

    values = {"age": number("age_years"), "weight": number("weight_kg"), "height": number("height_cm")}
    outcome = number("osteoporosis_self_reported")
    kept = (found["sex"] == "F") & np.isfinite(outcome) & (values["age"] >= 50)
    kept &= np.all([np.isfinite(one) for one in values.values()], axis=0)
    return np.arange(len(outcome))[kept], outcome[kept], {name: one[kept] for name, one in values.items()}




@pytest.mark.parametrize("table", [glow, verse, nhanes], ids=["GLOW500", "VerSe", "NHANES"])
def test_areas_and_intervals_are_those_of_the_independent_script(shared_data, tmp_path, table):
    subjects, outcome, values = table(shared_data)
    study = recipe(table.__name__, [{"name": name, "title": name} for name in values])
    text = io.StringIO()
    csv.writer(text).writerows([["subject", "outcome", *values], *(
        [f"p{who:g}" if isinstance(who, float) else f"p{who}", int(y), *row] for who, y, row in
        zip(subjects, outcome, zip(*values.values(), strict=True), strict=True))])
    raw = table_from_bytes(text.getvalue().encode(), resource_folder() / "t.csv")
    data = feature_table(raw, schema_of(raw.columns, study.declared, raw.name))
    result = run_recipe(study, data)
    ours = next(iter(result.binary.values())).models["clinical"]

    x = np.column_stack(list(values.values()))
    splits = repeated_folds(outcome.astype(int), result.data.subjects, np.arange(len(outcome)), study.validation)[0]
    theirs = held_out(x, outcome, splits)
    assert ours.internal_predictions.probability[0] == pytest.approx(theirs, abs=2e-4)
    found = (ours.internal.auc.value, ours.internal.auc.lower, ours.internal.auc.upper)
    assert found == pytest.approx(area_with_interval(outcome, theirs), abs=5e-4)
    everybody = held_out(x, outcome, [(np.arange(len(outcome)),) * 2])
    assert ours.apparent == pytest.approx(area_with_interval(outcome, everybody)[0], abs=5e-4)

    for name, content in bundle_of(result, result.main, ours).items():
        (tmp_path / name).write_bytes(content)
    bundle = load_bundle(tmp_path)
    row = {name: float(one[0]) for name, one in values.items()}
    assert bundle.trust == "trained here" and bundle.estimator.output(row) == pytest.approx(everybody[0], abs=2e-4)
    assert json.loads((tmp_path / "model.json").read_text(encoding="utf-8"))["applicability"]["modality"] == "none"
