"""Transforms, calibrations, trees and ONNX files: what they compute, and what is refused."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from pathlib import Path

import generated
import pytest
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.models.bundle import ModelBundle, load_bundle
from RadiomicsOrthoLib.models.trees import LEAF, trees_from_dict
from RadiomicsOrthoLib.report.files import card_files
from RadiomicsOrthoLib.scoring.clinical_score import score_clinical
from RadiomicsOrthoLib.scoring.nomogram import build_nomogram, patient_marks

LOGISTIC_VALUES = {"rad_score": 0.62, "age": 71.0, "fracture": "one", "mean_hu": 98.0}


def logistic_with(**entries: object) -> dict:
    return generated.logistic_dict() | entries


def model(data: dict) -> ModelBundle:
    return generated.bundle(data)


# -- transforms ----------------------------------------------------------------------------------------------

def test_steps_stand_before_a_linear_term_in_their_order() -> None:
    steps = [{"clip": [60, 70]}, {"centre": 50}, {"scale": 4}, {"log": {"offset": 1}}]
    changed = model(logistic_with(transform=[{"input": "age", "steps": steps}])).estimator
    assert changed.contributions(LOGISTIC_VALUES)["age"] == pytest.approx(0.055 * math.log((70 - 50) / 4 + 1))
    assert changed.is_additive


def test_a_shift_and_a_scale_change_no_nomogram() -> None:
    """A model of standardised inputs is the same model, so a person stands at the same points."""
    plain = model(generated.logistic_dict())
    data = logistic_with(transform=[{"input": "age", "steps": [{"centre": 63.2}, {"scale": 9.5}]}])
    data["estimator"]["terms"][1]["coefficient"] *= 9.5
    data["estimator"]["intercept"] += 0.055 * 63.2
    standardised = model(data)
    assert standardised.estimator.output(LOGISTIC_VALUES) == pytest.approx(plain.estimator.output(LOGISTIC_VALUES))
    marks = [patient_marks(build_nomogram(one), LOGISTIC_VALUES) for one in (plain, standardised)]
    assert {key: mark.amount for key, mark in marks[0].items() if key != "@linear-predictor"} == pytest.approx(
        {key: mark.amount for key, mark in marks[1].items() if key != "@linear-predictor"})


def test_a_value_without_a_logarithm_is_refused_and_not_replaced() -> None:
    estimator = model(logistic_with(transform=[{"input": "rad_score", "steps": [{"log": {"offset": 0}}]}])).estimator
    with pytest.raises(InputError, match=r"no number for rad_score = -0.5 \(-0.5 has no logarithm here\); check"):
        estimator.output(LOGISTIC_VALUES | {"rad_score": -0.5})


@pytest.mark.parametrize(("transform", "sentence"), [
    ([{"input": "age", "steps": [{"scale": 0}]}], "cannot scale by 0"),
    ([{"input": "age", "steps": [{"clip": [2, 1]}]}], "two rising numbers"),
    ([{"input": "age", "steps": [{"sqrt": 1}]}], "'sqrt' of a transform is unknown"),
    ([{"input": "age", "steps": [{"centre": 1, "scale": 2}]}], "is one of centre, scale, clip and log"),
    ([{"input": "age", "steps": [{"centre": "1"}]}], "'1' is not a finite number"),
    ([{"input": "fracture", "steps": [{"centre": 1}]}], "only a linear term can have a transform"),
    ([{"input": "weight", "steps": [{"centre": 1}]}], "the transform of 'weight' has no input or no term"),
    ([{"input": "age"}, {"input": "age"}], "an input of a sum has one transform"),
    ({"age": []}, "the entry 'transform' must be a list"),
])
def test_a_broken_transform_is_refused(transform: object, sentence: str, tmp_path: Path) -> None:
    folder = generated.write_bundle(tmp_path, logistic_with(transform=transform))
    with pytest.raises(InputError) as caught:
        load_bundle(folder)
    assert sentence in str(caught.value)


# -- calibrations ----------------------------------------------------------------------------------------------

def calibrated(kind: str, link: str = "logit", **more: object) -> ModelBundle:
    data = logistic_with(calibration={"kind": kind} | more)
    data["estimator"]["link"] = link
    return model(data)


def test_recalibration_changes_slope_and_intercept_of_the_predictor() -> None:
    plain, found = model(generated.logistic_dict()), calibrated("recalibration", slope=0.8, intercept=-0.3)
    predictor = plain.estimator.linear_predictor(LOGISTIC_VALUES)
    assert found.estimator.linear_predictor(LOGISTIC_VALUES) == predictor
    assert found.estimator.output(LOGISTIC_VALUES) == pytest.approx(1 / (1 + math.exp(-(0.8 * predictor - 0.3))))


def test_platt_makes_a_probability_of_a_plain_sum() -> None:
    found = calibrated("platt", "identity", slope=0.8, intercept=-0.3)
    assert found.is_probability
    predictor = found.estimator.linear_predictor(LOGISTIC_VALUES)
    assert found.estimator.output(LOGISTIC_VALUES) == pytest.approx(1 / (1 + math.exp(-(0.8 * predictor - 0.3))))


POINTS = [[0.1, 0.0], [0.2, 0.0], [0.4, 0.3], [0.5, 0.3], [0.9, 0.8]]


@pytest.mark.parametrize(("result", "probability"), [(0.0, 0.0), (0.15, 0.0), (0.3, 0.15), (0.45, 0.3), (0.7, 0.55),
                                                     (1.0, 0.8)])
def test_isotonic_is_straight_between_its_points(result: float, probability: float) -> None:
    estimator = calibrated("isotonic", points=POINTS).estimator
    predictor = math.log(result / (1 - result)) if 0 < result < 1 else (2 * result - 1) * 40
    assert estimator.outcome(predictor) == pytest.approx(probability)


def test_isotonic_makes_a_probability_of_a_plain_sum() -> None:
    found = calibrated("isotonic", "identity", points=[[-5.0, 0.1], [3.0, 0.9]])
    assert found.is_probability
    predictor = found.estimator.linear_predictor(LOGISTIC_VALUES)
    assert found.estimator.output(LOGISTIC_VALUES) == pytest.approx(0.1 + 0.1 * (predictor + 5))
    assert found.estimator.outcome(-40.0) == 0.1 and found.estimator.outcome(40.0) == 0.9


@pytest.mark.parametrize("more", [
    {"kind": "recalibration", "slope": 0.8, "intercept": -0.3}, {"kind": "isotonic", "points": POINTS}])
def test_a_nomogram_places_its_probabilities_where_the_calibrated_model_gives_them(more: dict) -> None:
    found = calibrated(**more)
    nomogram = build_nomogram(found, {"mean_hu": (20, 260)})
    outcome = nomogram.axes[-1]
    assert len(outcome.ticks) >= 3
    for tick in outcome.ticks:
        predictor = tick.position / nomogram.scale + nomogram.origin
        assert found.estimator.outcome(predictor) == pytest.approx(tick.value, abs=1e-9)


@pytest.mark.parametrize(("calibration", "sentence"), [
    ({"kind": "beta", "a": 1}, "calibration kind 'beta' is unknown"),
    ({"kind": "platt", "slope": 1, "intercept": 0}, "after another link it is a recalibration"),
    ({"kind": "recalibration", "slope": -1, "intercept": 0}, "slope of a calibration must be positive"),
    ({"kind": "recalibration", "slope": 1}, "lacks the entry 'intercept'"),
    ({"kind": "isotonic", "points": [[0.1, 0.2]]}, "must be two or more and rise"),
    ({"kind": "isotonic", "points": [[0.1, 0.3], [0.2, 0.2]]}, "must be two or more and rise"),
    ({"kind": "isotonic", "points": [[0.1, 0.3], [0.2, 1.2]]}, "gives probabilities"),
])
def test_a_broken_calibration_is_refused(calibration: dict, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load_bundle(generated.write_bundle(tmp_path, logistic_with(calibration=calibration)))
    assert sentence in str(caught.value)


# -- trees -----------------------------------------------------------------------------------------------------

def by_hand(sex: str, energy: float, age: float) -> float:
    first = -1.0 if age <= 70.5 else 1.25 if sex == "female" else 0.5
    second = 0.25 if math.log(energy + 1) - 3 <= -0.75 else -0.25
    return 1 / (1 + math.exp(0.5 - first - second))


@pytest.mark.parametrize("sex", ["female", "male"])
@pytest.mark.parametrize("energy", [1.0, 8.0, 9.0, 500.0])
@pytest.mark.parametrize("age", [50.0, 70.5, 71.0])
def test_trees_give_what_a_reader_finds_in_them(sex: str, energy: float, age: float) -> None:
    found = model(generated.trees_dict())
    output = found.estimator.output({"sex": sex, "energy": energy, "age": age})
    assert output == pytest.approx(by_hand(sex, energy, age))
    assert found.is_probability and not found.estimator.is_additive


def test_trees_have_no_nomogram_and_no_shares(tmp_path: Path) -> None:
    data = generated.trees_dict()
    data["inputs"][1] |= {"source": "clinical"}
    data["applicability"] = {"modality": "none", "site": "none"}
    found = load_bundle(generated.write_bundle(tmp_path, data))
    card = score_clinical(found, {"sex": "male", "energy": 12, "age": 80})
    assert [item.contribution for item in card.inputs] == [None] * 3
    assert build_nomogram(found).form == "bands"
    assert found.output_range == (0, 1)
    assert "generated-trees" in card_files(card)["report.html"]


def test_the_mean_of_trees_is_a_probability_of_its_own() -> None:
    data = generated.trees_dict()
    for tree in data["estimator"]["trees"]:
        tree["value"] = [abs(value) / 2 for value in tree["value"]]
    data["estimator"] |= {"link": "probability", "combine": "mean", "intercept": 0}
    estimator = model(data).estimator
    assert estimator.output({"sex": "female", "energy": 500, "age": 80}) == pytest.approx((0.625 + 0.125) / 2)


def test_single_precision_decides_at_the_threshold_as_scikit_learn_does() -> None:
    data = generated.trees_dict()
    values = {"sex": "male", "energy": 1.0, "age": 70.5 + 1e-9}
    double = model(data).estimator.output(values)
    data["estimator"]["single_precision"] = True
    assert model(data).estimator.output(values) < double


def _nodes(**arrays: list) -> Callable[[dict], object]:
    return lambda d: d["estimator"]["trees"][0].update(arrays)


@pytest.mark.parametrize(("change", "sentence"), [
    (_nodes(left=[0, 0, 3, 0, 0]), "a child that is no later node of its own"),
    (_nodes(left=[2, 0, 3, 0, 0]), "a child that is no later node of its own"),
    (_nodes(right=[9, 0, 4, 0, 0]), "a child that is no later node of its own"),
    (_nodes(right=[-1, 0, 4, 0, 0]), "a child that is no later node of its own"),
    (_nodes(feature=[2, -1, -1, -1, -1]), "node 3 of a tree has no parent before it"),
    (_nodes(feature=[3, -1, 0, -1, -1]), "asks for column 3; there are 3"),
    (_nodes(feature=[-2, -1, 0, -1, -1]), "asks for column -2"),
    (_nodes(value=[0.0, 1.0]), "must be of one length"),
    (_nodes(feature=[], threshold=[], left=[], right=[], value=[]), "must be of one length, and not empty"),
    (_nodes(feature=[2.0, -1, 0, -1, -1]), "counted in whole numbers"),
    (_nodes(left=[True, 0, 3, 0, 0]), "counted in whole numbers"),
    (_nodes(threshold=["70", 0, 0.5, 0, 0]), "'70' is not a finite number"),
    (lambda d: d["estimator"].update(trees=[]), "a model of trees has 1 to 2000 trees"),
    (lambda d: d["estimator"].update(trees={}), "the trees must be a list"),
    (lambda d: d["estimator"].update(combine="product"), "combined by 'sum' or 'mean'"),
    (lambda d: d["estimator"].update(link="cox"), "link must be one of identity, logit and probability"),
    (lambda d: d["estimator"].pop("link"), "lacks the entry 'link'"),
    (lambda d: d["estimator"].update(part="trees.json"), "which the model does not list"),
    (lambda d: d["transform"][0].pop("levels"), "the choices of 'sex' are not the levels of its transform"),
    (lambda d: d["estimator"].update(link="identity"), "need the axis_range of the output"),
    (lambda d: d["output"].update(axis_range=[2, 1]), "axis_range of the output must be two rising numbers"),
    (lambda d: d.update(calibratoin={}), "the entry 'calibratoin' is unknown"),
    (lambda d: d.update(id="../elsewhere"), "the id must be made of"),
    (lambda d: d.update(id="con"), "the id must be made of"),
    (lambda d: d["transform"].pop(), "asks for column 2"),
    (lambda d: d["transform"].append({"input": "weight"}), "has no input or no term"),
    (lambda d: d["inputs"].append({"name": "idle", "title": "Idle", "source": "clinical"}), "the same names"),
    (lambda d: d["estimator"]["trees"][0]["value"].__setitem__(3, 1.2501), "check vector 1 gives"),
    (lambda d: d["estimator"]["trees"][0]["threshold"].__setitem__(0, 80), "check vector 1 gives"),
])
def test_broken_trees_are_refused(change: Callable[[dict], object], sentence: str, tmp_path: Path) -> None:
    data = generated.trees_dict()
    load_bundle(generated.write_bundle(tmp_path / "sound", copy.deepcopy(data)))
    change(data)
    with pytest.raises(InputError) as caught:
        load_bundle(generated.write_bundle(tmp_path / "broken", data))
    assert sentence in str(caught.value) and "refused" in str(caught.value)


def test_a_tree_that_is_too_deep_is_refused() -> None:
    depth = 70
    count = 2 * depth + 1
    chain = {"feature": [0 if node < 2 * depth and node % 2 == 0 else LEAF for node in range(count)],
             "threshold": [0.0] * count, "left": [node + 1 for node in range(count)],
             "right": [node + 2 for node in range(count)], "value": [0.0] * count}
    tree, = trees_from_dict([chain])
    with pytest.raises(ValueError, match="deeper than 64"):
        tree.check(1)
