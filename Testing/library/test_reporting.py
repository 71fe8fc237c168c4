"""The reporting checklist: every item of the guideline, filled from what is known and open where it is not."""

from __future__ import annotations

import copy
import csv
import dataclasses
import json
import re

import phantoms
import pytest
from RadiomicsOrthoLib.cli import main as cli
from RadiomicsOrthoLib.features.engine import load_engine
from RadiomicsOrthoLib.features.extraction import extract_features
from RadiomicsOrthoLib.features.filters.settings import FilterSettings
from RadiomicsOrthoLib.features.profile_file import load_profile, profile_names
from RadiomicsOrthoLib.features.provenance import provenance_document
from RadiomicsOrthoLib.features.reporting.checklist import checklist, checklist_document
from RadiomicsOrthoLib.features.reporting.items import ITEMS
from RadiomicsOrthoLib.imaging.acquisition import Acquisition
from RadiomicsOrthoLib.imaging.acquisition_details import ACQUISITION_DETAILS
from RadiomicsOrthoLib.report.reporting import REPORTING_FORMATS, reporting_text
from RadiomicsOrthoLib.resources import resource_folder

#: sub-items of the guideline (IBSI reference manual, chapter 4.1); all other numbers stand alone
LETTERS = {2: "abc", 3: "abcde", 4: "abcde", 9: "abc", 18: "abc", 31: "abc", 32: "abc", 34: "ab", 35: "ab",
           48: "abcd", 50: "abcd", 56: "abc"}
#: those of file, region, profile and software that can be known of a CT whose header is complete; 31b has no attribute
OF_A_CT = {"1", "4a", "7", "8", "14", "15", "28", "29", "30", "31a", "31c", "40", "41", "42", "46", "47", "48a", "48c",
           "49", "50a", "50b", "50c", "50d", "51", "52", "53", "55", "56a", "56b", "56c", "57", "58", "59", "61", "62",
           "63", "64", "65", "66", "69", "70", "71"}


@pytest.fixture(scope="module")
def provenance():
    """Of a CT whose header states everything."""
    image, roi = phantoms.trunk(spacing=(3.0, 3.0, 3.0))
    acquisition = Acquisition(
        kvp=120.0, contrast_agent=False, kernel="B30f", manufacturer="GENERATED", scanner_model="One",
        details={"tube_current_ma": "110 to 340", "exposure_mas": 90.0, "slice_thickness_mm": 3.0}, stated=("kvp",))
    image = dataclasses.replace(image, modality="CT", acquisition=acquisition)
    roi = dataclasses.replace(roi, made_by="core, version 1")
    return provenance_document(extract_features(image, roi, load_profile("ct-vertebra-trabecular"), load_engine()))


def changed(provenance, scan=None, acquisition=None, **settings):
    """The same with another modality of the scan, acquisition or setting."""
    document = copy.deepcopy(provenance)
    document["profile"]["settings"] |= settings
    if scan:
        document["image"] |= {"modality": scan, "unit": "HU" if scan == "CT" else ""}
    if acquisition:
        document["acquisition"] = acquisition
    return document


def answers(document):
    return {item.number: item for item in checklist(document)}


def test_every_item_of_the_guideline_is_there_once_and_in_order():
    expected = [f"{n}{letter}" for n in range(1, 77) for letter in LETTERS.get(n, ("",))]
    assert [item.number for item in ITEMS] == expected
    assert all(item.section and item.topic and item.question for item in ITEMS)


def test_a_ct_with_a_complete_header(provenance):
    found = answers(provenance)
    assert {number for number, item in found.items() if item.state == "filled"} == OF_A_CT
    assert (found["14"].answer, found["14"].source) == ("120 kV", "user")
    assert (found["15"].answer, found["15"].source) == ("110 to 340 mA", "file")
    assert found["4a"].answer == "none" and found["7"].answer == "GENERATED, One"
    assert found["28"].answer == "3 × 3 mm, 40 × 40 pixels" and found["30"].answer == "3 mm"
    assert found["51"].answer == "1 × 1 × 1 mm" and found["50a"].answer == "cubic B-spline"
    assert found["55"].answer == "range -200 to 1500 HU" and found["56b"].answer == "15 HU"
    assert found["48c"].answer == "core, version 1" and "fast" in found["61"].answer
    assert found["59"].answer.startswith("no:") and found["62"].answer.startswith("3D:avg")
    # distance zones belong to IBSI only; sequences to MR
    assert found["67"].state == "not applicable" and found["20"].answer == "the scan is CT"
    assert found["31b"].answer == "not stated by the file" and found["72"].answer == "for the author"
    assert all(found[number].state == "open" and not found[number].source for number in ("31b", "72", "60"))


def test_what_nobody_states_is_open_by_name(provenance):
    nothing = {"known": {}, "unknown": [], "stated_by_user": [], "details": {}}
    document = changed(provenance, acquisition=nothing)
    document["roi"]["made_by"] = "segmentation"
    found = answers(document)
    for number in ("4a", "7", "14", "15", "29", "31a", "31c", "48a", "48c"):
        assert (found[number].state, found[number].answer) == ("open", "not stated by the file"), number
    # the grid is always known
    assert found["28"].state == found["30"].state == "filled"


def test_a_scan_without_modality_is_said_to_be_taken_for_a_ct(provenance):
    document = changed(provenance, "CT")
    document["image"]["modality"] = "unknown"
    found = answers(document)
    assert found["8"].state == "open" and found["14"].state == "filled"
    assert (found["20"].answer, found["20"].source) == ("the scan is taken for a CT", "software")


def test_an_mr_with_a_complete_header(provenance):
    details = dict.fromkeys(ACQUISITION_DETAILS, 2.0)
    document = changed(provenance, "MR", {"known": {"field_strength_t": 1.5, "sequence": "SE"}, "unknown": [],
                                          "stated_by_user": [], "details": details},
                       bin_width=None, bin_count=32, resegment_hu=None,
                       normalise={"method": "robust-z-score", "extent": "scan", "outliers": None},
                       bias_correction={"method": "n4", "iterations": 50})
    document["standardisation"] = {"normalisation": {"method": "robust-z-score", "centre": 100.0, "factor": 0.02}}
    found = answers(document)
    for number in ("17", "18a", "18b", "18c", "19", "20", "21", "22", "23", "24", "26", "27"):
        assert found[number].state == "filled", number
    assert (found["19"].answer, found["27"].answer) == ("2 ms", "1.5 T")
    assert found["45"].answer == "n4, iterations 50"
    assert found["46"].answer == "robust-z-score, extent scan; found here: centre 100, factor 0.02"
    assert found["56b"].answer == "32 bins" and found["56c"].state == "not applicable"
    assert found["14"].answer == "the scan is MR" and found["52"].state == "not applicable"


def test_a_pet(provenance):
    document = changed(provenance, "PT", {"known": {}, "unknown": [], "stated_by_user": [], "details": {
        "reconstruction_method": "OSEM 2i21s", "attenuation_correction": "CTAC", "scatter_correction": "SSS"}})
    document["image"] |= {"unit": "SUVbw", "value_unit": "SUVbw", "value_note": "by body weight"}
    found = answers(document)
    assert found["32a"].answer == "OSEM 2i21s" and found["34b"].answer == "SSS"
    assert found["38"].answer == "SUVbw; by body weight" and found["55"].answer == "range -200 to 1500 SUVbw"
    assert found["16"].answer == "not stated by the file"


def test_definitions_of_the_ibsi(provenance):
    profile = dataclasses.replace(
        load_profile("ibsi-ct-2d"), image_types=("Original", "LoG", "Wavelet"),
        filters=FilterSettings(log_sigma_mm=(1.5,), wavelet="db3", wavelet_levels=2))
    document = changed(provenance, **profile.settings())
    found = answers(document)
    assert found["50a"].answer == "bilinear, in slices" and found["50b"].answer == "centres of both grids aligned"
    assert found["51"].answer == "1 × 1 × 3 mm" and found["53"].answer == "linear"
    assert found["52"].answer.startswith("to the nearest whole HU") and "0.5" in found["54"].answer
    assert found["56c"].answer == "-200 HU, the lower end of the range"
    assert "intensity-volume histogram: fixed size 2.5 HU" in found["56a"].answer
    assert "σ 1.5 mm, cut off at 4 σ, 2D, boundary mirror" in found["57"].answer and "db3" in found["57"].answer
    assert found["59"].answer.startswith("yes:") and "2.5D:mrg" in found["62"].answer
    assert (found["66"].answer, found["68"].answer) == ("Chebyshev distance 1", "Manhattan distance")
    assert found["71"].answer == "0" and found["64"].answer == "symmetric"


def test_without_interpolation_and_with_settings_of_pyradiomics(provenance):
    found = answers(changed(provenance, resample_mm=None, force_2d=True, crop="pyradiomics-pad-5",
                            texture={"distances": [1, 2], "symmetrical_glcm": False, "gldm_a": 1,
                                     "weighting_norm": "manhattan"}))
    assert found["51"].answer == "that of the scan" and found["50a"].answer == "no interpolation"
    assert all(found[number].state == "not applicable" for number in ("41", "50b", "50c", "50d", "52", "54"))
    assert found["65"].answer == "Chebyshev distance 1, 2" and found["64"].answer == "asymmetric"
    assert (found["63"].answer, found["71"].answer) == ("manhattan", "1")
    assert found["62"].answer.startswith("2.5D:mrg") and "pyradiomics-pad-5" in found["47"].answer


@pytest.mark.parametrize("name", profile_names())
def test_every_profile_that_ships_can_be_reported(provenance, name):
    profile = load_profile(name)
    document = changed(provenance, profile.modality if profile.modality != "any" else None, **profile.settings())
    assert all(item.answer for item in checklist(document))


def test_an_image_of_one_plane_has_no_slices(provenance):
    document = changed(provenance, "XR", resample_mm=None)
    document["image"]["size_ijk"] = [400, 300, 1]
    found = answers(document)
    assert found["29"].answer == found["30"].answer == "a single image"
    document["image"]["spacing_from"] = "missing"
    assert answers(document)["28"].state == "open"


def test_without_features_there_is_nothing_to_report(provenance):
    with pytest.raises(ValueError, match="no features were extracted"):
        checklist({name: value for name, value in provenance.items() if name not in ("profile", "engine")})


class TestFiles:
    def test_json_satisfies_its_schema(self, provenance):
        jsonschema = pytest.importorskip("jsonschema")
        schema = json.loads((resource_folder() / "Schemas" / "reporting.schema.json").read_text(encoding="utf-8"))
        validator = jsonschema.Draft202012Validator(schema)
        document = json.loads(reporting_text(provenance, "json"))
        assert list(validator.iter_errors(document)) == [] and document == checklist_document(provenance)
        for change in ({"state": "done"}, {"number": "77f"}, {"answer": ""}, {"source": "guess"},
                       {"state": "open", "source": "file"}, {"state": "filled", "source": ""}):
            broken = copy.deepcopy(document)
            broken["items"][0] |= change
            assert list(validator.iter_errors(broken)), change

    def test_html_shows_every_item_and_escapes(self, provenance):
        document = copy.deepcopy(provenance)
        document["roi"]["made_by"] = "<script>alert(1)</script>"
        page = reporting_text(document, "html")
        assert [*re.findall(r'<th scope="row">([^<]+)</th>', page)] == [item.number for item in ITEMS]
        assert "<script>alert" not in page and "Research use only" in page
        assert "○ open: not stated by the file" in page

    @pytest.mark.parametrize("file_format", REPORTING_FORMATS)
    def test_the_command(self, tmp_path, capsys, file_format):
        case = phantoms.write_case(tmp_path, *phantoms.trunk(spacing=(2.0, 2.0, 2.0)))
        out = tmp_path / "out" / "features.csv"
        assert cli.main(["extract", *map(str, case), "--profile", "ibsi-ct-3d", "--kvp", "120", "-o", str(out),
                         "--reporting", file_format]) == 0
        told = capsys.readouterr().out
        written = sorted(path.name for path in out.parent.iterdir())
        assert written == ["features.csv", "features.provenance.json", f"features.reporting.{file_format}"]
        assert f"reporting items in features.reporting.{file_format}; open: 1, 2a, 2b" in told
        text = (out.parent / f"features.reporting.{file_format}").read_text(encoding="utf-8")
        if file_format == "csv":
            rows = {row["number"]: row for row in csv.DictReader(text.splitlines())}
            assert rows["14"]["answer"] == "120 kV" and len(rows) == len(ITEMS)

    def test_an_unknown_format_is_refused(self, tmp_path, capsys):
        assert cli.main(["extract", "a", "b", "--profile", "ibsi-ct-3d", "-o", "c.csv", "--reporting", "pdf"]) == 2
        assert "invalid choice: 'pdf'" in capsys.readouterr().err
