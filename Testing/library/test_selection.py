"""Selection of features: each selector against the definition it names, and all of them as parts of scikit-learn."""

import json
import math
import warnings

import numpy as np
import pandas as pd
import pytest
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.modelling.chain import chain
from RadiomicsOrthoLib.modelling.inner_folds import InnerFolds, inner_folds
from RadiomicsOrthoLib.modelling.selection import SELECTORS, selection_steps
from RadiomicsOrthoLib.modelling.selection.mrmr import FLOOR, mrmr_order
from RadiomicsOrthoLib.modelling.selection.relevance import TESTS
from RadiomicsOrthoLib.modelling.selection.relieff import relieff_weights, rrelieff_weights
from RadiomicsOrthoLib.modelling.task import survival_outcome

#: settings that make checks of scikit-learn's conventions quick
QUICK = {"boruta": {"rounds": 3, "trees": 5}, "forest_importance": {"trees": 5}, "lasso": {"folds": 2, "steps": 3},
         "elastic_net": {"folds": 2, "steps": 3}, "svm_backward": {"k": 4}, "rfe": {"k": 4, "step": 0.5},
         "svm_attribute_evaluation": {"k": 4, "step": 0.5}}


def selector(name, **parameters):
    return selection_steps([{name: parameters}])[0][1]


@pytest.fixture(scope="module")
def people():
    """80 people; f0 and f1 speak for the outcome, f2 is nearly f0, the rest is noise."""
    random = np.random.default_rng(3)
    x = pd.DataFrame(random.normal(size=(80, 10)), columns=[f"f{i}" for i in range(10)])
    x["f2"] = x["f0"] + 0.05 * random.normal(size=80)
    y = (1.5 * x["f0"] - 1.5 * x["f1"] + random.logistic(size=80) > 0).astype(int).to_numpy()
    return x, y


@pytest.mark.parametrize("name", [name for name in SELECTORS if name not in ("icc", "mutual_information", "univariate",
                                                                             "select_k_best", "mann_whitney")])
def test_selectors_keep_the_conventions_of_scikit_learn(name):
    from sklearn.utils.estimator_checks import check_estimator

    with warnings.catch_warnings():
        # checks skip themselves where an optional package is missing, and fit to data without sense
        warnings.simplefilter("ignore")
        check_estimator(selector(name, **QUICK.get(name, {})))


@pytest.mark.parametrize("name", [name for name in SELECTORS if name not in ("icc", "variance", "pca")])
def test_every_selector_keeps_what_speaks_for_the_outcome_and_names_it(people, name):
    from sklearn.base import clone

    x, y = people
    settings = {"boruta": {"rounds": 25, "trees": 40, "depth": 3}, "svm_backward": {"k": 4, "folds": 3},
                "lasso": {"folds": 5}, "elastic_net": {"folds": 5}}.get(name, {})
    first = clone(selector(name, **settings)).fit(x, y)
    kept = list(first.get_feature_names_out())
    assert kept == list(x.columns[first.get_support()]) and 1 <= len(kept) <= 10
    assert "f1" in kept and {"f0", "f2"} & set(kept)
    # the same again, bit for bit
    again = clone(first).fit(x, y)
    assert np.array_equal(first.get_support(), again.get_support())
    assert first.transform(x).shape == (80, len(kept))


def test_all_selectors_work_one_behind_the_other(people):
    x, y = people
    steps = [{"variance": {}}, {"icc": {"features": [name for name in x if name != "f9"]}},
             {"correlation": {"method": "spearman", "limit": 0.9}}, {"mann_whitney": {"k": 7}}, {"mrmr": {"k": 5}},
             {"relieff": {"k": 4}}, {"lasso": {"rule": "min", "folds": 3}}]
    fitted = chain(steps, "ridge_logistic", 0).fit(x, y)
    kept = list(fitted[:-1].get_feature_names_out())
    assert "f0" in kept and "f1" in kept and "f2" not in kept and "f9" not in kept


def test_of_two_correlated_features_the_stated_one_stays():
    random = np.random.default_rng(0)
    a = random.normal(size=300)
    x = pd.DataFrame({"noisy": a + 0.3 * random.normal(size=300), "clean": a, "other": random.normal(size=300),
                      "constant": 1.0})
    y = a + 0.01 * random.normal(size=300)
    kept = {keep: list(selector("correlation", limit=0.8, keep=keep).fit(x, y).get_feature_names_out())
            for keep in ("first", "relevant", "unlike")}
    assert kept["first"] == ["noisy", "other", "constant"]
    assert kept["relevant"] == ["clean", "other", "constant"]
    assert len(kept["unlike"]) == 3 and len(selector("correlation", limit=1.0).fit(x).get_feature_names_out()) == 4


def test_spearman_sees_what_is_monotonic():
    from scipy.stats import spearmanr

    random = np.random.default_rng(1)
    x = np.column_stack([random.normal(size=60), random.normal(size=60)])
    x = np.column_stack([x, np.exp(4 * x[:, 0]) + random.normal(size=60)])
    limit = abs(spearmanr(x[:, 0], x[:, 2]).statistic)
    assert selector("correlation", method="spearman", limit=limit - 1e-9).fit(x).get_support().tolist() == \
        [True, True, False]
    assert selector("correlation", method="spearman", limit=limit + 1e-9).fit(x).get_support().all()


def test_the_list_of_compare_is_read_and_names_are_needed(people, tmp_path):
    x, _ = people
    text, document = tmp_path / "reproducible_features.txt", tmp_path / "reproducible_features.json"
    text.write_text("# Reproducible features: ICC(2,1).\nf3\nf1\nelsewhere\n", encoding="utf-8")
    document.write_text(json.dumps({"reproducible_features": ["f3", "f1"]}), encoding="utf-8")
    for features in (str(text), str(document), ["f1", "f3"]):
        assert list(selector("icc", features=features).fit(x).get_feature_names_out()) == ["f1", "f3"]
    with pytest.raises(InputError, match="by their names"):
        selector("icc", features=["f1"]).fit(x.to_numpy())
    with pytest.raises(InputError, match="another profile"):
        selector("icc", features=["g"]).fit(x)
    with pytest.raises(InputError, match="empty"):
        selector("icc", features=[])
    with pytest.raises(InputError, match="no list"):
        selector("icc", features=str(tmp_path / "nothing.txt"))
    document.write_text("[1]", encoding="utf-8")
    with pytest.raises(InputError, match="is no list"):
        selector("icc", features=str(document))


def test_p_values_are_those_of_scipy_and_statsmodels(people):
    from scipy import stats
    from statsmodels.stats.multitest import multipletests

    x, y = people
    x = x.to_numpy()
    a, b = x[y == 1], x[y == 0]
    by_hand = {"t": [stats.ttest_ind(p, q, equal_var=False).pvalue for p, q in zip(a.T, b.T, strict=True)],
               "mann-whitney": [stats.mannwhitneyu(p, q, method="asymptotic").pvalue
                                for p, q in zip(a.T, b.T, strict=True)],
               "anova": [stats.f_oneway(p, q).pvalue for p, q in zip(a.T, b.T, strict=True)],
               "kruskal-wallis": [stats.kruskal(p, q).pvalue for p, q in zip(a.T, b.T, strict=True)]}
    for test, expected in by_hand.items():
        fitted = selector("univariate", test=test, fdr=0.05).fit(x, y)
        assert fitted.pvalues_ == pytest.approx(expected, rel=1e-9)
        assert np.array_equal(fitted.get_support(), multipletests(expected, 0.05, "fdr_bh")[0])
        assert np.array_equal(selector("univariate", test=test, p=0.01).fit(x, y).get_support(),
                              np.array(expected) <= 0.01)


def test_chi_squared_cuts_numbers_into_bins_of_equal_count():
    from scipy.stats import chi2_contingency

    random = np.random.default_rng(5)
    x, y = random.normal(size=(200, 1)), random.integers(0, 2, 200)
    bins = pd.qcut(x[:, 0], 5, labels=False)
    expected = chi2_contingency(pd.crosstab(bins, y), correction=False)
    assert TESTS["chi2"][1](x, y)[0][0] == pytest.approx(expected[0])
    choice = random.integers(0, 3, (200, 1)).astype(float)
    expected = chi2_contingency(pd.crosstab(choice[:, 0], y), correction=False)
    assert TESTS["chi2"][1](choice, y)[1][0] == pytest.approx(expected[1])


def test_the_score_test_of_cox_is_the_log_rank_test_of_two_groups():
    from lifelines.statistics import logrank_test

    random = np.random.default_rng(2)
    group, time, event = random.integers(0, 2, 90), random.exponential(size=90), random.random(90) < 0.7
    expected = logrank_test(time[group == 1], time[group == 0], event[group == 1], event[group == 0])
    statistic, p = TESTS["cox"][1](group[:, np.newaxis].astype(float), survival_outcome(event, time))
    assert statistic[0] == pytest.approx(expected.test_statistic) and p[0] == pytest.approx(expected.p_value)


def test_where_nothing_passes_the_best_stays_and_that_is_said():
    random = np.random.default_rng(4)
    x, y = random.normal(size=(40, 6)), np.resize([0, 1], 40)
    fitted = selector("t_test", p=1e-9).fit(x, y)
    assert fitted.fell_back_ and np.flatnonzero(fitted.get_support()).tolist() == [np.argmin(fitted.pvalues_)]
    lasso = selector("lasso", rule="1se", folds=5).fit(x, y)
    assert lasso.fell_back_ and lasso.get_support().sum() == 1
    assert not selector("t_test", k=2).fit(x, y).fell_back_


def test_mrmr_worked_by_hand():
    worth = np.array([0.0, 1.0, 2.0, 3.0])
    alike = np.array([[1, 0, 0, 0], [0, 1, .2, .1], [0, .2, 1, .8], [0, .1, .8, 1]])
    # 3 first; then 1/0.1 = 10 beats 2/0.8 = 2.5; then 2/((0.8 + 0.2)/2) = 4 beats 0
    assert mrmr_order(worth, alike, 4, quotient=True).tolist() == [3, 1, 2, 0]
    # then 2 − 0.8 = 1.2 beats 1 − 0.1 = 0.9; then 1 − 0.15 beats 0
    assert mrmr_order(worth, alike, 4, quotient=False).tolist() == [3, 2, 1, 0]


@pytest.mark.parametrize("variant", ["MID", "MIQ", "FCD", "FCQ"])
def test_mrmr_is_what_its_variant_says(people, variant):
    """Straight from the definitions, one column at a time."""
    from scipy.stats import f_oneway

    x, y = people
    x = x.to_numpy()
    count = x.shape[1]

    def information(r):
        return -0.5 * math.log(1 - min(r * r, 1 - 1e-15))

    if variant.startswith("F"):
        worth = [f_oneway(column[y == 1], column[y == 0]).statistic for column in x.T]
        alike = abs(np.corrcoef(x.T))
    else:
        worth = [information(np.corrcoef(column, y)[0, 1]) for column in x.T]
        alike = np.array([[information(np.corrcoef(one, other)[0, 1]) for one in x.T] for other in x.T])
    expected = [int(np.argmax(worth))]
    while len(expected) < 6:
        left = [column for column in range(count) if column not in expected]
        mean = {column: np.mean([alike[column, one] for one in expected]) for column in left}
        score = {column: worth[column] / max(mean[column], FLOOR) if variant.endswith("Q")
                 else worth[column] - mean[column] for column in left}
        expected.append(max(left, key=score.get))
    assert selector("mrmr", k=6, variant=variant).fit(x, y).ranking_.tolist() == expected


def test_mrmr_takes_a_copy_last(people):
    x, y = people
    doubled = pd.concat([x, x[["f0", "f1"]].add_prefix("copy of ")], axis=1)
    for variant in ("MIQ", "FCQ"):
        fitted = selector("mrmr", k=2, variant=variant).fit(doubled, y)
        assert not {"copy of f0", "copy of f1"} & set(fitted.get_feature_names_out())


def test_relieff_is_its_definition_and_sees_what_only_two_features_together_say():
    random = np.random.default_rng(7)
    x = random.random((60, 4))
    y = (x[:, 0] > 0.5) ^ (x[:, 1] > 0.5)
    y = np.where(x[:, 3] > 0.9, 2, y.astype(int))
    scaled = (x - x.min(axis=0)) / np.ptp(x, axis=0)
    expected = np.zeros(4)
    share = {one: np.mean(y == one) for one in np.unique(y)}
    for i in range(60):
        for one, part in share.items():
            others = sorted((j for j in range(60) if j != i and y[j] == one),
                            key=lambda j: abs(scaled[i] - scaled[j]).sum())[:7]
            difference = np.mean([abs(scaled[i] - scaled[j]) for j in others], axis=0) / 60
            expected += -difference if one == y[i] else difference * part / (1 - share[y[i]])
    assert relieff_weights(x, y, 7) == pytest.approx(expected, abs=1e-12)

    x = random.random((300, 6))
    y = (x[:, 2] > 0.5) ^ (x[:, 4] > 0.5)
    assert np.flatnonzero(selector("relieff", k=2).fit(x, y).get_support()).tolist() == [2, 4]
    assert TESTS["anova"][1](x, y)[1][[2, 4]].min() > 0.01


def test_rrelieff_of_numbers_is_its_definition_and_finds_what_bends_the_outcome():
    """Robnik-Šikonja and Kononenko 2003, figure 3, with equal weights of the neighbours."""
    random = np.random.default_rng(2)
    x = random.random((60, 5))
    x[0], x[1] = 0, 1
    y = np.sin(4 * x[:, 2]) + 0.8 * x[:, 4]
    change = (y - y.min()) / np.ptp(y)
    other, differs, both = 0.0, np.zeros(5), np.zeros(5)
    for row in range(60):
        near = sorted((one for one in range(60) if one != row), key=lambda one: np.abs(x[one] - x[row]).sum())[:6]
        for one in near:
            other += abs(change[one] - change[row]) / 6
            differs += np.abs(x[one] - x[row]) / 6
            both += abs(change[one] - change[row]) * np.abs(x[one] - x[row]) / 6
    assert rrelieff_weights(x, y, 6) == pytest.approx(both / other - (differs - both) / (60 - other), abs=1e-12)
    x = random.random((400, 8))
    y = np.cos(2 * np.pi * x[:, 2]) + x[:, 5]
    # the wave has no correlation with the outcome, and is found all the same
    assert abs(np.corrcoef(x[:, 2], y)[0, 1]) < 0.2
    assert np.flatnonzero(selector("relieff", k=2).fit(x, y).get_support()).tolist() == [2, 5]
    # whole numbers are numbers where the task says so
    assert selection_steps([{"relieff": {"k": 2}}], task="regression")[0][1].fit(x, np.round(5 * y)).get_support()[2]


def test_relieff_for_survival_is_refused_in_a_sentence():
    x, time = np.random.default_rng(0).random((30, 3)), np.arange(1.0, 31)
    with pytest.raises(ValueError, match="ReliefF is for classification and regression"):
        selector("relieff", k=2).fit(x, survival_outcome(time > 3, time))


def test_lasso_keeps_fewer_by_one_standard_error_and_its_coefficients_are_scikit_learns(people):
    from sklearn.linear_model import Lasso, LogisticRegression

    x, y = people
    best, simple = (selector("lasso", rule=rule, folds=5).fit(x, y) for rule in ("min", "1se"))
    assert simple.step_ < best.step_ and simple.get_support().sum() <= best.get_support().sum()
    mean = best.losses_.mean(axis=1)
    assert mean[best.step_] == mean.min()
    assert mean[simple.step_] <= mean.min() + best.losses_[best.step_].std(ddof=1) / math.sqrt(5)
    scaled = ((x - x.mean()) / x.std(ddof=0)).to_numpy()
    oracle = LogisticRegression(C=best.penalties_[best.step_], l1_ratio=1.0, solver="saga", tol=1e-9,
                                max_iter=200000).fit(scaled, y)
    assert best.coef_ == pytest.approx(oracle.coef_[0], abs=1e-3)

    number = x["f0"].to_numpy() - x["f1"].to_numpy() + np.random.default_rng(0).normal(size=80)
    linear = selector("lasso", rule="1se", folds=5).fit(x, number)
    oracle = Lasso(linear.penalties_[linear.step_]).fit(scaled, number)
    assert linear.coef_ == pytest.approx(oracle.coef_, abs=1e-3)


def test_lasso_of_several_classes_and_of_survival(people):
    from RadiomicsOrthoLib.modelling.selection.penalised_paths import partial_log_likelihood

    x, y = people
    three = y + (x["f5"].to_numpy() > 0.8)
    for name in ("lasso", "elastic_net"):
        kept = set(selector(name, folds=3, steps=8).fit(x, three).get_feature_names_out())
        assert {"f1", "f5"} <= kept
    random = np.random.default_rng(0)
    time = random.exponential(np.exp(-x["f1"].to_numpy() * 1.5))
    outcome = survival_outcome(random.random(80) < 0.8, time)
    fitted = selector("lasso", rule="1se", folds=5).fit(x, outcome)
    assert "f1" in fitted.get_feature_names_out() and fitted.get_support().sum() < 6

    from lifelines import CoxPHFitter

    frame = pd.DataFrame({"f1": x["f1"], "time": outcome["time"], "event": outcome["event"]})
    oracle = CoxPHFitter().fit(frame, "time", "event")
    assert partial_log_likelihood(outcome, x["f1"].to_numpy() * oracle.params_["f1"]) == \
        pytest.approx(oracle.log_likelihood_, abs=1e-6)


def test_elimination_ranks_by_weight_and_one_at_a_time_is_guyons(people):
    from sklearn.svm import LinearSVC

    x, y = people
    scaled = ((x - x.mean()) / x.std(ddof=0)).to_numpy()
    left = list(range(10))
    while len(left) > 3:
        weights = LinearSVC(dual=False, max_iter=5000).fit(scaled[:, left], y).coef_[0]
        left.pop(int(np.argmin(weights**2)))
    fitted = selector("svm_attribute_evaluation", k=3, step=1).fit(x, y)
    assert np.flatnonzero(fitted.get_support()).tolist() == left


def test_backward_elimination_refuses_what_would_take_days(people):
    x, y = people
    with pytest.raises(InputError, match="before it"):
        selector("svm_backward", most=5).fit(x, y)
    assert selector("svm_backward", k=2, folds=3).fit(x, y).get_support().sum() == 2


def test_boruta_keeps_the_informative_and_rejects_noise():
    random = np.random.default_rng(11)
    x = random.normal(size=(150, 8))
    y = x[:, 0] + x[:, 3] + 0.3 * random.normal(size=150) > 0
    fitted = selector("boruta", rounds=25, trees=40).fit(x, y)
    assert np.flatnonzero(fitted.get_support()).tolist() == [0, 3]
    noise = selector("boruta", rounds=25, trees=40).fit(x[:, [1, 2, 4, 5]], random.permutation(y))
    assert noise.fell_back_


def test_principal_components_hold_the_wanted_share(people):
    x, _ = people
    fitted = selector("pca", n_components=0.9).fit(x)
    assert fitted.explained_variance_ratio_.sum() >= 0.9
    assert list(fitted.get_feature_names_out())[:2] == ["pca0", "pca1"]


def test_inner_folds_keep_the_rows_of_a_person_together():
    people = np.repeat(np.arange(30), 3)
    x = pd.DataFrame({"f": np.arange(90.0)}, index=pd.Index(people, name="subject"))
    y = np.repeat(np.resize([0, 1], 30), 3)
    for folds in (InnerFolds(5).split(x, y), inner_folds(np.linspace(0, 1, 90), 5, 0, people)):
        for train, test in folds:
            assert not set(people[train]) & set(people[test])
    # a table without people has each row for itself, and classes stay in balance
    for _, test in InnerFolds(5).split(x.reset_index(drop=True), y):
        assert y[test].mean() == pytest.approx(0.5, abs=0.06)
    assert len(inner_folds(np.array([0] * 20 + [1] * 3), 10, 0)) == 3
    with pytest.raises(InputError, match="two people"):
        inner_folds(np.array([0] * 20 + [1]), 5, 0)


def test_a_lasso_chooses_its_penalty_in_folds_of_people(people, monkeypatch):
    from RadiomicsOrthoLib.modelling.selection import penalised

    x, y = people
    seen = []

    def spy(y, count, seed, people=None):
        seen.append(people)
        return inner_folds(y, count, seed, people)

    monkeypatch.setattr(penalised, "inner_folds", spy)
    framed = x.set_index(pd.Index(np.repeat(np.arange(40), 2), name="subject"))
    chain([{"lasso": {"folds": 3}}], "ridge_logistic", 0).fit(framed, y)
    assert seen[0] is not None and np.array_equal(seen[0], framed.index)


@pytest.mark.parametrize(("steps", "sentence"), [
    ([{"lassso": {}}], "Step 1 of the selection, 'lassso', is unknown"),
    ([{"variance": {}}, {"mrmr": {"n": 3}}], "Step 2 of the selection, 'mrmr', has no parameter 'n'"),
    ([{"mrmr": {"k": 0}}], "'mrmr': k is a whole number from 1, not 0"),
    ([{"mrmr": {"variant": "best"}}], "variant is one of MID"),
    ([{"correlation": {"limit": 2}}], "limit lies above 0"),
    ([{"univariate": {"k": 3, "p": 0.1}}], "one of k, p and fdr"),
    ([{"variance": {"threshold": "much"}}], "'variance': The 'threshold' parameter"),
    ([{"t_test": {"test": "chi2"}}], "has no parameter 'test'"),
    ([{"mrmr": {}, "lasso": {}}], "must be one name"),
    ([{"mrmr": [1]}], "needs its parameters by name"),
])
def test_a_wrong_step_is_named(steps, sentence):
    with pytest.raises(InputError, match=sentence.replace("(", r"\(")):
        selection_steps(steps)


def test_variance_is_looked_at_before_scaling(people):
    x, y = people
    scaled = x.assign(f1=x["f1"] * 1000)
    fitted = chain([{"variance": {"threshold": 100}}], "ridge_logistic", 0).fit(scaled, y)
    assert list(fitted[:-1].get_feature_names_out()) == ["f1"]
    with pytest.raises(InputError, match="put it first"):
        chain([{"mrmr": {}}, {"variance": {"threshold": 100}}], "ridge_logistic", 0)


def test_the_manual_names_every_selector_and_model():
    from pathlib import Path

    from RadiomicsOrthoLib.modelling.estimators import ESTIMATORS

    text = (Path(__file__).resolve().parents[2] / "docs" / "selection.md").read_text(encoding="utf-8")
    assert [name for name in (*SELECTORS, *ESTIMATORS) if f"`{name}`" not in text] == []
