"""Results written from the scene: reports, and DICOM objects of a scan from the application's database."""

import io
from dataclasses import replace

import dicom_ct
import numpy as np
import phantoms
import pytest
from RadiomicsOrthoLib.errors import InputError

pytest.importorskip("highdicom", reason="highdicom is needed to write DICOM objects")
pydicom = pytest.importorskip("pydicom", reason="pydicom is needed to read DICOM objects")


class Database:
    """What is asked of the application's DICOM database: the file and the tags of an instance."""

    def __init__(self, folder):
        self.folder = folder
        self.files = {pydicom.dcmread(path, stop_before_pixels=True).SOPInstanceUID: path
                      for path in folder.glob("*.dcm")}

    def fileForInstance(self, uid):
        return str(self.files.get(uid, ""))

    def insert(self, path, storeFile, generateThumbnail):
        """Keeps a copy, as ctkDICOMDatabase does with ``storeFile``."""
        header = pydicom.dcmread(path)
        kept = self.folder / f"{header.SOPInstanceUID}.dcm"
        if storeFile and self.folder.is_dir():
            header.save_as(kept)
            self.files[header.SOPInstanceUID] = kept

    def instanceValue(self, uid, tag):
        header = pydicom.dcmread(self.files[uid], stop_before_pixels=True)
        element = header.get(tuple(int(part, 16) for part in tag.split(",")))
        return "" if element is None else str(element.value)


@pytest.fixture
def scored(bridge, tmp_path, monkeypatch):
    """A function: the L1 HU model on a generated CT in the database, its slices counted from the top or the bottom."""
    from RadiomicsOrthoScene.scoring import score_segment

    def score(upside_down: bool = False):
        image, roi = phantoms.trunk(spacing=(1.5, 1.75, 2.5), body_at=(4.0, -6.0, 5.0))
        folder = dicom_ct.write_ct_series(tmp_path / "ct", image)
        database = Database(folder)
        monkeypatch.setattr(bridge.slicer, "dicomDatabase", database, raising=False)
        if upside_down:
            geometry = image.geometry
            top = tuple(float(x) for x in geometry.to_ras(np.array([[geometry.shape[0] - 1, 0, 0]]))[0])
            flipped = replace(geometry, origin=top, direction=(1.0, 0, 0, 0, 1.0, 0, 0, 0, -1.0))
            image = replace(image, array=image.array[::-1].copy(), geometry=flipped)
            roi = replace(roi, mask=roi.mask[::-1].copy(), geometry=flipped)
        volume = bridge.volumes.add_volume(image, "CT")
        volume.SetAttribute("DICOM.instanceUIDs", " ".join(database.files))
        node = bridge.segments.new_segmentation(volume, "bones")
        segment = bridge.segments.add_segment(node, replace(roi, compartment="whole-body"), volume, "L1 body")
        return score_segment(volume, node, segment, "pickhardt-2013-l1-hu")

    return score


@pytest.mark.parametrize("upside_down", [False, True])
def test_dicom_objects_are_about_the_slices_that_were_measured(scored, tmp_path, upside_down):
    from RadiomicsOrthoScene.saving import ReportChoice, save_result

    result = scored(upside_down)
    names = save_result(result, str(tmp_path / "out"), ReportChoice(dicom=True))
    assert {"card.json", "report.html", "DICOM/segmentation.dcm", "DICOM/structured-report.dcm",
            "DICOM/report-pdf.dcm"} <= set(names)
    data = pydicom.dcmread(io.BytesIO((tmp_path / "out" / "DICOM" / "segmentation.dcm").read_bytes()))
    heights = sorted(float(frame.PlanePositionSequence[0].ImagePositionPatient[2])
                     for frame in data.PerFrameFunctionalGroupsSequence)
    used = result.roi.geometry.to_ras(np.argwhere(result.roi.mask))[:, 2]
    assert heights == pytest.approx(sorted(set(used.round(6))))
    assert data.PatientName == dicom_ct.PATIENT


def test_a_scan_that_is_not_from_the_database_has_no_dicom_objects(scored, tmp_path):
    from RadiomicsOrthoScene.saving import ReportChoice, save_result

    result = scored()
    result.volume.RemoveAttribute("DICOM.instanceUIDs")
    with pytest.raises(InputError, match="load the scan from the DICOM database"):
        save_result(result, str(tmp_path / "out"), ReportChoice(dicom=True))
    assert not (tmp_path / "out").exists()


def test_a_result_goes_back_into_the_study_of_its_scan(scored, bridge):
    from RadiomicsOrthoScene.dicom_store import store_in_database

    result = scored()
    before = set(bridge.slicer.dicomDatabase.files)
    assert store_in_database(result) == 3
    new = [pydicom.dcmread(path) for uid, path in bridge.slicer.dicomDatabase.files.items() if uid not in before]
    assert sorted(header.Modality for header in new) == ["DOC", "SEG", "SR"]
    for header in new:
        assert (header.StudyInstanceUID, header.PatientName) == (dicom_ct.STUDY, dicom_ct.PATIENT)
        assert header.SeriesInstanceUID != dicom_ct.SERIES


def test_a_database_that_takes_nothing_is_told(scored, bridge, tmp_path):
    from RadiomicsOrthoScene.dicom_store import store_in_database

    result = scored()
    bridge.slicer.dicomDatabase.folder = tmp_path / "gone"
    with pytest.raises(InputError, match="did not take"):
        store_in_database(result)


def test_a_scan_of_a_file_has_no_study_to_go_to(scored):
    from RadiomicsOrthoScene.dicom_store import store_in_database

    result = scored()
    result.volume.RemoveAttribute("DICOM.instanceUIDs")
    with pytest.raises(InputError, match="load the scan from the DICOM database"):
        store_in_database(result)
