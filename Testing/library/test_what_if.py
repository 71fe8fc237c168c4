"""What if: another value beside the card, which stays as it is; markers that move along their axes."""

from __future__ import annotations

import itertools
from xml.etree import ElementTree

import generated
import pytest
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.models.catalogue import load_model
from RadiomicsOrthoLib.quality.finding import Finding
from RadiomicsOrthoLib.report.nomogram_sheet import PATIENT, TRIED
from RadiomicsOrthoLib.report.nomogram_svg import nomogram_svg, nomogram_view
from RadiomicsOrthoLib.report.svg import to_svg
from RadiomicsOrthoLib.scoring.clinical_score import score_clinical
from RadiomicsOrthoLib.scoring.nomogram import patient_marks
from RadiomicsOrthoLib.scoring.what_if import adjustables, value_at, what_if

ORAI = score_clinical(load_model("orai"), {"age": 70, "weight": 58, "oestrogen": "no"})
GARVAN = score_clinical(load_model("garvan-hip-10y-bmd"),
                        {"sex": "female", "age": 60, "t_score": -2.5, "fractures": "1", "falls": "1"})
CARDS = {"logistic": generated.logistic_card(), "folded": generated.cox_card(), "bands": generated.card(),
         "points": ORAI, "strata": GARVAN}


def texts(svg: str) -> list[str]:
    return [element.text for element in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_the_result_is_that_of_scoring_the_other_values() -> None:
    tried = what_if(GARVAN, {"age": 75.0, "falls": "0"})
    other = score_clinical(GARVAN.model, {"sex": "female", "age": 75, "t_score": -2.5, "fractures": "1", "falls": "0"})
    assert tried.value == other.value and tried.linear_predictor == other.linear_predictor
    assert tried.values == other.input_values


@pytest.mark.parametrize("name", CARDS)
def test_the_card_stays_as_it_is(name: str) -> None:
    card = CARDS[name]
    before = card.to_json(), nomogram_svg(card, 700)
    first = adjustables(card)[0]
    tried = what_if(card, {first.item.name: first.candidates[0]})
    nomogram_view(card, 700, tried=tried)
    assert (card.to_json(), nomogram_svg(card, 700)) == before


def test_class_and_findings_are_those_of_the_tried_values() -> None:
    card = generated.logistic_card()
    tried = what_if(card, {"rad_score": -2.4, "age": 45.0})
    assert card.output_class.id == "high" and tried.output_class.id == "low"
    assert [finding.code for finding in tried.findings] == ["INPUT_OUTSIDE_TRAINING"]
    assert what_if(card, {"age": card.input_values["age"]}).changes == {}


@pytest.mark.parametrize(("changes", "words"), [
    ({"height": 3}, "cannot be tried out; these can: rad_score"),
    ({"fracture": "many"}, "must be one of none, one"),
])
def test_what_has_no_meaning_is_refused(changes: dict, words: str) -> None:
    with pytest.raises(InputError, match=words):
        what_if(generated.logistic_card(), changes)


@pytest.mark.parametrize("name", CARDS)
def test_a_marker_moved_along_its_axis_is_found_where_it_is_drawn(name: str) -> None:
    """Whatever position the mouse asks for: the value that is taken lies there, as close as its steps allow."""
    card = CARDS[name]
    view = nomogram_view(card, 700)
    by_name = {adjustable.item.name: adjustable for adjustable in adjustables(card)}
    assert {axis.name for axis in view.axes} == set(by_name)
    for axis in view.axes:
        adjustable, own = by_name[axis.name], card.input_values[axis.name]
        places = sorted({view.nomogram.position(axis.name, value) for value in adjustable.candidates})
        for x in (axis.left, 0.5 * (axis.left + axis.right), axis.right, axis.left - 50):
            value = value_at(view.nomogram, adjustable, axis.position(x), own)
            at = view.nomogram.position(axis.name, value)
            step = max(b - a for a, b in itertools.pairwise(places))
            assert abs(at - axis.position(x)) <= min(abs(place - axis.position(x)) for place in places) + step
            key = axis.name if view.nomogram.form == "points" else "@outcome"
            assert patient_marks(view.nomogram, what_if(card, {axis.name: value}).values)[key].position \
                == pytest.approx(at, abs=1e-9)


def test_on_a_folded_axis_the_marker_stays_on_its_stretch() -> None:
    card = generated.cox_card()
    view = nomogram_view(card, 700)
    bmi = next(adjustable for adjustable in adjustables(card) if adjustable.item.name == "bmi")
    at = view.nomogram.position("bmi", 22.0)
    assert value_at(view.nomogram, bmi, at, 20.5) == pytest.approx(22.0, abs=0.5)
    rising = value_at(view.nomogram, bmi, at, 35.0)
    assert rising > 30 and view.nomogram.position("bmi", rising) == pytest.approx(at, abs=1.0)
    sides = [patient_marks(view.nomogram, {**card.input_values, "bmi": bmi})["bmi"].side for bmi in (20.5, 35.0)]
    assert sides == [-1, 1]
    assert patient_marks(view.nomogram, card.input_values)["entropy"].side == 0


def test_steps_are_short_numbers_within_what_is_plausible() -> None:
    by_name = {adjustable.item.name: adjustable for adjustable in adjustables(generated.logistic_card(age=97.0))}
    age = by_name["age"]
    assert (age.low, age.high, age.step, age.decimals) == (50.0, 97.0, 0.5, 1)
    assert age.candidates[0] == 50.0 and age.candidates[-1] == 97.0 and len(age.candidates) == 95
    assert set(by_name["fracture"].candidates) == {"none", "one", "two", "unknown"}


def test_the_drawing_shows_both_and_tells_them_apart_without_colour() -> None:
    card = generated.logistic_card()
    tried = what_if(card, {"age": 60.0})
    svg = to_svg(nomogram_view(card, 960, tried=tried).drawing)
    said = texts(svg)
    assert "71 years" in said and "→ 60 years" in said
    assert any(text.startswith("Probability of osteoporosis: 69.6 %") for text in said)
    assert any(text.startswith("What if: 55.6 %") for text in said)
    root = ElementTree.fromstring(svg)
    hollow = [p for p in root.iter("{http://www.w3.org/2000/svg}polygon") if p.get("stroke") == TRIED]
    assert len(hollow) == 4 and {p.get("fill") for p in hollow} == {"#ffffff"}      # age, total, predictor, outcome
    dashed = [line for line in root.iter("{http://www.w3.org/2000/svg}line") if line.get("stroke") == TRIED]
    assert dashed and all(line.get("stroke-dasharray") for line in dashed)
    assert PATIENT in svg


@pytest.mark.parametrize("width", [380, 960])
def test_nothing_jumps_when_a_marker_moves(width: int) -> None:
    card = generated.logistic_card()
    rest, moved = (nomogram_view(card, width, tried=what_if(card, changes)) for changes in ({}, {"age": 60.0}))
    assert [axis.y for axis in rest.axes] == [axis.y for axis in moved.axes]
    assert rest.drawing.height == moved.drawing.height
    assert "What if: move a marker." in texts(to_svg(rest.drawing))


def test_the_axis_under_the_mouse() -> None:
    view = nomogram_view(generated.logistic_card(), 700)
    age = next(axis for axis in view.axes if axis.name == "age")
    assert view.axis_near(age.y + 5, 14) is age and view.axis_near(2.0, 14) is None
    assert age.position(age.left) == age.start and age.position(age.right + 99) == age.end


def test_a_refused_case_has_nothing_to_try() -> None:
    card = generated.card(findings=(Finding("METAL_IN_ROI", "refuse", "There is metal in the region."),))
    svg = to_svg(nomogram_view(card, 700, tried=what_if(card, {"mean_hu": 50.0})).drawing)
    assert TRIED not in svg and "No result: refused by the quality gate." in texts(svg)
