"""The section "Findings by eye" and the state of the feature engine, in the panel of Radiomics Ortho."""

import json
import sys

import pytest
import yaml
from panel_steps import choose, part

MODULE = "RadiomicsOrtho"


@pytest.fixture
def case(panel, make_case):
    volume, segmentation, segment_id = make_case()
    choose(panel, volume, segmentation, segment_id)
    panel.ui.semanticGroupBox.collapsed = False
    return volume, segmentation, segment_id


def editor(panel, name):
    return part(panel, "ScoreStep").semantic._editors.editor(name)


def answer(panel, name, value):
    combo_box = editor(panel, name).comboBox
    combo_box.setCurrentIndex(combo_box.findData(json.dumps(value)))


def given(panel):
    found = panel.logic.answers.answers_of(panel._parameterNode)
    return {**found.answers, **dict.fromkeys(found.not_assessable, "not assessable")} if found else {}


def test_the_section_is_collapsed_and_waits_for_a_segment(panel):
    ui = panel.ui
    assert ui.semanticGroupBox.collapsed and not ui.semanticWidget.enabled
    assert "Choose a segment first" in ui.semanticInfoLabel.text and not ui.clearAnswersButton.isVisibleTo(panel.parent)


def test_the_form_is_built_from_its_definition(panel, case):
    import qt
    from RadiomicsOrthoLib.features.semantic.catalogue import load_form

    form = load_form("vertebra")
    layout = panel.ui.semanticWidget.layout()
    assert layout.rowCount() == len(form.questions) and panel.ui.semanticWidget.enabled
    grade = editor(panel, "genant_grade").comboBox
    assert [grade.itemText(n) for n in range(grade.count)] == [
        "not assessed", "0, normal", "1, mild", "2, moderate", "3, severe", "not assessable"]
    assert "25 to 40 %" in grade.itemData(3, qt.Qt.ToolTipRole) and "Wáng" in grade.toolTip
    assert layout.itemAt(0).widget().text == "Genant grade *:" and grade.currentText == "not assessed"
    number = editor(panel, "retropulsion_mm")
    assert number.spinBox.text == "not assessed" and number.spinBox.suffix == " mm"
    assert number.answer() is None and given(panel) == {}
    assert panel.ui.applyButton.enabled and "(optional)" in panel.ui.semanticGroupBox.title


def test_every_kind_of_answer_is_kept(panel, case):
    answer(panel, "genant_grade", 2)
    answer(panel, "genant_type", "wedge")
    answer(panel, "fracture_line", False)
    answer(panel, "oedema", "not assessable")
    editor(panel, "retropulsion_mm").spinBox.value = 0
    assert given(panel) == {"genant_grade": 2, "genant_type": "wedge", "fracture_line": False, "retropulsion_mm": 0.0,
                            "oedema": "not assessable"}
    assert "5 of 8 done" in panel.ui.semanticGroupBox.title
    editor(panel, "retropulsion_mm").checkBox.setChecked(True)
    assert given(panel)["retropulsion_mm"] == "not assessable"
    assert not editor(panel, "retropulsion_mm").spinBox.enabled
    editor(panel, "retropulsion_mm").checkBox.setChecked(False)
    assert "retropulsion_mm" not in given(panel) and editor(panel, "retropulsion_mm").spinBox.enabled
    answer(panel, "genant_grade", None)
    assert "genant_grade" not in given(panel)
    panel.ui.clearAnswersButton.click()
    assert given(panel) == {} and editor(panel, "genant_type").comboBox.currentText == "not assessed"


def test_the_form_is_there_before_any_package_is_installed(open_panel, make_case, monkeypatch):
    """Slicer carries no YAML reader; the first Apply offers one."""
    monkeypatch.setitem(sys.modules, "yaml", None)
    panel = open_panel("RadiomicsOrtho")
    choose(panel, *make_case())
    answer(panel, "genant_grade", 2)
    assert given(panel) == {"genant_grade": 2}


def test_scrolling_past_an_answer_does_not_change_it(panel, case):
    import qt

    answer(panel, "genant_grade", 1)
    combo_box = editor(panel, "genant_grade").comboBox
    combo_box.clearFocus()
    wheel = qt.QWheelEvent(qt.QPointF(5, 5), qt.QPointF(5, 5), qt.QPoint(0, 0), qt.QPoint(0, -120), qt.Qt.NoButton,
                           qt.Qt.NoModifier, qt.Qt.NoScrollPhase, False)
    qt.QApplication.sendEvent(combo_box, wheel)
    assert given(panel) == {"genant_grade": 1} and not wheel.isAccepted()


def test_a_compulsory_question_holds_apply_only_once_the_form_is_used(panel, case):
    assert panel.ui.applyButton.enabled
    answer(panel, "genant_type", "wedge")
    assert not panel.ui.applyButton.enabled and "'not assessable': Genant grade" in panel.ui.applyReasonLabel.text
    answer(panel, "genant_grade", "not assessable")
    assert panel.ui.applyButton.enabled


def test_answers_that_contradict_each_other_are_told_at_once(panel, case):
    answer(panel, "genant_grade", 0)
    answer(panel, "genant_type", "wedge")
    assert "look again: Genant grade is '0, normal', but Genant type is 'wedge'." in panel.ui.semanticInfoLabel.text
    assert panel.ui.applyButton.enabled
    answer(panel, "genant_type", "none")
    assert "look again" not in panel.ui.semanticInfoLabel.text


def test_another_segment_has_its_own_answers(panel, case):
    from RadiomicsOrthoScene.segments import describe_segment

    _, segmentation, first = case
    answer(panel, "genant_grade", 3)
    second = segmentation.GetSegmentation().AddEmptySegment("", "L2")
    describe_segment(segmentation.GetSegmentation().GetSegment(second), "vertebra", "L2", None, "unknown")
    panel.ui.segmentSelector.setCurrentSegmentID(second)
    assert editor(panel, "genant_grade").comboBox.currentText == "not assessed" and given(panel) == {}
    answer(panel, "genant_grade", 0)
    panel.ui.segmentSelector.setCurrentSegmentID(first)
    assert given(panel) == {"genant_grade": 3} and editor(panel, "genant_grade").comboBox.currentText == "3, severe"


def test_the_form_follows_the_bone(panel, case):
    from RadiomicsOrthoScene.segments import describe_segment

    _, segmentation, _ = case
    hip = segmentation.GetSegmentation().AddEmptySegment("", "hip")
    describe_segment(segmentation.GetSegmentation().GetSegment(hip), "proximal-femur", None, "left", "unknown")
    panel.ui.segmentSelector.setCurrentSegmentID(hip)
    assert panel.ui.semanticFormComboBox.currentText == "Proximal femur, as read by eye"
    assert editor(panel, "cortical_thickness_index").spinBox.decimals == 2
    answer(panel, "singh_index", 4)
    assert given(panel) == {"singh_index": 4}


def test_answers_survive_saving_and_reopening_the_scene(panel, case, tmp_path):
    import slicer

    answer(panel, "genant_grade", 2)
    editor(panel, "retropulsion_mm").spinBox.value = 3.5
    slicer.util.saveScene(str(tmp_path / "s.mrb"))
    slicer.mrmlScene.Clear()
    assert given(panel) == {}
    slicer.util.loadScene(str(tmp_path / "s.mrb"))
    panel.enter()
    assert given(panel) == {"genant_grade": 2, "retropulsion_mm": 3.5}
    assert editor(panel, "genant_grade").comboBox.currentText == "2, moderate"
    assert editor(panel, "retropulsion_mm").spinBox.text == "3.5 mm"


def test_answers_reach_card_and_table_and_a_changed_answer_outdates_the_result(panel, case):
    answer(panel, "genant_grade", 2)
    panel.ui.applyButton.click()
    assert "By eye: Genant grade: 2, moderate" in panel.ui.cardBrowser.toPlainText()
    table = panel._parameterNode.resultTable
    assert "semantic_genant_grade" in [table.GetCellText(row, 0) for row in range(table.GetNumberOfRows())]
    answer(panel, "genant_grade", 3)
    assert "inputs have changed" in panel.ui.cardBrowser.toPlainText()


def test_answers_that_do_not_fit_are_said_and_can_be_cleared(panel, case):
    answer(panel, "genant_grade", 2)
    node = panel._parameterNode
    node.semanticAnswers = {key: text.replace("1.1.0", "7.0.0") for key, text in dict(node.semanticAnswers).items()}
    assert "version 7.0.0" in panel.ui.semanticInfoLabel.text
    assert not panel.ui.applyButton.enabled and "version 7.0.0" in panel.ui.applyReasonLabel.text
    panel.ui.clearAnswersButton.click()
    assert panel.ui.applyButton.enabled and "version 7.0.0" not in panel.ui.semanticInfoLabel.text


def test_a_model_that_needs_an_answer_says_which(panel, case, monkeypatch):
    from RadiomicsOrthoLib.models import catalogue
    from RadiomicsOrthoLib.models.bundle import bundle_from_dict

    data = json.loads(json.dumps(dict(catalogue.load_model("pickhardt-2013-l1-hu").card)))
    data |= {"id": "graded", "title": "Graded", "trust": "simulated"}
    data["inputs"] += [{"name": "grade", "title": "Genant grade", "source": "feature", "key": "semantic_genant_grade"}]
    data["estimator"] = {"link": "logit", "terms": [
        {"input": "mean_hu", "kind": "linear", "coefficient": -0.01},
        {"input": "grade", "kind": "linear", "coefficient": 1.0}]}
    data["output"] = {"title": "Risk", "unit": "", "lower_is_worse": False}
    model = bundle_from_dict(data, "0" * 64)
    panel.logic._models = (*panel.logic.models(), model)
    monkeypatch.setattr(catalogue, "load_model", lambda model_id: panel.logic.model(model_id))
    panel.ui.modelComboBox.addItem(model.title, model.id)
    panel.ui.modelComboBox.setCurrentIndex(panel.ui.modelComboBox.findData("graded"))
    assert panel.ui.applyReasonLabel.text == "Answer under 'Findings by eye': Genant grade."
    answer(panel, "genant_grade", "not assessable")
    assert not panel.ui.applyButton.enabled
    answer(panel, "genant_grade", 3)
    panel.ui.applyButton.click()
    card = json.loads(panel._parameterNode.resultText.GetText())
    assert [item["value"] for item in card["inputs"] if item["name"] == "grade"] == [3.0]


OWN_FORM = {
    "schema": "radiomics-ortho-form/1", "id": "ours", "version": "1.0", "title": "Our questions", "site": "vertebra",
    "questions": [{"id": "screws", "title": "Screws", "type": "integer", "range": [0, 12], "definition": "How many.",
                   "source": "our manual", "evidence": "own definition"}]}


def test_an_own_form_is_opened_and_answered(panel, case, tmp_path, monkeypatch):
    import qt
    from runtime.dialogs import messages

    path = tmp_path / "ours.yaml"
    path.write_text(yaml.safe_dump(OWN_FORM))
    monkeypatch.setattr(qt.QFileDialog, "getOpenFileName", lambda *a: str(path))
    panel.ui.openFormButton.click()
    assert panel.ui.semanticFormComboBox.currentText == "Our questions" and messages == []
    editor(panel, "screws").spinBox.value = 4
    assert given(panel) == {"screws": 4} and isinstance(given(panel)["screws"], int)
    panel.ui.semanticFormComboBox.setCurrentIndex(0)
    assert given(panel) == {} and panel.ui.semanticFormComboBox.currentText == "Vertebra, as read by eye"
    path.write_text("schema: x")
    panel.ui.openFormButton.click()
    assert len(messages) == 1 and "its schema is not" in messages[0].text
    monkeypatch.setattr(qt.QFileDialog, "getOpenFileName", lambda *a: "")
    panel.ui.openFormButton.click()
    assert len(messages) == 1


@pytest.fixture
def fresh_engine(monkeypatch):
    """A preparation of the feature engine that has not begun, ended with the test."""
    from RadiomicsOrthoLib.features.kernel_preparation import KernelPreparation
    from RadiomicsOrthoScene import feature_engine

    found = KernelPreparation()
    monkeypatch.setattr(feature_engine, "_preparation", found)
    yield found
    found.stop()


def test_opening_the_panel_prepares_the_engine_and_shows_its_state(fresh_engine, open_panel, application):
    panel = open_panel("RadiomicsOrtho")
    assert "being prepared" in panel.ui.engineStateLabel.text and fresh_engine.state == "running"
    assert part(panel, "ScoreStep").engineState._timer.active
    application.leave_widget(panel)
    assert not part(panel, "ScoreStep").engineState._timer.active and fresh_engine.state == "running"
    application.enter_widget(panel)
    fresh_engine.wait()
    part(panel, "ScoreStep").engineState.update()
    assert panel.ui.engineStateLabel.text == "Feature engine: ready"
    assert not part(panel, "ScoreStep").engineState._timer.active


def test_a_state_that_is_no_good_says_what_to_do(fresh_engine, panel, monkeypatch):
    from RadiomicsOrthoScene import dependencies, feature_engine

    fresh_engine.stop()
    monkeypatch.setattr(feature_engine, "missing", lambda path: ["numba>=0.61"])
    part(panel, "ScoreStep").engineState.update()
    assert panel.ui.engineStateLabel.text == "Feature engine: not installed"
    assert "offered for installation" in panel.ui.engineStateLabel.toolTip
    monkeypatch.setattr(feature_engine, "missing", dependencies.missing)
    fresh_engine._python = "/does/not/exist"
    part(panel, "ScoreStep").engineState.update()
    assert "not prepared" in panel.ui.engineStateLabel.text
    assert "/does/not/exist" in panel.ui.engineStateLabel.toolTip


def test_closing_the_panel_while_the_engine_is_prepared(fresh_engine, open_panel, application):
    panel = open_panel("RadiomicsOrtho")
    assert fresh_engine.state == "running"
    timer = part(panel, "ScoreStep").engineState._timer
    panel.cleanup()
    assert not timer.active and fresh_engine.state == "running"
    panel.enter()


def test_cancelling_the_wait_for_the_engine_changes_nothing(panel, case, fresh_engine, monkeypatch):
    """Cancel is pressed in the dialog that appears while the engine is prepared."""
    import qt
    from runtime.dialogs import messages

    panel.ui.applyButton.click()
    before = panel._parameterNode.resultText.GetText()
    panel._parameterNode.extractFeatures = True
    dialogs, original = [], qt.QProgressDialog

    def made(parent=None):
        dialogs.append(original(parent))
        return dialogs[-1]

    monkeypatch.setattr(qt, "QProgressDialog", made)
    timer = qt.QTimer()
    timer.connect("timeout()", lambda: [d.cancel() for d in dialogs if "Preparing the feature engine" in d.labelText])
    timer.start(20)
    panel.ui.applyButton.click()
    timer.stop()
    assert dialogs and messages[-1].kind == "status" and "Cancelled" in messages[-1].text
    assert panel._parameterNode.resultText.GetText() == before
    assert "inputs have changed" in panel.ui.cardBrowser.toPlainText()
