"""ROC areas and cut-offs, against pROC's numbers and by hand."""

import numpy as np
import pytest
from clinical_tables import columns
from RadiomicsOrthoLib.statistics.roc import (
    auc,
    compare_paired,
    compare_unpaired,
    cutoff_for_sensitivity,
    delong,
    delong_covariance,
    roc_curve,
    youden_cutoff,
)

OUTCOME = np.array([0, 0, 1, 0, 1, 1])
SCORE = np.array([1.0, 2.0, 2.0, 3.0, 4.0, 5.0])


@pytest.fixture
def asah(shared_data):
    table = columns(shared_data, "aSAH.csv")
    return table | {"poor": table["outcome"] == "Poor"}


#: pROC on its data set aSAH (Turck et al. 2010), recomputed independently
@pytest.mark.parametrize(("marker", "value", "lower", "upper"), [
    ("wfns", .8236788618, .7485348878, .8988228358), ("s100b", .7313685637, .6301182118, .8326189156),
    ("ndka", .6119579946, .5012449993, .7226709899)])
def test_area_and_interval_of_proc(asah, marker, value, lower, upper):
    found = delong(asah["poor"], asah[marker])
    assert (found.value, found.lower, found.upper) == pytest.approx((value, lower, upper), abs=1e-10)
    assert auc(asah["poor"], asah[marker]) == pytest.approx(value, abs=1e-10)


@pytest.mark.parametrize(("first", "second", "z", "p"), [
    ("wfns", "s100b", 2.20898359144091, .0271757822291882), ("wfns", "ndka", 2.79777591868904, .00514557970691098),
    ("ndka", "s100b", -1.39077002573558, .164295175223054)])
def test_paired_test_of_proc(asah, first, second, z, p):
    found = compare_paired(asah["poor"], asah[first], asah[second])
    assert (found.statistic, found.p) == pytest.approx((z, p), rel=1e-11)


def test_interval_of_a_paired_difference(asah):
    found = compare_paired(asah["poor"], asah["wfns"], asah["s100b"]).difference
    assert (found.lower, found.upper) == pytest.approx((.0104061769564846, .174214419249478), rel=1e-11)


def test_unpaired_test_of_proc(asah):
    found = compare_unpaired(asah["poor"], asah["wfns"], asah["poor"], asah["s100b"])
    assert (found.statistic, found.p) == pytest.approx((1.43490640926908, .152825378808796), rel=1e-11)


def test_youden_cutoff_of_proc(asah):
    found = youden_cutoff(asah["poor"], asah["s100b"])
    assert found.threshold == pytest.approx(.205, abs=1e-12)
    assert (found.sensitivity, found.specificity, found.youden) == pytest.approx((.634146, .805556, .439702), abs=1e-6)


def test_an_area_is_the_share_of_pairs_in_order_and_ties_count_half():
    pairs = [1.0 if e > o else 0.5 if e == o else 0.0 for e in SCORE[OUTCOME == 1] for o in SCORE[OUTCOME == 0]]
    assert auc(OUTCOME, SCORE) == pytest.approx(np.mean(pairs), abs=1e-15)
    assert auc(OUTCOME, -SCORE) == pytest.approx(1 - np.mean(pairs), abs=1e-15)


def test_weights_count_as_repeated_people():
    weights = np.array([1, 3, 2, 1, 1, 2])
    repeated = np.repeat(np.arange(6), weights)
    assert auc(OUTCOME, SCORE, weights) == pytest.approx(auc(OUTCOME[repeated], SCORE[repeated]), abs=1e-15)


def test_the_variance_is_that_of_the_definition():
    generator = np.random.default_rng(5)
    outcome = generator.integers(0, 2, 60)
    scores = np.round(outcome[:, np.newaxis] + generator.normal(0, 2, (60, 2)), 1)
    events, others = scores[outcome == 1], scores[outcome == 0]
    kernel = (events[:, np.newaxis] > others) + 0.5 * (events[:, np.newaxis] == others)
    expected = np.cov(kernel.mean(axis=1).T) / len(events) + np.cov(kernel.mean(axis=0).T) / len(others)
    assert delong_covariance(outcome, scores)[1] == pytest.approx(expected, rel=1e-12)


def test_equal_scores_do_not_differ():
    found = compare_paired(OUTCOME, SCORE, 10 + 2 * SCORE)
    assert found.difference.value == 0 and found.p == 1


def test_the_curve_runs_from_all_to_none():
    curve = roc_curve(OUTCOME, SCORE)
    assert (curve.sensitivity[0], curve.specificity[0]) == (1, 0)
    assert (curve.sensitivity[-1], curve.specificity[-1]) == (0, 1)
    area = np.trapezoid(curve.sensitivity[::-1], 1 - curve.specificity[::-1])
    assert area == pytest.approx(auc(OUTCOME, SCORE), abs=1e-15)


def test_a_cutoff_reaches_the_sensitivity_and_is_the_most_specific_that_does():
    found = cutoff_for_sensitivity(OUTCOME, SCORE, 2 / 3)
    assert (found.threshold, found.sensitivity, found.specificity) == pytest.approx((3.5, 2 / 3, 1.0))
    assert cutoff_for_sensitivity(OUTCOME, SCORE, 1.0).threshold == 1.5


@pytest.mark.parametrize(("outcome", "score"), [([0, 0, 0], [1, 2, 3]), ([0, 1, 2], [1, 2, 3]),
                                                ([0, 1, 1], [1, 2, np.nan]), ([0, 1], [1, 2, 3])])
def test_what_has_no_area_is_refused(outcome, score):
    with pytest.raises(ValueError, match=r"outcome|finite|length"):
        auc(np.array(outcome), np.array(score))


def test_no_error_from_a_single_event():
    with pytest.raises(ValueError, match="two people"):
        delong(np.array([0, 0, 1]), np.array([1.0, 2.0, 3.0]))
