"""Answers of a reader in a parameter node: each segment its own, and what they become beside a score."""

import json
from types import SimpleNamespace

import phantoms
import pytest
import yaml
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.features.engine import CancelledError
from test_semantic import OWN_FORM


@pytest.fixture
def settings(monkeypatch):
    import slicer
    from runtime.application import Settings

    monkeypatch.setattr(slicer.app, "_settings", Settings())
    return slicer.app.userSettings()


@pytest.fixture
def case(settings):
    """A scan with two vertebrae, a hip and an unnamed segment, and a parameter node without answers."""
    from RadiomicsOrthoScene.segments import add_segment, describe_segment, new_segmentation
    from RadiomicsOrthoScene.volumes import add_volume

    image, roi = phantoms.trunk()
    volume = add_volume(image, "CT")
    segmentation = new_segmentation(volume, "bones")
    ids = {}
    for name, anatomy in (("L1", ("vertebra", "L1", None)), ("L2", ("vertebra", "L2", None)),
                          ("hip", ("proximal-femur", None, "left")), ("unnamed", None)):
        ids[name] = add_segment(segmentation, roi, volume)
        if anatomy:
            describe_segment(segmentation.GetSegmentation().GetSegment(ids[name]), *anatomy, "unknown")
        else:
            ids[name] = segmentation.GetSegmentation().AddEmptySegment("", "unnamed")
    node = SimpleNamespace(segmentation=segmentation, segmentId=ids["L1"], semanticForm="", semanticAnswers={})
    return SimpleNamespace(volume=volume, ids=ids, node=node)


@pytest.fixture
def answers():
    from RadiomicsOrthoScene.semantic import ReaderAnswers

    return ReaderAnswers()


def test_the_form_follows_the_bone(case, answers):
    assert answers.form_of(case.node).id == "vertebra"
    case.node.segmentId = case.ids["hip"]
    assert answers.form_of(case.node).id == "proximal-femur"
    # a form chosen for a spine is not used on a hip
    case.node.semanticForm = "vertebra"
    assert answers.form_of(case.node).id == "proximal-femur"
    case.node.segmentId = case.ids["unnamed"]
    assert answers.form_of(case.node).id == "vertebra" and len(answers.forms_for(case.node)) == 2


def test_answers_belong_to_one_segment_and_come_back(case, answers):
    answers.store(case.node, {"genant_grade": 3, "genant_type": "crush", "oedema": "not assessable"})
    case.node.segmentId = case.ids["L2"]
    assert answers.answers_of(case.node) is None
    answers.store(case.node, {"genant_grade": 0})
    case.node.segmentId = case.ids["L1"]
    found = answers.answers_of(case.node)
    assert found.answers == {"genant_grade": 3, "genant_type": "crush"} and found.not_assessable == ("oedema",)
    answers.store(case.node, {})
    assert answers.answers_of(case.node) is None and len(case.node.semanticAnswers) == 1


def test_without_a_segment_there_are_no_answers(case, answers):
    case.node.segmentId = ""
    assert answers.answers_of(case.node) is None and answers.problem(case.node) == ""
    case.node.segmentation = None
    assert answers.answers_of(case.node) is None


@pytest.mark.parametrize(("change", "words"), [
    (lambda data: data.update(form_version="9.0"), "version 9.0 of the form 'vertebra'"),
    (lambda data: data["answers"].update(genant_grade=9), "has no choice 9"), (None, "cannot be read")])
def test_answers_that_do_not_fit_the_form_any_more_are_said_and_not_used(case, answers, change, words):
    answers.store(case.node, {"genant_grade": 1})
    (key, text), = case.node.semanticAnswers.items()
    data = json.loads(text)
    if change:
        change(data)
    case.node.semanticAnswers = {key: json.dumps(data) if change else "{"}
    assert words in answers.problem(case.node)
    with pytest.raises(InputError, match=words):
        answers.answers_of(case.node)


def test_an_own_form_stays_at_hand(case, answers, settings, tmp_path, caplog):
    path = tmp_path / "ours.yaml"
    path.write_text(yaml.safe_dump(OWN_FORM))
    assert [form.id for form in answers.forms_for(case.node)] == ["vertebra"]
    answers.add_own_form(str(path))
    from RadiomicsOrthoScene.semantic import FORMS_SETTING, ReaderAnswers

    assert [form.id for form in ReaderAnswers().forms_for(case.node)] == ["vertebra", "our-spine"]
    assert settings.value(FORMS_SETTING) == str(path)
    (tmp_path / "other.yaml").write_text(yaml.safe_dump(OWN_FORM | {"title": "Other"}))
    with pytest.raises(InputError, match="already another form 'our-spine'"):
        answers.add_own_form(str(tmp_path / "other.yaml"))
    path.unlink()
    later = ReaderAnswers()
    assert [form.id for form in later.forms_for(case.node)] == ["vertebra"] and "cannot be read" in caplog.text


def score(case, **options):
    from RadiomicsOrthoScene.scoring import score_segment

    return score_segment(case.volume, case.node.segmentation, case.node.segmentId, "pickhardt-2013-l1-hu", **options)


def rows_of(table):
    return {table.GetCellText(row, 0): table.GetTable().GetValue(row, 1).ToDouble()
            for row in range(table.GetNumberOfRows())}


def test_answers_reach_card_and_table_with_and_without_radiomics_features(case, answers):
    answers.store(case.node, {"genant_grade": 2, "endplates": "both", "oedema": "not assessable"})
    given = answers.answers_of(case.node)
    plain = score(case, answers=given)
    rows = rows_of(plain.table)
    assert rows["semantic_genant_grade"] == 2 and rows["semantic_endplates = both"] == 1
    assert not [name for name in rows if "oedema" in name or name.startswith("original_")]
    assert "By eye: Genant grade: 2, moderate; Broken endplates: both" in plain.briefHtml
    assert json.loads(plain.text.GetText())["provenance"]["semantic"]["form"]["sha256"] == given.form.hash()
    told = []
    full = score(case, answers=given, extractFeatures=True, progress=lambda share, text: told.append(share))
    rows = rows_of(full.table)
    assert rows["semantic_genant_grade"] == 2 and "original_glcm_Contrast" in rows
    assert full.card.value == plain.card.value and max(told) == 1.0


def test_cancelling_while_the_engine_is_prepared_leaves_the_scene_as_it_was(case, monkeypatch):
    import slicer
    from RadiomicsOrthoLib.features.kernel_preparation import KernelPreparation
    from RadiomicsOrthoScene import feature_engine

    preparation = KernelPreparation()
    monkeypatch.setattr(feature_engine, "_preparation", preparation)
    before, told = slicer.mrmlScene.GetNumberOfNodes(), []
    with pytest.raises(CancelledError):
        score(case, extractFeatures=True, progress=lambda share, text: told.append(text),
              cancelled=lambda: bool(told) and "preparing the feature engine" in told[-1])
    assert preparation.state == "running" and slicer.mrmlScene.GetNumberOfNodes() == before
    preparation.stop()


def test_the_engine_s_state_waits_for_its_packages(monkeypatch, tmp_path):
    from RadiomicsOrthoLib.features.kernel_preparation import KernelPreparation
    from RadiomicsOrthoScene import feature_engine

    monkeypatch.setattr(feature_engine, "_preparation", KernelPreparation())
    lacking, there = tmp_path / "lacking.txt", tmp_path / "there.txt"
    lacking.write_text("no-such-package-anywhere>=1")
    there.write_text("numpy>=1")
    assert feature_engine.engine_state(str(lacking)) == "not installed"
    assert feature_engine.preparation().state == "idle"
    assert feature_engine.engine_state(str(there)) == "running"
    assert feature_engine.preparation() is feature_engine.preparation()
    feature_engine.preparation().stop()
