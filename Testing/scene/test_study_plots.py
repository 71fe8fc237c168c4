"""Curves of a study as charts: what stands in their tables is what the statistics say."""

import numpy as np
import pytest


@pytest.fixture
def study():
    rng = np.random.default_rng(3)
    first = rng.uniform(0.02, 0.9, 240)
    outcome = (rng.uniform(size=240) < first).astype(int)
    return outcome, {"first": first, "second": np.clip(first + rng.normal(0, 0.2, 240), 0.01, 0.99)}


def curve(chart, start):
    """Points of the series whose name begins so."""
    for number in range(chart.GetNumberOfPlotSeriesNodes()):
        series = chart.GetNthPlotSeriesNode(number)
        if series.GetName().startswith(start):
            table = series.GetTableNode().GetTable()
            columns = [table.GetColumnByName(name) for name in (series.GetXColumnName(), series.GetYColumnName())]
            return np.array([[column.GetValue(row) for row in range(table.GetNumberOfRows())] for column in columns])
    raise AssertionError(f"no curve {start}")


def test_the_charts_show_the_curves_of_the_statistics(bridge, study):
    from RadiomicsOrthoLib.statistics.decision_curve import net_benefit
    from RadiomicsOrthoLib.statistics.roc import delong
    from RadiomicsOrthoScene.study_plots import study_plots

    outcome, predictions = study
    charts = study_plots(outcome, predictions)
    area = delong(outcome, predictions["first"])
    x, y = curve(charts["roc"], f"first: AUC {area.value:.2f} (95 % CI {area.lower:.2f} to {area.upper:.2f})")
    inside = np.isfinite(x)
    assert np.trapezoid(y[inside][::-1], x[inside][::-1]) / 1e4 == pytest.approx(area.value, abs=1e-9)
    low, high = np.split(curve(charts["roc"], "first, 95 % CI")[1][: 2 * inside.sum() + 1], [inside.sum()])
    assert np.all(low <= y[inside] + 1e-9) and np.all(high[1:] >= y[inside] - 1e-9)
    x, y = curve(charts["decision"], "second")
    inside = np.isfinite(x)
    assert y[inside] == pytest.approx(100 * net_benefit(outcome, predictions["second"], x[inside] / 100))
    x, y = curve(charts["calibration"], "first, groups")
    assert np.isfinite(x).sum() == 10 and np.nanmax(y) <= 100
    assert charts["decision"].GetXAxisTitle() == "Threshold probability (%)"
    assert all(chart.GetTitle() and chart.GetYAxisTitle() for chart in charts.values())


def test_a_new_study_replaces_the_charts(bridge, study):
    from RadiomicsOrthoScene.curve_chart import remove_chart
    from RadiomicsOrthoScene.study_plots import study_plots

    outcome, predictions = study
    empty = bridge.slicer.mrmlScene.GetNumberOfNodes()
    charts = study_plots(outcome, predictions)
    assert study_plots(outcome, {"first": predictions["first"]}) == charts
    assert charts["roc"].GetNumberOfPlotSeriesNodes() == 3
    names = [node.GetName() for node in bridge.slicer.util.getNodesByClass("vtkMRMLPlotSeriesNode")]
    assert not any(name.startswith("second") for name in names)
    for kind in ("roc", "calibration", "decision"):
        remove_chart(f"study {kind}")
    assert bridge.slicer.mrmlScene.GetNumberOfNodes() == empty


def test_what_cannot_be_plotted_leaves_no_node(bridge, study):
    from RadiomicsOrthoScene.study_plots import study_plots

    outcome, predictions = study
    before = bridge.slicer.mrmlScene.GetNumberOfNodes()
    for wrong in ({}, {"first": predictions["first"] + 5}, {"first": predictions["first"][:-1]}):
        with pytest.raises(ValueError):
            study_plots(outcome, wrong)
    assert bridge.slicer.mrmlScene.GetNumberOfNodes() == before
