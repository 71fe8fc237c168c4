"""Models by name: each is fitted in a chain, draws from its seed, and refuses what it does not know."""

import warnings

import numpy as np
import pandas as pd
import pytest
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.modelling.chain import chain
from RadiomicsOrthoLib.modelling.estimators import ESTIMATORS, estimator
from RadiomicsOrthoLib.modelling.task import survival_outcome

#: fewer trees and rounds than anybody would use
QUICK = {"n_estimators": 10}


def quick(name):
    kind = ESTIMATORS[name]
    return {key: value for key, value in QUICK.items() if key in kind.defaults}


@pytest.fixture(scope="module")
def table():
    random = np.random.default_rng(0)
    x = pd.DataFrame(random.normal(size=(90, 5)), columns=list("abcde"),
                     index=pd.Index(np.repeat(np.arange(45), 2), name="subject"))
    x.iloc[3, 2] = np.nan
    signal = x["a"] + x["b"]
    return x, {"classification": (signal + 0.5 * random.normal(size=90) > 0).to_numpy().astype(int),
               "regression": (signal + 0.3 * random.normal(size=90)).to_numpy(),
               "survival": survival_outcome(random.random(90) < 0.8, random.exponential(np.exp(-2 * signal)))}, signal


def predicted(name, x, y, seed=5):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Stochastic Optimizer")
        fitted = chain([], name, seed, quick(name)).fit(x, y)
    return fitted.predict_proba(x)[:, 1] if hasattr(fitted, "predict_proba") else fitted.predict(x)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_every_model_learns_what_is_there_and_the_same_from_the_same_seed(table, name):
    x, outcomes, signal = table
    found = predicted(name, x, outcomes[ESTIMATORS[name].task])
    assert np.corrcoef(found, signal)[0, 1] > 0.45
    assert np.array_equal(found, predicted(name, x, outcomes[ESTIMATORS[name].task]))


def test_there_are_as_many_classifiers_as_the_grid_of_mohammadi_has():
    assert sum(kind.task == "classification" for kind in ESTIMATORS.values()) >= 25


def test_cox_regression_has_the_coefficients_of_r():
    """survival::coxph(Surv(time, status) ~ age + sex + ph.ecog, lung), ties by Efron."""
    from lifelines.datasets import load_lung

    lung = load_lung()[["time", "status", "age", "sex", "ph.ecog"]].dropna()
    assert len(lung) == 227 and lung["status"].sum() == 164
    fitted = estimator("cox", 0).fit(lung[["age", "sex", "ph.ecog"]],
                                     survival_outcome(lung["status"] == 1, lung["time"]))
    assert fitted.coef_ == pytest.approx([.011067, -.552612, .463728], abs=1e-6)


def test_smo_scales_to_the_range_and_is_libsvm(table):
    from sklearn.preprocessing import MinMaxScaler
    from sklearn.svm import SVC

    x, outcomes, _ = table
    x, y = x.fillna(0), outcomes["classification"]
    ours = estimator("smo", 0, probability=False).fit(x, y)
    oracle = SVC(kernel="linear", C=1).fit(MinMaxScaler().fit_transform(x), y)
    assert ours.decision_function(x) == pytest.approx(oracle.decision_function(MinMaxScaler().fit_transform(x)))


def test_tuning_chooses_in_folds_that_keep_people_together(table, monkeypatch):
    from RadiomicsOrthoLib.modelling.inner_folds import InnerFolds

    x, outcomes, _ = table
    kept = []
    split = InnerFolds.split

    def spy(self, x, y, groups=None):
        for train, test in split(self, x, y, groups):
            kept.append(not set(x.index[train]) & set(x.index[test]))
            yield train, test

    monkeypatch.setattr(InnerFolds, "split", spy)
    fitted = chain([], "lasso_logistic", 0, {"tune": {"C": [0.001, 1.0]}, "folds": 3}).fit(
        x, outcomes["classification"])
    assert fitted[-1].best_params_ == {"C": 1.0}
    chain([], "svm_rbf", 0, {"tune": {"C": [0.1, 10]}}).fit(x, outcomes["classification"])
    chain([], "cox_net", 0, {"tune": {"alpha": [0.01, 10.0]}}).fit(x, outcomes["survival"])
    assert len(kept) > 9 and all(kept)


@pytest.mark.parametrize(("name", "parameters", "sentence"), [
    ("svm", {}, "'svm' is unknown"), ("knn", {"k": 3}, "'knn' has no parameter 'k'"),
    ("svm_rbf", {"kernel": "linear"}, "has no parameter 'kernel'"),
    ("random_forest", {"n_estimators": -1}, "The 'n_estimators' parameter"),
    ("ridge_logistic", {"tune": {"c": [1]}}, "has no parameter 'c' to tune"),
    ("ridge_logistic", {"tune": {"C": 1}}, "a list of values"),
    ("ridge_logistic", {"folds": 1}, "two inner folds")])
def test_what_is_unknown_is_named(name, parameters, sentence):
    with pytest.raises(InputError, match=sentence):
        estimator(name, 0, **parameters)


def test_a_missing_package_is_named(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "xgboost", None)
    with pytest.raises(InputError, match="needs the package xgboost"):
        estimator("xgboost", 0)
