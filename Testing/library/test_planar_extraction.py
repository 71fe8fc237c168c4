"""From a file to a table for every modality of the profiles, in both engines."""

import csv
import json
from dataclasses import replace

import numpy as np
import phantoms
import planar
import pytest
from planar import TEXTURE, profile_file
from RadiomicsOrthoLib.cli import main as cli
from RadiomicsOrthoLib.features.engine import engine_problem, load_engine
from RadiomicsOrthoLib.features.extraction import extract_features
from RadiomicsOrthoLib.features.filters.settings import FilterSettings
from RadiomicsOrthoLib.features.measurements import measure
from RadiomicsOrthoLib.features.profile import ExtractionProfile
from RadiomicsOrthoLib.features.profile_checks import check_profile
from RadiomicsOrthoLib.features.standardisation.normalisation import RobustNormalisation
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.imaging.image import BoneImage
from RadiomicsOrthoLib.regions.roi import Roi

PYRADIOMICS_PROBLEM = engine_problem("pyradiomics")
needs_pyradiomics = pytest.mark.skipif(bool(PYRADIOMICS_PROBLEM), reason=PYRADIOMICS_PROBLEM or "pyradiomics is there")
FLAT = ExtractionProfile(id="flat", version="1", title="2-D", modality="XR", site="any", compartment="any",
                         bin_count=32, force_2d=True, feature_classes=("shape2D", *TEXTURE))
MODEL = ["--model", "pickhardt-2013-l1-hu"]


def run(capsys, *arguments):
    code = cli.main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def codes(profile, image, roi):
    return {finding.code: finding.severity for finding in check_profile(profile, image, roi)}


def assert_equal_engines(image, roi, profile):
    mine, oracle = (extract_features(image, roi, profile, load_engine(name)) for name in ("fast", "pyradiomics"))
    assert list(mine.values) == list(oracle.values) and set(mine.failures) == set(oracle.failures)
    for name, value in oracle.values.items():
        assert mine.values[name] == pytest.approx(value, rel=1e-6, abs=1e-9), name
    return mine


class TestEngines:
    @needs_pyradiomics
    @pytest.mark.parametrize("changes", [
        {}, {"bin_count": None, "bin_width": 40.0}, {"image_types": ("Original", "Wavelet", "Gradient", "Square")},
        {"resample_mm": (0.31, 0.29, 1.0), "interpolator": "bspline"},
        {"resample_mm": (0.31, 0.29, 1.0), "interpolator": "linear", "image_types": ("Wavelet",)}])
    def test_a_2d_image_has_equal_values_in_both(self, changes):
        image = planar.image()
        if "resample_mm" in changes:
            # interpolated whole numbers are cut off, and rounding decides which (docs/extraction.md)
            image = replace(image, array=image.array.astype(np.float32))
        vector = assert_equal_engines(image, planar.roi(image), replace(FLAT, **changes))
        assert "original_shape2D_Perimeter" in vector.values and not vector.failures
        assert not [name for name in vector.values if "_shape_" in name or name == "volume_ml"]

    @needs_pyradiomics
    @pytest.mark.parametrize("axis", [0, 1, 2])
    def test_one_slice_of_a_volume_has_equal_values_in_both(self, axis):
        image, roi = planar.mr()
        middle = [np.s_[:], np.s_[:], np.s_[:]]
        middle[axis] = roi.mask.shape[axis] // 2
        mask = np.zeros_like(roi.mask)
        mask[tuple(middle)] = roi.mask[tuple(middle)]
        region, profile = roi.with_mask(mask), replace(FLAT, modality="MR", force_2d_dimension=axis)
        assert region.plane_axis == axis and not codes(profile, image, region)
        if axis == 1:
            # pyradiomics looks at the wrong axis and leaves the shape in a plane across j out
            profile = replace(profile, feature_classes=TEXTURE)
        assert_equal_engines(image, region, profile)

    def test_the_shape_in_a_plane_across_j_is_that_of_the_turned_plane(self):
        image, roi = planar.mr()
        mask = np.zeros_like(roi.mask)
        j = roi.mask.shape[1] // 2
        mask[:, j] = roi.mask[:, j]
        i, _, k = image.spacing
        turned = Geometry((1, *mask[:, j].shape), (i, k, 1.0), (0, 0, 0))
        engine = load_engine("fast")
        profile = replace(FLAT, modality="MR", force_2d_dimension=1)
        across = extract_features(image, roi.with_mask(mask), profile, engine)
        plane = extract_features(BoneImage(image.array[:, j][np.newaxis], turned, "MR"),
                                 Roi(mask[:, j][np.newaxis], turned), replace(FLAT, modality="MR"), engine)
        shapes = [name for name in plane.values if "_shape2D_" in name]
        assert len(shapes) == 9
        for name in shapes:
            assert across.values[name] == pytest.approx(plane.values[name], rel=1e-12), name

    def test_a_slice_alone_has_the_values_of_the_slice_in_its_volume(self):
        image, roi = planar.mr()
        k = roi.mask.shape[0] // 2
        mask = np.zeros_like(roi.mask)
        mask[k] = roi.mask[k]
        grid = replace(image.geometry, shape=(1, *image.array.shape[1:]))
        alone = replace(image, array=image.array[k:k + 1], geometry=grid)
        profile, engine = replace(FLAT, modality="MR"), load_engine("fast")
        one = extract_features(image, roi.with_mask(mask), profile, engine).values
        two = extract_features(alone, replace(roi, mask=roi.mask[k:k + 1], geometry=grid), profile, engine).values
        for name in set(one) & set(two):
            assert two[name] == pytest.approx(one[name], rel=1e-9), name

    def test_the_plane_decides_nothing_but_the_thickness_that_it_has_not(self):
        """A 2-D image has no thickness: no feature may depend on the one that its grid needs."""
        image = planar.image()
        thick = replace(image, geometry=replace(image.geometry, spacing=(*planar.PIXEL_MM, 7.0)))
        one, two = (extract_features(of, planar.roi(of), FLAT, load_engine("fast")).values for of in (image, thick))
        different = {name for name in one if one[name] != two[name]}
        # the energy per volume, as pyradiomics defines it
        assert different == {"original_firstorder_TotalEnergy"}


class TestMeasurements:
    def test_a_2d_image_has_an_area_where_its_pixels_have_a_size(self):
        image = planar.image()
        found = measure(image, planar.roi(image))
        assert found["area_mm2"] == pytest.approx(planar.bone().sum() * 0.2 * 0.25) and "volume_ml" not in found
        unknown = planar.image(spacing_from="missing")
        assert not {"area_mm2", "volume_ml"} & set(measure(unknown, planar.roi(unknown)))

    @pytest.mark.parametrize(("modality", "reading", "ending"), [
        ("CT", {}, "hu"), ("unknown", {}, "hu"), ("MR", {}, "intensity"), ("XR", {}, "intensity"),
        ("PT", {"value_unit": "SUVbw"}, "suv"), ("PT", {"value_unit": "Bq/mL"}, "intensity")])
    def test_hu_are_named_so_on_ct_only(self, modality, reading, ending):
        image = planar.image(modality, **reading)
        found = measure(image, planar.roi(image))
        assert f"mean_{ending}" in found
        assert len([name for name in found if name.startswith("mean_")]) == 1

    def test_without_a_size_of_the_pixels_no_feature_depends_on_one(self):
        image = planar.image(spacing_from="missing")
        vector = extract_features(image, planar.roi(image), replace(FLAT, feature_classes=TEXTURE), load_engine("fast"))
        assert vector.failures == {"original_firstorder_TotalEnergy": "needs the size of a pixel"}
        other = planar.image(pixel_mm=(0.7, 0.7), spacing_from="missing")
        again = extract_features(other, planar.roi(other), replace(FLAT, feature_classes=TEXTURE), load_engine("fast"))
        assert again.values == vector.values


class TestFit:
    def test_a_profile_for_volumes_on_one_slice(self):
        image, roi = planar.mr()
        spatial = replace(FLAT, modality="MR", force_2d=False, feature_classes=("shape", *TEXTURE))
        assert codes(spatial, image, roi) == {}
        mask = np.zeros_like(roi.mask)
        mask[roi.mask.shape[0] // 2] = roi.mask[roi.mask.shape[0] // 2]
        assert codes(spatial, image, roi.with_mask(mask)) == {"PROFILE_NEEDS_VOLUME": "refuse"}
        # the shape in space has no meaning in a plane, whatever the textures
        assert codes(replace(spatial, force_2d=True), image, roi.with_mask(mask)) == {"PROFILE_NEEDS_VOLUME": "refuse"}

    def test_a_profile_for_one_slice_on_a_volume_or_across_another_axis(self):
        image, roi = planar.mr()
        flat = replace(FLAT, modality="MR")
        assert codes(flat, image, roi) == {"REGION_NOT_FLAT": "refuse"}
        mask = np.zeros_like(roi.mask)
        mask[:, :, roi.mask.shape[2] // 2] = roi.mask[:, :, roi.mask.shape[2] // 2]
        assert codes(flat, image, roi.with_mask(mask)) == {"REGION_NOT_FLAT": "refuse"}
        assert codes(replace(flat, force_2d_dimension=2), image, roi.with_mask(mask)) == {}
        # textures slice by slice ask for no single slice
        assert codes(replace(flat, feature_classes=TEXTURE), image, roi) == {}

    @pytest.mark.parametrize(("changes", "refused"), [
        ({}, True), ({"feature_classes": TEXTURE}, False),
        ({"feature_classes": TEXTURE, "resample_mm": (0.3, 0.3, 1.0)}, True),
        ({"feature_classes": TEXTURE, "image_types": ("Original", "Gradient")}, True),
        ({"feature_classes": TEXTURE, "normalise": RobustNormalisation()}, True),
        ({"feature_classes": TEXTURE, "normalise": RobustNormalisation(extent="scan")}, False),
        ({"feature_classes": TEXTURE, "image_types": ("Original", "Wavelet")}, False)])
    def test_what_is_measured_in_mm_needs_the_size_of_a_pixel(self, changes, refused):
        image = planar.image(spacing_from="missing")
        profile = replace(FLAT, **changes)
        assert ("PIXEL_SIZE_NEEDED" in codes(profile, image, planar.roi(image))) == refused
        for source in ("stated", "detector", "calibrated", "file"):
            sized = planar.image(spacing_from=source)
            assert "PIXEL_SIZE_NEEDED" not in codes(profile, sized, planar.roi(sized))

    def test_log_on_a_2d_image(self):
        image = planar.image()
        profile = replace(FLAT, image_types=("Original", "LoG"), filters=FilterSettings(log_sigma_mm=(1.0,)))
        assert codes(profile, image, planar.roi(image)) == {"NO_LOG_IN_2D": "warn"}
        vector = extract_features(image, planar.roi(image), profile, load_engine("fast"))
        assert all(name.startswith("log-sigma") for name in vector.failures) and vector.failures

    def test_bins_of_suv_on_values_that_are_none(self):
        image, roi = planar.mr()
        profile = replace(FLAT, modality="PT", force_2d=False, feature_classes=TEXTURE, bin_count=None, bin_width=0.5)
        activity = replace(image, modality="PT")
        assert codes(profile, activity, roi) == {"PROFILE_NEEDS_SUV": "refuse"}
        assert codes(replace(profile, bin_width=None, bin_count=32), activity, roi) == {}
        suv = replace(activity, reading=replace(activity.reading, value_unit="SUVbw"))
        assert codes(profile, suv, roi) == {}

    @pytest.mark.parametrize(("stated", "refused"), [("T1w TSE", True), ("T2w", False), ("t2_tse_sag", False),
                                                     ("SE *tse2d1_15", False), ("T1 and T2", False), (None, False)])
    def test_a_profile_for_another_sequence(self, stated, refused):
        image, roi = planar.mr()
        image = replace(image, acquisition=image.acquisition.with_stated(sequence=stated))
        profile = replace(FLAT, modality="MR", force_2d=False, feature_classes=TEXTURE, sequence="T2w")
        assert codes(profile, image, roi) == ({"SEQUENCE_NOT_COVERED": "refuse"} if refused else {})

    def test_hu_features_on_mr_are_refused(self):
        image, roi = planar.mr()
        assert codes(replace(FLAT, modality="CT"), image, roi) == {"MODALITY_NOT_COVERED": "refuse"}
        assert codes(replace(FLAT, modality="any", feature_classes=TEXTURE), image, roi) == {}


class TestCommand:
    """Each file to its table, as a user at the keyboard does it."""

    @staticmethod
    def table(capsys, tmp_path, *arguments):
        out = tmp_path / "out" / "features.csv"
        code, text, err = run(capsys, "extract", *arguments, "-o", out)
        assert (code, err) == (0, ""), err
        rows = list(csv.DictReader(out.open(encoding="utf-8")))
        provenance = json.loads((out.parent / "features.provenance.json").read_text(encoding="utf-8"))
        return rows[0], provenance, text

    @pytest.mark.parametrize("engine", ["fast", pytest.param("pyradiomics", marks=needs_pyradiomics)])
    def test_a_picture_with_its_mask(self, capsys, tmp_path, engine):
        image = planar.write_flat(planar.radiograph(), tmp_path / "hip.png")
        mask = planar.write_flat(planar.bone().astype(np.uint8), tmp_path / "mask.png")
        row, provenance, text = self.table(capsys, tmp_path, image, mask, "--profile", profile_file(tmp_path, "XR"),
                                           "--spacing", "0.2,0.25", "--engine", engine)
        assert float(row["area_mm2"]) == pytest.approx(planar.bone().sum() * 0.05)
        assert float(row["original_shape2D_PixelSurface"]) == pytest.approx(float(row["area_mm2"]))
        assert float(row["mean_intensity"]) == pytest.approx(planar.radiograph()[planar.bone()].mean())
        assert "mean_hu" not in row and f"{planar.bone().sum()} pixels" in text
        assert provenance["image"]["spacing_from"] == "stated"
        assert {"MODALITY_NOT_IN_FILE", "PIXEL_SIZE_STATED"} <= {found["code"] for found in provenance["findings"]}

    def test_a_picture_without_a_size(self, capsys, tmp_path):
        image = planar.write_flat(planar.radiograph(), tmp_path / "hip.png")
        mask = planar.write_flat(planar.bone().astype(np.uint8), tmp_path / "mask.png")
        code, _, err = run(capsys, "extract", image, mask, "--profile", profile_file(tmp_path, "XR"), "-o",
                           tmp_path / "f.csv")
        assert code == 2 and "measures in mm (shape); state the size (--spacing" in err
        assert not (tmp_path / "f.csv").exists()
        row, _, _ = self.table(capsys, tmp_path, image, mask, "--profile",
                               profile_file(tmp_path, "XR", feature_classes=list(TEXTURE)))
        assert row["original_firstorder_TotalEnergy"] == "" and float(row["original_glcm_Contrast"]) > 0

    @pytest.mark.parametrize(("modality", "code"), [("XR", "DX"), ("DXA", "BMD"), ("US", "US")])
    def test_a_dicom_image_of_each_flat_modality(self, capsys, tmp_path, modality, code):
        image = planar.write_dicom_image(tmp_path / "image.dcm", planar.radiograph(), code, PixelSpacing=[0.25, 0.2],
                                         ImagerPixelSpacing=[0.28, 0.22], Manufacturer="GENERATED")
        mask = planar.write_flat(planar.bone().astype(np.uint8), tmp_path / "mask.nrrd")
        row, provenance, _ = self.table(capsys, tmp_path, image, mask, "--profile", profile_file(tmp_path, modality))
        assert float(row["original_shape2D_PixelSurface"]) == pytest.approx(planar.bone().sum() * 0.05)
        assert provenance["image"]["modality"] == modality and "Doe" not in json.dumps(provenance)
        assert "Scanner software".lower() in json.dumps(provenance["findings"])

    @pytest.mark.parametrize("engine", ["fast", pytest.param("pyradiomics", marks=needs_pyradiomics)])
    @pytest.mark.parametrize(("profile", "code", "count"), [
        ("xray-bone-2d", "DX", 9 + 93), ("dxa-hip-2d", "BMD", 93), ("us-2d", "US", 93)])
    def test_the_profile_that_ships_for_each_flat_modality(self, capsys, tmp_path, profile, code, count, engine):
        image = planar.write_dicom_image(tmp_path / "image.dcm", planar.radiograph(), code, PixelSpacing=[0.25, 0.2])
        mask = planar.write_flat(planar.bone().astype(np.uint8), tmp_path / "mask.png")
        row, provenance, _ = self.table(capsys, tmp_path, image, mask, "--profile", profile, "--engine", engine)
        assert len([name for name in row if name.startswith("original_") and row[name]]) == count
        assert provenance["profile"]["id"] == profile and provenance["engine"]["name"] == engine

    def test_an_ultrasound_picture_needs_no_size_of_its_pixels(self, capsys, tmp_path):
        image = planar.write_flat(planar.radiograph(bits=8), tmp_path / "us.png")
        mask = planar.write_flat(planar.bone().astype(np.uint8), tmp_path / "mask.png")
        row, _, _ = self.table(capsys, tmp_path, image, mask, "--profile", "us-2d")
        assert row["original_firstorder_TotalEnergy"] == "" and "area_mm2" not in row
        code, _, err = run(capsys, "extract", image, mask, "--profile", "xray-bone-2d", "-o", tmp_path / "f.csv")
        assert code == 2 and "shape, resampling, normalisation on the neighbourhood" in err

    def test_a_mask_of_slicer_on_a_dicom_radiograph(self, capsys, tmp_path):
        image = planar.write_dicom_image(tmp_path / "image.dcm", planar.radiograph(), PixelSpacing=[0.25, 0.2])
        of = planar.image()
        mask = phantoms.write_seg_nrrd(tmp_path / "m.seg.nrrd", planar.bone()[None, None].astype(np.uint8), of.geometry,
                                       [{"Name": "left femur"}])
        row, _, _ = self.table(capsys, tmp_path, image, mask, "--profile", profile_file(tmp_path, "XR"))
        assert (row["site"], row["side"]) == ("proximal-femur", "left")

    def test_an_mr_volume_without_a_header_of_its_own(self, capsys, tmp_path):
        image, roi = planar.mr()
        files = phantoms.write_case(tmp_path, image, roi, ".nii.gz")
        profile = profile_file(tmp_path, "MR", force_2d=False, feature_classes=["shape", *TEXTURE])
        row, provenance, _ = self.table(capsys, tmp_path, *files, "--profile", profile, "--sequence", "T1w",
                                        "--field-strength", "1.5")
        assert float(row["mean_intensity"]) == pytest.approx(image.array[roi.mask].mean())
        assert provenance["acquisition"]["known"] == {"field_strength_t": 1.5, "sequence": "T1w"}
        assert {found["code"] for found in provenance["findings"]} == {"MODALITY_NOT_IN_FILE"}

    def test_a_pet_series_in_suv(self, capsys, tmp_path):
        stored = np.random.default_rng(1).integers(5_000, 60_000, (9, 24, 24)).astype(np.uint16)
        folder = planar.write_pet_series(tmp_path / "pet", stored, (0.5,) * 9)
        from RadiomicsOrthoLib.imaging.readers import read_image

        image = read_image(folder)
        mask = np.zeros(stored.shape, np.uint8)
        mask[2:7, 5:15, 6:16] = 1
        mask = phantoms.write(mask, image.geometry, tmp_path / "mask.nrrd")
        profile = profile_file(tmp_path, "PT", force_2d=False, feature_classes=["shape", *TEXTURE], bin_count=None,
                               bin_width=0.5)
        row, provenance, _ = self.table(capsys, tmp_path, folder, mask, "--profile", profile)
        shipped, _, _ = self.table(capsys, tmp_path, folder, mask, "--profile", "pet")
        assert shipped["mean_suv"] == row["mean_suv"] and float(shipped["original_shape_MeshVolume"]) > 0
        assert 1 < float(row["mean_suv"]) < 20 and provenance["image"]["value_unit"] == "SUVbw"
        bad = planar.write_pet_series(tmp_path / "no weight", stored, (0.5,) * 9, PatientWeight=None)
        code, _, err = run(capsys, "extract", bad, mask, "--profile", profile, "-o", tmp_path / "f.csv")
        assert code == 2 and "no SUV" in err

    def test_pet_values_without_a_header(self, capsys, tmp_path):
        image, roi = planar.mr()
        files = phantoms.write_case(tmp_path, image, roi)
        profile = profile_file(tmp_path, "PT", force_2d=False, feature_classes=list(TEXTURE), bin_count=None,
                               bin_width=10)
        row, _, _ = self.table(capsys, tmp_path, *files, "--profile", profile, "--pet-unit", "SUVbw")
        assert "mean_suv" in row
        code, _, err = run(capsys, "extract", *files, "--profile", profile, "-o", tmp_path / "f.csv")
        assert code == 2 and "no SUV" in err
        code, _, err = run(capsys, "info", files[0], "--modality", "MR", "--pet-unit", "SUVbw")
        assert code == 2 and "for PET scans" in err

    def test_a_ct_profile_does_not_make_an_mr_a_ct(self, capsys, tmp_path):
        files = phantoms.write_case(tmp_path, *planar.mr())
        profile = ["--profile", "ct-vertebra-trabecular"]
        code, _, err = run(capsys, "extract", *files, *profile, "-o", tmp_path / "f.csv")
        assert code == 2 and "do not look like HU" in err and "--modality MR" in err
        code, _, err = run(capsys, "extract", *files, *profile, "--modality", "MR", "-o", tmp_path / "f.csv")
        assert code == 2 and "The scan is MR; the profile 'ct-vertebra-trabecular' is for CT" in err

    def test_a_ct_under_an_mr_profile_is_noticed(self, capsys, tmp_path):
        files = phantoms.write_case(tmp_path, *phantoms.trunk(spacing=(2.0, 2.0, 2.5)))
        profile = profile_file(tmp_path, "MR", force_2d=False, feature_classes=list(TEXTURE))
        code, _, err = run(capsys, "extract", *files, "--profile", profile, "-o", tmp_path / "f.csv")
        assert code == 2 and "its values look like HU" in err

    @pytest.mark.parametrize(("kind", "words"), [
        ("png", "a 3-D volume is needed"), ("dicom", "The scan is XR; this model was made for CT"),
        ("mr", "The scan is MR; this model was made for CT"), ("slice", "a 3-D volume is needed"),
        ("unstated", "do not look like HU")])
    def test_a_ct_model_is_refused_with_its_reason(self, capsys, tmp_path, kind, words):
        extra = []
        if kind in ("mr", "unstated"):
            image, mask = phantoms.write_case(tmp_path, *planar.mr())
            extra = ["--modality", "MR"] if kind == "mr" else []
        elif kind == "slice":
            trunk, _ = phantoms.trunk(spacing=(3.0, 3.0, 4.0))
            image, mask = phantoms.write_dicom_series(tmp_path / "ct", trunk, skip=range(1, 99)), "mask.nrrd"
        else:
            image = planar.write_flat(planar.radiograph(), tmp_path / "a.png") if kind == "png" else \
                planar.write_dicom_image(tmp_path / "a.dcm", planar.radiograph())
            mask = planar.write_flat(planar.bone().astype(np.uint8), tmp_path / "mask.png")
        code, _, err = run(capsys, "score", image, mask, *MODEL, *extra, "--out", tmp_path / "out")
        assert code == 2 and words in err and len(err.strip().splitlines()) == 1 and not (tmp_path / "out").exists()

    def test_info_says_what_was_read(self, capsys, tmp_path):
        path = planar.write_flat(planar.radiograph(), tmp_path / "a.png")
        code, text, _ = run(capsys, "info", path)
        assert code == 0 and "PNG picture, modality unknown: 2-D, 80 × 96 pixels of unknown size" in text
        assert "--modality" in text and "--spacing" in text
        code, text, _ = run(capsys, "info", path, "--modality", "XR", "--spacing", "0.143")
        assert "modality XR: 2-D, 80 × 96 pixels of 0.143 × 0.143 mm" in text and "Field strength" not in text
        facts = json.loads(run(capsys, "info", path, "--modality", "XR", "--json")[1])
        assert facts["reading"] == {"modality_from": "stated", "spacing_from": "missing"}
        assert facts["size_ijk"] == [80, 96, 1]

    def test_bones_are_not_proposed_in_a_picture(self, capsys, tmp_path):
        path = planar.write_flat(planar.radiograph(), tmp_path / "a.png")
        code, _, err = run(capsys, "segment", path, "--site", "vertebra", "--modality", "XR", "--auto", "-o",
                           tmp_path / "a.seg.nrrd")
        assert code == 2 and "in a volume only" in err and not (tmp_path / "a.seg.nrrd").exists()

    @pytest.mark.parametrize("text", ["x", "0", "-1", "1,2,3", "nan", ""])
    def test_a_spacing_that_is_none(self, capsys, tmp_path, text):
        path = planar.write_flat(planar.radiograph(), tmp_path / "a.png")
        code, _, err = run(capsys, "info", path, f"--spacing={text}")
        assert code == 2 and "is no pixel size" in err
