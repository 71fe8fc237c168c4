"""Scoring a case: the number, what is said of it, and when there is none."""

import json
from dataclasses import replace

import numpy as np
import phantoms
import pytest
from RadiomicsOrthoLib.errors import InputError, RefusedError
from RadiomicsOrthoLib.models.bundle import bundle_from_dict
from RadiomicsOrthoLib.models.catalogue import load_model
from RadiomicsOrthoLib.scoring.score import score_case

PICKHARDT = "pickhardt-2013-l1-hu"


@pytest.fixture(scope="module")
def case():
    return phantoms.trunk()


def with_facts(image, **facts):
    return replace(image, acquisition=image.acquisition.with_stated(**facts))


def codes(card):
    return {finding.code: finding.severity for finding in card.findings}


@pytest.mark.parametrize(("core_hu", "expected"), [(70, "low"), (130, "indeterminate"), (220, "not-low")])
def test_the_mean_of_the_core_decides_the_class(core_hu, expected):
    image, roi = phantoms.trunk(core_hu=core_hu)
    card = score_case(image, roi, load_model(PICKHARDT)).card
    assert card.value == pytest.approx(core_hu, abs=1.0)
    assert card.output_class.id == expected
    assert card.inputs[0].value == card.measurements["mean_hu"] == card.value


def test_a_drawn_core_is_used_as_it_is(case):
    image, roi = case
    drawn = roi.with_mask(np.roll(roi.mask, 0), compartment="trabecular")
    card = score_case(image, drawn, load_model(PICKHARDT)).card
    assert card.measurements["voxel_count"] == roi.voxel_count
    assert card.value == pytest.approx(float(image.array[roi.mask].mean()))
    assert "CORE_DERIVED" not in codes(card) and card.interval is None
    assert card.to_dict()["result"]["interval_reason"]


def test_a_derived_core_says_so_and_carries_its_range(case):
    image, roi = case
    card = score_case(image, roi, load_model(PICKHARDT)).card
    assert codes(card)["CORE_DERIVED"] == "note"
    low, high = card.interval
    assert low <= card.value <= high
    assert card.provenance["roi"]["voxels"] < card.provenance["source_roi"]["voxels"] == roi.voxel_count


def test_a_range_that_reaches_another_class_is_warned_about():
    image, roi = phantoms.trunk(core_hu=109, spacing=(1.0, 1.0, 1.0))
    # a gradient from the surface inwards, as a cortex that bleeds into the core
    from RadiomicsOrthoLib.regions.trabecular import depth_below_surface

    depth = depth_below_surface(roi.mask, roi.geometry.spacing_kji)
    array = image.array + np.where(roi.mask & (depth < 4), 60, 0).astype(np.int16)
    card = score_case(replace(image, array=array), roi, load_model(PICKHARDT)).card
    assert codes(card)["CLASS_NOT_FIRM"] == "warn"
    far, roi = phantoms.trunk(core_hu=60)
    assert "CLASS_NOT_FIRM" not in codes(score_case(far, roi, load_model(PICKHARDT)).card)


def test_tube_voltage(case):
    image, roi = case
    assert codes(score_case(image, roi, load_model(PICKHARDT)).card)["KVP_UNKNOWN"] == "warn"
    stated = score_case(with_facts(image, kvp=120.0), roi, load_model(PICKHARDT)).card
    assert "KVP_UNKNOWN" not in codes(stated)
    assert stated.acquisition["stated_by_user"] == ["kvp"]
    with pytest.raises(RefusedError, match="made at 100 kV"):
        score_case(with_facts(image, kvp=100.0), roi, load_model(PICKHARDT))


def test_another_modality_is_refused(case):
    image, roi = case
    mr = replace(image, modality="MR", array=np.clip(image.array / 8 + 100, 0, 255).astype(np.int16))
    with pytest.raises(RefusedError, match="The scan is MR"):
        score_case(mr, roi, load_model(PICKHARDT))


@pytest.mark.parametrize(("level", "code"), [(None, "LEVEL_NOT_STATED"), ("L4", "LEVEL_NOT_COVERED"), ("L1", None)])
def test_level(case, level, code):
    image, roi = case
    found = codes(score_case(image, replace(roi, level=level), load_model(PICKHARDT)).card)
    assert {c for c in found if c.startswith("LEVEL")} == ({code} if code else set())


def test_a_femur_is_not_a_vertebra(case):
    image, roi = case
    with pytest.raises(RefusedError, match="The region is a proximal-femur"):
        score_case(image, replace(roi, site="proximal-femur", level=None, side="left"), load_model(PICKHARDT))


@pytest.mark.parametrize(("spacing", "code"), [((2.0, 2.0, 2.0), "COARSE_VOXELS"), ((1.0, 1.0, 6.0), "THICK_SLICES")])
def test_voxels_that_the_model_was_not_made_for(spacing, code):
    assert codes(score_case(*phantoms.trunk(spacing=spacing), load_model(PICKHARDT)).card)[code] == "warn"


def test_refusals_come_first_and_the_sentence_is_one(case):
    image, roi = phantoms.trunk(rod_hu=3071, body_at=(0, 0, -35))
    with pytest.raises(RefusedError) as caught:
        score_case(image, roi, load_model(PICKHARDT))
    found = [finding.code for finding in caught.value.findings]
    assert found[:2] == ["METAL_NEAR_ROI", "CUT_BY_FIELD_OF_VIEW"]
    assert "(1 more in the findings)" in str(caught.value)


def test_that_a_model_was_fitted_to_no_people_comes_before_all_other_warnings(case):
    image, roi = case
    simulated = replace(load_model(PICKHARDT), trust="simulated")
    findings = score_case(with_facts(image, contrast_agent=True), roi, simulated).card.findings
    assert [one.severity for one in findings].count("warn") > 1
    assert findings[0].code == "SIMULATED_MODEL"


def test_cards_are_bit_identical_and_without_identity(case):
    image, roi = case
    one, two = (score_case(image, roi, load_model(PICKHARDT)).card.to_json() for _ in range(2))
    assert one == two
    data = json.loads(one)
    assert data["provenance"]["image"]["sha256"] == image.voxel_hash()
    assert not {"date", "time", "patient", "path", "file"} & set(json.dumps(data["provenance"]).lower().split('"'))


def test_progress_rises_to_one_and_cancel_stops(case):
    image, roi = case
    seen = []
    score_case(image, roi, load_model(PICKHARDT), progress=lambda share, text: seen.append(share))
    assert seen == sorted(seen) and seen[-1] == 1.0
    with pytest.raises(InputError, match="Cancelled"):
        score_case(image, roi, load_model(PICKHARDT), cancelled=lambda: True)


class TestClinicalInputs:
    """A generated model: logit(p) = -2 + 0.02 age - 0.01 HU + sex."""

    @pytest.fixture
    def model(self):
        data = json.loads(json.dumps(dict(load_model(PICKHARDT).card)))
        data |= {"id": "generated", "trust": "simulated", "check_vectors": []}
        data["inputs"] += [
            {"name": "age", "title": "Age", "unit": "years", "source": "clinical", "valid_range": [18, 110],
             "training_range": [50, 90]},
            {"name": "sex", "title": "Sex", "source": "clinical", "choices": {"f": "female", "m": "male"}}]
        data["estimator"] = {"link": "logit", "intercept": -2.0, "terms": [
            {"input": "mean_hu", "kind": "linear", "coefficient": -0.01},
            {"input": "age", "kind": "linear", "coefficient": 0.05},
            {"input": "sex", "kind": "factor", "levels": {"f": 0.4, "m": 0.0}}]}
        data["output"] = {"title": "Risk", "unit": "", "lower_is_worse": False}
        return bundle_from_dict(data, "0" * 64)

    def test_the_result_is_the_formula(self, case, model):
        card = score_case(*case, model, {"age": "70", "sex": "f"}).card
        lp = -2.0 - 0.01 * card.measurements["mean_hu"] + 0.05 * 70 + 0.4
        assert card.linear_predictor == pytest.approx(lp)
        assert card.value == pytest.approx(1 / (1 + np.exp(-lp)))
        assert [item.contribution for item in card.inputs][1:] == pytest.approx([3.5, 0.4])

    @pytest.mark.parametrize(("entered", "words"), [
        ({"sex": "f"}, "needs Age"), ({}, "needs Age .age, years., Sex"),
        ({"age": "old", "sex": "f"}, "Age must be a number"), ({"age": "nan", "sex": "f"}, "Age must be a number"),
        ({"age": "70", "sex": "x"}, "Sex must be one of f, m"),
        ({"age": "70", "sex": "f", "weight": "60"}, "does not ask for 'weight'"),
        ({"age": "700", "sex": "f"}, "Age of 700 years is not plausible")])
    def test_what_is_entered_is_checked(self, case, model, entered, words):
        with pytest.raises(InputError, match=words):
            score_case(*case, model, entered)

    def test_outside_the_training_range_is_warned_about(self, case, model):
        card = score_case(*case, model, {"age": 40, "sex": "m"}).card
        assert codes(card)["INPUT_OUTSIDE_TRAINING"] == "warn"


def test_what_the_file_states_is_not_talked_over(case):
    image, _ = case
    known = replace(image, acquisition=replace(image.acquisition, kvp=100.0, contrast_agent=True))
    with pytest.raises(InputError, match="The file states tube voltage 100 kV; it cannot be stated as 120 kV"):
        with_facts(known, kvp=120.0)
    with pytest.raises(InputError, match="contrast agent given; it cannot be stated as not given"):
        with_facts(known, contrast_agent=False)
    assert with_facts(known, kvp=100.0).acquisition == known.acquisition


@pytest.mark.parametrize(("rule", "refused"), [("refuse", True), ("warn", False), ("allowed", False)])
def test_a_model_for_native_scans_refuses_contrast(rule, refused):
    image, roi = phantoms.trunk(aorta_hu=300)
    data = json.loads(json.dumps(dict(load_model(PICKHARDT).card)))
    data["applicability"]["contrast_enhanced"] = rule
    model = bundle_from_dict(data, "0" * 64)
    if refused:
        with pytest.raises(RefusedError, match="made for native scans"):
            score_case(image, roi, model)
    else:
        assert "CONTRAST_LIKELY" in codes(score_case(image, roi, model).card)
    native, roi = phantoms.trunk()
    assert score_case(native, roi, model).card.value == pytest.approx(120, abs=1)
