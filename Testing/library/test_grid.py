"""Every selection with every model: the same on any number of workers, resumable, and honest about its best."""

import json

import numpy as np
import pytest
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.long_work import CancelledError
from RadiomicsOrthoLib.modelling.chain import chain
from RadiomicsOrthoLib.modelling.dataset import dataset
from RadiomicsOrthoLib.modelling.estimators import ESTIMATORS
from RadiomicsOrthoLib.modelling.grid import CLASSIFIERS, SELECTIONS, GridPlan, run_grid
from RadiomicsOrthoLib.modelling.grid import run as run_module
from RadiomicsOrthoLib.modelling.grid.optimism import weighted_areas
from RadiomicsOrthoLib.modelling.schemes import CrossValidation, HoldOut
from RadiomicsOrthoLib.modelling.selection import selection_steps
from RadiomicsOrthoLib.modelling.task import survival_outcome
from RadiomicsOrthoLib.statistics.roc import auc

FEW = {"t test": [{"t_test": {"k": 3}}], "mRMR": [{"variance": {}}, {"mrmr": {"k": 3}}]}
MODELS = {"ridge": {"ridge_logistic": {}}, "forest": {"random_forest": {"n_estimators": 5}},
          "bayes": {"naive_bayes": {}}}
PLAN = GridPlan(CrossValidation(3), bootstrap=100)


def made(count, features, strength, seed=0):
    random = np.random.default_rng(seed)
    x = random.normal(size=(count, features))
    y = (strength * x[:, 0] + random.logistic(size=count) > 0).astype(int)
    return dataset({f"f{i}": x[:, i] for i in range(features)}, y, [f"p{i}" for i in range(count)])


@pytest.fixture(scope="module")
def table():
    return made(60, 8, 2.0)


def test_the_whole_grid_has_the_size_of_mohammadis():
    assert len(SELECTIONS) == 8 and len(CLASSIFIERS) == 25
    for steps in SELECTIONS.values():
        selection_steps(steps)
    kinds = [next(iter(model)) for model in CLASSIFIERS.values()]
    assert len(set(kinds)) == 25 and all(ESTIMATORS[kind].task == "classification" for kind in kinds)


def test_a_cell_is_what_scikit_learn_gives(table):
    """The chain fitted to each training part by hand."""
    from RadiomicsOrthoLib.modelling.splits import derived_seed

    found = run_grid(table, FEW, MODELS, PLAN)
    cell = next(one for one in found.cells if (one.selection, one.model) == ("mRMR", "ridge"))
    areas, right = [], []
    for number, split in enumerate(PLAN.scheme.splits(table, 0)):
        fitted = chain(FEW["mRMR"], "ridge_logistic", derived_seed(derived_seed(0, 8, 0), 6, number))
        fitted.fit(table.frame.iloc[split.train], table.outcome[split.train])
        rows = table.frame.iloc[split.test]
        areas.append(auc(table.outcome[split.test] == 1, fitted.predict_proba(rows)[:, 1]))
        right.append(np.mean(fitted.predict(rows) == table.outcome[split.test]))
    assert cell.score == pytest.approx(np.mean(areas)) and cell.accuracy == pytest.approx(np.mean(right))
    assert cell.spread == (pytest.approx(min(areas)), pytest.approx(max(areas)))
    assert found.best.score == max(one.score for one in found.cells)


def test_one_worker_and_two_and_an_interrupted_run_give_the_same(table, tmp_path):
    plan = GridPlan(CrossValidation(3), inner=2, permutations=1, bootstrap=100)
    alone = run_grid(table, FEW, MODELS, plan, jobs=1, resume_folder=tmp_path / "one").document()
    assert run_grid(table, FEW, MODELS, plan, jobs=2, resume_folder=tmp_path / "two").document() == alone

    class Interrupted(Exception):
        pass

    def interrupt(share, text):
        if share > 0.3:
            raise Interrupted

    with pytest.raises(Interrupted):
        run_grid(table, FEW, MODELS, plan, resume_folder=tmp_path / "three", progress=interrupt)
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "three").glob("*-*.json")}
    total = len(list((tmp_path / "one").glob("*-*.json")))
    assert 0 < len(kept) < total
    # a file that was damaged is fitted again; the others are not touched
    damaged = next(iter(kept))
    damaged.write_text("{", encoding="utf-8")
    assert run_grid(table, FEW, MODELS, plan, resume_folder=tmp_path / "three").document() == alone
    assert all(path.stat().st_mtime_ns == time for path, time in kept.items() if path != damaged)
    assert not list((tmp_path / "three").glob("*.part"))


def test_an_interruption_loses_at_most_the_fit_at_hand(table, tmp_path, monkeypatch):
    from RadiomicsOrthoLib.modelling.grid import fits

    fitted, whole = [], fits._fit

    def dies(task, name, *arguments):
        if len(fitted) == 4:
            raise KeyboardInterrupt
        fitted.append(name)
        return whole(task, name, *arguments)

    monkeypatch.setattr(fits, "_fit", dies)
    with pytest.raises(KeyboardInterrupt):
        run_grid(table, FEW, MODELS, PLAN, resume_folder=tmp_path / "grid")
    assert len(list((tmp_path / "grid").glob("*-*.json"))) == 4
    assert len(list((tmp_path / "grid").glob("*.npz"))) == 2
    monkeypatch.setattr(fits, "_fit", whole)
    assert run_grid(table, FEW, MODELS, PLAN, resume_folder=tmp_path / "grid").fits == 18


def test_cancelling_ends_after_the_fit_at_hand_and_keeps_what_is_done(table, tmp_path, monkeypatch):
    monkeypatch.setattr(run_module, "_SECONDS", 0.005)
    done = []
    with pytest.raises(CancelledError):
        run_grid(table, FEW, {**MODELS, "slow": {"random_forest": {"n_estimators": 300}}}, PLAN,
                 resume_folder=tmp_path / "grid", progress=lambda share, text: done.append(share),
                 cancelled=lambda: len(list((tmp_path / "grid").glob("*-*.json"))) >= 2)
    assert 2 <= len(list((tmp_path / "grid").glob("*-*.json"))) < 24


def test_more_can_be_asked_of_the_same_folder_and_nothing_else_is_mixed_in(table, tmp_path):
    folder = tmp_path / "grid"
    first = run_grid(table, FEW, {"ridge": MODELS["ridge"]}, PLAN, resume_folder=folder)
    before = {path: path.stat().st_mtime_ns for path in folder.glob("*-*.json")}
    more = run_grid(table, FEW, MODELS, PLAN, resume_folder=folder)
    assert more.fits == 3 * first.fits and all(path.stat().st_mtime_ns == time for path, time in before.items())
    # the same name with other settings is another fit
    other = {"ridge": {"ridge_logistic": {"C": 1e-6}}}
    assert run_grid(table, FEW, other, PLAN, resume_folder=folder).cells[0].accuracy != first.cells[0].accuracy
    for changed in ({"table": made(60, 8, 2.0, 1)}, {"seed": 1}, {"plan": GridPlan(CrossValidation(4))}):
        given = {"table": table, "plan": PLAN, "seed": 0} | changed
        with pytest.raises(InputError, match="another grid"):
            run_grid(given["table"], FEW, MODELS, given["plan"], resume_folder=folder, seed=given["seed"])
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "one.jpg").write_bytes(b"x")
    with pytest.raises(InputError, match="something else"):
        run_grid(table, FEW, MODELS, PLAN, resume_folder=tmp_path / "photos")


def test_the_best_of_many_on_noise_is_shown_for_what_it_is():
    """Outcome without any signal: the best looks good, what it is worth does not, and shuffled grids do as well."""
    noise = made(60, 20, 0.0, 5)
    models = {name: CLASSIFIERS[name] for name in ("naive Bayes", "LDA", "1 neighbour", "QDA", "decision tree",
                                                   "ridge classifier")}
    selections = {name: SELECTIONS[name] for name in ("t test", "ReliefF", "SVM attribute evaluation")}
    found = run_grid(noise, selections, models, GridPlan(CrossValidation(4), inner=2, permutations=4, bootstrap=200))
    assert found.optimism.corrected.value < found.best.score
    assert found.optimism.corrected.lower < 0.5 < found.optimism.corrected.upper
    assert found.optimism.nested.value < found.best.score and len(found.optimism.picked) == 4
    assert len(found.optimism.null) == 4 and found.optimism.p >= 0.2


def test_a_real_signal_survives(table):
    found = run_grid(table, FEW, MODELS, GridPlan(CrossValidation(3), inner=2, permutations=4, bootstrap=200))
    assert found.optimism.corrected.lower > 0.5 and found.optimism.p == 0.2
    assert found.optimism.nested.value > 0.7


def test_a_combination_that_is_not_possible_says_why_and_the_others_go_on(table):
    found = run_grid(table, {"backward": [{"svm_backward": {"most": 3}}], **FEW},
                     {**MODELS, "neighbours": {"knn": {"n_neighbors": 500}}}, PLAN)
    failed = {(one.selection, one.model): one.failed for one in found.cells if one.score is None}
    assert {selection for selection, _ in failed} == {"backward", "t test", "mRMR"}
    assert "before it" in failed["backward", "ridge"] and "n_neighbors" in failed["mRMR", "neighbours"]
    assert found.rows_of_table()[0]["selection"] == "backward" and found.rows_of_table()[0]["auc"] is None
    assert found.best is not None and np.isnan(found.table()[2][0]).all()
    json.dumps(found.document(), allow_nan=False)


def test_grids_of_classes_numbers_and_survival():
    random = np.random.default_rng(0)
    x = random.normal(size=(80, 4))
    columns, people = {f"f{i}": x[:, i] for i in range(4)}, np.arange(80)
    three = np.digitize(x[:, 0] + 0.3 * random.normal(size=80), [-0.5, 0.5])
    number = 2 * x[:, 0] + 0.5 * random.normal(size=80)
    time = survival_outcome(random.random(80) < 0.8, random.exponential(np.exp(-2 * x[:, 0])))
    for outcome, selection, model, measure in (
            (three, {"anova": {"k": 2}}, {"random_forest": {"n_estimators": 20}}, "auc_one_vs_rest"),
            (number, {"univariate": {"test": "pearson", "k": 2}}, {"linear": {}}, "r_squared"),
            (time, {"univariate": {"test": "cox", "k": 2}}, {"cox": {}}, "concordance")):
        found = run_grid(dataset(columns, outcome, people), {"one": [selection]}, {"one": model}, PLAN)
        assert found.measure == measure and found.best.score > 0.75
        assert found.optimism.corrected.lower < found.best.score + 0.1


@pytest.mark.parametrize(("selections", "models", "sentence"), [
    ({}, MODELS, "a selection and a model"), ({"a": [{"best": {}}]}, MODELS, "The selection 'a': Step 1"),
    (FEW, {"x": {"linear": {}}}, "is for regression, the outcome is one of classification"),
    (FEW, {"x": {"svm": {}}}, "'svm' is unknown"), (FEW, {"x": "knn"}, "one name with its parameters")])
def test_a_wrong_grid_is_refused_before_the_first_fit(table, selections, models, sentence):
    with pytest.raises(InputError, match=sentence):
        run_grid(table, selections, models, PLAN)


def test_weighted_areas_are_areas_of_what_was_drawn():
    random = np.random.default_rng(0)
    score, events = np.round(random.normal(size=40), 1), random.random(40) < 0.4
    drawn = random.integers(0, 40, (6, 40))
    weights = np.array([np.bincount(one, minlength=40) for one in drawn])
    assert weighted_areas(events, score, weights) == pytest.approx([auc(events[one], score[one]) for one in drawn])


def test_a_hold_out_is_a_grid_of_one_part(table):
    assert run_grid(table, FEW, MODELS, GridPlan(HoldOut(0.4), bootstrap=50)).fits == 6


def test_the_command_takes_its_workers_with_it():
    """Without a word of joblib about what they hold, and without a process that stays behind."""
    import os
    import subprocess
    import sys
    from pathlib import Path

    code = ("from joblib import Parallel, delayed; from RadiomicsOrthoLib.cli.command import leave; "
            "print(*Parallel(2)(delayed(os.getpid)() for _ in range(4))); leave(3)")
    done = subprocess.run([sys.executable, "-c", f"import os; {code}"], capture_output=True, text=True, check=False,
                          env={**os.environ, "PYTHONPATH": str(Path(run_module.__file__).parents[3])})
    assert done.returncode == 3 and done.stderr == ""
    # elsewhere signal 0 is no question
    for worker in {int(one) for one in done.stdout.split()} if os.name == "posix" else ():
        with pytest.raises(ProcessLookupError):
            os.kill(worker, 0)
