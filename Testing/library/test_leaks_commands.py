"""Planted leaks through the public command ``train --recipe``: caught in a sentence, or without effect."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from RadiomicsOrthoLib.cli.main import main
from RadiomicsOrthoLib.report.tables import features_csv
from RadiomicsOrthoLib.statistics.roc import auc

pytest.importorskip("sklearn", reason="training needs scikit-learn")
from test_recipes import recipe_data

PEOPLE, IMAGES, FEATURES = 40, 2, 150


def noise(seed=0):
    """Rows of people with two images each: features that know the person and nothing of the outcome."""
    random = np.random.default_rng(seed)
    person = np.repeat(random.normal(size=(PEOPLE, FEATURES)), IMAGES, axis=0)
    x = person + 0.01 * random.normal(size=person.shape)
    outcome = random.permutation(np.repeat([0, 1], PEOPLE // 2))
    return [{"subject": f"P{row // IMAGES:03d}", "case": f"C{row:03d}",
             "fracture_age": ("old", "acute")[outcome[row // IMAGES]],
             **{f"original_glcm_f{at:03d}": float(value) for at, value in enumerate(values)}}
            for row, values in enumerate(x)]


def train(tmp_path, capsys, rows, estimator, selection=("variance",), **validation):
    recipe = recipe_data("yang-2022", compare=[], main="one", models=[
        {"id": "one", "title": "One", "blocks": ["radiomics"], "selection": list(selection), "estimator": estimator}],
        validation={"repeats": 1, "folds": 4, "inner": 2, "bootstrap": 100, "seed": 3, **validation})
    (tmp_path / "recipe.json").write_text(json.dumps(recipe), encoding="utf-8")
    (tmp_path / "table.csv").write_text(features_csv(rows), encoding="utf-8")
    code = main(["train", "--recipe", str(tmp_path / "recipe.json"), "--table", str(tmp_path / "table.csv"),
                 "-o", str(tmp_path / "study"), "--jobs", "1"])
    return code, capsys.readouterr().err


def area(tmp_path):
    with (tmp_path / "study" / "predictions.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["part"] == "cross-validation"]
    return auc(np.array([int(row["event"]) for row in rows]), np.array([float(row["one"]) for row in rows]))


@pytest.mark.parametrize("kind", ["the outcome itself", "empty where it did not happen"])
def test_a_column_made_from_the_outcome_is_refused(tmp_path, capsys, kind):
    rows = noise()
    random = np.random.default_rng(1)
    for row in rows:
        event = row["fracture_age"] == "acute"
        row["original_glcm_leak"] = (7.0 if event else 2.0) if kind == "the outcome itself" else \
            (float(random.normal()) if event else "")
    code, said = train(tmp_path, capsys, rows, {"ridge_logistic": {}})
    assert code == 2 and "original_glcm_leak" in said and "tells the outcome" in said
    assert not (tmp_path / "study").exists()


def test_images_of_one_person_are_never_in_two_folds(tmp_path, capsys):
    """The nearest row of all is the person's other image: by image the area would be 1."""
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.neighbors import KNeighborsClassifier

    rows = noise()
    y = np.array([row["fracture_age"] == "acute" for row in rows])
    x = np.array([[row[name] for name in row if name.startswith("original")] for row in rows])
    leaky = cross_val_predict(KNeighborsClassifier(1), x, y, cv=StratifiedKFold(4, shuffle=True, random_state=0))
    assert auc(y, leaky.astype(float)) > 0.75
    assert train(tmp_path, capsys, rows, {"nearest_neighbour": {}})[0] == 0
    assert 0.25 < area(tmp_path) < 0.7


def test_a_person_in_both_sets_of_the_table_is_refused(tmp_path, capsys):
    rows = noise()
    for at, row in enumerate(rows):
        row["set"] = "validation" if at % 2 else "development"
    code, said = train(tmp_path, capsys, rows, {"ridge_logistic": {}}, test="set")
    assert code == 2 and "P000" in said and "Traceback" not in said


def test_selection_is_made_anew_in_every_training_part(tmp_path, capsys):
    """Of 150 columns of noise the best five chosen on everybody look good; inside the folds they do not."""
    from sklearn.feature_selection import SelectKBest
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, cross_val_predict

    before, here = [], []
    for seed in range(3):
        rows = noise(seed)
        y = np.array([row["fracture_age"] == "acute" for row in rows])
        x = np.array([[row[name] for name in row if name.startswith("original")] for row in rows])
        found = cross_val_predict(LogisticRegression(), SelectKBest(k=5).fit_transform(x, y), y,
                                  groups=[row["subject"] for row in rows], cv=GroupKFold(4), method="predict_proba")
        before.append(auc(y, found[:, 1]))
        folder = tmp_path / str(seed)
        folder.mkdir()
        assert train(folder, capsys, rows, {"ridge_logistic": {}}, [{"univariate": {"test": "anova", "k": 5}}])[0] == 0
        here.append(area(folder))
    assert np.mean(before) > 0.7 and 0.35 < np.mean(here) < 0.62
