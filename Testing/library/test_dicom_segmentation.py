"""DICOM segmentations as regions: voxels, names, codes, overlaps, and what is refused; written by highdicom."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import dicom_ct
import numpy as np
import phantoms
import pytest
from RadiomicsOrthoLib.cli.main import main
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.imaging.image import BoneImage
from RadiomicsOrthoLib.imaging.readers import read_image
from RadiomicsOrthoLib.imaging.segmentation_file import read_segmentation
from RadiomicsOrthoLib.regions.from_file import roi_from_file, roi_of_segment

hd = pytest.importorskip("highdicom", reason="highdicom is needed to write DICOM segmentations")
pydicom = pytest.importorskip("pydicom", reason="pydicom is needed to read DICOM segmentations")
SHAPE = (12, 20, 24)
#: axes as columns of (i, j, k): as scanners write a CT, oblique, and sagittal slices as of an MR
DIRECTIONS = {"axial": (-1, 0, 0, 0, -1, 0, 0, 0, 1), "sagittal": (0, 0, -1, -1, 0, 0, 0, -1, 0),
              "oblique": tuple(np.round(np.array([[np.cos(0.2), -np.sin(0.2), 0], [np.sin(0.2), np.cos(0.2), 0],
                                                  [0, 0, 1]]), 8).ravel())}


def scan(folder: Path, direction="axial") -> BoneImage:
    """A small CT series, as it is read back."""
    values = np.random.default_rng(2).integers(-100, 300, SHAPE).astype(np.int16)
    grid = Geometry(SHAPE, (0.75, 1.25, 2.5), (30.5, -12.25, 77.0), tuple(map(float, DIRECTIONS[direction])))
    dicom_ct.write_ct_series(folder, BoneImage(values, grid, "CT"))
    return read_image(folder)


def masks(*boxes) -> np.ndarray:
    """Masks (segment, k, j, i)."""
    found = np.zeros((len(boxes), *SHAPE), bool)
    for mask, box in zip(found, boxes, strict=True):
        mask[box] = True
    return found


TWO = (np.s_[2:9, 4:12, 5:17], np.s_[8:11, 10:18, 3:9])
CODES = (("66794005", "L1 vertebra"), ("14293000", "L2 vertebra"))


def written(folder: Path, path: Path, drawn: np.ndarray, labels=("L1 body", "Second"), kind="BINARY", headers=None,
            **options) -> Path:
    """``drawn`` (segment, k, j, i) on the slices of ``folder`` as a DICOM SEG."""
    headers = headers or [pydicom.dcmread(file) for file in sorted(folder.glob("*.dcm"))]
    headers.sort(key=lambda header: float(np.dot(np.cross(header.ImageOrientationPatient[:3],
                                                          header.ImageOrientationPatient[3:]),
                                                 header.ImagePositionPatient)))
    described = [hd.seg.SegmentDescription(
        segment_number=n, segment_label=label, algorithm_type="SEMIAUTOMATIC",
        segmented_property_category=hd.sr.CodedConcept("123037004", "SCT", "Anatomical Structure"),
        segmented_property_type=hd.sr.CodedConcept(CODES[n - 1][0], "SCT", CODES[n - 1][1]),
        algorithm_identification=hd.AlgorithmIdentificationSequence(
            name="Some model", version="3", family=hd.sr.CodedConcept("123110", "DCM", "Artificial Intelligence")))
        for n, label in enumerate(labels[:len(drawn)], 1)]
    pixels = np.moveaxis(drawn, 0, -1)
    if kind == "LABELMAP":
        pixels = np.argmax(np.concatenate([np.zeros((*SHAPE, 1)), pixels], -1), -1).astype(np.uint8)
    elif kind == "FRACTIONAL":
        pixels = pixels.astype(np.float32)
    found = hd.seg.Segmentation(
        source_images=headers, pixel_array=pixels if pixels.dtype != bool else pixels.astype(np.uint8),
        segmentation_type=kind, segment_descriptions=described, series_instance_uid=hd.UID(), series_number=7,
        sop_instance_uid=hd.UID(), instance_number=1, manufacturer="Generated", manufacturer_model_name="Phantom",
        software_versions="1", device_serial_number="1", **options)
    found.save_as(path)
    return path


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("kind", ["BINARY", "FRACTIONAL", "LABELMAP"])
def test_voxels_names_and_codes_come_back(tmp_path, direction, kind):
    image = scan(tmp_path / "ct", direction)
    drawn = masks(*TWO)
    drawn[1] &= ~drawn[0]
    file = read_segmentation(written(tmp_path / "ct", tmp_path / "seg.dcm", drawn, kind=kind), image.geometry)
    assert [segment.name for segment in file.segments] == ["L1 body", "Second"]
    assert file.geometry is image.geometry
    for segment, mask in zip(file.segments, drawn, strict=True):
        np.testing.assert_array_equal(file.mask(segment), mask)
    first, second = (roi_of_segment(file, segment) for segment in file.segments)
    assert (first.site, first.level) == ("vertebra", "L1")
    # the second one's name says nothing; its code does
    assert (second.site, second.level) == ("vertebra", "L2")
    assert first.made_by.startswith("DICOM segmentation, Some model")
    assert ("at least half" in first.made_by) is (kind == "FRACTIONAL")


def test_overlapping_segments_keep_all_their_voxels(tmp_path):
    image, drawn = scan(tmp_path / "ct"), masks(*TWO)
    assert (drawn[0] & drawn[1]).any()
    file = read_segmentation(written(tmp_path / "ct", tmp_path / "seg.dcm", drawn), image.geometry)
    for segment, mask in zip(file.segments, drawn, strict=True):
        np.testing.assert_array_equal(file.mask(segment), mask)


@pytest.mark.parametrize("box", [np.s_[5:6, 4:12, 5:17], np.s_[0:12, :, :]])
@pytest.mark.parametrize("omit", [True, False])
def test_one_slice_and_all_slices(tmp_path, box, omit):
    image, drawn = scan(tmp_path / "ct"), masks(box)
    path = written(tmp_path / "ct", tmp_path / "seg.dcm", drawn, omit_empty_frames=omit)
    np.testing.assert_array_equal(roi_from_file(read_segmentation(path, image.geometry)).mask, drawn[0])


def test_slices_between_the_drawn_ones_stay_empty(tmp_path):
    image, drawn = scan(tmp_path / "ct"), masks(np.s_[3:10:3, 4:12, 5:17])
    path = written(tmp_path / "ct", tmp_path / "seg.dcm", drawn)
    np.testing.assert_array_equal(roi_from_file(read_segmentation(path, image.geometry)).mask, drawn[0])


def test_without_an_image_the_frames_make_their_own_grid(tmp_path):
    image, drawn = scan(tmp_path / "ct", "oblique"), masks(TWO[0])
    file = read_segmentation(written(tmp_path / "ct", tmp_path / "seg.dcm", drawn))
    roi = roi_from_file(file)
    assert roi.voxel_count == np.count_nonzero(drawn)
    places = [np.sort(grid.to_ras(np.argwhere(mask)), axis=0) for grid, mask in ((roi.geometry, roi.mask),
                                                                                 (image.geometry, drawn[0]))]
    np.testing.assert_allclose(*places, atol=1e-5)


def test_shares_below_one_half_do_not_count(tmp_path):
    image = scan(tmp_path / "ct")
    shares = np.zeros((1, *SHAPE), np.float32)
    shares[0, 2:9, 4:12, 5:17], shares[0, 3:8, 6:10, 7:15] = 0.4, 0.6
    path = written(tmp_path / "ct", tmp_path / "seg.dcm", shares, kind="FRACTIONAL", max_fractional_value=200)
    np.testing.assert_array_equal(roi_from_file(read_segmentation(path, image.geometry)).mask, shares[0] > 0.5)


def test_a_segmentation_of_another_scan_is_refused(tmp_path):
    scan(tmp_path / "ct")
    path = written(tmp_path / "ct", tmp_path / "seg.dcm", masks(TWO[0]))
    grid = read_image(tmp_path / "ct").geometry
    for other, said in ((dataclasses.replace(grid, spacing=(0.75, 1.25, 1.2)), "whole steps of 1.2 mm"),
                        (dataclasses.replace(grid, spacing=(0.8, 1.25, 2.5)), "do not share a geometry"),
                        (dataclasses.replace(grid, origin=(30.9, -12.25, 77.0)), "do not share a geometry"),
                        (Geometry((4, *SHAPE[1:]), grid.spacing, grid.origin, grid.direction),
                         "do not share a geometry")):
        with pytest.raises(InputError, match=said):
            read_segmentation(path, other)


def changed(path: Path, change) -> Path:
    header = pydicom.dcmread(path)
    change(header)
    header.save_as(path)
    return path


@pytest.mark.parametrize(("change", "said"), [
    (lambda h: setattr(h, "SOPClassUID", "1.2.840.10008.5.1.4.1.1.481.3"), "an RT structure set"),
    (lambda h: setattr(h, "SOPClassUID", "1.2.840.10008.5.1.4.1.1.2"), "but no segmentation"),
    (lambda h: delattr(h, "SegmentSequence"), "does not describe its segments"),
    (lambda h: delattr(h, "PerFrameFunctionalGroupsSequence"), "where its frames lie"),
    (lambda h: delattr(h.PerFrameFunctionalGroupsSequence[2], "PlanePositionSequence"), "where its frames lie"),
    (lambda h: setattr(h.PerFrameFunctionalGroupsSequence[2].PlanePositionSequence[0], "ImagePositionPatient",
                       [0, 0, 0]), "one above the other"),
    (lambda h: setattr(h.SegmentSequence[0], "SegmentNumber", 9), "a segment 1 that it does not describe"),
    (lambda h: setattr(h, "PixelData", h.PixelData[:10]), "cannot be read|is damaged"),
    (lambda h: setattr(h, "PixelData", bytes(len(h.PixelData))), "is empty"),
])
def test_what_cannot_be_used_is_one_sentence(tmp_path, change, said):
    image = scan(tmp_path / "ct")
    path = changed(written(tmp_path / "ct", tmp_path / "seg.dcm", masks(TWO[0])), change)
    with pytest.raises(InputError, match=said):
        read_segmentation(path, image.geometry)


def test_a_truncated_file_is_one_sentence(tmp_path):
    image = scan(tmp_path / "ct")
    path = written(tmp_path / "ct", tmp_path / "seg.dcm", masks(TWO[0]))
    for share in (0.2, 0.5, 0.97):
        cut = tmp_path / "cut.dcm"
        cut.write_bytes(path.read_bytes()[:int(share * path.stat().st_size)])
        with pytest.raises(InputError, match=r"cut\.dcm'"):
            read_segmentation(cut, image.geometry)


def test_the_commands_take_it(tmp_path, capsys):
    image, roi = phantoms.trunk(spacing=(1.5, 1.75, 2.5))
    geometry = dataclasses.replace(image.geometry, direction=tuple(map(float, DIRECTIONS["axial"])))
    dicom_ct.write_ct_series(tmp_path / "ct", dataclasses.replace(image, geometry=geometry))
    headers = [pydicom.dcmread(file) for file in sorted((tmp_path / "ct").glob("*.dcm"))]
    path = str(written(tmp_path / "ct", tmp_path / "seg.dcm", roi.mask[None], headers=headers))
    ct = str(tmp_path / "ct")
    assert main(["score", ct, path, "--model", "pickhardt-2013-l1-hu", "--out", str(tmp_path / "out")]) == 0
    card = json.loads((tmp_path / "out" / "card.json").read_text(encoding="utf-8"))
    assert card["result"]["value"] == pytest.approx(120, abs=2)
    assert main(["extract", ct, path, "--profile", "ct-vertebra-trabecular", "-o", str(tmp_path / "f.csv")]) == 0
    assert main(["check", ct, path, "--segment", "L1"]) == 0
    assert main(["compare", path, path]) == 0
    assert "L1 body" in capsys.readouterr().out


def test_what_a_score_exports_is_read_as_the_same_region(tmp_path):
    image, roi = phantoms.trunk(spacing=(1.5, 1.75, 2.5))
    geometry = dataclasses.replace(image.geometry, direction=tuple(map(float, DIRECTIONS["axial"])))
    dicom_ct.write_ct_series(tmp_path / "ct", dataclasses.replace(image, geometry=geometry))
    mask = phantoms.write(roi.mask.astype(np.uint8), geometry, tmp_path / "mask.nrrd")
    call, model = ["score", str(tmp_path / "ct")], ["--model", "pickhardt-2013-l1-hu"]
    assert main([*call, str(mask), *model, "--level", "L1", "--out", str(tmp_path / "a"), "--dicom-out",
                 str(tmp_path / "dicom")]) == 0
    (seg,) = (tmp_path / "dicom").glob("*segmentation.dcm")
    assert main([*call, str(seg), *model, "--out", str(tmp_path / "b")]) == 0
    first, second = (json.loads((tmp_path / name / "card.json").read_text(encoding="utf-8")) for name in "ab")
    assert first["result"]["value"] == second["result"]["value"]
