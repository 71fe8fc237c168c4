"""The MRML scene, its module logics and the readers and writers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from runtime import callback_errors
from runtime import scene as runtime_scene

scene = runtime_scene.start_scene()

import slicer


@pytest.fixture(autouse=True)
def empty_scene() -> None:
    runtime_scene.clear_scene()


def make_volume(name: str = "image"):
    array = np.arange(20 * 30 * 40, dtype=np.int16).reshape(20, 30, 40)
    volume = slicer.util.addVolumeFromArray(array, name=name)
    volume.SetSpacing(0.5, 0.75, 2.0)
    volume.SetOrigin(-10, 20, 30)
    return volume


def ras_value(volume, ras):
    """Voxel value at a position."""
    import vtk

    matrix = vtk.vtkMatrix4x4()
    volume.GetRASToIJKMatrix(matrix)
    i, j, k = (round(x) for x in matrix.MultiplyPoint([*ras, 1.0])[:3])
    return slicer.util.arrayFromVolume(volume)[k, j, i]


def make_segmentation(volume, name: str = "roi"):
    segmentation = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)
    segmentation.CreateDefaultDisplayNodes()
    segmentation.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    segment = segmentation.GetSegmentation().AddEmptySegment("bone", "Bone")
    mask = np.zeros((20, 30, 40), dtype=np.uint8)
    mask[5:10, 6:12, 7:20] = 1
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, segmentation, segment, volume)
    return segmentation, mask


def test_starting_twice_gives_the_same_scene():
    assert runtime_scene.start_scene() is scene is slicer.mrmlScene


@pytest.mark.parametrize("name", [*runtime_scene.MODULE_LOGICS, "Colors"])
def test_module_logics_are_registered(name):
    logic = getattr(slicer.modules, name.lower()).logic()
    assert slicer.app.applicationLogic().GetModuleLogic(name) is logic
    assert logic.GetMRMLScene() is scene


def test_unknown_names_are_refused():
    with pytest.raises(AttributeError):
        _ = slicer.modules.nosuchmodule
    with pytest.raises(AttributeError):
        _ = slicer.app.nosuchmember


def test_util_functions_do_not_leak_into_slicer():
    """The wheel copies slicer.util into slicer; the application does not."""
    assert callable(slicer.util.loadVolume)
    assert not hasattr(slicer, "loadVolume")
    assert not hasattr(slicer, "errorDisplay")


def test_orientation_presets():
    node = scene.CreateNodeByClass("vtkMRMLSliceNode")
    node.UnRegister(None)
    assert node.HasSliceOrientationPreset("Sagittal")


def test_no_qt_is_imported():
    code = ("import sys; sys.path.insert(0, sys.argv[1]);"
            "from runtime.scene import start_scripted_modules; start_scripted_modules();"
            "import runtime.offscreen;"
            "print([m for m in sys.modules if m.split('.')[0] in ('PySide6', 'qt', 'ctk')])")
    testing = Path(runtime_scene.__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code, str(testing)], capture_output=True,
                          text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_scene_bundle_brings_everything_back(tmp_path):
    volume = make_volume()
    voxels = slicer.util.arrayFromVolume(volume).copy()
    _, mask = make_segmentation(volume)
    point = scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", "landmark")
    point.AddControlPoint([1.0, 2.0, 3.0], "apex")
    table = scene.AddNewNodeByClass("vtkMRMLTableNode", "numbers")
    slicer.util.updateTableFromArray(table, np.array([1.5, 2.5]), ["x"])
    runtime_scene.save_scene(tmp_path / "all.mrb")
    runtime_scene.clear_scene()
    assert scene.GetFirstNodeByName("image") is None

    runtime_scene.load_scene(tmp_path / "all.mrb")
    volume = slicer.util.getNode("image")
    np.testing.assert_array_equal(slicer.util.arrayFromVolume(volume), voxels)
    assert volume.GetSpacing() == pytest.approx((0.5, 0.75, 2.0))
    loaded = slicer.util.arrayFromSegmentBinaryLabelmap(slicer.util.getNode("roi"), "bone", volume)
    np.testing.assert_array_equal(loaded, mask)
    assert slicer.util.getNode("landmark").GetNthControlPointLabel(0) == "apex"
    assert slicer.util.arrayFromTableColumn(slicer.util.getNode("numbers"), "x").tolist() == [1.5, 2.5]


def test_loading_without_clearing_keeps_what_is_there(tmp_path):
    make_volume("first")
    runtime_scene.save_scene(tmp_path / "one.mrb")
    runtime_scene.clear_scene()
    make_volume("second")
    runtime_scene.load_scene(tmp_path / "one.mrb", clear=False)
    assert {n.GetName() for n in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")} == {
        "first", "second"}


@pytest.mark.parametrize("suffix", ["nrrd", "nii.gz", "mha"])
def test_volume_formats(tmp_path, suffix):
    volume = make_volume()
    path = tmp_path / f"scan.{suffix}"
    assert slicer.util.saveNode(volume, str(path)) is True
    loaded = slicer.util.loadVolume(str(path))
    assert loaded.GetName() == "scan"
    np.testing.assert_array_equal(
        slicer.util.arrayFromVolume(loaded), slicer.util.arrayFromVolume(volume))
    assert loaded.GetSpacing() == pytest.approx(volume.GetSpacing())
    assert loaded.GetOrigin() == pytest.approx(volume.GetOrigin())


def test_label_volume_option(tmp_path):
    runtime_scene.save_node(make_volume(), tmp_path / "labels.nrrd")
    loaded = runtime_scene.load_volume(tmp_path / "labels.nrrd", labelmap=True, name="mine")
    assert loaded.IsA("vtkMRMLLabelMapVolumeNode")
    assert loaded.GetName() == "mine"


def test_segmentation_file(tmp_path):
    volume = make_volume()
    segmentation, mask = make_segmentation(volume)
    runtime_scene.save_node(segmentation, tmp_path / "roi.seg.nrrd")
    loaded = runtime_scene.load_segmentation(tmp_path / "roi.seg.nrrd")
    assert loaded is not segmentation
    assert loaded.GetSegmentation().GetSegment("bone").GetName() == "Bone"
    np.testing.assert_array_equal(
        slicer.util.arrayFromSegmentBinaryLabelmap(loaded, "bone", volume), mask)


def test_markups_and_table_files(tmp_path):
    line = scene.AddNewNodeByClass("vtkMRMLMarkupsLineNode", "length")
    line.AddControlPoint([0, 0, 0])
    line.AddControlPoint([30, 40, 0])
    runtime_scene.save_node(line, tmp_path / "length.mrk.json")
    loaded = slicer.util.loadMarkups(str(tmp_path / "length.mrk.json"))
    assert loaded.GetLineLengthWorld() == pytest.approx(50)
    table = scene.AddNewNodeByClass("vtkMRMLTableNode", "numbers")
    slicer.util.updateTableFromArray(table, np.array([1.5]), ["x"])
    runtime_scene.save_node(table, tmp_path / "numbers.tsv")
    assert slicer.util.loadTable(str(tmp_path / "numbers.tsv")).GetTable().GetColumnName(0) == "x"


def test_missing_file_raises_and_leaves_nothing(tmp_path):
    make_volume()  # the scene has its hierarchy node from here on
    before = scene.GetNumberOfNodes()
    with pytest.raises(RuntimeError, match="File does not exist"):
        slicer.util.loadVolume(str(tmp_path / "none.nrrd"))
    (tmp_path / "broken.seg.nrrd").write_text("this is no NRRD file", encoding="utf-8")
    with pytest.raises(RuntimeError, match="Cannot read"):
        slicer.util.loadSegmentation(str(tmp_path / "broken.seg.nrrd"))
    assert scene.GetNumberOfNodes() == before


def test_unwritable_target_raises(tmp_path):
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    with pytest.raises(OSError, match="cannot save"):
        runtime_scene.save_node(make_volume(), tmp_path / "file" / "x.nrrd")


def test_crop_volume():
    volume = make_volume()
    roi = scene.AddNewNodeByClass("vtkMRMLMarkupsROINode", "box")
    parameters = scene.AddNewNodeByClass("vtkMRMLCropVolumeParametersNode")
    parameters.SetInputVolumeNodeID(volume.GetID())
    parameters.SetROINodeID(roi.GetID())
    logic = slicer.modules.cropvolume.logic()
    logic.FitROIToInputVolume(parameters)
    roi.SetSize(10, 10, 10)
    parameters.SetVoxelBased(True)
    assert logic.Apply(parameters) == 0
    cropped = scene.GetNodeByID(parameters.GetOutputVolumeNodeID())
    assert cropped.GetImageData().GetDimensions() == (20, 12, 4)
    centre = np.array(roi.GetCenter())
    for shift in ([0.1, 0.3, 0.3], [-3, 2.2, -2.8]):
        assert ras_value(cropped, centre + shift) == ras_value(volume, centre + shift)


def test_clearing_keeps_colors_and_singletons():
    colors = scene.GetNumberOfNodesByClass("vtkMRMLColorNode")
    assert colors > 10
    make_volume()
    runtime_scene.clear_scene()
    assert scene.GetNumberOfNodesByClass("vtkMRMLColorNode") == colors
    assert scene.GetNumberOfNodesByClass("vtkMRMLVolumeNode") == 0
    assert scene.GetFirstNodeByClass("vtkMRMLCrosshairNode") is not None


def hierarchy():
    return slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)


def test_data_nodes_get_hierarchy_items():
    volume = make_volume()
    item = hierarchy().GetItemByDataNode(volume)
    assert item != 0
    assert hierarchy().GetItemName(item) == "image"
    hidden = scene.CreateNodeByClass("vtkMRMLModelNode")
    hidden.UnRegister(None)
    hidden.SetHideFromEditors(True)
    scene.AddNode(hidden)
    assert hierarchy().GetItemByDataNode(hidden) == 0
    scene.RemoveNode(volume)
    assert hierarchy().GetNumberOfItems() == 0


def test_items_after_loading_a_scene(tmp_path):
    make_volume()
    runtime_scene.save_scene(tmp_path / "one.mrb")
    runtime_scene.load_scene(tmp_path / "one.mrb")
    assert hierarchy().GetItemByDataNode(slicer.util.getNode("image")) != 0
    assert hierarchy().GetNumberOfItems() == 1


def test_settings_without_qt():
    from runtime.application import Settings

    settings = Settings()
    settings.beginGroup("a")
    settings.setValue("b", 3)
    settings.endGroup()
    assert settings.value("a/b") == 3
    assert settings.contains("a/b")
    settings.remove("a")
    assert settings.value("a/b", "none") == "none"


def test_exceptions_in_observers_are_collected():
    def broken(caller, event):
        raise RuntimeError("observer went wrong")

    volume = make_volume()
    volume.AddObserver("ModifiedEvent", broken)
    volume.Modified()
    [text] = callback_errors.log
    callback_errors.log.clear()
    assert "observer went wrong" in text


def test_cursor_stack_must_balance():
    slicer.app.setOverrideCursor(1)
    slicer.app.restoreOverrideCursor()
    with pytest.raises(RuntimeError, match="without setOverrideCursor"):
        slicer.app.restoreOverrideCursor()


def test_real_ct_with_its_labels(shared_data):
    folder = shared_data / "ct_spine_ts"
    volume = runtime_scene.load_volume(folder / "ct.nii.gz")
    labels = runtime_scene.load_segmentation(folder / "vertebral_body_labels.nii.gz")
    segment = labels.GetSegmentation().GetNthSegmentID(4)  # label 31, L1
    voxels = slicer.util.arrayFromSegmentBinaryLabelmap(labels, segment, volume).sum()
    assert voxels * 27 / 1000 == pytest.approx(35.61, abs=0.005)  # spine_report.json
