"""The section "How to draw the region": the protocol of the bone, its pictures, its window."""

import sys

import pytest


@pytest.fixture
def volume(application):
    made, _, _ = sys.modules["RadiomicsOrthoSegment"].RadiomicsOrthoSegmentTest().makeCase()
    made.CreateDefaultDisplayNodes()
    return made


@pytest.fixture
def section(application):
    from RadiomicsOrthoWidgets.protocol_section import ProtocolSection

    return ProtocolSection()


def state(volume, modality):
    from RadiomicsOrthoScene.volume_facts import state_modality

    volume.SetName("scan")
    state_modality(volume, modality)


def test_it_is_collapsed_and_offers_all_protocols_without_a_scan(section):
    from RadiomicsOrthoLib.regions.protocols.catalogue import shipped_protocols

    section.show(None)
    assert section.widget.collapsed and not section.windowButton.enabled
    assert section.comboBox.count == len(shipped_protocols())
    assert "Load a scan" in section.windowButton.toolTip


@pytest.mark.parametrize(("modality", "site", "first"), [
    ("CT", "", "ct-"), ("CT", "vertebra", "ct-vertebra"), ("CT", "proximal-femur", "ct-proximal-femur"),
    ("MR", "vertebra", "mr-lumbar-vertebra"), ("MR", "", "mr-lumbar-vertebra"), ("XR", "proximal-femur", "planar-hip"),
    ("DXA", "vertebra", "planar-spine")])
def test_scan_and_bone_choose_the_protocol(section, volume, modality, site, first):
    state(volume, modality)
    section.show(volume, site)
    assert section.protocol().id.startswith(first)


def test_another_choice_stands_until_scan_or_bone_change(section, volume):
    state(volume, "CT")
    section.show(volume, "vertebra")
    section.comboBox.setCurrentIndex(section.comboBox.findData("ct-vertebral-fracture"))
    section.show(volume, "vertebra")
    assert section.protocol().id == "ct-vertebral-fracture"
    section.show(volume, "proximal-femur")
    assert section.protocol().id == "ct-proximal-femur"


def test_opened_it_shows_every_step_with_its_picture(section, volume):
    state(volume, "CT")
    section.show(volume, "vertebra")
    assert section.browser.toPlainText() == ""
    section.widget.collapsed = False
    text, html = section.browser.toPlainText(), section.browser.toHtml()
    protocol = section.protocol()
    assert all(step.title in text and step.do.text in text for step in protocol.steps)
    assert html.count("<img") == len(protocol.picture_names())


def test_a_protocol_for_another_scan_says_so(section, volume):
    state(volume, "CT")
    section.show(volume, "vertebra")
    section.widget.collapsed = False
    assert "another kind of scan" not in section.browser.toPlainText()
    section.comboBox.setCurrentIndex(section.comboBox.findData("mr-lumbar-vertebra"))
    assert "another kind of scan" in section.browser.toPlainText()


def test_a_drawing_becomes_a_picture_with_its_colours(section, application):
    import base64

    import qt
    from RadiomicsOrthoLib.regions.protocols.catalogue import load_protocol
    from RadiomicsOrthoLib.regions.terminology import COLOURS
    from RadiomicsOrthoWidgets.protocol_section import PICTURE_WIDTH, pictureHtml

    html = pictureHtml(load_protocol("ct-vertebra").pictures["vertebra-core"])
    image = qt.QImage.fromData(base64.b64decode(html.split("base64,")[1].split('"')[0]))
    assert image.width() == 2 * PICTURE_WIDTH
    seen = {image.pixelColor(x, y).name() for x in range(0, image.width(), 4) for y in range(0, image.height(), 4)}
    assert "#" + "".join(f"{round(255 * value):02x}" for value in COLOURS["trabecular"]) in seen


def test_the_button_sets_the_window_of_the_protocol(section, volume):
    state(volume, "CT")
    section.show(volume, "vertebra")
    section.windowButton.click()
    display = volume.GetDisplayNode()
    assert (display.GetLevel(), display.GetWindow()) == (300, 1500) and not display.GetAutoWindowLevel()


def test_without_a_unit_the_window_follows_the_values(section, volume):
    import numpy as np
    import slicer

    array = slicer.util.arrayFromVolume(volume)
    array[:] = np.linspace(0, 1000, array.size).reshape(array.shape)
    slicer.util.arrayFromVolumeModified(volume)
    state(volume, "MR")
    section.show(volume, "vertebra")
    section.windowButton.click()
    display = volume.GetDisplayNode()
    assert display.GetLevel() == pytest.approx(500, abs=5) and display.GetWindow() == pytest.approx(980, abs=10)


def test_a_volume_that_cannot_be_shown_is_one_sentence(section, volume):
    from runtime.dialogs import messages

    state(volume, "CT")
    section.show(volume, "vertebra")
    volume.SetAndObserveDisplayNodeID(None)
    section.windowButton.click()
    assert len(messages) == 1 and "cannot be shown" in messages[0].text


def test_the_page_is_saved_where_the_user_says(section, volume, tmp_path, monkeypatch):
    import qt
    from runtime.dialogs import messages

    state(volume, "CT")
    section.show(volume, "vertebra")
    monkeypatch.setattr(qt.QFileDialog, "getSaveFileName", lambda *a: "")
    section.pageButton.click()
    assert messages == []
    monkeypatch.setattr(qt.QFileDialog, "getSaveFileName", lambda *a: str(tmp_path / "l1"))
    section.pageButton.click()
    page = (tmp_path / "l1.html").read_text(encoding="utf-8")
    assert section.protocol().title in page and "<svg" in page and "l1.html" in messages[0].text
    (tmp_path / "a file").write_text("", encoding="utf-8")
    monkeypatch.setattr(qt.QFileDialog, "getSaveFileName", lambda *a: str(tmp_path / "a file" / "l1.html"))
    section.pageButton.click()
    assert len(messages) == 2 and "Cannot write" in messages[1].text


def test_the_panel_follows_scan_modality_and_bone(application, open_panel):
    from RadiomicsOrthoScene.segments import describe_segment

    panel = open_panel("RadiomicsOrthoSegment")
    made, segmentation, segment_id = sys.modules["RadiomicsOrthoSegment"].RadiomicsOrthoSegmentTest().makeCase()
    state(made, "CT")
    panel.ui.volumeSelector.setCurrentNode(made)
    panel.ui.segmentationSelector.setCurrentNode(segmentation)
    panel.ui.segmentEditorWidget.setCurrentSegmentID(segment_id)
    shown = panel._protocols
    assert shown.protocol().id == "ct-vertebra"
    describe_segment(segmentation.GetSegmentation().GetSegment(segment_id), "proximal-femur", None, "left", "unknown")
    panel._updateForSegment()
    assert shown.protocol().id == "ct-proximal-femur"
    describe_segment(segmentation.GetSegmentation().GetSegment(segment_id), "vertebra", "L1", None, "unknown")
    panel._updateForSegment()
    panel.ui.modalityComboBox.setCurrentIndex(panel.ui.modalityComboBox.findData("MR"))
    assert shown.protocol().id == "mr-lumbar-vertebra"
    panel.exit()
    assert not shown.windowButton.enabled
