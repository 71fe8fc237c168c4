"""Restricted cubic splines: the basis of rms, and their folded axis in a nomogram."""

from __future__ import annotations

import math
from pathlib import Path

import generated
import pytest
from RadiomicsOrthoLib.models.bundle import load_bundle
from RadiomicsOrthoLib.models.spline import SplineTerm
from RadiomicsOrthoLib.report.files import card_files
from RadiomicsOrthoLib.scoring.nomogram import build_nomogram, patient_marks

#: falls to about 27 and rises again, as the risk does with body mass index
BMI = SplineTerm("bmi", (20.0, 26.0, 34.0), (-0.2, 0.55))


def test_the_basis_is_that_of_harrell() -> None:
    """By hand: knots 1, 3, 5 at 4: (27 - 1 * 4/2) / 16 = 25/16."""
    assert SplineTerm("x", (1.0, 3.0, 5.0), (0.0, 1.0)).contribution(4.0) == pytest.approx(25 / 16)
    assert SplineTerm("x", (1.0, 3.0, 5.0), (2.0, 0.0)).contribution(4.0) == 8.0
    assert math.isnan(BMI.contribution(math.nan))


@pytest.mark.parametrize("start", [5.0, 40.0])
def test_it_is_straight_beyond_the_outer_knots(start: float) -> None:
    a, b, c = (BMI.contribution(start + step) for step in (0.0, 2.0, 4.0))
    assert c - b == pytest.approx(b - a)


@pytest.mark.parametrize("knot", BMI.knots)
def test_it_is_smooth_at_the_knots(knot: float) -> None:
    h = 1e-3
    left, right = ((BMI.contribution(knot + s * h) - BMI.contribution(knot)) / (s * h) for s in (-1, 1))
    assert left == pytest.approx(right, abs=1e-3)


@pytest.mark.parametrize(("knots", "coefficients"), [
    ((1.0, 2.0), (1.0,)), ((1.0, 3.0, 2.0), (1.0, 1.0)), ((1.0, 2.0, 3.0), (1.0,)), ((1.0, 1.0, 3.0), (1.0, 1.0))])
def test_what_is_no_spline_is_refused(knots: tuple, coefficients: tuple) -> None:
    with pytest.raises(ValueError, match="spline of 'x'"):
        SplineTerm("x", knots, coefficients)


def test_a_spline_that_turns_is_an_axis_with_two_sides(tmp_path: Path) -> None:
    data = generated.cox_dict() | {"formula": "a spline of the body mass index, and what the others count"}
    data["estimator"]["terms"][0] = {"input": "bmi", "kind": "spline", "knots": list(BMI.knots),
                                     "coefficients": list(BMI.coefficients)}
    values = {"bmi": 21.0, "site": "spine", "entropy": 4.1}
    data["check_vectors"] = [{"inputs": values, "output": generated.bundle(data).estimator.output(values)}]
    model = load_bundle(generated.write_bundle(tmp_path, data))
    nomogram = build_nomogram(model)
    axis = nomogram.axis("bmi")
    assert {tick.above for tick in axis.ticks} == {False, True}
    for tick in axis.ticks:
        # the axis is drawn by straight pieces of a two-hundredth of its length
        exact = (model.estimator.terms[0].contribution(tick.value) - nomogram.minima["bmi"]) * nomogram.scale
        assert tick.position == pytest.approx(exact, abs=0.05)
    card = generated.card(model, values)
    marks = patient_marks(nomogram, values)
    assert marks["@outcome"].value == card.value and marks["bmi"].side == -1
    assert "restricted cubic spline of the value in kg/m²: knots 20, 26, 34" in card_files(card)["report.html"]
