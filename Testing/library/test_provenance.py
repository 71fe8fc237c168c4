"""Provenance: what is written beside every vector, by every engine, satisfies its schema and names nobody."""

from __future__ import annotations

import copy
import dataclasses
import json
import re

import generated
import numpy as np
import phantoms
import pytest
from RadiomicsOrthoLib.cli import main as cli
from RadiomicsOrthoLib.features.engine import engine_problem, load_engine
from RadiomicsOrthoLib.features.extraction import extract_features
from RadiomicsOrthoLib.features.profile_file import load_profile, profile_names
from RadiomicsOrthoLib.features.provenance import provenance_document, provenance_json
from RadiomicsOrthoLib.imaging.acquisition import Acquisition
from RadiomicsOrthoLib.imaging.acquisition_details import ACQUISITION_DETAILS, details_of
from RadiomicsOrthoLib.imaging.readers import read_image
from RadiomicsOrthoLib.models.bundle import load_bundle
from RadiomicsOrthoLib.quality.finding import Finding
from RadiomicsOrthoLib.report.files import card_files
from RadiomicsOrthoLib.resources import resource_folder
from RadiomicsOrthoLib.scoring.score import score_case

jsonschema = pytest.importorskip("jsonschema")

PYRADIOMICS_PROBLEM = engine_problem("pyradiomics")
SCHEMA = json.loads((resource_folder() / "Schemas" / "provenance.schema.json").read_text(encoding="utf-8"))
FINDING = Finding("MODALITY_UNKNOWN", "note", "The file does not state its modality.")


def errors(data: object) -> list[str]:
    return [f"{error.json_path}: {error.message}"
            for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(data)]


@pytest.fixture(scope="module")
def case():
    image, roi = phantoms.trunk(spacing=(2.0, 2.0, 2.0))
    acquisition = Acquisition(kvp=120.0, details={"tube_current_ma": "110 to 340"})
    return dataclasses.replace(image, acquisition=acquisition), roi


def vector_of(case, profile="ct-vertebra-trabecular", engine="fast"):
    image, roi = case
    core = roi.with_mask(roi.mask & (np.indices(roi.mask.shape)[0] > 12), made_by="cut")
    return extract_features(image, core, load_profile(profile), load_engine(engine), source_roi=roi,
                            findings=[FINDING])


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(("profile", "engine"), [
    ("ct-vertebra-trabecular", "fast"), ("ibsi-ct-3d", "fast"),
    pytest.param("ct-vertebra-trabecular", "pyradiomics",
                 marks=pytest.mark.skipif(bool(PYRADIOMICS_PROBLEM), reason=PYRADIOMICS_PROBLEM or "it is there"))])
class TestEveryEngine:
    def test_it_satisfies_the_schema_and_holds_what_decides(self, case, profile, engine):
        vector = vector_of(case, profile, engine)
        document = json.loads(provenance_json(vector))
        assert errors(document) == [] and document == provenance_document(vector)
        assert document["engine"]["name"] == engine and document["engine"]["version"]
        assert {"radiomics-ortho", "numpy", "scipy", "SimpleITK", "numba", "PyWavelets"} <= set(document["software"])
        used = load_profile(profile)
        assert document["profile"] == {"id": used.id, "version": used.version, "definitions": used.definitions,
                                       "sha256": used.hash(), "settings": used.settings()}
        image, roi = case
        assert document["image"]["sha256"] == image.voxel_hash() and document["image"]["unit"] == "HU"
        assert document["source_roi"]["sha256"] == roi.voxel_hash()
        assert (document["roi"]["level"], document["source_roi"]["made_by"]) == ("L1", "generated")
        assert document["roi"]["voxels"] == vector.values["voxel_count"]
        assert document["roi"]["volume_ml"] == vector.values["volume_ml"]
        assert document["acquisition"]["known"] == {"kvp": 120.0}
        assert document["acquisition"]["details"] == {"tube_current_ma": "110 to 340"}
        assert document["findings"] == [FINDING.to_dict()]


@pytest.mark.parametrize("name", profile_names())
def test_the_settings_of_every_profile_are_whole_and_plain(name):
    """Equal settings, equal hash: what is written can be compared without the file."""
    profile = load_profile(name)
    settings = profile.settings()
    assert json.loads(json.dumps(settings, allow_nan=False)) == settings
    decides = {f.name for f in dataclasses.fields(profile)} - {"id", "version", "title", "notes", "source", "stated",
                                                               "assumed"}
    assert set(settings) == decides
    assert settings["definitions"] == profile.definitions
    if profile.normalise is not None:
        assert settings["normalise"]["method"] in ("z-score", "robust-z-score", "reference")


def test_an_open_range_is_written_as_text(tmp_path):
    profile = dataclasses.replace(load_profile("ibsi-ct-3d"), resegment_hu=(-200.0, float("inf")))
    assert profile.settings()["resegment_hu"] == [-200.0, "inf"]


@pytest.mark.parametrize("change", [
    lambda d: d.update(patient="Doe"), lambda d: d.pop("acquisition"), lambda d: d.pop("findings"),
    lambda d: d["profile"].pop("settings"), lambda d: d.pop("profile"), lambda d: d.pop("failures"),
    lambda d: d["image"].update(file="doe.nii"), lambda d: d["image"].update(date="2020-01-01"),
    lambda d: d["roi"].update(sha256="x"), lambda d: d["roi"].update(name="Doe"), lambda d: d["roi"].update(voxels=0),
    lambda d: d["software"].pop("numpy"), lambda d: d["acquisition"].pop("details"),
    lambda d: d["findings"][0].update(severity="fatal")])
def test_broken_ones_do_not_satisfy_it(case, change):
    data = copy.deepcopy(provenance_document(vector_of(case)))
    assert errors(data) == []
    change(data)
    assert errors(data)


def test_a_card_and_its_folder_have_it(case):
    image, roi = case
    scored = score_case(image, roi, load_bundle(generated.PICKHARDT))
    assert errors(dict(scored.card.provenance)) == []
    vector = vector_of(case)
    files = card_files(scored.card, features=vector, roi=scored.roi)
    assert errors(json.loads(files["features.provenance.json"])) == []


def test_the_command_writes_it_without_names_and_dates(tmp_path):
    """From a DICOM series whose headers name a patient; the identity is in no file and no output."""
    image, roi = phantoms.trunk(spacing=(2.0, 2.0, 2.0))
    folder = phantoms.write_dicom_series(tmp_path / "Doe_Jane", image)
    mask = phantoms.write(roi.mask.astype(np.uint8), roi.geometry, tmp_path / "Doe_Jane_L1.nrrd")
    out = tmp_path / "features.csv"
    assert cli.main(["extract", str(folder), str(mask), "--profile", "ct-vertebra-trabecular", "--level", "L1", "-o",
                     str(out)]) == 0
    text = out.with_suffix(".provenance.json").read_text(encoding="utf-8")
    document = json.loads(text)
    assert errors(document) == []
    assert "jane" not in text.lower() and "ID123" not in text
    assert not re.search(r"\b(19|20)\d\d-?[01]\d-?[0-3]\d\b", text)
    assert document["acquisition"]["details"] == {"slice_thickness_mm": 2.0}
    assert document["acquisition"]["known"]["kernel"] == "STANDARD"


class TestDetails:
    def test_what_varies_is_a_range(self):
        slices = [{"0018|1151": "340", "0018|0050": "1.5"}, {"0018|1151": "110 ", "0018|0050": "1.50"}]
        assert details_of(slices) == {"tube_current_ma": "110 to 340", "slice_thickness_mm": 1.5}

    def test_words_stay_words_and_nothing_is_not_zero(self):
        found = details_of([{"0018|0021": "SK\\SP", "0018|0081": "0", "0018|0080": "x", "0018|0083": "2"}])
        assert found == {"sequence_variant": "SK SP", "averages": 2.0}

    def test_only_known_details_are_kept(self):
        with pytest.raises(ValueError, match="unknown acquisition facts"):
            Acquisition(details={"patient": "Doe"})
        assert set(Acquisition(details=dict.fromkeys(ACQUISITION_DETAILS, 1.0)).to_dict()["details"]) == set(
            ACQUISITION_DETAILS)

    def test_a_series_states_them(self, tmp_path):
        image, _ = phantoms.trunk(spacing=(4.0, 4.0, 4.0))
        assert read_image(phantoms.write_dicom_series(tmp_path / "s", image)).acquisition.details == {
            "slice_thickness_mm": 4.0}
