"""Bootstrap samples, percentile intervals, .632+."""

import numpy as np
import pytest
from RadiomicsOrthoLib.statistics.bootstrap import (
    bootstrap_interval,
    error_632_plus,
    percentile_interval,
    resamples,
    survey_replicates,
)
from RadiomicsOrthoLib.statistics.roc import auc, delong

OUTCOME = np.repeat([0, 1], [60, 40])


def test_strata_keep_their_size():
    for drawn in resamples(5, 1, OUTCOME):
        assert len(drawn) == 100 and OUTCOME[drawn].sum() == 40


def test_clusters_stay_whole_and_in_their_stratum():
    people, centre = np.repeat(np.arange(20), 3), np.repeat([0, 1], [24, 36])
    for drawn in resamples(5, 2, centre, people):
        count = np.bincount(people[drawn], minlength=20)
        assert set(count % 3) == {0} and count[:8].sum() == 24


def test_a_cluster_in_two_strata_is_refused():
    with pytest.raises(ValueError, match="one stratum"):
        next(resamples(1, 0, [0, 1], [7, 7]))


def test_the_same_seed_gives_the_same_samples():
    first, second, other = (np.array(list(resamples(3, seed, OUTCOME))) for seed in (4, 4, 5))
    assert np.array_equal(first, second) and not np.array_equal(first, other)


def test_an_interval_of_an_area_is_close_to_delong():
    score = np.random.default_rng(3).normal(OUTCOME, 1.2)
    found, exact = bootstrap_interval(auc, OUTCOME, score, strata=OUTCOME, repeats=500, seed=1), delong(OUTCOME, score)
    assert found.value == exact.value
    assert (found.lower, found.upper) == pytest.approx((exact.lower, exact.upper), abs=0.02)


def test_replicates_of_a_survey_have_the_variance_of_its_clusters():
    """The mean of clusters in strata: the textbook variance, also where a stratum has two clusters only."""
    generator = np.random.default_rng(7)
    strata, clusters = np.repeat(np.arange(30), 20), np.repeat(np.arange(60), 10)
    values = generator.normal(0, 1, 60)[clusters] + generator.normal(0, 0.3, 600)
    totals = np.array([values[clusters == unit].mean() for unit in range(60)]).reshape(30, 2)
    expected = (totals.var(axis=1, ddof=1) / 2).sum() / 30**2
    means = [np.average(values, weights=factors) for factors in survey_replicates(3000, 1, strata, clusters)]
    assert np.var(means) == pytest.approx(expected, rel=0.12)
    assert np.mean(means) == pytest.approx(values.mean(), abs=0.02)


def test_a_lone_cluster_keeps_its_weight():
    for factors in survey_replicates(4, 1, [0, 0, 1, 1, 1], [5, 5, 6, 7, 8]):
        assert list(factors[:2]) == [1, 1] and factors[2:].sum() == pytest.approx(3)


def test_percentiles():
    found = percentile_interval(0.5, np.arange(101) / 100, 0.9)
    assert (found.lower, found.value, found.upper) == pytest.approx((0.05, 0.5, 0.95))


def test_632_plus():
    # Efron and Tibshirani: no overfitting gives .632, complete overfitting the error on those left out
    assert error_632_plus(0.2, 0.2, 0.5) == pytest.approx(0.2)
    assert error_632_plus(0.0, 0.5, 0.5) == pytest.approx(0.5)
    relative = (0.3 - 0.1) / (0.5 - 0.1)
    weight = 0.632 / (1 - 0.368 * relative)
    assert error_632_plus(0.1, 0.3, 0.5) == pytest.approx((1 - weight) * 0.1 + weight * 0.3)
    # an error above chance counts as chance, one below the apparent error is taken as it is
    assert error_632_plus(0.1, 0.7, 0.5) == pytest.approx(0.5)
    assert error_632_plus(0.3, 0.2, 0.5) == pytest.approx(0.368 * 0.3 + 0.632 * 0.2)
