"""One value for the patient from several levels or sides: the model's rule, what is left out, when there is none."""

import json
from dataclasses import replace

import numpy as np
import phantoms
import pytest
from RadiomicsOrthoLib.cli.main import main
from RadiomicsOrthoLib.errors import InputError, RefusedError
from RadiomicsOrthoLib.features.semantic.answers import answers_from_dict
from RadiomicsOrthoLib.imaging.calibration.calibration import Curve, DensityCalibration
from RadiomicsOrthoLib.imaging.calibration.calibration_file import calibration_json
from RadiomicsOrthoLib.models.bundle import bundle_from_dict
from RadiomicsOrthoLib.models.catalogue import load_model
from RadiomicsOrthoLib.report.files import card_files
from RadiomicsOrthoLib.resources import resource_folder
from RadiomicsOrthoLib.scoring.card_file import card_from_json
from RadiomicsOrthoLib.scoring.patient import ScoredRegion, patient_card
from RadiomicsOrthoLib.scoring.score import score_case

DENSITY = "qct-spine-vbmd-scan"
HU = "pickhardt-2013-l1-hu"
CALIBRATION = DensityCalibration("manual", "K2HPO4", Curve(0.0, 0.8), "generated", stated_error=3.0)


def model_with(rule: dict | None, base: str = HU):
    data = json.loads(json.dumps(dict(load_model(base).card)))
    data["applicability"]["levels"] = []
    data.pop("patient_rule")
    if rule:
        data["patient_rule"] = {"text": "A generated rule.", "evidence": "simulated", "source": "generated"} | rule
    return bundle_from_dict(data, "0" * 64)


@pytest.fixture(scope="module")
def scans():
    return {hu: phantoms.trunk((2.0, 2.0, 2.0), core_hu=hu) for hu in (90, 120, 150, 180)}


def region(scans, model, level, hu, answers=None, **more):
    image, roi = scans[hu]
    if more.pop("refused", None):
        return ScoredRegion(level, level, None, "The region holds metal.", **more)
    roi = replace(roi, level=level)
    calibration = CALIBRATION if model.applicability.needs_calibration else None
    return ScoredRegion(f"{level} body", level, score_case(image, roi, model, answers=answers,
                                                           calibration=calibration), **more)


def codes(card):
    return {finding.code: finding.severity for finding in card.findings}


def test_the_mean_of_l1_and_l2_is_the_density_of_the_patient(scans):
    model = load_model(DENSITY)
    regions = [region(scans, model, "L2", 150), region(scans, model, "L1", 90), region(scans, model, "L3", 180)]
    card = patient_card(model, regions)
    one, two = (found.scored.card for found in regions[:2])
    assert card.value == pytest.approx((one.value + two.value) / 2)
    assert card.value == pytest.approx(0.8 * 120, abs=1.5) and card.output_class.id == "osteopenia"
    assert card.interval == pytest.approx(tuple(np.mean([one.interval, two.interval], axis=0)))
    assert card.place == "mean of L1, L2"
    assert [entry["place"] for entry in card.patient["counted"]] == ["L1", "L2"]
    assert card.patient["left_out"][0]["reason"] == "the rule counts L1, L2"
    assert codes(card)["REGIONS_DISAGREE"] == "warn" and codes(card)["REGIONS_COUNTED"] == "note"
    assert set(card.provenance["regions"]) == {"L1", "L2"}
    assert card.calibration["error"] == 3.0


def test_its_card_is_whole(scans):
    model = load_model(DENSITY)
    card = patient_card(model, [region(scans, model, "L1", 90), region(scans, model, "L2", 90),
                                region(scans, model, "L3", 120, refused=True)])
    text = card.to_json()
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((resource_folder() / "Schemas" / "card.schema.json").read_text(encoding="utf-8"))
    assert list(jsonschema.Draft202012Validator(schema).iter_errors(json.loads(text))) == []
    assert card_from_json(text).to_json() == text
    page = card_files(card)["report.html"]
    assert "Regions of the patient" in page and "mean of L1 and L2" in page
    assert "refused: The region holds metal." in page


@pytest.mark.parametrize(("rule", "place", "hu"), [("lowest", "lowest of L1, L2, L3: L2", 90),
                                                   ("highest", "highest of L1, L2, L3: L3", 180)])
def test_the_extreme_region_gives_the_card(scans, rule, place, hu):
    model = model_with({"rule": rule, "at_least": 2})
    regions = [region(scans, model, level, value) for level, value in (("L1", 120), ("L2", 90), ("L3", 180))]
    card = patient_card(model, regions)
    assert card.place == place and card.value == pytest.approx(hu, abs=1.5)
    assert card.value in [one.scored.card.value for one in regions]


def test_a_single_region_by_preference(scans):
    model = model_with({"rule": "single", "places": ["L1", "T12", "L2"]})
    regions = [region(scans, model, "L2", 180), region(scans, model, "T12", 120)]
    card = patient_card(model, regions)
    assert card.place == "T12" and card.value == pytest.approx(120, abs=1.5)
    assert card.patient["left_out"][0]["reason"] == "the rule counts one region, T12"
    with_first = patient_card(model, [*regions, region(scans, model, "L1", 90)])
    assert with_first.place == "L1"


@pytest.mark.parametrize("change", [{"left_out": "fracture"}, {"refused": True}])
def test_what_remains_too_few_is_refused_with_the_reasons(scans, change):
    model = load_model(DENSITY)
    regions = [region(scans, model, "L1", 90), region(scans, model, "L2", 120, **change)]
    with pytest.raises(RefusedError, match="1 of at least 2 regions remain") as caught:
        patient_card(model, regions)
    reason = "left out by the reader: fracture" if "left_out" in change else "refused: The region holds metal."
    assert reason in caught.value.findings[0].sentence


def test_a_fracture_that_a_reader_graded_is_not_counted(scans):
    model = load_model(DENSITY)
    read = {grade: answers_from_dict({"schema": "radiomics-ortho-answers/1", "form": "vertebra", "answers": {
        "genant_grade": grade}}, complete=False) for grade in (0, 2)}
    regions = [region(scans, model, "L1", 90, read[0]), region(scans, model, "L2", 120, read[2])]
    with pytest.raises(RefusedError, match=r"the reader saw a fracture \(Genant grade 2\)"):
        patient_card(model, regions)
    regions[1] = region(scans, model, "L2", 120, read[0])
    assert patient_card(model, regions).value == pytest.approx(0.8 * 105, abs=1.5)


def test_a_level_that_stands_apart_is_pointed_out(scans):
    model = model_with({"rule": "mean", "outlier_difference": 40})
    regions = [region(scans, model, level, hu) for level, hu in (("L1", 90), ("L2", 90), ("L3", 120), ("L4", 180))]
    card = patient_card(model, regions)
    apart = [finding.sentence for finding in card.findings if finding.code == "REGION_STANDS_APART"]
    assert len(apart) == 1 and apart[0].startswith("L4 lies 90") and "above the median of the others" in apart[0]


def test_the_mean_goes_through_the_model_and_not_round_it(scans):
    data = json.loads(json.dumps(dict(load_model(HU).card)))
    data |= {"check_vectors": [], "patient_rule": {"rule": "mean", "text": "Mean.", "evidence": "simulated",
                                                   "source": "generated"}}
    data["estimator"] = {"link": "logit", "intercept": 8.0, "terms": [{"input": "mean_hu", "coefficient": -0.08}]}
    data["output"] = {"title": "Probability", "unit": "", "lower_is_worse": False}
    model = bundle_from_dict(data, "0" * 64)
    regions = [region(scans, model, "L1", 90), region(scans, model, "L2", 150)]
    card = patient_card(model, regions)
    mean_hu = np.mean([one.scored.card.measurements["mean_hu"] for one in regions])
    assert card.value == pytest.approx(1 / (1 + np.exp(-(8 - 0.08 * mean_hu))))
    assert card.interval is None and "No interval is known" in card.interval_reason


def test_the_worse_of_two_femurs(scans):
    data = json.loads(json.dumps(dict(load_model(HU).card)))
    data["applicability"] |= {"site": "proximal-femur", "levels": [], "compartment": "unknown"}
    data |= {"check_vectors": [], "patient_rule": {
        "rule": "lowest", "text": "The lower side counts.", "evidence": "simulated", "source": "generated",
        "places": ["left femur", "right femur"]}}
    model = bundle_from_dict(data, "0" * 64)
    regions = []
    for side, hu in (("left", 150), ("right", 120)):
        image, roi = scans[hu]
        femur = replace(roi, site="proximal-femur", level=None, side=side)
        regions.append(ScoredRegion(side, femur.place, score_case(image, femur, model)))
    card = patient_card(model, regions)
    assert card.place == "lowest of left femur, right femur: right femur"
    assert card.value == min(one.scored.card.value for one in regions)


def test_without_a_rule_there_is_no_value_for_the_patient(scans):
    model = model_with(None)
    with pytest.raises(InputError, match="no rule for several regions"):
        patient_card(model, [region(scans, model, "L1", 90)])
    ruled = model_with({"rule": "mean"})
    with pytest.raises(InputError, match="two regions of L1"):
        patient_card(ruled, [region(scans, ruled, "L1", 90), region(scans, ruled, "L1", 120)])


@pytest.mark.parametrize("rule", [{"rule": "median"}, {"rule": "mean", "at_least": 0},
                                  {"rule": "mean", "at_least": 1.5}, {"rule": "single", "at_least": 2},
                                  {"rule": "mean", "places": ["L1"], "at_least": 2},
                                  {"rule": "mean", "outlier_difference": -1}, {"rule": "mean", "text": ""}])
def test_a_rule_that_is_none_is_refused(rule):
    with pytest.raises(ValueError, match=r"patient rule|at_least"):
        model_with(rule)


class TestCommand:
    @pytest.fixture
    def files(self, tmp_path):
        """Two bodies on top of each other (90 and 130 HU), one of them under an odd name, and a calibration."""
        lower, roi = phantoms.trunk((2.0, 2.0, 2.0), core_hu=130)
        upper, _ = phantoms.trunk((2.0, 2.0, 2.0), core_hu=90)
        array = np.concatenate([lower.array, upper.array])
        geometry = replace(lower.geometry, shape=array.shape)
        empty = np.zeros_like(roi.mask)
        layers = np.stack([np.concatenate([empty, roi.mask]), np.concatenate([roi.mask, empty])]).astype(np.uint8)
        scan = phantoms.write(array, geometry, tmp_path / "ct.nrrd")
        mask = phantoms.write_seg_nrrd(tmp_path / "s.seg.nrrd", layers, geometry, [
            {"Name": "vertebra L1"}, {"Name": "L2: body/lower", "Layer": 1}])
        calibration = tmp_path / "c.json"
        calibration.write_text(calibration_json(CALIBRATION), encoding="utf-8")
        return [str(scan), str(mask), "--calibration", str(calibration), "--model", DENSITY]

    def test_a_card_for_each_and_one_for_the_patient(self, files, tmp_path, capsys):
        out = tmp_path / "case"
        assert main(["score", *files, "--segment", "L1", "--segment", "L2", "--out", str(out)]) == 0
        said = capsys.readouterr().out
        assert "mean of L1, L2" in said and "vertebra L1: " in said
        values = {path.parent.name: json.loads(path.read_text(encoding="utf-8"))["result"]["value"]
                  for path in out.rglob("card.json")}
        assert set(values) == {"case", "vertebra_L1", "L2_body_lower"}
        assert values["case"] == pytest.approx((values["vertebra_L1"] + values["L2_body_lower"]) / 2)
        assert values["vertebra_L1"] == pytest.approx(72, abs=1.5)
        assert (out / "vertebra_L1" / "report.html").is_file() and (out / "report.html").is_file()

    def test_leaving_one_out_leaves_no_value_for_the_patient(self, files, tmp_path, capsys):
        out = tmp_path / "case"
        assert main(["score", *files, "--all-segments", "--leave-out", "L2=fracture", "--out", str(out), "--json"]) == 3
        printed = capsys.readouterr()
        found = json.loads(printed.out)
        assert found["patient"] is None and "left out by the reader: fracture" in found["patient_refused"]
        assert "1 of at least 2 regions remain" in printed.err
        assert not (out / "card.json").exists() and (out / "vertebra_L1" / "card.json").is_file()

    def test_if_all_are_refused_nothing_is_written(self, files, tmp_path, capsys):
        out = tmp_path / "case"
        call = [part for part in files if part != "--calibration" and not part.endswith("c.json")]
        assert main(["score", *call, "--all-segments", "--out", str(out)]) == 2
        error = capsys.readouterr().err
        assert "None of the 2 regions can be scored" in error and error.count("\n") == 1 and not out.exists()

    @pytest.mark.parametrize(("more", "said"), [
        (["--all-segments", "--leave-out", "L2"], "Write why"),
        (["--all-segments", "--level", "L1"], "--level is that"),
        (["--segment", "L1", "--leave-out", "L1=x"], "one of several segments"),
        (["--segment", "L1", "--segment", "L1"], "is there twice"), ([], "choose one with --segment")])
    def test_what_cannot_be_meant_is_said_in_one_sentence(self, files, tmp_path, capsys, more, said):
        out = tmp_path / "case"
        assert main(["score", *files, *more, "--out", str(out)]) == 2
        error = capsys.readouterr().err
        assert said in error and error.count("\n") == 1 and not out.exists()
