"""scikit-learn models become bundles: equal on rows, readable where they can be, and no pickle is ever opened."""

from __future__ import annotations

import csv
import io
import json
import math
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from RadiomicsOrthoLib.cli.main import main
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.models import bundle_files
from RadiomicsOrthoLib.models.bundle import load_bundle
from RadiomicsOrthoLib.models.catalogue import MODEL_PATH_VARIABLE, load_model
from RadiomicsOrthoLib.models.conversion.process import convert_apart
from RadiomicsOrthoLib.models.conversion.skops_file import refuse_pickle

np = pytest.importorskip("numpy")
skops_io = pytest.importorskip("skops.io")
pytest.importorskip("sklearn")

from RadiomicsOrthoLib.models.conversion.convert import convert
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.feature_selection import SelectKBest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, LogisticRegression, Ridge, RidgeClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OneHotEncoder,
    PolynomialFeatures,
    RobustScaler,
    StandardScaler,
)
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

RANDOM = np.random.default_rng(7)
X = np.abs(RANDOM.normal([5, 1, 50, 20], [3, 1, 10, 2], (160, 4))) + 0.1
Z = (X[:, 0] - 5) / 3 + (X[:, 1] - 1) ** 2 + (X[:, 2] - 50) / 20
Y = (Z + RANDOM.normal(size=160) * 0.3 > 1).astype(int)


def card(regression: bool = False, **changes: object) -> dict:
    output = {"title": "Density", "unit": "mg/cm³", "axis_range": [-20, 40]} if regression else {
        "title": "Probability", "unit": "", "classes": [
            {"id": "low", "title": "Low", "upper": 0.4, "sentence": "Low.", "evidence": "simulated"},
            {"id": "high", "title": "High", "upper": None, "sentence": "High.", "evidence": "simulated"}]}
    return {
        "id": "converted", "version": "1", "title": "Converted (generated)", "trust": "simulated",
        "intended_use": "Tests.", "population": "Nobody.", "licence": "Apache-2.0", "citations": ["Nothing to cite."],
        "inputs": [{"name": f"x{n}", "title": f"Number {n}", "source": "feature", "unit": "",
                    "training_range": [float(X[:, n].min()), float(X[:, n].max())]} for n in range(4)],
        "output": output | {"lower_is_worse": False},
        "applicability": {"modality": "CT", "site": "vertebra"}} | changes


def write_card(folder: Path, data: dict) -> Path:
    path = folder / "card.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def write_model(folder: Path, model: object) -> Path:
    path = folder / "model.skops"
    skops_io.dump(model, path)
    return path


def bundle_of(tmp_path: Path, content: dict[str, bytes]):
    folder = tmp_path / "bundle"
    folder.mkdir()
    for name, data in content.items():
        (folder / name).write_bytes(data)
    return load_bundle(folder)


def values(row) -> dict[str, float]:
    return {f"x{n}": float(value) for n, value in enumerate(row)}


IN_JSON = {
    "logistic": make_pipeline(StandardScaler(), LogisticRegression()),
    "imputed and selected": make_pipeline(SimpleImputer(), MinMaxScaler(clip=True), SelectKBest(k=2),
                                          LogisticRegression()),
    "logarithm": make_pipeline(FunctionTransformer(np.log10), RobustScaler(), LogisticRegression()),
    "columns": make_pipeline(ColumnTransformer([("a", StandardScaler(), [2, 0]), ("b", "drop", [3])],
                                               remainder="passthrough"), LogisticRegression()),
    "searched": GridSearchCV(LogisticRegression(), {"C": [0.1, 1]}, cv=3),
    "tree": DecisionTreeClassifier(max_depth=3, random_state=0),
    "forest": make_pipeline(StandardScaler(), RandomForestClassifier(12, random_state=0)),
    "boosted": GradientBoostingClassifier(n_estimators=12, random_state=0),
    "histogram": HistGradientBoostingClassifier(max_iter=12, random_state=0),
    "platt": CalibratedClassifierCV(RidgeClassifier(), ensemble=False, cv=3),
    "isotonic": CalibratedClassifierCV(LogisticRegression(), ensemble=False, cv=3, method="isotonic"),
    "platt of a forest": CalibratedClassifierCV(RandomForestClassifier(6, random_state=0), ensemble=False, cv=3),
    "linear": LinearRegression(), "ridge": Ridge(), "lasso": make_pipeline(StandardScaler(), Lasso(alpha=0.3)),
    "elastic net": ElasticNet(), "tree of values": DecisionTreeRegressor(max_depth=4, random_state=0),
    "extra trees": ExtraTreesRegressor(5, max_depth=5, random_state=0),
    "boosted values": GradientBoostingRegressor(n_estimators=12, random_state=0),
}
IN_ONNX = {
    "network": make_pipeline(StandardScaler(), MLPClassifier((5,), max_iter=400, random_state=0, tol=1e-2)),
    "naive Bayes": GaussianNB(),
    "products": make_pipeline(PolynomialFeatures(2), StandardScaler(), LogisticRegression()),
}


def fit(model):
    regression = not hasattr(model, "predict_proba")
    model.fit(X, Z if regression else Y)
    return model, regression


@pytest.mark.parametrize("name", IN_JSON)
def test_a_model_becomes_numbers_that_give_the_same(name: str, tmp_path: Path) -> None:
    model, regression = fit(IN_JSON[name])
    found = bundle_of(tmp_path, convert(write_model(tmp_path, model), write_card(tmp_path, card(regression))))
    expected = model.predict(X) if regression else model.predict_proba(X)[:, 1]
    got = [found.estimator.output(values(row)) for row in X]
    assert got == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert found.is_probability != regression and "model.onnx" not in [part["name"] for part in
                                                                       found.card.get("parts", ())]
    conversion = found.card["training_provenance"]["conversion"]
    assert conversion["form"] == "JSON" and conversion["largest_deviation"] <= 1e-9
    assert "200 rows generated within the ranges" in conversion["compared"]


@pytest.mark.parametrize("name", IN_ONNX)
def test_what_has_no_form_in_json_becomes_an_onnx_file(name: str, tmp_path: Path) -> None:
    pytest.importorskip("skl2onnx")
    model, _ = fit(IN_ONNX[name])
    found = bundle_of(tmp_path, convert(write_model(tmp_path, model), write_card(tmp_path, card())))
    got = [found.estimator.output(values(row)) for row in X]
    assert got == pytest.approx(model.predict_proba(X)[:, 1], abs=1e-5)
    conversion = found.card["training_provenance"]["conversion"]
    assert conversion["form"] == "ONNX" and 0 < conversion["largest_deviation"] <= 1e-5


def test_inputs_that_lasso_dropped_are_not_asked_for(tmp_path: Path) -> None:
    model = make_pipeline(StandardScaler(), Lasso(alpha=0.3)).fit(X, Z)
    kept = [f"x{n}" for n in range(4) if model[-1].coef_[n]]
    found = bundle_of(tmp_path, convert(write_model(tmp_path, model), write_card(tmp_path, card(True))))
    assert 0 < len(kept) < 4 and [item.name for item in found.inputs] == kept
    left_out = found.card["training_provenance"]["conversion"]["inputs_left_out"]
    assert sorted([*left_out, *kept]) == [f"x{n}" for n in range(4)]
    assert found.estimator.is_additive


def mixed_card() -> dict:
    data = card()
    data["inputs"] = [
        {"name": "age", "title": "Age", "source": "clinical", "training_range": [50, 90], "whole": True},
        {"name": "sex", "title": "Sex", "source": "clinical", "choices": {"f": "Female", "m": "Male"}},
        {"name": "smoker", "title": "Smoker", "source": "clinical", "choices": {"no": "No", "yes": "Yes"},
         "codes": {"no": 0, "yes": 1}},
        {"name": "note", "title": "Note", "source": "clinical", "choices": {"a": "A", "b": "B"}, "recorded": True}]
    return data


@pytest.fixture(scope="module")
def mixed():
    pandas = pytest.importorskip("pandas")
    random = np.random.default_rng(1)
    table = pandas.DataFrame({"age": random.integers(50, 90, 120).astype(float), "sex": random.choice(["f", "m"], 120),
                              "smoker": random.integers(0, 2, 120).astype(float)})
    outcome = (table["age"] / 20 + (table["sex"] == "f") + table["smoker"] + random.normal(size=120) > 4.8).astype(int)
    steps = ColumnTransformer([("n", StandardScaler(), ["age"]), ("c", OneHotEncoder(drop="first"), ["sex"]),
                               ("p", "passthrough", ["smoker"])])
    return make_pipeline(steps, LogisticRegression()).fit(table, outcome), table


def test_choices_become_factors(tmp_path: Path, mixed) -> None:
    model, table = mixed
    found = bundle_of(tmp_path, convert(write_model(tmp_path, model), write_card(tmp_path, mixed_card())))
    assert [term.get("kind", "linear") for term in found.card["estimator"]["terms"]] == ["linear", "factor", "factor"]
    for at, expected in enumerate(model.predict_proba(table)[:20, 1]):
        row = table.iloc[at]
        person = {"age": row["age"], "sex": row["sex"], "smoker": "yes" if row["smoker"] else "no", "note": "a"}
        assert found.estimator.output(person) == pytest.approx(expected, abs=1e-9)


def test_the_order_of_columns_is_that_of_the_model(tmp_path: Path, mixed) -> None:
    """The card lists the inputs otherwise; their names decide."""
    model, _ = mixed
    data = mixed_card()
    data["inputs"].reverse()
    found = bundle_of(tmp_path, convert(write_model(tmp_path, model), write_card(tmp_path, data)))
    assert [term["input"] for term in found.card["estimator"]["terms"]] == ["smoker", "sex", "age"]


def test_given_rows_are_what_is_compared(tmp_path: Path, mixed) -> None:
    model, table = mixed
    with (tmp_path / "rows.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["patient", "sex", "age", "smoker"])
        writer.writerows([at, table["sex"][at], table["age"][at], "yes" if table["smoker"][at] else "no"]
                         for at in range(30))
    content = convert(write_model(tmp_path, model), write_card(tmp_path, mixed_card()), tmp_path / "rows.csv")
    data = json.loads(content["model.json"])
    assert data["training_provenance"]["conversion"]["compared"] == "30 rows of rows.csv"
    vector = data["check_vectors"][0]
    assert vector["inputs"]["age"] == table["age"][0] and "number 1 of the rows of rows.csv" in vector["source"]
    assert "patient" not in content["model.json"].decode()
    assert vector["output"] == pytest.approx(model.predict_proba(table)[0, 1], abs=1e-12)


def test_given_rows_are_the_people_of_reference_of_a_model_without_nomogram(tmp_path: Path) -> None:
    model, _ = fit(IN_JSON["boosted"])
    np.savetxt(tmp_path / "rows.csv", X, delimiter=",", header="x0,x1,x2,x3", comments="")
    paths = write_model(tmp_path, model), write_card(tmp_path, card())
    found = bundle_of(tmp_path, convert(*paths, tmp_path / "rows.csv"))
    assert found.background.title == "Rows of rows.csv" and len(found.background.rows) == 100
    assert "background" not in json.loads(convert(*paths)["model.json"])


@pytest.mark.parametrize(("text", "sentence"), [
    ("age,sex\n60,f\n", "has no column 'smoker'"), ("age,sex,smoker\n60,x,no\n", "Row 1 of"),
    ("age,sex,smoker\nold,f,no\n", "has 'old' as age, which is no number"),
    ("age,sex,smoker\nnan,f,no\n", "which is no number"), ("age,sex,smoker\n", "has 0 rows"),
    ("age,sex,smoker\n60,f\n", "it is one of no, yes")])
def test_rows_that_cannot_be_used_are_refused(text: str, sentence: str, tmp_path: Path, mixed) -> None:
    (tmp_path / "rows.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        convert(write_model(tmp_path, mixed[0]), write_card(tmp_path, mixed_card()), tmp_path / "rows.csv")
    assert sentence in str(caught.value)


@pytest.mark.parametrize(("change", "sentence"), [
    (lambda d: d.pop("trust"), "lacks the entry 'trust'"),
    (lambda d: d.update(estimator={}), "comes from the model; leave it out"),
    (lambda d: d.update(colour="red"), "the entry 'colour' is unknown"),
    (lambda d: d["inputs"].pop(), "made with 4 inputs without names; the card lists 3"),
    (lambda d: d["inputs"][0].pop("training_range"), "no rows can be made to check the model"),
    (lambda d: d["inputs"][0].update(source="guess"), "The inputs of the card are not consistent"),
    (lambda d: d.update(positive_class="0"), "is that of the class '1', the card wants '0'"),
    (lambda d: d.update(trust="certified"), "the trust level must be one of"),
    (lambda d: d["output"].pop("lower_is_worse"), "The card lacks the entry 'lower_is_worse'"),
])
def test_a_card_that_does_not_fit_is_refused(change, sentence: str, tmp_path: Path) -> None:
    model, _ = fit(LogisticRegression())
    data = card()
    change(data)
    with pytest.raises(InputError) as caught:
        convert(write_model(tmp_path, model), write_card(tmp_path, data))
    assert sentence in str(caught.value)


def test_a_card_in_yaml_must_not_take_no_for_false(tmp_path: Path) -> None:
    pytest.importorskip("yaml")
    path = tmp_path / "card.yaml"
    data = card()
    data["inputs"][0] = {"name": "x0", "title": "X", "source": "clinical", "choices": {False: "No", True: "Yes"}}
    import yaml

    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    with pytest.raises(InputError, match="write the choices yes and no in quotes"):
        convert(write_model(tmp_path, fit(LogisticRegression())[0]), path)


@pytest.mark.parametrize(("model", "sentence"), [
    (LinearSVC(), "gives no probabilities"),
    (KNeighborsClassifier(), "is no part of scikit-learn that can be converted; it is not loaded"),
    (StandardScaler(), "is no fitted estimator"),
])
def test_what_cannot_be_converted_says_why(model, sentence: str, tmp_path: Path) -> None:
    model.fit(X, Y)
    with pytest.raises(InputError) as caught:
        convert(write_model(tmp_path, model), write_card(tmp_path, card()))
    assert sentence in str(caught.value)


def test_three_classes_are_one_too_many(tmp_path: Path) -> None:
    model = GaussianNB().fit(X, np.arange(160) % 3)
    with pytest.raises(InputError, match="tells 3 classes apart"):
        convert(write_model(tmp_path, model), write_card(tmp_path, card()))


# -- hostile files ---------------------------------------------------------------------------------------------

class _Bomb:
    def __reduce__(self) -> tuple:
        return pytest.fail, ("a pickle was executed",)


@pytest.mark.parametrize("name", ["model.pkl", "model.joblib", "model.sav", "model.PICKLE", "model.skops", "model.zip",
                                  "model"])
def test_a_pickle_is_never_opened(name: str, tmp_path: Path, capsys, monkeypatch) -> None:
    path = tmp_path / name
    path.write_bytes(pickle.dumps(_Bomb()))
    for function in ("load", "loads", "Unpickler"):
        monkeypatch.setattr(pickle, function, lambda *_: pytest.fail("unpickled"))
    assert main(["models", "import", str(path), *(["--card", "card.json"] if name.endswith("skops") else [])]) == 2
    said = capsys.readouterr().err
    assert "is never opened; write the model again where it was made" in said and len(said.splitlines()) == 1


def evil_skops(tmp_path: Path, change) -> Path:
    """A sound file whose ``schema.json`` or arrays were changed."""
    path = write_model(tmp_path, fit(DecisionTreeClassifier(max_depth=3, random_state=0))[0])
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def _call_system(files: dict) -> None:
    files["schema.json"] = json.dumps({
        "__class__": "system", "__module__": "os", "__loader__": "FunctionNode", "protocol": 2,
        "_skops_version": "0.16.0", "__id__": 1}).encode()


def _construct_popen(files: dict) -> None:
    files["schema.json"] = json.dumps({
        "__class__": "Popen", "__module__": "subprocess", "__loader__": "ConstructorFromReduceNode", "protocol": 2,
        "_skops_version": "0.16.0", "__id__": 1, "content": {
            "__class__": "tuple", "__module__": "builtins", "__loader__": "TupleNode", "__id__": 2,
            "content": [{"__class__": "str", "__module__": "builtins", "__loader__": "JsonNode", "__id__": 3,
                         "content": "\"touch evil\"", "is_json": True}]}}).encode()


def _array(files: dict, wanted: str, change) -> None:
    for name, content in files.items():
        if name.endswith(".npy"):
            array = np.load(io.BytesIO(content))
            if array.dtype.names and wanted in array.dtype.names:
                array = array.copy()
                change(array)
                buffer = io.BytesIO()
                np.save(buffer, array)
                files[name] = buffer.getvalue()
                return
    pytest.fail(f"no array with {wanted}")


def _wild_child(files: dict) -> None:
    _array(files, "left_child", lambda nodes: nodes["left_child"].__setitem__(0, 2**40))


def _loop(files: dict) -> None:
    _array(files, "left_child", lambda nodes: nodes["left_child"].__setitem__(0, 0))


def _wild_feature(files: dict) -> None:
    _array(files, "feature", lambda nodes: nodes["feature"].__setitem__(0, 10**6))


@pytest.mark.parametrize(("change", "sentence"), [
    (_call_system, "holds os.system"), (_construct_popen, "holds subprocess.Popen"),
    (_wild_child, "holds a damaged tree"), (_loop, "holds a damaged tree"), (_wild_feature, "holds a damaged tree"),
    (lambda files: files.update({"schema.json": b"{"}), "cannot be read as a skops file"),
    (lambda files: files.update({"schema.json": b"[" * 100_000}), "cannot be read as a skops file"),
    (lambda files: files.pop("schema.json"), "is no skops file"),
    (lambda files: files.update({"../evil.npy": b""}), "leads out of its folder"),
    (lambda files: files.pop(next(name for name in files if name.endswith(".npy"))), "cannot be read as a skops file"),
])
def test_a_hostile_skops_file_is_refused(change, sentence: str, tmp_path: Path) -> None:
    path, card_path = evil_skops(tmp_path, change), write_card(tmp_path, card())
    before = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    with pytest.raises(InputError) as caught:
        convert(path, card_path)
    assert sentence in str(caught.value)
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == before


def test_a_skops_file_that_unpacks_to_far_more_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.skops"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("schema.json", b" " * (bundle_files.SMALL_BYTES * 300))
    with pytest.raises(InputError, match="would unpack to"):
        convert(path, write_card(tmp_path, card()))


# -- the command, and the process of its own -------------------------------------------------------------------

@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(MODEL_PATH_VARIABLE, str(tmp_path / "site"))
    return tmp_path / "site"


def test_the_command_imports_a_scikit_learn_model(tmp_path: Path, site: Path, capsys) -> None:
    path = write_model(tmp_path, fit(make_pipeline(StandardScaler(), RandomForestClassifier(8, random_state=0)))[0])
    assert main(["models", "import", str(path), "--card", str(write_card(tmp_path, card()))]) == 0
    text = capsys.readouterr().out
    assert "Converted Pipeline(StandardScaler, RandomForestClassifier) to JSON." in text
    assert "Compared on 200 rows generated within the ranges of the inputs: largest deviation" in text
    assert "It gives the probability of the class '1'." in text
    assert sorted(one.name for one in (site / "converted").iterdir()) == ["model.json", "trees.json"]
    assert main(["models", "verify", "converted"]) == 0
    assert "24 vectors of 1 models: none failed" in capsys.readouterr().out
    assert not load_model("converted").estimator.is_additive


def test_a_draft_of_a_card_becomes_a_card_when_its_gaps_are_filled(tmp_path: Path, mixed, site: Path, capsys) -> None:
    yaml = pytest.importorskip("yaml")
    path, draft = write_model(tmp_path, mixed[0]), tmp_path / "card.yaml"
    assert main(["models", "draft", str(path), "--out", str(draft)]) == 0
    found = yaml.safe_load(draft.read_text(encoding="utf-8"))
    assert [item["key"] for item in found["inputs"]] == ["age", "sex", "smoker"]
    with pytest.raises(InputError, match="the trust level must be one of"):
        convert(path, write_card(tmp_path, found | {"inputs": mixed_card()["inputs"]}))
    gaps = {name: text for name, text in card().items() if name not in ("inputs",)}
    filled = found | gaps | {"inputs": [drafted | known for drafted, known in
                                        zip(found["inputs"], mixed_card()["inputs"], strict=False)]}
    for item in filled["inputs"][1:]:
        item.pop("training_range")
    assert json.loads(convert(path, write_card(tmp_path, filled))["model.json"])["inputs"][0]["name"] == "age"
    capsys.readouterr()
    assert main(["models", "draft", str(path), "--out", str(draft)]) == 2
    assert "exists already" in capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "sentence"), [
    (["model.skops"], "describe it in a card"), (["model.zip", "--card", "c.json"], "belong to a .skops file"),
    (["nothing.skops", "--card", "c.json"], "Cannot read")])
def test_arguments_that_do_not_fit_are_refused(arguments: list[str], sentence: str, site: Path, capsys) -> None:
    assert main(["models", "import", *arguments]) == 2
    assert sentence in capsys.readouterr().err and not site.exists()


def test_a_crash_of_the_other_process_is_a_sentence(tmp_path: Path, monkeypatch) -> None:
    crash = "import os, signal; os.kill(os.getpid(), signal.SIGKILL if hasattr(signal, 'SIGKILL') else signal.SIGTERM)"
    real = subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda command, **rest: real([sys.executable, "-c", crash], **rest))
    for name in ("model.skops", "card.json"):
        (tmp_path / name).write_bytes(b"PK")
    with pytest.raises(InputError, match="made scikit-learn fail"):
        convert_apart(tmp_path / "model.skops", tmp_path / "card.json")


def test_scoring_a_converted_model_imports_no_scikit_learn(tmp_path: Path, site: Path) -> None:
    path = write_model(tmp_path, fit(IN_JSON["forest"])[0])
    content = convert(path, write_card(tmp_path, card()))
    (site / "converted").mkdir(parents=True)
    for name, data in content.items():
        (site / "converted" / name).write_bytes(data)
    code = ("import sys; from RadiomicsOrthoLib.models.catalogue import load_model; "
            "print(load_model('converted').estimator.output({'x0': 5, 'x1': 1, 'x2': 50, 'x3': 20})); "
            "print([name for name in ('sklearn', 'skops', 'numba', 'scipy', 'pandas', 'onnxruntime', "
            "'cryptography') if name in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(bundle_files.__file__).parents[2], capture_output=True,
                          text=True, check=True)
    value, imported = done.stdout.splitlines()
    assert math.isfinite(float(value)) and imported == "[]"


def test_a_file_that_is_none_is_left_to_the_next_check(tmp_path: Path) -> None:
    refuse_pickle(tmp_path / "nothing.skops")
    (tmp_path / "short").write_bytes(b"\x80")
    refuse_pickle(tmp_path / "short")
