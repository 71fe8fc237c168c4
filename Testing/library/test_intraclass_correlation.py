"""Intraclass correlation against published numbers, and where it is not defined."""

import numpy as np
import pytest
from RadiomicsOrthoLib.statistics.agreement import FORMS, intraclass_correlation, mean_squares

#: Shrout and Fleiss 1979, table 2: six targets, four judges
SHROUT_FLEISS = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])


def test_mean_squares_of_shrout_and_fleiss():
    found = mean_squares(SHROUT_FLEISS)
    assert [float(x) for x in (found.targets, found.raters, found.residual, found.within)] == pytest.approx(
        [11.241667, 32.486111, 1.019444, 6.263889], abs=1e-6)


#: rounded to two digits the paper's .17, .29, .71, .44, .62 and .91; six digits as in the R packages psych and irr
@pytest.mark.parametrize(("form", "value"), [("1,1", .165742), ("2,1", .289764), ("3,1", .714841),
                                             ("1,k", .442797), ("2,k", .620051), ("3,k", .909316)])
def test_the_six_forms(form, value):
    assert float(intraclass_correlation(SHROUT_FLEISS, form).value) == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize(("form", "lower", "upper"), [("2,1", .018787, .761084), ("3,1", .342465, .945858),
                                                      ("1,1", -.132932, .722560), ("3,k", .675675, .985892)])
def test_intervals(form, lower, upper):
    found = intraclass_correlation(SHROUT_FLEISS, form)
    assert (float(found.lower), float(found.upper)) == pytest.approx((lower, upper), abs=1e-6)


def test_many_measurements_at_once_and_one_by_one_are_the_same():
    ratings = np.random.default_rng(1).normal(size=(7, 3, 5)) + np.arange(7)[:, None, None]
    for form in FORMS:
        together = intraclass_correlation(ratings, form)
        alone = [intraclass_correlation(ratings[..., n], form) for n in range(5)]
        for part in ("value", "lower", "upper"):
            np.testing.assert_allclose(getattr(together, part), [getattr(one, part) for one in alone], rtol=1e-12)


@pytest.mark.parametrize("form", list(FORMS))
def test_unit_and_order_do_not_matter(form):
    generator = np.random.default_rng(2)
    ratings = generator.normal(size=(8, 3)) + 2 * np.arange(8)[:, None]
    found = intraclass_correlation(ratings, form)
    other = intraclass_correlation(1e3 * ratings[generator.permutation(8)][:, ::-1] - 4e6, form)
    for part in ("value", "lower", "upper"):
        assert float(getattr(other, part)) == pytest.approx(float(getattr(found, part)), rel=1e-7)


def test_a_constant_shift_of_one_rater_lowers_absolute_agreement_only():
    ratings = np.random.default_rng(3).normal(size=(20, 2)) * 0.1 + np.arange(20)[:, None]
    shifted = ratings + np.array([0, 5])
    assert float(intraclass_correlation(shifted, "3,1").value) == pytest.approx(
        float(intraclass_correlation(ratings, "3,1").value))
    assert intraclass_correlation(shifted, "2,1").value < 0.8
    assert intraclass_correlation(ratings, "2,1").value > 0.99


@pytest.mark.parametrize("form", list(FORMS))
def test_perfect_agreement_is_certain(form):
    found = intraclass_correlation(np.array([[1.0, 1.0], [2.0, 2.0], [4.0, 4.0]]), form)
    assert (float(found.value), float(found.lower), float(found.upper)) == (1, 1, 1)


@pytest.mark.parametrize("form", list(FORMS))
def test_of_one_value_everywhere_it_is_not_defined(form):
    found = intraclass_correlation(np.full((5, 3), 0.1 + 0.2), form)
    assert np.isnan([found.value, found.lower, found.upper]).all()


@pytest.mark.parametrize("form", ["1,1", "2,1", "3,1"])
def test_bounds_stay_where_an_icc_can_be(form):
    """Two raters who contradict each other on equal targets: Satterthwaite's lower bound would be below -1."""
    found = intraclass_correlation(np.array([[1.0, 2.0], [2.0, 1.0], [1.0, 1.0], [2.0, 2.0]]) * [[1], [1], [1], [0.6]],
                                   form)
    assert -1 <= found.lower <= found.value <= found.upper <= 1


def test_the_interval_covers_the_truth():
    """Simulated ratings of a known ICC of 0.8: 95 % intervals hold it about 95 times of 100."""
    generator = np.random.default_rng(4)
    targets, error = generator.normal(size=(20, 1, 2000)) * 2, generator.normal(size=(20, 3, 2000))
    for form in ("2,1", "3,1"):
        found = intraclass_correlation(targets + error, form)
        assert np.mean((found.lower < 0.8) & (found.upper > 0.8)) == pytest.approx(0.95, abs=0.015)


@pytest.mark.parametrize("ratings", [np.ones((1, 3)), np.ones((3, 1)), np.ones(4), [[1, 2], [3, np.nan]]])
def test_incomplete_ratings_are_refused(ratings):
    with pytest.raises(ValueError, match=r"rated|two targets"):
        intraclass_correlation(np.asarray(ratings, float))
