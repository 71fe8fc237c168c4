"""Density calibration: rods, tissues, by hand; what is refused, and what a score makes of it."""

import copy
import json
from dataclasses import replace

import calibration_phantom
import numpy as np
import phantoms
import pytest
from RadiomicsOrthoLib.cli.main import main
from RadiomicsOrthoLib.errors import InputError, RefusedError
from RadiomicsOrthoLib.imaging.acquisition import Acquisition
from RadiomicsOrthoLib.imaging.calibration.calibration import Curve, DensityCalibration, Sample, calibrated
from RadiomicsOrthoLib.imaging.calibration.calibration_file import (
    calibration_from_dict,
    calibration_json,
    read_calibration,
)
from RadiomicsOrthoLib.imaging.calibration.mass_attenuation import mass_attenuation
from RadiomicsOrthoLib.imaging.calibration.rods import calibrate_by_rods, fit_rods
from RadiomicsOrthoLib.imaging.calibration.sampling import cylinder
from RadiomicsOrthoLib.imaging.calibration.tissues import (
    calibrate_by_tissues,
    calibration_from_tissues,
    fit_tissues,
    tissue_from_name,
)
from RadiomicsOrthoLib.imaging.image import BoneImage
from RadiomicsOrthoLib.models.catalogue import load_model
from RadiomicsOrthoLib.regions.roi import Roi
from RadiomicsOrthoLib.resources import resource_folder
from RadiomicsOrthoLib.scoring.card_file import card_from_json
from RadiomicsOrthoLib.scoring.score import score_case

DENSITY_MODEL, HU_MODEL = "qct-spine-vbmd-scan", "pickhardt-2013-l1-hu"
#: mean HU, SD and voxels as tissues of a scan at 120 kV have them
TISSUES = {"adipose": (-100.0, 12.0, 900), "air": (-1000.0, 10.0, 4000), "cortical_bone": (1250.0, 90.0, 800),
           "skeletal_muscle": (55.0, 11.0, 5000), "blood": (42.0, 12.0, 2000)}


@pytest.fixture(scope="module")
def case():
    return calibration_phantom.scan()


@pytest.fixture(scope="module")
def by_rods(case):
    image, _, rods = case
    return calibrate_by_rods(image, dict(zip(rods, zip(rods.values(), calibration_phantom.DENSITIES, strict=True),
                                             strict=True)), "K2HPO4", "generated phantom")


def rod(density, hu, name=None):
    return Sample(name or f"rod {density:g}", hu, 5.0, 400, density, 0.0)


def codes(card):
    return {finding.code: finding.severity for finding in card.findings}


class TestRods:
    def test_the_line_of_the_phantom_comes_back_with_its_error(self, by_rods):
        assert by_rods.curve.slope == pytest.approx(calibration_phantom.SLOPE, abs=3 * by_rods.slope_se)
        assert by_rods.curve.offset == pytest.approx(calibration_phantom.OFFSET, abs=3 * by_rods.offset_se)
        assert 0 < by_rods.slope_se < 0.01 and 0 < by_rods.offset_se < 1
        assert by_rods.r_squared > 0.9999 and by_rods.degrees_of_freedom == 3
        assert set(by_rods.alternatives) == {f"rod {n}" for n in range(5)}

    def test_it_is_least_squares_with_the_usual_errors(self):
        from scipy.stats import linregress, t

        hu, density = [2.0, 70.0, 131.0, 205.0, 262.0], [0.0, 50.0, 100.0, 150.0, 200.0]
        found = fit_rods([rod(d, h) for d, h in zip(density, hu, strict=True)], "HA", "generated")
        expected = linregress(hu, density)
        assert found.curve.slope == pytest.approx(expected.slope)
        assert found.curve.offset == pytest.approx(expected.intercept)
        assert found.slope_se == pytest.approx(expected.stderr)
        assert found.offset_se == pytest.approx(expected.intercept_stderr)
        assert found.r_squared == pytest.approx(expected.rvalue**2)
        # the band of the line is narrowest at the mean of the rods: s / sqrt(n) · t
        assert found.error_at(np.mean(hu)) == pytest.approx(found.residual_sd / 5**0.5 * t.ppf(0.975, 3))
        assert found.error_at(400) > found.error_at(200) > found.error_at(np.mean(hu))
        assert [sample.residual for sample in found.samples] == pytest.approx(
            [expected.intercept + expected.slope * h - d for d, h in zip(density, hu, strict=True)])

    @pytest.mark.parametrize(("rods", "said"), [
        ([rod(0, 5), rod(100, 140)], "at least 3 rods of different density; there are 2"),
        ([rod(0, 5), rod(100, 140, "a"), rod(100, 141, "b")], "there are 2"),
        ([rod(0, 5), rod(200, 140), rod(100, 270)], "wrong order: 'rod 200' .200 mg/cm³. has 140 HU, less than"),
        ([rod(0, 270), rod(100, 140), rod(200, 5)], "wrong order"),
        ([rod(0, 0), rod(100, 20), rod(200, 25), rod(300, 400)], "do not lie on a line"),
        ([rod(0, 0), rod(0.1, 135), rod(0.2, 270)], "not plausible .*unit"),
    ])
    def test_what_cannot_be_a_phantom_is_refused(self, rods, said):
        with pytest.raises(InputError, match=said):
            fit_rods(rods, "HA", "generated")

    def test_a_rod_drawn_over_its_edge_is_refused(self, case):
        image, _, rods = case
        r, a, s = calibration_phantom.centre(2)
        wide = cylinder(image.geometry, (r, a, s - 10), (r, a, s + 10), 12.0)
        named = {"a": (rods["rod 0"], 0.0), "b": (wide, 100.0), "c": (rods["rod 4"], 200.0)}
        with pytest.raises(InputError, match="The rod 'b' is uneven"):
            calibrate_by_rods(image, named, "HA", "generated")

    def test_a_cylinder_has_its_volume_and_must_lie_in_the_scan(self, case):
        geometry = case[0].geometry
        mask = cylinder(geometry, (0, 0, -15), (0, 0, 15), 8.0)
        assert mask.sum() * geometry.voxel_volume_ml == pytest.approx(np.pi * 0.8**2 * 3, rel=0.04)
        tilted = cylinder(geometry, (-10, -10, -10), (10, 10, 10), 6.0)
        assert tilted.sum() * geometry.voxel_volume_ml == pytest.approx(np.pi * 0.6**2 * 2 * 3**0.5, rel=0.04)
        with pytest.raises(InputError, match="outside the scan"):
            cylinder(geometry, (500, 0, 0), (500, 0, 10), 4.0)


class TestTissues:
    def test_water_is_water_and_bone_rises_with_hu(self):
        found = calibration_from_tissues(TISSUES)
        assert found.equivalent == "K2HPO4" and 40 < found.effective_energy_kev < 120
        hu = np.array([0.0, 50.0, 100.0, 200.0, 300.0])
        assert (np.diff(found.curve(hu)) > 0).all()
        assert found.error_at(100) > 0 and "left out" in found.error_meaning

    @pytest.mark.parametrize("energy", [55.0, 70.0, 90.0])
    def test_the_effective_energy_of_generated_tissues_comes_back(self, energy):
        # values on a line of the mass attenuation at that energy, and at no other
        values = {name: 5e4 * (float(mass_attenuation(name, energy)) - float(mass_attenuation("water", energy)))
                  for name in ("adipose", "air", "cortical_bone", "skeletal_muscle")}
        found = fit_tissues(values)
        assert found.energy_kev == energy and found.r_squared == pytest.approx(1.0)

    def test_fewer_tissues_have_no_error(self):
        three = {name: TISSUES[name] for name in ("adipose", "air", "cortical_bone")}
        found = calibration_from_tissues(three)
        assert found.error_at(100) is None and found.error_meaning == "not known"
        with pytest.raises(InputError, match="At least 3 tissues"):
            calibration_from_tissues({name: TISSUES[name] for name in ("adipose", "air")})

    def test_tissues_that_do_not_fit_are_refused(self):
        wrong = TISSUES | {"cortical_bone": (-900.0, 10.0, 100)}
        with pytest.raises(InputError, match="do not fit together"):
            calibration_from_tissues(wrong)

    @pytest.mark.parametrize(("change", "said"), [
        (lambda i, t: (i, {**t, "adipose": t["skeletal_muscle"]}), "adipose tissue has a mean of 50 HU"),
        (lambda i, t: (i, {**t, "air": np.zeros_like(t["air"])}), "has 0 voxels"),
        (lambda i, t: (replace(i, acquisition=Acquisition(contrast_agent=True)), t), "blood cannot be used"),
        (lambda i, t: (replace(i, modality="MR"), t), "only CT is calibrated"),
    ])
    def test_what_is_no_such_tissue_is_refused(self, case, change, said):
        image, roi, _ = case
        with pytest.raises(InputError, match=said):
            calibrate_by_tissues(*change(image, calibration_phantom.tissues(image, roi)))

    def test_a_small_region_is_refused(self, case):
        image, roi, _ = case
        tissues = calibration_phantom.tissues(image, roi)
        tissues["air"] = cylinder(image.geometry, (-50, 50, -20), (-50, 50, 20), 1.2)
        with pytest.raises(InputError, match="at least 10 mm²"):
            calibrate_by_tissues(image, tissues)

    @pytest.mark.parametrize(("name", "tissue"), [
        ("aorta", "blood"), ("Subcutaneous fat", "adipose"), ("psoas_left", "skeletal_muscle"), ("air", "air"),
        ("cortical bone", "cortical_bone"), ("vertebrae_L1", None), ("fat in muscle", None)])
    def test_names_of_segments(self, name, tissue):
        assert tissue_from_name(name) == tissue


class TestFile:
    def test_it_reads_back_what_it_wrote(self, by_rods, tmp_path):
        for number, one in enumerate((by_rods, calibration_from_tissues(TISSUES),
                                      DensityCalibration("manual", "HA", Curve(1, 0.8), "report", stated_error=4))):
            path = tmp_path / f"{number}.json"
            path.write_text(calibration_json(one), encoding="utf-8")
            assert read_calibration(path) == one

    def test_it_satisfies_its_schema(self, by_rods):
        jsonschema = pytest.importorskip("jsonschema")
        schema = json.loads((resource_folder() / "Schemas" / "calibration.schema.json").read_text(encoding="utf-8"))
        validator = jsonschema.Draft202012Validator(schema)
        for one in (by_rods, calibration_from_tissues(TISSUES),
                    DensityCalibration("density-image", "K2HPO4", Curve(0, 1), "atlas")):
            assert list(validator.iter_errors(json.loads(calibration_json(one)))) == []

    @pytest.mark.parametrize(("change", "said"), [
        (lambda d: d.pop("curve"), "damaged"), (lambda d: d.update(schema="x"), "no density calibration"),
        (lambda d: d["curve"].update(slope="0.7"), "damaged"),
        (lambda d: d["curve"].update(slope=700), "slope of 700 .* not plausible"),
        (lambda d: d["curve"].update(offset=1e9), "offset of 1e.09 .* not plausible"),
        (lambda d: d["curve"].update(slope=1.02 * d["curve"]["slope"]), "curve is not that of its rods"),
        (lambda d: d["samples"].clear(), "not all there"),
        (lambda d: d.update(covariance=[1, 2]), "damaged"), (lambda d: d.update(unit="g/cm3"), "damaged"),
        (lambda d: d.update(equivalent="bone"), "damaged")])
    def test_a_damaged_one_is_refused_in_one_sentence(self, by_rods, tmp_path, change, said):
        data = copy.deepcopy(json.loads(calibration_json(by_rods)))
        change(data)
        path = tmp_path / "c.json"
        path.write_text(json.dumps(data), encoding="utf-8")
        with pytest.raises(InputError, match=said) as caught:
            read_calibration(path)
        assert "\n" not in str(caught.value)

    def test_another_curve_than_that_of_the_tissues_is_refused(self, tmp_path):
        path = tmp_path / "c.json"
        data = json.loads(calibration_json(calibration_from_tissues(TISSUES)))
        path.write_text(json.dumps(data), encoding="utf-8")
        assert read_calibration(path).method == "internal"
        data["curve"]["offset"] += 5.0
        path.write_text(json.dumps(data), encoding="utf-8")
        with pytest.raises(InputError, match="curve is not that of its rods or tissues"):
            read_calibration(path)

    def test_no_file_and_no_json(self, tmp_path):
        with pytest.raises(InputError, match="Cannot read"):
            read_calibration(tmp_path / "none.json")
        (tmp_path / "text.json").write_text("hello")
        with pytest.raises(InputError, match="no JSON file"):
            read_calibration(tmp_path / "text.json")
        with pytest.raises(ValueError, match="unit"):
            calibration_from_dict({"unit": "HU"})


class TestScore:
    def test_the_known_density_of_the_core_comes_out(self, case, by_rods):
        image, roi, _ = case
        card = score_case(image, roi, load_model(DENSITY_MODEL), calibration=by_rods).card
        known = calibration_phantom.SLOPE * 120 + calibration_phantom.OFFSET
        assert card.value == pytest.approx(known, abs=1.0)
        assert card.measurements["mean_mgcc"] == card.value
        assert card.measurements["mean_hu"] == pytest.approx(120, abs=1)
        assert card.output_class.id == "osteopenia"
        assert codes(card)["CALIBRATED"] == "note"
        # rods are as bright as enhanced blood, and no vessels
        assert "CONTRAST_LIKELY" not in codes(card)
        low, high = card.interval
        assert low <= card.value - card.calibration["error"] and high >= card.value + card.calibration["error"]
        assert "of the calibration" in card.interval_reason
        assert card.calibration["equivalent"] == "K2HPO4" and card.calibration["samples"]
        assert card_from_json(card.to_json()).calibration == json.loads(card.to_json())["calibration"]

    def test_the_error_of_the_calibration_reaches_the_class(self, case):
        image, roi, _ = case
        drawn = roi.with_mask(roi.mask & (image.array > 60) & (image.array < 180), compartment="mid-slab")
        manual = DensityCalibration("manual", "K2HPO4", Curve(0.0, 0.7), "report", stated_error=6.0)
        card = score_case(image, drawn, load_model(DENSITY_MODEL), calibration=manual).card
        assert card.interval == pytest.approx((card.value - 6, card.value + 6))
        assert codes(card)["CLASS_NOT_FIRM"] == "warn"
        assert codes(card)["CALIBRATION_NOT_OF_THIS_SCAN"] == "warn"
        firm = score_case(image, drawn, load_model(DENSITY_MODEL),
                          calibration=replace(manual, stated_error=0.5)).card
        assert "CLASS_NOT_FIRM" not in codes(firm)

    def test_an_enhanced_vessel_is_seen_beside_the_rods(self, case, by_rods):
        image, roi, _ = case
        r, a, _ = np.moveaxis(image.geometry.to_ras(np.stack(np.indices(image.array.shape), -1)), -1, 0)
        enhanced = replace(image, array=np.where(np.hypot(r - 12, a - 33) < 9, 260, image.array).astype(np.int16))
        own = replace(by_rods, scan={"sha256": enhanced.voxel_hash()})
        card = score_case(enhanced, roi, load_model(DENSITY_MODEL), calibration=own).card
        assert codes(card)["CONTRAST_LIKELY"] == "warn"

    def test_units_are_not_mixed(self, case, by_rods):
        image, roi, _ = case
        with pytest.raises(RefusedError, match="not calibrated; this model was made for densities"):
            score_case(image, roi, load_model(DENSITY_MODEL))
        with pytest.raises(RefusedError, match="not made for densities"):
            score_case(image, roi, load_model(HU_MODEL), calibration=by_rods)
        with pytest.raises(RefusedError, match="not made for densities"):
            score_case(calibrated(image, by_rods), roi, load_model(HU_MODEL))
        with pytest.raises(InputError, match="calibrated already"):
            calibrated(calibrated(image, by_rods), by_rods)
        with pytest.raises(RefusedError, match="The scan is MR"):
            score_case(replace(image, modality="MR"), roi, load_model(DENSITY_MODEL))

    def test_another_material_is_warned_about(self, case, by_rods):
        image, roi, _ = case
        card = score_case(image, roi, load_model(DENSITY_MODEL), calibration=replace(by_rods, equivalent="HA")).card
        assert codes(card)["EQUIVALENT_NOT_COVERED"] == "warn"

    def test_bone_denser_than_all_rods_is_warned_about(self, by_rods):
        image, roi, _ = calibration_phantom.scan(core_hu=320)
        card = score_case(image, roi, load_model(DENSITY_MODEL), calibration=by_rods).card
        found = codes(card)
        assert found["CALIBRATION_EXTRAPOLATED"] == "warn"
        # another scan than that of the phantom
        assert found["CALIBRATION_ASYNCHRONOUS"] == "note" and found["CALIBRATION_KVP_UNKNOWN"] == "warn"

    def test_asynchronous_calibration_wants_the_same_voltage(self, case, by_rods):
        image, roi, _ = case
        other = replace(image, acquisition=image.acquisition.with_stated(kvp=100.0))
        made = replace(by_rods, scan={"sha256": "0" * 64, "kvp": 120.0, "kernel": "B40"})
        with pytest.raises(RefusedError, match="The phantom was scanned at 120 kV, the patient at 100 kV"):
            score_case(other, roi, load_model(DENSITY_MODEL), calibration=made)
        same = replace(image, acquisition=replace(image.acquisition, kvp=120.0, kernel="B30"))
        assert codes(score_case(same, roi, load_model(DENSITY_MODEL), calibration=made).card)[
            "CALIBRATION_OTHER_SETTINGS"] == "warn"
        unsure = DensityCalibration("manual", "K2HPO4", Curve(0.0, 0.7), "report")
        assert codes(score_case(image, roi, load_model(DENSITY_MODEL), calibration=unsure).card)[
            "CALIBRATION_ERROR_UNKNOWN"] == "warn"

    def test_tissues_of_another_scan_are_refused(self, case):
        image, roi, _ = case
        found = calibration_from_tissues(TISSUES, scan={"sha256": "0" * 64})
        with pytest.raises(RefusedError, match="tissues of another scan"):
            score_case(image, roi, load_model(DENSITY_MODEL), calibration=found)
        own = calibration_from_tissues(TISSUES | {"air": (-955.0, 20.0, 900)}, scan={"sha256": image.voxel_hash()})
        card = score_case(image, roi, load_model(DENSITY_MODEL), calibration=own).card
        assert codes(card)["CALIBRATION_EXPERIMENTAL"] == codes(card)["TISSUE_UNUSUAL"] == "warn"
        assert "air -955 HU" in next(f.sentence for f in card.findings if f.code == "TISSUE_UNUSUAL")

    def test_a_density_image_is_taken_as_it_is(self, case, by_rods):
        image, roi, _ = case
        density = BoneImage(calibrated(image, by_rods).array, image.geometry)
        given = DensityCalibration("density-image", "K2HPO4", Curve(0, 1), "made elsewhere")
        card = score_case(density, roi, load_model(DENSITY_MODEL), calibration=given).card
        expected = score_case(image, roi, load_model(DENSITY_MODEL), calibration=by_rods).card
        assert card.value == pytest.approx(expected.value)
        assert "mean_hu" not in card.measurements and "NOT_HU" not in codes(card)
        assert card.provenance["image"]["unit"] == "mg/cm³"


def test_the_real_scan_is_recomputed(shared_data):
    """Tissue HU of the source → its fit, and the mean of its trabecular body (folder ct_vertebra_calibrated)."""
    folder = shared_data / "ct_vertebra_calibrated"
    stored = json.loads((folder / "calibration_reference.json").read_text(encoding="utf-8"))
    fit = stored["fit"]
    measured = {name: (entry["mean"], entry["sd"], entry["voxels"])
                for name, entry in stored["tissue_reference_HU"].items()}
    found = calibration_from_tissues(measured)
    assert found.effective_energy_kev == fit["effective_energy_keV"]
    assert found.r_squared == pytest.approx(fit["max_r_squared"], abs=5e-7)
    lines = fit_tissues({name: one[0] for name, one in measured.items()})
    assert lines.attenuation_slope == pytest.approx(fit["HU_to_mass_attenuation_slope"], abs=5e-7)
    assert lines.attenuation_intercept == pytest.approx(fit["HU_to_mass_attenuation_intercept"], abs=5e-6)
    assert lines.density_slope == pytest.approx(fit["HU_to_material_density_slope"], abs=5e-7)
    assert lines.density_intercept == pytest.approx(fit["HU_to_material_density_intercept"], abs=5e-7)
    names = {"CHA": "HA"}
    for name, value in fit["mass_attenuation_cm2_per_g"].items():
        assert mass_attenuation(names.get(name, name), fit["effective_energy_keV"]) == pytest.approx(value, abs=6e-4)


def test_the_real_vertebra_has_its_mean(shared_data):
    from RadiomicsOrthoLib.imaging.readers import read_image
    from RadiomicsOrthoLib.imaging.segmentation_file import read_segmentation

    folder = shared_data / "ct_vertebra_calibrated"
    image = read_image(folder / "L2_density_mgcc.nii.gz")
    regions = read_segmentation(folder / "L2_regions.nii.gz", image.geometry)
    mask = regions.mask(next(one for one in regions.segments if one.label == 1))
    given = DensityCalibration("density-image", "K2HPO4", Curve(0, 1), "Walle 2025")
    roi = Roi(mask, image.geometry, "vertebra", "L2", None, "trabecular")
    card = score_case(image, roi, load_model(DENSITY_MODEL), calibration=given).card
    assert card.value == pytest.approx(75.5, abs=0.05)
    assert card.output_class.id == "osteoporosis"
    with pytest.raises(RefusedError, match="do not look like HU"):
        score_case(image, roi, load_model(HU_MODEL))


class TestCommand:
    @pytest.fixture
    def files(self, case, tmp_path):
        image, roi, rods = case
        labels = np.zeros(image.array.shape, np.uint8)
        for number, mask in enumerate(rods.values()):
            labels[mask] = number + 1
        scan, mask = phantoms.write_case(tmp_path, image, roi)
        return str(scan), str(mask), str(phantoms.write(labels, image.geometry, tmp_path / "rods.nrrd"))

    def test_from_the_scan_to_the_card(self, files, tmp_path, capsys):
        scan, mask, rods = files
        out, card = tmp_path / "calibration.json", tmp_path / "card"
        named = [part for n, d in enumerate(calibration_phantom.DENSITIES) for part in ("--rod", f"{n + 1}={d:g}")]
        assert main(["calibrate", scan, "--method", "rods", "--roi", rods, *named, "--equivalent", "K2HPO4", "--source",
                     "generated phantom", "-o", str(out)]) == 0
        said = capsys.readouterr().out
        assert "R² 1.0000" in said and "K2HPO4-equivalent" in said and "SE of slope" in said
        assert main(["score", scan, mask, "--level", "L1", "--site", "vertebra", "--model", DENSITY_MODEL,
                     "--calibration", str(out), "--out", str(card)]) == 0
        written = json.loads((card / "card.json").read_text(encoding="utf-8"))
        assert written["result"]["value"] == pytest.approx(84, abs=1)
        assert written["calibration"]["error"] > 0
        jsonschema = pytest.importorskip("jsonschema")
        schema = json.loads((resource_folder() / "Schemas" / "card.schema.json").read_text(encoding="utf-8"))
        assert list(jsonschema.Draft202012Validator(schema).iter_errors(written)) == []
        page = (card / "report.html").read_text(encoding="utf-8")
        assert "Density calibration" in page and "K2HPO4" in page and "generated phantom" in page

    def test_rods_by_their_places_give_the_same(self, files, case, by_rods, tmp_path):
        scan, _, _ = files
        out = tmp_path / "c.json"
        at = ["--rod-at=" + ",".join(f"{x:g}" for x in calibration_phantom.centre(n)) + f"={d:g}"
              for n, d in enumerate(calibration_phantom.DENSITIES)]
        assert main(["calibrate", scan, "--method", "rods", *at, "--rod-radius", "5", "--rod-length", "30",
                     "--equivalent", "K2HPO4", "--source", "generated phantom", "-o", str(out)]) == 0
        assert read_calibration(out).curve == by_rods.curve

    @pytest.mark.parametrize(("given", "said"), [
        (["--method", "rods"], "State what the rods are"),
        (["--method", "rods", "--equivalent", "HA", "--source", "x"], "Name the rods"),
        (["--method", "internal", "--slope", "0.7"], "--slope belongs to --method manual"),
        (["--method", "manual", "--equivalent", "HA", "--source", "x", "--slope", "0.7"], "needs --slope"),
        (["--method", "manual", "--slope", "0.7", "--offset", "0"], "State what the densities are"),
        (["--method", "manual", "--equivalent", "HA", "--source", "x", "--slope", "0.0007", "--offset", "0"],
         "g/cm³"),
        (["--method", "internal"], "--roi")])
    def test_what_is_missing_is_said_in_one_sentence(self, files, tmp_path, capsys, given, said):
        out = tmp_path / "c.json"
        assert main(["calibrate", files[0], *given, "-o", str(out)]) == 2
        error = capsys.readouterr().err
        assert said in error and error.count("\n") == 1 and not out.exists()

    def test_by_hand_without_a_scan(self, tmp_path):
        out = tmp_path / "c.json"
        assert main(["calibrate", "--method", "manual", "--slope", "0.8", "--offset", "-3", "--error", "4",
                     "--equivalent", "HA", "--source", "site report", "-o", str(out)]) == 0
        assert read_calibration(out) == DensityCalibration("manual", "HA", Curve(-3.0, 0.8), "site report",
                                                           stated_error=4.0)

    def test_the_scan_in_densities_is_written_and_scored_again(self, files, tmp_path, capsys):
        scan, mask, _ = files
        made, image = tmp_path / "c.json", tmp_path / "density.nii.gz"
        stated = ["--method", "manual", "--slope", "0.75", "--offset", "-6", "--equivalent", "K2HPO4", "--source", "x"]
        assert main(["calibrate", scan, *stated, "-o", str(made), "--image-out", str(image)]) == 0
        density = ["--method", "density-image", "--equivalent", "K2HPO4", "--source", "the file above"]
        assert main(["calibrate", str(image), *density, "-o", str(tmp_path / "d.json")]) == 0
        values = []
        for number, (one, calibration) in enumerate(((scan, made), (image, tmp_path / "d.json"))):
            out = tmp_path / str(number)
            assert main(["score", str(one), mask, "--level", "L1", "--model", DENSITY_MODEL, "--calibration",
                         str(calibration), "--out", str(out)]) == 0
            values.append(json.loads((out / "card.json").read_text(encoding="utf-8"))["result"]["value"])
        assert values[0] == pytest.approx(values[1], abs=1e-3) and values[0] == pytest.approx(84, abs=1)
        capsys.readouterr()
        assert main(["calibrate", scan, *stated, "-o", str(made), "--image-out", str(tmp_path / "x.png")]) == 2
        assert "must end in" in capsys.readouterr().err
        assert main(["calibrate", scan, *stated, "-o", str(made), "--image-out", scan]) == 2
        assert "is read and would be overwritten" in capsys.readouterr().err
        assert main(["calibrate", *stated, "-o", str(made), "--image-out", str(image)]) == 2
        assert "give IMAGE" in capsys.readouterr().err

    def test_tissues_by_the_names_of_segments(self, case, tmp_path, capsys):
        image, roi, _ = case
        masks = calibration_phantom.tissues(image, roi)
        # a piece of cortex thick enough to be measured
        masks["cortical_bone"] = cylinder(image.geometry, (30, -20, -20), (30, -20, 20), 4.0)
        array = image.array.copy()
        array[cylinder(image.geometry, (30, -20, -20), (30, -20, 20), 5.0)] = 1200
        phantoms.write(array, image.geometry, tmp_path / "image.nrrd")
        # two segments of one tissue count together
        masks["other muscle"] = cylinder(image.geometry, (-30, -20, -20), (-30, -20, 20), 5.0)
        names = {"air": "air", "adipose": "fat", "skeletal_muscle": "muscle", "blood": "aorta",
                 "cortical_bone": "cortical bone", "other muscle": "psoas_left"}
        path = phantoms.write_seg_nrrd(tmp_path / "t.seg.nrrd", np.stack([masks[n] for n in names]).astype(np.uint8),
                                       image.geometry, [{"Name": title, "Layer": number}
                                                        for number, title in enumerate(names.values())])
        out = tmp_path / "c.json"
        assert main(["calibrate", str(tmp_path / "image.nrrd"), "--method", "internal", "--roi", str(path), "-o",
                     str(out)]) == 0
        found = read_calibration(out)
        assert {sample.name for sample in found.samples} == set(names) - {"other muscle"}
        assert found.effective_energy_kev
        assert next(one.voxels for one in found.samples if one.name == "skeletal_muscle") == np.count_nonzero(
            masks["skeletal_muscle"] | masks["other muscle"])
        assert "experimental" in capsys.readouterr().out
