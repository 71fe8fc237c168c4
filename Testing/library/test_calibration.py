"""Calibration and the logistic regression below it: the numbers of aSAH, statsmodels, and definitions."""

from itertools import pairwise

import numpy as np
import pytest
from clinical_tables import columns
from RadiomicsOrthoLib.statistics.calibration import (
    brier,
    calibration_curve,
    calibration_line,
    calibration_table,
    expected_calibration_error,
    hosmer_lemeshow,
    quantile_groups,
    scaled_brier,
    spiegelhalter,
)
from RadiomicsOrthoLib.statistics.logistic import fit_logistic, inverse_logit, likelihood_ratio_test, logit


def generated(count=400, seed=1):
    generator = np.random.default_rng(seed)
    x = generator.normal(0, 1, (count, 2))
    risk = inverse_logit(-0.7 + x @ [0.9, -0.4])
    return x, (generator.random(count) < risk).astype(float), risk


@pytest.fixture
def asah(shared_data):
    table = columns(shared_data, "aSAH.csv")
    outcome = (table["outcome"] == "Poor").astype(float)
    design = np.column_stack([np.ones(len(outcome)), table["s100b"], table["ndka"], table["age"]])
    return outcome, design, fit_logistic(design, outcome)


def test_regression_of_asah(asah):
    outcome, _, fit = asah
    assert fit.coefficients == pytest.approx([-3.45858264, 5.04661956, .03130863, .02202194], abs=5.1e-9)
    assert fit.standard_errors == pytest.approx([.99546203, 1.25884031, .01630551, .0169324], abs=5.1e-9)
    assert fit.log_likelihood == pytest.approx(-59.01589134, abs=5.1e-9)
    empty = fit_logistic(np.ones((len(outcome), 1)), outcome)
    assert likelihood_ratio_test(empty.log_likelihood, fit.log_likelihood, 3)[0] == pytest.approx(30.00503374, abs=1e-8)


def test_fit_of_asah(asah):
    outcome, design, fit = asah
    predicted = inverse_logit(design @ fit.coefficients)
    assert brier(outcome, predicted) == pytest.approx(.17413093, abs=5.1e-9)
    # its last digit comes from a fit that stopped a little earlier
    assert spiegelhalter(outcome, predicted)[0] == pytest.approx(.07515418, abs=2e-8)
    statistic, freedom, p = hosmer_lemeshow(outcome, predicted)
    assert freedom == 8 and (statistic, p) == pytest.approx((4.98477536, .75920213), rel=1e-6)
    line = calibration_line(outcome, predicted)
    # a maximum-likelihood fit is calibrated on its own data
    assert (line.slope.value, line.intercept.value, line.in_the_large.value) == pytest.approx((1, 0, 0), abs=1e-7)


def test_likelihood_ratio_of_hong():
    assert likelihood_ratio_test(0, 10.74 / 2, 1)[1] == pytest.approx(.0010484, abs=5.1e-8)


def test_regression_with_weights_and_offset_is_that_of_statsmodels():
    api = pytest.importorskip("statsmodels.api")
    x, outcome, _ = generated()
    weights, offset = np.linspace(0.5, 2, len(outcome)), 0.3 * x[:, 1]
    design = np.column_stack([np.ones(len(outcome)), x[:, 0]])
    fit = fit_logistic(design, outcome, offset, weights)
    other = api.GLM(outcome, design, family=api.families.Binomial(), offset=offset, freq_weights=weights).fit(tol=1e-12)
    assert fit.coefficients == pytest.approx(other.params, rel=1e-8)
    assert fit.standard_errors == pytest.approx(other.bse, rel=1e-8)
    assert fit.log_likelihood == pytest.approx(other.llf, rel=1e-10)


@pytest.mark.parametrize("column", [np.array([0, 0, 0, 1, 1, 1.0]), np.full(6, 3.0)])
def test_a_fit_without_maximum_is_refused(column):
    with pytest.raises(ValueError, match="no maximum"):
        fit_logistic(np.column_stack([np.ones(6), column]), np.array([0, 0, 0, 1, 1, 1.0]))


def test_predictions_that_are_too_extreme_have_a_slope_below_1():
    _, outcome, risk = generated(20000)
    fair, extreme = calibration_line(outcome, risk), calibration_line(outcome, inverse_logit(2 * logit(risk)))
    assert fair.slope.lower < 1 < fair.slope.upper and fair.in_the_large.lower < 0 < fair.in_the_large.upper
    assert extreme.slope.value == pytest.approx(fair.slope.value / 2, rel=1e-7)
    shifted = calibration_line(outcome, inverse_logit(logit(risk) - 0.5))
    assert shifted.in_the_large.value == pytest.approx(fair.in_the_large.value + 0.5, rel=1e-7)


def test_brier():
    assert brier(np.array([1, 0, 0]), np.array([0.5, 0.1, 0])) == pytest.approx(0.26 / 3, abs=1e-15)
    weights = np.array([2, 1, 0])
    assert brier(np.array([1, 0, 0]), np.array([0.5, 0.1, 0]), weights) == pytest.approx(0.51 / 3, abs=1e-15)
    _, outcome, _ = generated()
    assert scaled_brier(outcome, np.full(len(outcome), outcome.mean())) == pytest.approx(0, abs=1e-12)
    assert scaled_brier(outcome, outcome) == 1


def test_groups_of_like_prediction_hold_everybody_once():
    _, outcome, risk = generated()
    table = calibration_table(outcome, risk, 5)
    assert [group.count for group in table] == [80] * 5 and sum(group.events for group in table) == outcome.sum()
    assert all(one.highest < other.lowest for one, other in pairwise(table))
    assert 0 < expected_calibration_error(table) < 0.1


def test_ties_stay_together():
    assert list(quantile_groups(np.array([1, 1, 1, 1, 2, 3]), 3)) == [0, 0, 0, 0, 1, 1]


@pytest.mark.parametrize("predicted", [[0.2, 1.2, 0.3], [0.2, np.nan, 0.3]])
def test_what_is_no_probability_is_refused(predicted):
    with pytest.raises(ValueError, match=r"probability|finite"):
        brier(np.array([0, 1, 0]), np.array(predicted))


def test_a_certain_prediction_has_no_line():
    with pytest.raises(ValueError, match="finite logit"):
        calibration_line(np.array([0, 1, 0]), np.array([0.0, 0.5, 0.2]))


def test_the_smooth_curve_is_straight_where_predictions_come_true():
    random = np.random.default_rng(0)
    p = random.uniform(0.05, 0.95, 4000)
    true = calibration_curve(random.random(4000) < p, p)
    assert true.average < 0.02 and true.average <= true.ninetieth <= true.greatest < 0.08
    assert np.all(np.diff(true.predicted) > 0)
    # predictions twice too extreme: the curve lies above them below a half and below them above
    extreme = 1 / (1 + np.exp(-2 * np.log(p / (1 - p))))
    found = calibration_curve(random.random(4000) < p, extreme)
    low, high = np.interp([0.1, 0.9], found.predicted, found.observed)
    assert low > 0.17 and high < 0.83 and found.average > 0.05
    with pytest.raises(ValueError, match="that differ"):
        calibration_curve([0, 1] * 10, [0.5] * 20)
