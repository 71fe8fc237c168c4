"""One click on nodes: bones are packed as they lie, what changed is told, and the chain runs without a panel."""

import time
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from generated_proposal import brick_proposal, brick_scan
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.regions.proposal_files import unpacked
from RadiomicsOrthoLib.workflow.request import ANY, ScanRequest
from spine_phantom import spine_phantom


@pytest.fixture
def click(bridge):
    from RadiomicsOrthoScene import one_click, segment_boxes

    return SimpleNamespace(**{name: getattr(one_click, name) for name in (
        "OneClick", "bones_seen", "changed_since", "inputs_of", "memory_of", "needs_click", "reason_not_ready",
        "regions_key", "save_scan", "scan_of", "segment_of", "show_card", "write_scan")},
        packed=segment_boxes.packed_bones, lies_on=segment_boxes.lies_on)


def run(job, volume, node, request, stated=None, text=None):
    """The outcome of a whole run."""
    looked_for = job.start(volume, node, request, stated, text)
    end = time.monotonic() + 120
    while job.running:
        assert time.monotonic() < end
        time.sleep(0.02)
    return job.outcome()[0], looked_for


def turn(bridge, *nodes):
    """Turn nodes by half a right angle, and move them."""
    transform = bridge.slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    matrix = bridge.vtk.vtkMatrix4x4()
    for (row, column), value in {(0, 0): 0.8, (0, 1): -0.6, (1, 0): 0.6, (1, 1): 0.8, (0, 3): 25.0}.items():
        matrix.SetElement(row, column, value)
    transform.SetMatrixTransformToParent(matrix)
    for node in nodes:
        node.SetAndObserveTransformNodeID(transform.GetID())


@pytest.mark.parametrize("turned", [False, True])
def test_bones_are_packed_as_they_are_read_one_by_one(bridge, case, click, turned):
    bridge.proposals.add_proposal(brick_proposal(cores=True), case.node, case.volume)
    if turned:
        turn(bridge, case.node, case.volume)
    entries, masks = click.packed(case.node, case.volume, "vertebra")
    geometry = bridge.volumes.bone_image(case.volume).geometry
    found = unpacked(entries, masks, geometry)
    ids = case.node.GetSegmentation().GetSegmentIDs()
    assert len(found.regions) == len(ids) == 9
    for segment_id, region in zip(ids, found.regions, strict=True):
        read = bridge.segments.roi_of_segment(case.node, segment_id, case.volume)
        np.testing.assert_array_equal(region.roi.mask, read.mask)
        assert replace(region.roi, mask=read.mask, geometry=read.geometry) == read
    assert found.summary["level_suggestion"]["level"] == "L5"
    assert [entry["complete"] for entry in found.summary["bodies"]] == [False, True, True, True, True]
    assert [entry["genant"]["suggested_grade"] for entry in found.summary["bodies"]] == [0, 0, 1, 0, 0]


def test_an_edited_bone_says_so_and_other_sites_are_left_out(bridge, case, click):
    bridge.proposals.add_proposal(brick_proposal(), case.node, case.volume)
    segment_id = case.node.GetSegmentation().GetNthSegmentID(2)
    array = bridge.slicer.util.arrayFromSegmentBinaryLabelmap(case.node, segment_id, case.volume)
    array[array.any(axis=(1, 2)).argmax()] = 0
    bridge.slicer.util.updateSegmentBinaryLabelmapFromArray(array, case.node, segment_id, case.volume)
    entries, _ = click.packed(case.node, case.volume, "vertebra")
    assert [entry["made_by"].endswith(", edited") for entry in entries["regions"]] == [False, False, True, False, False]
    assert click.packed(case.node, case.volume, "proximal-femur") is None
    assert click.packed(None, case.volume, "vertebra") is None


def test_a_segmentation_of_another_scan_is_not_taken(bridge, case, click):
    bridge.proposals.add_proposal(brick_proposal(), case.node, case.volume)
    image = brick_scan()
    geometry = replace(image.geometry, spacing=(1.3, 1.3, 1.3))
    moved = bridge.volumes.add_volume(replace(image, geometry=geometry), "other")
    assert click.packed(case.node, moved, "vertebra") is None
    assert click.lies_on(case.node, case.volume) and not click.lies_on(case.node, moved)


def test_what_cannot_be_scored_is_said(bridge, case, click):
    from RadiomicsOrthoScene.volume_facts import state_modality

    assert "Load a CT" in click.reason_not_ready(None)
    assert click.reason_not_ready(case.volume) == ""
    state_modality(case.volume, "MR")
    assert "this scan is a" in click.reason_not_ready(case.volume)
    with pytest.raises(InputError, match="this scan is a"):
        click.OneClick().start(case.volume, None, ScanRequest())


def test_a_stage_that_changed_is_told_from_the_others(bridge, case, click):
    bridge.proposals.add_proposal(brick_proposal(), case.node, case.volume)
    request = ScanRequest()
    outcome, looked_for = run(click.OneClick(), case.volume, case.node, request)
    assert not looked_for and outcome.proposal is None
    before = click.inputs_of(case.volume, click.regions_key(case.node), request)
    table, text = click.write_scan(outcome, before, case.volume)
    assert click.changed_since(text, before) == ()
    assert click.scan_of(text) == outcome.result and click.memory_of(text) == outcome.memory
    valued = replace(request, models=("ost",), clinical={"age": "70"})
    assert click.changed_since(text, click.inputs_of(case.volume, click.regions_key(case.node), valued)) == ("values",)
    stated = click.inputs_of(case.volume, click.regions_key(case.node), request, {"kvp": 120.0})
    assert click.changed_since(text, stated) == ("scan",)
    bridge.body_levels.name_body(case.node, bridge.body_levels.bodies_of(case.node), 5, "L5")
    named = click.inputs_of(case.volume, click.regions_key(case.node), request)
    assert click.changed_since(text, named) == ("regions",)
    # a text of anybody else is none of ours
    other = bridge.slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTextNode")
    other.SetText("{}")
    assert click.scan_of(other) is None and click.memory_of(other) == {}
    again, _ = click.write_scan(outcome, before, case.volume, table, text)
    assert again is table


def test_a_volume_that_is_gone_meanwhile_is_said(bridge, case, click):
    bridge.proposals.add_proposal(brick_proposal(), case.node, case.volume)
    job = click.OneClick()
    job.start(case.volume, case.node, ScanRequest())
    bridge.slicer.mrmlScene.RemoveNode(case.volume)
    while job.running:
        time.sleep(0.02)
    with pytest.raises(InputError, match="was removed"):
        job.outcome()


def test_where_nothing_is_found_a_click_is_asked_for_and_nothing_is_written(bridge, click):
    image = spine_phantom(count=2, spacing=(3.0, 3.0, 3.0)).image
    noise = np.random.default_rng(0).normal(0, 30, image.array.shape).astype(np.int16)
    volume = bridge.volumes.add_volume(replace(image, array=noise), "noise")
    for site in (ANY, "proximal-femur"):
        asked, looked_for = run(click.OneClick(), volume, None, ScanRequest(site))
        assert looked_for and click.needs_click(asked) and asked.result is None and click.bones_seen(asked) == ()


def test_another_bone_is_looked_for_and_those_that_are_there_stay(bridge, case, click):
    bridge.proposals.add_proposal(brick_proposal(), case.node, case.volume)
    spine, hips = (click.inputs_of(case.volume, click.regions_key(case.node), ScanRequest(site))["scan"]
                   for site in (ANY, "proximal-femur"))
    assert spine != hips
    job = click.OneClick()
    assert not job.start(case.volume, case.node, ScanRequest(ANY))
    job.stop()
    assert job.start(case.volume, case.node, ScanRequest("proximal-femur"))
    job.stop()
    assert case.node.GetSegmentation().GetNumberOfSegments() == 5
