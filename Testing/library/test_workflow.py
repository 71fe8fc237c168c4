"""From a scan to its cards: what is computed, what is not computed again, and what is said where nothing can be."""

import json
from dataclasses import replace

import generated
import numpy as np
import pytest
from femur_phantom import hip
from generated_proposal import brick, brick_proposal, brick_scan
from RadiomicsOrthoLib.errors import InputError, RefusedError
from RadiomicsOrthoLib.imaging.calibration.calibration import Curve, DensityCalibration
from RadiomicsOrthoLib.imaging.calibration.calibration_file import calibration_json
from RadiomicsOrthoLib.imaging.image import BoneImage
from RadiomicsOrthoLib.long_work import CancelledError
from RadiomicsOrthoLib.models.catalogue import load_model
from RadiomicsOrthoLib.regions.proposal import Proposal
from RadiomicsOrthoLib.regions.proposal_files import packed
from RadiomicsOrthoLib.workflow.chain import STAGES, find_regions, score_scan
from RadiomicsOrthoLib.workflow.memory import Memory
from RadiomicsOrthoLib.workflow.model_choice import fitting_values
from RadiomicsOrthoLib.workflow.request import ANY, ScanRequest
from RadiomicsOrthoLib.workflow.scan_process import ScanProcess
from RadiomicsOrthoLib.workflow.scan_result import ScanResult
from spine_phantom import spine_phantom

L1, L1_REFERENCE, L3 = ("pickhardt-2013-l1-hu", "reference-hu-l1-hendrickson-2018", "reference-hu-l3-hendrickson-2018")
MODELS = tuple(map(load_model, (L1, L1_REFERENCE, L3)))


@pytest.fixture(scope="module")
def scan():
    """Five bodies on a sacrum, in 2 mm voxels; the uppermost one is cut off."""
    return spine_phantom(count=5, spacing=(2.0, 2.0, 2.0), sacrum=True, noise=8.0).image


@pytest.fixture(scope="module")
def memory_of_all(scan):
    """What one call for everything leaves."""
    memory = Memory()
    score_scan(scan, ScanRequest(), memory, models=MODELS)
    return memory


@pytest.fixture(scope="module")
def regions(scan, memory_of_all):
    return find_regions(scan, ScanRequest(), memory_of_all)


def with_age():
    """A model that measures at L1 and asks for an age besides."""
    data = generated.logistic_dict()
    data |= {"id": "hu-and-age", "trust": "published"}
    data["inputs"] = [{"name": "mean_hu", "title": "Mean attenuation", "unit": "HU", "source": "measurement",
                       "key": "mean_hu"},
                      {"name": "age", "title": "Age", "unit": "years", "source": "clinical", "valid_range": [40, 100]}]
    data["estimator"] = {"link": "logit", "intercept": -1.0, "terms": [
        {"input": "mean_hu", "kind": "linear", "coefficient": -0.01},
        {"input": "age", "kind": "linear", "coefficient": 0.03}]}
    data["applicability"] = {"modality": "CT", "site": "vertebra", "levels": ["L1"], "compartment": "trabecular"}
    data["output"] = {**data["output"], "classes": [], "thresholds": []}
    return generated.bundle(data)


def cards(result):
    return {(entry.card.model.id, entry.card.place): entry.card for entry in result.cards}


def test_one_call_gives_regions_measurements_and_the_cards_of_the_models_that_apply(scan, memory_of_all):
    assert set(memory_of_all.runs) == set(STAGES)
    result = score_scan(scan, ScanRequest(), memory_of_all, models=MODELS)
    assert {region.level_from for region in result.regions} == {"suggested"}
    complete = [region for region in result.regions if region.complete]
    # the marrow of the phantom has 140 HU
    assert all(abs(region.measurements["mean_hu"] - 140) < 15 for region in complete)
    found = cards(result)
    assert set(found) == {(L1, "L1"), (L1_REFERENCE, "L1"), (L3, "L3")}
    assert found[L1, "L1"].value == pytest.approx(
        next(region.measurements["mean_hu"] for region in complete if region.place == "L1"))
    suggested = [finding for finding in found[L1, "L1"].findings if finding.code == "LEVEL_SUGGESTED"]
    assert suggested[0].severity == "warn" and "L1" in suggested[0].sentence


def test_nothing_is_computed_twice(scan, regions):
    memory = Memory()
    first = score_scan(scan, ScanRequest(), memory, regions, MODELS)
    again = Memory(json.loads(json.dumps(memory.kept())))
    assert score_scan(scan, ScanRequest(), again, regions, MODELS) == first
    assert not again.runs and set(again.reused) == set(memory.runs)


def test_an_edited_region_alone_is_measured_and_scored_again(scan, regions):
    memory = Memory()
    first = score_scan(scan, ScanRequest(), memory, regions, MODELS)
    edited = []
    for region in regions.regions:
        roi = region.roi
        if region.body == 2:
            mask = roi.mask.copy()
            mask[roi.box.slices[0].start] = False
            roi = replace(roi.with_mask(mask), made_by=f"{roi.made_by}, edited")
        edited.append(replace(region, roi=roi))
    memory = Memory(memory.kept())
    second = score_scan(scan, ScanRequest(), memory, Proposal(tuple(edited), regions.summary), MODELS)
    changed = [region.place for region, before in zip(second.regions, first.regions, strict=True) if region != before]
    assert changed == ["L1"]
    assert dict(memory.runs) == {"measurement": 1, "card": 2}
    assert cards(second)[L3, "L3"] == cards(first)[L3, "L3"]
    assert "edited" in json.dumps(cards(second)[L1, "L1"].to_dict()["provenance"])


def test_a_clinical_value_computes_the_cards_that_ask_for_it(scan, regions):
    model = with_age()
    memory = Memory()
    first = score_scan(scan, ScanRequest(), memory, regions, (*MODELS, model))
    assert [(offer.model, offer.needs) for offer in first.offers] == [("hu-and-age", (("age", "Age", "years"),))]
    risks = []
    for age in ("60", "80"):
        memory = Memory(memory.kept())
        result = score_scan(scan, ScanRequest(clinical={"age": age}), memory, regions, (*MODELS, model))
        assert dict(memory.runs) == {"card": 1} and not result.offers
        risks.append(cards(result)["hu-and-age", "L1"].value)
    assert risks[0] < risks[1]
    assert cards(result)[L1, "L1"] == cards(first)[L1, "L1"]


def test_a_level_that_is_named_changes_cards_and_no_measurement(scan, regions):
    memory = Memory()
    first = score_scan(scan, ScanRequest(), memory, regions, MODELS)
    memory = Memory(memory.kept())
    named = score_scan(scan, ScanRequest(level="L5"), memory, regions, MODELS)
    assert set(memory.runs) == {"card"}
    assert {region.level_from for region in named.regions} == {"named"}
    assert [region.measurements for region in named.regions] == [region.measurements for region in first.regions]
    assert "LEVEL_SUGGESTED" not in {finding.code for finding in cards(named)[L1, "L1"].findings}
    # the spine is called one level higher
    higher = score_scan(scan, ScanRequest(level="L4"), Memory(), regions, MODELS)
    assert cards(higher)[L1, "L1"].value == pytest.approx(
        next(region.measurements["mean_hu"] for region in first.regions if region.place == "L2"))


def test_the_level_at_a_point_is_that_of_the_body_there(scan, regions):
    body = regions.regions[2].roi
    inside = scan.geometry.to_ras(np.argwhere(body.mask)[body.voxel_count // 2][None])[0]
    result = score_scan(scan, ScanRequest(level="T12", seed=tuple(map(float, inside))), Memory(), regions, MODELS)
    assert [region.place for region in result.regions][2] == "T12"


def test_without_a_level_everything_is_measured_and_the_models_say_what_they_miss():
    image, proposal = brick_scan(), brick_proposal(suggested=None)
    result = score_scan(image, ScanRequest(), Memory(), proposal, MODELS)
    assert not result.cards and result.level_from == "unknown"
    assert {(entry.model, entry.remedy) for entry in result.not_applied} == {
        (model.id, "Name the level of one body; the others follow.") for model in MODELS}
    assert not next(region for region in result.regions if not region.complete).measurements


def test_a_level_that_the_scan_cuts_off_is_said():
    result = score_scan(brick_scan(), ScanRequest(level="L5"), Memory(), brick_proposal(suggested=None), MODELS)
    reasons = {entry.model: entry.reason for entry in result.not_applied}
    assert "cuts off" in reasons[L1]


def test_a_body_with_the_heights_of_a_fracture_is_pointed_out(scan, regions):
    bodies = [{**entry, "genant": {"suggested_grade": 2}} if entry["number"] == 2 else entry
              for entry in regions.summary["bodies"]]
    fractured = Proposal(regions.regions, {**regions.summary, "bodies": bodies})
    found = cards(score_scan(scan, ScanRequest(), Memory(), fractured, MODELS))
    assert "FRACTURE_SUGGESTED" in {finding.code for finding in found[L1, "L1"].findings}
    assert "FRACTURE_SUGGESTED" not in {finding.code for finding in found[L3, "L3"].findings}


def test_models_without_a_scan_are_applied_only_when_they_are_wanted(scan, regions):
    models = (*MODELS, load_model("ost"), load_model("orai"))
    asked = ScanRequest(clinical={"age": "70", "weight": "60"}, models=("ost", "orai"))
    result = score_scan(scan, asked, Memory(), regions, models)
    assert ("ost", "Entered values, no scan") in cards(result)
    assert [offer.model for offer in result.offers] == ["orai"]
    with pytest.raises(InputError, match="None of the models asks for 'age'"):
        score_scan(scan, replace(asked, models=()), Memory(), regions, models)


def test_a_simulated_model_is_applied_only_when_it_is_wanted(scan, regions):
    simulated = replace(load_model(L3), trust="simulated", sha256="1" * 64)
    assert not score_scan(scan, ScanRequest(), Memory(), regions, (simulated,)).cards
    assert score_scan(scan, ScanRequest(models=(L3,)), Memory(), regions, (simulated,)).cards


def test_a_name_that_means_two_things_must_say_which(scan, regions):
    models = (load_model("orai"), load_model("score-lydick-1998"))
    wanted = ScanRequest(clinical={"oestrogen": "no"}, models=tuple(model.id for model in models))
    with pytest.raises(InputError, match="mean different things by 'oestrogen'"):
        score_scan(scan, wanted, Memory(), regions, models)
    own = replace(wanted, clinical={"orai:oestrogen": "no", "orai:age": "70", "orai:weight": "60"})
    result = score_scan(scan, own, Memory(), regions, models)
    assert [card.model.id for card in cards(result).values()] == ["orai"]
    with pytest.raises(InputError, match="does not ask for 'height'"):
        score_scan(scan, replace(own, clinical={"orai:height": "1"}), Memory(), regions, models)


def test_of_what_was_entered_only_what_is_asked_for_is_taken():
    models = (*MODELS, load_model("orai"), load_model("score-lydick-1998"))
    entered = {"age": "70", "oestrogen": "no", "height": "170", "weight": ""}
    assert fitting_values(models, (), entered, L1) == {}
    assert fitting_values(models, ("orai",), entered, "orai") == {"age": "70", "oestrogen": "no"}
    both = fitting_values(models, ("orai", "score-lydick-1998"), entered, "orai")
    assert both == {"age": "70", "orai:oestrogen": "no"}
    assert fitting_values(models, ("orai", "score-lydick-1998"), entered, L1) == {"age": "70"}


def test_models_of_densities_are_applied_where_a_calibration_is_given(scan, regions):
    density = load_model("qct-spine-vbmd-scan")
    line = DensityCalibration("manual", "K2HPO4", Curve(5.0, 0.8, 0.0), "a made-up phantom")
    plain = score_scan(scan, ScanRequest(), Memory(), regions, (*MODELS, density))
    assert "not calibrated" in next(entry.reason for entry in plain.not_applied if entry.model == density.id)
    memory = Memory()
    asked = ScanRequest(calibration=calibration_json(line))
    result = score_scan(scan, asked, memory, regions, (*MODELS, density))
    found = {entry.card.model.id: entry for entry in result.cards}
    # marrow of 140 HU; the mean of the vertebrae that the rule of the model counts
    assert abs(found[density.id].card.value - (5.0 + 0.8 * 140)) < 12
    assert found[density.id].card.patient["counted"] and found[L1].card.value > 130
    assert [entry.card.model.id for entry in result.cards].count(density.id) == 1


def test_another_tube_voltage_keeps_the_measurements_and_refuses_the_model(scan, regions):
    image = replace(scan, acquisition=scan.acquisition.with_stated(kvp=100.0))
    result = score_scan(image, ScanRequest(), Memory(), regions, MODELS)
    assert not result.cards and "100 kV" in result.not_applied[0].reason
    assert any(region.measurements for region in result.regions)


def test_metal_in_one_body_refuses_that_one_alone(scan, regions):
    values = scan.array.copy()
    body = regions.regions[1].roi
    inside = np.argwhere(body.mask)
    values[tuple(inside[: len(inside) // 2].T)] = 3000
    result = score_scan(replace(scan, array=values), ScanRequest(), Memory(), regions, MODELS)
    places = {region.place: region for region in result.regions}
    assert not places["L1"].measurements and places["L3"].measurements
    assert "METAL_IN_ROI" in {finding.code for finding in places["L1"].findings}
    assert set(cards(result)) == {(L3, "L3")}
    refused = next(entry for entry in result.not_applied if entry.model == L1)
    assert "METAL_IN_ROI" in {finding.code for finding in refused.findings}


def test_a_scan_without_a_spine_asks_for_a_click():
    rng = np.random.default_rng(0)
    image = brick_scan()
    noise = BoneImage(rng.normal(0, 30, image.array.shape).astype(np.int16), image.geometry, "CT")
    with pytest.raises(InputError, match=r"give a point inside a vertebral body with --seed"):
        score_scan(noise, ScanRequest(), Memory(), models=MODELS)


def test_of_any_bone_the_first_that_is_found_is_scored(scan):
    """The spine of a scan of the trunk; the femur of a scan of the hip, where parts of it are measured one by one."""
    memory = Memory()
    assert find_regions(scan, ScanRequest(ANY), memory).summary["site"] == "vertebra"
    image, shares = hip(spacing=(2.0, 2.0, 2.5)).image, []
    result = score_scan(image, ScanRequest(ANY), memory, models=MODELS, progress=lambda share, _: shares.append(share))
    assert result.site == "proximal-femur" and result.level_from == "" and shares == sorted(shares)
    measured = {region.name: region.measured for region in result.regions if region.measurements}
    assert measured["right femoral neck"] == "femoral-neck" and len(measured) == len(result.regions) == 7
    assert not result.cards and all("none is among the regions" in entry.reason for entry in result.not_applied)
    # the same regions, one of them edited: nothing else is computed
    regions = find_regions(image, ScanRequest("proximal-femur"), memory)
    neck = next(region for region in regions.regions if region.roi.compartment == "femoral-neck")
    mask = neck.roi.mask.copy()
    mask[mask.any(axis=(1, 2)).argmax()] = False
    others = [region for region in regions.regions if region is not neck]
    edited = Proposal((*others, replace(neck, roi=replace(neck.roi, mask=mask))), regions.summary)
    again = Memory(memory.kept())
    score_scan(image, ScanRequest(ANY), again, edited, models=MODELS)
    assert dict(again.runs) == {"measurement": 1}


def test_where_no_bone_is_found_each_one_is_spoken_of():
    image = brick_scan()
    noise = np.random.default_rng(0).normal(0, 30, image.array.shape).astype(np.int16)
    for modality, lines in (("CT", 2), ("MR", 1)):
        with pytest.raises(InputError) as caught:
            find_regions(BoneImage(np.abs(noise) if modality == "MR" else noise, image.geometry, modality),
                         ScanRequest(ANY))
        assert len(str(caught.value).splitlines()) == lines


def test_a_scan_that_cannot_be_used_is_refused_before_bones_are_looked_for():
    image = brick_scan()
    flat = BoneImage(np.zeros_like(image.array), image.geometry, "CT")
    memory = Memory()
    with pytest.raises(RefusedError):
        score_scan(flat, ScanRequest(), memory, models=MODELS)
    assert set(memory.runs) == {"acquisition"}


@pytest.mark.parametrize("stage", ["checking", "measuring", "applying"])
def test_a_cancel_ends_it_at_every_stage(scan, regions, stage):
    told = []
    with pytest.raises(CancelledError):
        score_scan(scan, ScanRequest(), Memory(), regions, MODELS, lambda share, text: told.append(text),
                   lambda: any(text.startswith(stage) for text in told))
    assert told[-1].startswith(stage)


def test_a_result_survives_its_file(scan, regions):
    result = score_scan(scan, ScanRequest(), Memory(), regions, MODELS)
    text = json.dumps(result.to_dict())
    assert json.dumps(ScanResult.from_dict(json.loads(text)).to_dict()) == text


def outcome_of(process):
    import time

    while process.running:
        time.sleep(0.01)
    return process.outcome()


def test_the_child_does_what_the_library_does(scan, regions):
    image = replace(scan, acquisition=scan.acquisition.with_stated(kvp=120.0, contrast_agent=False))
    process = ScanProcess()
    process.start(image, ScanRequest())
    first = outcome_of(process)
    expected = score_scan(image, ScanRequest(), Memory(), regions)
    assert json.dumps(first.result.to_dict()) == json.dumps(expected.to_dict())
    for found, wanted in zip(first.proposal.regions, regions.regions, strict=True):
        np.testing.assert_array_equal(found.roi.mask, wanted.roi.mask)
    process.start(image, ScanRequest(level="L5"), first.memory, packed(first.proposal))
    second = outcome_of(process)
    assert second.proposal is None and set(second.runs) == {"card"}
    assert second.result.level_from == "named"


def test_what_the_child_cannot_do_is_a_sentence():
    image = brick_scan()
    process = ScanProcess()
    process.start(BoneImage(np.zeros_like(image.array), image.geometry, "CT"), ScanRequest())
    outcome = outcome_of(process)
    assert outcome.result is None and outcome.findings and outcome.problem


def test_stopping_the_child_takes_no_time_and_leaves_nothing(scan):
    process = ScanProcess()
    process.start(scan, ScanRequest())
    folder, child = process._folder, process._process
    process.stop()
    assert child.poll() is not None and not folder.exists() and not process.running


def test_a_drawn_part_goes_before_the_whole_bone():
    proposal = brick_proposal(cut=None, suggested=None, cores=True)
    names = {1: "L1", 2: "L2", 3: "L3", 4: "L4", 5: "L5"}
    levelled = Proposal(tuple(replace(region, roi=replace(region.roi, level=names[region.body]))
                              for region in proposal.regions), proposal.summary)
    image = brick_scan()
    core = next(region.roi for region in levelled.regions
                if region.roi.level == "L1" and region.roi.compartment == "trabecular")
    values = image.array.copy()
    values[brick(1)] = 300
    values[core.mask] = 200
    result = score_scan(replace(image, array=values), ScanRequest(), Memory(), levelled, MODELS)
    tried = [entry.region for entry in result.cards if entry.card.model.id == L1]
    tried += [entry.region for entry in result.not_applied if entry.model == L1]
    assert tried == ["vertebra 1 trabecular core"]
