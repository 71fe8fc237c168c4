"""Models that have no nomogram: Shapley values that add up, curves, and a chart that says what it is not."""

from __future__ import annotations

import copy
import itertools
import json
import math
import random
from pathlib import Path
from xml.etree import ElementTree

import generated
import pytest
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.models.bundle import load_bundle
from RadiomicsOrthoLib.models.catalogue import load_model
from RadiomicsOrthoLib.report.files import card_files
from RadiomicsOrthoLib.report.nomogram_svg import nomogram_svg, nomogram_view
from RadiomicsOrthoLib.report.svg import to_svg
from RadiomicsOrthoLib.scoring import explanation
from RadiomicsOrthoLib.scoring.card_file import card_from_json
from RadiomicsOrthoLib.scoring.clinical_score import score_clinical
from RadiomicsOrthoLib.scoring.explanation import explain
from RadiomicsOrthoLib.scoring.shapley import shapley
from RadiomicsOrthoLib.scoring.what_if import what_if

BACKGROUND = [(1.0, 0.0, 2.0, -1.0), (0.5, -2.0, 2.0, 3.0), (-1.0, 1.0, 0.0, 0.5)]
CASE = (2.0, 1.0, -1.0, 4.0)


def texts(svg: str) -> list[str]:
    return [element.text for element in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def by_definition(predict, case, background) -> list[float]:
    """The mean over all orders in which the inputs become those of the case."""
    shares = [0.0] * len(case)
    orders = list(itertools.permutations(range(len(case))))
    for other, order in itertools.product(background, orders):
        row = list(other)
        for index in order:
            before = predict(row)
            row[index] = case[index]
            shares[index] += predict(row) - before
    return [share / len(orders) / len(background) for share in shares]


def interacting(row) -> float:
    a, b, c, d = row
    return a * b + max(c, d) - 0.3 * a + (5.0 if d > 2 else 0.0)


def test_the_shares_are_those_of_the_definition() -> None:
    found = shapley(interacting, CASE, BACKGROUND, 10_000)
    assert found.exact and found.evaluations == 16 * 3 and found.errors == (0.0,) * 4
    assert list(found.values) == pytest.approx(by_definition(interacting, CASE, BACKGROUND))
    assert found.base == pytest.approx(sum(map(interacting, BACKGROUND)) / 3)
    assert found.base + math.fsum(found.values) == pytest.approx(interacting(CASE))


def test_a_sum_gives_each_input_what_it_adds_to_the_mean() -> None:
    found = shapley(lambda row: 3 * row[0] - 2 * row[1] + 7, CASE, BACKGROUND, 10_000)
    means = [sum(column) / 3 for column in zip(*BACKGROUND, strict=True)]
    assert found.values == pytest.approx((3 * (2 - means[0]), -2 * (1 - means[1]), 0.0, 0.0))


@pytest.mark.parametrize("seed", [0, 1])
def test_sampled_shares_come_close_add_up_and_know_their_error(seed: int) -> None:
    chance = random.Random(3)
    background = [tuple(chance.gauss(0, 1) for _ in range(14)) for _ in range(6)]
    case = tuple(0.4 * number for number in range(14))

    def predict(row) -> float:
        return 1 / (1 + math.exp(-sum(row[:4]) + row[4] * row[5])) + 0.01 * row[13]

    found = shapley(predict, case, background, 4_000, seed)
    assert not found.exact and found.evaluations <= 4_000
    assert found.base + math.fsum(found.values) == pytest.approx(predict(case))
    assert found.base == pytest.approx(sum(map(predict, background)) / 6)
    truth = shapley(predict, case, background, 10**9)
    assert truth.exact
    for value, true, error in zip(found.values, truth.values, found.errors, strict=True):
        assert abs(value - true) <= 5 * error + 1e-12
    assert max(found.errors) > 0 and found.values[8] == 0 and found.errors[8] == 0
    assert shapley(predict, case, background, 4_000, seed) == found


def test_without_people_of_reference_there_are_no_shares() -> None:
    with pytest.raises(ValueError, match="need people of reference"):
        shapley(interacting, CASE, [], 100)
    data = generated.forest_dict()
    del data["background"]
    card = generated.forest_card(data)
    assert card.explanation.shares == {} and card.explanation.curves[0].average == ()
    said = " ".join(texts(nomogram_svg(card, 960)))
    assert "not a nomogram" in said and "Shapley" not in said and "Solid: this case." in said


def test_models_that_have_a_nomogram_need_no_explanation() -> None:
    for card in (generated.card(), generated.logistic_card(), generated.cox_card()):
        assert explain(card.model, card.input_values) is None


def test_a_case_of_trees_is_explained_against_the_people_of_its_model() -> None:
    card = generated.forest_card()
    found, model = card.explanation, card.model
    rows = [dict(zip(model.background.inputs, row, strict=True)) for row in model.background.rows]
    assert found.count == len(rows) == 20 and found.background == "generated people" and found.method == "exact"
    assert found.base == pytest.approx(sum(map(model.estimator.output, rows)) / len(rows))
    assert found.base + sum(found.shares.values()) == pytest.approx(card.value)
    age = next(curve for curve in found.curves if curve.input == "age")
    at = age.values.index(60.5) if 60.5 in age.values else 3
    tried = {"age": age.values[at]}
    assert age.outputs[at] == what_if(card, tried).value
    assert age.average[at] == pytest.approx(sum(model.estimator.output(row | tried) for row in rows) / len(rows))
    fracture = next(curve for curve in found.curves if curve.input == "fracture")
    assert fracture.values == ("no", "yes")


def test_many_inputs_are_sampled_within_the_budget(monkeypatch) -> None:
    monkeypatch.setattr(explanation, "BUDGET", 2_400)
    card = generated.forest_card()
    # two orders, there and back, for each person of reference are the least that has a standard error
    assert card.explanation.method == "sampled" and card.explanation.evaluations == 2 * 2 * 20 * 5
    assert "Sampled with seed 0; standard error at most" in " ".join(texts(nomogram_svg(card, 960)))
    assert generated.forest_card().explanation == card.explanation, "equal seeds give equal cards"


def test_an_explanation_survives_the_card_and_is_checked_there() -> None:
    card = generated.forest_card()
    assert card_files(card_from_json(card.to_json())) == card_files(card)
    data = json.loads(card.to_json())
    data["explanation"]["shares"]["age"] += 0.1
    with pytest.raises(InputError, match="do not add up to its value"):
        card_from_json(json.dumps(data))


def test_a_card_without_the_file_of_its_model_is_drawn_and_nothing_is_tried_on_it() -> None:
    card = generated.trees_card()
    read = card_from_json(card.to_json())
    assert what_if(read, {}).value == card.value and what_if(card, {"age": 50.0}).value != card.value
    assert nomogram_view(read, 380, tried=what_if(read, {})).axes == ()
    with pytest.raises(InputError, match="Only the model itself can compute this"):
        what_if(read, {"age": 50.0})


def test_scoring_entered_values_explains_them(tmp_path: Path) -> None:
    data = generated.forest_dict() | {"applicability": {"modality": "none", "site": "none"}}
    for item in data["inputs"]:
        item |= {"source": "clinical"}
    model = load_bundle(generated.write_bundle(tmp_path / "m", data))
    card = score_clinical(model, {"rad_score": 1.2, "age": 80, "mean_hu": 60, "fracture": "yes"})
    assert card.explanation.base + sum(card.explanation.shares.values()) == pytest.approx(card.value)


@pytest.mark.parametrize(("change", "words"), [
    (lambda b: b.update(title=""), "must say in its title"),
    (lambda b: b["inputs"].pop(), "one column for each of"),
    (lambda b: b["rows"][3].pop(), "each row of the background"),
    (lambda b: b["rows"][3].__setitem__(3, "maybe"), "'maybe' for 'fracture'"),
    (lambda b: b["rows"][3].__setitem__(1, None), "is not a finite number"),
    (lambda b: b.update(rows=b["rows"][:1]), "2 to 200 rows"),
])
def test_a_broken_background_is_refused(change, words: str, tmp_path: Path) -> None:
    data = copy.deepcopy(generated.forest_dict())
    change(data["background"])
    with pytest.raises(InputError, match=words):
        load_bundle(generated.write_bundle(tmp_path, data))


def test_the_chart_says_that_it_is_no_nomogram_and_shows_every_share() -> None:
    card = generated.forest_card(rad_score=-1.1)
    svg = nomogram_svg(card, 960)
    said = texts(svg)
    assert any("What moved this result: not a nomogram" in text for text in said)
    assert {"Mean of the people of reference", "This case", "Age = 71 years", "Rad-score = −1.1"} <= set(said)
    shown = {text for text in said if text[0] in "+−" and text[1:].replace(".", "").isdigit()}
    assert shown >= {f"{100 * share:+.1f}".replace("-", "−") for share in card.explanation.shares.values()}
    fills = {p.get("fill") for p in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}polygon")}
    assert {"#e79a63", "#d6ebf7"} <= fills      # raising and lowering
    page = card_files(card)["report.html"]
    assert "What moved this result" in page and "Shapley value (percentage points)" in page
    assert f"<td>{100 * card.explanation.shares['age']:+.1f}</td>" in page


def test_what_is_tried_is_a_hollow_mark_on_the_curves() -> None:
    card = generated.forest_card()
    svg = to_svg(nomogram_view(card, 700, tried=what_if(card, {"age": 58.0})).drawing)
    assert any(text.startswith("What if: ") for text in texts(svg))


@pytest.mark.parametrize(("model", "values", "words"), [
    ("genant-height-loss", None, "the greatest candidate alone counts"),
    ("ost", {"age": 70, "weight": 58}, "cut to a whole number"),
])
def test_other_models_without_nomogram_say_why(model: str, values: dict | None, words: str) -> None:
    bundle = load_model(model)
    values = values or bundle.with_derived(bundle.card["check_vectors"][0]["inputs"])
    card = generated.card(bundle, values)
    assert words in " ".join(texts(nomogram_svg(card, 960)))
