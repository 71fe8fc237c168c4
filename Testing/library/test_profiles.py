"""The profiles that ship: schema, sources, documentation; and the command ``profiles``."""

import copy
import json
from dataclasses import fields, replace

import numpy as np
import phantoms
import profile_tables
import pytest
from RadiomicsOrthoLib.cli.main import main
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.features.engine import engine_problem, load_engine
from RadiomicsOrthoLib.features.extraction import extract_features
from RadiomicsOrthoLib.features.feature_names import DEPRECATED_NAMES, FEATURE_NAMES
from RadiomicsOrthoLib.features.profile import DOCUMENTATION, ExtractionProfile
from RadiomicsOrthoLib.features.profile_checks import check_profile
from RadiomicsOrthoLib.features.profile_file import (
    load_profile,
    profile_data,
    profile_from_dict,
    profile_names,
    profile_text,
    read_yaml,
)
from RadiomicsOrthoLib.features.standardisation.normalisation import ReferenceNormalisation
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.imaging.image import BoneImage
from RadiomicsOrthoLib.imaging.suv import SUV
from RadiomicsOrthoLib.regions.roi import SITES, Roi
from RadiomicsOrthoLib.yaml_text import parse_yaml
from scipy.ndimage import gaussian_filter

jsonschema = pytest.importorskip("jsonschema")
SCHEMA = json.loads(profile_tables.SCHEMA.read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
PYRADIOMICS_PROBLEM = engine_problem("pyradiomics")
needs_pyradiomics = pytest.mark.skipif(bool(PYRADIOMICS_PROBLEM), reason=PYRADIOMICS_PROBLEM or "pyradiomics is there")
WANTED = {"ct-vertebra-trabecular", "ct-vertebra-body", "ct-femur", "mr-vertebra-t1", "mr-vertebra-t2", "xray-bone-2d",
          "dxa-hip-2d", "pet", "us-2d"}
#: what must never change while the version stays: models are tied to it
HASHES = {"ct-vertebra-trabecular": "6b898d14e0ad0399dc57a2b05ca68081a7b24b2e7aa4ce7291d2aedade182fc7"}


def test_what_ships():
    assert set(profile_names()) >= WANTED
    for name in profile_names():
        assert load_profile(name).id == name
    for name, expected in HASHES.items():
        assert load_profile(name).hash() == expected


@pytest.mark.parametrize("name", profile_names())
def test_a_shipped_profile_satisfies_the_schema(name):
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert [error.message for error in VALIDATOR.iter_errors(profile_data(name))] == []


def test_the_schema_knows_every_entry():
    assert set(SCHEMA["properties"]) == {"schema", *(entry.name for entry in fields(ExtractionProfile))}


@pytest.mark.parametrize("name", [name for name in profile_names() if load_profile(name).source])
def test_a_profile_after_a_study_says_of_every_setting_whose_it_is(name):
    profile, data = load_profile(name), profile_data(name)
    assert set(profile.stated) | set(profile.assumed) == set(data) - {"schema", "id", "version", *DOCUMENTATION}
    # what is left out has a default, and a default would be a choice that nobody marked
    silent = {"definitions", "crop", "resegment_mode", "force_2d_dimension", "resegment_hu", "resample_mm", "sequence",
              "round_to_whole", "resegment_shape", "texture", "features", "bin_widths", "bin_width", "bin_count",
              "bias_correction", "normalise", "ibsi", "filters", "force_2d"}
    assert {entry.name for entry in fields(profile)} - set(data) - silent - {*DOCUMENTATION} <= {"interpolator"}
    assert profile.resample_mm is None or "interpolator" in data


BASE = profile_data("mr-vertebra-t2")


@pytest.mark.parametrize("change", [
    {"colour": "red"}, {"schema": "radiomics-ortho-profile/2"}, {"id": None}, {"modality": "PET"}, {"modality": "CT"},
    {"sequence": "FLAIR"}, {"bin_width": 5}, {"bin_count": 1}, {"bin_count": None}, {"resample_mm": [1, 1]},
    {"resample_mm": [1, 1, 30]}, {"interpolator": "cubic"}, {"image_types": []}, {"image_types": ["Laplace"]},
    {"feature_classes": ["volume"]}, {"force_2d": 1}, {"force_2d_dimension": 3}, {"crop": "tight"},
    {"resegment_hu": [1, 2, 3]}, {"resegment_mode": "loose"}, {"bias_correction": {"method": "n3"}},
    {"bias_correction": {"shrink": 4}}, {"normalise": {"method": "reference"}}, {"normalise": {"target": 3}},
    {"normalise": {"method": "robust-z-score", "extent": "bone"}}, {"texture": {"bin_width": 1}},
    {"texture": {"weighting_norm": "city"}}, {"filters": {"sigma": [1]}}, {"filters": {"log_sigma_mm": [0]}},
    {"bin_widths": {"Laplace": 3}}, {"stated": ["modality"]},
    {"feature_classes": ["firstorder", "shape2D"], "force_2d": None},
    {"filters": {"gradient_use_spacing": "no"}}, {"filters": {"wavelet_levels": True}},
    {"filters": {"wavelet_levels": 99}}, {"filters": {"wavelet_start_level": "1"}}, {"filters": {"lbp2d_radius": "2"}},
    {"filters": {"lbp2d_radius": 1e6}}, {"filters": {"lbp2d_samples": 100_000}}, {"filters": {"lbp3d_levels": 1000}},
    {"filters": {"lbp3d_subdivisions": 15}}, {"filters": {"lbp3d_radius": 1e6}}], ids=str)
def test_schema_and_loader_refuse_the_same(change):
    data = {name: value for name, value in (copy.deepcopy(BASE) | change).items() if value is not None}
    assert list(VALIDATOR.iter_errors(data))
    with pytest.raises(ValueError, match=r"\w"):
        profile_from_dict(data)


@pytest.mark.parametrize(("change", "sentence"), [
    ({"texture": {"voxel_array_shift": float("nan")}}, "voxel_array_shift is a finite number"),
    ({"texture": {"voxel_array_shift": float("inf")}}, "voxel_array_shift is a finite number"),
    ({"normalise": {"method": "reference"}}, "normalise lacks tissue$"),
    ({"normalise": {"method": "z-score", "scale": "a"}}, "scale is a number above 0"),
    ({"filters": {"wavelet_levels": "a"}}, "wavelet_levels is a whole number from 1 to 9, not 'a'"),
    ({"texture": {"weighting_norm": "city"}}, "no_weighting, manhattan, euclidean, infinity or null, not 'city'")])
def test_what_is_wrong_is_said_in_the_words_of_the_file(change, sentence):
    with pytest.raises(ValueError, match=sentence):
        profile_from_dict(copy.deepcopy(BASE) | change)


@pytest.mark.parametrize(("text", "sentence"), [
    ("bin_width: 2024-02-31", "day is out of range"), ("bin_width: " + 2000 * "[", "nested too deeply")])
def test_values_that_yaml_itself_cannot_make(tmp_path, text, sentence):
    with pytest.raises(InputError, match=sentence):
        read_yaml(written(tmp_path / "mine.yaml", text), "profile")


def test_an_entry_that_is_there_twice_is_refused(tmp_path):
    mine = tmp_path / "mine.yaml"
    mine.write_text(profile_text(BASE) + "bin_count: 64\n", encoding="utf-8")
    with pytest.raises(InputError, match="'bin_count' is there twice"):
        load_profile(str(mine))
    with pytest.raises(InputError, match="'binWidth' is there twice"):
        read_yaml(written(tmp_path / "Params.yaml", "setting: {binWidth: 25, label: 1, binWidth: 5}"), "parameter file")
    # an entry that is merged in may be replaced
    assert parse_yaml("a: &shared {x: 1, y: 2}\nb: {<<: *shared, x: 3}")["b"] == {"x": 3, "y": 2}


def written(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_the_page_has_the_tables_of_today():
    page = profile_tables.PAGE.read_text(encoding="utf-8")
    assert page == profile_tables.page_with_tables(page), "run python Testing/library/profile_tables.py"
    for study in ["Haudenschild", "Jiang", "Xue", "Wang", "Vara", "Hong", "Mohammadi", "Yang", "Duan", "Zheng", "Cai",
                  "Gao"]:
        assert study in page


def test_what_is_written_reads_back():
    for name in profile_names():
        import yaml

        text = profile_text(profile_data(name), ["A line", "of comment"])
        assert text.startswith("# A line\n# of comment\nschema: ")
        assert profile_from_dict(yaml.safe_load(text)) == load_profile(name)


# --- each one extracts ---------------------------------------------------------------------------


def scan_for(profile: ExtractionProfile) -> tuple[BoneImage, Roi]:
    """Smooth noise with a brighter bone in it, flat where the profile is for a picture.

    No new voxel lies half-way between two old ones: there the last bit would decide how whole numbers are rounded.
    """
    picture = profile.modality in ("XR", "DXA", "US")
    shape, spacing = ((1, 90, 80), (0.31, 0.31, 1.0)) if picture else ((24, 56, 52), (0.87, 1.13, 1.7))
    generator = np.random.default_rng(11)
    values = 400 + 90 * gaussian_filter(generator.normal(0, 3, shape), (0 if picture else 1, 1.5, 1.5))
    mask = np.zeros(shape, bool)
    mask[(slice(None) if picture else slice(6, 18)), 15:45, 12:40] = True
    values[mask] += 60
    if profile.modality == "PT":
        values = values / 100
    modality = "unknown" if profile.modality == "any" else profile.modality
    site = profile.site if profile.site in SITES else "unknown"
    geometry = Geometry(shape, spacing, (0.0, 0.0, 0.0))
    values = values.astype(np.float32) if profile.modality in ("MR", "PT") else values.round().astype(np.int16)
    image = BoneImage(values, geometry, modality=modality)
    if profile.modality == "PT":
        image = replace(image, reading=replace(image.reading, value_unit=SUV))
    return image, Roi(mask, geometry, site=site)


@pytest.mark.parametrize("name", [name for name in profile_names() if not name.startswith("ibsi")])
def test_every_profile_extracts_with_either_engine(name):
    profile = load_profile(name)
    image, roi = scan_for(profile)
    assert not [finding for finding in check_profile(profile, image, roi) if finding.severity == "refuse"]
    reference = Roi(~roi.mask, roi.geometry) if isinstance(profile.normalise, ReferenceNormalisation) else None
    fast = extract_features(image, roi, profile, load_engine(), reference=reference)
    expected = [feature for one in profile.feature_classes for feature in FEATURE_NAMES[one]]
    found = [feature.split("_", 1)[1] for feature in (*fast.values, *fast.failures) if feature.startswith("original_")]
    assert found == [f"{one}_{feature}" for one in profile.feature_classes for feature in FEATURE_NAMES[one]]
    assert not fast.failures and len(expected) == len(found)
    if PYRADIOMICS_PROBLEM:
        return
    oracle = extract_features(image, roi, profile, load_engine("pyradiomics"), reference=reference)
    assert list(fast.values) == list(oracle.values)
    for feature, value in oracle.values.items():
        assert fast.values[feature] == pytest.approx(value, rel=1e-6, abs=1e-9), feature


@needs_pyradiomics
def test_feature_names_are_pyradiomics_own():
    from radiomics import getFeatureClasses

    for name, kind in getFeatureClasses().items():
        theirs = kind.getFeatureNames()
        assert sorted(FEATURE_NAMES[name]) == sorted(one for one, deprecated in theirs.items() if not deprecated)
        assert sorted(DEPRECATED_NAMES.get(name, ())) == sorted(one for one, old in theirs.items() if old)


# --- where a profile does not fit ----------------------------------------------------------------


def codes(profile, image, roi):
    return {finding.code: finding.severity for finding in check_profile(profile, image, roi)}


def test_another_part_of_the_bone_is_said():
    image, roi = scan_for(load_profile("mr-vertebra-t2"))
    assert codes(load_profile("mr-vertebra-t2"), image, roi) == {}
    trabecular = replace(roi, compartment="trabecular")
    assert codes(load_profile("mr-vertebra-t2"), image, trabecular)["COMPARTMENT_NOT_COVERED"] == "warn"
    body = replace(roi, compartment="whole-body")
    assert codes(load_profile("ct-vertebra-trabecular"), replace(image, modality="CT"), body) == {}
    assert codes(load_profile("ct-vertebra-body"), image, roi) == {"MODALITY_NOT_COVERED": "refuse"}


def test_planes_across_the_slices_are_warned_of():
    geometry = Geometry((24, 56, 52), (4.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    image, roi = scan_for(load_profile("mr-vertebra-t2"))
    image, roi = replace(image, geometry=geometry), replace(roi, geometry=geometry)
    found = [finding for finding in check_profile(load_profile("mr-vertebra-t2"), image, roi)
             if finding.code == "PLANES_ACROSS_SLICES"]
    assert len(found) == 1 and "set force_2d_dimension to 2" in found[0].remedy
    turned = replace(load_profile("mr-vertebra-t2"), force_2d_dimension=2)
    assert "PLANES_ACROSS_SLICES" not in codes(turned, image, roi)


# --- the command ---------------------------------------------------------------------------------


def test_a_margin_in_mm_needs_the_size_of_a_pixel():
    profile = replace(load_profile("xray-bone-2d"), resample_mm=None, feature_classes=("glcm",))
    image, roi = scan_for(profile)
    image = replace(image, reading=replace(image.reading, spacing_from="missing"))
    assert codes(profile, image, roi) == {"PIXEL_SIZE_NEEDED": "refuse"}
    assert codes(replace(profile, normalise=None), image, roi) == {}


def run(capsys, *arguments):
    code = main([str(part) for part in arguments])
    found = capsys.readouterr()
    return code, found.out, found.err


def test_list_and_show(capsys):
    code, text, _ = run(capsys, "profiles", "list")
    assert code == 0 and [line.split()[0] for line in text.splitlines()] == list(profile_names())
    code, text, _ = run(capsys, "profiles", "show", "cai-2023")
    assert code == 0 and "sequence: T2w  [stated]" in text and "bin_count: 32  [assumed]" in text
    assert load_profile("cai-2023").hash() in text
    code, text, _ = run(capsys, "profiles", "show", "pet", "--json")
    shown = json.loads(text)
    assert code == 0 and shown["resegment_hu"] == [0] and shown["sha256"] == load_profile("pet").hash()
    code, _, err = run(capsys, "profiles", "show", "pets")
    assert code == 2 and err.startswith("There is no profile 'pets'; at hand: ")


def test_check(capsys, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(profile_text(profile_data("ct-femur") | {"id": "mine", "bin_width": 20}), encoding="utf-8")
    code, text, _ = run(capsys, "profiles", "check", path)
    assert code == 0 and "can be used: mine 1.0.0" in text
    path.write_text(path.read_text(encoding="utf-8").replace("bin_width: 20", "bin_width: wide"), encoding="utf-8")
    code, _, err = run(capsys, "profiles", "check", path)
    assert code == 2 and err.strip().endswith("is refused: bin_width is a number, not 'wide'.")
    code, _, err = run(capsys, "profiles", "check", "ct-femur")
    assert code == 2 and "is no YAML file" in err


def test_extract_with_a_reference_region(capsys, tmp_path):
    image, roi = scan_for(load_profile("mr-vertebra-t2"))
    scan, mask = phantoms.write_case(tmp_path, image, roi)
    tube = np.zeros(image.array.shape, np.uint8)
    tube[:, 50:54, 20:30] = 3
    tube[:, 2:6, 20:30] = 4
    reference = phantoms.write(tube, image.geometry, tmp_path / "tube.nrrd")
    data = {name: value for name, value in BASE.items() if name != "bias_correction"}
    own = tmp_path / "mine.yaml"
    own.write_text(profile_text(data | {"normalise": {"method": "reference", "tissue": "the tube"}}), encoding="utf-8")
    command = ["extract", scan, mask, "--profile", own, "--level", "L1", "-o", tmp_path / "f.csv"]
    code, _, err = run(capsys, *command)
    assert code == 2 and "none is given; draw the tube (command line: --reference-roi, --reference-segment)" in err
    code, _, err = run(capsys, *command, "--reference-roi", reference)
    assert code == 2 and "holds 2 segments" in err and not (tmp_path / "f.csv").exists()
    code, _, err = run(capsys, *command, "--reference-roi", reference, "--reference-segment", "3")
    assert code == 0, err
    provenance = json.loads((tmp_path / "f.provenance.json").read_text(encoding="utf-8"))
    assert provenance["standardisation"]["reference_roi"]["voxels"] == int((tube == 3).sum())
    command[4] = "mr-vertebra-t2"
    code, _, err = run(capsys, *command, "--reference-roi", reference, "--reference-segment", "3")
    assert code == 2 and "uses no reference region" in err
