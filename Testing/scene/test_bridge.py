"""Nodes as scans and regions, and back, without losing a voxel or its place."""

import numpy as np
import phantoms
import pytest
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.imaging.image import BoneImage

OBLIQUE = tuple(np.array([[0.8, -0.6, 0.0], [0.6, 0.8, 0.0], [0.0, 0.0, 1.0]]).ravel())


@pytest.fixture
def bridge():
    """The bridge's modules: importable once slicer-core is started."""
    from types import SimpleNamespace

    import slicer
    import vtk
    from RadiomicsOrthoScene import results, segments, volumes

    return SimpleNamespace(slicer=slicer, vtk=vtk, results=results, segments=segments, volumes=volumes)


def _oblique_case():
    image, roi = phantoms.trunk(spacing=(1.5, 1.5, 2.0))
    geometry = Geometry(image.geometry.shape, image.geometry.spacing, (-12.0, 34.0, 56.0), OBLIQUE)
    return BoneImage(image.array, geometry), type(roi)(roi.mask, geometry, "vertebra", "L2", compartment="whole-body")


def test_a_volume_and_its_place_survive_the_way_through_a_node(bridge):
    image, _ = _oblique_case()
    read = bridge.volumes.bone_image(bridge.volumes.add_volume(image, "scan"))
    np.testing.assert_array_equal(read.array, image.array)
    assert read.geometry.same_place(image.geometry)
    assert read.modality == "unknown" and read.acquisition.kvp is None
    assert read.voxel_hash() == image.voxel_hash()


def test_a_segment_and_its_anatomy_survive_the_way_through_a_node(bridge):
    image, roi = _oblique_case()
    volume = bridge.volumes.add_volume(image, "CT")
    segmentation = bridge.segments.new_segmentation(volume, "bones")
    segment_id = bridge.segments.add_segment(segmentation, roi, volume)
    read = bridge.segments.roi_of_segment(segmentation, segment_id, volume)
    np.testing.assert_array_equal(read.mask, roi.mask)
    assert (read.site, read.level, read.compartment, read.made_by) == ("vertebra", "L2", "whole-body", roi.made_by)
    assert segmentation.GetSegmentation().GetSegment(segment_id).GetName() == "L2 body"


def test_overlapping_segments_do_not_erase_each_other(bridge):
    from RadiomicsOrthoLib.regions.trabecular import trabecular_core

    image, roi = phantoms.trunk()
    core = trabecular_core(roi)
    volume = bridge.volumes.add_volume(image, "CT")
    segmentation = bridge.segments.new_segmentation(volume, "bones")
    ids = [bridge.segments.add_segment(segmentation, region, volume) for region in (roi, core)]
    for segment_id, region in zip(ids, (roi, core), strict=True):
        read = bridge.segments.roi_of_segment(segmentation, segment_id, volume)
        assert read.voxel_count == region.voxel_count


def test_a_linear_transform_moves_scan_and_region(bridge):
    image, roi = phantoms.trunk()
    volume = bridge.volumes.add_volume(image, "CT")
    transform = bridge.slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    matrix = bridge.vtk.vtkMatrix4x4()
    matrix.SetElement(0, 3, 25.4)
    transform.SetMatrixTransformToParent(matrix)
    volume.SetAndObserveTransformNodeID(transform.GetID())
    moved = bridge.volumes.bone_image(volume)
    assert moved.geometry.origin[0] == pytest.approx(image.geometry.origin[0] + 25.4)
    segmentation = bridge.segments.new_segmentation(volume, "bones")
    segment_id = bridge.segments.add_segment(segmentation, roi.with_mask(roi.mask), volume)
    np.testing.assert_array_equal(bridge.segments.roi_of_segment(segmentation, segment_id, volume).mask, roi.mask)
    volume.SetAndObserveTransformNodeID(None)
    with pytest.raises(InputError, match="do not share a geometry"):
        bridge.segments.roi_of_segment(segmentation, segment_id, volume)
    with pytest.raises(InputError, match="different transforms"):
        bridge.segments.add_segment(segmentation, roi, volume)


@pytest.mark.parametrize("change", ["shifted", "spacing", "rotated"])
def test_a_region_drawn_on_another_grid_is_refused(bridge, change):
    image, roi = phantoms.trunk()
    volume = bridge.volumes.add_volume(image, "CT")
    segmentation = bridge.segments.new_segmentation(volume, "bones")
    segment_id = bridge.segments.add_segment(segmentation, roi, volume)
    other = bridge.volumes.add_volume(image, "other")
    if change == "shifted":
        other.SetOrigin(-60.4, -60.0, -40.0)
    elif change == "spacing":
        other.SetSpacing(1.1, 1.0, 1.5)
    else:
        other.SetIJKToRASDirections(0.8, -0.6, 0, 0.6, 0.8, 0, 0, 0, 1)
    with pytest.raises(InputError, match="do not share a geometry"):
        bridge.segments.roi_of_segment(segmentation, segment_id, other)


def test_a_region_on_a_larger_or_smaller_cut_of_the_same_grid_is_used(bridge):
    image, roi = phantoms.trunk()
    volume = bridge.volumes.add_volume(image, "CT")
    segmentation = bridge.segments.new_segmentation(volume, "bones")
    segment_id = bridge.segments.add_segment(segmentation, roi, volume)
    corner = image.geometry.to_ras(np.array([10, 20, 30]))
    part = Geometry((40, 95, 85), image.geometry.spacing, tuple(corner))
    cropped = bridge.volumes.add_volume(BoneImage(image.array[10:50, 20:115, 30:115], part), "cropped")
    read = bridge.segments.roi_of_segment(segmentation, segment_id, cropped)
    np.testing.assert_array_equal(read.mask, roi.mask[10:50, 20:115, 30:115])


def test_a_region_drawn_before_slicer_turned_a_left_handed_scan(bridge):
    """Slicer makes left-handed volumes right-handed when it opens a scene, but not their segmentations."""
    image, roi = phantoms.trunk()
    left_handed = Geometry(image.geometry.shape, image.geometry.spacing, image.geometry.origin,
                           (-1.0, 0, 0, 0, 1.0, 0, 0, 0, 1.0))
    volume = bridge.volumes.add_volume(BoneImage(image.array, left_handed), "CT")
    segmentation = bridge.segments.new_segmentation(volume, "bones")
    segment_id = bridge.segments.add_segment(segmentation, type(roi)(roi.mask, left_handed), volume)
    last = left_handed.to_ras(np.array([image.array.shape[0] - 1, 0, 0]))
    turned = Geometry(image.geometry.shape, image.geometry.spacing, tuple(last), (-1.0, 0, 0, 0, 1.0, 0, 0, 0, -1.0))
    reopened = bridge.volumes.add_volume(BoneImage(image.array[::-1], turned), "CT reopened")
    read = bridge.segments.roi_of_segment(segmentation, segment_id, reopened)
    np.testing.assert_array_equal(read.mask, roi.mask[::-1])


def test_empty_volumes_and_segments_are_said(bridge):
    empty = bridge.slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "nothing")
    with pytest.raises(InputError, match="'nothing' holds no voxels"):
        bridge.volumes.bone_image(empty)
    image, _ = phantoms.trunk(spacing=(3.0, 3.0, 3.0))
    volume = bridge.volumes.add_volume(image, "CT")
    segmentation = bridge.segments.new_segmentation(volume, "bones")
    segment_id = segmentation.GetSegmentation().AddEmptySegment("", "L1")
    assert bridge.segments.roi_of_segment(segmentation, segment_id, volume).voxel_count == 0
    with pytest.raises(InputError, match="The segment is gone"):
        bridge.segments.roi_of_segment(segmentation, "no such id", volume)


def test_dicom_facts_come_from_the_database(bridge, monkeypatch):
    class Database:
        def instanceValue(self, uid, tag):
            known = {"0008,0060": "CT", "0018,0060": "100 ", "0018,0010": "Iomeprol"}
            return known.get(tag, "") if uid == "1.2" else ""

    monkeypatch.setattr(bridge.slicer, "dicomDatabase", Database(), raising=False)
    image, _ = phantoms.trunk(spacing=(3.0, 3.0, 3.0))
    volume = bridge.volumes.add_volume(image, "CT")
    volume.SetAttribute("DICOM.instanceUIDs", "1.2 1.3")
    read = bridge.volumes.bone_image(volume)
    assert (read.modality, read.acquisition.kvp, read.acquisition.contrast_agent) == ("CT", 100.0, True)


@pytest.mark.parametrize("suffix", [".seg.nrrd", ".mrb"])
def test_a_saved_segmentation_is_the_same_region_for_the_command_line(bridge, tmp_path, suffix):
    from RadiomicsOrthoLib.imaging.segmentation_file import read_segmentation
    from RadiomicsOrthoLib.regions.from_file import roi_from_file

    image, roi = _oblique_case()
    volume = bridge.volumes.add_volume(image, "CT")
    segmentation = bridge.segments.new_segmentation(volume, "bones")
    bridge.segments.add_segment(segmentation, roi, volume)
    path = tmp_path / f"saved{suffix}"
    if suffix == ".seg.nrrd":
        bridge.slicer.util.saveNode(segmentation, str(path))
        read = roi_from_file(read_segmentation(path, image.geometry))
    else:
        bridge.slicer.util.saveScene(str(path))
        bridge.slicer.mrmlScene.Clear()
        bridge.slicer.util.loadScene(str(path))
        volume, segmentation = bridge.slicer.util.getNode("CT"), bridge.slicer.util.getNode("bones")
        read = bridge.segments.roi_of_segment(segmentation, segmentation.GetSegmentation().GetNthSegmentID(0), volume)
    np.testing.assert_array_equal(read.mask, roi.mask)
    assert (read.level, read.compartment, read.made_by) == ("L2", "whole-body", roi.made_by)


def test_results_as_nodes(bridge):
    import json

    from RadiomicsOrthoLib.features.vector import FeatureVector
    from RadiomicsOrthoLib.models.catalogue import load_model
    from RadiomicsOrthoLib.scoring.score import score_case

    image, roi = phantoms.trunk()
    volume = bridge.volumes.add_volume(image, "CT")
    card = score_case(image, roi, load_model("pickhardt-2013-l1-hu")).card
    features = FeatureVector({"mean_hu": 120.0, "original_glcm_Contrast": 3.25}, "p",
                             failures={"semantic_oedema": "not assessable"}, categories={"semantic_type": "wedge"})
    table = bridge.results.card_table(card, features, volume)
    rows = {table.GetCellText(row, 0): (table.GetTable().GetValue(row, 1).ToDouble(), table.GetCellText(row, 2))
            for row in range(table.GetNumberOfRows())}
    assert rows["Trabecular attenuation"] == (card.value, "HU")
    assert rows["Volume"] == (card.measurements["volume_ml"], "mL")
    assert rows["original_glcm_Contrast"] == (3.25, "") and rows["semantic_type = wedge"] == (1.0, "")
    assert "semantic_oedema" not in rows and "mean_hu" not in rows
    again = bridge.results.card_table(card, None, volume, table)
    assert again is table and table.GetNumberOfRows() == len(rows) - 2
    text = bridge.results.card_text(card, volume)
    assert json.loads(text.GetText()) == card.to_dict()


def test_the_provenance_of_features_stands_beside_their_table(bridge):
    """Found from the table, kept by one node when features are extracted again, gone with them."""
    import json

    from RadiomicsOrthoLib.features.engine import load_engine
    from RadiomicsOrthoLib.features.extraction import extract_features
    from RadiomicsOrthoLib.features.profile_file import load_profile
    from RadiomicsOrthoLib.features.provenance import provenance_document
    from RadiomicsOrthoLib.models.catalogue import load_model
    from RadiomicsOrthoLib.scoring.score import score_case

    image, roi = phantoms.trunk(spacing=(3.0, 3.0, 3.0))
    volume = bridge.volumes.add_volume(image, "CT")
    read = bridge.volumes.bone_image(volume)
    card = score_case(read, roi, load_model("pickhardt-2013-l1-hu")).card
    features = extract_features(read, roi, load_profile("ct-vertebra-trabecular"), load_engine(),
                                findings=card.findings)
    table = bridge.results.card_table(card, features, volume)
    before = bridge.slicer.mrmlScene.GetNumberOfNodes()
    node = bridge.results.features_provenance(features, table, volume)
    assert json.loads(node.GetText()) == provenance_document(features)
    assert table.GetNodeReference(bridge.results.PROVENANCE_ROLE) is node
    assert json.loads(node.GetText())["findings"] == [finding.to_dict() for finding in card.findings]
    assert bridge.results.features_provenance(features, table, volume) is node
    assert bridge.slicer.mrmlScene.GetNumberOfNodes() == before + 1
    assert bridge.results.features_provenance(None, table, volume) is None
    assert bridge.slicer.mrmlScene.GetNumberOfNodes() == before


def test_the_bridge_and_the_command_line_give_the_same_number(bridge, tmp_path):
    from RadiomicsOrthoLib.cli.main import main
    from RadiomicsOrthoLib.models.catalogue import load_model
    from RadiomicsOrthoLib.scoring.score import score_case

    image, roi = phantoms.trunk(spacing=(0.9, 0.9, 1.7))
    files = phantoms.write_case(tmp_path, image, roi)
    assert main(["score", *map(str, files), "--model", "pickhardt-2013-l1-hu", "--level", "L1", "--out",
                 str(tmp_path / "o"), "--json"]) == 0
    import json

    expected = json.loads((tmp_path / "o" / "card.json").read_text(encoding="utf-8"))
    volume = bridge.volumes.add_volume(image, "CT")
    segmentation = bridge.segments.new_segmentation(volume, "bones")
    segment_id = bridge.segments.add_segment(segmentation, roi, volume)
    card = score_case(bridge.volumes.bone_image(volume),
                      bridge.segments.roi_of_segment(segmentation, segment_id, volume),
                      load_model("pickhardt-2013-l1-hu")).card.to_dict()
    assert card["result"] == expected["result"] and card["measurements"] == expected["measurements"]
    assert card["provenance"]["image"]["sha256"] == expected["provenance"]["image"]["sha256"]
    assert card["provenance"]["roi"]["sha256"] == expected["provenance"]["roi"]["sha256"]


def test_views_show_the_scan_at_the_region(bridge):
    from RadiomicsOrthoScene.views import add_standard_views, show_region

    image, roi = phantoms.trunk(body_at=(8.0, -5.0, 6.0))
    volume = bridge.volumes.add_volume(image, "CT")
    add_standard_views()
    show_region(volume, roi)
    composites = bridge.slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")
    assert {node.GetLayoutName() for node in composites} == {"Red", "Green", "Yellow"}
    assert {node.GetBackgroundVolumeID() for node in composites} == {volume.GetID()}
    centre = roi.geometry.to_ras(np.argwhere(roi.mask).mean(axis=0))
    for node in bridge.slicer.util.getNodesByClass("vtkMRMLSliceNode"):
        at = [node.GetSliceToRAS().GetElement(row, 3) for row in range(3)]
        np.testing.assert_allclose(at, centre, atol=1.5)
    show_region(volume, roi.with_mask(np.zeros_like(roi.mask)))
