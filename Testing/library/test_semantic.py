"""Semantic features: forms, answers, and their way into vector, table, score and report."""

from __future__ import annotations

import copy
import csv
import io
import json
from dataclasses import replace

import generated
import phantoms
import pytest
import yaml
from RadiomicsOrthoLib.cli.main import main
from RadiomicsOrthoLib.errors import InputError, RefusedError
from RadiomicsOrthoLib.features.engine import load_engine
from RadiomicsOrthoLib.features.extraction import extract_features
from RadiomicsOrthoLib.features.profile_file import load_profile
from RadiomicsOrthoLib.features.semantic.answers import (
    add_answers,
    check_answers,
    check_fit,
    load_answers,
)
from RadiomicsOrthoLib.features.semantic.catalogue import load_catalogue, load_form, shipped_forms
from RadiomicsOrthoLib.features.semantic.form import form_from_dict
from RadiomicsOrthoLib.features.table import feature_row
from RadiomicsOrthoLib.features.vector import FeatureVector
from RadiomicsOrthoLib.models.bundle import bundle_from_dict
from RadiomicsOrthoLib.regions.trabecular import trabecular_core
from RadiomicsOrthoLib.report.files import card_files
from RadiomicsOrthoLib.report.tables import features_csv
from RadiomicsOrthoLib.scoring.score import score_case
from test_schemas import errors, validator

FORM = validator("semantic-form.schema.json")
ANSWERS = validator("semantic-answers.schema.json")

OWN_FORM = {
    "schema": "radiomics-ortho-form/1", "id": "our-spine", "version": "1.0", "title": "Our questions",
    "site": "vertebra", "questions": [
        {"id": "osteophytes", "title": "Osteophytes", "type": "ordinal", "definition": "How large the largest one is.",
         "source": "our reading manual", "evidence": "own definition", "compulsory": True,
         "choices": [{"value": 0, "title": "none", "definition": "No osteophyte."},
                     {"value": 2, "title": "large", "definition": "3 mm or more."}]},
        {"id": "pattern", "title": "Pattern", "type": "nominal", "definition": "Look of the trabeculae.",
         "source": "our reading manual", "evidence": "own definition",
         "choices": [{"value": "even", "title": "even", "definition": "Even."},
                     {"value": "striped", "title": "striped", "definition": "Vertical stripes."}]},
        {"id": "screws", "title": "Screws", "type": "integer", "range": [0, 12], "definition": "Screws in the bone.",
         "source": "our reading manual", "evidence": "own definition"},
        {"id": "gap", "title": "Gap", "type": "number", "unit": "mm", "range": [0, 5], "decimals": 2,
         "definition": "Width of the gap.", "source": "our reading manual", "evidence": "own definition"},
        {"id": "vacuum", "title": "Vacuum", "type": "yes-no", "definition": "Gas in the body.", "modalities": ["CT"],
         "source": "our reading manual", "evidence": "own definition"}]}
RULE = {"question": "osteophytes", "answers": [2], "other": "pattern", "expected": ["striped"]}
ALL_ANSWERED = {"osteophytes": 2, "pattern": "striped", "screws": 0, "gap": 1.25, "vacuum": False}


@pytest.fixture
def own_form():
    return form_from_dict(copy.deepcopy(OWN_FORM))


@pytest.fixture
def own_form_file(tmp_path):
    path = tmp_path / "our-spine.yaml"
    path.write_text(yaml.safe_dump(OWN_FORM))
    return path


def answers_file(path, **changes):
    data = {"schema": "radiomics-ortho-answers/1", "form": "vertebra", "form_version": "1.0.0",
            "answers": {"genant_grade": 2, "genant_type": "wedge", "oedema": "not assessable"}}
    path.write_text(json.dumps(data | changes))
    return str(path)


class TestForms:
    def test_shipped_forms_satisfy_the_schema_and_are_named_as_their_files(self):
        from RadiomicsOrthoLib.resources import resource_folder

        paths = sorted((resource_folder() / "SemanticForms").glob("*"))
        assert [path.stem for path in paths] == [form.id for form in shipped_forms()] == ["proximal-femur", "vertebra"]
        for path in paths:
            assert errors(FORM, json.loads(path.read_text(encoding="utf-8"))) == []

    def test_every_shipped_question_says_where_it_comes_from(self):
        for form in shipped_forms():
            for question in form.questions:
                assert len(question.definition) > 20 and question.modalities
                assert question.evidence == "own definition" or any(c.isdigit() for c in question.source) \
                    or "medicalalgorithms" in question.source
                assert all(choice.definition.endswith(".") for choice in question.choices)

    def test_what_the_issue_names_is_asked(self):
        asked = {question.id for form in shipped_forms() for question in form.questions}
        assert asked >= {"genant_grade", "of_class", "endplates", "posterior_wall", "fracture_line", "oedema",
                         "singh_index", "dorr_type"}

    def test_an_own_form_is_read_from_yaml_and_json(self, own_form_file, own_form, tmp_path):
        assert errors(FORM, OWN_FORM) == []
        assert load_form(str(own_form_file)) == own_form
        (tmp_path / "f.json").write_text(json.dumps(OWN_FORM))
        assert load_form(str(tmp_path / "f.json")) == own_form

    def test_the_hash_follows_the_wording(self, own_form):
        reworded = copy.deepcopy(OWN_FORM)
        reworded["questions"][0]["choices"][1]["definition"] = "5 mm or more."
        assert form_from_dict(reworded).hash() != own_form.hash() == form_from_dict(copy.deepcopy(OWN_FORM)).hash()

    @pytest.mark.parametrize(("change", "words"), [
        (lambda f: f.update(schema="other/1"), "its schema is not"),
        (lambda f: f.pop("title"), "lacks the entry 'title'"),
        (lambda f: f.update(title=" "), "'title' must be a text"),
        (lambda f: f.update(colour="red"), "unknown entry 'colour'"),
        (lambda f: f.update(site="skull"), "the site must be one of"),
        (lambda f: f.update(id="Our Spine"), "the id 'Our Spine' must be"),
        (lambda f: f.update(questions=[]), "it has no questions"),
        (lambda f: f.update(questions={}), "questions are no list"),
        (lambda f: f["questions"].append("x"), "is no question"),
        (lambda f: f["questions"].append(f["questions"][0]), "'osteophytes' is there twice"),
        (lambda f: f["questions"][0].pop("source"), "lacks the entry 'source'"),
        (lambda f: f["questions"][0].update(id="Grade"), "the id 'Grade' must be"),
        (lambda f: f["questions"][0].update(id="original_glcm_contrast"), "has the name of a radiomics feature"),
        (lambda f: f["questions"][0].update(id="wavelet_lll"), "has the name of a radiomics feature"),
        (lambda f: f["questions"][0].update(id="mean_hu"), "has the name of a radiomics feature, a measurement"),
        (lambda f: f["questions"][0].update(id="level"), "column of the table"),
        (lambda f: f["questions"][0].update(id="semantic_osteophytes"), "has the name of a radiomics feature"),
        (lambda f: f["questions"][0].update(type="likert"), "the type of 'osteophytes' must be one of"),
        (lambda f: f["questions"][0].update(evidence="sure"), "the evidence of 'osteophytes' must be one of"),
        (lambda f: f["questions"][0].update(compulsory="yes"), "must be true or false"),
        (lambda f: f["questions"][0].update(choices=[]), "needs choices"),
        (lambda f: f["questions"][0]["choices"].pop(), "must be two or more"),
        (lambda f: f["questions"][0]["choices"].reverse(), "rising order"),
        (lambda f: f["questions"][0]["choices"][0].update(value="0"), "must be whole numbers"),
        (lambda f: f["questions"][0]["choices"][0].update(value=True), "whole number or a key in quotes"),
        (lambda f: f["questions"][0]["choices"][0].pop("definition"), "lacks the entry 'definition'"),
        (lambda f: f["questions"][1]["choices"][0].update(value=1), "short keys, written in quotes"),
        (lambda f: f["questions"][1]["choices"][0].update(value="a b"), "short keys"),
        (lambda f: f["questions"][1]["choices"][0].update(value="striped"), "each with a value of its own"),
        (lambda f: f["questions"][1].update(modalities=["CBCT"]), "the modalities of 'pattern'"),
        (lambda f: f["questions"][2].pop("range"), "needs a range"),
        (lambda f: f["questions"][2].update(range=[5, 1]), "two rising numbers"),
        (lambda f: f["questions"][2].update(range=[0, "x"]), "must be two numbers"),
        (lambda f: f["questions"][3].update(decimals=9), "decimals of 'gap' must be 0 to 6"),
        (lambda f: f["questions"][4].update(unit="mm"), "so it has no unit"),
        (lambda f: f["questions"][4].update(range=[0, 1]), "so it has no range"),
        (lambda f: f.update(rules={}), "its rules are no list"),
        (lambda f: f.update(rules=["x"]), "is no rule"),
        (lambda f: f.update(rules=[{"question": "gap"}]), "lacks the entry"),
        (lambda f: f.update(rules=[RULE | {"when": 1}]), "a rule has the unknown entry 'when'"),
        (lambda f: f.update(rules=[RULE | {"other": "shape"}]), "'shape', which it does not ask"),
        (lambda f: f.update(rules=[RULE | {"answers": [7]}]), "a rule names a wrong answer: Osteophytes"),
        (lambda f: f.update(rules=[RULE | {"expected": []}]), "names no answer"),
        (lambda f: f.update(id="vertebra"), "'vertebra' is the id of a form that ships"),
        (lambda f: f["questions"][0].update(id="genant_grade"), "asks 'genant_grade' for another kind of answer"),
    ])
    def test_a_bad_form_is_one_sentence(self, tmp_path, change, words):
        data = copy.deepcopy(OWN_FORM)
        change(data)
        path = tmp_path / "form.yaml"
        path.write_text(yaml.safe_dump(data))
        with pytest.raises(InputError, match=words):
            load_form(str(path))

    @pytest.mark.parametrize(("name", "text"), [
        ("f.yaml", "a: ["), ("f.yaml", "- a"), ("f.yaml", "!!python/object/apply:os.system ['true']"), ("f.json", "{")])
    def test_what_is_no_form_is_one_sentence(self, tmp_path, name, text):
        path = tmp_path / name
        path.write_text(text)
        with pytest.raises(InputError, match=r"not valid YAML|no mapping|refused: Expecting"):
            load_form(str(path))

    def test_a_site_s_forms_are_found_and_a_bad_one_takes_no_other_away(self, own_form_file, monkeypatch):
        (own_form_file.parent / "broken.yaml").write_text("schema: x")
        (own_form_file.parent / "copy.yaml").write_text(own_form_file.read_text(encoding="utf-8"))
        (own_form_file.parent / "z-newer.yaml").write_text(yaml.safe_dump(OWN_FORM | {"version": "2.0"}))
        monkeypatch.setenv("RADIOMICS_ORTHO_FORMS", str(own_form_file.parent))
        forms, refused = load_catalogue()
        assert [form.id for form in forms] == ["proximal-femur", "vertebra", "our-spine"]
        assert len(refused) == 2 and "broken.yaml" in refused[0]
        assert "z-newer.yaml" in refused[1] and "another one has the id 'our-spine'" in refused[1]
        assert load_form("our-spine").title == "Our questions"

    def test_without_a_yaml_reader_the_shipped_forms_are_there(self, own_form_file, monkeypatch):
        """As in Slicer before its user has allowed the installation of PyYAML."""
        monkeypatch.setitem(__import__("sys").modules, "yaml", None)
        assert [form.id for form in load_catalogue()[0]] == ["proximal-femur", "vertebra"]
        with pytest.raises(InputError, match="PyYAML is not installed here; install it, or save the form as JSON"):
            load_form(str(own_form_file))

    def test_an_unknown_form_lists_what_is_at_hand(self):
        with pytest.raises(InputError, match="no form 'x'; at hand: proximal-femur, vertebra"):
            load_form("x")


class TestAnswers:
    def test_every_type_becomes_its_column(self, own_form):
        answers = check_answers(own_form, ALL_ANSWERED)
        assert answers.values == {"semantic_osteophytes": 2.0, "semantic_screws": 0.0, "semantic_gap": 1.25,
                                  "semantic_vacuum": 0.0}
        assert answers.categories == {"semantic_pattern": "striped"} and answers.failures == {}

    def test_missing_is_never_zero(self, own_form):
        answers = check_answers(own_form, {"osteophytes": "not assessable", "gap": None})
        assert answers.values == {} == answers.categories
        assert set(answers.failures) == {question.column for question in own_form.questions}
        assert answers.failures["semantic_osteophytes"] == "not assessable"
        assert answers.failures["semantic_gap"] == "not answered"

    @pytest.mark.parametrize(("given", "words"), [
        ({"osteophytes": 1}, r"Osteophytes \(osteophytes\) has no choice 1; it has 0, 2"),
        ({"osteophytes": "2"}, "answered by a number, not '2'"),
        ({"osteophytes": True}, "answered by a number, not True"),
        ({"pattern": "dotted"}, "has no choice 'dotted'; it has even, striped"),
        ({"pattern": 1}, "has no choice 1"),
        ({"pattern": ["even"]}, "has no choice"),
        ({"screws": 1.5}, "is a whole number, not 1.5"),
        ({"screws": 13}, "of 13 is not plausible; it lies between 0 and 12"),
        ({"gap": -0.1}, "of -0.1 mm is not plausible; it lies between 0 and 5 mm"),
        ({"gap": float("nan")}, "answered by a number"),
        ({"vacuum": 1}, "answered true or false, not 1"),
        ({"vacuum": "no"}, "answered true or false, not 'no'"),
        ({"colour": 1}, "has no question 'colour'; it asks osteophytes, pattern"),
    ])
    def test_a_wrong_answer_is_one_sentence(self, own_form, given, words):
        with pytest.raises(InputError, match=words):
            check_answers(own_form, given)

    def test_a_table_program_s_2_0_is_the_grade_2(self, own_form):
        assert check_answers(own_form, {"osteophytes": 2.0, "screws": 3.0}).answers == {"osteophytes": 2, "screws": 3}

    def test_answers_come_back_from_their_file_unchanged(self, own_form, own_form_file, tmp_path):
        answers = check_answers(own_form, ALL_ANSWERED | {"gap": "not assessable"})
        assert errors(ANSWERS, answers.to_dict()) == []
        path = tmp_path / "a.json"
        path.write_text(json.dumps(answers.to_dict()))
        assert load_answers(path, load_form(str(own_form_file))) == answers

    @pytest.mark.parametrize(("change", "words"), [
        ({"schema": "x"}, "These are no answers"), ({"reader": "me"}, "unknown entry 'reader'"),
        ({"answers": []}, "lack the id of their form"), ({"form": None}, "lack the id of their form"),
        ({"form": "spine"}, "no form 'spine'; at hand"),
        ({"form_version": "2.1"}, "version 2.1 of the form 'vertebra'"),
        ({"answers": {"of_class": 3}}, "wants Genant grade .genant_grade. answered, or marked as 'not assessable'")])
    def test_a_bad_file_is_one_sentence(self, tmp_path, change, words):
        with pytest.raises(InputError, match=words):
            load_answers(answers_file(tmp_path / "a.json", **change))

    @pytest.mark.parametrize(("text", "words"), [
        ("{", "not valid JSON"), ("[]", "no answers to a form"),
        ('{"schema": "radiomics-ortho-answers/1", "schema": "x"}', "'schema' is there twice")])
    def test_what_is_no_answers_file_is_one_sentence(self, tmp_path, text, words):
        (tmp_path / "a.json").write_text(text)
        with pytest.raises(InputError, match=words):
            load_answers(tmp_path / "a.json")

    def test_answers_to_another_form_are_refused(self, tmp_path, own_form):
        with pytest.raises(InputError, match="to the form 'vertebra', not to 'our-spine'"):
            load_answers(answers_file(tmp_path / "a.json"), own_form)

    def test_a_form_for_another_bone_is_refused_and_another_scan_s_answer_is_noted(self):
        scan, roi = phantoms.trunk()
        image = replace(scan, modality="CT")
        hip = check_answers(load_form("proximal-femur"), {"singh_index": 3})
        assert [finding.severity for finding in check_fit(hip, image, roi)] == ["refuse", "note"]
        spine = check_answers(load_form("vertebra"), {"genant_grade": 1, "oedema": True})
        findings = list(check_fit(spine, image, roi))
        assert [finding.code for finding in findings] == ["ANSWERED_FROM_ANOTHER_SCAN"]
        assert "Marrow oedema" in findings[0].sentence and "Genant" not in findings[0].sentence
        assert list(check_fit(spine, replace(image, modality="MR"), roi)) == []


class TestVector:
    def test_answers_land_in_the_same_vector_row_and_provenance(self, own_form):
        image, roi = phantoms.trunk()
        core = trabecular_core(roi)
        profile = replace(load_profile("ct-vertebra-trabecular"), feature_classes=("firstorder",))
        plain = extract_features(image, core, profile, load_engine())
        vector = add_answers(plain, check_answers(own_form, ALL_ANSWERED | {"gap": "not assessable"}))
        assert {name: vector.values[name] for name in plain.values} == plain.values
        row = next(csv.DictReader(io.StringIO(features_csv([feature_row(vector, core)]))))
        assert (row["semantic_osteophytes"], row["semantic_pattern"]) == ("2.0", "striped")
        assert row["semantic_vacuum"] == "0.0"
        assert row["semantic_gap"] == "" and float(row["original_firstorder_Mean"]) > 0
        record = vector.provenance["semantic"]
        assert record["form"] == {"id": "our-spine", "version": "1.0", "sha256": own_form.hash()}
        assert record["answers"]["osteophytes"] == {"title": "Osteophytes", "answer": 2, "meaning": "large"}
        assert record["answers"]["gap"] == {"title": "Gap", "answer": None, "meaning": "not assessable"}

    def test_a_name_has_one_meaning(self):
        with pytest.raises(ValueError, match="more than one of value, category and failure: semantic_x"):
            FeatureVector({"semantic_x": 1.0}, "p", categories={"semantic_x": "a"})


@pytest.fixture
def fracture_model():
    """Mean HU, the Genant grade as a number and as levels, and the type as a choice."""
    data = json.loads(json.dumps(generated.logistic_dict()))
    hu = json.loads((generated.PICKHARDT / "model.json").read_text(encoding="utf-8"))["inputs"][0]
    data["inputs"] = [hu, *({"name": name, "title": title, "source": "feature", "key": key, **more} for
                            name, title, key, more in (
        ("grade", "Genant grade", "semantic_genant_grade", {}),
        ("levels", "Genant grade, by level", "semantic_genant_grade", {"choices": {"0": "0", "1": "1", "2": "2"}}),
        ("type", "Genant type", "semantic_genant_type", {"choices": {"wedge": "wedge", "crush": "crush"}})))]
    data["estimator"] = {"link": "logit", "intercept": 0.0, "terms": [
        {"input": hu["name"], "kind": "linear", "coefficient": 0.0},
        {"input": "grade", "kind": "linear", "coefficient": 0.5},
        {"input": "levels", "kind": "factor", "levels": {"0": 0.0, "1": 0.25, "2": 1.0}},
        {"input": "type", "kind": "factor", "levels": {"wedge": -1.0, "crush": 3.0}}]}
    data["output"].pop("classes", None)
    data["applicability"] = {"modality": "CT", "site": "vertebra", "compartment": "trabecular"}
    return bundle_from_dict(data, "0" * 64)


class TestScore:
    def score(self, model, given):
        image, roi = phantoms.trunk()
        answers = check_answers(load_form("vertebra"), given) if given is not None else None
        return score_case(image, replace(roi, level="L1"), model, answers=answers)

    def test_a_model_gets_its_semantic_inputs_without_an_engine(self, fracture_model):
        assert not fracture_model.needs_features
        scored = self.score(fracture_model, {"genant_grade": 2, "genant_type": "crush"})
        shares = {item.name: item.contribution for item in scored.card.inputs}
        assert (shares["grade"], shares["levels"], shares["type"]) == (1.0, 1.0, 3.0)
        assert errors(validator("card.schema.json"), json.loads(scored.card.to_json())) == []
        assert scored.card.provenance["semantic"]["form"]["id"] == "vertebra"

    @pytest.mark.parametrize(("given", "words"), [
        (None, "needs 'semantic_genant_grade', which has no value .no form with this question was answered"),
        ({"genant_type": "wedge"}, "needs 'semantic_genant_grade', which has no value .not answered"),
        ({"genant_grade": "not assessable"}, "has no value .not assessable"),
        ({"genant_grade": 2, "genant_type": "biconcave"}, "does not know 'biconcave' for 'semantic_genant_type'"),
        ({"genant_grade": 3, "genant_type": "wedge"}, "does not know '3' for 'semantic_genant_grade'; .* 0, 1, 2")])
    def test_a_missing_or_unknown_answer_is_refused(self, fracture_model, given, words):
        with pytest.raises(InputError, match=words):
            self.score(fracture_model, given)

    def test_a_category_is_no_number(self, fracture_model):
        inputs = tuple(replace(item, choices=None) for item in fracture_model.inputs)
        with pytest.raises(InputError, match="wants a number for 'semantic_genant_type', not the category 'wedge'"):
            self.score(replace(fracture_model, inputs=inputs), {"genant_grade": 1, "genant_type": "wedge"})

    def test_another_bone_s_form_stops_the_score(self, fracture_model):
        image, roi = phantoms.trunk()
        with pytest.raises(RefusedError, match="the form 'proximal-femur' is about the proximal-femur"):
            score_case(image, roi, fracture_model, answers=check_answers(load_form("proximal-femur"), {}))

    def test_the_report_shows_the_answers_in_words(self, fracture_model):
        scored = self.score(fracture_model, {"genant_grade": 2, "genant_type": "crush", "oedema": "not assessable"})
        files = card_files(scored.card, features=scored.features, roi=scored.roi)
        page = files["report.html"]
        assert all(words in page for words in ("Findings by eye", "2, moderate", "not assessable", "read by eye"))
        assert "Radiomics features" not in page
        row = next(csv.DictReader(io.StringIO(files["features.csv"])))
        assert (row["semantic_genant_grade"], row["semantic_genant_type"], row["profile"]) == ("2.0", "crush", "")


class TestCommand:
    @pytest.fixture
    def case(self, tmp_path):
        return phantoms.write_case(tmp_path, *phantoms.trunk())

    def run(self, capsys, *arguments):
        code = main(list(map(str, arguments)))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    def test_forms_and_show(self, capsys, own_form_file):
        code, out, _ = self.run(capsys, "semantic", "forms")
        assert code == 0 and "vertebra  1.1.0  8 questions" in out
        code, out, _ = self.run(capsys, "semantic", "show", "vertebra")
        assert code == 0 and "Height reduced by 25 to 40 %" in out and "Source [verified]: Schnake" in out
        code, out, _ = self.run(capsys, "semantic", "show", own_form_file, "--json")
        assert code == 0 and json.loads(out)["questions"][3]["unit"] == "mm"

    def test_check(self, capsys, tmp_path):
        path = answers_file(tmp_path / "a.json")
        code, out, _ = self.run(capsys, "semantic", "check", path)
        assert code == 0 and "semantic_genant_grade: 2, moderate" in out and "semantic_oedema: not assessable" in out
        code, out, _ = self.run(capsys, "semantic", "check", path, "--json")
        assert json.loads(out)["categories"] == {"semantic_genant_type": "wedge"}
        assert json.loads(out)["failures"]["semantic_endplates"] == "not answered"

    @pytest.mark.parametrize(("answers", "words"), [
        ({"genant_grade": "2"}, "answered by a number"), ({"genant_grade": 7}, "has no choice 7"),
        ({"genant_grade": 1, "shape": 1}, "no question 'shape'"), ({"of_class": 1}, "wants Genant grade")])
    def test_wrong_answers_are_one_sentence_exit_2_and_leave_nothing(self, capsys, case, tmp_path, answers, words):
        path = answers_file(tmp_path / "a.json", answers=answers)
        scan, roi = case
        for arguments in (("semantic", "check", path),
                          ("extract", scan, roi, "--profile", "ct-vertebra-trabecular", "--site", "vertebra",
                           "--semantic", path, "-o", tmp_path / "out" / "features.csv")):
            code, out, err = self.run(capsys, *arguments)
            assert code == 2 and out == "" and words in err and len(err.splitlines()) == 1
        assert not (tmp_path / "out").exists()

    def test_extract_puts_the_answers_behind_the_features(self, capsys, case, tmp_path, own_form_file):
        path = tmp_path / "a.json"
        path.write_text(json.dumps({"schema": "radiomics-ortho-answers/1", "form": "our-spine",
                                    "answers": ALL_ANSWERED}))
        scan, roi = case
        code, out, err = self.run(capsys, "extract", scan, roi, "--profile", "ct-vertebra-trabecular",
                                  "--site", "vertebra", "--semantic", path, "--form", own_form_file,
                                  "-o", tmp_path / "f.csv")
        assert code == 0, err
        assert "Form our-spine 1.0: 5 of 5 questions answered" in out
        row = next(csv.DictReader(io.StringIO((tmp_path / "f.csv").read_text(encoding="utf-8"))))
        # in the order of the form, whatever is answered
        assert list(row)[-5:] == [f"semantic_{question['id']}" for question in OWN_FORM["questions"]]
        assert "original_glcm_Contrast" in row and row["semantic_pattern"] == "striped"
        provenance = json.loads((tmp_path / "f.provenance.json").read_text(encoding="utf-8"))
        assert provenance["semantic"]["form"]["sha256"] == load_form(str(own_form_file)).hash()

    def test_a_form_without_answers_and_answers_for_another_bone_are_refused(self, capsys, case, tmp_path,
                                                                             own_form_file):
        scan, roi = case
        common = ("extract", scan, roi, "--profile", "ct-vertebra-trabecular", "--site", "vertebra",
                  "-o", tmp_path / "f.csv")
        code, _, err = self.run(capsys, *common, "--form", own_form_file)
        assert code == 2 and "give them with --semantic" in err
        hip = answers_file(tmp_path / "a.json", form="proximal-femur", answers={"singh_index": 2})
        code, _, err = self.run(capsys, *common, "--semantic", hip)
        assert code == 2 and "is about the proximal-femur" in err

    def test_score_writes_the_answers_into_card_and_table(self, capsys, case, tmp_path):
        scan, roi = case
        code, _, err = self.run(capsys, "score", scan, roi, "--model", "pickhardt-2013-l1-hu", "--level", "L1",
                                "--semantic", answers_file(tmp_path / "a.json"), "--out", tmp_path / "out")
        assert code == 0, err
        card = json.loads((tmp_path / "out" / "card.json").read_text(encoding="utf-8"))
        assert card["provenance"]["semantic"]["answers"]["genant_grade"]["meaning"] == "2, moderate"
        assert "semantic_genant_type" in (tmp_path / "out" / "features.csv").read_text(encoding="utf-8")
