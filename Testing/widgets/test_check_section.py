"""The section "Region check" in the panel of Radiomics Ortho Segment."""

import numpy as np
import phantoms
import pytest
from panel_steps import settle, wait

MODULE = "RadiomicsOrthoSegment"


@pytest.fixture
def case(panel):
    """A generated vertebra (whole body), chosen in the panel, and one that the scan cuts off."""
    from RadiomicsOrthoLib.regions.roi import Roi
    from RadiomicsOrthoScene.segments import add_segment, new_segmentation
    from RadiomicsOrthoScene.volumes import add_volume

    image, roi = phantoms.trunk(spacing=(1.5, 1.5, 2.0))
    volume = add_volume(image, "Generated CT")
    segmentation = new_segmentation(volume, "Generated bones")
    whole = Roi(roi.mask, roi.geometry, site="vertebra", level="L1", compartment="whole-body")
    cut = np.zeros_like(roi.mask)
    cut[:12, 30:50, 30:50] = True
    ids = [add_segment(segmentation, whole, volume),
           add_segment(segmentation, Roi(cut, roi.geometry, site="vertebra", level="L2"), volume)]
    panel.ui.volumeSelector.setCurrentNode(volume)
    panel.ui.segmentationSelector.setCurrentNode(segmentation)
    panel.ui.segmentEditorWidget.setCurrentSegmentID(ids[0])
    return volume, segmentation, ids


def text(panel):
    return " ".join(panel._checks.browser.plainText.split())


def test_nothing_is_checked_before_it_is_asked_for(panel, case):
    assert panel._checks.widget.collapsed and not panel._checks.busy
    assert text(panel) == "Not checked yet." and panel._checks.button.enabled


def test_without_a_segment_there_is_nothing_to_check(panel):
    assert not panel._checks.button.enabled and "Choose a scan" in panel._checks.button.toolTip


def test_the_button_opens_the_list(panel, case):
    panel._checks.button.click()
    assert not panel._checks.widget.collapsed
    wait(panel._checks)
    assert panel._checks.widget.text == "&7. Region check: no warning"
    assert "tube voltage" in text(panel) and "Note:" in text(panel)


def test_another_segment_is_checked_at_once_while_the_section_is_open(panel, case):
    _, _, ids = case
    panel._checks.button.click()
    wait(panel._checks)
    panel.ui.segmentEditorWidget.setCurrentSegmentID(ids[1])
    wait(panel._checks)
    assert panel._checks.widget.text == "&7. Region check: refused"
    assert "touches the edge of the scan" in text(panel) and "Choose a bone that lies completely" in text(panel)
    # the worst comes first
    assert text(panel).index("touches the edge") < text(panel).index("tube voltage")


def test_findings_go_when_the_segment_is_edited_and_come_again(panel, case):
    import slicer

    volume, segmentation, ids = case
    panel._checks.button.click()
    wait(panel._checks)
    mask = slicer.util.arrayFromSegmentBinaryLabelmap(segmentation, ids[0], volume).copy()
    middle = [n // 2 for n in mask.shape]
    mask[tuple(slice(m - 3, m + 3) for m in middle)] = 0
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, segmentation, ids[0], volume)
    settle()
    wait(panel._checks)
    assert "The region has holes" in text(panel) and "warning" in panel._checks.widget.text
    assert "no warning" not in panel._checks.widget.text


def test_a_closed_section_forgets_and_opening_it_checks(panel, case):
    _, _, ids = case
    panel._checks.button.click()
    wait(panel._checks)
    panel._checks.widget.collapsed = True
    panel.ui.segmentEditorWidget.setCurrentSegmentID(ids[1])
    assert not panel._checks.busy and text(panel) == "Not checked yet."
    panel._checks.widget.collapsed = False
    wait(panel._checks)
    assert "touches the edge" in text(panel)


def test_a_segment_of_another_scan_is_said(panel, case):
    from RadiomicsOrthoScene.volumes import add_volume

    other, _ = phantoms.trunk(spacing=(2.0, 2.0, 2.0))
    panel.ui.volumeSelector.setCurrentNode(add_volume(other, "Another CT"))
    panel._checks.button.click()
    wait(panel._checks)
    assert "do not share a geometry" in text(panel)


def test_closing_the_scene_empties_the_section(panel, case):
    import slicer

    panel._checks.button.click()
    wait(panel._checks)
    slicer.mrmlScene.Clear()
    assert text(panel) in ("Select the segment of a bone.", "Not checked yet.")
    assert "refused" not in panel._checks.widget.text and not panel._checks.button.enabled
