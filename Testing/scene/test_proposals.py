"""Proposals as segments: what they state, hand edits, recompute, levels, undo, transforms, files."""

from dataclasses import replace

import numpy as np
import pytest
from generated_proposal import GRID, METHOD, brick, brick_proposal
from proposal_steps import bodies, edit, names, segment_named
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.regions.from_file import roi_from_file


def turned(bridge, node):
    """A transform that turns and moves the node."""
    transform = bridge.slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    matrix = bridge.vtk.vtkMatrix4x4()
    for (row, column), value in {(0, 0): 0.8, (0, 1): -0.6, (1, 0): 0.6, (1, 1): 0.8, (0, 3): 25.0}.items():
        matrix.SetElement(row, column, value)
    transform.SetMatrixTransformToParent(matrix)
    node.SetAndObserveTransformNodeID(transform.GetID())
    return transform


def on_the_grid(bridge, volume, proposal):
    """The proposal on the grid of the volume as it lies in the scene."""
    geometry = bridge.volumes.bone_image(volume).geometry
    return replace(proposal, regions=tuple(replace(region, roi=replace(region.roi, geometry=geometry))
                                           for region in proposal.regions))


def test_a_proposal_becomes_named_coloured_segments_on_the_scan_s_grid(bridge, case):
    proposal = brick_proposal(cores=True)
    ids = bridge.proposals.add_proposal(proposal, case.node, case.volume)
    assert names(case.node) == [region.name for region in proposal.regions]
    for segment_id, region in zip(ids, proposal.regions, strict=True):
        read = bridge.segments.roi_of_segment(case.node, segment_id, case.volume)
        np.testing.assert_array_equal(read.mask, region.roi.mask)
        assert (read.site, read.compartment, read.made_by) == ("vertebra", region.roi.compartment, METHOD)
    segments = bridge.tags.segments_of(case.node)
    assert segments[ids[0]].GetColor() == pytest.approx(proposal.regions[0].colour)
    assert "SCT^51282000^Vertebra" in bridge.tags.tag(segments[ids[0]], "TerminologyEntry")
    reference = case.node.GetNodeReferenceID(case.node.GetReferenceImageGeometryReferenceRole())
    assert reference == case.volume.GetID()


def test_what_the_proposal_said_is_kept_with_it(bridge, case):
    bridge.proposals.add_proposal(brick_proposal(), case.node, case.volume)
    (account,) = bridge.proposals.accounts_of(case.node)
    assert account["remarks"][0]["code"] == "BODY_INCOMPLETE" and account["remarks"][0]["refused"]
    case.node.GetSegmentation().RemoveAllSegments()
    assert bridge.proposals.accounts_of(case.node) == ()


def test_bodies_state_heights_grade_completeness_and_a_suggested_level(bridge, case):
    bridge.proposals.add_proposal(brick_proposal(cores=True), case.node, case.volume)
    found = bodies(bridge, case)
    assert [body.number for body in found] == [1, 2, 3, 4, 5]
    assert [body.suggested for body in found] == ["L1", "L2", "L3", "L4", "L5"]
    assert [body.level for body in found] == [None] * 5
    assert [body.complete for body in found] == [False, True, True, True, True]
    assert found[2].measures == {"heights_mm": [23.0, 21.0, 25.0], "suggested_grade": 1, "deformity": "wedge"}
    assert not found[0].measures
    assert [len(body.segmentIds) for body in found] == [1, 2, 2, 2, 2]


def test_one_named_body_names_all_with_their_cores(bridge, case):
    bridge.proposals.add_proposal(brick_proposal(cores=True), case.node, case.volume)
    colour = segment_named(case.node, "vertebra 2 body")[1].GetColor()
    bridge.body_levels.name_body(case.node, bodies(bridge, case), 3, "T12")
    assert names(case.node) == ["T10 body (incomplete)", "T11 body", "T11 trabecular core", "T12 body",
                                "T12 trabecular core", "L1 body", "L1 trabecular core", "L2 body",
                                "L2 trabecular core"]
    segment = segment_named(case.node, "T11 body")[1]
    assert segment.GetColor() == colour and "T11 vertebra" in bridge.tags.tag(segment, "TerminologyEntry")
    assert [body.suggested for body in bodies(bridge, case)] == [None] * 5


def test_a_level_is_dragged_to_another_body_and_undone(bridge, case):
    bridge.proposals.add_proposal(brick_proposal(), case.node, case.volume)
    bridge.body_levels.name_body(case.node, bodies(bridge, case), 5, "L5")
    before = names(case.node)
    case.history.SaveState()
    # the lowest is a sixth lumbar vertebra: L5 belongs one body higher
    bridge.body_levels.move_level(case.node, bodies(bridge, case), 5, 4)
    assert names(case.node) == ["L2 body (incomplete)", "L3 body", "L4 body", "L5 body", "L6 body"]
    case.history.RestorePreviousState()
    assert names(case.node) == before
    case.history.RestoreNextState()
    assert names(case.node)[-1] == "L6 body"


def test_a_name_that_no_spine_has_room_for_changes_nothing(bridge, case):
    bridge.proposals.add_proposal(brick_proposal(), case.node, case.volume)
    with pytest.raises(InputError, match="found below"):
        bridge.body_levels.name_body(case.node, bodies(bridge, case), 1, "L5")
    assert names(case.node)[0] == "vertebra 1 body (incomplete)"


def test_a_deleted_body_leaves_its_level_free(bridge, case):
    bridge.proposals.add_proposal(brick_proposal(), case.node, case.volume)
    case.node.GetSegmentation().RemoveSegment(segment_named(case.node, "vertebra 4 body")[0])
    bridge.body_levels.name_body(case.node, bodies(bridge, case), 5, "L5")
    assert names(case.node) == ["L1 body (incomplete)", "L2 body", "L3 body", "L5 body"]


def test_an_edited_segment_keeps_its_origin_and_says_that_it_was_edited(bridge, case):
    bridge.proposals.add_proposal(brick_proposal(), case.node, case.volume)
    assert bridge.edits.mark_edits(case.node) == ()
    case.history.SaveState()
    segment_id = edit(bridge, case, "vertebra 3 body")
    assert bridge.edits.mark_edits(case.node) == (segment_id,)
    segment = case.node.GetSegmentation().GetSegment(segment_id)
    assert bridge.tags.tag(segment, "RadiomicsOrtho.MadeBy") == f"{METHOD}, edited"
    assert bridge.segments.roi_of_segment(case.node, segment_id, case.volume).made_by == f"{METHOD}, edited"
    assert [body.edited for body in bodies(bridge, case)] == [False, False, True, False, False]
    case.history.RestorePreviousState()
    assert bridge.edits.mark_edits(case.node) == ()
    assert bridge.segments.roi_of_segment(case.node, segment_id, case.volume).made_by == METHOD


def test_a_segment_that_was_only_moved_is_edited(bridge, case):
    bridge.proposals.add_proposal(brick_proposal(), case.node, case.volume)
    segment_id, _ = segment_named(case.node, "vertebra 3 body")
    array = bridge.slicer.util.arrayFromSegmentBinaryLabelmap(case.node, segment_id, case.volume)
    bridge.slicer.util.updateSegmentBinaryLabelmapFromArray(np.roll(array, 2, axis=2), case.node, segment_id,
                                                            case.volume)
    assert bridge.edits.mark_edits(case.node) == (segment_id,)


def test_what_a_person_had_made_says_when_it_was_edited_and_is_never_replaced(bridge, case):
    """A core of a femur, say: no proposal numbers it."""
    from RadiomicsOrthoLib.regions.roi import Roi

    drawn = np.zeros(GRID.shape, bool)
    drawn[brick(3)] = True
    body_id, core_id = (bridge.segments.add_segment(case.node, Roi(
        drawn, GRID, "vertebra", "L3", compartment=compartment, made_by=METHOD), case.volume)
        for compartment in ("whole-body", "trabecular"))
    bridge.body_levels.follow_body(case.node, core_id, body_id)
    assert bridge.edits.mark_edits(case.node) == ()
    edit(bridge, case, "L3 trabecular core")
    assert bridge.edits.mark_edits(case.node) == (core_id,)
    bridge.proposals.add_proposal(brick_proposal(), case.node, case.volume)
    bridge.body_levels.name_body(case.node, bodies(bridge, case), 5, "L5")
    assert names(case.node)[:2] == ["L3 body", "L3 trabecular core"]
    assert bridge.edits.mark_edits(case.node) == (core_id,)


def test_naming_is_no_edit(bridge, case):
    bridge.proposals.add_proposal(brick_proposal(), case.node, case.volume)
    bridge.body_levels.name_body(case.node, bodies(bridge, case), 5, "L5")
    assert bridge.edits.mark_edits(case.node) == ()


def test_a_cut_out_part_of_the_scan_is_no_edit(bridge, case):
    """The mask is smaller on a volume that shows less; nobody edited the segment."""
    from RadiomicsOrthoLib.imaging.geometry import Geometry
    from RadiomicsOrthoLib.imaging.image import BoneImage

    ids = bridge.proposals.add_proposal(brick_proposal(), case.node, case.volume)
    scan = bridge.volumes.bone_image(case.volume)
    part = Geometry((20, *GRID.shape[1:]), GRID.spacing, GRID.origin)
    lower = bridge.volumes.add_volume(BoneImage(scan.array[:20], part), "lower part")
    read = bridge.segments.roi_of_segment(case.node, ids[3], lower)
    assert read.made_by == METHOD and 0 < read.voxel_count < np.prod([8, 14, 16])


def test_a_new_proposal_replaces_the_old_one_but_not_what_was_drawn(bridge, case):
    from RadiomicsOrthoLib.regions.roi import Roi

    drawn = np.zeros(GRID.shape, bool)
    drawn[brick(2)] = True
    bridge.segments.add_segment(case.node, Roi(drawn, GRID, "vertebra", "L2"), case.volume, "mine")
    bridge.proposals.add_proposal(brick_proposal(), case.node, case.volume)
    assert bridge.proposals.edited_segments(case.node, case.volume, brick_proposal()) == ()
    bridge.proposals.add_proposal(brick_proposal(numbers=(2, 3, 4), suggested=None, cut=None), case.node, case.volume)
    assert names(case.node) == ["mine", "vertebra 1 body", "vertebra 2 body", "vertebra 3 body"]
    assert len(bridge.proposals.accounts_of(case.node)) == 1


def test_recompute_keeps_a_hand_edit_and_finds_its_new_number(bridge, case):
    bridge.proposals.add_proposal(brick_proposal(), case.node, case.volume)
    segment_id = edit(bridge, case, "vertebra 3 body")
    before = bridge.segments.roi_of_segment(case.node, segment_id, case.volume)
    again = brick_proposal(numbers=(2, 3, 4, 5), cut=None, shift=1)
    (found,) = bridge.proposals.edited_segments(case.node, case.volume, again)
    assert (found.id, found.name) == (segment_id, "vertebra 3 body")
    bridge.proposals.add_proposal(again, case.node, case.volume, keep=[segment_id])
    after = bridge.segments.roi_of_segment(case.node, segment_id, case.volume)
    np.testing.assert_array_equal(after.mask, before.mask)
    assert after.made_by == f"{METHOD}, edited"
    found = bodies(bridge, case)
    assert [(body.number, body.edited) for body in found] == [(1, False), (2, True), (3, False), (4, False)]
    assert found[1].segmentIds == (segment_id,)
    assert names(case.node) == ["vertebra 1 body", "vertebra 2 body", "vertebra 3 body", "vertebra 4 body"]


def test_an_edited_body_keeps_the_core_that_it_had(bridge, case):
    """A core of the automatic body must not slip into the edited one."""
    bridge.proposals.add_proposal(brick_proposal(cores=True), case.node, case.volume)
    body_id = edit(bridge, case, "vertebra 3 body")
    core_id, _ = segment_named(case.node, "vertebra 3 trabecular core")
    before = bridge.segments.roi_of_segment(case.node, core_id, case.volume)
    again = brick_proposal(numbers=(2, 3, 4, 5), cut=None, cores=True, shift=1)
    bridge.proposals.add_proposal(again, case.node, case.volume, keep=[body_id])
    after = bridge.segments.roi_of_segment(case.node, core_id, case.volume)
    np.testing.assert_array_equal(after.mask, before.mask)
    assert names(case.node) == [f"vertebra {n} {part}" for n in range(1, 5) for part in ("body", "trabecular core")]
    assert bodies(bridge, case)[1].segmentIds == (body_id, core_id)


@pytest.mark.parametrize("found_again", [True, False])
def test_an_edited_body_gets_no_core_of_the_automatic_one(bridge, case, found_again):
    bridge.proposals.add_proposal(brick_proposal(), case.node, case.volume)
    body_id = edit(bridge, case, "vertebra 3 body")
    numbers = (2, 3, 4) if found_again else (1, 2)
    bridge.proposals.add_proposal(brick_proposal(numbers, None, None, cores=True), case.node, case.volume, [body_id])
    with_parts = [body.segmentIds for body in bodies(bridge, case) if body_id in body.segmentIds]
    assert with_parts == [(body_id,)] * found_again
    assert sum("core" in name for name in names(case.node)) == 2


def test_an_edited_core_stays_beside_a_new_body(bridge, case):
    bridge.proposals.add_proposal(brick_proposal(cores=True), case.node, case.volume)
    core_id = edit(bridge, case, "vertebra 3 trabecular core")
    body_id, _ = segment_named(case.node, "vertebra 3 body")
    bridge.proposals.add_proposal(brick_proposal(cores=True, shift=1), case.node, case.volume, keep=[core_id])
    (body,) = [body for body in bodies(bridge, case) if core_id in body.segmentIds]
    assert body.number == 3 and len(body.segmentIds) == 2 and body_id not in body.segmentIds


def test_proposed_fluid_is_named_as_the_body_before_it(bridge, case):
    from RadiomicsOrthoLib.regions.proposal import Proposal, ProposedRegion
    from RadiomicsOrthoLib.regions.roi import Roi

    def fluid(i):
        mask = np.zeros(GRID.shape, bool)
        mask[20:24, 2:6, i:i + 4] = True
        return Roi(mask, GRID, level="L3", compartment="csf", made_by=METHOD)

    bridge.proposals.add_proposal(brick_proposal(), case.node, case.volume)
    bridge.body_levels.name_body(case.node, bodies(bridge, case), 5, "L5")
    bridge.segments.add_segment(case.node, fluid(20), case.volume, "my CSF at L3")
    bridge.proposals.add_proposal(Proposal((ProposedRegion(fluid(14)),)), case.node, case.volume)
    assert names(case.node)[-2:] == ["my CSF at L3", "CSF at L3"]
    bridge.body_levels.move_level(case.node, bodies(bridge, case), 5, 4)
    assert names(case.node)[-2:] == ["my CSF at L3", "CSF at L4"]
    bridge.body_levels.move_level(case.node, bodies(bridge, case), 4, 5)
    assert names(case.node)[-1] == "CSF at L3"


def test_recompute_replaces_a_hand_edit_only_if_told_and_undo_brings_it_back(bridge, case):
    bridge.proposals.add_proposal(brick_proposal(), case.node, case.volume)
    segment_id = edit(bridge, case, "vertebra 3 body")
    edited = bridge.segments.roi_of_segment(case.node, segment_id, case.volume)
    case.history.SaveState()
    bridge.proposals.add_proposal(brick_proposal(), case.node, case.volume)
    assert not any(body.edited for body in bodies(bridge, case))
    case.history.RestorePreviousState()
    restored = bridge.segments.roi_of_segment(case.node, segment_id, case.volume)
    np.testing.assert_array_equal(restored.mask, edited.mask)
    assert [body.edited for body in bodies(bridge, case)] == [False, False, True, False, False]
    assert len(bridge.proposals.accounts_of(case.node)) == 1


def test_levels_that_were_named_are_carried_over(bridge, case):
    bridge.proposals.add_proposal(brick_proposal(), case.node, case.volume)
    bridge.body_levels.name_body(case.node, bodies(bridge, case), 5, "L4")
    bridge.proposals.add_proposal(brick_proposal(numbers=(2, 3, 4), cut=None, shift=1), case.node, case.volume)
    assert names(case.node) == ["L1 body", "L2 body", "L3 body"]


def test_a_suggestion_above_is_no_eleventh_rib(bridge, case):
    """The bodies are suggested as T10 to L2, and the one suggested as T12 is named L1: all follow."""
    bridge.proposals.add_proposal(brick_proposal(suggested="L2"), case.node, case.volume)
    assert [body.suggested for body in bodies(bridge, case)] == ["T10", "T11", "T12", "L1", "L2"]
    bridge.body_levels.name_body(case.node, bodies(bridge, case), 3, "L1")
    assert names(case.node)[1:3] == ["T12 body", "L1 body"]


def test_a_core_made_by_hand_follows_its_body_s_level_and_survives_recompute(bridge, case):
    from RadiomicsOrthoLib.regions.trabecular import trabecular_core

    ids = bridge.proposals.add_proposal(brick_proposal(), case.node, case.volume)
    core = trabecular_core(bridge.segments.roi_of_segment(case.node, ids[2], case.volume), 2.0)
    core_id = bridge.segments.add_segment(case.node, core, case.volume)
    bridge.body_levels.follow_body(case.node, core_id, ids[2])
    assert "vertebra 3 trabecular core" in names(case.node)
    bridge.proposals.add_proposal(brick_proposal(numbers=(2, 3, 4), cut=None, shift=1), case.node, case.volume)
    assert names(case.node) == ["vertebra 1 body", "vertebra 2 body", "vertebra 2 trabecular core", "vertebra 3 body"]
    bridge.body_levels.name_body(case.node, bodies(bridge, case), 1, "L1")
    assert "L2 trabecular core" in names(case.node)
    np.testing.assert_array_equal(bridge.segments.roi_of_segment(case.node, core_id, case.volume).mask, core.mask)
    edit(bridge, case, "L2 trabecular core")
    assert bridge.edits.mark_edits(case.node) == (core_id,)


def test_the_other_femur_is_another_bone(bridge, case):
    from RadiomicsOrthoLib.regions.proposal import Proposal, ProposedRegion
    from RadiomicsOrthoLib.regions.roi import Roi

    def femur(side, number):
        mask = np.zeros(GRID.shape, bool)
        mask[brick(number)] = True
        roi = Roi(mask, GRID, "proximal-femur", None, side, "femoral-neck", METHOD)
        return Proposal((ProposedRegion(roi),), {"femora": []})

    for side, number in (("left", 1), ("right", 2), ("left", 3)):
        bridge.proposals.add_proposal(femur(side, number), case.node, case.volume)
    assert sorted(names(case.node)) == ["left femoral neck", "right femoral neck"]
    assert bodies(bridge, case) == ()


@pytest.mark.parametrize("hardened", [False, True])
def test_scan_and_proposal_under_a_transform(bridge, case, hardened):
    transform = turned(bridge, case.volume)
    if hardened:
        case.volume.HardenTransform()
    proposal = on_the_grid(bridge, case.volume, brick_proposal())
    if not hardened:
        with pytest.raises(InputError, match="different transforms"):
            bridge.proposals.add_proposal(proposal, case.node, case.volume)
        assert names(case.node) == []
        case.node.SetAndObserveTransformNodeID(transform.GetID())
    ids = bridge.proposals.add_proposal(proposal, case.node, case.volume)
    read = bridge.segments.roi_of_segment(case.node, ids[1], case.volume)
    np.testing.assert_array_equal(read.mask, proposal.regions[1].roi.mask)
    assert bridge.edits.mark_edits(case.node) == ()
    centre = [0.0, 0.0, 0.0]
    case.node.GetSegmentCenterRAS(ids[1], centre)
    expected = read.geometry.to_ras(np.argwhere(read.mask).mean(axis=0))
    assert np.linalg.norm(np.subtract(centre, expected)) < 1.0  # a voxel
    # scan and segments are moved together, if at all
    transform.SetMatrixTransformToParent(bridge.vtk.vtkMatrix4x4())
    assert bridge.edits.mark_edits(case.node) == ()


@pytest.mark.parametrize("first", ["scan", "segments"])
def test_hardening_a_transform_is_no_edit(bridge, case, first):
    ids = bridge.proposals.add_proposal(brick_proposal(), case.node, case.volume)
    edited_id = edit(bridge, case, "vertebra 2 body")
    transform = turned(bridge, case.volume)
    case.node.SetAndObserveTransformNodeID(transform.GetID())
    for node in (case.volume, case.node) if first == "scan" else (case.node, case.volume):
        node.HardenTransform()
        # between the two, the segments do not lie on the scan
        bridge.edits.mark_edits(case.node)
    assert bridge.edits.mark_edits(case.node) == (edited_id,)
    assert bridge.segments.roi_of_segment(case.node, ids[0], case.volume).made_by == METHOD
    edit(bridge, case, "vertebra 3 body")
    assert bridge.edits.mark_edits(case.node) == (edited_id, ids[2])


def test_moving_the_segments_alone_is_an_edit(bridge, case):
    ids = bridge.proposals.add_proposal(brick_proposal(), case.node, case.volume)
    turned(bridge, case.node)
    case.node.HardenTransform()
    assert bridge.edits.mark_edits(case.node) == ids


def test_saving_under_a_rotation_changes_no_voxel(bridge, case, tmp_path):
    """The segmentation's own grid is that of the scan, not the scan's turned by the transform."""
    turned(bridge, case.volume)
    node = bridge.segments.new_segmentation(case.volume, "bones")
    bridge.proposals.add_proposal(on_the_grid(bridge, case.volume, brick_proposal(cores=True)), node, case.volume)
    storage = bridge.slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationStorageNode")
    storage.SetFileName(str(tmp_path / "bones.seg.nrrd"))
    assert storage.WriteData(node)
    read = bridge.slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    assert storage.ReadData(read)
    assert len(bridge.tags.segments_of(read)) == 9 and bridge.edits.mark_edits(read) == ()


def test_a_saved_segmentation_keeps_bodies_measures_and_edits(bridge, case, tmp_path):
    bridge.proposals.add_proposal(brick_proposal(), case.node, case.volume)
    bridge.body_levels.name_body(case.node, bodies(bridge, case), 5, "L5")
    edit(bridge, case, "L3 body")
    bridge.edits.mark_edits(case.node)
    storage = bridge.slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationStorageNode")
    storage.SetFileName(str(tmp_path / "bones.seg.nrrd"))
    assert storage.WriteData(case.node)
    node = bridge.slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    assert storage.ReadData(node)
    found = bridge.body_levels.bodies_of(node)
    assert [(body.level, body.complete, body.edited) for body in found] == [
        ("L1", False, False), ("L2", True, False), ("L3", True, True), ("L4", True, False), ("L5", True, False)]
    assert found[1].measures["heights_mm"] == [22.0, 21.0, 25.0]
    from RadiomicsOrthoLib.imaging.segmentation_file import read_segmentation

    file = read_segmentation(tmp_path / "bones.seg.nrrd", GRID)
    assert roi_from_file(file, "L3 body").made_by == f"{METHOD}, edited"
    assert roi_from_file(file, "L2 body").made_by == METHOD


def test_a_file_of_the_command_line_has_its_bodies_too(bridge, tmp_path):
    from RadiomicsOrthoLib.regions.proposal import proposal_file

    (tmp_path / "cli.seg.nrrd").write_bytes(proposal_file(brick_proposal(cores=True).regions, GRID))
    node = bridge.slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    storage = bridge.slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationStorageNode")
    storage.SetFileName(str(tmp_path / "cli.seg.nrrd"))
    assert storage.ReadData(node)
    found = bridge.body_levels.bodies_of(node)
    assert [body.complete for body in found] == [False, True, True, True, True]
    assert not any(body.edited for body in found)
    bridge.body_levels.name_body(node, found, 5, "L5")
    assert "L4 trabecular core" in names(node)


@pytest.mark.parametrize(("modality", "site", "words"), [
    ("unknown", "vertebra", "whether the scan is a CT or an MR"), ("US", "vertebra", "draw them by hand"),
    ("MR", "proximal-femur", "on CT only"), ("CT", "proximal-femur", ""), ("MR", "vertebra", "")])
def test_what_is_missing_for_a_proposal(bridge, case, modality, site, words):
    from RadiomicsOrthoScene.volume_facts import state_modality

    case.volume.SetName("scan")
    state_modality(case.volume, modality)
    reason = bridge.job.reason_not_ready(case.volume, site)
    assert words in reason and bool(words) == bool(reason)
    assert "Load a scan" in bridge.job.reason_not_ready(None, site)


def test_the_views_go_to_a_segment(bridge, case):
    ids = bridge.proposals.add_proposal(brick_proposal(), case.node, case.volume)
    bridge.views.add_standard_views()
    bridge.views.show_segment(case.node, ids[4])
    centre = GRID.to_ras(np.array([(part.start + part.stop - 1) / 2 for part in brick(5)]))
    axial = bridge.slicer.util.getNodesByClass("vtkMRMLSliceNode")[0]
    assert axial.GetSliceToRAS().GetElement(2, 3) == pytest.approx(centre[2], abs=0.51)


def test_the_parts_of_a_bone_do_not_cover_one_another(bridge, case):
    from RadiomicsOrthoLib.regions.proposal import Proposal, ProposedRegion
    from RadiomicsOrthoLib.regions.roi import Roi

    def added(*kinds):
        rois = []
        for kind in kinds:
            mask = np.zeros(GRID.shape, bool)
            mask[brick(2)] = True
            rois.append(Roi(mask, GRID, "proximal-femur", None, "left", kind, METHOD))
        ids = bridge.proposals.add_proposal(
            Proposal(tuple(ProposedRegion(roi) for roi in rois), {"femora": []}), case.node, case.volume)
        display = case.node.GetDisplayNode()
        return {kind: (display.GetSegmentVisibility2DFill(name), display.GetSegmentVisibility3D(name))
                for kind, name in zip(kinds, ids, strict=True)}

    assert added("whole-body", "trabecular") == {"whole-body": (False, True), "trabecular": (True, False)}
    assert added("whole-body", "femoral-neck", "cortical", "trabecular") == {
        "whole-body": (False, False), "femoral-neck": (True, True), "cortical": (False, False),
        "trabecular": (False, False)}
    assert added("whole-body") == {"whole-body": (True, True)}
