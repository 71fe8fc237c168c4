"""The interval of a fit: from the spread of refits, through the equation, onto card and nomogram."""

from __future__ import annotations

import copy
import math
from pathlib import Path
from xml.etree import ElementTree

import generated
import numpy as np
import pytest
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.modelling.fit_error import fit_error_of
from RadiomicsOrthoLib.models.bundle import load_bundle
from RadiomicsOrthoLib.models.estimator import estimator_from_dict
from RadiomicsOrthoLib.models.fit_error import FitError, gradient_of, numbers_of
from RadiomicsOrthoLib.report.files import card_files
from RadiomicsOrthoLib.report.nomogram_sheet import PATIENT
from RadiomicsOrthoLib.scoring.card_file import card_from_json
from RadiomicsOrthoLib.scoring.clinical_score import score_clinical
from RadiomicsOrthoLib.scoring.fit_interval import fit_interval

VALUES = {"rad_score": 0.62, "age": 71.0, "fracture": "one", "mean_hu": 98.0}


def refits(count: int = 400) -> list[dict]:
    """Estimators whose numbers scatter, some of them together."""
    chance = np.random.default_rng(5)
    found = []
    for _ in range(count):
        estimator = copy.deepcopy(generated.logistic_dict()["estimator"])
        shift = chance.normal()
        estimator["intercept"] += 0.6 * shift
        estimator["terms"][1]["coefficient"] -= 0.008 * shift + 0.002 * chance.normal()
        estimator["terms"][2]["levels"]["one"] += 0.1 * chance.normal()
        found.append(estimator)
    return found


def model_dict() -> dict:
    data = generated.logistic_dict() | {"applicability": {"modality": "none", "site": "none"},
                                        "fit_error": fit_error_of(refits())}
    for item in data["inputs"]:
        item |= {"source": "clinical"}
    return data


@pytest.mark.parametrize("make", [generated.logistic_card, generated.cox_card])
def test_the_gradient_is_that_of_the_sum(make) -> None:
    card = make()
    estimator = card.model.estimator
    weighted = zip(numbers_of(estimator), gradient_of(estimator, card.input_values), strict=True)
    assert math.fsum(number * weight for number, weight in weighted) == pytest.approx(card.linear_predictor)


def test_the_error_of_a_case_is_the_spread_of_the_refits_there() -> None:
    all_refits = refits()
    predictors = [estimator_from_dict(one).linear_predictor(VALUES) for one in all_refits]
    model = generated.bundle(model_dict())
    found = model.fit_error.of(gradient_of(model.estimator, VALUES))
    assert found == pytest.approx(np.std(predictors, ddof=1), rel=0.01)


def test_the_interval_lies_round_the_probability_and_is_symmetric_on_the_predictor() -> None:
    model = generated.bundle(model_dict())
    (low, high), meaning = fit_interval(model, VALUES)
    value = model.estimator.output(VALUES)
    assert 0 < low < value < high < 1 and "400 fits to people drawn again" in meaning
    middle = 0.5 * (model.estimator.inverse_outcome(low) + model.estimator.inverse_outcome(high))
    assert middle == pytest.approx(model.estimator.linear_predictor(VALUES))


def test_a_model_that_does_not_know_its_error_gives_no_interval() -> None:
    assert fit_interval(generated.bundle(generated.logistic_dict()), VALUES) is None
    assert fit_error_of(refits(20)) is None


def test_card_report_and_nomogram_have_it(tmp_path: Path) -> None:
    model = load_bundle(generated.write_bundle(tmp_path, model_dict()))
    card = score_clinical(model, VALUES)
    assert card.interval and card.interval == fit_interval(model, VALUES)[0]
    files = card_files(card)
    assert "95 % interval of the fit" in files["report.html"]
    bars = [bar for bar in ElementTree.fromstring(files["nomogram.svg"]).iter("{http://www.w3.org/2000/svg}rect")
            if bar.get("fill") == PATIENT]
    assert len(bars) == 1 and float(bars[0].get("width")) > 5
    assert card_files(card_from_json(card.to_json())) == files


def test_rounded_correlations_never_leave_less_than_nothing() -> None:
    assert FitError("x", (1.0, 1.0), ((-1.0,),)).of((1.0, 1.0)) == 0.0
    # no covariance matrix: three numbers that all fall when another one rises
    assert FitError("x", (1.0, 1.0, 1.0), ((-0.9,), (-0.9, -0.9))).of((1.0, 1.0, 1.0)) == 0.0


@pytest.mark.parametrize(("change", "words"), [
    (lambda e: e["errors"].pop(), "needs 8 errors"),
    (lambda e: e["errors"].__setitem__(0, -1), "needs 8 errors, none below 0"),
    (lambda e: e["correlations"].pop(), "lower triangle"),
    (lambda e: e["correlations"][0].__setitem__(0, 1.5), "lower triangle"),
    (lambda e: e.update(source=""), "must say where it comes from"),
])
def test_a_broken_error_is_refused(change, words: str, tmp_path: Path) -> None:
    data = model_dict()
    change(data["fit_error"])
    with pytest.raises(InputError, match=words):
        load_bundle(generated.write_bundle(tmp_path, data))


def test_points_and_trees_have_no_error_of_a_fit(tmp_path: Path) -> None:
    error = {"source": "x", "errors": [1.0, 1.0], "correlations": [[0.0]]}
    with pytest.raises(InputError, match="only a sum has a fit_error"):
        load_bundle(generated.write_bundle(tmp_path, generated.forest_dict() | {"fit_error": error}))
