"""Nomogram geometry against R: ``pretty()`` and ``rms::nomogram`` (R 4.2.2, rms 6.5)."""

from __future__ import annotations

import csv
import itertools
import math
import random
from pathlib import Path

import generated
import pytest
from RadiomicsOrthoLib.models.bundle import ModelInput, load_bundle
from RadiomicsOrthoLib.models.estimator import AdditiveEstimator
from RadiomicsOrthoLib.models.terms import CurveTerm, FactorTerm, LinearTerm
from RadiomicsOrthoLib.scoring.nomogram import (
    LINEAR_PREDICTOR,
    OUTCOME,
    POINTS,
    PROBABILITIES,
    TOTAL,
    Nomogram,
    Outcome,
    build_nomogram,
    estimator_nomogram,
    patient_marks,
    pretty,
)

ASAH_RANGES = {"age": (18.0, 81.0), "s100b": (0.03, 2.07), "ndka": (3.01, 419.19)}
ASAH = AdditiveEstimator((LinearTerm("age", 0.02202194), LinearTerm("s100b", 5.04661956),
                          LinearTerm("ndka", 0.03130863)), -3.45858264, "logit")

# range and n; length, first and last value of R's pretty(range, n)
R_PRETTY = [
    (18.0, 81.0, 10, 15, 15, 85), (0.04, 2.07, 10, 12, 0, 2.2), (3.01, 419.19, 10, 10, 0, 450),
    (0.0, 300.0, 10, 7, 0, 300), (0.0, 0.0, 10, 4, -0.4, 0.2), (5.0, 5.0, 10, 4, 3, 6), (-3.0, -3.0, 10, 4, -4, -1),
    (0.0, 1.0, 10, 11, 0, 1), (-1.5, 2.5, 10, 9, -1.5, 2.5), (1e-09, 3e-09, 10, 11, 1e-09, 3e-09),
    (1000.0, 1000.5, 10, 11, 1000, 1000.5), (-100.0, 600.0, 10, 15, -100, 600), (0.0, 267.3, 10, 15, 0, 280),
    (123456.0, 987654.0, 10, 10, 100000, 1000000), (0.1, 0.3, 10, 11, 0.1, 0.3), (0.0, 1000000.0, 10, 11, 0, 1000000),
    (-0.003, 0.0007, 10, 9, -0.003, 0.001), (99.9, 100.1, 10, 11, 99.9, 100.1),
    (1.0, 1.0000001, 10, 11, 1, 1.0000001), (-7.0, 0.0, 10, 15, -7, 0), (0.0, 14.0, 10, 15, 0, 14),
    (0.0, 28.0, 10, 15, 0, 28), (1000000000000000.0, 1000000000000008.0, 10, 4, 9.6e+14, 1.02e+15),
    (0.0, 2e-300, 10, 11, 0, 2e-300), (20.0, 40.0, 10, 11, 20, 40), (0.0, 9.99, 10, 11, 0, 10),
    (3.0, 47.0, 10, 11, 0, 50), (18.0, 81.0, 5, 9, 10, 90), (0.0, 300.0, 5, 7, 0, 300), (18.0, 81.0, 3, 6, 0, 100),
    (0.0, 300.0, 3, 4, 0, 300), (-3.0, -3.0, 3, 2, -4, -2), (18.0, 81.0, 1, 3, 0, 100), (0.0, 0.0, 1, 1, 0, 0),
    (1e-09, 3e-09, 1, 3, 0, 4e-09), (18.0, 81.0, 0, 3, 0, 100), (3.01, 419.19, 0, 2, 0, 500), (0.0, 0.0, 0, 1, 0, 0),
    (0.0, 267.3, 0, 3, 0, 400), (18.0, 81.0, 20, 15, 15, 85), (5.0, 5.0, 20, 7, 3.5, 6.5),
    (0.0, 1000000.0, 20, 21, 0, 1000000),
    (-0.0007384680128775035, -0.0007363787033052622, 2, 4, -0.000739, -0.000736),
    (2.76816619392044e-05, 2.7707120748757206e-05, 1, 3, 2.768e-05, 2.772e-05),
    (6.142969433393757, 6.357121136195542, 1, 3, 6, 6.4),
    (0.0020850985962240225, 0.0028511032191410528, 14, 18, 0.00205, 0.0029),
    (2.9424928623659854, 2.948869471727708, 8, 8, 2.942, 2.949),
    (1.8815738395951457e-06, 1.8879893835693892e-06, 15, 14, 1.8815e-06, 1.888e-06),
    (-0.019096688119471364, -0.019067722232792118, 10, 8, -0.0191, -0.019065),
    (13.394086549377096, 13.411209653023128, 13, 19, 13.394, 13.412),
    (1590042.5315447538, 1611345.3339813391, 8, 12, 1590000, 1612000),
    (-10.539579325981707, -9.56361743779956, 6, 7, -10.6, -9.4),
    (73.33952412674354, 73.49141275386991, 3, 5, 73.3, 73.5), (331.239213754007, 493.2230989218255, 9, 10, 320, 500),
    (-1012.2759402447026, -734.2160865405086, 13, 16, -1020, -720),
    (-0.00046212751299913027, -0.00042544139842762697, 7, 9, -0.000465, -0.000425),
    (-0.00023511442638217707, -0.0001500863675415693, 3, 3, -0.00025, -0.00015),
    (-136734.73639365632, -136563.6839866083, 13, 19, -136740, -136560),
    (1732.2097983097792, 1737.0710668477154, 8, 12, 1732, 1737.5),
    (-31.465377049154224, -26.74968236646656, 15, 11, -31.5, -26.5),
    (-310004.636799755, -305796.32024362223, 2, 5, -312000, -304000),
    (-8.656407741249317e-05, -8.648621708334594e-05, 15, 17, -8.6565e-05, -8.6485e-05),
    # all but empty ranges, where R's own rounding decides
    (7, 7, 6, 3, 4, 8), (9, 9, 1, 2, 5, 10), (20, 20, 10, 4, 16, 22),
    (87.0, 87.000138237367935, 12, 16, 86.99999, 87.00014), (-87.000138237367935, -87.0, 12, 16, -87.00014, -86.99999),
    (-11.377000000000001, -11.376999999947589, 23, 29, -11.377000000002, -11.376999999946),
]


@pytest.fixture
def asah() -> Nomogram:
    return estimator_nomogram(ASAH, ranges=ASAH_RANGES)


def values_of(nomogram: Nomogram, key: str) -> list[float]:
    return [tick.value for tick in nomogram.axis(key).ticks]


@pytest.mark.parametrize(("low", "high", "n", "length", "first", "last"), R_PRETTY)
def test_pretty_is_that_of_r(low: float, high: float, n: int, length: int, first: float, last: float) -> None:
    ticks = pretty(low, high, n)
    assert len(ticks) == length
    scale = max(abs(first), abs(last)) * 1e-11
    assert ticks[0] == pytest.approx(first, abs=scale) and ticks[-1] == pytest.approx(last, abs=scale)


def test_pretty_values_are_the_short_decimals() -> None:
    assert pretty(0, 1, 10) == (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def test_pretty_covers_any_range_in_equal_steps() -> None:
    rng = random.Random(20260101)
    for _ in range(500):
        low = rng.gauss(0, 1) * 10 ** rng.uniform(-5, 5)
        high = low + abs(rng.gauss(0, 1)) * 10 ** rng.uniform(-5, 5)
        ticks = pretty(low, high, 10)
        step = ticks[1] - ticks[0]
        assert ticks[0] <= low + 1e-9 * step and ticks[-1] >= high - 1e-9 * step
        rounding = 1e-15 * max(map(abs, ticks))
        assert all(b - a == pytest.approx(step, rel=1e-6, abs=rounding) for a, b in itertools.pairwise(ticks))


@pytest.mark.parametrize(("low", "high"), [(1.0, 0.0), (math.nan, 1.0), (0.0, math.inf)])
def test_pretty_refuses_what_is_no_range(low: float, high: float) -> None:
    with pytest.raises(ValueError, match="finite rising range"):
        pretty(low, high)


def test_asah_axes_are_those_of_rms(asah: Nomogram) -> None:
    assert values_of(asah, "age") == list(range(15, 90, 5))
    assert values_of(asah, "s100b") == pytest.approx([0.2 * k for k in range(12)])
    assert values_of(asah, "ndka") == list(range(0, 500, 50))
    assert [axis.key for axis in asah.axes] == [
        POINTS, "age", "s100b", "ndka", TOTAL, LINEAR_PREDICTOR, OUTCOME]
    assert values_of(asah, TOTAL) == list(range(0, 220, 20))    # 10.94 + 78.80 + 100 points at most


def test_asah_points_and_risks_are_those_of_rms(asah: Nomogram) -> None:
    assert asah.scale == pytest.approx(7.097795, abs=5e-7)
    assert asah.origin == pytest.approx(-3.128254, abs=5e-7)
    for name, per_unit in (("age", 0.156307), ("s100b", 35.819869), ("ndka", 0.222222)):
        first, second = asah.axis(name).ticks[:2]
        assert (second.position - first.position) / (second.value - first.value) == pytest.approx(per_unit, abs=5e-6)
    # printed by rms::nomogram itself
    assert asah.axis("age").end == pytest.approx(10.9415016309, abs=1e-4)
    assert asah.axis("s100b").end == pytest.approx(78.803703667, abs=1e-4)
    risks = {tick.value: tick.position for tick in asah.axis(OUTCOME).ticks}
    assert [risks[p] for p in (0.1, 0.5, 0.9)] == pytest.approx([6.608, 22.204, 37.799], abs=1e-3)


def test_asah_ranges_are_those_of_the_table(shared_data: Path) -> None:
    path = shared_data / "tables" / "aSAH.csv"
    if not path.is_file():
        pytest.skip(f"{path} is not at hand")
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 113
    for name, expected in ASAH_RANGES.items():
        column = [float(row[name]) for row in rows]
        assert (min(column), max(column)) == expected


def test_total_points_read_back_as_the_models_own_risk(asah: Nomogram) -> None:
    rng = random.Random(5)
    for _ in range(200):
        values = {name: rng.uniform(*pair) for name, pair in ASAH_RANGES.items()}
        marks = patient_marks(asah, values)
        total = sum(marks[name].amount for name in values)
        assert total == pytest.approx(marks[TOTAL].amount, abs=1e-9)
        assert ASAH.outcome(total / asah.scale + asah.origin) == pytest.approx(ASAH.output(values), rel=1e-9)
        assert marks[OUTCOME].value == ASAH.output(values)
        assert marks[OUTCOME].position == pytest.approx(marks[TOTAL].position)
        assert not any(mark.clamped for mark in marks.values())


def test_a_value_beyond_its_axis_is_drawn_at_the_end_and_flagged(asah: Nomogram) -> None:
    marks = patient_marks(asah, {"age": 5.0, "s100b": 0.5, "ndka": 900.0})
    assert (marks["ndka"].clamped, marks["ndka"].position) == (True, pytest.approx(100.0))
    assert marks["ndka"].amount == pytest.approx(200.0, abs=1e-3)
    assert (marks["age"].clamped, marks["age"].position) == (True, 0.0)
    assert marks["age"].amount < 0
    assert not marks["s100b"].clamped
    assert marks[TOTAL].clamped and marks[TOTAL].position == 200.0
    assert marks[OUTCOME].value == ASAH.output({"age": 5.0, "s100b": 0.5, "ndka": 900.0})


def test_the_ends_of_an_axis_are_on_the_axis(asah: Nomogram) -> None:
    low = patient_marks(asah, {"age": 15.0, "s100b": 0.0, "ndka": 0.0})
    high = patient_marks(asah, {"age": 85.0, "s100b": 2.2, "ndka": 450.0})
    assert not any(mark.clamped for mark in (*low.values(), *high.values()))
    assert low[TOTAL].amount == pytest.approx(0.0, abs=1e-9)


def test_a_falling_input_has_its_points_at_its_low_end() -> None:
    nomogram = build_nomogram(generated.bundle(generated.logistic_dict()))
    axis = nomogram.axis("mean_hu")
    assert (axis.ticks[0].value, axis.ticks[-1].value) == (20, 260)
    assert axis.ticks[0].position == axis.end and axis.ticks[-1].position == pytest.approx(0.0, abs=1e-9)
    assert axis.title == "Mean trabecular attenuation" and axis.unit == "HU"


def test_the_widest_input_has_a_hundred_points_and_none_has_less_than_zero() -> None:
    for data in (generated.logistic_dict(), generated.cox_dict()):
        nomogram = build_nomogram(generated.bundle(data))
        inputs = [axis for axis in nomogram.axes if axis.scale == "points" and axis.key != POINTS]
        assert max(axis.end for axis in inputs) == pytest.approx(100.0)
        for axis in inputs:
            assert all(-1e-9 <= tick.position <= axis.end + 1e-9 for tick in axis.ticks)
            assert min(tick.position for tick in axis.ticks) == pytest.approx(0.0, abs=1e-9)


def test_every_level_of_a_choice_has_a_tick_with_its_title() -> None:
    axis = build_nomogram(generated.bundle(generated.logistic_dict())).axis("fracture")
    assert axis.labelling == "levels"
    assert {tick.value: tick.label for tick in axis.ticks} == {
        "none": "None", "one": "One", "two": "Two or more", "unknown": "Not known"}


def test_a_curve_that_turns_has_its_stretches_on_two_sides() -> None:
    axis = build_nomogram(generated.bundle(generated.cox_dict())).axis("bmi")
    falling = [tick for tick in axis.ticks if not tick.above]
    rising = [tick for tick in axis.ticks if tick.above]
    assert [tick.label for tick in falling] == ["≤ 18", "20", "25", "28"]
    assert [tick.label for tick in rising] == ["30", "35", "≥ 40"]
    assert [tick.position for tick in falling] == sorted((t.position for t in falling), reverse=True)
    assert [tick.position for tick in rising] == sorted(t.position for t in rising)
    assert min(tick.position for tick in axis.ticks) == pytest.approx(0.0, abs=1e-9)   # at the knot 28
    assert axis.end == pytest.approx(falling[0].position)


def test_a_flat_stretch_between_two_slopes_has_one_label() -> None:
    curve = CurveTerm("x", ((40.0, 1.0), (55.0, 0.0), (65.0, 0.0), (83.0, 2.2)))
    nomogram = estimator_nomogram(AdditiveEstimator((curve, LinearTerm("y", 1.0))),
                                  ranges={"x": (30, 90), "y": (0, 1)})
    ticks = {tick.label: tick for tick in nomogram.axis("x").ticks}
    assert list(ticks) == ["≤ 40", "45", "50", "55–65", "70", "75", "80", "≥ 83"]
    assert [label for label, tick in ticks.items() if tick.above] == ["70", "75", "80", "≥ 83"]


def test_a_value_beyond_a_flat_end_is_flagged_though_its_points_are_not() -> None:
    nomogram = build_nomogram(generated.bundle(generated.cox_dict()))
    mark = patient_marks(nomogram, {"bmi": 55.0, "site": "none", "entropy": 3.0})["bmi"]
    assert mark.clamped and mark.position == pytest.approx(mark.amount)


def test_probability_ticks_lie_within_the_total_axis_and_where_the_model_puts_them() -> None:
    for data in (generated.logistic_dict(), generated.cox_dict()):
        nomogram = build_nomogram(generated.bundle(data))
        axis, end = nomogram.axis(OUTCOME), nomogram.axis(TOTAL).end
        assert axis.unit == "%" and len(axis.ticks) >= 8
        for tick in axis.ticks:
            assert tick.value in PROBABILITIES and 0 <= tick.position <= end
            assert tick.label == f"{100 * tick.value:.6g}"
            assert nomogram.estimator.outcome(tick.position / nomogram.scale + nomogram.origin) == pytest.approx(
                tick.value, rel=1e-9)


def test_a_narrow_range_of_risks_still_has_ticks() -> None:
    nomogram = estimator_nomogram(AdditiveEstimator((LinearTerm("x", 0.01), LinearTerm("y", 0.02)), -1.5, "logit"),
                                  ranges={"x": (0, 1), "y": (0, 1)})
    assert len(nomogram.axis(OUTCOME).ticks) >= 3


def test_points_of_an_identity_model_end_in_its_own_unit() -> None:
    estimator = AdditiveEstimator((FactorTerm("a", {"no": 0.0, "yes": 5.0}), FactorTerm("b", {"no": 0.0, "yes": 3.0})),
                                  2.0)
    nomogram = estimator_nomogram(estimator, outcome=Outcome("Score", "points"))
    assert [axis.key for axis in nomogram.axes] == [POINTS, "a", "b", TOTAL, OUTCOME]
    marks = patient_marks(nomogram, {"a": "yes", "b": "no"})
    assert (marks["a"].amount, marks["b"].amount) == pytest.approx((100.0, 0.0))
    assert marks[OUTCOME].value == 7.0
    ticks = {tick.value: tick.position for tick in nomogram.axis(OUTCOME).ticks}
    assert ticks[7.0] == pytest.approx(100.0) and 1.0 not in ticks


def test_one_input_and_identity_link_give_bands() -> None:
    nomogram = build_nomogram(load_bundle(generated.PICKHARDT))
    assert nomogram.form == "bands" and [axis.key for axis in nomogram.axes] == [OUTCOME]
    assert values_of(nomogram, OUTCOME) == [0, 50, 100, 150, 200, 250, 300]
    assert [(band.output_class.id, band.start, band.end) for band in nomogram.bands] == [
        ("low", 0, 110), ("indeterminate", 110, 160), ("not-low", 160, 300)]
    assert [cutoff.position for cutoff in nomogram.cutoffs] == [110, 135, 160]
    assert patient_marks(nomogram, {"mean_hu": 142.4})[OUTCOME].position == 142.4
    beyond = patient_marks(nomogram, {"mean_hu": -20.0})[OUTCOME]
    assert (beyond.value, beyond.position, beyond.clamped) == (-20.0, 0, True)


def test_bands_are_in_units_of_the_output_not_of_the_input() -> None:
    nomogram = estimator_nomogram(AdditiveEstimator((LinearTerm("hu", -0.5),), 100.0), ranges={"hu": (0, 200)})
    assert nomogram.form == "bands"
    assert (nomogram.axis(OUTCOME).start, nomogram.axis(OUTCOME).end) == (0, 100)
    assert patient_marks(nomogram, {"hu": 50})[OUTCOME].position == 75


def test_one_input_with_another_link_keeps_its_points() -> None:
    nomogram = estimator_nomogram(AdditiveEstimator((LinearTerm("hu", -0.03),), 3.0, "logit"), ranges={"hu": (0, 200)})
    assert nomogram.form == "points"


def test_classes_and_cutoffs_of_a_probability_stand_on_the_total_axis() -> None:
    nomogram = build_nomogram(generated.bundle(generated.logistic_dict()))
    low, high = nomogram.bands
    at_20 = next(tick.position for tick in nomogram.axis(OUTCOME).ticks if tick.value == 0.2)
    assert low.start == 0 and low.end == high.start == pytest.approx(at_20)
    assert high.end == nomogram.axis(TOTAL).end
    assert nomogram.cutoffs[0].position == pytest.approx(at_20)
    assert nomogram.outcome_position(0.2) == pytest.approx(at_20)
    assert (nomogram.outcome_position(0.0), nomogram.outcome_position(1.0)) == (0.0, high.end)


def test_a_cutoff_off_the_axis_has_no_position() -> None:
    data = generated.logistic_dict()
    data["output"]["thresholds"][0]["value"] = 1.0
    assert build_nomogram(generated.bundle(data)).cutoffs[0].position is None


def test_ranges_are_taken_in_their_order() -> None:
    item = ModelInput("x", "X", "mm", "feature", "x", valid_range=(0, 1000), training_range=(10, 90),
                      axis_range=(0, 50))
    estimator = AdditiveEstimator((LinearTerm("x", 1.0), LinearTerm("y", 1.0)))

    def end(item: ModelInput, ranges: dict) -> float:
        return values_of(estimator_nomogram(estimator, [item], {"y": (0, 1)} | ranges), "x")[-1]

    without_axis = ModelInput("x", "X", "mm", "feature", "x", valid_range=(0, 1000), training_range=(10, 90))
    only_valid = ModelInput("x", "X", "mm", "feature", "x", valid_range=(0, 1000))
    assert [end(item, {"x": (0, 7)}), end(item, {}), end(without_axis, {}), end(only_valid, {})] == [7, 50, 90, 1000]


def test_an_input_without_any_range_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="'y' states no range"):
        estimator_nomogram(AdditiveEstimator((LinearTerm("x", 1.0), LinearTerm("y", 1.0))), ranges={"x": (0, 1)})


def test_a_model_in_which_no_input_counts_is_still_drawn() -> None:
    nomogram = estimator_nomogram(AdditiveEstimator((LinearTerm("x", 0.0), LinearTerm("y", 0.0)), -1.0, "logit"),
                                  ranges={"x": (0, 1), "y": (0, 1)})
    assert patient_marks(nomogram, {"x": 0.5, "y": 0.5})[TOTAL].position == 0.0


def test_labels_have_the_decimals_of_their_step_and_a_true_minus_sign() -> None:
    axis = build_nomogram(generated.bundle(generated.logistic_dict())).axis("rad_score")
    assert [tick.label for tick in axis.ticks[:6]] == ["−2.5", "−2.0", "−1.5", "−1.0", "−0.5", "0"]
