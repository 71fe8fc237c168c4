"""Loading a model: what it holds, and every sentence with which it is refused."""

from __future__ import annotations

import builtins
import hashlib
import io
import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path

import generated
import pytest
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.models.bundle import load_bundle
from RadiomicsOrthoLib.models.bundle_files import MAX_MODEL_BYTES
from RadiomicsOrthoLib.models.catalogue import MODEL_PATH_VARIABLE, load_catalogue, load_model

Change = Callable[[dict], object]


def refusal(folder: Path) -> str:
    """The sentence with which the model in ``folder`` is refused."""
    with pytest.raises(InputError) as caught:
        load_bundle(folder)
    return str(caught.value)


def test_shipped_model_loads_with_its_bands_and_its_own_hash() -> None:
    bundle = load_bundle(generated.PICKHARDT)
    assert bundle.sha256 == hashlib.sha256((generated.PICKHARDT / "model.json").read_bytes()).hexdigest()
    assert [bundle.class_of(hu).id for hu in (110, 110.01, 160, 160.01)] == [
        "low", "indeterminate", "indeterminate", "not-low"]
    assert bundle.lower_is_worse and not bundle.is_probability and not bundle.needs_features


def test_generated_models_load(tmp_path: Path) -> None:
    logistic = load_bundle(generated.write_bundle(tmp_path / "a", generated.logistic_dict()))
    assert logistic.is_probability and logistic.needs_features
    assert [item.name for item in logistic.clinical_inputs] == ["age", "fracture"]
    assert logistic.inputs[1].training_range == (50.0, 90.0)
    assert logistic.inputs[1].key == "age" and logistic.inputs[0].key == "rad_score"
    assert load_bundle(generated.write_bundle(tmp_path / "b", generated.cox_dict())).classes == ()


@pytest.mark.parametrize(("change", "sentence"), [
    (lambda d: d.pop("population"), "lacks the entry 'population'"),
    (lambda d: d.pop("trust"), "lacks the entry 'trust'"),
    (lambda d: d["output"].pop("lower_is_worse"), "lacks the entry 'lower_is_worse'"),
    (lambda d: d["estimator"].pop("terms"), "lacks the entry 'terms'"),
    (lambda d: d["applicability"].pop("modality"), "lacks the entry 'modality'"),
    (lambda d: d["check_vectors"][0].pop("output"), "lacks the entry 'output'"),
    (lambda d: d["check_vectors"][0]["inputs"].pop("age"), "lacks the entry 'age'"),
    (lambda d: d["check_vectors"][0]["inputs"].update(fracture="many"), "lacks the entry 'many'"),
    (lambda d: d.update(schema="radiomics-ortho-model/2"), "this version reads 'radiomics-ortho-model/1'"),
    (lambda d: d.update(trust="certified"), "the trust level must be one of"),
    (lambda d: d.update(intended_use=""), "'intended_use' must be a text that is not empty"),
    (lambda d: d.update(title=7), "'title' must be a text that is not empty"),
    (lambda d: d.update(citations=[]), "'citations' is empty"),
    (lambda d: d.update(citations="a paper"), "'citations' must be a list"),
    (lambda d: d.update(limitations="none"), "'limitations' must be a list"),
    (lambda d: d["inputs"].reverse(), "the same names in the same order"),
    (lambda d: d["inputs"][0].update(source="guess"), "must be one of ('measurement', 'feature', 'clinical', "),
    (lambda d: d["inputs"][1].update(valid_range=[110, 18]), "valid_range of 'age' must be two rising numbers"),
    (lambda d: d["inputs"][1].update(axis_range=[18]), "axis_range of 'age' must be two rising numbers"),
    (lambda d: d["inputs"][2]["choices"].pop("two"), "the choices of 'fracture' are not the levels of its term"),
    (lambda d: d["inputs"][1].update(choices={"60": "sixty"}), "'age' has choices, so its term must be a factor"),
    (lambda d: d["estimator"].update(link="probit"), "link must be one of"),
    (lambda d: d["estimator"]["terms"][0].update(kind="wave"), "term kind 'wave' is unknown"),
    (lambda d: d["estimator"]["terms"][0].update(coefficient="1"), "'1' is not a finite number"),
    (lambda d: d["estimator"].update(intercept=10**400), "is not consistent"),
    (lambda d: d["output"]["classes"].reverse(), "the upper bounds of the classes must rise"),
    (lambda d: d["output"]["classes"][1].update(upper=0.9), "the last one must be null"),
    (lambda d: d["output"]["classes"].insert(0, d["output"]["classes"][0]), "the upper bounds of the classes must"),
    (lambda d: d["output"]["classes"][0].update(upper="0.2"), "'0.2' is not a finite number"),
    (lambda d: d["output"]["thresholds"][0].update(value="0.2"), "'0.2' is not a finite number"),
    (lambda d: d["output"].update(lower_is_worse="false"), "lower_is_worse must be true or false"),
    (lambda d: d.update(check_vectors=[]), "carries no check vectors"),
    (lambda d: d.pop("check_vectors"), "carries no check vectors"),
    (lambda d: d.update(check_vectors={"inputs": {}}), "is not consistent"),
    (lambda d: d["check_vectors"][0].update(output=0.5001), "instead of 0.5001"),
    (lambda d: d["check_vectors"][0].update(output=0.500000002), "check vector 1 gives"),
    (lambda d: d["check_vectors"][0].update({"class": "low"}), "falls into class 'high' instead of 'low'"),
    (lambda d: d["estimator"]["terms"][1].update(coefficient=0.056), "check vector 1 gives"),
])
def test_a_defect_is_refused_by_its_sentence(change: Change, sentence: str, tmp_path: Path) -> None:
    data = generated.logistic_dict()
    load_bundle(generated.write_bundle(tmp_path / "sound", data))
    change(data)
    said = refusal(generated.write_bundle(tmp_path / "broken", data))
    assert sentence in said
    assert "refused" in said and said.endswith(".")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
@pytest.mark.parametrize("place", ["intercept", "threshold", "vector"])
def test_numbers_that_are_not_finite_are_refused_wherever_they_stand(number: str, place: str, tmp_path: Path) -> None:
    data = generated.logistic_dict()
    if place == "intercept":
        data["estimator"]["intercept"] = "HERE"
    elif place == "threshold":
        data["output"]["thresholds"][0]["value"] = "HERE"
    else:
        data["check_vectors"][0]["output"] = "HERE"
    (tmp_path / "model.json").write_text(json.dumps(data).replace('"HERE"', number), encoding="utf-8")
    assert "not a finite number" in refusal(tmp_path)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\x00", b"\xef\xbb\xbf{}", b"[" * 100_000])
def test_what_is_no_json_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "model.json").write_bytes(content)
    assert "is not valid JSON" in refusal(tmp_path)


@pytest.mark.parametrize("content", ["[]", "null", "7", '"model"', "{}"])
def test_json_of_another_kind_is_refused_by_its_schema(content: str, tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text(content, encoding="utf-8")
    assert "its schema is None" in refusal(tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert refusal(tmp_path) == f"No model: '{tmp_path / 'model.json'}' does not exist."


def test_a_huge_file_is_refused_without_being_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "model.json").open("wb") as file:
        file.truncate(MAX_MODEL_BYTES + 1)
    monkeypatch.setattr(os, "open", lambda path, *_: pytest.fail(f"{path} was read"))
    assert "is larger than 4 MiB" in refusal(tmp_path)


class _Bomb:
    def __reduce__(self) -> tuple:
        return pytest.fail, ("a pickle was executed",)


def test_pickles_beside_the_model_are_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("model.pkl", "model.joblib", "estimator.pickle", "weights.pt")
    folders = [generated.write_bundle(tmp_path / name, generated.logistic_dict()) for name in names]
    for folder in folders:
        (folder / folder.name).write_bytes(pickle.dumps(_Bomb()))
    opened: list[str] = []
    for module in (builtins, io, os):
        real = module.open
        monkeypatch.setattr(module, "open", lambda file, *rest, real=real, **named: (
            opened.append(Path(str(file)).name), real(file, *rest, **named))[1])
    for name in ("load", "loads", "Unpickler"):
        monkeypatch.setattr(pickle, name, lambda *_: pytest.fail("unpickled"))
    for folder in folders:
        assert f"the file '{folder.name}' stands beside it and is not listed" in refusal(folder)
    assert "model.json" in opened and not set(opened) & set(names)


def test_a_pickle_named_model_json_is_refused_unexecuted(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_bytes(pickle.dumps(_Bomb()))
    assert "is not valid JSON" in refusal(tmp_path)


def test_every_shipped_model_passes_its_check_vectors() -> None:
    assert "pickhardt-2013-l1-hu" in [bundle.id for bundle in load_catalogue()[0]]
    assert load_catalogue()[1] == ()


def test_a_site_folder_adds_models_but_replaces_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    generated.write_bundle(tmp_path / "generated-logistic", generated.logistic_dict())
    generated.write_bundle(tmp_path / "pickhardt-2013-l1-hu",
                           generated.logistic_dict() | {"id": "pickhardt-2013-l1-hu"})
    monkeypatch.setenv(MODEL_PATH_VARIABLE, str(tmp_path))
    assert load_model("generated-logistic").title.endswith("(generated)")
    assert load_model("pickhardt-2013-l1-hu").trust == "published"
    with pytest.raises(InputError, match=r"There is no model 'unheard-of'; at hand: .*generated-logistic"):
        load_model("unheard-of")


def test_a_folder_with_another_name_than_its_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    generated.write_bundle(tmp_path / "better-model", generated.logistic_dict())
    monkeypatch.setenv(MODEL_PATH_VARIABLE, str(tmp_path))
    with pytest.raises(InputError, match="holds the model 'generated-logistic'"):
        load_model("better-model")
