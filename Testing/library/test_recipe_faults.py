"""Recipes that cannot be fitted as they stand: one sentence or an honest null model, never an internal fault."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import numpy as np
import pytest
from RadiomicsOrthoLib.cli.main import main
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.features.profile_file import load_profile
from RadiomicsOrthoLib.models.bundle import load_bundle

pytest.importorskip("sklearn", reason="training needs scikit-learn")
from RadiomicsOrthoLib.modelling.recipes.extracted import not_extracted
from RadiomicsOrthoLib.modelling.recipes.matrix import study_data
from RadiomicsOrthoLib.modelling.recipes.regression_study import regression_study
from RadiomicsOrthoLib.modelling.recipes.study_run import run_recipe
from RadiomicsOrthoLib.report.study.files import study_files
from test_recipes import quick, recipe_data

#: recipe → its main model and block
MAIN = {"vara-2023": ("texture", "texture"), "yang-2022": ("nomogram", "radiomics"), "xue-2022": ("rf", "radiomics"),
        "hong-2021": ("score", "texture"), "wang-2023": ("rad-score-age", "radiomics")}
NOTHING_VARIES = [{"variance": {"threshold": 1e30}}]


def changed(name, estimator, selection=(), **more):
    model, block = MAIN[name]
    one = {"id": model, "title": "Main", "blocks": [block], "estimator": estimator, **more}
    return {"models": [one | ({"selection": list(selection)} if selection else {})], "main": model, "compare": []}


@pytest.mark.parametrize(("name", "changes", "sentence"), [
    ("vara-2023", changed("vara-2023", {"linear": {}}, NOTHING_VARIES), "cannot be fitted"),
    ("yang-2022", changed("yang-2022", {"logistic": {}}, NOTHING_VARIES), "cannot be fitted"),
    ("xue-2022", changed("xue-2022", {"logistic": {}}, NOTHING_VARIES), "cannot be fitted"),
    ("wang-2023", changed("wang-2023", {"ridge_logistic": {}}, NOTHING_VARIES, combine="score"), "cannot be fitted"),
    ("vara-2023", changed("vara-2023", {"linear": {}}, [{"univariate": {"k": 0}}]), "whole number from 1"),
    ("yang-2022", changed("yang-2022", {"cox": {}}), "is for survival"),
    ("vara-2023", changed("vara-2023", {"logistic": {}}), "is for classification"),
    ("vara-2023", changed("vara-2023", {"linear": {}}, ["t_test"]), "is for classification"),
    ("wang-2023", changed("wang-2023", {"random_forest": {}}, combine="score"), "no linear score"),
    ("hong-2021", changed("hong-2021", {"lasso_logistic": {"C": 1e-9}}), "the same for everybody")])
def test_a_recipe_that_cannot_be_fitted_is_refused_in_a_sentence(name, changes, sentence):
    recipe, table = quick(name, **changes)
    with pytest.raises(InputError, match=sentence):
        run_recipe(recipe, table)


def test_the_command_ends_with_two_and_writes_nothing(tmp_path, capsys):
    recipe = recipe_data("vara-2023", **changed("vara-2023", {"linear": {}}, NOTHING_VARIES))
    (tmp_path / "mine.json").write_text(json.dumps(recipe), encoding="utf-8")
    assert main(["simulate", "--recipe", "vara-2023", "-o", str(tmp_path / "t")]) == 0
    capsys.readouterr()
    assert main(["train", "--recipe", str(tmp_path / "mine.json"), "--table", str(tmp_path / "t" / "cohort.csv"),
                 "-o", str(tmp_path / "out"), "--jobs", "1"]) == 2
    said = capsys.readouterr().err
    assert "cannot be fitted" in said and "Traceback" not in said and not (tmp_path / "out").exists()


def test_a_regression_without_a_feature_is_reported_as_what_it_is():
    """A LASSO that drops everything says the mean for everybody: R² 0, no r, no F."""
    recipe, table = quick("vara-2023", **changed("vara-2023", {"lasso": {"alpha": 100.0}}))
    result = run_recipe(recipe, table)
    found = result.regression
    assert found.apparent_r2 == pytest.approx(0, abs=1e-9) and found.apparent_r is None and found.f is None
    assert found.r2.value < 0.05
    files, bundles = study_files(result)
    assert "everybody gets the same number" in files["report.html"] and not bundles


def test_f_counts_every_predictor_that_reaches_the_regression():
    """Clinical columns too: F and adjusted R² are those of statsmodels."""
    api = pytest.importorskip("statsmodels.api")
    age = {"name": "age", "title": "Age", "range": [18, 120]}
    for blocks in ({"blocks": ["texture"], "selection": [{"univariate": {"test": "pearson", "k": 3}}]}, {}):
        recipe, table = quick("vara-2023", 42, clinical=[age], models=[
            {"id": "texture", "title": "Main", "clinical": ["age"], "estimator": {"linear": {}}, **blocks}])
        data = study_data(table, recipe)
        found = regression_study(recipe, data, np.arange(len(data)))
        names = [*found.fitted.kept, "age"]
        ols = api.OLS(data.outcome, api.add_constant(data.frame[names].to_numpy())).fit()
        assert found.f.between == len(names)
        assert (found.adjusted_r2, found.f.statistic) == pytest.approx((ols.rsquared_adj, ols.fvalue), rel=1e-6)


def test_a_fit_in_which_nothing_passed_is_counted_in_the_report():
    recipe, table = quick("yang-2022", **changed("yang-2022", {"logistic": {}},
                                                 [{"univariate": {"test": "t", "p": 1e-300}}]))
    result = run_recipe(recipe, table)
    one = result.main.models["nomogram"]
    assert one.fell_back == 3 and all(share <= 1 for share in one.kept_share.values())
    assert "Nothing passed the selection" in study_files(result)[0]["report.html"]


@pytest.mark.parametrize(("plan", "said"), [
    ({"folds": 3, "by": "centre"}, "one centre left out"), ({"folds": 2, "by": "centres"}, "2 folds of whole centres"),
    ({"folds": 0}, "one subject left out"), ({"folds": 3, "repeats": 2}, "2 × 3 folds of whole subjects"),
    ({"folds": 3, "test": 0.3}, "held-out part"), ({"folds": 3, "samples_632": 20}, ".632+")])
def test_every_scheme_of_validation_is_a_line_of_a_recipe(tmp_path, capsys, plan, said):
    """By the commands: splits, hold-out and .632+, with the frozen bundle on an external table."""
    recipe = recipe_data("yang-2022", validation={"repeats": 1, "bootstrap": 100, "inner": 2, "seed": 1, **plan},
                         **changed("yang-2022", {"ridge_logistic": {}}, [{"univariate": {"test": "t", "k": 3}}]))
    recipe["simulation"] |= {"centres": 4, "features": 30}
    (tmp_path / "mine.json").write_text(json.dumps(recipe), encoding="utf-8")
    count = "24" if plan["folds"] == 0 else "60"
    for number, folder in ((1, "own"), (2, "other")):
        assert main(["simulate", "--recipe", str(tmp_path / "mine.json"), "--count", count, "--seed", str(number),
                     "-o", str(tmp_path / folder)]) == 0
    assert main(["train", "--recipe", str(tmp_path / "mine.json"), "--table", str(tmp_path / "own" / "cohort.csv"),
                 "-o", str(tmp_path / "study"), "--jobs", "1"]) == 0
    assert said in (tmp_path / "study" / "report.html").read_text(encoding="utf-8")
    bundle = next((tmp_path / "study" / "models").iterdir())
    assert load_bundle(bundle).is_probability
    assert main(["validate", str(bundle), "--table", str(tmp_path / "other" / "cohort.csv"), "-o",
                 str(tmp_path / "external")]) == 0
    with (tmp_path / "study" / "predictions.csv").open(encoding="utf-8") as file:
        assert {row["part"] for row in csv.DictReader(file)} >= {"cross-validation"}


def test_more_folds_than_people_is_refused():
    recipe, table = quick("yang-2022", 20)
    with pytest.raises(InputError, match="15 folds need"):
        run_recipe(replace(recipe, validation=replace(recipe.validation, folds=15)), table)


def test_the_profile_of_a_recipe_gives_the_features_of_its_design():
    """Vertebrae on CT: what the simulated table of the recipe holds is what its profile would extract."""
    for name in ("jiang-2022", "wang-2023", "duan-2023", "zheng-2022"):
        recipe, table = quick(name, features=recipe_data(name)["simulation"]["features"])
        assert table.features and not_extracted(table.features, load_profile(recipe.scan.profile)) == (), name


def test_a_study_of_features_that_its_profile_does_not_give_says_so():
    body = load_profile("ct-vertebra-body")
    names = ["original_glcm_Idn", "original_shape_Flatness", "wavelet-HHL_glcm_Idn", "log-sigma-2-0-mm-3D_glcm_Idn",
             "squareroot_glcm_Idn", "dl_001", "age"]
    assert not_extracted(names, body) == ("wavelet-HHL_glcm_Idn", "log-sigma-2-0-mm-3D_glcm_Idn", "squareroot_glcm_Idn")
    assert not_extracted(names, load_profile("ct-vertebra-body-filters")) == ("squareroot_glcm_Idn",)
    assert not_extracted(["wavelet-LH_glcm_Idn", "wavelet-LLH_glcm_Idn"], load_profile("cai-2023")) == (
        "wavelet-LLH_glcm_Idn",)
    model = changed("hong-2021", {"ridge_logistic": {}}, [{"univariate": {"test": "t", "k": 3}}])
    recipe, table = quick("yang-2022", features=130, **model | {
        "models": [{**model["models"][0], "blocks": ["radiomics"]}], "scan": recipe_data("yang-2022")["scan"] | {
            "profile": "ct-vertebra-body"}})
    assert any("cannot score a scan" in note for note in run_recipe(recipe, table).notes)


def test_coefficients_of_a_support_vector_machine_are_not_called_log_odds():
    for estimator, unit, other in (("svm_linear", "decision value", "log odds"),
                                   ("ridge_logistic", "log odds", "decision")):
        recipe, table = quick("yang-2022", features=30, **changed("yang-2022", {estimator: {}}, [{"t_test": {"k": 3}}]))
        drawn = study_files(run_recipe(recipe, table))[0]["figures/weights.svg"]
        assert unit in drawn and other not in drawn
