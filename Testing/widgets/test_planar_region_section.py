"""The section "Region from points" of Radiomics Ortho Segment: markups on a 2-D image become segments."""

import numpy as np
import planar
import pytest

MODULE = "RadiomicsOrthoSegment"


@pytest.fixture
def radiograph(panel):
    from RadiomicsOrthoScene.volumes import add_volume

    image = planar.image()
    volume = add_volume(image, "hip XR")
    panel.ui.volumeSelector.setCurrentNode(volume)
    return volume, image


def select(combo_box, key):
    combo_box.setCurrentIndex(combo_box.findData(key))


def set_points(panel, image, *pixels):
    """Click on these (row, column)."""
    panel.ui.planarPointsButton.click()
    node = panel._parameterNode.planarPoints
    for pixel in pixels:
        node.AddControlPointWorld(*(float(x) for x in image.geometry.to_ras(np.array([0, *pixel], float))))
    return node


def segments(panel):
    from RadiomicsOrthoScene.segments import roi_of_segment

    node, volume = panel._parameterNode.segmentation, panel._parameterNode.inputVolume
    ids = node.GetSegmentation().GetSegmentIDs()
    return [roi_of_segment(node, segment_id, volume) for segment_id in ids]


def draw_one_pixel_more(panel):
    import slicer

    node, volume = panel._parameterNode.segmentation, panel._parameterNode.inputVolume
    segment_id = node.GetSegmentation().GetNthSegmentID(0)
    array = slicer.util.arrayFromSegmentBinaryLabelmap(node, segment_id, volume)
    array[0, 5, 5] = 1
    slicer.util.updateSegmentBinaryLabelmapFromArray(array, node, segment_id, volume)


def test_the_section_is_there_for_2d_images_and_proposals_for_volumes(panel, radiograph):
    from RadiomicsOrthoScene.volumes import add_volume

    assert panel.ui.planarCollapsibleButton.visible and not panel.ui.proposeCollapsibleButton.visible
    panel.ui.volumeSelector.setCurrentNode(add_volume(planar.mr()[0], "scan"))
    assert not panel.ui.planarCollapsibleButton.visible and panel.ui.proposeCollapsibleButton.visible


def test_a_polygon_becomes_a_segment_on_the_images_grid(panel, radiograph):
    _, image = radiograph
    assert not panel.ui.planarRegionButton.enabled and "in order around" in panel.ui.planarInfoLabel.text
    set_points(panel, image, (20.5, 10.5), (20.5, 30.5))
    assert not panel.ui.planarRegionButton.enabled
    panel._parameterNode.planarPoints.AddControlPointWorld(*(float(x) for x in image.geometry.to_ras(
        np.array([0, 60.5, 30.5]))))
    assert panel.ui.planarRegionButton.enabled
    panel._parameterNode.planarPoints.AddControlPointWorld(*(float(x) for x in image.geometry.to_ras(
        np.array([0, 60.5, 10.5]))))
    panel.ui.planarRegionButton.click()
    roi, = segments(panel)
    places = np.argwhere(roi.mask[0])
    assert places.min(axis=0).tolist() == [21, 11] and places.max(axis=0).tolist() == [60, 30]
    assert "800 pixels, 40 mm²" in panel.ui.planarInfoLabel.text and "manual polygon" in roi.made_by
    assert panel.editor.currentSegmentID() and not panel.ui.planarPointsButton.checked
    assert "edited" not in roi.made_by
    draw_one_pixel_more(panel)
    assert segments(panel)[0].made_by == f"{roi.made_by}, edited"
    # what it is, is said as for any other segment
    select(panel.ui.siteComboBox, "proximal-femur")
    assert segments(panel)[0].site == "proximal-femur"


def test_a_smooth_closed_curve_is_taken_as_it_is_seen(panel, radiograph):
    import slicer

    _, image = radiograph
    node = set_points(panel, image, (30, 40), (46, 56), (62, 40), (46, 24))
    node.SetCurveTypeToCardinalSpline()
    panel.ui.planarRegionButton.click()
    smooth, = segments(panel)
    curve = slicer.util.arrayFromMarkupsCurvePoints(node, world=True)
    assert len(curve) > 20
    # the curve bulges beyond the straight edges between its points
    assert smooth.voxel_count > 1.2 * (32 * 32 / 2)


def test_three_points_on_the_neck_become_its_box(panel, radiograph):
    from RadiomicsOrthoScene.volumes import add_volume

    rows = np.random.default_rng(0).normal(1000, 100, (1, 160, 200)).astype(np.int16)
    image = planar.BoneImage(rows, planar.plane_geometry(rows.shape, (0.5, 0.5)), "DXA")
    panel.ui.volumeSelector.setCurrentNode(add_volume(image, "hip DXA"))
    select(panel.ui.planarShapeComboBox, "neck-box")
    assert "centre of the femoral head" in panel.ui.planarInfoLabel.text
    node = set_points(panel, image, (40, 60))
    assert "neck's axis" in panel.ui.planarInfoLabel.text
    for pixel in ((120, 140), (57, 117)):
        node.AddControlPointWorld(*(float(x) for x in image.geometry.to_ras(np.array([0, *pixel], float))))
    assert [node.GetNthControlPointLabel(n) for n in range(3)] == ["head", "base", "cortex"]
    assert not panel.ui.planarPointsButton.checked
    panel.ui.planarRegionButton.click()
    roi, = segments(panel)
    assert (roi.site, roi.compartment) == ("proximal-femur", "femoral-neck")
    assert "mm wide" in panel.ui.planarInfoLabel.text
    assert panel._parameterNode.segmentation.GetSegmentation().GetNthSegment(0).GetName() == "femoral neck"


def test_a_bad_shape_says_why_and_makes_nothing(panel, radiograph):
    from runtime.dialogs import messages

    _, image = radiograph
    set_points(panel, image, (20, 10), (60, 50), (20, 50), (60, 10))
    panel.ui.planarRegionButton.click()
    assert len(messages) == 1 and "crosses or touches itself" in messages[0].text
    assert segments(panel) == []


def test_another_shape_begins_anew_and_complete_points_are_set_anew(panel, radiograph):
    _, image = radiograph
    first = set_points(panel, image, (20, 10), (60, 10), (60, 50))
    panel.ui.planarRegionButton.click()
    assert set_points(panel, image, (30, 10), (70, 10), (70, 50)) is first
    assert first.GetNumberOfControlPoints() == 3
    panel.ui.planarRegionButton.click()
    assert len(segments(panel)) == 2
    select(panel.ui.planarShapeComboBox, "ellipse")
    assert not panel.ui.planarRegionButton.enabled and "Set the centre" in panel.ui.planarInfoLabel.text
    assert set_points(panel, image, (46, 40), (46, 60), (36, 40)) is not first
    panel.ui.planarRegionButton.click()
    assert segments(panel)[-1].voxel_count == pytest.approx(np.pi * 20 * 10, rel=0.03)


def test_closing_the_scene_while_points_are_set_leaves_a_working_panel(panel, radiograph):
    import slicer

    _, image = radiograph
    set_points(panel, image, (20, 10))
    slicer.mrmlScene.Clear()
    assert not panel.ui.planarCollapsibleButton.visible and not panel.ui.planarPointsButton.checked


def test_the_points_survive_saving_and_reopening_the_scene(panel, radiograph, tmp_path):
    import slicer

    _, image = radiograph
    select(panel.ui.planarShapeComboBox, "ellipse")
    set_points(panel, image, (46, 40), (46, 60), (36, 40))
    slicer.util.saveScene(str(tmp_path / "s.mrb"))
    slicer.mrmlScene.Clear()
    slicer.util.loadScene(str(tmp_path / "s.mrb"))
    panel.enter()
    assert panel._parameterNode.planarShape == "ellipse" and panel.ui.planarRegionButton.enabled
    panel.ui.planarRegionButton.click()
    assert len(segments(panel)) == 1


def test_the_other_panel_says_what_the_region_is():
    from RadiomicsOrthoWidgets.region_text import regionText

    known = {"site": "proximal-femur", "level": None, "side": None, "compartment": "femoral-neck"}
    assert regionText(known) == "femur, side not stated: femoral neck"
    assert regionText(known | {"side": "left"}) == "left: femoral neck"
    assert regionText(known | {"site": "unknown", "compartment": "unknown"}).startswith("bone not stated")
    assert regionText(known | {"site": "unknown", "level": "L3", "compartment": "csf"}) == "L3: cerebrospinal fluid"
