"""A study on the columns of a cross-fitted network: its folds, its stand-ins, and no figure better than it is.

The tables are generated, so that PyTorch is not needed.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from generated import write_files
from RadiomicsOrthoLib.cohort.feature_table import feature_table
from RadiomicsOrthoLib.cohort.table import table_from_bytes
from RadiomicsOrthoLib.cohort.table_schema import schema_of
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.models.bundle import load_bundle
from RadiomicsOrthoLib.report.tables import features_csv
from RadiomicsOrthoLib.resources import resource_folder
from RadiomicsOrthoLib.statistics.roc import auc

pytest.importorskip("sklearn", reason="training needs scikit-learn")
pytest.importorskip("pandas", reason="training needs pandas")

from RadiomicsOrthoLib.modelling.recipes.matrix import columns_of, study_data
from RadiomicsOrthoLib.modelling.recipes.recipe_file import load_recipe, recipe_from_dict
from RadiomicsOrthoLib.modelling.recipes.study_run import run_recipe
from RadiomicsOrthoLib.modelling.recipes.validate import validate_bundle
from RadiomicsOrthoLib.report.study.checklists import metrics_score
from RadiomicsOrthoLib.report.study.files import MODELS, study_files
from RadiomicsOrthoLib.yaml_text import parse_yaml

FOLDS = 4
NAMES = ("dl_01", "dl_02", "dl_probability")


def quick_recipe():
    text = (resource_folder() / "Recipes" / "duan-2023.yaml").read_text(encoding="utf-8")
    data = parse_yaml(text)
    data["validation"] |= {"bootstrap": 100, "inner": 2}
    for model in data["models"]:
        if "estimator" in model:
            model["selection"] = ["variance"]
    return recipe_from_dict(data)


def rows(count=80, seed=3, plain="leak", held_out=0):
    """People whose outcome nothing tells; ``plain`` columns hold it (``leak``) or noise, the stand-ins noise."""
    generator = np.random.default_rng(seed)
    found = []
    for number in range(count):
        ill = int(generator.random() < 0.5)
        row = {"subject": f"p{number:03d}", "simulated": "yes", "age": 60.0 + number % 20, "sex": "female",
               "fracture_kind": ("osteoporotic", "malignant")[ill],
               "network_fold": "" if number < held_out else str(1 + number % FOLDS),
               **{f"original_glcm_{name}": generator.normal() for name in "abc"}}
        for ending in ("", *(f"_without_{fold}" for fold in range(1, FOLDS + 1))):
            told = ill * 3 if plain == "leak" and not ending else 0
            row |= {name + ending: told + generator.normal() for name in NAMES}
        found.append(row)
    return found


def table_of(found, recipe):
    raw = table_from_bytes(features_csv(found).encode(), resource_folder() / "t.csv")
    return feature_table(raw, schema_of(raw.columns, recipe.declared, raw.name))


@pytest.fixture(scope="module")
def leaking():
    recipe = quick_recipe()
    return run_recipe(recipe, table_of(rows(), recipe))


def test_a_fold_is_judged_by_its_own_columns_and_a_planted_leak_has_no_effect(leaking):
    """The plain columns hold the outcome; whoever learned or judged by them would have an area of 1."""
    for name in ("dl", "dl-rad", "dl-rad-late"):
        one = leaking.main.models[name]
        assert 0.3 < one.internal.auc.value < 0.7
    assert leaking.main.models["dl"].apparent > 0.95


def test_the_folds_of_the_network_are_those_of_the_study_and_the_report_says_so(leaking):
    assert leaking.main.models["dl"].internal_predictions.probability.shape == (1, 80) and not len(leaking.test)
    assert any(f"the {FOLDS} folds of the network" in line for line in leaking.flow)
    assert any("columns in whose making its people had no part" in note for note in leaking.notes)
    states = {one.item.number: one.state for one in metrics_score(leaking).answers}
    assert states["17"] == "no"
    assert leaking.main.block_correlation["r of the probabilities of both single models"] == pytest.approx(
        np.corrcoef(*(leaking.main.models[name].internal_predictions.probability[0] for name in ("rad", "dl")))[0, 1])


def test_stand_ins_are_no_predictors_of_their_own(leaking):
    recipe = leaking.recipe
    features, _ = columns_of(recipe.model("dl"), leaking.data, recipe)
    assert features == list(NAMES)
    files, bundles = study_files(leaking)
    assert "report.html" in files and MODELS and {"duan-2023-dl", "duan-2023-dl-rad"} <= set(bundles)


def test_late_fusion_is_the_mean_of_both(leaking):
    models = leaking.main.models
    mean = np.mean([models[name].internal_predictions.probability for name in ("rad", "dl")], axis=0)
    assert np.allclose(models["dl-rad-late"].internal_predictions.probability, mean)


def test_what_the_network_tells_of_people_left_out_is_found():
    """Stand-ins that tell the outcome, made without the people (as far as the table knows): the study sees them."""
    recipe, found = quick_recipe(), rows(plain="noise")
    for row in found:
        for name in row:
            if "_without_" in name:
                row[name] += 2 * (row["fracture_kind"] == "malignant")
    result = run_recipe(recipe, table_of(found, recipe))
    one = result.main.models["dl"].internal_predictions
    assert auc(one.outcome, one.probability[0]) > 0.9


def test_rows_from_which_no_network_learned_are_the_held_out_part():
    recipe = quick_recipe()
    found = rows(count=100, held_out=20)
    result = run_recipe(recipe, table_of(found, recipe))
    assert list(result.test) == list(range(20)) and len(result.development) == 80
    assert result.main.models["dl"].test.count == 20


@pytest.mark.parametrize(("change", "sentence"), [
    (lambda found: [{name: value for name, value in row.items() if not name.endswith("_without_3")} for row in found],
     "names the folds 1, 2, 3, 4 of a network, and has columns for 1, 2, 4"),
    (lambda found: [row | {"subject": "p000" if number < 2 else row["subject"], "level": f"L{number % 2 + 1}"}
                    for number, row in enumerate(found)], "'p000' is in two folds")])
def test_a_table_that_is_not_whole_is_refused(change, sentence):
    recipe = quick_recipe()
    with pytest.raises(InputError, match=sentence):
        study_data(table_of(change(rows()), recipe), recipe)


def test_other_kinds_of_study_are_refused_and_columns_from_elsewhere_are_not():
    recipe = quick_recipe()
    table = table_of(rows(), recipe)
    with pytest.raises(InputError, match="one binary outcome"):
        study_data(table, replace(recipe, follow_up=load_recipe("hong-2021").follow_up))
    plain = [{name: value for name, value in row.items() if "_without_" not in name and name != "network_fold"}
             for row in rows()]
    assert study_data(table_of(plain, recipe), recipe).network is None


def test_the_shipped_recipe_says_where_its_columns_come_from():
    assert any("deep train" in one for one in load_recipe("duan-2023").assumed)


def test_a_frozen_model_takes_columns_of_its_own_network_alone(tmp_path):
    recipe = quick_recipe()
    result = run_recipe(recipe, table_of([row | {"network": "abc123"} for row in rows(plain="noise")], recipe))
    _, bundles = study_files(result)
    bundle = load_bundle(write_files(tmp_path, bundles["duan-2023-dl-rad"]))
    later = [{name: value for name, value in row.items() if "_without_" not in name and name != "network_fold"}
             for row in rows(count=30, seed=9, plain="noise")]
    own, other = (table_of([row | {"network": name} for row in later], recipe) for name in ("abc123", "def456"))
    said = validate_bundle(bundle, own, recipe.outcome).predictions.probability[0]
    frame = study_data(own, recipe).frame
    assert np.allclose(said, result.main.models["dl-rad"].fitted.predict(frame)[:, 1], atol=1e-6)
    with pytest.raises(InputError, match="columns of the network def456"):
        validate_bundle(bundle, other, recipe.outcome)
    mixed = [row | {"network": ("abc123", "def456")[number % 2]} for number, row in enumerate(later)]
    with pytest.raises(InputError, match="line 3, column 'network'"):
        table_of(mixed, recipe)
