"""The section "Cerebrospinal fluid at L3" of Radiomics Ortho Segment."""

import csf_phantom
import numpy as np

MODULE = "RadiomicsOrthoSegment"


def add_case(image, bodies, named=True):
    from RadiomicsOrthoLib.regions.roi import Roi
    from RadiomicsOrthoScene.segments import add_segment, new_segmentation
    from RadiomicsOrthoScene.volumes import add_volume

    volume = add_volume(image, "lumbar MR")
    segmentation = new_segmentation(volume, "bodies")
    for level, mask in bodies.items():
        add_segment(segmentation, Roi(mask, image.geometry, "vertebra", level if named else None, None, "whole-body"),
                    volume, None if named else "vertebra body")
    return volume, segmentation


def choose(panel, volume, segmentation):
    panel.ui.volumeSelector.setCurrentNode(volume)
    panel.ui.segmentationSelector.setCurrentNode(segmentation)


def state(section, weighting):
    section.weightingComboBox.setCurrentIndex(section.weightingComboBox.findData(weighting))


def fluids(segmentation, volume):
    from RadiomicsOrthoScene.segments import roi_of_segment

    rois = [roi_of_segment(segmentation, name, volume) for name in segmentation.GetSegmentation().GetSegmentIDs()]
    return [roi for roi in rois if roi.compartment == "csf"]


def test_it_is_shown_for_mr_and_asks_for_what_is_missing(panel):
    section = panel._csf
    assert not section.widget.visible
    image, bodies, _ = csf_phantom.lumbar("T1w")
    volume, segmentation = add_case(image, bodies, named=False)
    choose(panel, volume, segmentation)
    assert section.widget.visible and not section.button.enabled and "T1- or T2-weighted" in section.infoLabel.text
    state(section, "T1w")
    assert not section.button.enabled and "Name the levels" in section.infoLabel.text
    from RadiomicsOrthoScene.volume_facts import state_modality

    volume.SetName("scan")
    state_modality(volume, "CT")
    panel.updateFromParameterNode()
    assert not section.widget.visible


def test_a_region_in_the_fluid_is_added_and_replaced(panel):
    image, bodies, tissue = csf_phantom.lumbar("T1w")
    volume, segmentation = add_case(image, bodies)
    choose(panel, volume, segmentation)
    state(panel._csf, "T1w")
    panel._csf.button.click()
    fluid, = fluids(segmentation, volume)
    assert set(np.unique(tissue[fluid.mask])) == {"fluid"} and fluid.level == "L3"
    assert "Signal" in panel._csf.infoLabel.text and "nerve root" in panel._csf.infoLabel.text
    panel._csf.button.click()
    assert len(fluids(segmentation, volume)) == 1
    assert segmentation.GetSegmentation().GetNumberOfSegments() == len(bodies) + 1


def test_fluid_drawn_by_hand_is_named_like_any_other_part(panel):
    image, _, tissue = csf_phantom.lumbar("T1w")
    volume, segmentation = add_case(image, {})
    from RadiomicsOrthoLib.regions.roi import Roi
    from RadiomicsOrthoScene.segments import add_segment

    segment_id = add_segment(segmentation, Roi(tissue == "fluid", image.geometry), volume, "mine")
    choose(panel, volume, segmentation)
    panel.editor.setCurrentSegmentID(segment_id)
    ui = panel.ui
    ui.partComboBox.setCurrentIndex(ui.partComboBox.findData("csf"))
    ui.levelComboBox.setCurrentIndex(ui.levelComboBox.findData("L3"))
    fluid, = fluids(segmentation, volume)
    assert (fluid.site, fluid.level, fluid.compartment) == ("unknown", "L3", "csf")
    assert segmentation.GetSegmentation().GetSegment(segment_id).GetName() == "CSF at L3"
    assert ui.partComboBox.itemData(ui.partComboBox.currentIndex) == "csf"


def test_beside_a_drawn_region_no_second_one_is_added(panel):
    from RadiomicsOrthoLib.regions.roi import Roi
    from RadiomicsOrthoScene.segments import add_segment

    image, bodies, tissue = csf_phantom.lumbar("T1w")
    volume, segmentation = add_case(image, bodies)
    add_segment(segmentation, Roi(tissue == "fluid", image.geometry, level="L3", compartment="csf"), volume)
    choose(panel, volume, segmentation)
    state(panel._csf, "T1w")
    assert not panel._csf.button.enabled and "drawn or edited by hand" in panel._csf.infoLabel.text


def test_a_region_that_was_edited_by_hand_stays(panel):
    import slicer

    image, bodies, _ = csf_phantom.lumbar("T1w")
    volume, segmentation = add_case(image, bodies)
    choose(panel, volume, segmentation)
    state(panel._csf, "T1w")
    panel._csf.button.click()
    segment_id = segmentation.GetSegmentation().GetSegmentIDs()[-1]
    array = slicer.util.arrayFromSegmentBinaryLabelmap(segmentation, segment_id, volume)
    array[tuple(np.argwhere(array)[0])] = 0
    slicer.util.updateSegmentBinaryLabelmapFromArray(array, segmentation, segment_id, volume)
    panel.onSegmentationChanged()
    assert not panel._csf.button.enabled and "drawn or edited by hand" in panel._csf.infoLabel.text


def test_where_no_fluid_is_plausible_it_says_why_and_adds_nothing(panel):
    from runtime.dialogs import messages

    image, bodies, _ = csf_phantom.lumbar("T2w", sac=False)
    volume, segmentation = add_case(image, bodies)
    choose(panel, volume, segmentation)
    state(panel._csf, "T2w")
    panel._csf.button.click()
    assert len(messages) == 1 and "along the canal" in messages[0].text
    assert fluids(segmentation, volume) == []


def test_the_stated_weighting_counts_for_profiles_too(panel, open_panel):
    image, bodies, _ = csf_phantom.lumbar("T1w")
    volume, segmentation = add_case(image, bodies)
    choose(panel, volume, segmentation)
    state(panel._csf, "T1w")
    other = open_panel("RadiomicsOrtho")
    other.ui.volumeSelector.setCurrentNode(volume)
    other.ui.segmentSelector.setCurrentNode(segmentation)
    other.ui.segmentSelector.setCurrentSegmentID(segmentation.GetSegmentation().GetNthSegmentID(0))
    combo_box = other.ui.profileComboBox
    offered = [combo_box.itemData(index) for index in range(combo_box.count)]
    assert "mr-vertebra-t1" in offered and "mr-vertebra-t2" not in offered
