"""What the views show of results: colours and values of the levels, cores in HU colours, layouts, the slices there."""

from dataclasses import replace

import numpy as np
import pytest
from RadiomicsOrthoLib.errors import InputError
from scored_spine import score, spine_case


@pytest.fixture
def scored(bridge):
    case = spine_case()
    score(case)
    return case


@pytest.fixture
def quantity(scored):
    from RadiomicsOrthoScene.level_values import quantities

    return quantities(scored.volume)[0]


@pytest.fixture
def slices(bridge):
    """The three standard slice views, with a size on a screen."""
    bridge.views.add_standard_views()
    found = {}
    for node in bridge.slicer.util.getNodesByClass("vtkMRMLSliceNode"):
        if node.GetName() in ("Red", "Green", "Yellow"):
            node.SetDimensions(400, 300, 1)
            found[node.GetName()] = node
    return found


def test_levels_are_listed_from_above_downwards_however_the_segments_lie(bridge, scored, quantity):
    from RadiomicsOrthoScene.level_values import REGIONS, quantities
    from RadiomicsOrthoScene.result_nodes import find_result

    table = find_result(REGIONS, scored.volume).GetTable()
    rows = [[table.GetValue(row, column) for column in range(table.GetNumberOfColumns())]
            for row in range(table.GetNumberOfRows())]
    for row, values in enumerate(reversed(rows)):
        for column, value in enumerate(values):
            table.SetValue(row, column, value)
    assert table.GetValueByName(0, "Place").ToString() == "L5"
    assert quantities(scored.volume)[0] == quantity


def test_parts_without_an_order_are_not_joined_by_a_line_and_named_at_their_points(scored, quantity):
    from RadiomicsOrthoScene.curve_chart import remove_chart
    from RadiomicsOrthoScene.level_chart import KIND, write_level_chart

    remove_chart(KIND, scored.volume)
    spine = write_level_chart(quantity, scored.volume)
    joined, axis = spine.GetNumberOfPlotSeriesNodes(), spine.GetXAxisTitle()
    parts = replace(quantity, values=tuple(replace(value, place="", region=f"right proximal femur part {number}")
                                           for number, value in enumerate(quantity.values)))
    femur = write_level_chart(parts, scored.volume)
    assert "1 = L1" in axis and "part" not in axis
    assert femur.GetNumberOfPlotSeriesNodes() == joined - 1
    assert femur.GetXAxisTitle() == "Part (point at a mark for its name)"


def segment(case, name):
    segmentation = case.node.GetSegmentation()
    return segmentation.GetSegment(segmentation.GetSegmentIdBySegmentName(name))


def colours(case):
    segmentation = case.node.GetSegmentation()
    return {name: segmentation.GetSegment(name).GetColor() for name in segmentation.GetSegmentIDs()}


def test_segments_take_the_colours_of_their_values_and_get_their_own_back(scored, quantity):
    from RadiomicsOrthoScene.score_colours import colour_by, is_coloured, restore_colours

    segment(scored, "L2 body").SetColor(0.123456, 0.2, 0.3)
    before = colours(scored)
    colour_by(scored.node, quantity)
    colour_by(scored.node, quantity)
    given = {value.region: value.colour for value in quantity.values}
    assert is_coloured(scored.node) and len(given) == 5
    for region, colour in given.items():
        assert segment(scored, region).GetColor() == pytest.approx(colour, abs=0.003)
    assert segment(scored, "T12 body").GetColor() == pytest.approx((0.6, 0.6, 0.6)), "it was not measured"
    restore_colours(scored.node)
    assert colours(scored) == before and not is_coloured(scored.node)


def test_a_part_has_the_colour_of_its_bone_and_a_colour_chosen_meanwhile_stays(scored, quantity):
    from RadiomicsOrthoScene.cores import add_core
    from RadiomicsOrthoScene.score_colours import colour_by, restore_colours

    body = scored.node.GetSegmentation().GetSegmentIdBySegmentName("L3 body")
    core = scored.node.GetSegmentation().GetSegment(add_core(scored.node, body, scored.volume))
    colour_by(scored.node, quantity)
    assert core.GetColor() == segment(scored, "L3 body").GetColor()
    segment(scored, "L3 body").SetColor(1.0, 0.0, 1.0)
    restore_colours(scored.node)
    assert segment(scored, "L3 body").GetColor() == (1.0, 0.0, 1.0) and core.GetColor() != (1.0, 0.0, 1.0)


def test_equal_attenuations_have_equal_colours_in_every_scan():
    from RadiomicsOrthoLib.report.value_colours import HU_RANGE, scale_colour

    lightness = [sum(scale_colour(value, *HU_RANGE)) for value in np.linspace(*HU_RANGE, 9)]
    assert lightness == sorted(lightness) and scale_colour(-400, *HU_RANGE) == scale_colour(HU_RANGE[0], *HU_RANGE)


def test_values_stand_at_the_centres_and_the_fill_comes_back(bridge, scored, quantity):
    from RadiomicsOrthoScene.level_labels import hide_values, show_values, values_shown

    display = scored.node.GetDisplayNode()
    display.SetOpacity2DFill(0.7)
    nodes = bridge.slicer.mrmlScene.GetNumberOfNodes()
    node = show_values(scored.node, quantity, scored.volume)
    assert show_values(scored.node, quantity, scored.volume) is node and node.GetLocked()
    texts = [node.GetNthControlPointLabel(number) for number in range(node.GetNumberOfControlPoints())]
    assert texts == [f"{value.place}: {value.text}" for value in quantity.values]
    centre = scored.node.GetSegmentCenterRAS(scored.node.GetSegmentation().GetSegmentIdBySegmentName("L1 body"))
    assert np.allclose(node.GetNthControlPointPositionWorld(0), centre) and display.GetOpacity2DFill() < 0.7
    hide_values(scored.node, scored.volume)
    assert not values_shown(scored.volume) and display.GetOpacity2DFill() == 0.7
    # of a markups node the scene keeps its default, of which it makes the next
    assert bridge.slicer.mrmlScene.GetNumberOfNodes() - nodes <= 1


def test_cores_in_colour_are_the_scan_inside_and_nothing_outside(bridge, scored, slices):
    from RadiomicsOrthoLib.report.value_colours import HU_RANGE
    from RadiomicsOrthoScene.core_overlay import OUTSIDE, core_shown, hide_core, show_core

    slicer = bridge.slicer
    other = slicer.util.addVolumeFromArray(np.zeros((2, 2, 2)), name="PET")
    composites = slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")
    for composite in composites:
        composite.SetForegroundVolumeID(other.GetID())
        composite.SetForegroundOpacity(0.3)
    before = {node.GetID() for node in slicer.util.getNodesByClass("vtkMRMLNode")}
    fill = scored.node.GetDisplayNode().GetOpacity2DFill()
    node = show_core(scored.volume, scored.node)
    assert show_core(scored.volume, scored.node) is node and core_shown(scored.volume)
    shown, scan = slicer.util.arrayFromVolume(node), slicer.util.arrayFromVolume(scored.volume)
    inside = np.argwhere(shown != OUTSIDE)
    here = bridge.volumes.geometry_of(node, shown.shape).to_ras(inside)
    there = np.rint(bridge.volumes.geometry_of(scored.volume, scan.shape).to_kji(here)).astype(int)
    assert len(inside) > 1000 and np.array_equal(shown[tuple(inside.T)], scan[tuple(there.T)])
    display = node.GetVolumeDisplayNode()
    assert display.GetApplyThreshold() and display.GetLowerThreshold() == OUTSIDE + 1
    assert (display.GetWindowLevelMin(), display.GetWindowLevelMax()) == HU_RANGE
    legend = slicer.vtkSlicerColorLogic.GetColorLegendDisplayNode(node)
    assert legend.GetVisibility() and legend.GetTitleText() == "HU"
    assert all(composite.GetForegroundVolumeID() == node.GetID() for composite in composites)
    assert scored.node.GetDisplayNode().GetOpacity2DFill() < fill, "filled segments would mix with the colours"
    hide_core(scored.volume, scored.node)
    assert scored.node.GetDisplayNode().GetOpacity2DFill() == fill
    assert {node.GetID() for node in slicer.util.getNodesByClass("vtkMRMLNode")} == before
    assert all((composite.GetForegroundVolumeID(), composite.GetForegroundOpacity()) == (other.GetID(), 0.3)
               for composite in composites)


def test_a_core_that_was_drawn_is_shown_as_it_is_and_a_bone_without_one_by_its_own(bridge, scored):
    from RadiomicsOrthoLib.regions.trabecular import trabecular_core
    from RadiomicsOrthoScene.core_overlay import OUTSIDE, show_core
    from RadiomicsOrthoScene.cores import add_core

    def voxels():
        return int((bridge.slicer.util.arrayFromVolume(show_core(scored.volume, scored.node)) != OUTSIDE).sum())

    made = voxels()
    cores = [trabecular_core(bridge.segments.roi_of_segment(scored.node, name, scored.volume))
             for name in scored.node.GetSegmentation().GetSegmentIDs()]
    assert made == sum(core.voxel_count for core in cores), "what is shown is what would be measured"
    body = scored.node.GetSegmentation().GetSegmentIdBySegmentName("L3 body")
    add_core(scored.node, body, scored.volume)
    assert voxels() == made
    add_core(scored.node, scored.node.GetSegmentation().GetSegmentIdBySegmentName("L2 body"), scored.volume, 6.0)
    assert voxels() < made


def test_a_bone_of_which_nobody_said_what_part_it_is_has_a_core(bridge):
    """It is measured as a whole one, too."""
    from RadiomicsOrthoScene.core_overlay import core_shown, show_core
    from RadiomicsOrthoScene.generated_case import generated_vertebra

    volume, node, _segment_id = generated_vertebra()
    assert show_core(volume, node) and core_shown(volume)


def test_colours_of_attenuations_are_refused_without_a_ct_or_bones(bridge, scored):
    from RadiomicsOrthoScene.core_overlay import core_shown, show_core
    from RadiomicsOrthoScene.volume_facts import state_modality

    empty = bridge.segments.new_segmentation(scored.volume, "empty")
    with pytest.raises(InputError, match="no bone"):
        show_core(scored.volume, empty)
    state_modality(scored.volume, "MR")
    with pytest.raises(InputError, match="only a CT"):
        show_core(scored.volume, scored.node)
    assert not core_shown(scored.volume)


def test_the_slices_go_to_a_level_close_enough_to_see_it(scored, slices):
    from RadiomicsOrthoScene.level_view import jump_to_region

    segment_id = scored.node.GetSegmentation().GetSegmentIdBySegmentName("L4 body")
    jump_to_region(scored.node, segment_id)
    centre = scored.node.GetSegmentCenterRAS(segment_id)
    for node in slices.values():
        middle = [node.GetSliceToRAS().GetElement(row, 3) for row in range(3)]
        assert middle == pytest.approx(centre, abs=2.0)
        width, height, _ = node.GetFieldOfView()
        assert width / height == pytest.approx(4 / 3) and 60 <= height <= 260


def test_axial_views_are_tilted_with_the_spine_and_back(scored, slices):
    from RadiomicsOrthoScene.level_view import jump_to_region, spine_direction

    segmentation = scored.node.GetSegmentation()
    segment_id = segmentation.GetSegmentIdBySegmentName("L5 body")
    along = spine_direction(scored.node, segment_id)
    jump_to_region(scored.node, segment_id, tilt=True)
    matrix = slices["Red"].GetSliceToRAS()
    axes = np.array([[matrix.GetElement(row, column) for column in range(3)] for row in range(3)])
    assert axes[:, 2] == pytest.approx(along) and along[2] > 0.5
    assert np.allclose(axes.T @ axes, np.eye(3), atol=1e-6) and axes[0, 0] < -0.9
    assert slices["Yellow"].GetOrientation() == "Sagittal"
    jump_to_region(scored.node, segment_id)
    assert slices["Red"].GetOrientation() == "Axial"


def test_a_lonely_bone_has_no_neighbours_to_tilt_with(bridge, slices):
    from RadiomicsOrthoScene.generated_case import generated_vertebra
    from RadiomicsOrthoScene.level_view import jump_to_region, spine_direction

    _, node, segment_id = generated_vertebra()
    assert spine_direction(node, segment_id) is None
    jump_to_region(node, segment_id, tilt=True)
    assert slices["Red"].GetOrientation() == "Axial"


def test_layouts_are_known_and_left_as_they_were_found(bridge, scored):
    from RadiomicsOrthoScene import layouts

    slicer = bridge.slicer
    layouts.show_layout(layouts.SPINE)
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLayoutNode")
    node.SetViewArrangement(node.SlicerLayoutConventionalView)
    layouts.show_layout(layouts.SPINE, scored.volume)
    assert layouts.current_layout() == layouts.SPINE and node.GetLayoutRootElement() is not None
    layouts.show_layout(layouts.HIP, scored.volume)
    assert "vtkMRMLPlotViewNode" in node.GetCurrentLayoutDescription()
    selection = slicer.app.applicationLogic().GetSelectionNode()
    assert slicer.mrmlScene.GetNodeByID(selection.GetActiveTableID()).GetName() == "Bone scores"
    assert slicer.mrmlScene.GetNodeByID(selection.GetActivePlotChartID()).GetTitle() == "Mean attenuation"
    layouts.leave_layout()
    assert layouts.current_layout() == node.SlicerLayoutConventionalView
    # another arrangement that was chosen meanwhile is left alone
    node.SetViewArrangement(node.SlicerLayoutOneUp3DView)
    layouts.leave_layout()
    assert layouts.current_layout() == node.SlicerLayoutOneUp3DView




def test_parts_of_one_bone_have_their_own_colours_and_values_where_they_are_seen(bridge):
    from generated_proposal import GRID, METHOD, brick
    from RadiomicsOrthoLib.imaging.image import BoneImage
    from RadiomicsOrthoLib.regions.proposal import Proposal, ProposedRegion
    from RadiomicsOrthoLib.regions.roi import Roi
    from RadiomicsOrthoScene.level_labels import show_values
    from RadiomicsOrthoScene.level_values import LevelValue, Quantity
    from RadiomicsOrthoScene.score_colours import colour_by
    from RadiomicsOrthoScene.segments import new_segmentation

    volume = bridge.volumes.add_volume(BoneImage(np.zeros(GRID.shape, np.int16), GRID, "CT"), "hip")
    node, rois = new_segmentation(volume, "bones"), []
    for number, part in enumerate(("whole-body", "femoral-head", "femoral-neck"), 1):
        mask = np.zeros(GRID.shape, bool)
        mask[brick(number)] = True
        rois.append(Roi(mask, GRID, "proximal-femur", None, "left", part, METHOD))
    ids = bridge.proposals.add_proposal(
        Proposal(tuple(ProposedRegion(roi) for roi in rois), {"femora": []}), node, volume)
    segmentation = node.GetSegmentation()
    names = [segmentation.GetSegment(name).GetName() for name in ids]
    quantity = Quantity("mean_hu", "Mean attenuation", "HU", tuple(
        LevelValue(name, name, value, f"{value} HU", (value / 255, 0.0, 0.0))
        for name, value in zip(names, (51.0, 102.0, 153.0), strict=True)), ())
    colour_by(node, quantity)
    assert [round(255 * segmentation.GetSegment(name).GetColor()[0]) for name in ids] == [51, 102, 153]
    points = show_values(node, quantity, volume)
    assert [points.GetNthControlPointLabel(number) for number in range(points.GetNumberOfControlPoints())] == [
        f"102.0 HU, {names[1]}", f"153.0 HU, {names[2]}"]
