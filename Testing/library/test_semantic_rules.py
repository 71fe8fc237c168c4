"""Answers of a reader that contradict each other by the form's own definitions are kept, and told."""

import json

import phantoms
import pytest
from RadiomicsOrthoLib.cli.main import main
from RadiomicsOrthoLib.features.semantic.answers import check_answers, check_fit, contradictions
from RadiomicsOrthoLib.features.semantic.catalogue import load_form, shipped_forms


@pytest.mark.parametrize(("given", "said"), [
    ({"genant_grade": 0, "genant_type": "wedge"}, ["Genant grade is '0, normal', but Genant type is 'wedge'."]),
    ({"genant_grade": 2, "genant_type": "none"}, ["Genant grade is '2, moderate', but Genant type is 'none'."]),
    ({"genant_grade": 0, "genant_type": "none"}, []),
    ({"genant_grade": 2, "genant_type": "crush"}, []),
    # nothing is said of what was not answered, or could not be seen
    ({"genant_grade": 2}, []),
    ({"genant_grade": 2, "genant_type": "not assessable"}, []),
    ({"of_class": 1, "oedema": False}, ["OF class is 'OF 1', but Marrow oedema is 'no'."]),
    ({"of_class": 1, "genant_grade": 1, "endplates": "superior"},
     ["OF class is 'OF 1', but Genant grade is '1, mild'.", "OF class is 'OF 1', but Broken endplates is 'superior'."]),
    ({"of_class": 2, "posterior_wall": 2}, ["OF class is 'OF 2', but Posterior wall is 'more than one fifth'."]),
    ({"of_class": 3, "posterior_wall": 2, "endplates": "inferior", "oedema": True}, []),
    ({"of_class": 4, "endplates": "superior", "posterior_wall": 0}, []),
])
def test_contradictions_of_the_shipped_form(given, said):
    assert contradictions(check_answers(load_form("vertebra"), given)) == said


def test_each_rule_of_a_shipped_form_can_be_broken_and_kept():
    for form in shipped_forms():
        for rule in form.rules:
            other = form.question(rule.other)
            possible = [choice.value for choice in other.choices] or [True, False]
            broken = [answer for answer in possible
                      if contradictions(check_answers(form, {rule.question: rule.answers[0], rule.other: answer}))]
            assert broken and set(broken).isdisjoint(rule.expected)


def test_a_contradiction_is_a_warning_beside_the_features():
    image, roi = phantoms.trunk(spacing=(2.0, 2.0, 2.0))
    answers = check_answers(load_form("vertebra"), {"genant_grade": 0, "genant_type": "wedge"})
    (finding,) = check_fit(answers, image, roi)
    assert (finding.code, finding.severity) == ("ANSWERS_CONTRADICT", "warn")
    assert answers.values == {"semantic_genant_grade": 0.0}


def test_the_command_tells_it(tmp_path, capsys):
    path = tmp_path / "answers.json"
    path.write_text(json.dumps({"schema": "radiomics-ortho-answers/1", "form": "vertebra", "answers": {
        "genant_grade": 0, "genant_type": "wedge"}}), encoding="utf-8")
    assert main(["semantic", "check", str(path)]) == 0
    assert "Contradiction: Genant grade is '0, normal', but" in capsys.readouterr().out
    assert main(["semantic", "check", str(path), "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["contradictions"]) == 1
