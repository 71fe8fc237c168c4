"""The additive estimators: contributions, links, and what they refuse."""

from __future__ import annotations

import math

import pytest
from RadiomicsOrthoLib.models.estimator import AdditiveEstimator, estimator_from_dict
from RadiomicsOrthoLib.models.terms import CurveTerm, FactorTerm, LinearTerm

# logistic regression of the aSAH table (pROC): outcome on s100b, ndka and age
ASAH = AdditiveEstimator((LinearTerm("s100b", 5.04661956), LinearTerm("ndka", 0.03130863),
                          LinearTerm("age", 0.02202194)), -3.45858264, "logit")


def test_logit_is_the_logistic_function_of_the_sum() -> None:
    values = {"s100b": 0.3, "ndka": 20.0, "age": 60.0}
    predictor = -3.45858264 + 5.04661956 * 0.3 + 0.03130863 * 20 + 0.02202194 * 60
    assert ASAH.linear_predictor(values) == pytest.approx(predictor, abs=1e-12)
    assert ASAH.output(values) == pytest.approx(1 / (1 + math.exp(-predictor)), abs=1e-12)
    assert ASAH.contributions(values)["age"] == pytest.approx(1.3213164)


@pytest.mark.parametrize("link", ["logit", "cox"])
def test_outcomes_far_out_neither_overflow_nor_leave_the_unit_interval(link: str) -> None:
    estimator = AdditiveEstimator((LinearTerm("x", 1.0),), link=link,
                                  baseline_survival=0.9 if link == "cox" else None)
    assert estimator.output({"x": -5000.0}) == 0.0
    assert estimator.output({"x": 5000.0}) == 1.0


def test_cox_reproduces_the_published_garvan_example() -> None:
    # hip, woman of 60, T-score -2.5, one fracture, one fall (science.md 2.6): 5 years
    garvan = AdditiveEstimator((LinearTerm("age", 0.0507), LinearTerm("t", -0.8417), LinearTerm("fractures", 0.8127),
                                LinearTerm("falls", 0.3614)), 0.0, "cox", 0.999896685)
    assert garvan.output({"age": 60, "t": -2.5, "fractures": 1, "falls": 1}) == pytest.approx(
        0.055804543811765694, rel=1e-9)


@pytest.mark.parametrize(("link", "outcome"), [("identity", 142.0), ("logit", 0.37), ("cox", 0.02), ("cox", 0.97)])
def test_inverse_outcome_undoes_outcome(link: str, outcome: float) -> None:
    estimator = AdditiveEstimator((LinearTerm("x", 1.0),), link=link,
                                  baseline_survival=0.93 if link == "cox" else None)
    assert estimator.outcome(estimator.inverse_outcome(outcome)) == pytest.approx(outcome, rel=1e-12)


def test_curve_is_straight_between_its_knots_and_flat_beyond() -> None:
    curve = CurveTerm("bmi", ((18.0, 1.0), (24.0, 0.0), (40.0, 0.8)))
    assert [curve.contribution(x) for x in (5, 18, 21, 24, 32, 40, 90)] == pytest.approx([1, 1, 0.5, 0, 0.4, 0.8, 0.8])


def test_curve_of_not_a_number_is_not_a_number() -> None:
    assert math.isnan(CurveTerm("bmi", ((18.0, 1.0), (24.0, 0.0))).contribution(math.nan))


def test_factor_takes_the_level_by_its_key() -> None:
    assert FactorTerm("smoking", {"0": 0.0, "1": 0.7}).contribution(1) == 0.7
    with pytest.raises(KeyError):
        FactorTerm("smoking", {"0": 0.0, "1": 0.7}).contribution("2")


@pytest.mark.parametrize("make", [
    lambda: AdditiveEstimator(()),
    lambda: AdditiveEstimator((LinearTerm("x", 1), LinearTerm("x", 2))),
    lambda: AdditiveEstimator((LinearTerm("x", 1),), link="probit"),
    lambda: AdditiveEstimator((LinearTerm("x", 1),), link="cox"),
    lambda: AdditiveEstimator((LinearTerm("x", 1),), link="logit", baseline_survival=0.9),
    lambda: AdditiveEstimator((LinearTerm("x", 1),), link="cox", baseline_survival=1.0),
    lambda: CurveTerm("x", ((1.0, 0.0),)),
    lambda: CurveTerm("x", ((2.0, 0.0), (1.0, 1.0))),
    lambda: CurveTerm("x", ((1.0, 0.0), (1.0, 1.0))),
    lambda: FactorTerm("x", {}),
    lambda: estimator_from_dict({"terms": [{"input": "x", "kind": "wavelet"}]}),
    lambda: estimator_from_dict({"terms": [{"input": "x", "coefficient": True}]}),
    lambda: estimator_from_dict({"terms": [{"input": "x", "coefficient": "1"}]}),
    lambda: estimator_from_dict({"terms": [{"input": "x", "coefficient": 1}], "intercept": math.inf}),
])
def test_what_is_no_estimator_is_refused(make) -> None:
    with pytest.raises(ValueError, match=r"."):
        make()


def test_reading_the_json_form_gives_each_kind_of_term() -> None:
    estimator = estimator_from_dict({
        "link": "cox", "intercept": 1, "baseline_survival": 0.95, "terms": [
            {"input": "a", "coefficient": 2},
            {"input": "b", "kind": "factor", "levels": {"no": 0, "yes": 1}},
            {"input": "c", "kind": "curve", "knots": [[0, 0], [1, 3]]}]})
    assert [type(term) for term in estimator.terms] == [LinearTerm, FactorTerm, CurveTerm]
    assert estimator.linear_predictor({"a": 2, "b": "yes", "c": 0.5}) == pytest.approx(1 + 4 + 1 + 1.5)
    assert estimator.baseline_survival == 0.95
