"""Sample data: checked by their sums, loaded as a scan with named vertebrae."""

import hashlib
import sys
import zipfile
from types import ModuleType

import numpy as np
import pytest


@pytest.fixture
def sample_data(monkeypatch, tmp_path):
    """The bridge's module, with a Sample Data module that finds its downloads in a folder instead of the network."""
    class SampleDataLogic:
        def downloadFileIntoCache(self, uri, name, checksum):
            if "offline" in uri:
                raise ValueError("no network")
            return str(tmp_path / name)

    module = ModuleType("SampleData")
    module.SampleDataLogic = SampleDataLogic
    monkeypatch.setitem(sys.modules, "SampleData", module)
    from RadiomicsOrthoScene import sample_data

    return sample_data


def part_of(path, **more):
    return {"file": path.name, "uri": f"https://there/{path.name}",
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(), **more}


@pytest.fixture
def files(tmp_path):
    """A scan with L2 (29 - 1 above L3), L1 whole and T12 cut off by the last slice, and their bodies without arches."""
    import SimpleITK

    labels, bodies = np.zeros((20, 16, 12), np.uint8), np.zeros((20, 16, 12), np.uint8)
    for value, low in ((30, 2), (31, 9), (32, 16)):
        labels[low:low + 5, 3:13, 3:9] = value
        bodies[low:low + 5, 7:13, 3:9] = 1
    scan = np.where(labels > 0, 200, -80).astype(np.int16)
    for name, array in (("scan", scan), ("vertebrae", labels), ("bodies", bodies)):
        image = SimpleITK.GetImageFromArray(array)
        image.SetSpacing((2.0, 2.0, 3.0))
        image.SetOrigin((5.0, -7.0, 11.0))
        SimpleITK.WriteImage(image, str(tmp_path / f"{name}.nii.gz"))
    return {name: tmp_path / f"{name}.nii.gz" for name in ("scan", "vertebrae", "bodies")}


def segments_of(segmentation):
    found = segmentation.GetSegmentation()
    return [found.GetNthSegment(number).GetName() for number in range(found.GetNumberOfSegments())]


def test_a_sample_becomes_a_scan_with_named_bodies(sample_data, files):
    import slicer
    from RadiomicsOrthoScene.segments import anatomy_of_segment, roi_of_segment

    sample = {"node": "CT", **{name: part_of(path) for name, path in files.items()}}
    volume, segmentation = sample_data.load_sample(sample)
    assert volume.GetName() == "CT"
    # T12 touches the last slice
    assert segments_of(segmentation) == ["L2 body", "L1 body"]
    ids = segmentation.GetSegmentation().GetSegmentIDs()
    roi = roi_of_segment(segmentation, ids[0], volume)
    assert (roi.level, roi.compartment, roi.made_by) == ("L2", "whole-body", "TotalSegmentator")
    assert int(roi.mask.sum()) == 5 * 6 * 6
    assert np.unique(slicer.util.arrayFromVolume(volume)[roi.mask]).tolist() == [200]
    assert anatomy_of_segment(segmentation.GetSegmentation().GetSegment(ids[1]))["level"] == "L1"
    assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLLabelMapVolumeNode") == 0


def test_an_archive_is_unpacked_and_its_members_are_checked(sample_data, files, tmp_path):
    wheel = tmp_path / "data.whl"
    with zipfile.ZipFile(wheel, "w") as file:
        for name in ("scan", "vertebrae"):
            file.write(files[name], f"data/{name}.nii.gz")
    parts = {name: part_of(files[name], member=f"data/{name}.nii.gz") for name in ("scan", "vertebrae")}
    for name, part in parts.items():
        part["file"] = f"unpacked-{name}.nii.gz"
    sample = {"node": "CT", "archive": part_of(wheel), **parts}
    _volume, segmentation = sample_data.load_sample(sample)
    assert segments_of(segmentation) == ["L2", "L1"]
    parts["scan"]["sha256"] = "0" * 64
    (tmp_path / "unpacked-scan.nii.gz").unlink()
    with pytest.raises(sample_data.InputError, match="SHA-256 differs"):
        sample_data.load_sample(sample)
    assert not (tmp_path / "unpacked-scan.nii.gz").exists()


def test_another_file_than_the_published_one_is_refused(sample_data, files):
    import slicer

    sample = {"node": "CT", **{name: part_of(path) for name, path in files.items()}}
    files["vertebrae"].write_bytes(b"something else")
    before = slicer.mrmlScene.GetNumberOfNodes()
    with pytest.raises(sample_data.InputError, match="not the file that was published"):
        sample_data.load_sample(sample)
    assert slicer.mrmlScene.GetNumberOfNodes() == before


def test_without_network_one_sentence_says_so(sample_data, files):
    sample = {"node": "CT", **{name: part_of(path) for name, path in files.items()}}
    sample["scan"]["uri"] = "https://offline/scan"
    with pytest.raises(sample_data.InputError, match=r"could not be downloaded .no network.; check the network"):
        sample_data.load_sample(sample)


def test_the_demo_and_the_sample_are_the_same_files(sample_data):
    from RadiomicsOrthoLib.cli.demo_data import MEMBERS, WHEEL_SHA256

    sample = next(sample for sample in sample_data.samples() if "archive" in sample)
    assert sample["archive"]["sha256"] == WHEEL_SHA256
    assert {sample[name]["member"]: sample[name]["sha256"] for name in ("scan", "vertebrae")} == MEMBERS


def test_a_sample_without_labels_is_a_scan_alone(sample_data, files):
    import slicer

    volume, segmentation = sample_data.load_sample({"node": "CT hip", "scan": part_of(files["scan"])})
    assert volume.GetName() == "CT hip" and segmentation is None
    assert not slicer.util.getNodesByClass("vtkMRMLSegmentationNode")
