"""Models trained here: honest splits, coefficients that come back out, and the committed files made again."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from importlib.metadata import version

import numpy as np
import pytest
from RadiomicsOrthoLib.cli.main import main
from RadiomicsOrthoLib.cohort.table import read_table
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.models.bundle import load_bundle
from RadiomicsOrthoLib.models.estimator import estimator_from_dict
from RadiomicsOrthoLib.resources import resource_folder
from RadiomicsOrthoLib.scoring.clinical_score import score_clinical
from RadiomicsOrthoLib.statistics.roc import auc

sklearn = pytest.importorskip("sklearn", reason="training needs scikit-learn")

from RadiomicsOrthoLib.modelling.design import FactorPart, LinearPart, PiecewiseLinearPart, design_matrix, terms
from RadiomicsOrthoLib.modelling.ridge import PENALTIES, RidgeLogistic, fit_ridge
from RadiomicsOrthoLib.modelling.splits import folds
from RadiomicsOrthoLib.modelling.studies import find_study, verse_fracture
from RadiomicsOrthoLib.modelling.training import PACKAGES, model_text
from RadiomicsOrthoLib.modelling.training_data import training_data
from RadiomicsOrthoLib.modelling.validation import Plan, cross_validate, optimism

TABLES = {"verse-vertebral-fracture": "verse19_vbmd_fe_genant_joined.csv",
          "nhanes-osteoporosis-women": "nhanes_bone.csv", "nhanes-osteoporosis-men": "nhanes_bone.csv"}
PLAN = Plan(repeats=2, folds=4, seed=3, sensitivity=0.9, bootstrap=20, optimism=5)


def generated(count=240, effect=1.0, seed=0, groups=None):
    generator = np.random.default_rng(seed)
    x, sex = generator.normal(50, 10, count), generator.choice(["female", "male"], count).astype(object)
    risk = 1 / (1 + np.exp(-effect * ((x - 50) / 10 + 0.8 * (sex == "male"))))
    return training_data({"x": x, "sex": sex}, generator.random(count) < risk,
                         np.arange(count) if groups is None else groups)


# -- splits ------------------------------------------------------------------------------------------

def test_no_group_is_on_both_sides_and_everybody_is_tested_once():
    data = generated(groups=np.repeat(np.arange(80), 3))
    tested = []
    for train, test in folds(data, 4, 1):
        assert not set(data.groups[train]) & set(data.groups[test])
        assert 0.5 < data.outcome[test].mean() / data.outcome.mean() < 1.5
        tested.extend(test)
    assert sorted(tested) == list(range(240))


def test_more_folds_than_events_are_refused():
    data = training_data({"x": np.arange(20.0)}, np.arange(20) < 3, np.arange(20))
    with pytest.raises(InputError, match="4 folds need"):
        next(folds(data, 4, 1))


def test_a_twin_in_the_test_fold_does_not_help():
    """A learner that remembers people by name finds nobody again: each person's rows stay together."""

    class Remembers:
        def fit(self, data, seed):
            known = dict(zip(data.columns["name"], data.outcome, strict=True))
            self.held_out = np.linspace(0, 1, len(data))
            self.probability = lambda columns: np.array([float(known.get(name, 0.5)) for name in columns["name"]])
            return self

    generator = np.random.default_rng(1)
    names = np.repeat(np.arange(60), 4)
    data = training_data({"name": names}, generator.random(60)[names] < 0.5, names)
    found = cross_validate(Remembers(), data, PLAN)
    assert np.all(found.probability == 0.5)


def test_pure_noise_gives_an_area_of_one_half_and_optimism_is_found():
    generator = np.random.default_rng(2)
    columns = {f"x{number}": generator.normal(size=100) for number in range(20)}
    data = training_data(columns, generator.random(100) < 0.5, np.arange(100))
    learner = RidgeLogistic(tuple(LinearPart(name) for name in columns), penalties=(100.0,))
    found = cross_validate(learner, data, PLAN)
    assert np.mean([auc(data.outcome, one) for one in found.probability]) < 0.6
    loss = optimism(learner, data, learner.fit(data, 1), PLAN)
    assert loss.apparent > 0.65 and loss.corrected < loss.apparent - 0.05 and loss.point_632_plus < loss.apparent - 0.05


# -- fits --------------------------------------------------------------------------------------------

def test_without_penalty_the_fit_is_that_of_statsmodels():
    api = pytest.importorskip("statsmodels.api")
    data = generated()
    parts = (LinearPart("x"), FactorPart("sex", ("female", "male")))
    x, weights = design_matrix(parts, data.columns), np.linspace(0.5, 1.5, len(data))
    intercept, coefficients = fit_ridge(x, data.outcome, weights, 1e12)
    other = api.GLM(data.outcome.astype(float), api.add_constant(x), family=api.families.Binomial(),
                    freq_weights=weights).fit(tol=1e-12)
    assert [intercept, *coefficients] == pytest.approx(other.params, rel=1e-5)


def test_terms_say_what_was_fitted():
    parts = (PiecewiseLinearPart("x", (30.0, 50.0, 70.0)), FactorPart("sex", ("female", "male")))
    values = {"x": np.array([20.0, 40.0, 60.0, 90.0]), "sex": np.array(["male", "female", "male", "female"], object)}
    coefficients = np.array([0.11, -0.07, 0.4])
    estimator = estimator_from_dict({"link": "identity", "intercept": 1.5, "terms": terms(parts, coefficients)})
    expected = 1.5 + design_matrix(parts, values) @ coefficients
    found = [estimator.output({"x": x, "sex": sex}) for x, sex in zip(*values.values(), strict=True)]
    assert found == pytest.approx(expected, abs=1e-9)
    assert np.concatenate([part.coefficients(term) for part, term in zip(parts, terms(parts, coefficients),
                                                                         strict=True)]) == pytest.approx(coefficients)


def test_an_unknown_level_is_no_reference_level():
    with pytest.raises(ValueError, match="no level"):
        FactorPart("sex", ("female", "male")).columns({"sex": np.array(["female", "?"], object)})


def test_the_penalty_is_chosen_by_people_left_out():
    strong = RidgeLogistic((LinearPart("x"),)).fit(generated(600, effect=2.0), 1)
    none = RidgeLogistic((LinearPart("x"),)).fit(generated(600, effect=0.0), 1)
    assert none.penalty == PENALTIES[0] < strong.penalty
    assert auc(generated(600, effect=2.0).outcome, strong.held_out) > 0.8


# -- tables ------------------------------------------------------------------------------------------

def verse_table(count=90, seed=1):
    """A generated table of the same columns; low density speaks for a fracture."""
    generator = np.random.default_rng(seed)
    density = generator.normal(105, 32, count).clip(40, 220)
    broken = generator.random(count) < 1 / (1 + np.exp((density - 105) / 15))
    rows = ["subject_ID,Sex,Contrast Enhancement,Phantomless Calibration vBMD [mg/cc],max_genant_grade"]
    rows += [f"{min(number, count - 2)},{'FM'[number % 3 == 0]},ce-no,{x:.3f},{2 * int(y)}"
             for number, (x, y) in enumerate(zip(density, broken, strict=True))]
    return "\n".join(rows) + "\n"


def test_a_generated_table_becomes_a_model_that_scores(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(verse_fracture, "STUDY", replace(verse_fracture.STUDY, plan=PLAN))
    (tmp_path / "table.csv").write_text(verse_table(), encoding="utf-8")
    for folder in ("a", "b"):
        assert main(["train", "verse-vertebral-fracture", "--table", str(tmp_path / "table.csv"), "-o",
                     str(tmp_path / folder), "--json"]) == 0
    written = [(tmp_path / folder / "verse-vertebral-fracture" / "model.json").read_bytes() for folder in ("a", "b")]
    assert written[0] == written[1]
    result = json.loads(capsys.readouterr().out.split("\n}\n")[0] + "\n}")
    assert result["training_provenance"]["people"] == 89, "two scans of one person are one"
    bundle = load_bundle(tmp_path / "a" / "verse-vertebral-fracture")
    assert bundle.trust == "trained here"
    low, high = (score_clinical(bundle, {"vbmd": vbmd, "sex": "female"}).value for vbmd in (60, 160))
    assert low > 0.7 and high < 0.3


@pytest.mark.parametrize(("change", "sentence"), [
    (lambda text: text.replace("Sex", "Gender", 1), "has no column 'Sex'"),
    (lambda text: text.replace(",F,", ",X,", 1), r"line 3, column 'Sex': 'X' is none of 'F', 'M'"),
    (lambda text: text.replace("ce-no,", "ce-no,?", 1), r"line 2, column 'Phantomless.*is not a number"),
    (lambda text: text + "1,2\n", r"line 92 has 2 cells instead of 5"),
    (lambda text: "", "needs a header")])
def test_a_bad_table_is_refused_by_row_and_column(tmp_path, capsys, change, sentence):
    import re

    (tmp_path / "table.csv").write_text(change(verse_table()), encoding="utf-8")
    code = main(["train", "verse-vertebral-fracture", "--table", str(tmp_path / "table.csv"), "-o",
                 str(tmp_path / "models")])
    error = capsys.readouterr().err
    assert code == 2 and re.search(sentence, error) and error.count("\n") == 1
    assert not (tmp_path / "models").exists()


def test_without_scikit_learn_training_says_what_to_install(tmp_path, capsys, monkeypatch):
    (tmp_path / "table.csv").write_text(verse_table(), encoding="utf-8")
    monkeypatch.setitem(sys.modules, "sklearn", None)
    assert main(["train", "verse-vertebral-fracture", "--table", str(tmp_path / "table.csv"), "-o", str(tmp_path)]) == 2
    assert "radiomics-ortho[train]" in capsys.readouterr().err


def test_unknown_studies_and_tables_are_named(tmp_path, capsys):
    assert main(["train", "x", "--table", "none.csv", "-o", str(tmp_path)]) == 2
    assert "at hand: verse-vertebral-fracture" in capsys.readouterr().err
    assert main(["train", "verse-vertebral-fracture", "--table", "none.csv", "-o", str(tmp_path)]) == 2
    assert "There is no table 'none.csv'" in capsys.readouterr().err


# -- the models that ship ----------------------------------------------------------------------------

def source(shared_data, study_id):
    path = shared_data / "tables" / TABLES[study_id]
    if not path.is_file():
        pytest.skip(f"table not found: {path.name}")
    return path


@pytest.mark.parametrize("study_id", TABLES)
def test_training_again_gives_the_file_that_ships(shared_data, tmp_path, study_id):
    assert main(["train", study_id, "--table", str(source(shared_data, study_id)), "-o", str(tmp_path)]) == 0
    again = (tmp_path / study_id / "model.json").read_text(encoding="utf-8")
    ships = (resource_folder() / "Models" / study_id / "model.json").read_text(encoding="utf-8")
    software = json.loads(ships)["training_provenance"]["software"]
    if all(software[name] == version(name) for name in PACKAGES):
        assert again == ships
    else:
        found, expected = json.loads(again), json.loads(ships)
        del found["training_provenance"]["software"], expected["training_provenance"]["software"]
        assert model_text(found) == model_text(expected)


def test_the_density_of_verse_and_its_area_by_another_way(shared_data):
    """pandas and scikit-learn alone, from the table to the area that stands on the card."""
    pandas = pytest.importorskip("pandas")
    from sklearn.metrics import roc_auc_score

    table = pandas.read_csv(source(shared_data, "verse-vertebral-fracture"))
    density = "Phantomless Calibration vBMD [mg/cc]"
    people = table.groupby("subject_ID").agg({density: "mean", "max_genant_grade": "max"})
    area = roc_auc_score(people["max_genant_grade"] >= 2, -people[density])
    performance = load_bundle(resource_folder() / "Models" / "verse-vertebral-fracture").card["performance"]
    entry = next(one["value"] for one in performance if "density alone" in one["measure"])
    assert entry.startswith(f"{area:.3f} ")


def test_the_coefficients_of_nhanes_by_another_way(shared_data):
    """statsmodels on the prepared table, without penalty: what ships is that, drawn a little toward 0."""
    api = pytest.importorskip("statsmodels.api")
    study = find_study("nhanes-osteoporosis-women")
    women = study.prepare(read_table(source(shared_data, study.id))).data
    parts = study.learner.parts
    x = api.add_constant(design_matrix(parts, women.columns))
    fit = api.GLM(women.outcome.astype(float), x, family=api.families.Binomial(), freq_weights=women.weights).fit()
    ships = load_bundle(resource_folder() / "Models" / study.id).card["estimator"]
    found = np.concatenate([part.coefficients(term) for part, term in zip(parts, ships["terms"], strict=True)])
    assert np.all(np.abs(found - fit.params[1:]) < 1.2 * fit.bse[1:])
    assert np.abs(found).sum() < np.abs(fit.params[1:]).sum()
    exact = fit_ridge(x[:, 1:], women.outcome, women.weights, 1e9)[1]
    assert exact == pytest.approx(fit.params[1:], rel=1e-4)
