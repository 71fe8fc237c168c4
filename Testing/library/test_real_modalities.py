"""MR files and 2-D slices of real scans, from file to table (skipped where the test data is absent)."""

import csv
import json

import numpy as np
import phantoms
import planar
import pytest
from RadiomicsOrthoLib.cli import main as cli
from RadiomicsOrthoLib.features.engine import engine_problem
from RadiomicsOrthoLib.imaging.readers import read_image, read_voxels

PYRADIOMICS_PROBLEM = engine_problem("pyradiomics")
needs_pyradiomics = pytest.mark.skipif(bool(PYRADIOMICS_PROBLEM), reason=PYRADIOMICS_PROBLEM or "pyradiomics is there")
MR = ["--modality", "MR", "--sequence", "T2w", "--field-strength", "1.5"]


def run(capsys, *arguments):
    code = cli.main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def rows_of_both_engines(capsys, folder, *arguments):
    """The table of each engine, after a comparison value by value."""
    found = []
    for engine in ("fast", "pyradiomics"):
        out = folder / engine / "features.csv"
        code, _, err = run(capsys, "extract", *arguments, "--engine", engine, "-o", out)
        assert (code, err) == (0, "")
        found.append(next(csv.DictReader(out.open(encoding="utf-8"))))
    assert list(found[0]) == list(found[1])
    for name, value in found[1].items():
        if name.startswith("original_"):
            assert float(found[0][name]) == pytest.approx(float(value), rel=1e-6, abs=1e-9), name
    return found[0]


@pytest.fixture
def lumbar(shared_data):
    folder = shared_data / "mr_lumbar"
    return folder / "VB2_02_t2.nii.gz", folder / "VB2_02_bodies.nii.gz"


@needs_pyradiomics
def test_a_vertebra_on_mr(capsys, lumbar, tmp_path):
    profile = planar.profile_file(tmp_path, "MR", force_2d=False, feature_classes=["shape", *planar.TEXTURE])
    row = rows_of_both_engines(capsys, tmp_path, *lumbar, "--segment", "5", "--profile", profile, *MR)
    assert 10 < float(row["volume_ml"]) < 60 and "mean_hu" not in row and float(row["mean_intensity"]) > 0


@needs_pyradiomics
def test_a_vertebra_on_mr_by_the_profile_that_ships(capsys, lumbar, tmp_path):
    row = rows_of_both_engines(capsys, tmp_path, *lumbar, "--segment", "5", "--level", "L3", "--profile",
                               "mr-vertebra-t2", *MR)
    assert row["level"] == "L3" and float(row["original_shape_MeshVolume"]) > 0
    code, _, err = run(capsys, "extract", *lumbar, "--segment", "5", "--profile", "mr-vertebra-t1", *MR, "-o",
                       tmp_path / "t1.csv")
    assert code == 2 and "The scan is T2w; the profile 'mr-vertebra-t1' is for T1w" in err


@needs_pyradiomics
def test_one_sagittal_slice_of_a_vertebra(capsys, lumbar, tmp_path):
    image = read_image(lumbar[0])
    bodies, _ = read_voxels(lumbar[1])
    body = bodies == 5
    middle = int(np.median(np.argwhere(body)[:, 2]))
    mask = np.zeros(body.shape, np.uint8)
    mask[:, :, middle] = body[:, :, middle]
    drawn = phantoms.write(mask, image.geometry, tmp_path / "slice.nii.gz")
    profile = planar.profile_file(tmp_path, "MR", force_2d_dimension=2)
    row = rows_of_both_engines(capsys, tmp_path, lumbar[0], drawn, "--profile", profile, *MR)
    assert float(row["original_shape2D_PixelSurface"]) == pytest.approx(mask.sum())


@needs_pyradiomics
@pytest.mark.parametrize("case", ["brain1", "brain2", "breast1"])
def test_the_images_of_pyradiomics_themselves(capsys, shared_data, tmp_path, case):
    """Reversed axes, thick slices and signed values of other scanners."""
    folder = shared_data / "pyradiomics_baseline"
    profile = planar.profile_file(tmp_path, "MR", force_2d=False, feature_classes=["shape", *planar.TEXTURE])
    row = rows_of_both_engines(capsys, tmp_path, folder / f"{case}_image.nrrd", folder / f"{case}_label.nrrd",
                               "--profile", profile, *MR)
    provenance = json.loads((tmp_path / "fast" / "features.provenance.json").read_text(encoding="utf-8"))
    assert provenance["image"]["modality"] == "MR" and provenance["roi"]["voxels"] == float(row["voxel_count"])


def test_a_ct_model_is_refused_on_mr(capsys, lumbar, tmp_path):
    for extra, words in ((MR[:2], "The scan is MR; this model was made for CT"), ([], "--modality MR")):
        code, _, err = run(capsys, "score", *lumbar, "--segment", "5", "--model", "pickhardt-2013-l1-hu", *extra,
                           "--out", tmp_path / "o")
        assert code == 2 and words in err and not (tmp_path / "o").exists()


def test_every_mr_of_the_pack_is_judged_as_mr(capsys, shared_data):
    for path in sorted((shared_data / "mr_lumbar").glob("*_t2.nii.gz"))[:4]:
        code, text, _ = run(capsys, "info", path, "--modality", "MR", "--json")
        codes = {finding["code"] for finding in json.loads(text)["findings"]}
        assert code == 0 and codes == {"MR_SEQUENCE_UNKNOWN", "FIELD_STRENGTH_UNKNOWN", "MODALITY_NOT_IN_FILE"}
