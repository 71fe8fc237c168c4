"""The section "&Score this scan": click, cancel, correct, name a level, close the scene, save and reopen."""

import numpy as np
import pytest
from femur_phantom import hip
from generated_proposal import brick_proposal, brick_scan
from panel_steps import part, settle, wait
from RadiomicsOrthoLib.imaging.image import BoneImage
from spine_phantom import spine_phantom

MODULE = "RadiomicsOrtho"


@pytest.fixture(scope="module")
def spine():
    """Five bodies on a sacrum; the uppermost one is cut off."""
    return spine_phantom(count=5, spacing=(2.0, 2.0, 2.0), sacrum=True, noise=8.0).image


@pytest.fixture
def section(panel):
    return part(panel, "OneClickSection")


@pytest.fixture
def volume(panel, spine):
    from RadiomicsOrthoScene.volumes import add_volume

    node = add_volume(spine, "CT of a spine")
    panel.ui.volumeSelector.setCurrentNode(node)
    return node


def press(section):
    section.button.click()
    wait(section)


def cards(section):
    """Titles of the cards; models that want values first come behind them."""
    count = len(section.panel.scan.cards) if section.panel.scan else 0
    return [section.scores.list.item(row).text() for row in range(count)]


def edit(node, volume, name):
    """Cut the lowest layer off a segment."""
    from RadiomicsOrthoScene.generated_flow import cut_lowest_layer

    cut_lowest_layer(node, node.GetSegmentation().GetSegmentIdBySegmentName(name), volume)
    settle()


def test_without_a_scan_the_button_says_what_is_missing(panel, section):
    assert not section.button.enabled and "Load a CT" in section.button.toolTip
    assert "Load a CT" in section.stateLabel.text


def test_a_scan_that_is_no_ct_is_not_offered(panel, section, volume):
    from RadiomicsOrthoScene.volume_facts import state_modality

    state_modality(volume, "MR")
    panel.updateFromParameterNode()
    assert not section.button.enabled and "this scan is a" in section.button.toolTip


def test_one_click_goes_from_the_scan_to_the_cards_and_back_to_every_stage(panel, section, volume):
    import slicer

    press(section)
    node = panel._parameterNode
    assert [text.split(" ")[0] for text in cards(section)] == ["L1", "L1", "L3"]
    assert section.scores.row == 0 and node.modelId == "pickhardt-2013-l1-hu"
    assert "L1" in panel.ui.cardBrowser.toPlainText() and panel.ui.resultTableView.visible
    assert node.segmentation.GetSegmentation().GetSegment(node.segmentId).GetName() == "vertebra 2 body"
    assert "suggested by the sacrum" in section.titles.sentence("regions")
    assert node.scanTable.GetNumberOfRows() == 5
    # the sections below are those of the card, so Apply gives the same number
    before = panel.panel.scored.card.value
    panel.ui.applyButton.click()
    assert panel.panel.scored.card.value == pytest.approx(before)

    # back to the regions: one is edited
    edit(node.segmentation, volume, "vertebra 2 body")
    assert section.button.text == "&Score again" and "Edited" in section.titles.sentence("regions")
    nodes = slicer.mrmlScene.GetNumberOfNodes()
    press(section)
    assert section.runs == {"measurement": 1, "card": 2}
    assert ", edited" in str(panel.panel.scored.card.provenance["roi"]["made_by"])
    assert slicer.mrmlScene.GetNumberOfNodes() == nodes and section.button.text == "&Score this scan"

    # back to the values: a model without a scan
    node.modelId = "ost"
    node.clinical = {"age": "70", "weight": "50"}
    assert section.button.text == "&Score again"
    press(section)
    assert section.runs == {"card": 1} and len(cards(section)) == 4
    # the card that was looked at still is the one that is shown
    assert section.scores.row == 0 and panel.panel.scored.card.model.id == "pickhardt-2013-l1-hu"

    # a card of what is not chosen any more is gone, and the same line brings it back
    node.modelId = "ost"
    assert panel.panel.scored is None and section.scores.row == -1
    section.scores.choose(0)
    assert panel.panel.scored.card.model.id == "pickhardt-2013-l1-hu" and section.scores.row == 0

    # another module is visited meanwhile
    panel.exit()
    panel.enter()
    assert len(cards(section)) == 4 and section.scores.row == 0
    panel.exit()
    edit(node.segmentation, volume, "vertebra 3 body")
    panel.enter()
    assert section.button.text == "&Score again" and "Edited" in section.titles.sentence("regions")
    press(section)
    assert section.runs["measurement"] == 1

    # and a level is named
    section.levelQuestion.button.click()
    wait(section)
    assert set(section.runs) == {"card"} and not section.levelQuestion.widget.visible
    assert "confirmed" not in section.titles.sentence("regions")
    assert "LEVEL_SUGGESTED" not in {finding.code for finding in panel.panel.scored.card.findings}


def test_a_level_that_nobody_suggests_must_be_chosen(panel, section, volume):
    from RadiomicsOrthoScene.proposals import add_proposal
    from RadiomicsOrthoScene.segments import new_segmentation
    from RadiomicsOrthoScene.volumes import add_volume

    bricks = add_volume(brick_scan(), "CT of bricks")
    segmentation = new_segmentation(bricks, "bones")
    add_proposal(brick_proposal(suggested=None), segmentation, bricks)
    panel.ui.volumeSelector.setCurrentNode(bricks)
    panel._parameterNode.segmentation = segmentation
    press(section)
    question = section.levelQuestion
    assert cards(section) == [] and not panel.ui.notAppliedGroupBox.collapsed
    assert question.widget.visible and not question.button.enabled and "Choose the level" in question.button.toolTip
    question.levelComboBox.setCurrentText("L4")
    question.levelComboBox.activated.emit(question.levelComboBox.currentIndex)
    assert question.button.enabled
    question.button.click()
    wait(section)
    assert segmentation.GetSegmentation().GetNthSegment(4).GetName() == "L4 body"
    assert "Name the level" not in panel.ui.notAppliedLabel.text and not question.widget.visible


def test_cancel_leaves_everything_as_it_was(panel, section, volume):
    import slicer

    nodes = slicer.mrmlScene.GetNumberOfNodes()
    section.button.click()
    assert section.busy and section.button.text == "Cancel" and section.progressBar.visible
    section.button.click()
    assert not section.busy and "Cancelled" in section.stateLabel.text
    assert slicer.mrmlScene.GetNumberOfNodes() == nodes and section.button.text == "&Score this scan"


def test_the_scene_may_be_closed_meanwhile(panel, section, volume):
    import slicer

    section.button.click()
    assert section.busy
    slicer.mrmlScene.Clear()
    settle()
    assert not section.busy and cards(section) == [] and not section.button.enabled


def test_a_scan_without_a_spine_asks_for_one_click(panel, section):
    from RadiomicsOrthoScene.volumes import add_volume

    image = spine_phantom(count=2, spacing=(3.0, 3.0, 3.0)).image
    noise = np.random.default_rng(0).normal(0, 30, image.array.shape).astype(np.int16)
    node = add_volume(BoneImage(noise, image.geometry, "CT"), "CT of nothing")
    panel.ui.volumeSelector.setCurrentNode(node)
    press(section)
    assert "click once" in section.stateLabel.text and section.clickRow.visible
    assert panel._parameterNode.segmentation is None
    # the next scan is not asked about
    panel.ui.volumeSelector.setCurrentNode(add_volume(image, "another CT"))
    assert not section.clickRow.visible and section.stateLabel.text == ""


def test_the_bone_to_look_for_is_chosen_and_what_is_seen_of_it_is_said(panel, section):
    """A hip whose head the scan cuts off: by itself nothing is found, and it is said why."""
    from RadiomicsOrthoScene.volumes import add_volume

    image = hip(spacing=(2.0, 2.0, 2.5), high=(95.0, 75.0, 8.0)).image
    panel.ui.volumeSelector.setCurrentNode(add_volume(image, "CT of half a hip"))
    assert panel._parameterNode.bone == "" and section.boneComboBox.currentText == "Spine, or else hip"
    section.boneComboBox.setCurrentIndex(2)
    section.boneComboBox.activated.emit(2)
    assert panel._parameterNode.bone == "proximal-femur"
    press(section)
    assert "cut off at the top of the scan" in section.stateLabel.text and "--seed" not in section.stateLabel.text
    assert "head of a femur" in section.stateLabel.text and section.clickRow.visible


def test_a_scan_that_is_refused_says_why_in_the_place_of_the_card(panel, section, spine):
    from RadiomicsOrthoScene.volumes import add_volume

    node = add_volume(BoneImage(np.zeros_like(spine.array), spine.geometry, "CT"), "CT of one value")
    panel.ui.volumeSelector.setCurrentNode(node)
    press(section)
    assert "No score" in panel.ui.cardBrowser.toPlainText() and not section.clickRow.visible


def test_a_click_scores_from_that_point_and_leaves_the_regions_of_another_scan_alone(panel, section, volume, make_case):
    _, other, _ = make_case()
    panel.ui.volumeSelector.setCurrentNode(volume)
    panel.ui.segmentSelector.setCurrentNode(other)
    phantom = spine_phantom(count=5, spacing=(2.0, 2.0, 2.0), sacrum=True, noise=8.0)
    section._start(tuple(float(x) for x in phantom.vertebrae[3].centre))
    wait(section)
    assert len(cards(section)) == 3
    assert panel._parameterNode.segmentation is not other
    assert other.GetSegmentation().GetNumberOfSegments() == 1
