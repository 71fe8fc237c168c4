"""Results as DICOM objects: of the same study, about the same slices, read back voxel by voxel and value by value."""

from __future__ import annotations

import copy
import dataclasses
import io
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import dicom_ct
import generated
import numpy as np
import phantoms
import pytest
from RadiomicsOrthoLib import RESEARCH_USE_ONLY
from RadiomicsOrthoLib.cli import dicom_out
from RadiomicsOrthoLib.cli.main import main
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.imaging.dicom_series import DicomSeries, read_series
from RadiomicsOrthoLib.imaging.image import BoneImage
from RadiomicsOrthoLib.imaging.readers import read_image
from RadiomicsOrthoLib.models.catalogue import load_model
from RadiomicsOrthoLib.regions.roi import Roi
from RadiomicsOrthoLib.report.dicom_objects.codes import cut
from RadiomicsOrthoLib.report.dicom_objects.export import dicom_files
from RadiomicsOrthoLib.scoring.card import ScoreCard
from RadiomicsOrthoLib.scoring.score import score_case

hd = pytest.importorskip("highdicom", reason="highdicom is needed to write DICOM objects")
pydicom = pytest.importorskip("pydicom", reason="pydicom is needed to read DICOM objects")
#: of an odd length, which DICOM fills up
PDF = b"%PDF-1.4 a report"
MADE = datetime(2026, 1, 2, 3, 4, 5)
#: the scan's axes as columns of (i, j, k): as a scanner writes them, oblique, and sagittal as of MR
CUTS = {"axial": (-1, 0, 0, 0, -1, 0, 0, 0, 1), "oblique": None, "sagittal": (0, 0, -1, -1, 0, 0, 0, -1, 0)}


def _direction(cut: str) -> tuple[float, ...]:
    if CUTS[cut] is not None:
        return tuple(map(float, CUTS[cut]))
    a, b = np.deg2rad(14), np.deg2rad(-9)
    about_r = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    about_s = np.array([[np.cos(b), -np.sin(b), 0], [np.sin(b), np.cos(b), 0], [0, 0, 1]])
    return tuple(map(float, (about_r @ about_s).flat))


@dataclasses.dataclass(frozen=True)
class Case:
    folder: Path
    image: BoneImage
    series: DicomSeries
    roi: Roi
    card: ScoreCard
    pdf: bytes

    def files(self, made: datetime = MADE) -> dict[str, bytes]:
        return dicom_files(self.card, self.roi, self.series, self.pdf, made)

    def objects(self) -> dict[str, pydicom.Dataset]:
        return {name: pydicom.dcmread(io.BytesIO(content)) for name, content in self.files().items()}


def _texts(report: pydicom.Dataset) -> str:
    """All texts of a structured report."""
    found: list[str] = []
    report.walk(lambda data, element: found.append(str(element.value)) if element.keyword == "TextValue" else None)
    return "\n".join(found)


def make_case(folder: Path, cut: str = "axial", **elements: object) -> Case:
    image, roi = phantoms.trunk(spacing=(1.5, 1.75, 2.5), body_at=(4.0, -6.0, 2.0))
    geometry = dataclasses.replace(image.geometry, direction=_direction(cut), origin=(61.25, 48.5, -33.0))
    dicom_ct.write_ct_series(folder / "ct", dataclasses.replace(image, geometry=geometry), **elements)
    scan = read_image(folder / "ct")
    drawn = dataclasses.replace(roi, geometry=scan.geometry, compartment="whole-body")
    scored = score_case(scan, drawn, load_model("pickhardt-2013-l1-hu"))
    return Case(folder / "ct", scan, read_series(folder / "ct"), scored.roi, scored.card, PDF)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return make_case(tmp_path_factory.mktemp("dicom"))


@pytest.mark.parametrize("cut", CUTS)
def test_the_region_comes_back_voxel_by_voxel(cut: str, tmp_path: Path) -> None:
    case = make_case(tmp_path, cut)
    assert case.series.geometry.same_place(case.image.geometry)
    (tmp_path / "seg.dcm").write_bytes(case.files()["segmentation.dcm"])
    segments = hd.seg.segread(tmp_path / "seg.dcm")
    uids = [header.SOPInstanceUID for header in case.series.headers]
    found = segments.get_pixels_by_source_instance(uids, combine_segments=False, segment_numbers=[1],
                                                   ignore_spatial_locations=True, assert_missing_frames_are_empty=True)
    assert np.array_equal(found[..., 0].astype(bool), case.roi.mask)
    # and at the same places in the patient: each frame says where it lies
    for frame in segments.PerFrameFunctionalGroupsSequence:
        slice_of = uids.index(frame.DerivationImageSequence[0].SourceImageSequence[0].ReferencedSOPInstanceUID)
        at = np.array(frame.PlanePositionSequence[0].ImagePositionPatient, float) * (-1, -1, 1)
        assert at == pytest.approx(case.image.geometry.to_ras(np.array([[slice_of, 0, 0]]))[0], abs=1e-6)


def test_the_segment_says_what_it_is(case: Case) -> None:
    described = case.objects()["segmentation.dcm"].SegmentSequence[0]
    assert described.SegmentLabel == "L1 trabecular core"
    assert described.SegmentedPropertyTypeCodeSequence[0].CodeValue == "66794005"       # SNOMED CT: L1 vertebra
    assert described.SegmentAlgorithmType == "SEMIAUTOMATIC"
    assert "trabecular core" in described.SegmentationAlgorithmIdentificationSequence[0].AlgorithmName


@pytest.mark.parametrize(("text", "found"), [("short", "short"), ("a" * 64, "a" * 64), ("a" * 65, "a" * 61 + "..."),
                                             ("−" * 30, "−" * 20 + "...")])
def test_long_texts_are_cut_to_what_an_element_holds(text: str, found: str) -> None:
    assert cut(text, 64) == found and len(found.encode()) <= 64


def test_all_objects_belong_to_the_study_and_are_new_series(case: Case) -> None:
    source, objects = case.series.headers[0], case.objects()
    assert [str(data.SOPClassUID.name) for data in objects.values()] == [
        "Segmentation Storage", "Comprehensive 3D SR Storage", "Encapsulated PDF Storage"]
    for data in objects.values():
        assert (data.StudyInstanceUID, data.PatientName, data.PatientID, data.AccessionNumber) == (
            source.StudyInstanceUID, "Doe^Jane", "ID123", "A1")
        assert data.file_meta.MediaStorageSOPInstanceUID == data.SOPInstanceUID
        assert "research use only" in data.SeriesDescription
        assert data.ContributingEquipmentSequence[0].ContributionDescription == RESEARCH_USE_ONLY
    series = {data.SeriesInstanceUID for data in objects.values()}
    assert len(series) == 3 and source.SeriesInstanceUID not in series
    assert len({data.SOPInstanceUID for data in objects.values()}) == 3


def test_every_object_names_the_slices_it_comes_from(case: Case) -> None:
    objects, slices = case.objects(), {header.SOPInstanceUID for header in case.series.headers}
    used = {case.series.headers[k].SOPInstanceUID for k in np.flatnonzero(case.roi.mask.any((1, 2)))}
    sources = {item.ReferencedSOPInstanceUID for item in objects["report-pdf.dcm"].SourceInstanceSequence}
    assert sources == slices
    referenced = objects["segmentation.dcm"].ReferencedSeriesSequence[0]
    assert referenced.SeriesInstanceUID == case.series.headers[0].SeriesInstanceUID
    assert used <= {item.ReferencedSOPInstanceUID for item in referenced.ReferencedInstanceSequence}
    report = objects["structured-report.dcm"]
    evidence = {item.ReferencedSOPInstanceUID: one.SeriesInstanceUID for study in
                [*report.get("CurrentRequestedProcedureEvidenceSequence", []),
                 *report.get("PertinentOtherEvidenceSequence", [])]
                for one in study.ReferencedSeriesSequence for item in one.ReferencedSOPSequence}
    assert objects["segmentation.dcm"].SOPInstanceUID in evidence
    said = str(report.ContentSequence)
    assert objects["segmentation.dcm"].SOPInstanceUID in said and referenced.SeriesInstanceUID in said


def test_the_report_holds_score_and_measurements_by_their_codes(case: Case, tmp_path: Path) -> None:
    (tmp_path / "sr.dcm").write_bytes(case.files()["structured-report.dcm"])
    report = hd.sr.srread(tmp_path / "sr.dcm")
    (group,) = report.content.get_volumetric_roi_measurement_groups()
    assert group.finding_type.value == "66794005" and group.tracking_identifier == "L1 trabecular core"
    found = [(item.name.value, item.derivation.value if item.derivation else None, item.value, item.unit.value)
             for item in group.get_measurements()]
    card = case.card
    assert ("246262008", None, pytest.approx(card.value), "[hnsf'U]") in found
    for statistic, end in zip(("255605001", "56851009"), card.interval, strict=True):
        assert ("246262008", statistic, pytest.approx(end), "[hnsf'U]") in found
    assert ("112031", "373098007", pytest.approx(card.measurements["mean_hu"]), "[hnsf'U]") in found
    assert ("112031", "386136009", pytest.approx(card.measurements["sd_hu"]), "[hnsf'U]") in found
    assert ("118565006", None, pytest.approx(card.measurements["volume_ml"]), "ml") in found
    evaluations = {item.name.meaning: item.value.meaning for item in group.get_qualitative_evaluations()}
    assert evaluations == {"Class of the score": card.output_class.title, "Trust level of the model": "Published",
                           "Part of the bone that was measured": "Trabecular"}
    said = _texts(report)
    for text in (RESEARCH_USE_ONLY, card.model.title, card.model.version, card.model.sha256, card.interval_reason,
                 *(finding.sentence for finding in card.findings)):
        assert text in said, text


def test_features_and_probabilities_have_codes_and_units(case: Case, tmp_path: Path) -> None:
    data = generated.logistic_dict()
    data["inputs"][0]["key"] = "cm_joint_entr_3D_comb"
    model = generated.bundle(data)
    card = generated.card(model, {"rad_score": 0.62, "age": 71.0, "fracture": "one", "mean_hu": 98.0})
    files = dicom_files(card, case.roi, case.series, case.pdf, MADE)
    (tmp_path / "sr.dcm").write_bytes(files["structured-report.dcm"])
    (group,) = hd.sr.srread(tmp_path / "sr.dcm").content.get_volumetric_roi_measurement_groups()
    found = {(item.name.scheme_designator, item.name.value): (item.value, item.unit.value)
             for item in group.get_measurements()}
    assert found[("SCT", "246262008")] == (pytest.approx(100 * card.value), "%")
    assert found[("IBSI", "TU9B")] == (0.62, "1")         # joint entropy
    named = dataclasses.replace(model, inputs=(dataclasses.replace(
        model.inputs[0], key="original_glcm_Contrast"), *model.inputs[1:]))
    files = dicom_files(dataclasses.replace(card, model=named), case.roi, case.series, case.pdf, MADE)
    (tmp_path / "sr.dcm").write_bytes(files["structured-report.dcm"])
    (group,) = hd.sr.srread(tmp_path / "sr.dcm").content.get_volumetric_roi_measurement_groups()
    (feature,) = [item.name for item in group.get_measurements() if item.name.meaning == "original_glcm_Contrast"]
    assert feature.scheme_designator == "99RADORTHO" and len(feature.value) <= 16


def test_the_pdf_is_inside_as_it_was_written(case: Case) -> None:
    data = case.objects()["report-pdf.dcm"]
    assert data.MIMETypeOfEncapsulatedDocument == "application/pdf"
    assert data.EncapsulatedDocument[:data.EncapsulatedDocumentLength] == case.pdf
    assert len(data.EncapsulatedDocument) % 2 == 0
    assert b"Doe^Jane" not in case.pdf


def test_a_validator_finds_no_error(case: Case, tmp_path: Path) -> None:
    validator = shutil.which("dciodvfy")
    if validator is None:
        pytest.skip("dciodvfy (dicom3tools) is not there to validate with")
    for name, content in case.files().items():
        (tmp_path / name).write_bytes(content)
        done = subprocess.run([validator, name], cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)
        assert [line for line in (done.stdout + done.stderr).splitlines() if line.startswith("Error")] == [], name


def test_the_same_export_is_the_same_object_and_a_later_one_another(case: Case) -> None:
    assert case.files() == case.files()
    later = case.files(datetime(2026, 1, 2, 3, 4, 6))
    for name, content in case.files().items():
        uids = [pydicom.dcmread(io.BytesIO(one)).SOPInstanceUID for one in (content, later[name])]
        assert uids[0] != uids[1] and all(uid.is_valid and uid.startswith("2.25.") for uid in uids)


def test_a_region_on_another_grid_is_refused(case: Case) -> None:
    moved = dataclasses.replace(case.roi.geometry, origin=(0.0, 0.0, 0.0))
    with pytest.raises(InputError, match="does not lie on the grid of the DICOM series"):
        dicom_files(case.card, dataclasses.replace(case.roi, geometry=moved), case.series, case.pdf, MADE)


def test_a_slice_without_identity_is_refused(tmp_path: Path) -> None:
    image, _ = phantoms.trunk(spacing=(4.0, 4.0, 4.0))
    folder = dicom_ct.write_ct_series(tmp_path / "ct", image, FrameOfReferenceUID="")
    with pytest.raises(InputError, match="states no FrameOfReferenceUID"):
        read_series(folder)


def test_the_command_writes_objects_beside_a_clean_report(case: Case, tmp_path: Path,
                                                          capsys: pytest.CaptureFixture) -> None:
    roi = phantoms.write(case.roi.mask.astype(np.uint8), case.image.geometry, tmp_path / "roi.nrrd")
    arguments = ["score", str(case.folder), str(roi), "--model", "pickhardt-2013-l1-hu", "--level", "L1",
                 "--compartment", "trabecular", "--out", str(tmp_path / "out")]
    assert main([*arguments, "--dicom-out", str(tmp_path / "dicom")]) == 0
    assert "with the patient's identity" in capsys.readouterr().out
    assert sorted(path.name for path in (tmp_path / "dicom").iterdir()) == [
        "report-pdf.dcm", "segmentation.dcm", "structured-report.dcm"]
    for path in (tmp_path / "out").iterdir():
        assert b"Doe^Jane" not in path.read_bytes() and dicom_ct.STUDY.encode() not in path.read_bytes()
    assert main([*arguments, "--dicom-out", str(case.folder / "more")]) == 2
    assert "name another folder" in capsys.readouterr().err and not (case.folder / "more").exists()


def test_a_region_that_is_on_another_grid_leaves_nothing_behind(case: Case, tmp_path: Path,
                                                                monkeypatch: pytest.MonkeyPatch,
                                                                capsys: pytest.CaptureFixture) -> None:
    roi = phantoms.write(case.roi.mask.astype(np.uint8), case.image.geometry, tmp_path / "roi.nrrd")
    moved = dataclasses.replace(case.series.geometry, origin=(0.0, 0.0, 0.0))
    monkeypatch.setattr(dicom_out, "read_series", lambda *_: dataclasses.replace(case.series, geometry=moved,
                                                                                 headers=_moved(case.series.headers)))
    assert main(["score", str(case.folder), str(roi), "--model", "pickhardt-2013-l1-hu", "--level", "L1",
                 "--out", str(tmp_path / "out"), "--dicom-out", str(tmp_path / "dicom")]) == 2
    assert "does not lie on the grid" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["roi.nrrd"]


def _moved(headers: tuple) -> tuple:
    found = tuple(copy.deepcopy(header) for header in headers)
    for header in found:
        header.ImagePositionPatient = [float(x) + 7.0 for x in header.ImagePositionPatient]
    return found


def test_several_regions_have_objects_of_their_own(case: Case, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    labels = case.roi.mask.astype(np.uint8)
    other = np.roll(labels, 3, 2) & (1 - labels)
    phantoms.write_seg_nrrd(tmp_path / "two.seg.nrrd", (labels + 2 * other)[None], case.image.geometry, [
        {"Name": "L1 trabecular", "LabelValue": 1}, {"Name": "L2 trabecular", "LabelValue": 2}])
    main(["score", str(case.folder), str(tmp_path / "two.seg.nrrd"), "--all-segments", "--compartment", "trabecular",
          "--model", "pickhardt-2013-l1-hu", "--out", str(tmp_path / "out"), "--dicom-out", str(tmp_path / "dicom")])
    found = sorted(path.relative_to(tmp_path / "dicom").as_posix() for path in (tmp_path / "dicom").rglob("*.dcm"))
    assert {name.split("/")[1] for name in found} == {"report-pdf.dcm", "segmentation.dcm", "structured-report.dcm"}
    uids = {pydicom.dcmread(tmp_path / "dicom" / name).SOPInstanceUID for name in found}
    assert len(found) == len(uids) == 6
    assert "with the patient's identity" in capsys.readouterr().out


def test_without_a_dicom_series_one_sentence_says_what_is_needed(tmp_path: Path,
                                                                 capsys: pytest.CaptureFixture) -> None:
    image, roi = phantoms.write_case(tmp_path, *phantoms.trunk(spacing=(4.0, 4.0, 4.0)))
    arguments = ["score", "--model", "pickhardt-2013-l1-hu", "--dicom-out", str(tmp_path / "dicom")]
    assert main([*arguments, str(image), str(roi), "--out", str(tmp_path / "out")]) == 2
    assert "give the scan as the folder of a DICOM series" in capsys.readouterr().err
    assert main(["score", "--model", "ost", "--clinical", "age=70", "weight=60", "--dicom-out", str(tmp_path)]) == 2
    assert "without a scan" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([image.name, roi.name])


def test_without_highdicom_one_sentence_says_what_to_do(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "highdicom", None)
    with pytest.raises(InputError, match="need the Python package highdicom"):
        case.files()
