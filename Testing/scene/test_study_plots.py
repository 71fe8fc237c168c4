"""Curves of a study as charts: what stands in their tables is what the statistics say; tables as people read them."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

#: a study as it is read from its folder
CURVES = [{"name": "no information", "style": "dotted", "colour": None, "x": [0, 100], "y": [0, 100]},
          {"name": "A: AUC 0.800", "style": "line", "colour": 0, "x": [0, 50, 100], "y": [0, 90, 100]},
          {"name": "A, 95 % CI", "style": "dashed", "colour": 0, "x": [0, 100, None, 0, 100],
           "y": [0, 80, None, 10, 100]}]


def chart(name="roc-1", curves=CURVES):
    return {"name": name, "title": "ROC: outcome", "axes": ["1 \u2212 specificity (%)", "Sensitivity (%)"],
            "ranges": [[0, 100], None], "curves": curves}


@pytest.fixture
def study(tmp_path):
    data = {"kind": "study", "recipe": "some-2020", "title": "Some design", "simulated": True,
            "charts": [chart(), chart("decision-1", CURVES[:2])]}
    (tmp_path / "record.json").write_text(json.dumps({"seed": 1}), encoding="utf-8")
    (tmp_path / "performance.csv").write_text(
        "model,auc_delong,auc_delong_lower,auc_delong_upper,events,note\nA,0.81234567,0.7,0.9,20,\nB,,,,21,\n",
        encoding="utf-8")
    return SimpleNamespace(path=tmp_path, data=data, simulated=True,
                           charts={one["name"]: one for one in data["charts"]})


def points(node, start):
    """Points of the series whose name begins so."""
    for number in range(node.GetNumberOfPlotSeriesNodes()):
        series = node.GetNthPlotSeriesNode(number)
        if series.GetName().startswith(start):
            table = series.GetTableNode().GetTable()
            columns = [table.GetColumnByName(name) for name in (series.GetXColumnName(), series.GetYColumnName())]
            return np.array([[column.GetValue(row) for row in range(table.GetNumberOfRows())] for column in columns])
    raise AssertionError(f"no curve {start}")


def test_a_chart_has_the_points_of_the_results(bridge):
    from RadiomicsOrthoScene.study_plots import write_study_chart

    node = write_study_chart(chart(), "study some-2020")
    assert node.GetTitle() == "ROC: outcome" and node.GetYAxisTitle() == "Sensitivity (%)"
    assert not node.GetXAxisRangeAuto() and node.GetYAxisRangeAuto()
    x, y = points(node, "A: AUC")
    assert list(x[:3]) == [0, 50, 100] and list(y[:3]) == [0, 90, 100] and np.all(np.isnan(y[3:]))
    x, _ = points(node, "A, 95 %")
    assert np.isnan(x[2]) and x[3] == 0


def test_the_same_chart_again_replaces_its_nodes(bridge):
    from RadiomicsOrthoScene.curve_chart import remove_chart
    from RadiomicsOrthoScene.study_plots import write_study_chart

    empty = bridge.slicer.mrmlScene.GetNumberOfNodes()
    node = write_study_chart(chart(), "study some-2020")
    other = write_study_chart(chart(), "study other-2021")
    assert other != node and write_study_chart(chart(curves=CURVES[:2]), "study some-2020") == node
    assert node.GetNumberOfPlotSeriesNodes() == 2
    for kind in ("study some-2020", "study other-2021"):
        remove_chart(kind)
    assert bridge.slicer.mrmlScene.GetNumberOfNodes() == empty


def test_charts_table_and_record_of_a_study_lie_in_one_folder(bridge, study):
    from RadiomicsOrthoScene.study_results import show_study_chart, show_study_table, write_study_record

    nodes = [show_study_chart(study, "roc-1"), show_study_table(study, "performance.csv", "Performance"),
             write_study_record(study)]
    hierarchy = bridge.slicer.mrmlScene.GetSubjectHierarchyNode()
    folders = {hierarchy.GetItemParent(hierarchy.GetItemByDataNode(node)) for node in nodes}
    assert len(folders) == 1
    assert hierarchy.GetItemName(folders.pop()) == "SIMULATED \u2013 Study: Some design"
    count = bridge.slicer.mrmlScene.GetNumberOfNodes()
    assert [show_study_chart(study, "roc-1"), show_study_table(study, "performance.csv", "Performance"),
            write_study_record(study)] == nodes
    assert bridge.slicer.mrmlScene.GetNumberOfNodes() == count
    assert "SIMULATED" in nodes[1].GetName() and json.loads(nodes[2].GetText()) == {"seed": 1}


def test_a_table_is_shown_with_intervals_beside_their_numbers(bridge, study):
    from RadiomicsOrthoScene.study_results import show_study_table

    node = show_study_table(study, "performance.csv", "Performance")
    table = node.GetTable()
    titles = [table.GetColumn(at).GetName() for at in range(table.GetNumberOfColumns())]
    assert titles == ["model", "auc_delong", "events"]
    assert node.GetColumnTitle("auc_delong") == "AUC, DeLong (95 % CI)"
    assert "Area under the ROC curve" in node.GetColumnDescription("auc_delong")
    assert table.GetValueByName(0, "auc_delong").ToString() == "0.8123 (0.7 to 0.9)"
    assert table.GetValueByName(1, "auc_delong").ToString() == ""
    assert table.GetValueByName(0, "events").ToDouble() == 20


def test_a_table_that_is_gone_is_refused_with_a_sentence(bridge, study):
    from RadiomicsOrthoLib.errors import InputError
    from RadiomicsOrthoScene.study_results import show_study_table, write_study_record

    with pytest.raises(InputError, match="run the study again"):
        show_study_table(study, "comparisons.csv", "Comparisons")
    (study.path / "record.json").unlink()
    assert write_study_record(study) is None
