"""Figures of outcomes with several classes, of numbers and of times, against scikit-learn, statsmodels and R."""

import numpy as np
import pytest
from RadiomicsOrthoLib.statistics.logistic import likelihood_ratio_test
from RadiomicsOrthoLib.statistics.multiclass import confusion, hand_till, macro_area, one_vs_rest_areas, pairwise_areas
from RadiomicsOrthoLib.statistics.regression import adjusted_determination, correlation, determination, f_test
from RadiomicsOrthoLib.statistics.roc import auc
from RadiomicsOrthoLib.statistics.survival import (
    area_interval_at,
    areas_at,
    brier_at,
    concordance,
    concordance_interval,
)


@pytest.fixture(scope="module")
def classes():
    random = np.random.default_rng(0)
    outcome = random.integers(0, 3, 90)
    raw = np.exp(random.normal(size=(90, 3)) + 1.2 * np.eye(3)[outcome])
    return outcome, np.round(raw / raw.sum(axis=1, keepdims=True), 2)


def test_areas_of_several_classes_are_those_of_scikit_learn(classes):
    from sklearn.metrics import confusion_matrix, roc_auc_score

    outcome, p = classes
    exact = p / p.sum(axis=1, keepdims=True)
    assert hand_till(outcome, exact) == pytest.approx(roc_auc_score(outcome, exact, multi_class="ovo"))
    assert macro_area(outcome, exact) == pytest.approx(roc_auc_score(outcome, exact, multi_class="ovr"))
    assert np.mean([one.value for one in one_vs_rest_areas(outcome, exact)]) == pytest.approx(
        macro_area(outcome, exact))
    called = p.argmax(axis=1)
    assert np.array_equal(confusion(outcome, called, 3), confusion_matrix(outcome, called))


def test_a_pair_of_classes_is_judged_among_its_own_people(classes):
    outcome, p = classes
    found = pairwise_areas(outcome, p)
    assert list(found) == [(0, 1), (0, 2), (1, 2)]
    pair = np.isin(outcome, (0, 2))
    expected = auc(outcome[pair] == 2, p[pair, 2] / (p[pair, 0] + p[pair, 2]))
    one = found[0, 2]
    assert one.value == pytest.approx(expected) and one.lower < expected < one.upper
    impossible = np.array([[0.0, 0.0, 1.0]] * 2 + [[0.9, 0.1, 0.0], [0.2, 0.8, 0.0]])
    assert pairwise_areas(np.array([0, 1, 0, 1]), impossible[:, :2])[0, 1].value == pytest.approx(0.875)


def test_classes_that_do_not_fit_are_refused(classes):
    outcome, p = classes
    with pytest.raises(ValueError, match="numbered as the columns"):
        hand_till(outcome + 1, p)
    with pytest.raises(ValueError, match="do not fit"):
        one_vs_rest_areas(outcome[:5], p)


def test_regression_figures_are_those_of_statsmodels():
    from scipy.stats import pearsonr
    from statsmodels.api import OLS, add_constant

    random = np.random.default_rng(1)
    x = random.normal(size=(60, 4))
    y = x @ [1, 0.5, 0, 0] + random.normal(size=60)
    oracle = OLS(y, add_constant(x)).fit()
    predicted = oracle.fittedvalues
    r2 = determination(y, predicted)
    test = f_test(r2, 4, 60)
    assert r2 == pytest.approx(oracle.rsquared) and adjusted_determination(r2, 4, 60) == pytest.approx(
        oracle.rsquared_adj)
    assert (test.statistic, test.p, test.within) == pytest.approx((oracle.fvalue, oracle.f_pvalue, oracle.df_resid))
    found, expected = correlation(y, predicted), pearsonr(y, predicted)
    interval = expected.confidence_interval(0.95)
    assert (found.value, found.lower, found.upper) == pytest.approx((expected.statistic, *interval))
    assert determination(y, np.full(60, 9.0)) < 0


def test_the_f_of_vara_means_about_twelve_predictors():
    """n ≈ 160, R² = 0.485 and F = 11.44 fit twelve predictors best."""
    found = {k: f_test(0.485, k, 160).statistic for k in range(8, 17)}
    assert min(found, key=lambda k: abs(found[k] - 11.44)) == 12


def test_hongs_likelihood_ratio_and_hazard_per_ten_points():
    assert likelihood_ratio_test(0.0, 10.74 / 2, 1)[1] == pytest.approx(0.0010484, abs=1e-7)
    assert round(1.04**10, 2) == pytest.approx(1.48)


@pytest.fixture(scope="module")
def followed():
    random = np.random.default_rng(3)
    risk = random.normal(size=120)
    life, end = random.exponential(np.exp(-risk)), random.exponential(1.5, size=120)
    return life <= end, np.minimum(life, end), risk


def test_concordance_counts_pairs(followed):
    event, time, risk = followed
    pairs = good = 0
    for i in np.flatnonzero(event):
        for j in np.flatnonzero(time > time[i]):
            pairs += 1
            good += (risk[i] > risk[j]) + 0.5 * (risk[i] == risk[j])
    assert concordance(event, time, risk) == pytest.approx(good / pairs)
    found = concordance_interval(event, time, risk, repeats=100)
    assert found.lower < found.value < found.upper
    # the same person twice makes nothing surer
    twice = concordance_interval(*(np.repeat(one, 2) for one in followed), np.repeat(np.arange(120), 2), repeats=100)
    assert twice.upper - twice.lower == pytest.approx(found.upper - found.lower, rel=0.3)
    with pytest.raises(ValueError, match="no two people"):
        concordance(np.array([False, False]), np.array([1.0, 2.0]), np.array([1.0, 2.0]))


def test_areas_at_a_time_without_censoring_are_plain_areas(followed):
    _, time, risk = followed
    everybody = np.ones(120, bool)
    found = areas_at(everybody, time, risk, [0.3, 0.8])
    assert found.values == pytest.approx([auc(time <= one, risk) for one in found.times])
    assert min(found.values) <= found.mean <= max(found.values)
    free = np.column_stack([np.exp(-one * np.exp(risk)) for one in found.times])
    assert brier_at(everybody, time, free, found.times).values == pytest.approx(
        [np.mean(((time > one) - free[:, at]) ** 2) for at, one in enumerate(found.times)])


def test_an_area_at_a_time_has_an_interval_and_a_copy_adds_nothing(followed):
    event, time, risk = followed
    found = area_interval_at(event, time, risk, 0.8, repeats=60)
    assert found.value == areas_at(event, time, risk, [0.8]).values[0] and found.lower < found.value < found.upper
    added = area_interval_at(event, time, risk, 0.8, 2 * risk, repeats=20)
    assert (added.value, added.lower, added.upper) == (0, 0, 0)
    noise = area_interval_at(event, time, risk, 0.8, np.random.default_rng(0).normal(size=120), repeats=60)
    assert noise.lower > 0


def test_the_concordance_of_r_on_the_lung_data():
    """survival::coxph(Surv(time, status) ~ age + sex + ph.ecog, lung): the fit of lifelines is an independent one."""
    from lifelines import CoxPHFitter
    from lifelines.datasets import load_lung
    from RadiomicsOrthoLib.modelling.estimators import estimator
    from RadiomicsOrthoLib.modelling.task import survival_outcome

    lung = load_lung()[["time", "status", "age", "sex", "ph.ecog"]].dropna()
    oracle = CoxPHFitter().fit(lung, "time", "status")
    assert oracle.standard_errors_.to_numpy() == pytest.approx([.009267, .167739, .113577], abs=1e-6)
    x = lung[["age", "sex", "ph.ecog"]]
    fitted = estimator("cox", 0).fit(x, survival_outcome(lung["status"] == 1, lung["time"]))
    assert concordance(lung["status"] == 1, lung["time"], fitted.predict(x)) == pytest.approx(
        oracle.concordance_index_)
