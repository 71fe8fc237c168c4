"""Proposing in the panel of Radiomics Ortho Segment: one click, progress, cancel, remarks, hand edits, levels, undo."""

import numpy as np
import pytest
from generated_proposal import METHOD, brick_proposal, brick_scan
from panel_steps import pick, settle, wait

MODULE = "RadiomicsOrthoSegment"


@pytest.fixture
def volume(panel):
    """The scan of bricks, chosen in the panel."""
    from RadiomicsOrthoScene.volumes import add_volume

    node = add_volume(brick_scan(), "CT of bricks")
    panel.ui.volumeSelector.setCurrentNode(node)
    return node


def take(panel, volume, proposal=None):
    """What the panel does with a finished proposal."""
    panel._proposals._take(proposal or brick_proposal(), volume)


def names(panel):
    segmentation = panel._parameterNode.segmentation.GetSegmentation()
    return [segmentation.GetNthSegment(n).GetName() for n in range(segmentation.GetNumberOfSegments())]


def rows(panel):
    table = panel.ui.levelTable
    return [[table.item(row, column).text() for column in range(4)] for row in range(table.rowCount)]


def cut_off(panel, volume, name):
    """Edit a segment by hand: its lowest layer goes."""
    import slicer

    node = panel._parameterNode.segmentation
    segment_id = node.GetSegmentation().GetSegmentIdBySegmentName(name)
    array = slicer.util.arrayFromSegmentBinaryLabelmap(node, segment_id, volume)
    array[array.any(axis=(1, 2)).argmax()] = 0
    slicer.util.updateSegmentBinaryLabelmapFromArray(array, node, segment_id, volume)
    settle()
    return segment_id


def test_what_is_missing_is_said_until_nothing_is(panel):
    from RadiomicsOrthoScene.volumes import add_volume

    ui = panel.ui
    assert not ui.seedButton.enabled and "Load a scan" in ui.proposalStateLabel.text
    ui.volumeSelector.setCurrentNode(add_volume(brick_scan(), "scan"))
    assert not ui.autoProposeButton.enabled and "a CT or an MR" in ui.proposalStateLabel.text
    assert ui.modalityComboBox.enabled and not ui.proposalPartsComboBox.visible
    pick(ui.modalityComboBox, "MR")
    assert ui.seedButton.enabled and ui.proposalStateLabel.text == "" and not ui.proposalPartsComboBox.visible
    pick(ui.proposalSiteComboBox, "proximal-femur")
    assert not ui.seedButton.enabled and "on CT only" in ui.seedButton.toolTip
    pick(ui.modalityComboBox, "CT")
    assert ui.seedButton.enabled and ui.autoProposeButton.enabled and not ui.proposeAgainButton.enabled
    assert not ui.singleCheckBox.visible
    pick(ui.proposalSiteComboBox, "vertebra")
    assert ui.proposalPartsComboBox.visible and ui.singleCheckBox.visible


def test_one_click_begins_and_a_refusal_is_one_sentence(panel, volume, application):
    """The whole way through the other process: bricks are no spine."""
    import slicer
    from runtime.dialogs import messages

    ui = panel.ui
    ui.seedButton.click()
    node = panel._parameterNode.seed
    assert ui.seedPlaceWidget.placeModeEnabled and node.GetMaximumNumberOfControlPoints() == 1
    node.AddControlPointWorld(0.0, 0.0, 20.0)
    node.InvokeEvent(slicer.vtkMRMLMarkupsNode.PointPositionDefinedEvent)
    slicer.app.processEvents()
    assert panel._proposals.busy and not ui.seedButton.checked
    assert ui.cancelProposalButton.visible and not ui.seedButton.enabled and not ui.autoProposeButton.enabled
    wait(panel._proposals)
    assert not ui.cancelProposalButton.visible and ui.proposeAgainButton.enabled
    (error,) = [message for message in messages if message.kind == "error"]
    assert ui.proposalStateLabel.text == error.text and error.text.endswith(".")
    assert panel._parameterNode.segmentation is None


def test_the_work_can_be_cancelled(panel, volume):
    ui = panel.ui
    ui.autoProposeButton.click()
    assert panel._proposals.busy
    job = panel._proposals._job
    ui.cancelProposalButton.click()
    assert not job.running and not panel._proposals.busy
    assert "Cancelled" in ui.proposalStateLabel.text and ui.autoProposeButton.enabled
    assert panel._parameterNode.segmentation is None


def test_closing_the_scene_ends_the_work(panel, volume):
    import slicer

    panel.ui.autoProposeButton.click()
    job = panel._proposals._job
    slicer.mrmlScene.Clear()
    assert not job.running and not panel._proposals.busy


@pytest.mark.parametrize("single", [True, False])
def test_only_the_vertebra_at_the_click_is_asked_for(panel, volume, monkeypatch, single):
    from RadiomicsOrthoScene.proposal_job import ProposalJob

    requests = []
    monkeypatch.setattr(ProposalJob, "start", lambda job, node, request: requests.append(request))
    panel.ui.singleCheckBox.setChecked(single)
    assert panel._parameterNode.proposalSingle is single
    panel._proposals._start((0.0, 0.0, 20.0))
    panel._proposals.stop()
    # without a click there is no vertebra at it
    panel._proposals._start(None)
    panel._proposals.stop()
    pick(panel.ui.proposalSiteComboBox, "proximal-femur")
    panel._proposals._start((0.0, 0.0, 20.0))
    panel._proposals.stop()
    assert [request.single for request in requests] == [single, False, False]


def test_a_proposal_becomes_segments_with_its_remarks_under_it(panel, volume):
    take(panel, volume)
    assert names(panel) == ["vertebra 1 body (incomplete)", *(f"vertebra {n} body" for n in range(2, 6))]
    assert panel._parameterNode.segmentation.GetName() == "CT of bricks bones"
    text = panel.ui.proposalBrowser.plainText
    assert text.startswith("\u2716 Left out: vertebra 1 is cut off") and "Leave it out." in text
    assert "5 segments" in panel.ui.proposalStateLabel.text
    assert panel.ui.segmentEditorWidget.segmentationNode() is panel._parameterNode.segmentation


def test_undo_takes_the_proposal_back_and_redo_brings_it_again(panel, volume):
    take(panel, volume)
    editor = panel.ui.segmentEditorWidget
    editor.undo()
    settle()
    assert names(panel) == [] and not panel.ui.levelTable.visible and not panel.ui.proposalBrowser.visible
    editor.redo()
    settle()
    assert len(names(panel)) == 5 and panel.ui.levelTable.rowCount == 5 and panel.ui.proposalBrowser.visible


def test_bodies_are_listed_with_what_is_known_of_them(panel, volume):
    take(panel, volume)
    assert rows(panel)[0] == ["L1 ?", "\u2013", "\u2013", "incomplete"]
    assert rows(panel)[2] == ["L3 ?", "23.0 / 21.0 / 25.0", "1 (wedge)", ""]
    assert panel.ui.levelTable.item(0, 0).font().italic()
    take(panel, volume, brick_proposal(suggested=None))
    assert [row[0] for row in rows(panel)] == ["\u2013"] * 5
    assert "choose its level" in panel.ui.levelHintLabel.text and not panel.ui.confirmLevelButton.visible


def test_a_suggestion_names_nothing_until_it_is_confirmed(panel, volume):
    take(panel, volume)
    assert names(panel)[4] == "vertebra 5 body" and panel.ui.confirmLevelButton.text.endswith("L5")
    panel.ui.confirmLevelButton.click()
    settle()
    assert names(panel)[4] == "L5 body" and rows(panel)[4][0] == "L5"
    assert not panel.ui.confirmLevelButton.visible
    assert panel.ui.proposalBrowser.plainText.startswith("\u2716 Left out: L1 is cut off")
    panel.ui.segmentEditorWidget.undo()
    settle()
    assert rows(panel)[4][0] == "L5 ?" and panel.ui.confirmLevelButton.visible
    assert panel.ui.proposalBrowser.plainText.startswith("\u2716 Left out: vertebra 1 is cut off")


def test_a_level_chosen_for_one_body_names_all(panel, volume):
    take(panel, volume, brick_proposal(suggested=None))
    panel.ui.levelTable.cellClicked.emit(2, 0)
    segment = panel._parameterNode.segmentation.GetSegmentation().GetSegmentIdBySegmentName("vertebra 3 body")
    assert panel.ui.segmentEditorWidget.currentSegmentID() == segment
    pick(panel.ui.levelComboBox, "T12")
    assert names(panel) == ["T10 body (incomplete)", "T11 body", "T12 body", "L1 body", "L2 body"]
    assert panel.ui.levelComboBox.currentText == "T12" and panel.ui.originLabel.text == METHOD
    # a thirteenth rib
    pick(panel.ui.levelComboBox, "T13")
    assert names(panel)[1:4] == ["T12 body", "T13 body", "L1 body"]


def test_the_row_of_the_selected_segment_is_shown(panel, volume):
    take(panel, volume)
    node = panel._parameterNode.segmentation.GetSegmentation()
    panel.ui.segmentEditorWidget.setCurrentSegmentID(node.GetSegmentIdBySegmentName("vertebra 4 body"))
    assert panel.ui.levelTable.currentRow() == 3 and panel.ui.levelTable.selectedItems()
    drawn = node.AddEmptySegment("", "mine")
    panel.ui.segmentEditorWidget.setCurrentSegmentID(drawn)
    assert not panel.ui.levelTable.selectedItems()


def test_a_level_that_leaves_no_room_is_said_and_not_taken(panel, volume):
    from runtime.dialogs import messages

    take(panel, volume)
    panel.ui.levelTable.cellClicked.emit(0, 0)
    pick(panel.ui.levelComboBox, "L5")
    assert "found below" in messages[-1].text and names(panel)[0] == "vertebra 1 body (incomplete)"
    assert panel.ui.levelComboBox.currentText == "not stated"


def test_one_drag_renumbers_all_and_one_undo_takes_it_back(panel, volume, application):
    """With the mouse: press on the lowest level, move two rows up, release."""
    import slicer
    from PySide6 import QtCore, QtTest

    take(panel, volume)
    panel.ui.confirmLevelButton.click()
    before = names(panel)
    panel.parent.resize(420, 1600)
    slicer.app.processEvents()
    table = panel.ui.levelTable

    def at(row):
        return table.visualItemRect(table.item(row, 0)).center()

    view = table.viewport()
    QtTest.QTest.mousePress(view, QtCore.Qt.MouseButton.LeftButton, pos=at(4))
    for row in (3, 2, 3):
        move_mouse(view, at(row))
    QtTest.QTest.mouseRelease(view, QtCore.Qt.MouseButton.LeftButton, pos=at(3))
    assert names(panel) == ["L2 body (incomplete)", "L3 body", "L4 body", "L5 body", "L6 body"]
    assert [row[0] for row in rows(panel)] == ["L2", "L3", "L4", "L5", "L6"]
    panel.ui.segmentEditorWidget.undo()
    settle()
    assert names(panel) == before and rows(panel)[4][0] == "L5"


def move_mouse(view, position):
    """A move with the left button down, which QTest cannot do."""
    from PySide6 import QtCore, QtGui

    event = QtGui.QMouseEvent(QtCore.QEvent.Type.MouseMove, QtCore.QPointF(position),
                              QtCore.QPointF(view.mapToGlobal(position)), QtCore.Qt.MouseButton.NoButton,
                              QtCore.Qt.MouseButton.LeftButton, QtCore.Qt.KeyboardModifier.NoModifier)
    QtCore.QCoreApplication.sendEvent(view, event)


def test_an_edit_is_marked_and_undone(panel, volume):
    take(panel, volume)
    panel.ui.segmentEditorWidget.saveStateForUndo()
    segment_id = cut_off(panel, volume, "vertebra 3 body")
    assert rows(panel)[2][1:] == ["(23.0 / 21.0 / 25.0)", "1 (wedge)", "edited"]
    panel.ui.segmentEditorWidget.setCurrentSegmentID(segment_id)
    assert panel.ui.originLabel.text == f"{METHOD}, edited"
    panel.ui.segmentEditorWidget.undo()
    settle()
    assert rows(panel)[2][3] == "" and panel.ui.originLabel.text == METHOD


def test_a_core_is_undone_and_follows_the_level(panel, volume):
    take(panel, volume)
    panel.ui.levelTable.cellClicked.emit(2, 0)
    panel.ui.depthSliderWidget.value = 2.0
    panel.ui.coreButton.click()
    assert "vertebra 3 trabecular core" in names(panel)
    settle()
    panel.ui.confirmLevelButton.click()
    assert "L3 trabecular core" in names(panel)
    for _ in range(2):
        panel.ui.segmentEditorWidget.undo()
    settle()
    assert len(names(panel)) == 5 and panel.ui.levelTable.rowCount == 5


@pytest.mark.parametrize("answer", ["Yes", "No", "Cancel"])
def test_recompute_asks_before_it_replaces_an_edit(panel, volume, answer):
    import qt
    import slicer
    from runtime.qt_standins import dialog_answers, dialog_log

    take(panel, volume)
    node = panel._parameterNode.segmentation
    segment_id = cut_off(panel, volume, "vertebra 3 body")
    before = slicer.util.arrayFromSegmentBinaryLabelmap(node, segment_id, volume).copy()
    asked = []

    def reply(dialog):
        asked.append([dialog.button(getattr(qt.QMessageBox, name)).text for name in ("Yes", "No")])
        assert dialog.defaultButton() == dialog.button(qt.QMessageBox.Yes)
        return getattr(qt.QMessageBox, answer)

    dialog_answers.append(reply)
    take(panel, volume, brick_proposal(shift=1))
    assert asked == [["Keep", "Replace"]] and "vertebra 3 body" in dialog_log[-1][1]
    assert "vertebra 2 body" not in dialog_log[-1][1]
    segmentation = node.GetSegmentation()
    assert ("Kept as edited: vertebra 3 body" in panel.ui.proposalStateLabel.text) is (answer == "Yes")
    if answer == "No":
        assert segmentation.GetSegment(segment_id) is None and rows(panel)[2][3] == ""
    else:
        now = slicer.util.arrayFromSegmentBinaryLabelmap(node, segment_id, volume)
        np.testing.assert_array_equal(now, before)
        assert rows(panel)[2][3] == "edited"
    assert segmentation.GetNumberOfSegments() == 5


def test_a_proposal_arrives_while_another_module_is_shown(panel, volume, application):
    application.leave_widget(panel)
    take(panel, volume)
    application.enter_widget(panel)
    assert len(names(panel)) == 5 and panel.ui.levelTable.rowCount == 5


@pytest.mark.parametrize("begun", [True, False])
def test_a_proposal_never_goes_into_the_segmentation_of_another_scan(panel, volume, begun):
    """The user went on to the next scan while the bones of this one were looked for."""
    from RadiomicsOrthoScene.tags import segments_of
    from RadiomicsOrthoScene.volumes import add_volume

    node = panel._parameterNode
    if begun:
        panel.ui.newSegmentationButton.click()
    first = node.segmentation
    panel.ui.autoProposeButton.click()
    panel._proposals.stop()
    other = add_volume(brick_scan(), "next CT")
    panel.ui.volumeSelector.setCurrentNode(other)
    panel.ui.newSegmentationButton.click()
    take(panel, volume)
    assert node.segmentation is not first and not segments_of(node.segmentation)
    assert not begun or len(segments_of(first)) == 5
    assert "CT of bricks bones" in panel.ui.proposalStateLabel.text


def test_a_proposal_for_a_removed_volume_is_not_written(panel, volume):
    import slicer
    from runtime.dialogs import messages

    panel.ui.autoProposeButton.click()
    slicer.mrmlScene.RemoveNode(volume)
    wait(panel._proposals)
    assert any(message.kind == "error" for message in messages)
    assert slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLSegmentationNode") is None
