"""2-D volumes in Slicer, and what is known of a volume beside its voxels."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import phantoms
import planar
import pytest
from RadiomicsOrthoLib.features.engine import load_engine
from RadiomicsOrthoLib.features.extraction import extract_features
from RadiomicsOrthoLib.features.profile import ExtractionProfile
from RadiomicsOrthoLib.imaging.readers import read_image
from RadiomicsOrthoLib.quality.gate import inspect

FLAT = ExtractionProfile(id="flat", version="1", title="2-D", modality="XR", site="any", compartment="any",
                         bin_count=32, force_2d=True, feature_classes=("shape2D", "firstorder", "glcm"))


@pytest.fixture
def bridge():
    """The bridge's modules: importable once slicer-core is started."""
    import slicer
    from RadiomicsOrthoScene import segments, volume_facts, volumes

    return SimpleNamespace(slicer=slicer, volumes=volumes, segments=segments, facts=volume_facts)


class Database:
    """Slicer's DICOM database of files whose instance UIDs are their numbers."""

    def __init__(self, *paths: Path) -> None:
        self._paths = {str(number): path for number, path in enumerate(paths)}

    def fileForInstance(self, uid):
        return str(self._paths.get(uid, ""))

    def instanceValue(self, uid, tag):
        import pydicom

        if uid not in self._paths:
            return ""
        group, element = (int(part, 16) for part in tag.split(","))
        found = pydicom.dcmread(self._paths[uid], stop_before_pixels=True).get((group, element))
        return str(found.value) if found is not None else ""


def load_dicom(bridge, monkeypatch, image, *paths):
    """The volume as Slicer has it after loading DICOM files."""
    volume = bridge.volumes.add_volume(image, "unnamed")
    monkeypatch.setattr(bridge.slicer, "dicomDatabase", Database(*paths), raising=False)
    volume.SetAttribute("DICOM.instanceUIDs", " ".join(str(number) for number in range(len(paths))))
    return volume


def test_a_2d_image_and_its_region_have_the_values_of_the_command_line(bridge, tmp_path):
    image = read_image(planar.write_flat(planar.radiograph(), tmp_path / "hip.nrrd")).with_modality("XR")
    volume = bridge.volumes.add_volume(image, "hip XR")
    segmentation = bridge.segments.new_segmentation(volume, "bones")
    segment_id = bridge.segments.add_segment(segmentation, planar.roi(image), volume)
    read = bridge.volumes.bone_image(volume)
    roi = bridge.segments.roi_of_segment(segmentation, segment_id, volume)
    np.testing.assert_array_equal(read.array, image.array)
    np.testing.assert_array_equal(roi.mask[0], planar.bone())
    assert read.voxel_hash() == image.voxel_hash() and read.modality == "XR"
    expected = extract_features(image, planar.roi(image), FLAT, load_engine("fast")).values
    assert extract_features(read, roi, FLAT, load_engine("fast")).values == expected
    assert not [finding for finding in inspect(read, roi) if finding.severity == "refuse"]


class TestModality:
    def test_dicom_then_the_saved_scene_then_the_person_then_the_name(self, bridge, monkeypatch, tmp_path):
        slicer = bridge.slicer
        volume = bridge.volumes.add_volume(planar.mr()[0], "3: CT Thorax")
        assert bridge.facts.modality_of(volume, "unknown") == ("CT", "name")
        bridge.facts.state_modality(volume, "PT")
        assert bridge.facts.modality_of(volume, "unknown") == ("PT", "stated")
        hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
        hierarchy.SetItemAttribute(hierarchy.GetItemByDataNode(volume), "DICOM.Modality", "MR")
        assert bridge.facts.modality_of(volume, "unknown") == ("MR", "file")
        assert bridge.facts.modality_of(volume, "US") == ("US", "file")
        assert bridge.volumes.bone_image(volume).modality == "MR"
        # the scene is saved and opened on a machine without the DICOM database
        slicer.util.saveScene(str(tmp_path / "scene.mrb"))
        slicer.mrmlScene.Clear()
        slicer.util.loadScene(str(tmp_path / "scene.mrb"))
        reopened = slicer.util.getNode("3: CT Thorax")
        assert bridge.facts.modality_of(reopened, "unknown") == ("MR", "file")
        assert reopened.GetAttribute(bridge.facts.MODALITY_ATTRIBUTE) == "PT"

    def test_a_statement_can_be_taken_back(self, bridge):
        volume = bridge.volumes.add_volume(planar.mr()[0], "scan")
        assert bridge.facts.modality_of(volume, "unknown") == ("unknown", "file")
        bridge.facts.state_modality(volume, "MR")
        assert bridge.volumes.bone_image(volume).reading.modality_from == "stated"
        bridge.facts.state_modality(volume, "unknown")
        assert bridge.facts.modality_of(volume, "unknown") == ("unknown", "file")
        with pytest.raises(ValueError, match="modality must be one of"):
            bridge.facts.state_modality(volume, "XYZ")

    def test_a_radiograph_may_be_called_a_dxa_image(self, bridge):
        volume = bridge.volumes.add_volume(planar.image(), "hip")
        bridge.facts.state_modality(volume, "DXA")
        assert bridge.facts.modality_of(volume, "XR") == ("DXA", "stated")
        assert bridge.facts.modality_of(volume, "CT") == ("CT", "file")


class TestPixelSize:
    @pytest.mark.parametrize(("elements", "shown", "source"), [
        ({"PixelSpacing": [0.25, 0.2], "ImagerPixelSpacing": [0.3, 0.24]}, (0.2, 0.25), "calibrated"),
        # Slicer shows the detector's size of a DX image, whatever else is stated
        ({"PixelSpacing": [0.25, 0.2], "ImagerPixelSpacing": [0.3, 0.24]}, (0.24, 0.3), "detector"),
        ({"ImagerPixelSpacing": [0.3, 0.24]}, (0.24, 0.3), "detector"),
        ({}, (1.0, 1.0), "missing"), ({}, (0.2, 0.2), "stated"),
        ({"ImagerPixelSpacing": [0.3, 0.24]}, (0.2, 0.2), "stated")])
    def test_a_radiograph_loaded_from_dicom(self, bridge, monkeypatch, tmp_path, elements, shown, source):
        path = planar.write_dicom_image(tmp_path / "a.dcm", planar.radiograph(), **elements)
        volume = load_dicom(bridge, monkeypatch, planar.image(pixel_mm=shown), path)
        read = bridge.volumes.bone_image(volume)
        assert (read.modality, read.reading.spacing_from) == ("XR", source)

    def test_a_picture_has_the_size_that_was_typed_in(self, bridge, tmp_path):
        path = planar.write_flat(planar.radiograph(), tmp_path / "hip.png", (0.3, 0.3))
        # Slicer takes the resolution of a print for the spacing
        volume = bridge.volumes.add_volume(planar.image(pixel_mm=(0.3, 0.3)), "hip")
        volume.AddDefaultStorageNode()
        volume.GetStorageNode().SetFileName(str(path))
        assert bridge.volumes.bone_image(volume).reading.spacing_from == "missing"
        volume.SetSpacing(0.143, 0.143, 1.0)
        assert bridge.volumes.bone_image(volume).reading.spacing_from == "stated"
        volume.GetStorageNode().SetFileName(str(tmp_path / "hip.jpg"))
        assert bridge.volumes.bone_image(volume).reading.lossy

    def test_a_volume_of_slices_keeps_the_size_of_its_file(self, bridge):
        read = bridge.volumes.bone_image(bridge.volumes.add_volume(phantoms.trunk(spacing=(3.0, 3.0, 4.0))[0], "scan"))
        assert read.reading.spacing_from == "file"


class TestPet:
    @pytest.fixture
    def series(self, tmp_path):
        stored = np.random.default_rng(1).integers(0, 60_000, (3, 12, 10)).astype(np.uint16)
        folder = planar.write_pet_series(tmp_path / "pet", stored, (0.5, 0.5, 0.5))
        return stored, folder

    def test_activity_becomes_suv_by_the_files_of_the_database(self, bridge, monkeypatch, series):
        stored, folder = series
        expected = read_image(folder)
        activity = planar.BoneImage((stored * 0.5).astype(np.float32), expected.geometry)
        volume = load_dicom(bridge, monkeypatch, activity, *sorted(folder.iterdir()))
        read = bridge.volumes.bone_image(volume)
        assert (read.modality, read.unit) == ("PT", "SUVbw")
        np.testing.assert_allclose(read.array, expected.array, rtol=1e-6)
        # the files are gone: nothing is called SUV
        monkeypatch.setattr(Database, "fileForInstance", lambda self, uid: "/gone.dcm")
        assert bridge.volumes.bone_image(volume).unit == ""

    def test_a_volume_that_states_suv_is_taken_at_its_word(self, bridge):
        volume = bridge.volumes.add_volume(planar.mr()[0], "PET")
        assert bridge.volumes.bone_image(volume).unit == ""
        units = bridge.slicer.vtkCodedEntry()
        units.SetValueSchemeMeaning("{SUVbw}g/ml", "UCUM", "Standardized Uptake Value body weight")
        volume.SetVoxelValueUnits(units)
        read = bridge.volumes.bone_image(volume)
        np.testing.assert_array_equal(read.array, planar.mr()[0].array)
        assert read.unit == "SUVbw"
