"""The Rad-score: what the LASSO keeps, on which scale, and that nobody is scored by a fit that has seen them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.models.bundle import load_bundle
from RadiomicsOrthoLib.resources import resource_folder

pytest.importorskip("sklearn", reason="training needs scikit-learn")

from RadiomicsOrthoLib.cohort.table import StudyTable
from RadiomicsOrthoLib.modelling.design import LinearPart
from RadiomicsOrthoLib.modelling.rad_score import RadScoreLogistic, fit_lasso, one_standard_error
from RadiomicsOrthoLib.modelling.studies.simulated_rad_score import STUDY, candidates
from RadiomicsOrthoLib.modelling.training import train
from RadiomicsOrthoLib.modelling.training_data import training_data
from RadiomicsOrthoLib.modelling.validation import Plan, cross_validate
from RadiomicsOrthoLib.statistics.calibration import calibration_line
from RadiomicsOrthoLib.statistics.roc import auc

LEARNER = RadScoreLogistic("f", (LinearPart("age"),))


def generated(count=300, features=30, effect=1.2, seed=1):
    """Two of the features and the age say something; the others are noise, one copies the first."""
    generator = np.random.default_rng(seed)
    x = generator.normal(0, 1, (count, features)) * np.geomspace(0.01, 1000, features)
    x[:, 5] = 3 * x[:, 0] + 7
    age = generator.uniform(50, 85, count)
    odds = effect * (x[:, 0] / x[:, 0].std() - x[:, 9] / x[:, 9].std() + 0.5 * (age - 67) / 10)
    columns = {f"f{number}": x[:, number] for number in range(features)} | {"age": age}
    return training_data(columns, generator.random(count) < 1 / (1 + np.exp(-odds)), np.arange(count))


def test_the_lasso_finds_what_matters():
    data = generated()
    fitted = RadScoreLogistic("f", (LinearPart("age"),), simplest=True).fit(data, 1)
    kept = fitted.score.coefficients
    assert {"f9"} < set(kept) and set(kept) & {"f0", "f5"} and len(kept) < 10
    assert kept["f9"] < 0 and fitted.logistic[0] > 0 and fitted.logistic[1] > 0


def test_the_score_counts_standard_deviations():
    data = generated()
    score = LEARNER.fit(data, 1).score.of(data.columns)
    assert (score.mean(), score.std()) == pytest.approx((0, 1), abs=1e-9)


def test_probabilities_are_calibrated_for_new_people():
    fitted, new = LEARNER.fit(generated(seed=1), 1), generated(4000, seed=2)
    probability = fitted.probability(new.columns)
    slope = calibration_line(new.outcome, probability).slope
    assert 0.75 < slope.value < 1.35 and auc(new.outcome, probability) > 0.8


def test_a_score_may_stand_alone():
    data = generated()
    fitted = RadScoreLogistic("f", ()).fit(data, 1)
    assert [term["input"] for term in fitted.estimator()["terms"]] == ["rad_score"]
    assert auc(data.outcome, fitted.held_out) > 0.75


def test_without_any_signal_held_out_scores_say_nothing():
    data = generated(effect=0.0)
    assert abs(auc(data.outcome, LEARNER.fit(data, 1).held_out) - 0.5) < 0.12


def test_selection_inside_the_folds_finds_nothing_in_noise():
    """Many features, few people, no signal: selection before splitting would show an area far above one half."""
    generator = np.random.default_rng(8)
    columns = {f"f{number}": generator.normal(size=80) for number in range(150)} | {"age": np.full(80, 60.0)}
    data = training_data(columns, np.arange(80) % 2 == 0, np.arange(80))
    plan = Plan(repeats=2, folds=4, seed=1, sensitivity=0.9, bootstrap=2, optimism=2)
    found = cross_validate(LEARNER, data, plan)
    honest = np.mean([auc(data.outcome, one) for one in found.probability])
    # the same features, chosen with everybody in sight
    scores = [abs(auc(data.outcome, column) - 0.5) for name, column in columns.items() if name != "age"]
    best = [list(columns)[number] for number in np.argsort(scores)[-8:]]
    leaking = training_data({name: columns[name] for name in [*best, "age"]}, data.outcome, data.groups)
    leaked = np.mean([auc(data.outcome, one) for one in cross_validate(LEARNER, leaking, plan).probability])
    assert abs(honest - 0.5) < 0.13 and leaked > 0.7


def test_no_feature_no_model():
    data = generated(60, features=12, effect=0.0, seed=4)
    fitted = RadScoreLogistic("f", (LinearPart("age"),), simplest=True).fit(data, 1)
    if not fitted.score.coefficients:
        with pytest.raises(InputError, match="No feature says anything"):
            fitted.inputs(data.columns)
    assert np.all((fitted.held_out > 0) & (fitted.held_out < 1))


def test_the_constant_of_the_lasso_is_not_penalised():
    data = generated()
    x = np.column_stack([data.columns["f0"], data.columns["f9"]])
    gradient = np.abs(((x - x.mean(axis=0)) / x.std(axis=0)).T @ (data.outcome - data.outcome.mean())).max()
    # just before the first feature enters
    intercept, coefficients = fit_lasso(x, data.outcome, 0.9 / gradient)
    assert np.all(coefficients == 0)
    share = data.outcome.mean()
    assert intercept == pytest.approx(np.log(share / (1 - share)), abs=0.02)


def test_the_simplest_step_within_a_standard_error():
    losses = np.array([[0.70, 0.72], [0.52, 0.60], [0.50, 0.60], [0.55, 0.75]])
    # best is the third with 0.55, its standard error 0.05: the second reaches 0.56
    assert one_standard_error(losses) == 1


def table(count=120, seed=3):
    generator = np.random.default_rng(seed)
    names = [f"original_firstorder_{one}" for one in ("Mean", "Skewness", "Energy")] \
        + ["original_glcm_Contrast", "original_shape_Sphericity"]
    mean = generator.normal(120, 40, count)
    risk = 1 / (1 + np.exp((mean - 120) / 20))
    columns = {"subject": [f"v{n}" for n in range(count)], "simulated": ["yes"] * count,
               "age": [f"{x:.1f}" for x in generator.uniform(50, 85, count)], "true_risk": [f"{x:.4f}" for x in risk],
               "fracture": [str(int(x)) for x in generator.random(count) < risk]}
    columns |= {name: [f"{x:.6f}" for x in (mean if name.endswith("Mean") else generator.normal(0, 1, count))]
                for name in names}
    return StudyTable("cohort.csv", {name: tuple(values) for name, values in columns.items()}, "0" * 64)


def test_shape_and_sums_are_no_candidates():
    assert candidates(table()) == ("original_firstorder_Mean", "original_firstorder_Skewness", "original_glcm_Contrast")


def test_the_study_makes_a_model_whose_score_is_an_input_of_its_own():
    study = replace(STUDY, plan=Plan(repeats=2, folds=3, seed=1, sensitivity=0.9, bootstrap=20, optimism=3))
    model = train(study, table())
    names = [item["name"] for item in model["inputs"]]
    assert names[-2:] == ["rad_score", "age"] and "original_firstorder_Mean" in names
    assert model["trust"] == "simulated" and len(model["check_vectors"]) == 9
    assert train(study, table()) == model


def test_a_table_of_people_is_refused():
    people = table()
    with pytest.raises(InputError, match="not of a simulated cohort"):
        STUDY.prepare(StudyTable(people.name, people.columns | {"simulated": ("no",) * len(people)}, people.sha256))


def test_the_model_that_ships_says_everywhere_that_it_is_simulated():
    bundle = load_bundle(resource_folder() / "Models" / STUDY.id)
    card = bundle.card
    texts = [card[name] for name in ("title", "intended_use", "population", "reference_standard", "notice")]
    texts += [card["limitations"][0], bundle.output_title, *(one.sentence for one in bundle.classes)]
    assert all("simulated" in text.lower() for text in texts) and bundle.trust == "simulated"
    assert all("simulated" in entry["source"] for entry in card["performance"])
