"""The section "View": levels with their values, what the views show of them, layouts, and switching it off again."""

import sys
from pathlib import Path

import numpy as np
import pytest
from panel_steps import settle

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scene"))

from scored_spine import score, spine_case

MODULE = "RadiomicsOrtho"


@pytest.fixture
def section(panel):
    from RadiomicsOrthoWidgets.view_section import ViewSection

    return panel.panel.section(ViewSection)


@pytest.fixture
def case(panel):
    from RadiomicsOrthoScene.views import add_standard_views

    add_standard_views()
    found = spine_case()
    panel._parameterNode.inputVolume, panel._parameterNode.segmentation = found.volume, found.node
    return found


@pytest.fixture
def scored(panel, case):
    score(case)
    panel.panel.update()
    return case


def rows(section):
    table = section.levelTable.widget
    return [(table.item(row, 0).text(), table.item(row, 1).text()) for row in range(table.rowCount)]


def sagittal_centre():
    import slicer

    node = next(node for node in slicer.util.getNodesByClass("vtkMRMLSliceNode") if node.GetName() == "Yellow")
    return [node.GetSliceToRAS().GetElement(row, 3) for row in range(3)]


def centre(case, name):
    return case.node.GetSegmentCenterRAS(case.node.GetSegmentation().GetSegmentIdBySegmentName(name))


def test_before_scoring_it_says_what_to_do(section, case):
    assert "Score the scan first" in section.reasonLabel.text and not section.levelTable.widget.visible
    assert not section.valuesCheckBox.enabled and not section.colourCheckBox.enabled
    assert section.coreCheckBox.enabled, "cores need no score"


def test_it_is_folded_until_there_is_something_to_see(panel, section, case):
    import slicer

    assert section.widget.collapsed and not section.valuesCheckBox.isVisibleTo(section.widget)
    score(case)
    panel.panel.update()
    assert not section.widget.collapsed and section.valuesCheckBox.isVisibleTo(section.widget)
    section.widget.collapsed = True
    panel.panel.update()
    assert section.widget.collapsed, "what a person folds stays so"
    section.tiltCheckBox.click()
    slicer.mrmlScene.Clear()
    assert section.widget.collapsed and not section.tiltCheckBox.checked


def test_a_level_says_its_region_quantity_and_unit_on_hover(section, scored):
    tip = section.levelTable.widget.item(0, 1).toolTip()
    assert "L1 body" in tip and "Mean attenuation" in tip and tip.endswith(" HU")


def test_every_level_is_listed_with_its_value_and_choosing_one_goes_there(section, scored):
    assert [level for level, _ in rows(section)] == ["L1", "L2", "L3", "L4", "L5"]
    assert all(value.endswith(" HU") for _, value in rows(section)) and not section.reasonLabel.visible
    section.levelTable.widget.setCurrentCell(3, 0)
    assert np.allclose(sagittal_centre(), centre(scored, "L4 body"), atol=2)
    section.tiltCheckBox.click()
    import slicer

    red = next(node for node in slicer.util.getNodesByClass("vtkMRMLSliceNode") if node.GetName() == "Red")
    assert red.GetOrientation() == "Reformat"
    section.tiltCheckBox.click()
    assert red.GetOrientation() == "Axial"


def test_another_number_is_shown_everywhere(section, scored):
    from RadiomicsOrthoScene.result_nodes import find_result
    from RadiomicsOrthoScene.score_colours import is_coloured

    section.colourCheckBox.click()
    section.valuesCheckBox.click()
    assert is_coloured(scored.node)
    body = scored.node.GetSegmentation().GetNthSegment(1)
    before = body.GetColor()
    box = section.quantityComboBox
    box.setCurrentIndex(box.findData("pickhardt-2013-l1-hu"))
    box.activated.emit(box.currentIndex)
    assert [level for level, _ in rows(section)] == ["L1"] and "Indeterminate" in section.legendLabel.text
    assert find_result("labels", scored.volume).GetNumberOfControlPoints() == 1 and body.GetColor() != before
    # a chart of one value says nothing
    assert find_result("levels chart", scored.volume).GetTitle() == "Mean attenuation"


def test_what_was_switched_on_is_switched_off_without_a_trace(section, scored):
    import slicer
    from RadiomicsOrthoScene.core_overlay import core_shown

    colours = [scored.node.GetSegmentation().GetNthSegment(number).GetColor() for number in range(6)]
    volumes = slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLVolumeNode")
    boxes = (section.colourCheckBox, section.valuesCheckBox, section.coreCheckBox)
    for box in boxes:
        box.click()
    assert all(box.checked for box in boxes) and core_shown(scored.volume)
    for box in boxes:
        box.click()
    assert not any(box.checked for box in boxes) and not core_shown(scored.volume)
    assert colours == [scored.node.GetSegmentation().GetNthSegment(number).GetColor() for number in range(6)]
    assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLVolumeNode") == volumes
    assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLMarkupsNode") == 0


def test_cores_that_cannot_be_shown_say_why(section, scored):
    from RadiomicsOrthoScene.volume_facts import state_modality
    from runtime.dialogs import messages

    state_modality(scored.volume, "MR")
    section.coreCheckBox.click()
    assert "only a CT" in str(messages[-1]) and not section.coreCheckBox.checked


def test_a_reopened_scene_shows_what_was_switched_on(panel, section, scored, tmp_path):
    import slicer

    section.colourCheckBox.click()
    section.coreCheckBox.click()
    before = rows(section)
    assert slicer.util.saveScene(str(tmp_path / "scene.mrb"))
    slicer.mrmlScene.Clear(False)
    assert rows(section) == [] and not section.coreCheckBox.checked and not section.colourCheckBox.enabled
    slicer.util.loadScene(str(tmp_path / "scene.mrb"))
    assert rows(section) == before
    assert section.coreCheckBox.checked and section.colourCheckBox.checked and not section.valuesCheckBox.checked
    section.coreCheckBox.click()
    assert not [node for node in slicer.util.getNodesByClass("vtkMRMLVolumeNode") if "core" in node.GetName()]


def test_a_chart_that_lost_a_curve_has_it_again_when_the_scene_is_shown(panel, section, scored):
    from RadiomicsOrthoScene.result_nodes import find_result

    chart = find_result("levels chart", scored.volume)
    chart.RemoveNthPlotSeriesNodeID(0)
    panel.panel.sceneClosed()
    panel.panel.update()
    settle()
    assert chart.GetNumberOfPlotSeriesNodes() == 2


def test_the_layouts_are_chosen_and_left(section, scored):
    import slicer
    from RadiomicsOrthoScene import layouts

    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLayoutNode")
    node.SetViewArrangement(node.SlicerLayoutFourUpView)
    section.layoutButtons[layouts.SPINE].click()
    assert node.GetViewArrangement() == layouts.SPINE and scored.node.GetSegmentation().ContainsRepresentation(
        "Closed surface")
    section.layoutButtons[layouts.HIP].click()
    section.layoutButtons[0].click()
    assert node.GetViewArrangement() == node.SlicerLayoutFourUpView


def test_new_scores_are_taken_over(panel, section, scored):
    from RadiomicsOrthoScene.result_nodes import find_result

    section.valuesCheckBox.click()
    table = find_result("regions", scored.volume).GetTable()
    table.GetColumnByName("mean_hu").SetValue(0, 12.0)
    panel.panel.showResult(None)
    assert rows(section)[0] == ("L1", "12 HU")
    assert find_result("labels", scored.volume).GetNthControlPointLabel(0) == "L1: 12 HU"
