"""Every way in which a model does not fit a case: refused or warned about with the reason, never a bare number."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import phantoms
import pytest
from RadiomicsOrthoLib.cli.main import main
from RadiomicsOrthoLib.errors import InputError, RefusedError
from RadiomicsOrthoLib.features.engine import load_engine
from RadiomicsOrthoLib.features.extraction import extract_features
from RadiomicsOrthoLib.features.profile_file import load_profile
from RadiomicsOrthoLib.features.vector_file import read_vector
from RadiomicsOrthoLib.imaging.image import BoneImage
from RadiomicsOrthoLib.models.bundle import bundle_from_dict
from RadiomicsOrthoLib.models.catalogue import load_model
from RadiomicsOrthoLib.quality.finding import Finding
from RadiomicsOrthoLib.report.files import features_files, write_folder
from RadiomicsOrthoLib.resources import resource_folder
from RadiomicsOrthoLib.scoring.score import score_case
from RadiomicsOrthoLib.scoring.vector_score import score_vector

PROFILE = "ct-vertebra-trabecular"
MEAN = "original_firstorder_Mean"


def model_dict(**applicability):
    """A generated logistic model of one radiomics feature and the age."""
    data = json.loads(json.dumps(dict(load_model("pickhardt-2013-l1-hu").card)))
    data.pop("patient_rule")
    data |= {"id": "generated-features", "trust": "simulated", "check_vectors": []}
    data["inputs"] = [{"name": "mean", "title": "Mean", "unit": "HU", "source": "feature", "key": MEAN,
                       "valid_range": [-100, 600], "training_range": [50, 200]},
                      {"name": "age", "title": "Age", "unit": "years", "source": "clinical", "valid_range": [18, 110]}]
    data["estimator"] = {"link": "logit", "intercept": 1.0, "terms": [{"input": "mean", "coefficient": -0.02},
                                                                     {"input": "age", "coefficient": 0.01}]}
    data["output"] = {"title": "Risk", "unit": "", "lower_is_worse": False}
    data["applicability"] = {"modality": "CT", "site": "vertebra", "levels": ["L1"], "compartment": "trabecular",
                             "profile": PROFILE} | applicability
    return data


def model(**applicability):
    return bundle_from_dict(model_dict(**applicability), "0" * 64)


@pytest.fixture(scope="module")
def case():
    image, roi = phantoms.trunk((1.5, 1.5, 1.5))
    return replace(image, modality="CT"), roi


@pytest.fixture(scope="module")
def vector(case):
    image, roi = case
    core = replace(roi, compartment="trabecular")
    return extract_features(image, core, load_profile(PROFILE), load_engine())


def codes(card):
    return {finding.code: finding.severity for finding in card.findings}


def changed(vector, part, **entries):
    return replace(vector, provenance={**vector.provenance, part: {**vector.provenance[part], **entries}})


class TestPreparedFeatures:
    def test_the_features_of_a_scan_give_the_same_number_as_the_scan(self, case, vector):
        image, roi = case
        whole = score_case(image, replace(roi, compartment="trabecular"), model(), {"age": 70}).card
        card = score_vector(model(), vector, {"age": 70})
        assert card.value == whole.value and card.place == "L1"
        assert card.provenance["image"]["sha256"] == image.voxel_hash()

    @pytest.mark.parametrize(("part", "entries", "said"), [
        ("profile", {"id": "hong-2021"}, "profile 'hong-2021'; this model was made with 'ct-vertebra-trabecular'"),
        ("profile", {"sha256": "0" * 64}, "other settings than those of the profile"),
        ("image", {"modality": "MR"}, "The scan is MR; this model was made for CT"),
        ("image", {"size_ijk": [80, 80, 1]}, "The scan is a 2-D image"),
        ("image", {"unit": "mg/cm³"}, "this model was not made for densities"),
        ("roi", {"site": "proximal-femur"}, "The region is a proximal-femur"),
        ("roi", {"compartment": "whole-body"}, "compartment 'whole-body'; this model was made for 'trabecular'"),
    ])
    def test_features_of_something_else_are_refused(self, vector, part, entries, said):
        with pytest.raises(RefusedError, match=said):
            score_vector(model(), changed(vector, part, **entries), {"age": 70})

    def test_tube_voltage_contrast_and_level_are_read_from_the_provenance(self, vector):
        fit = model(kvp=[120], contrast_enhanced="refuse")
        assert codes(score_vector(fit, vector, {"age": 70}))["KVP_UNKNOWN"] == "warn"
        at = changed(vector, "acquisition", known={"kvp": 100.0})
        with pytest.raises(RefusedError, match="made at 100 kV"):
            score_vector(fit, at, {"age": 70})
        enhanced = replace(vector, provenance={**vector.provenance, "findings": [
            Finding("CONTRAST_STATED", "warn", "Contrast agent was given.").to_dict()]})
        with pytest.raises(RefusedError, match="made for native scans"):
            score_vector(fit, enhanced, {"age": 70})
        other = changed(vector, "roi", level="L4")
        assert codes(score_vector(fit, other, {"age": 70}))["LEVEL_NOT_COVERED"] == "warn"

    def test_a_missing_or_undefined_feature_is_named(self, vector):
        values = {name: value for name, value in vector.values.items() if name != MEAN}
        with pytest.raises(InputError, match=r"original_firstorder_Mean', which has no value \(not extracted\)"):
            score_vector(model(), replace(vector, values=values), {"age": 70})
        with pytest.raises(InputError, match=r"no value \(too small\)"):
            score_vector(model(), replace(vector, values=values, failures={MEAN: "too small"}), {"age": 70})
        with pytest.raises(InputError, match="needs Age"):
            score_vector(model(), vector)

    def test_values_outside_the_ranges(self, vector):
        far = replace(vector, values={**vector.values, MEAN: 250.0})
        assert codes(score_vector(model(), far, {"age": 70}))["INPUT_OUTSIDE_TRAINING"] == "warn"
        absurd = replace(vector, values={**vector.values, MEAN: 2500.0})
        with pytest.raises(RefusedError, match="Mean of 2500 HU is not plausible"):
            score_vector(model(), absurd, {"age": 70})

    def test_models_of_measurements_and_of_entered_values_want_something_else(self, vector):
        with pytest.raises(InputError, match="measures mean_hu on the scan"):
            score_vector(load_model("pickhardt-2013-l1-hu"), vector)
        with pytest.raises(InputError, match="uses no features"):
            score_vector(load_model("osta"), vector)

    def test_the_files_of_extract_read_back(self, case, vector, tmp_path):
        write_folder(tmp_path, features_files(vector, case[1]))
        found = read_vector(tmp_path / "features.csv")
        assert dict(found.values) == dict(vector.values) and found.profile_id == PROFILE
        assert score_vector(model(), found, {"age": 70}).value == score_vector(model(), vector, {"age": 70}).value

    @pytest.mark.parametrize(("name", "change", "said"), [
        ("features.provenance.json", lambda text: None, "Cannot read"),
        ("features.provenance.json", lambda text: "{", "no JSON file"),
        ("features.provenance.json", lambda text: "{}", "no provenance of one region"),
        ("features.csv", lambda text: text + text.splitlines()[1] + "\n", "holds 2 regions"),
        ("features.csv", lambda text: text.replace(PROFILE, "hong-2021"), "do not belong together"),
        ("features.csv", lambda text: text.replace("site,", "place,"), "no table of features"),
        ("features.csv", lambda text: "", "holds 0 regions")])
    def test_other_files_are_refused_in_one_sentence(self, case, vector, tmp_path, name, change, said):
        write_folder(tmp_path, features_files(vector, case[1]))
        path = tmp_path / name
        text = change(path.read_text(encoding="utf-8"))
        path.unlink()
        if text is not None:
            path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=said) as caught:
            read_vector(tmp_path / "features.csv")
        assert "\n" not in str(caught.value)

    def test_from_the_command_line(self, case, vector, tmp_path, monkeypatch, capsys):
        data = model_dict()
        data["check_vectors"] = [{"inputs": {"mean": 100, "age": 100}, "output": 0.5}]
        (tmp_path / "models" / data["id"]).mkdir(parents=True)
        (tmp_path / "models" / data["id"] / "model.json").write_text(json.dumps(data), encoding="utf-8")
        monkeypatch.setenv("RADIOMICS_ORTHO_MODELS", str(tmp_path / "models"))
        write_folder(tmp_path, features_files(vector, case[1]))
        call = ["score", "--features", str(tmp_path / "features.csv"), "--model", data["id"], "--clinical", "age=70"]
        assert main([*call, "--out", str(tmp_path / "out")]) == 0
        card = json.loads((tmp_path / "out" / "card.json").read_text(encoding="utf-8"))
        assert card["result"]["value"] == score_vector(model(), vector, {"age": 70}).value
        capsys.readouterr()
        assert main([*call, "--segment", "L1"]) == 2
        assert "--features takes the place of the scan" in capsys.readouterr().err

    def test_it_needs_neither_numba_nor_a_training_library(self):
        code = ("import sys; import RadiomicsOrthoLib.scoring.vector_score, RadiomicsOrthoLib.features.vector_file; "
                "print(sorted({'numba', 'sklearn', 'SimpleITK', 'radiomics', 'torch'} & set(sys.modules)))")
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                              env={**__import__("os").environ,
                                   "PYTHONPATH": str(Path(resource_folder()).parent)})
        assert done.stdout.strip() == "[]"


class TestOnTheScan:
    def test_a_2d_image_is_no_volume(self, case):
        image, roi = case
        middle = image.geometry.shape[0] // 2
        geometry = replace(image.geometry, shape=(1, *image.geometry.shape[1:]))
        flat = BoneImage(image.array[middle:middle + 1], geometry, "CT")
        with pytest.raises(RefusedError, match="The scan is a 2-D image"):
            score_case(flat, replace(roi, mask=roi.mask[middle:middle + 1], geometry=geometry), model(), {"age": 70})

    def test_another_compartment_is_refused(self, case):
        image, roi = case
        with pytest.raises(InputError, match="needs the compartment 'trabecular'; the region is 'cortical'"):
            score_case(image, replace(roi, compartment="cortical"), load_model("pickhardt-2013-l1-hu"))

    def test_a_profile_that_is_not_there_is_refused(self, case):
        image, roi = case
        with pytest.raises(InputError, match="no-such-profile"):
            score_case(image, roi, model(profile="no-such-profile"), {"age": 70})

    def test_contrast_is_pointed_out_where_the_model_covers_it(self, case):
        image, roi = case
        enhanced = replace(image, acquisition=image.acquisition.with_stated(contrast_agent=True))
        card = score_case(enhanced, roi, load_model("pickhardt-2013-l1-hu")).card
        assert codes(card)["CONTRAST_STATED"] == "warn"
