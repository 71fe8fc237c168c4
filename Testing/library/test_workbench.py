"""A study from files to files, as the command and the panel have it done: check, run, cancel, validate, read again."""

import csv
import json
import time

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="training needs scikit-learn")
pytest.importorskip("pandas", reason="training needs pandas")

from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.long_work import with_time_left
from RadiomicsOrthoLib.modelling.recipes.recipe_file import load_recipe, recipe_names, recipe_titles
from RadiomicsOrthoLib.models.bundle import load_bundle
from RadiomicsOrthoLib.models.schema_check import faults, shipped_schema
from RadiomicsOrthoLib.report.study.recipe_text import differs_text, needs_text
from RadiomicsOrthoLib.workbench.check import check_study
from RadiomicsOrthoLib.workbench.process import WorkbenchProcess
from RadiomicsOrthoLib.workbench.request import SimulationRequest, StudyRequest, ValidationRequest
from RadiomicsOrthoLib.workbench.results import holds_study, read_study
from RadiomicsOrthoLib.workbench.simulate import simulate_table
from RadiomicsOrthoLib.workbench.train import train_study
from RadiomicsOrthoLib.workbench.trial import trial_recipe, trial_table
from RadiomicsOrthoLib.workbench.validate import OWN_TABLE, validate_model


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("workbench")


@pytest.fixture(scope="module")
def recipe(place):
    return trial_recipe(place)


@pytest.fixture(scope="module")
def table(place, recipe):
    return trial_table(recipe, place / "cohort")


@pytest.fixture(scope="module")
def study(place, recipe, table):
    """The folder of a finished study, computed in a child process."""
    process, seen = WorkbenchProcess(), []
    process.train(StudyRequest(str(recipe), str(table), str(place / "study")))
    while process.running:
        seen.append(process.progress)
        time.sleep(0.02)
    outcome = process.outcome()
    assert not outcome.problem and not outcome.cancelled
    shares = [share for share, _ in seen]
    assert shares == sorted(shares) and any("fit" in text for _, text in seen)
    assert outcome.found["simulated"] and outcome.found["bundles"]
    return place / "study"


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def write(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def test_a_list_of_recipes_and_what_each_needs_is_read_from_the_recipes():
    titles = recipe_titles()
    for name in recipe_names():
        found = load_recipe(name)
        assert titles[name] == found.title
        assert all(column.name in needs_text(found) for column in found.declared)
        assert found.deviations[0].here in differs_text(found)


def test_a_table_is_checked_against_the_recipe_before_anything_is_computed(recipe, table, tmp_path):
    found = check_study(StudyRequest(str(recipe), str(table)))
    assert found.simulated and "60 subjects" in found.sentence and "40 features" in found.sentence
    header, *rows = rows_of(table)
    rows[4][header.index("age")] = "old"
    wrong = write(tmp_path / "wrong.csv", [header, *rows])
    (tmp_path / "wrong.schema.json").write_bytes(table.with_suffix(".schema.json").read_bytes())
    with pytest.raises(InputError, match="line 6, column 'age'"):
        check_study(StudyRequest(str(recipe), str(wrong)))
    with pytest.raises(InputError, match="no column 'osteoporosis'"):
        check_study(StudyRequest("jiang-2022", str(table)))


def test_features_of_a_batch_and_a_sheet_of_outcomes_become_one_table(recipe, table, tmp_path):
    header, *rows = rows_of(table)
    clinical = [name for name in header if name not in ("subject", "level", "simulated") and "_" not in name]
    features = [name for name in header if name not in clinical]
    column = {name: at for at, name in enumerate(header)}
    # as a batch writes it: with a column 'refused', and a row without features
    batch = [[*features, "refused", "level_from"], *([*(row[column[name]] for name in features), "", "file"]
                                                      for row in rows)]
    batch[1] = [rows[0][0], *[""] * (len(features) - 1), "There is metal.", ""]
    write(tmp_path / "features.csv", batch)
    people = {row[0]: [row[column[name]] for name in clinical] for row in rows}
    asked = StudyRequest(str(recipe), str(tmp_path / "features.csv"), sheets=(str(tmp_path / "people.csv"),))
    sheet = [["subject", *clinical], *([who, *cells] for who, cells in people.items())]
    write(tmp_path / "people.csv", sheet)
    found = check_study(asked)
    assert f"{len(rows) - 1} rows" in found.sentence and "line 2: the region was refused" in found.notes[0]
    write(tmp_path / "people.csv", sheet[:10])
    with pytest.raises(InputError, match=r"people.csv' has no line for subject"):
        check_study(asked)


def test_the_results_of_a_study_are_those_of_its_tables(study):
    found = read_study(str(study))
    assert found.simulated and "virtual" in found.data["notes"][0]
    performance = [dict(zip(*pair, strict=True)) for pair in
                   ((rows_of(study / "performance.csv")[0], row) for row in rows_of(study / "performance.csv")[1:])]
    for row in performance:
        chart = found.charts["roc-1" if row["part"] == "cross-validation" else "roc-1-test"]
        curve = next(one for one in chart["curves"] if one["name"].startswith(f"{row['model']}: AUC"))
        assert f"{float(row['auc_delong']):.3f}" in curve["name"]
        # of 51 points: near the area, which is that of all
        assert np.trapezoid(curve["y"], curve["x"]) / 1e4 == pytest.approx(float(row["auc_delong"]), abs=0.03)
    lines = {(one["part"], one["title"]): one["value"] for one in found.data["headline"]}
    assert lines["cross-validation", "AUC"].startswith(f"{float(performance[0]['auc_delong']):.3f}")
    assert all(one["meaning"] for one in found.data["headline"])
    assert {"roc", "calibration", "decision"} <= {name.partition("-")[0] for name in found.charts}
    assert (study / "report.html").is_file() and all((study / one["file"]).is_file() for one in found.data["tables"])
    assert load_bundle(next(iter(found.models.values()))).trust == "simulated"


@pytest.mark.parametrize("name", ["vara-2023", "xue-2022", "hong-2021"])
def test_every_kind_of_study_has_lines_and_charts(name, tmp_path):
    pytest.importorskip("sksurv" if name.startswith("hong") else "sklearn")
    recipe = trial_recipe(tmp_path, name, model="svm" if name == "xue-2022" else "")
    table = trial_table(recipe, tmp_path / "cohort", 90)
    train_study(StudyRequest(str(recipe), str(table), str(tmp_path / "out")))
    found = read_study(str(tmp_path / "out"))
    kinds = {one.partition("-")[0] for one in found.charts}
    assert {"vara-2023": {"scatter"}, "xue-2022": {"roc", "calibration", "decision"}, "hong-2021": {"roc", "survival"}
            }[name] <= kinds
    lines = {(one["part"], one["title"]) for one in found.data["headline"]}
    assert {"vara-2023": ("people left out", "R²"), "xue-2022": ("all classes", "Support vector machine"),
            "hong-2021": ("followed cohort", "Hazard ratio per point")}[name] in lines


def test_cancel_leaves_nothing_behind(recipe, table, place):
    process = WorkbenchProcess()
    process.train(StudyRequest(str(recipe), str(table), str(place / "cancelled"), repeats=30))
    while "fit" not in process.progress[1]:
        assert process.running
        time.sleep(0.01)
    process.cancel()
    while process.running:
        time.sleep(0.01)
    outcome = process.outcome()
    assert outcome.cancelled and not outcome.problem and not (place / "cancelled").exists()


def test_what_was_asked_for_otherwise_stands_in_the_report(recipe):
    found = StudyRequest(str(recipe), "t.csv", seed=5, folds=4).wanted_recipe()
    assert (found.validation.seed, found.validation.folds, found.validation.repeats) == (5, 4, 1)
    assert {one.here for one in found.deviations} >= {"seed: 5", "folds: 4"}
    assert StudyRequest(str(recipe), "t.csv", folds=3).wanted_recipe() == StudyRequest(str(recipe),
                                                                                      "t.csv").wanted_recipe()
    with pytest.raises(InputError, match="leaves out one subject"):
        StudyRequest("haudenschild-2023", "t.csv", repeats=3).wanted_recipe()
    with pytest.raises(InputError, match="folds 2 at least"):
        StudyRequest(str(recipe), "t.csv", folds=1).wanted_recipe()


def test_a_validation_on_the_model_s_own_table_says_so(study, recipe, table, tmp_path):
    bundle = next(iter(read_study(str(study)).models.values()))
    own = validate_model(ValidationRequest(str(bundle), str(table), str(tmp_path / "own"), str(recipe)))
    assert OWN_TABLE in own["notes"] and OWN_TABLE in read_study(str(tmp_path / "own")).data["notes"]
    other = trial_table(recipe, tmp_path / "more", 80)
    found = validate_model(ValidationRequest(str(bundle), str(other), str(tmp_path / "other"), str(recipe)))
    assert OWN_TABLE not in found["notes"] and found["auc"][0] < own["auc"][0]
    assert set(read_study(str(tmp_path / "other")).charts) == {"roc-external", "calibration-external",
                                                              "decision-external"}


def test_results_that_cannot_be_shown_are_refused_with_a_sentence(study, tmp_path):
    assert holds_study(str(study)) and not holds_study("") and not holds_study(str(tmp_path))
    with pytest.raises(InputError, match="holds no results"):
        read_study(str(tmp_path))
    data = json.loads((study / "results.json").read_text(encoding="utf-8"))
    schema = shipped_schema("study-results")
    assert list(faults(data, schema, schema)) == []
    for change in ({"models": [{"title": "x", "folder": "../elsewhere", "reason": ""}]}, {"schema": "other/2"},
                   {"charts": "none"}):
        (tmp_path / "results.json").write_text(json.dumps(data | change), encoding="utf-8")
        with pytest.raises(InputError, match="run the study again"):
            read_study(str(tmp_path))
    (tmp_path / "results.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="run the study again"):
        read_study(str(tmp_path))


def test_the_time_that_is_left_is_said_once_it_is_known(monkeypatch):
    clock = iter([0.0, 1.0, 60.0, 119.0])
    monkeypatch.setattr("RadiomicsOrthoLib.long_work.time.monotonic", lambda: next(clock))
    said = []
    progress = with_time_left(lambda share, text: said.append(text))
    for share in (0.01, 0.25, 0.999):
        progress(share, "fit")
    assert said == ["fit", "fit, about 3 min left", "fit"]


def test_a_recipe_of_one_s_own_needs_no_people_to_simulate(recipe, table, tmp_path):
    data = json.loads(recipe.read_text(encoding="utf-8"))
    del data["simulation"]
    own = tmp_path / "own.json"
    own.write_text(json.dumps(data), encoding="utf-8")
    assert "60 subjects" in check_study(StudyRequest(str(own), str(table))).sentence
    with pytest.raises(InputError, match="describes no people to simulate"):
        simulate_table(SimulationRequest(str(own), str(tmp_path / "cohort")))
    assert not (tmp_path / "cohort").exists()
