"""Virtual patients: microstructure against a specimen, vertebrae of known density, a scanner that does what it says."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import numpy as np
import pytest
from RadiomicsOrthoLib.cli.main import main
from RadiomicsOrthoLib.cohort.simulation.attenuation import bone_hu, hu_per_density
from RadiomicsOrthoLib.cohort.simulation.microstructure import correlation, intercepts, trabecular_network
from RadiomicsOrthoLib.cohort.simulation.patient import virtual_patients
from RadiomicsOrthoLib.cohort.simulation.scanner import VirtualScanner
from RadiomicsOrthoLib.cohort.simulation.virtual_scan import virtual_scan
from RadiomicsOrthoLib.features.measurements import measure
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.imaging.image import BoneImage
from RadiomicsOrthoLib.imaging.nrrd_writer import image_nrrd
from RadiomicsOrthoLib.imaging.readers import read_image
from RadiomicsOrthoLib.quality.gate import inspect_with_core
from RadiomicsOrthoLib.regions.trabecular import trabecular_core
from RadiomicsOrthoLib.statistics.roc import auc

PROFILE = "ct-vertebra-trabecular"
PATIENT = virtual_patients(1, 5)[0]
#: the specimen's voxels above this grey value are bone (its source says so)
SPECIMEN_THRESHOLD, SPECIMEN_SPACING = 63, 0.0195
SPECIMEN_PERIOD = 1.22


def network(fraction=0.2, period=1.2, spacing=0.05, size=80, seed=1):
    return trabecular_network((size,) * 3, spacing, fraction, period, np.random.default_rng(seed))


# -- microstructure ----------------------------------------------------------------------------------

@pytest.mark.parametrize("fraction", [0.05, 0.12, 0.3])
def test_the_bone_fraction_is_the_wanted_one(fraction):
    assert network(fraction).mean() == pytest.approx(fraction, abs=1e-5)


def test_less_bone_is_the_same_network_thinned():
    dense, thin = network(0.25), network(0.1)
    assert np.all(dense[thin])
    assert np.mean(intercepts(thin, 0.05).bone) < np.mean(intercepts(dense, 0.05).bone)


def test_lengths_scale_with_the_period_and_do_not_depend_on_the_voxels():
    fine = intercepts(network(period=1.0, spacing=0.05), 0.05)
    coarse = intercepts(network(period=2.0, spacing=0.1), 0.1)
    assert coarse.bone == pytest.approx([2 * x for x in fine.bone], rel=1e-9)
    other = intercepts(network(period=1.2, spacing=0.1, size=60), 0.1)
    assert other.marrow == pytest.approx(intercepts(network(period=1.2, size=120), 0.05).marrow, rel=0.1)


def test_trabeculae_are_longer_along_the_load():
    found = intercepts(network(size=100), 0.05).bone
    assert found[0] > 1.05 * found[1] and found[1] == pytest.approx(found[2], rel=0.06)


def test_voxels_that_cannot_show_the_network_are_refused():
    with pytest.raises(ValueError, match="too coarse"):
        network(period=1.0, spacing=0.5)


def test_intercepts_of_plates():
    plates = np.zeros((20, 20, 20), bool)
    plates[:, :, 2:4] = plates[:, :, 12:14] = True
    found = intercepts(plates, 0.5)
    assert (found.bone[2], found.marrow[2]) == pytest.approx((1.0, 4.0)) and found.bone[0] == np.inf


def test_neighbours_are_alike_and_distant_places_are_not():
    bone = network(size=60)
    assert correlation(bone, 0.05, 0.05) > 0.6 and abs(correlation(bone, 0.05, 1.0)) < 0.1


def test_lengths_of_a_human_specimen(shared_data):
    """Micro-CT of trabecular bone (LHDL 3155): mean intercepts within 5 % in each direction, at its own fraction."""
    sitk = pytest.importorskip("SimpleITK")
    path = shared_data / "microct" / "LHDL_3155_D_4_bc_200cube.nrrd"
    if not path.is_file():
        pytest.skip(f"specimen not found: {path.name}")
    bone = sitk.GetArrayFromImage(sitk.ReadImage(str(path))) > SPECIMEN_THRESHOLD
    assert bone.mean() == pytest.approx(0.2278, abs=5e-5)
    real = intercepts(bone, SPECIMEN_SPACING)
    virtual = intercepts(network(float(bone.mean()), SPECIMEN_PERIOD, 2 * SPECIMEN_SPACING, 128), 2 * SPECIMEN_SPACING)
    assert virtual.bone == pytest.approx(real.bone, rel=0.05)
    assert virtual.marrow == pytest.approx(real.marrow, rel=0.05)


# -- patients ----------------------------------------------------------------------------------------

def test_a_seed_gives_the_same_patients_whatever_their_number():
    assert virtual_patients(3, 8) == virtual_patients(5, 8)[:3] != virtual_patients(3, 9)


def test_outcomes_follow_the_stated_risks():
    people = virtual_patients(4000, 1)
    risk, outcome = np.array([p.risk for p in people]), np.array([p.fracture for p in people])
    for low, high in ((0, 0.2), (0.2, 0.5), (0.5, 1)):
        chosen = (risk >= low) & (risk < high)
        assert outcome[chosen].mean() == pytest.approx(risk[chosen].mean(), abs=0.05)
    assert 0.8 < auc(outcome, risk) < 0.95
    women = np.array([p.sex == "female" for p in people])
    density = np.array([p.density for p in people])
    assert 0.45 < women.mean() < 0.55 and density[women].mean() < density[~women].mean() - 8


# -- scan --------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def scan():
    return virtual_scan(PATIENT)


def test_the_same_patient_gives_the_same_voxels(scan):
    again = virtual_scan(PATIENT)
    assert np.array_equal(scan.image.array, again.image.array) and np.array_equal(scan.roi.mask, again.roi.mask)


def test_a_vertebra_has_the_density_that_it_should_and_shows_it(scan):
    assert scan.true_density == pytest.approx(PATIENT.density, abs=1.5)
    hu = measure(scan.image, trabecular_core(scan.roi))["mean_hu"]
    expected = float(bone_hu(PATIENT.density / 1000, PATIENT.marrow, 120))
    assert hu == pytest.approx(expected, abs=0.05 * expected + 3)


def test_the_gate_takes_a_virtual_scan_for_a_good_one(scan):
    assert [finding.code for finding in inspect_with_core(scan.image, scan.roi) if finding.severity != "note"] == []


def test_it_says_that_it_is_simulated(scan):
    facts = scan.image.acquisition
    assert "simulated" in (scan.image.source, facts.manufacturer, facts.kernel, scan.roi.made_by)
    assert facts.manufacturer == scan.image.source == scan.roi.made_by == "simulated"


def test_more_voltage_less_attenuation():
    assert hu_per_density(100) > hu_per_density(120) > hu_per_density(140)
    with pytest.raises(ValueError, match="no effective energy"):
        hu_per_density(90)


FINE = Geometry((60, 80, 80), (0.4,) * 3, (-15.8, -15.8, -11.8))


def test_noise_is_as_strong_as_it_says_and_without_bias():
    flat = np.full(FINE.shape, 100.0, np.float32)
    image = VirtualScanner(noise=25.0).scan(flat, FINE, np.random.default_rng(1))
    assert image.array.std() == pytest.approx(25, rel=0.03) and image.array.mean() == pytest.approx(100, abs=1.5)


def test_blur_and_slice_are_as_wide_as_they_say():
    point = np.zeros(FINE.shape, np.float32)
    point[30, 40, 40] = 1e6
    scanner = VirtualScanner(pixel=0.4, slice_mm=0.8, blur=2.0, noise=0.0)
    image = scanner.scan(point, FINE, np.random.default_rng(1))
    values = np.clip(image.array.astype(float), 0, None)
    k, j, _ = np.unravel_index(values.argmax(), values.shape)
    line = values[k, j]
    place = np.arange(len(line)) * 0.4
    centre = (line * place).sum() / line.sum()
    width = np.sqrt((line * (place - centre) ** 2).sum() / line.sum()) * 2.3548
    # the sampling is linear between fine cubes and adds a little
    assert width == pytest.approx(2.0, rel=0.1)


# -- files and command -------------------------------------------------------------------------------

def test_a_scan_comes_back_from_its_file(tmp_path, scan):
    (tmp_path / "scan.nrrd").write_bytes(image_nrrd(scan.image, {"simulated": "no real person"}))
    found = read_image(tmp_path / "scan.nrrd")
    assert np.array_equal(found.array, scan.image.array) and found.geometry.same_place(scan.image.geometry)
    assert image_nrrd(scan.image) == image_nrrd(replace(scan.image))


def test_values_that_would_be_changed_are_not_written():
    image = BoneImage(np.full((2, 2, 2), 0.5), Geometry((2, 2, 2), (1.0,) * 3, (0.0,) * 3), "CT")
    with pytest.raises(ValueError, match="whole numbers"):
        image_nrrd(image)


def test_simulate_writes_scans_that_the_simulated_model_scores(tmp_path, capsys):
    out = tmp_path / "cohort"
    assert main(["simulate", "--count", "1", "--seed", "99", "--profile", PROFILE, "-o", str(out)]) == 0
    assert "SIMULATED" in capsys.readouterr().out
    row = next(csv.DictReader((out / "cohort.csv").open(encoding="utf-8")))
    assert row["simulated"] == "yes" and float(row["original_firstorder_Mean"]) > 0
    files = out / "scans" / row["subject"]
    code = main(["score", str(files / "scan.nrrd"), str(files / "vertebra.seg.nrrd"), "--modality", "CT",
                 "--kvp", "120", "--contrast", "no", "--model", "simulated-rad-score-age",
                 "--clinical", f"age={row['age']}", "--out", str(tmp_path / "card"), "--json"])
    assert code == 0
    card = json.loads((tmp_path / "card" / "card.json").read_text(encoding="utf-8"))
    assert card["model"]["trust"] == "simulated" and 0 < card["result"]["value"] < 1
    assert any(finding["code"] == "SIMULATED_MODEL" and finding["severity"] == "warn" for finding in card["findings"])
    values = {item["name"]: item["value"] for item in card["inputs"]}
    assert values["original_firstorder_10Percentile"] == pytest.approx(float(row["original_firstorder_10Percentile"]))
    assert "Rad-score" in (tmp_path / "card" / "nomogram.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(("arguments", "sentence"), [
    (["--count", "0"], "--count lies between"), (["--profile", "mr-vertebra-t1"], "is for MR"),
    (["--profile", "nothing"], "nothing")])
def test_simulate_refuses_in_a_sentence(tmp_path, capsys, arguments, sentence):
    assert main(["simulate", "-o", str(tmp_path / "x"), *arguments]) == 2
    error = capsys.readouterr().err
    assert sentence in error and error.count("\n") == 1 and not (tmp_path / "x").exists()


def test_simulate_writes_over_nothing(tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    assert main(["simulate", "-o", str(tmp_path)]) == 2
    assert "is there already" in capsys.readouterr().err
