"""The models that ship: every published vector again, what is refused, and the cards that come out."""

from __future__ import annotations

import copy
import json
import math
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import generated
import phantoms
import pytest
import RadiomicsOrthoLib
from RadiomicsOrthoLib.cli.main import main
from RadiomicsOrthoLib.errors import InputError, RefusedError
from RadiomicsOrthoLib.models.bundle import load_bundle
from RadiomicsOrthoLib.models.catalogue import MODEL_PATH_VARIABLE, load_catalogue, load_model
from RadiomicsOrthoLib.report.brief_html import brief_html
from RadiomicsOrthoLib.report.files import card_files
from RadiomicsOrthoLib.scoring.applicability import missing_inputs
from RadiomicsOrthoLib.scoring.clinical_score import score_clinical
from RadiomicsOrthoLib.scoring.score import score_case

BUNDLES, REFUSED = load_catalogue()
CLINICAL = [bundle for bundle in BUNDLES if not bundle.uses_scan]
TRUST = {"verse-vertebral-fracture": "trained here", "nhanes-osteoporosis-women": "trained here",
         "nhanes-osteoporosis-men": "trained here", "simulated-rad-score-age": "simulated"}
EXPECTED = {
    "pickhardt-2013-l1-hu", "reference-hu-l1-hendrickson-2018", "reference-hu-l3-hendrickson-2018", "qct-spine-vbmd",
    "fracture-index", "fracture-index-bmd",
    "ost", "osta", "orai", "score-lydick-1998", "osiris", "mores", "qfracture-2012-fracture", "qfracture-2012-hip",
    "frax-typed-major", "frax-typed-hip", "genant-height-loss", "spinal-deformity-index", "of-score", "sins",
    "vbq-site-threshold", "m-score-site-reference", "caroc-2010",
    *TRUST,
    *(f"garvan-{site}-{years}y-{by}" for site in ("any", "hip") for years in (5, 10) for by in ("bmd", "weight"))}
by_id = pytest.mark.parametrize("bundle", BUNDLES, ids=lambda bundle: bundle.id)
clinical = pytest.mark.parametrize("bundle", CLINICAL, ids=lambda bundle: bundle.id)


def values_of(bundle) -> dict:
    """The inputs of the first check vector, with what is only recorded."""
    values = dict(bundle.card["check_vectors"][0]["inputs"])
    return values | {item.name: next(iter(item.choices)) for item in bundle.inputs if item.recorded}


def run(capsys, *arguments) -> tuple[int, str, str]:
    code = main([str(argument) for argument in arguments])
    return code, *capsys.readouterr()


def test_everything_that_can_ship_is_there_and_sound() -> None:
    assert REFUSED == () and {bundle.id for bundle in BUNDLES} >= EXPECTED


# -- the vectors of the sources, written down here a second time -------------------------------------

QFRACTURE = [
    ({"sex": "female", "age": 65, "height": 165, "weight": 68}, {}, 4.551261, 1.187594),
    ({"sex": "female", "age": 75, "height": 160, "weight": 56},
     {"smoking": "heavy", "alcohol": "heavy", "prior_fracture": "yes", "rheumatoid_lupus": "yes",
      "corticosteroids": "yes", "parent": "yes"}, 45.194353, 35.514128),
    ({"sex": "male", "age": 70, "height": 175, "weight": 92},
     {"diabetes_2": "yes", "cardiovascular": "yes", "asthma_copd": "yes", "smoking": "moderate"}, 4.146912, 2.527956),
    ({"sex": "male", "age": 80, "height": 172, "weight": 71},
     {"falls": "yes", "parkinson": "yes", "diabetes_1": "yes", "care_home": "yes"}, 47.924641, 80.247719),
    ({"sex": "female", "age": 60, "height": 158, "weight": 60},
     {"ethnicity": "indian", "hrt": "yes", "antidepressant": "yes"}, 2.969878, 0.428621)]


@pytest.mark.parametrize("outcome", ["fracture", "hip"])
@pytest.mark.parametrize(("person", "risks", "fracture", "hip"), QFRACTURE)
def test_qfracture_gives_the_output_of_the_original_code(person, risks, fracture, hip, outcome) -> None:
    model = load_model(f"qfracture-2012-{outcome}")
    asked = model.asked(person)
    plain = {"alcohol": "none", "ethnicity": "white", "smoking": "non"}
    entered = {item.name: "no" for item in asked if item.choices and set(item.choices) == {"no", "yes"}}
    entered |= plain | person | {name: value for name, value in risks.items() if name in {i.name for i in asked}}
    percent = 100 * score_clinical(model, entered).value
    assert percent == pytest.approx(fracture if outcome == "fracture" else hip, abs=5.1e-7)


GARVAN = {  # age 70, one fracture, one fall; T-score -2.5 or 60 kg: 5 and 10 years
    ("female", "hip", "bmd"): (0.090934, 0.173837), ("female", "any", "bmd"): (0.212201, 0.400505),
    ("male", "hip", "bmd"): (0.055243, 0.105024), ("male", "any", "bmd"): (0.186821, 0.326820),
    ("female", "hip", "weight"): (0.013565, 0.026985), ("female", "any", "weight"): (0.181778, 0.349740),
    ("male", "hip", "weight"): (0.032207, 0.061921), ("male", "any", "weight"): (0.085072, 0.156452)}


@pytest.mark.parametrize(("case", "risks"), GARVAN.items(), ids=lambda value: "-".join(map(str, value)))
@pytest.mark.parametrize(("years", "number"), [(5, 0), (10, 1)])
def test_garvan_gives_the_risks_of_its_source(case, risks, years, number) -> None:
    sex, site, by = case
    second = {"t_score": -2.5} if by == "bmd" else {"weight": 60}
    card = score_clinical(load_model(f"garvan-{site}-{years}y-{by}"),
                          {"sex": sex, "age": 70, "fractures": 1, "falls": 1} | second)
    assert card.value == pytest.approx(risks[number], abs=5.1e-7)


@pytest.mark.parametrize(("years", "risk"), [(5, 0.055804543811765694), (10, 0.10864888854670751)])
def test_garvan_gives_its_worked_example(years: int, risk: float) -> None:
    card = score_clinical(load_model(f"garvan-hip-{years}y-bmd"),
                          {"sex": "female", "age": 60, "t_score": -2.5, "fractures": 1, "falls": 1})
    assert card.value == pytest.approx(risk, rel=1e-12)


@pytest.mark.parametrize(("model", "values", "points", "output_class"), [
    ("ost", {"weight": 70, "age": 60}, 2, "not-referred"), ("ost", {"weight": 69.9, "age": 60}, 1, "refer"),
    ("ost", {"weight": 58, "age": 60}, 0, "refer"), ("osta", {"weight": 45, "age": 69.9}, -4, "medium"),
    ("osta", {"weight": 45, "age": 70}, -5, "high"), ("osta", {"weight": 60, "age": 64.9}, 0, "low"),
    ("osiris", {"weight": 50, "age": 65.1, "hrt": "no", "fracture": "no"}, -3.02, "high"),
    ("orai", {"age": 64.9, "weight": 59.9, "oestrogen": "yes"}, 14, "refer"),
    ("orai", {"age": 30, "weight": 60, "oestrogen": "no"}, 5, "not-referred"),
    ("mores", {"age": 56, "copd": "no", "weight": 70}, 9, "refer"),
    ("mores", {"age": 55, "copd": "no", "weight": 70.1}, 4, "not-referred"),
    ("fracture-index", {"age": 64.9, "fracture": "no", "mother": "no", "weight": 56.7, "smoker": "no",
                        "chair": "no"}, 0, "below"),
    ("fracture-index", {"age": 80, "fracture": "no", "mother": "no", "weight": 56.69, "smoker": "no",
                        "chair": "no"}, 5, "act"),
    ("fracture-index-bmd", {"age": 75, "fracture": "no", "mother": "no", "weight": 70, "smoker": "no", "chair": "no",
                            "t_score": -2.5}, 6, "act"),
    ("fracture-index-bmd", {"age": 75, "fracture": "no", "mother": "no", "weight": 70, "smoker": "no", "chair": "no",
                            "t_score": -2}, 5, "below"),
    ("fracture-index-bmd", {"age": 90, "fracture": "no", "mother": "no", "weight": 70, "smoker": "no", "chair": "no",
                            "t_score": -0.9}, 5, "below"),
    # 150 lb are 68.0388555 kg: a little less, and one point less is taken off
    ("score-lydick-1998", {"race": "other", "rheumatoid_arthritis": "no", "fractures": "0", "oestrogen": "never",
                           "age": 59, "weight": 68.0}, 7, "refer"),
    ("score-lydick-1998", {"race": "other", "rheumatoid_arthritis": "no", "fractures": "0", "oestrogen": "never",
                           "age": 59, "weight": 68.1}, 6, "refer"),
    ("qct-spine-vbmd", {"vbmd": 120, "calibration": "phantom-ha"}, 120, "osteopenia"),
    ("caroc-2010", {"sex": "female", "age": 75, "t_score": -1.1, "fracture": "none", "steroids": "no"}, 0, "low"),
    ("caroc-2010", {"sex": "female", "age": 75, "t_score": -1.2, "fracture": "none", "steroids": "no"}, 1, "moderate"),
    ("caroc-2010", {"sex": "female", "age": 75, "t_score": -2.9, "fracture": "none", "steroids": "no"}, 1, "moderate"),
    ("caroc-2010", {"sex": "female", "age": 75, "t_score": -3.0, "fracture": "none", "steroids": "no"}, 2, "high"),
    ("caroc-2010", {"sex": "male", "age": 75, "t_score": -3.0, "fracture": "none", "steroids": "no"}, 1, "moderate"),
    ("caroc-2010", {"sex": "male", "age": 75, "t_score": -3.0, "fracture": "one", "steroids": "no"}, 2, "high"),
    ("caroc-2010", {"sex": "male", "age": 50, "t_score": 1.0, "fracture": "one", "steroids": "yes"}, 2, "high"),
    ("caroc-2010", {"sex": "male", "age": 50, "t_score": 1.0, "fracture": "major", "steroids": "no"}, 2, "high"),
])
def test_points_at_the_edges_of_their_ranges(model, values, points, output_class) -> None:
    card = score_clinical(load_model(model), values)
    assert card.value == pytest.approx(points, abs=1e-9) and card.output_class.id == output_class


def test_a_person_sees_only_the_bounds_of_the_own_sex() -> None:
    card = score_clinical(load_model("caroc-2010"),
                          {"sex": "male", "age": 72, "t_score": -2.2, "fracture": "none", "steroids": "no"})
    derived = {item.name: item.value for item in card.inputs if item.source == "derived"}
    # half-way and a bit between 70 (-2.3) and 75 (-2.3), and between -3.7 and -3.8
    assert derived == pytest.approx({"men_above_low": 0.1, "men_above_high": -2.2 + 3.74})


def test_a_standard_deviation_of_young_women_is_42_hu() -> None:
    for level, mean in (("l1", 236), ("l3", 227)):
        estimator = load_model(f"reference-hu-{level}-hendrickson-2018").estimator
        assert estimator.output({"mean_hu": mean}) == pytest.approx(0, abs=1e-12)
        assert estimator.output({"mean_hu": 100}) - estimator.output({"mean_hu": 142}) == pytest.approx(-1)


# -- what a person sees and must give ------------------------------------------------------------------

@by_id
def test_each_says_what_it_is_where_it_comes_from_and_what_is_unverified(bundle) -> None:
    card = bundle.card
    assert card["limitations"] and card["not_for"]
    assert bundle.trust == TRUST.get(bundle.id, "published")
    assert "from memory" not in card.get("formula", "")
    tags = [entry["evidence"] for entry in (*card["performance"], *card["output"].get("classes", ()))]
    assert all(re.match(r"verified|secondary|unverified|computed here|set by the site", tag) for tag in tags), tags


@clinical
def test_each_input_that_is_missing_is_named(bundle) -> None:
    values = values_of(bundle)
    for item in missing_inputs(bundle, {}):
        if item.source != "clinical" or item.name not in values:
            continue
        with pytest.raises(InputError, match=re.escape(f"{item.title} ({item.name}")):
            score_clinical(bundle, {name: value for name, value in values.items() if name != item.name})


@clinical
def test_each_number_out_of_its_range_is_refused(bundle) -> None:
    values = values_of(bundle)
    checked = [item for item in bundle.clinical_inputs if item.valid_range and item.name in values]
    for item in checked:
        for bound in (item.valid_range[0] - 1, item.valid_range[1] + 1):
            with pytest.raises(InputError, match=re.escape(item.title)):
                score_clinical(bundle, values | {item.name: bound})
    assert checked or all(item.choices for item in bundle.clinical_inputs)


@clinical
def test_every_choice_gives_a_card_and_a_foreign_one_is_refused(bundle) -> None:
    values = values_of(bundle)
    for item in bundle.clinical_inputs:
        if not item.choices or item.name not in values or item.name == "sex":
            continue
        for choice in item.choices:
            assert math.isfinite(score_clinical(bundle, values | {item.name: choice}).value)
        with pytest.raises(InputError, match="must be one of"):
            score_clinical(bundle, values | {item.name: "perhaps"})


@clinical
def test_card_report_and_chart_come_out_whole(bundle) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    from test_schemas import CARD

    card = score_clinical(bundle, values_of(bundle))
    jsonschema.validate(json.loads(card.to_json()), CARD.schema)
    files = card_files(card)
    assert "Research use only" in files["card.json"] and "Research use only" in files["report.html"]
    assert "Entered values, no scan" in files["nomogram.svg"]
    for item in card.inputs:
        assert item.title.split(" (")[0].replace("'", "&#x27;") in files["report.html"].replace("&#39;", "&#x27;")


def test_the_notice_of_qfracture_is_on_card_report_command_and_beside_its_licence(capsys) -> None:
    for outcome in ("fracture", "hip"):
        model = load_model(f"qfracture-2012-{outcome}")
        notice = "it is the responsibility of the end user to check that the source that they receive"
        card = score_clinical(model, values_of(model))
        assert notice in card.to_dict()["model"]["notice"]
        assert notice in card_files(card)["report.html"] and notice in brief_html(card.to_dict())
        shown = run(capsys, "models", "show", model.id)[1]
        scored = run(capsys, "score", "--model", model.id, "--clinical",
                     *(f"{name}={value}" for name, value in values_of(model).items()))[1]
        assert notice in shown and notice in scored
        folder = generated.PICKHARDT.parent / model.id
        assert "GNU LESSER GENERAL PUBLIC LICENSE" in (folder / "COPYING.LESSER").read_text(encoding="utf-8")
        assert "GNU GENERAL PUBLIC LICENSE" in (folder / "COPYING").read_text(encoding="utf-8")


def test_a_man_is_not_asked_for_what_his_equation_lacks() -> None:
    model = load_model("qfracture-2012-fracture")
    names = {sex: {item.name for item in model.asked({"sex": sex})} for sex in ("female", "male")}
    assert names["female"] - names["male"] == {"hrt", "endocrine"}
    assert names["male"] - names["female"] == {"care_home"}
    values = values_of(model)
    with pytest.raises(InputError, match="has no 'care_home'"):
        score_clinical(model, values | {"care_home": "no"})


def test_a_body_mass_index_outside_the_original_is_refused_not_clamped() -> None:
    model = load_model("qfracture-2012-hip")
    with pytest.raises(RefusedError, match="Body mass index of 44"):
        score_clinical(model, values_of(model) | {"height": 150, "weight": 100})
    with pytest.raises(InputError, match="must be a whole number"):
        score_clinical(model, values_of(model) | {"age": 65.5})


def test_outside_the_training_range_is_a_warning() -> None:
    values = {"sex": "male", "age": 45, "t_score": -1, "fractures": 0, "falls": 0}
    card = score_clinical(load_model("garvan-any-10y-bmd"), values)
    assert [finding.code for finding in card.findings] == ["INPUT_OUTSIDE_TRAINING"]


def test_without_a_threshold_of_the_site_there_is_a_value_and_no_class() -> None:
    model = load_model("vbq-site-threshold")
    values = {"body_signal": 650, "csf_signal": 200, "field_strength": "3"}
    bare = score_clinical(model, values)
    assert bare.value == pytest.approx(3.25) and bare.output_class is None
    at = {limit: score_clinical(model, values | {"threshold": limit}).output_class.id for limit in (3.2, 3.25, 3.3)}
    assert at == {3.2: "at-or-above", 3.25: "at-or-above", 3.3: "below"}


# -- the commands --------------------------------------------------------------------------------------

def test_verify_prints_each_vector_with_its_deviation(capsys) -> None:
    code, text, _ = run(capsys, "models", "verify", "--all")
    lines = [line for line in text.splitlines() if "deviation" in line]
    assert code == 0 and len(lines) == sum(len(bundle.card["check_vectors"]) for bundle in BUNDLES)
    assert all(" ok" in line for line in lines) and "none failed" in text
    code, text, _ = run(capsys, "models", "verify", "sins", "--json")
    assert code == 0 and list(json.loads(text)["models"]) == ["sins"]


def test_verify_ends_with_2_where_a_vector_does_not_come_out(capsys, tmp_path: Path, monkeypatch) -> None:
    data = generated.logistic_dict()
    data["check_vectors"][0]["output"] = 0.51
    generated.write_bundle(tmp_path / "generated-logistic", data)
    monkeypatch.setenv(MODEL_PATH_VARIABLE, str(tmp_path))
    code, text, _ = run(capsys, "models", "verify", "generated-logistic")
    assert code == 2 and "deviation -1.0e-02  FAILED" in text and "1 failed" in text
    code, _, err = run(capsys, "models", "verify")
    assert code == 2 and "--all" in err


def test_a_model_without_scan_is_scored_from_values_alone(capsys, tmp_path: Path) -> None:
    values = ("age=68", "weight=64", "oestrogen=no")
    code, text, _ = run(capsys, "score", "--model", "orai", "--clinical", *values, "--out", tmp_path / "out")
    assert code == 0 and "14" in text and "Research use only" in text
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"card.json", "nomogram.svg", "report.html"}
    code, _, err = run(capsys, "score", "--model", "orai", "--clinical", *values[:2])
    assert code == 2 and "Takes oestrogen now (oestrogen, one of no, yes)" in err
    code, _, err = run(capsys, "score", "scan.nrrd", "roi.seg.nrrd", "--model", "orai", "--clinical", *values)
    assert code == 2 and "uses no scan" in err


@pytest.mark.parametrize(("more", "words"), [
    (["--kvp", "120"], "leave --kvp out"), (["--segment", "L1"], "leave --segment out"),
    (["--all-segments"], "leave --all-segments out"), (["--level", "L1"], "leave --level out"),
    (["--pdf"], "say with --out where")])
def test_an_option_without_effect_is_refused(capsys, more, words) -> None:
    code, out, err = run(capsys, "score", "--model", "ost", "--clinical", "weight=58", "age=60", *more)
    assert (code, out) == (2, "") and words in err


@pytest.mark.parametrize("text", ['{"age": 60, "age": 61, "weight": 58}', '{"age": NaN, "weight": 58}', "{"])
def test_values_of_a_file_that_can_be_read_in_two_ways_are_refused(capsys, tmp_path, text) -> None:
    (tmp_path / "values.json").write_text(text, encoding="utf-8")
    code, _, err = run(capsys, "score", "--model", "ost", "--clinical-file", tmp_path / "values.json")
    assert code == 2 and "no sound JSON file" in err


@pytest.mark.parametrize(("change", "sentence"), [
    (lambda d: d["inputs"][4].pop("derived"), "must say how it is derived"),
    (lambda d: d["inputs"].append(d["inputs"].pop(3)), "do not stand before it"),
    (lambda d: d["estimator"]["strata"].pop("male"), "two strata or more"),
    (lambda d: d["estimator"]["strata"]["male"].update(link="identity"), "baseline_survival belongs to"),
    (lambda d: d["inputs"][0]["choices"].update(other="Other"), "are not the strata"),
    (lambda d: d["inputs"].append({"name": "idle", "title": "Idle", "source": "clinical"}), "the same names"),
    (lambda d: d["check_vectors"][0].update(tolerance=1), "checks nothing"),
    (lambda d: d["estimator"]["strata"]["female"]["terms"][0].update(scale=0), "positive scale"),
    (lambda d: d["estimator"]["strata"]["female"]["terms"][0]["parts"][0].update(coefficient=0.1438),
     "check vector 1 gives")])
def test_a_broken_copy_of_qfracture_is_refused(change, sentence, tmp_path: Path) -> None:
    data = copy.deepcopy(dict(load_model("qfracture-2012-fracture").card))
    data.pop("parts")       # the texts of the licence
    change(data)
    with pytest.raises(InputError, match=re.escape(sentence)):
        load_bundle(generated.write_bundle(tmp_path / "broken", data))


def test_ranges_of_points_that_do_not_rise_or_end_are_refused(tmp_path: Path) -> None:
    for change in (lambda r: r.reverse(), lambda r: r.pop(), lambda r: r[0].update(up_to=50)):
        data = copy.deepcopy(dict(load_model("orai").card))
        change(data["estimator"]["terms"][0]["ranges"])
        with pytest.raises(InputError, match="refused"):
            load_bundle(generated.write_bundle(tmp_path / "broken", data))


def test_attenuation_against_young_women_is_scored_on_a_scan() -> None:
    image, roi = phantoms.trunk()
    card = score_case(image, replace(roi, level="L1"), load_model("reference-hu-l1-hendrickson-2018")).card
    assert card.value == pytest.approx((card.measurements["mean_hu"] - 236) / 42) and card.output_class is None
    low, high = card.interval
    assert low <= card.value <= high


def test_a_score_on_a_scan_needs_the_scan() -> None:
    with pytest.raises(InputError, match="give the image and the region"):
        score_clinical(load_model("pickhardt-2013-l1-hu"), {})


def test_the_chart_of_a_points_score_says_its_own_points() -> None:
    card = score_clinical(load_model("sins"), values_of(load_model("sins")))
    files = card_files(card)
    assert "counts 3" in files["nomogram.svg"] and "Nomogram points" in files["nomogram.svg"]
    assert '<li class=here>▸ Mechanical: <b>3</b></li>' in files["report.html"]


def test_values_can_come_from_a_file_and_be_changed_on_the_command_line(capsys, tmp_path: Path) -> None:
    model = load_model("qfracture-2012-hip")
    path = tmp_path / "case.json"
    path.write_text(json.dumps(values_of(model)), encoding="utf-8")
    arguments = ("score", "--model", model.id, "--clinical-file", path)
    plain = json.loads(run(capsys, *arguments, "--json")[1])["result"]["value"]
    older = json.loads(run(capsys, *arguments, "--clinical", "age=80", "--json")[1])["result"]["value"]
    assert plain == pytest.approx(0.01187594, abs=5.1e-9) and older > plain
    for content, words in (("[1]", "one object"), ('{"age": true}', "not true"), ("{", "no sound JSON file")):
        path.write_text(content, encoding="utf-8")
        code, _, err = run(capsys, *arguments)
        assert code == 2 and words in err
    assert "Cannot read" in run(capsys, "score", "--model", model.id, "--clinical-file", tmp_path / "no.json")[2]


def test_entered_values_are_scored_without_the_heavy_packages() -> None:
    heavy = ("numba", "sklearn", "scipy", "SimpleITK", "pywt")
    code = ("import sys; from RadiomicsOrthoLib.models.catalogue import load_model; "
            "from RadiomicsOrthoLib.scoring.clinical_score import score_clinical; "
            "score_clinical(load_model('ost'), {'weight': 60, 'age': 70}); "
            f"print([name for name in {heavy} if name in sys.modules])")
    folder = Path(RadiomicsOrthoLib.__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
