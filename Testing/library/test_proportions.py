"""Exact intervals of proportions, against the counts of published studies, and accuracy."""

import numpy as np
import pytest
from RadiomicsOrthoLib.statistics.proportions import accuracy_of, clopper_pearson, wilson
from scipy.stats import binom


#: counts of Yang (training and validation) and Zheng as reconstructed from their percentages
@pytest.mark.parametrize(("k", "n", "lower", "upper"), [
    (49, 57, .742, .937), (36, 46, .636, .891), (12, 18, .410, .867), (22, 26, .651, .956), (59, 60, .911, 1.0)])
def test_published_intervals(k, n, lower, upper):
    found = clopper_pearson(k, n)
    assert (round(found.lower, 3), round(found.upper, 3)) == (lower, upper)


def test_wilson():
    found = wilson(59, 60)
    assert (round(found.lower, 3), round(found.upper, 3)) == (.911, .997)


@pytest.mark.parametrize(("k", "n"), [(3, 11), (10, 11), (40, 41)])
def test_at_the_bounds_the_count_is_as_rare_as_the_tail(k, n):
    found = clopper_pearson(k, n, 0.9)
    assert binom.sf(k - 1, n, found.lower) == pytest.approx(0.05, abs=1e-9)
    assert binom.cdf(k, n, found.upper) == pytest.approx(0.05, abs=1e-9)


@pytest.mark.parametrize("interval", [clopper_pearson, wilson])
@pytest.mark.parametrize(("k", "n"), [(0, 7), (7, 7)])
def test_an_interval_stays_inside_0_and_1_and_holds_its_value(interval, k, n):
    found = interval(k, n)
    assert 0 <= found.lower <= found.value <= found.upper <= 1 and found.lower < found.upper


@pytest.mark.parametrize(("k", "n"), [(8, 7), (-1, 7), (0, 0), (1.5, 7)])
def test_no_proportion(k, n):
    with pytest.raises(ValueError, match="no proportion"):
        clopper_pearson(k, n)


def test_accuracy_counts():
    outcome, positive = np.array([1, 1, 1, 0, 0, 0, 0]), np.array([1, 1, 0, 1, 0, 0, 0])
    found = accuracy_of(outcome, positive)
    assert (found.true_positive, found.false_positive, found.true_negative, found.false_negative) == (2, 1, 3, 1)
    assert (found.sensitivity.value, found.specificity.value) == (2 / 3, 3 / 4)
    assert (found.positive_predictive_value.value, found.negative_predictive_value.value) == (2 / 3, 3 / 4)
    assert found.accuracy == clopper_pearson(5, 7)


def test_a_share_of_nothing_has_no_value():
    found = accuracy_of(np.array([1, 0]), np.array([0, 0]))
    assert found.positive_predictive_value is None and found.sensitivity.value == 0
