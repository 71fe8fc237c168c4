"""The first click on real scans (skipped where the test data is absent)."""

import json

import numpy as np
import phantoms
import pytest
from RadiomicsOrthoLib.cli import main as cli
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.imaging.readers import read_image

MODEL = ["--model", "pickhardt-2013-l1-hu"]
LEVELS = {"L1": "31", "L2": "30", "L3": "29", "L4": "28", "L5": "27"}


def run(capsys, *arguments):
    code = cli.main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.fixture
def spine(shared_data):
    return shared_data / "ct_spine_ts"


@pytest.mark.parametrize(("level", "label"), LEVELS.items())
def test_trabecular_hu_of_the_reference_bodies(capsys, spine, tmp_path, level, label):
    """Between the report's median less 20 HU and its mean.

    The report measured whole bodies with their cortex, on a grid of its own, so its mean lies
    above a trabecular one; on this 3 mm scan the core lies up to 18 HU below its median too.
    """
    report = json.loads((spine / "spine_report.json").read_text(encoding="utf-8"))["results"]
    mean, median = (report[f"vertebrae_{level}_intensity{suffix}"] for suffix in ("", "_median"))
    code, _, _ = run(capsys, "score", spine / "ct.nii.gz", spine / "vertebral_body_labels.nii.gz", "--segment", label,
                     "--level", level, *MODEL, "--out", tmp_path / "o")
    assert code == 0
    card = json.loads((tmp_path / "o" / "card.json").read_text(encoding="utf-8"))
    assert median - 20 < card["result"]["value"] < mean
    found = {finding["code"]: finding for finding in card["findings"]}
    assert "3 × 3 × 3 mm are coarse" in found["COARSE_VOXELS"]["sentence"]
    assert "KVP_UNKNOWN" in found and "CONTRAST_LIKELY" not in found
    assert ("LEVEL_NOT_COVERED" in found) == (level != "L1")
    volume = card["provenance"]["source_roi"]["volume_ml"]
    assert volume == pytest.approx(report[f"vertebrae_{level}_volume_ml"], abs=0.01)


def test_a_body_cut_by_the_top_of_the_scan_is_refused(capsys, spine, tmp_path):
    code, _, err = run(capsys, "score", spine / "ct.nii.gz", spine / "vertebrae_labels.nii.gz", "--segment", "33",
                       *MODEL, "--out", tmp_path / "o")
    assert code == 2 and "touches the edge of the scan" in err and not (tmp_path / "o").exists()


def test_the_left_hip_with_metal_is_refused(capsys, spine, tmp_path):
    """A ball of 25 mm round the metal's place, as a clinician might draw the hip."""
    image = read_image(spine / "ct.nii.gz")
    centre = image.geometry.to_ras(np.argwhere(image.array > 2500).mean(axis=0))
    assert centre[0] < 0, "the metal is in the left hip"
    ras = image.geometry.to_ras(np.moveaxis(np.indices(image.array.shape), 0, -1))
    ball = np.linalg.norm(ras - centre, axis=-1) < 25
    mask = phantoms.write(ball.astype(np.uint8), image.geometry, tmp_path / "left hip.nrrd")
    code, _, err = run(capsys, "score", spine / "ct.nii.gz", mask, *MODEL, "--out", tmp_path / "o")
    assert code == 2 and err.startswith("Metal in the region") and not (tmp_path / "o").exists()


@pytest.mark.parametrize(("scan", "mask", "words"), [
    ("control_image.nii.gz", "mask_empty.nii.gz", "is empty"),
    ("control_image.nii.gz", "mask_one_voxel.nii.gz", "1 voxel"),
    ("control_image.nii.gz", "mask_shifted_origin.nii.gz", "do not share a geometry"),
    ("control_image.nii.gz", "mask_other_spacing.nii.gz", "do not share a geometry"),
    ("control_image.nii.gz", "mask_rotated_direction.nii.gz", "do not share a geometry"),
    ("control_image.nii.gz", "mask_smaller_grid.nii.gz", "sizes differ"),
    ("control_image.nii.gz", "mask_float_labels.nii.gz", "must be whole numbers"),
    ("image_2d.nii.gz", "control_mask.nii.gz", "a 3-D volume is needed"),
    ("image_4d.nii.gz", "control_mask.nii.gz", "choose one volume"),
    ("truncated.nii.gz", "control_mask.nii.gz", "incomplete gzip stream"),
    ("zero_bytes.nii.gz", "control_mask.nii.gz", "is empty"),
    ("lying_header_size.nrrd", "control_mask.nii.gz", "header and data size disagree"),
    ("header_100000_cubed.nrrd", "control_mask.nii.gz", "claims 1.8 PiB"),
    ("header_100000_cubed_nifti2.nii", "control_mask.nii.gz", "claims 1.8 PiB"),
    ("text_renamed.nrrd", "control_mask.nii.gz", "is not an image"),
    ("image_constant_hu.nii.gz", "control_mask.nii.gz", "no intensity variation"),
    ("image_unsigned_offset1024.nii.gz", "control_mask.nii.gz", "do not look like HU"),
    ("image_nan_inf.nii.gz", "control_mask.nii.gz", "34 non-finite voxels"),
    ("image_nan_inf.nrrd", "control_mask.nii.gz", "34 non-finite voxels"),
    ("image_metal_like.nii.gz", "control_mask.nii.gz", "Metal in the region (3071 HU"),
    ("dicom_missing_slice", "control_mask.nii.gz", "z = -82.5 mm"),
    ("dicom_two_series", "control_mask.nii.gz", "2 series found"),
    ("malicious_model.pkl", "control_mask.nii.gz", "no known format"),
    ("zip_bomb_1GiB.zip", "control_mask.nii.gz", "no known format"),
])
def test_every_bad_input_ends_in_its_sentence(capsys, shared_data, tmp_path, scan, mask, words):
    folder = shared_data / "bad_inputs"
    code, text, err = run(capsys, "score", folder / scan, folder / mask, *MODEL, "--out", tmp_path / "o")
    assert code == 2 and words in err and len(err.strip().splitlines()) == 1
    assert text == "" and list(tmp_path.iterdir()) == []


def test_the_good_pair_and_the_contrast_like_one(capsys, shared_data, tmp_path):
    folder = shared_data / "bad_inputs"
    for scan, enhanced in (("control_image", False), ("image_contrast_like", True)):
        code, _, err = run(capsys, "score", folder / f"{scan}.nii.gz", folder / "control_mask.nii.gz", *MODEL, "--out",
                           tmp_path / scan)
        assert (code, err) == (0, "")
        card = json.loads((tmp_path / scan / "card.json").read_text(encoding="utf-8"))
        assert ("CONTRAST_LIKELY" in {finding["code"] for finding in card["findings"]}) == enhanced


def test_mr_and_density_maps_have_no_hu(capsys, shared_data, tmp_path):
    for scan, mask, segment in (("mr_lumbar/VB2_02_t2.nii.gz", "mr_lumbar/VB2_02_bodies.nii.gz", "3"),
                                ("ct_vertebra_calibrated/L2_density_mgcc.nii.gz",
                                 "ct_vertebra_calibrated/L2_regions.nii.gz", "1")):
        code, _, err = run(capsys, "score", shared_data / scan, shared_data / mask, "--segment", segment, *MODEL,
                           "--out", tmp_path / "o")
        assert code == 2 and "do not look like HU" in err


def test_every_image_of_the_index_opens_on_its_grid(shared_data):
    import csv

    with (shared_data / "image_index.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    opened = 0
    for row in rows:
        path = shared_data / next(iter(row.values()))
        if "bad_inputs" in str(path) or not path.is_file():
            continue
        try:
            image = read_image(path)
        except InputError as error:
            assert any(words in str(error) for words in ("a 3-D volume", "values per voxel")), error
            continue
        opened += 1
        assert image.array.shape == image.geometry.shape
    assert opened > 50
