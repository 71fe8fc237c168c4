"""The panel of Radiomics Ortho Segment: draw, name, make the core."""

from panel_steps import choose, pick, shortcuts

MODULE = "RadiomicsOrthoSegment"


def test_the_core_button_says_why_it_is_disabled(panel, make_case):
    ui = panel.ui
    assert not ui.coreButton.enabled and "Load a scan" in ui.coreReasonLabel.text
    assert not ui.newSegmentationButton.enabled and "Load a scan" in ui.newSegmentationButton.toolTip
    volume, segmentation, segment_id = make_case()
    ui.volumeSelector.setCurrentNode(volume)
    assert "Choose a segmentation" in ui.coreReasonLabel.text and ui.newSegmentationButton.enabled
    assert not ui.siteComboBox.enabled
    choose(panel, volume, segmentation, segment_id)
    assert ui.coreButton.enabled and ui.coreReasonLabel.text == "" and ui.siteComboBox.enabled


def test_the_segment_editor_gets_volume_and_segmentation(panel, make_case):
    volume, segmentation, segment_id = make_case()
    choose(panel, volume, segmentation, segment_id)
    editor = panel.ui.segmentEditorWidget
    assert editor.segmentationNode() is segmentation and editor.sourceVolumeNode() is volume
    assert editor.mrmlSegmentEditorNode().GetSingletonTag() == "RadiomicsOrthoSegment"


def test_choosing_site_and_level_names_the_segment(panel, make_case):
    from RadiomicsOrthoScene.segments import tag

    volume, segmentation, segment_id = make_case()
    choose(panel, volume, segmentation, segment_id)
    segment = segmentation.GetSegmentation().GetSegment(segment_id)
    pick(panel.ui.levelComboBox, "L2")
    assert segment.GetName() == "L2" and panel.ui.siteComboBox.currentText == "Vertebra"
    pick(panel.ui.partComboBox, "whole-body")
    assert segment.GetName() == "L2 body"
    assert panel.ui.levelComboBox.visible and not panel.ui.sideComboBox.visible
    pick(panel.ui.siteComboBox, "proximal-femur")
    assert panel.ui.sideComboBox.visible and not panel.ui.levelComboBox.visible
    pick(panel.ui.sideComboBox, "right")
    assert segment.GetName() == "right proximal femur"
    assert "SCT^71341001^Femur~SCT^24028007^Right" in tag(segment, "TerminologyEntry")


def test_selecting_another_segment_shows_what_it_is(panel, make_case):
    from RadiomicsOrthoScene.segments import describe_segment

    volume, segmentation, segment_id = make_case()
    other = segmentation.GetSegmentation().AddEmptySegment("", "x")
    describe_segment(segmentation.GetSegmentation().GetSegment(other), "vertebra", "T12", None, "trabecular")
    choose(panel, volume, segmentation, segment_id)
    assert panel.ui.siteComboBox.currentText == "not stated"
    panel.ui.segmentEditorWidget.setCurrentSegmentID(other)
    assert (panel.ui.levelComboBox.currentText, panel.ui.partComboBox.currentText) == ("T12", "Trabecular core")
    assert not panel.ui.coreButton.enabled and "already" in panel.ui.coreReasonLabel.text
    panel.ui.segmentEditorWidget.setCurrentSegmentID(segment_id)
    assert panel.ui.siteComboBox.currentText == "not stated"
    assert segmentation.GetSegmentation().GetSegment(segment_id).GetName() == "Drawn by hand"


def test_the_core_is_made_with_the_chosen_depth(panel, make_case):
    import slicer

    volume, segmentation, segment_id = make_case()
    choose(panel, volume, segmentation, segment_id)
    pick(panel.ui.levelComboBox, "L1")
    sizes = []
    for depth in (2.0, 5.0):
        panel.ui.segmentEditorWidget.setCurrentSegmentID(segment_id)
        panel.ui.depthSliderWidget.value = depth
        panel.ui.coreButton.click()
        core_id = panel.ui.segmentEditorWidget.currentSegmentID()
        assert segmentation.GetSegmentation().GetSegment(core_id).GetName() == "L1 trabecular core"
        sizes.append(int(slicer.util.arrayFromSegmentBinaryLabelmap(segmentation, core_id, volume).sum()))
    assert sizes[0] > 1.5 * sizes[1] > 0
    assert segmentation.GetSegmentation().GetNumberOfSegments() == 3


def test_too_deep_a_core_is_one_sentence(panel, make_case):
    from runtime.dialogs import messages

    volume, segmentation, _ = make_case()
    empty = segmentation.GetSegmentation().AddEmptySegment("", "Empty")
    choose(panel, volume, segmentation, empty)
    panel.ui.coreButton.click()
    assert len(messages) == 1 and "is empty" in messages[0].text
    assert segmentation.GetSegmentation().GetNumberOfSegments() == 2


def test_a_new_segmentation_lies_on_the_scan_s_grid(panel, make_case):
    volume, _, _ = make_case()
    panel.ui.volumeSelector.setCurrentNode(volume)
    panel.ui.newSegmentationButton.click()
    node = panel._parameterNode.segmentation
    assert node.GetName() == "Generated CT bones"
    assert node.GetNodeReferenceID(node.GetReferenceImageGeometryReferenceRole()) == volume.GetID()
    assert panel.ui.segmentEditorWidget.segmentationNode() is node


def test_closing_the_scene_and_leaving_the_module(panel, make_case, application):
    import slicer

    choose(panel, *make_case())
    slicer.mrmlScene.Clear()
    assert not panel.ui.coreButton.enabled and panel.ui.segmentEditorWidget.segmentationNode() is None
    choose(panel, *make_case())
    panel.ui.segmentEditorWidget.setActiveEffectByName("Threshold")
    panel.exit()
    assert panel.ui.segmentEditorWidget.activeEffect() is None
    panel.enter()
    assert panel._parameterNode is not None


def test_the_part_can_be_chosen_before_the_site(panel, make_case):
    volume, segmentation, segment_id = make_case()
    choose(panel, volume, segmentation, segment_id)
    pick(panel.ui.partComboBox, "trabecular")
    assert panel.ui.partComboBox.currentText == "Trabecular core"
    assert segmentation.GetSegmentation().GetSegment(segment_id).GetName() == "Drawn by hand"
    pick(panel.ui.levelComboBox, "L4")
    assert segmentation.GetSegmentation().GetSegment(segment_id).GetName() == "L4 trabecular core"


def test_not_stated_can_be_chosen_back(panel, make_case):
    volume, segmentation, segment_id = make_case()
    choose(panel, volume, segmentation, segment_id)
    pick(panel.ui.levelComboBox, "L2")
    pick(panel.ui.siteComboBox, "")
    segment = segmentation.GetSegmentation().GetSegment(segment_id)
    assert panel.logic.anatomy(segment) == {"site": "unknown", "level": None, "side": None, "compartment": "unknown"}
    assert panel.ui.siteComboBox.currentText == "not stated" and panel.ui.levelComboBox.currentText == "not stated"
    pick(panel.ui.levelComboBox, "L3")
    pick(panel.ui.levelComboBox, "")
    assert panel.logic.anatomy(segment)["site"] == "vertebra" and panel.logic.anatomy(segment)["level"] is None


def test_no_shortcut_is_given_twice(panel):
    # the section for 2-D images takes the place of the proposals, with the same number
    letters = [letter for letter in shortcuts(panel.parent) if letter != "3"]
    assert "c" in letters and len(letters) == len(set(letters)), sorted(letters)


def test_going_on_to_the_score_takes_scan_and_segment_along(panel, make_case, open_panel, monkeypatch):
    import slicer

    volume, segmentation, segment_id = make_case()
    make_case()
    choose(panel, volume, segmentation, segment_id)
    monkeypatch.setattr(slicer.util, "selectModule", lambda name: None, raising=False)
    panel.ui.scoreButton.click()
    node = open_panel("RadiomicsOrtho")._parameterNode
    assert (node.inputVolume, node.segmentation, node.segmentId) == (volume, segmentation, segment_id)


def test_going_on_without_a_chosen_segment_takes_the_first(panel, make_case):
    import slicer
    from RadiomicsOrthoScene.one_click import hand_to_score_module

    volume, segmentation, segment_id = make_case()
    hand_to_score_module(volume, segmentation, "")
    assert slicer.util.getModuleLogic("RadiomicsOrtho").getParameterNode().segmentId == segment_id


def test_the_bones_that_a_scan_has_are_chosen_when_the_module_is_opened(panel, make_case):
    from RadiomicsOrthoScene.segments import new_segmentation

    panel.exit()
    volume, segmentation, _ = make_case()
    new_segmentation(volume, "nothing drawn yet")
    panel.enter()
    assert panel._parameterNode.inputVolume is volume and panel._parameterNode.segmentation is segmentation
