"""Net benefit against dcurves' data, and by its definition."""

import numpy as np
import pytest
from clinical_tables import columns
from RadiomicsOrthoLib.statistics.decision_curve import interventions_avoided, net_benefit, net_benefit_of_all


@pytest.fixture
def df_binary(shared_data):
    table = columns(shared_data, "df_binary.csv")
    return table | {"event": table["cancer"] == "TRUE"}


def test_everybody(df_binary):
    assert net_benefit_of_all(df_binary["event"], [.05])[0] == pytest.approx(.0947368, abs=5.1e-8)


@pytest.mark.parametrize(("model", "expected"), [
    ("famhistory", {.05: .0256140351, .10: .0185185185, .15: .0105882353, .20: .0016666667}),
    ("cancerpredmarker", {.05: .1055438596, .10: .0874074074, .15: .0792156863, .20: .0673333333, .30: .0546666667})])
def test_net_benefit_of_dcurves(df_binary, model, expected):
    found = net_benefit(df_binary["event"], df_binary[model], list(expected))
    assert found == pytest.approx(list(expected.values()), abs=5.1e-11)


def test_the_definition():
    outcome, predicted = np.array([1, 1, 0, 0, 0]), np.array([0.9, 0.2, 0.4, 0.1, 0.3])
    # at 0.4 one event and one other are positive: the threshold itself is
    assert net_benefit(outcome, predicted, [0.4])[0] == pytest.approx(1 / 5 - 1 / 5 * 0.4 / 0.6, abs=1e-15)
    assert net_benefit(outcome, predicted, [0.4], harm=0.05)[0] == pytest.approx(1 / 15 - 0.05, abs=1e-15)
    assert net_benefit(outcome, np.ones(5), [0.4]) == pytest.approx(net_benefit_of_all(outcome, [0.4]), abs=1e-15)


def test_another_prevalence_weighs_events_and_others_anew():
    outcome, predicted = np.array([1, 1, 0, 0]), np.array([0.9, 0.2, 0.6, 0.1])
    found = net_benefit(outcome, predicted, [0.5], prevalence=0.1)
    assert found[0] == pytest.approx(0.1 * 0.5 - 0.9 * 0.5, abs=1e-15)


def test_interventions_avoided():
    outcome, predicted = np.array([1, 0, 0, 0]), np.array([0.9, 0.1, 0.1, 0.8])
    # two of four are spared, and no event is missed
    assert interventions_avoided(outcome, predicted, [0.2])[0] == pytest.approx(0.5, abs=1e-12)


@pytest.mark.parametrize("threshold", [0, 1, -0.1])
def test_a_threshold_is_inside(threshold):
    with pytest.raises(ValueError, match="thresholds"):
        net_benefit(np.array([0, 1]), np.array([0.1, 0.9]), [threshold])


def test_net_benefit_is_that_of_the_package_dcurves():
    import pandas
    from dcurves import dca

    random = np.random.default_rng(0)
    p = np.round(random.random(200), 2)
    y = (random.random(200) < p).astype(int)
    thresholds = [0.05, 0.2, 0.33, 0.5, 0.8]
    found = dca(pandas.DataFrame({"y": y, "p": p}), "y", ["p"], thresholds).set_index(["model", "threshold"])
    for model, ours in (("p", net_benefit(y, p, thresholds)), ("all", net_benefit_of_all(y, thresholds))):
        assert ours == pytest.approx([found.loc[(model, one), "net_benefit"] for one in thresholds], abs=1e-9)


def test_net_benefit_of_censored_people_is_that_of_the_package_dcurves():
    pandas = pytest.importorskip("pandas")
    dca = pytest.importorskip("dcurves").dca
    pytest.importorskip("lifelines")
    from RadiomicsOrthoLib.statistics.survival import net_benefit_at

    random = np.random.default_rng(4)
    risk = random.random(300)
    life, end = random.exponential(4 * (1.2 - risk)), random.exponential(5, size=300)
    time, event = np.minimum(life, end), life <= end
    thresholds = [0.05, 0.2, 0.33, 0.5, 0.8]
    frame = pandas.DataFrame({"event": event.astype(int), "time": time, "p": risk})
    found = dca(frame, "event", ["p"], thresholds, time=2.0, time_to_outcome_col="time").set_index(
        ["model", "threshold"])
    for model, ours in (("p", risk), ("all", np.ones(300))):
        assert net_benefit_at(event, time, ours, np.array(thresholds), 2.0) == pytest.approx(
            [found.loc[(model, one), "net_benefit"] for one in thresholds], abs=1e-9)
    # nobody acted on: nothing gained; nobody seen that long: not known
    assert net_benefit_at(event, time, np.zeros(300), np.array([0.5]), 2.0)[0] == 0
    assert np.isnan(net_benefit_at(event, time, risk, np.array([0.5]), 1000.0)[0])
