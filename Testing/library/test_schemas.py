"""The JSON schemas: what is written satisfies them, and what is broken does not."""

from __future__ import annotations

import copy
import dataclasses
import json
import random
from collections.abc import Callable

import generated
import phantoms
import pytest
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.models.bundle import load_bundle
from RadiomicsOrthoLib.models.bundle_checks import ENTRIES
from RadiomicsOrthoLib.models.parts import part_entry
from RadiomicsOrthoLib.models.schema_check import faults
from RadiomicsOrthoLib.quality.finding import Finding
from RadiomicsOrthoLib.resources import resource_folder
from RadiomicsOrthoLib.scoring.score import score_case

jsonschema = pytest.importorskip("jsonschema")

MODELS = sorted((resource_folder() / "Models").glob("*/model.json"))


def validator(name: str) -> jsonschema.Draft202012Validator:
    schema = json.loads((resource_folder() / "Schemas" / name).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


MODEL = validator("model.schema.json")
CARD = validator("card.schema.json")
CARDS = {
    "bands": generated.card(),
    "interval": generated.card(interval=(136.2, 149.9), interval_reason="moved"),
    "logistic": generated.logistic_card(),
    "cox": generated.cox_card(),
    "forest": generated.forest_card(),
    "refused": generated.card(findings=(Finding("METAL_IN_ROI_2", "refuse", "There is metal."),)),
}


def errors(schema: jsonschema.Draft202012Validator, data: object) -> list[str]:
    return [error.message for error in schema.iter_errors(data)]


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.parent.name)
def test_shipped_models_satisfy_the_schema(path) -> None:
    assert errors(MODEL, json.loads(path.read_text(encoding="utf-8"))) == []


def test_there_is_a_shipped_model_to_check() -> None:
    assert MODELS


def calibrated_dict() -> dict:
    return generated.logistic_dict() | {
        "transform": [{"input": "age", "steps": [{"clip": [50, 90]}, {"log": {"offset": 1}}, {"centre": 4},
                                                 {"scale": 2}]}],
        "calibration": {"kind": "isotonic", "points": [[0.1, 0.2], [0.9, 0.7]]},
        "performance": [{"measure": "AUC", "value": "0.81 (0.76 to 0.86)", "evidence": "simulated",
                         "source": "generated", "estimate": 0.81, "interval": [0.76, 0.86]}]}


def onnx_dict() -> dict:
    data = generated.trees_dict()
    data["estimator"] = {"kind": "onnx", "link": "probability", "part": "model.onnx", "output": "y", "position": 1}
    return data | {"parts": [part_entry("model.onnx", b""), part_entry("COPYING.LESSER", b"")],
                   "calibration": {"kind": "platt", "slope": 2, "intercept": -1}}


@pytest.mark.parametrize("make", [generated.logistic_dict, generated.cox_dict, generated.trees_dict,
                                  lambda: generated.trees_dict(inline=False), calibrated_dict, onnx_dict])
def test_every_kind_of_term_and_link_satisfies_the_schema(make: Callable[[], dict]) -> None:
    assert errors(MODEL, make()) == []


@pytest.mark.parametrize("name", CARDS)
def test_cards_satisfy_the_schema_as_written(name: str) -> None:
    assert errors(CARD, json.loads(CARDS[name].to_json())) == []


def test_the_card_of_a_scored_scan_satisfies_the_schema() -> None:
    image, roi = phantoms.trunk()
    model = load_bundle(generated.PICKHARDT)
    card = score_case(image, dataclasses.replace(roi, level="L1"), model).card
    assert errors(CARD, json.loads(card.to_json())) == []
    assert set(card.to_dict()["provenance"]) and card.interval


@pytest.mark.parametrize("change", [
    lambda d: d.pop("population"),
    lambda d: d.update(surplus=1),
    lambda d: d.update(schema="radiomics-ortho-model/2"),
    lambda d: d.update(trust="certified"),
    lambda d: d.update(id="../elsewhere"),
    lambda d: d.update(intended_use=""),
    lambda d: d.update(citations=[]),
    lambda d: d.update(citations="a paper"),
    lambda d: d.update(check_vectors=[]),
    lambda d: d["inputs"][0].update(source="guess"),
    lambda d: d["inputs"][0].update(axis_range=[1]),
    lambda d: d["inputs"][0].update(axis_range=[1, 2, 3]),
    lambda d: d["inputs"][0].update(colour="red"),
    lambda d: d["estimator"].update(link="probit"),
    lambda d: d["estimator"].update(baseline_survival=0.9),
    lambda d: d["estimator"].update(link="cox"),
    lambda d: d["estimator"]["terms"][0].pop("coefficient"),
    lambda d: d["estimator"]["terms"][0].update(coefficient="1"),
    lambda d: d["estimator"]["terms"][0].update(kind="spline"),
    lambda d: d["estimator"]["terms"][0].update(knots=[[0, 1], [1, 2]]),
    lambda d: d["estimator"]["terms"][2].update(levels={}),
    lambda d: d["output"].update(lower_is_worse="false"),
    lambda d: d["output"]["classes"][0].update(upper="0.2"),
    lambda d: d["output"]["classes"][0].pop("evidence"),
    lambda d: d["output"]["thresholds"][0].pop("source"),
    lambda d: d["applicability"].update(modality="CBCT"),
    lambda d: d["applicability"].update(contrast_enhanced="maybe"),
    lambda d: d["applicability"].update(max_slice_mm=0),
    lambda d: d["performance"][0].pop("evidence"),
    lambda d: d["performance"][0].update(interval=[0.1, 0.2]),
    lambda d: d.update(parts=[{"name": "../x.json", "bytes": 1, "sha256": "0" * 64}]),
    lambda d: d.update(parts=[{"name": "x.pkl", "bytes": 1, "sha256": "0" * 64}]),
    lambda d: d.update(transform=[{"input": "age", "steps": [{"sqrt": 1}]}]),
    lambda d: d.update(transform=[{"input": "age", "steps": [{"scale": 0}]}]),
    lambda d: d.update(calibration={"kind": "platt", "slope": -1, "intercept": 0}),
    lambda d: d.update(estimator={"kind": "trees", "link": "logit", "combine": "sum"}),
    lambda d: d.update(estimator={"kind": "onnx", "link": "cox", "part": "m.onnx", "output": "y"}),
])
def test_broken_models_do_not(change: Callable[[dict], object]) -> None:
    data = generated.logistic_dict()
    change(data)
    assert errors(MODEL, data)


@pytest.mark.parametrize("change", [
    lambda d: d.update(patient_name="Doe"),
    lambda d: d.pop("notice"),
    lambda d: d.update(notice="For diagnosis."),
    lambda d: d["model"].update(sha256="short"),
    lambda d: d["model"].pop("limitations"),
    lambda d: d["case"].update(patient_id="1"),
    lambda d: d["case"].update(site="skull"),
    lambda d: d["result"].update(value=1.2),
    lambda d: d["result"].update(value="0.7"),
    lambda d: d["result"].update(interval=[0.1]),
    lambda d: d["result"].update(interval=[0.1, 0.2, 0.3]),
    lambda d: d["result"]["class"].pop("evidence"),
    lambda d: d.update(inputs=[]),
    lambda d: d["inputs"][0].update(value=None),
    lambda d: d["measurements"].update(mean_hu=None),
    lambda d: d["findings"][0].update(severity="fatal"),
    lambda d: d["findings"][0].update(code="lower"),
    lambda d: d["acquisition"].pop("unknown"),
    lambda d: d["acquisition"]["known"].update(kvp=None),
])
def test_broken_cards_do_not(change: Callable[[dict], object]) -> None:
    data = copy.deepcopy(json.loads(CARDS["logistic"].to_json()))
    assert errors(CARD, data) == []
    change(data)
    assert errors(CARD, data)


def test_a_value_above_one_is_refused_for_a_probability_only() -> None:
    assert CARDS["bands"].value > 1 and errors(CARD, json.loads(CARDS["bands"].to_json())) == []


def descriptions(schema: dict) -> list[str]:
    """Properties at the top of a schema without a description of their own or of what they refer to."""
    return [name for name, part in schema["properties"].items()
            if "description" not in part and "$ref" not in part and "properties" not in part and "items" not in part]


@pytest.mark.parametrize("schema", [MODEL.schema, CARD.schema], ids=["model", "card"])
def test_every_top_entry_says_what_it_is(schema: dict) -> None:
    assert descriptions(schema) == []


def test_the_reader_and_the_schema_know_the_same_entries() -> None:
    assert set(MODEL.schema["properties"]) == ENTRIES


# -- the reader's own check of the schema ------------------------------------------------------------------------

ODD = (None, True, 0, -1, 1.5, 1e308, "", "x", "../x", [], [1], [[]], {}, {"a": 1}, {"input": "age"}, [1, 2, 3])


def places(data: object, place: tuple = ()):
    """The place of every entry in ``data``."""
    for step in data if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ():
        yield (*place, step)
        yield from places(data[step], (*place, step))


def changed_models():
    """Models of every kind, each changed at one place to something odd, or with that place left out."""
    made = [generated.logistic_dict(), generated.cox_dict(), generated.trees_dict(), calibrated_dict(), onnx_dict(),
            *(json.loads(path.read_text(encoding="utf-8")) for path in MODELS if path.parent.name in (
                "osta", "genant-height-loss", "pickhardt-2013-l1-hu", "vbq-site-threshold", "simulated-rad-score-age"))]
    source = random.Random(5)
    for data in made:
        yield data
        for place in source.sample(sorted(places(data), key=str), 40):
            for value in (*source.sample(ODD, 3), "left out"):
                one = copy.deepcopy(data)
                within = one
                for step in place[:-1]:
                    within = within[step]
                if value == "left out":
                    del within[place[-1]]
                else:
                    within[place[-1]] = value
                yield one


def test_the_reader_refuses_what_the_schema_refuses_and_nothing_else() -> None:
    """The reader has a small validator of its own; jsonschema is the judge."""
    verdicts = [(MODEL.is_valid(data), next(faults(data, MODEL.schema, MODEL.schema), None))
                for data in changed_models()]
    assert all(valid == (fault is None) for valid, fault in verdicts)
    assert min(sum(valid for valid, _ in verdicts), sum(not valid for valid, _ in verdicts)) > 200


@pytest.mark.parametrize(("change", "sentence"), [
    (lambda d: d["inputs"][0].update(title=7), "inputs → 1 → title must be of the type string"),
    (lambda d: d["performance"][0].update(evidence=[]), "performance → 1 → evidence must be of the type string"),
    (lambda d: d["output"]["classes"][0].update(colour="red"), "output → classes → 1 → colour is unknown"),
    (lambda d: d["inputs"][0].update(unit=["HU"]), "inputs → 1 → unit must be of the type string"),
    (lambda d: d["check_vectors"][0].update(source=""), "check_vectors → 1 → source must have at least 1 letters"),
    (lambda d: d["applicability"].update(site="skull"), "applicability → site must be one of"),
])
def test_a_model_that_a_report_would_stumble_over_is_refused(change, sentence: str, tmp_path) -> None:
    data = generated.logistic_dict()
    change(data)
    with pytest.raises(InputError) as caught:
        load_bundle(generated.write_bundle(tmp_path, data))
    assert sentence in str(caught.value) and str(caught.value).startswith("Model refused")
