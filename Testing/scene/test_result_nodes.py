"""Results as nodes: scores, provenance and chart beside the volume, replaced by the next run, kept with the scene."""

import json

import pytest
from scored_spine import LEVELS, score, spine_case


@pytest.fixture
def scored(bridge):
    """A spine, scored with one click."""
    case = spine_case()
    score(case)
    return case


def measured(case, place):
    from RadiomicsOrthoScene.level_values import quantities

    return next(value.value for value in quantities(case.volume)[0].values if value.place == place)


def nodes():
    import slicer

    return sorted(node.GetID() for node in slicer.util.getNodesByClass("vtkMRMLNode"))


def test_every_score_is_a_row_with_its_unit_class_and_region(bridge, scored):
    from RadiomicsOrthoScene.result_nodes import find_result
    from RadiomicsOrthoScene.score_table import COLUMNS, SCORES, score_rows

    rows = {row.model_id: row for row in score_rows(scored.volume)}
    row = rows["pickhardt-2013-l1-hu"]
    assert (row.place, row.unit, row.region) == ("L1", "HU", "L1 body") and 50 < row.score < 400
    assert "HU" in row.class_title and len(row.colour.split()) == 3
    assert row.score == pytest.approx(measured(scored, "L1"), rel=1e-3)
    table = find_result(SCORES, scored.volume)
    assert [table.GetColumnName(number) for number in range(len(COLUMNS))] == list(COLUMNS) and table.GetLocked()
    said = json.loads(find_result("provenance", scored.volume).GetText())
    assert {entry["model"]["id"] for entry in said} == set(rows)
    assert all(len(entry["model"]["sha256"]) == 64 and entry["provenance"] for entry in said)


def test_every_column_says_what_it_holds_and_in_which_unit(bridge, scored):
    from RadiomicsOrthoScene.result_nodes import find_result
    from RadiomicsOrthoScene.score_table import COLUMNS, SCORES

    table = find_result(SCORES, scored.volume)
    assert all(table.GetColumnDescription(name) for name in COLUMNS)
    regions = find_result("regions", scored.volume)
    assert regions.GetColumnUnitLabel("mean_hu") == "HU"
    assert regions.GetColumnTitle("mean_hu") == "Mean attenuation (HU)"


def test_in_another_language_the_titles_are_translated_and_the_names_are_not(bridge):
    import slicer
    from RadiomicsOrthoLib.report.language import speaking
    from RadiomicsOrthoScene.table_columns import About, fill_table

    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTableNode")
    with speaking("zh"):
        fill_table(node, {"mean_hu": [1.0], "Unit": ["a#b\tc"]}, {"mean_hu": About("Mean attenuation", "HU")})
    assert node.GetColumnName(0) == "mean_hu" and node.GetColumnTitle("mean_hu") == "平均 CT 值 (HU)"
    assert node.GetColumnTitle("Unit") == "单位" and node.GetTable().GetColumn(1).GetValue(0) == "a\uff03b c"


def test_scoring_again_replaces_the_nodes(bridge, scored):
    before = nodes()
    score(scored)
    assert nodes() == before


def test_one_score_more_joins_the_table_and_the_same_one_replaces_its_row(bridge):
    from RadiomicsOrthoScene.generated_case import generated_vertebra
    from RadiomicsOrthoScene.score_table import score_rows
    from RadiomicsOrthoScene.scoring import score_segment

    volume, segmentation, segment = generated_vertebra()
    for model in ("pickhardt-2013-l1-hu", "reference-hu-l1-hendrickson-2018", "pickhardt-2013-l1-hu"):
        score_segment(volume, segmentation, segment, model)
    assert sorted(row.model_id for row in score_rows(volume)) == [
        "pickhardt-2013-l1-hu", "reference-hu-l1-hendrickson-2018"]


@pytest.mark.parametrize("in_study", [False, True])
def test_results_lie_in_the_study_of_the_volume_or_in_a_folder_beside_it(bridge, in_study):
    from RadiomicsOrthoScene.result_nodes import results_of

    hierarchy = bridge.slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(bridge.slicer.mrmlScene)
    parent, case = hierarchy.GetSceneItemID(), spine_case()
    if in_study:
        patient = hierarchy.CreateSubjectItem(parent, "DOE^JANE (4711)")
        parent = hierarchy.CreateStudyItem(patient, "CT of the spine")
        hierarchy.SetItemParent(hierarchy.GetItemByDataNode(case.volume), parent)
    score(case)
    items = [hierarchy.GetItemByDataNode(node) for _, node in results_of(case.volume)]
    folders = {hierarchy.GetItemParent(item) for item in items}
    assert len(items) >= 4 and len(folders) == 1 and hierarchy.GetItemParent(folders.pop()) == parent
    names = " ".join(node.GetName() or "" for node in bridge.slicer.util.getNodesByClass("vtkMRMLNode"))
    assert "DOE" not in names and "4711" not in names


def test_a_chart_shows_the_levels_in_order(bridge, scored):
    from RadiomicsOrthoScene.level_values import quantities
    from RadiomicsOrthoScene.result_nodes import find_result

    quantity = quantities(scored.volume)[0]
    assert [value.place for value in quantity.values] == list(LEVELS[1:])
    chart = find_result("levels chart", scored.volume)
    assert chart.GetYAxisTitle() == "Mean attenuation (HU)" and "1 = L1" in chart.GetXAxisTitle()
    series = chart.GetNthPlotSeriesNode(1)
    table = series.GetTableNode().GetTable()
    heights = table.GetColumnByName(series.GetYColumnName())
    assert [heights.GetValue(row) for row in range(5)] == pytest.approx([value.value for value in quantity.values])
    assert table.GetColumnByName(series.GetLabelColumnName()).GetValue(0) == f"L1: {quantity.values[0].text}"


def test_a_reopened_scene_has_the_same_results_and_takes_new_ones_in_their_place(bridge, scored, tmp_path):
    from types import SimpleNamespace

    from RadiomicsOrthoScene.level_values import quantities
    from RadiomicsOrthoScene.result_nodes import find_result
    from RadiomicsOrthoScene.score_table import score_rows

    slicer = bridge.slicer

    def shown(volume):
        rows = [(row.key, f"{row.score:.4g} {row.unit}", row.class_title, row.colour) for row in score_rows(volume)]
        return rows, [[(value.place, value.text, value.meaning) for value in one.values] for one in quantities(volume)]

    before = shown(scored.volume)
    assert slicer.util.saveScene(str(tmp_path / "scene.mrb"))
    slicer.mrmlScene.Clear(False)
    # another volume is there already, so that ids differ
    slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "other")
    slicer.util.loadScene(str(tmp_path / "scene.mrb"), {"clear": False})
    volume = slicer.util.getNode("CT of a spine")
    assert shown(volume) == before
    chart = find_result("levels chart", volume)
    assert chart.GetNumberOfPlotSeriesNodes() == 2 and chart.GetNthPlotSeriesNode(1).GetTableNode() is not None
    count = len(nodes())
    score(SimpleNamespace(volume=volume, node=slicer.util.getNode("bones")))
    assert len(nodes()) == count
