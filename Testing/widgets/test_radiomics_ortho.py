"""The panel of Radiomics Ortho: from an empty scene to a saved report, and back."""

import json

import pytest
from panel_steps import choose, part

MODULE = "RadiomicsOrtho"


def test_apply_says_why_it_is_disabled_step_by_step(panel, make_case):
    ui = panel.ui
    assert not ui.applyButton.enabled and "Load a CT" in ui.applyReasonLabel.text
    assert ui.applyButton.toolTip == ui.applyReasonLabel.text
    volume, segmentation, segment_id = make_case()
    ui.volumeSelector.setCurrentNode(volume)
    assert not ui.applyButton.enabled and "Choose a segment" in ui.applyReasonLabel.text
    ui.segmentSelector.setCurrentNode(segmentation)
    ui.segmentSelector.setCurrentSegmentID(segment_id)
    assert ui.applyButton.enabled and ui.applyReasonLabel.text == "" and not ui.applyReasonLabel.visible
    assert ui.regionLabel.text.startswith("L1")
    ui.volumeSelector.setCurrentNode(None)
    assert not ui.applyButton.enabled and "Load a CT" in ui.applyReasonLabel.text


def test_apply_shows_the_card_the_nomogram_and_the_table(panel, make_case):
    import slicer
    from RadiomicsOrthoLib.report.wording import number_text

    choose(panel, *make_case(coreHu=90.0))
    panel.ui.applyButton.click()
    text = panel.ui.cardBrowser.toPlainText()
    value = json.loads(panel._parameterNode.resultText.GetText())["result"]["value"]
    assert f"{number_text(value)} HU" in text and "Low: 110 HU or less" in text and "Research use only" in text
    assert "tube voltage of this scan is unknown" in text
    assert not panel.ui.reportCollapsibleButton.collapsed and panel.ui.saveReportButton.enabled
    assert panel.ui.resultTableView.mrmlTableNode() is panel._parameterNode.resultTable
    assert part(panel, "ReportStep").result.whatIf.nomogram.widget.renderer().isValid()
    assert part(panel, "ReportStep").result.whatIf.nomogram.widget.height > 100
    tables = slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLTableNode")
    panel.ui.applyButton.click()
    assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLTableNode") == tables


def test_stated_facts_reach_the_card(panel, make_case):
    choose(panel, *make_case())
    panel.ui.kvpComboBox.setCurrentIndex(panel.ui.kvpComboBox.findData("120"))
    panel.ui.contrastComboBox.setCurrentIndex(panel.ui.contrastComboBox.findData("no"))
    panel.ui.applyButton.click()
    card = json.loads(panel._parameterNode.resultText.GetText())
    assert card["acquisition"]["known"] == {"kvp": 120.0, "contrast_agent": False}
    assert card["acquisition"]["stated_by_user"] == ["kvp", "contrast_agent"]


def test_a_refusal_shows_its_findings_and_no_number(panel, make_case, application):
    choose(panel, *make_case())
    panel.ui.applyButton.click()
    panel.ui.kvpComboBox.setCurrentIndex(panel.ui.kvpComboBox.findData("80"))
    panel.ui.applyButton.click()
    text = panel.ui.cardBrowser.toPlainText()
    assert "No score" in text and "made at 80 kV" in text and " HU\n" not in text
    assert not panel.ui.saveReportButton.enabled and "press Apply" in panel.ui.saveReportButton.toolTip
    assert not panel.ui.nomogramContainer.visible


def test_closing_the_scene_empties_the_panel(panel, make_case):
    import slicer

    choose(panel, *make_case())
    panel.ui.applyButton.click()
    slicer.mrmlScene.Clear()
    assert not panel.ui.applyButton.enabled and "Load a CT" in panel.ui.applyReasonLabel.text
    assert "No result yet" in panel.ui.cardBrowser.toPlainText()
    choose(panel, *make_case(coreHu=200.0))
    panel.ui.applyButton.click()
    assert "Not low" in panel.ui.cardBrowser.toPlainText()


def test_the_choice_survives_saving_and_reopening_the_scene(panel, make_case, tmp_path):
    import slicer

    choose(panel, *make_case())
    panel.ui.kvpComboBox.setCurrentIndex(panel.ui.kvpComboBox.findData("120"))
    slicer.util.saveScene(str(tmp_path / "s.mrb"))
    slicer.mrmlScene.Clear()
    slicer.util.loadScene(str(tmp_path / "s.mrb"))
    panel.enter()
    assert panel._parameterNode.kvp == "120" and panel._parameterNode.inputVolume.GetName() == "Generated CT"
    assert panel.ui.applyButton.enabled


def test_a_saved_scene_shows_its_result_again(panel, make_case, tmp_path):
    import slicer

    choose(panel, *make_case(coreHu=90.0))
    panel.ui.applyButton.click()
    text = panel.ui.cardBrowser.toPlainText()
    slicer.util.saveScene(str(tmp_path / "s.mrb"))
    slicer.mrmlScene.Clear()
    assert "No result yet" in panel.ui.cardBrowser.toPlainText()
    slicer.util.loadScene(str(tmp_path / "s.mrb"))
    panel.enter()
    assert panel.ui.cardBrowser.toPlainText() == text and panel.ui.saveReportButton.enabled
    assert panel.ui.nomogramContainer.visible
    panel.ui.kvpComboBox.setCurrentIndex(panel.ui.kvpComboBox.findData("120"))
    assert "inputs have changed" in panel.ui.cardBrowser.toPlainText()
    slicer.util.saveScene(str(tmp_path / "t.mrb"))
    slicer.mrmlScene.Clear()
    slicer.util.loadScene(str(tmp_path / "t.mrb"))
    panel.enter()
    assert "No result yet" in panel.ui.cardBrowser.toPlainText(), "a result that was outdated is not shown again"


def test_a_card_of_another_version_in_a_scene_is_said(panel, make_case):
    choose(panel, *make_case())
    panel.ui.applyButton.click()
    panel._parameterNode.resultText.SetText('{"schema": "radiomics-ortho-card/1"}')
    panel.exit()
    panel.panel.showResult(None)
    panel.enter()
    assert "no score card of this version" in panel.ui.cardBrowser.toPlainText()
    assert panel.ui.applyButton.enabled


def test_removing_the_volume_or_the_segment_disables_apply(panel, make_case):
    import slicer

    volume, segmentation, segment_id = make_case()
    choose(panel, volume, segmentation, segment_id)
    assert panel.ui.applyButton.enabled
    slicer.mrmlScene.RemoveNode(volume)
    assert not panel.ui.applyButton.enabled
    choose(panel, *make_case())
    assert panel.ui.applyButton.enabled
    slicer.mrmlScene.RemoveNode(panel._parameterNode.segmentation)
    assert not panel.ui.applyButton.enabled


def test_save_report_writes_the_files(panel, make_case, tmp_path, monkeypatch):
    import qt

    choose(panel, *make_case())
    panel.ui.applyButton.click()
    monkeypatch.setattr(qt.QFileDialog, "getExistingDirectory", lambda *a: str(tmp_path / "report"))
    panel.ui.saveReportButton.click()
    assert sorted(path.name for path in (tmp_path / "report").iterdir()) == ["card.json", "nomogram.svg", "report.html"]
    monkeypatch.setattr(qt.QFileDialog, "getExistingDirectory", lambda *a: "")
    panel.ui.saveReportButton.click()


def test_save_report_writes_the_language_and_formats_that_are_chosen(panel, make_case, tmp_path, monkeypatch):
    import qt
    import slicer

    said = []
    monkeypatch.setattr(slicer.util, "errorDisplay", lambda text, *a, **k: said.append(text))
    choose(panel, *make_case())
    panel.ui.applyButton.click()
    monkeypatch.setattr(qt.QFileDialog, "getExistingDirectory", lambda *a: str(tmp_path / "report"))
    panel.ui.reportDicomCheckBox.checked = True
    panel.ui.saveReportButton.click()
    assert len(said) == 1 and "load the scan from the DICOM database" in said[0] and not (tmp_path / "report").exists()
    panel.ui.reportDicomCheckBox.checked = False
    panel.ui.reportLanguageComboBox.setCurrentIndex(1)
    panel.ui.reportPdfCheckBox.checked = True
    panel.ui.saveReportButton.click()
    assert (tmp_path / "report" / "report.pdf").read_bytes().startswith(b"%PDF")
    assert "仅供研究使用" in (tmp_path / "report" / "report.html").read_text(encoding="utf-8")


def test_a_result_goes_into_the_dicom_database_where_its_scan_came_from(panel, make_case, monkeypatch):
    import slicer
    from RadiomicsOrthoScene import dicom_store

    class Database:
        """Takes what is inserted."""

        def __init__(self):
            self.files = {}

        def insert(self, path, storeFile, generateThumbnail):
            from pydicom import dcmread

            self.files[str(dcmread(path).SOPInstanceUID)] = path

        def fileForInstance(self, uid):
            return self.files.get(uid, "")

        def instanceValue(self, uid, tag):
            return ""

    button = panel.ui.storeDicomButton
    choose(panel, *make_case())
    assert not button.visible and "no score yet" in button.toolTip
    panel.ui.applyButton.click()
    assert button.visible and not button.enabled and "was not loaded from the DICOM database" in button.toolTip
    # a score whose scan is from a series; what the objects hold is tested on one in the scene ring
    monkeypatch.setattr(slicer, "dicomDatabase", Database(), raising=False)
    monkeypatch.setattr(dicom_store, "dicom_objects", lambda scored, language: {})
    volume, segmentation, segment_id = make_case()
    volume.SetAttribute("DICOM.instanceUIDs", "1.2 1.3")
    choose(panel, volume, segmentation, segment_id)
    panel.ui.applyButton.click()
    assert button.enabled and "identity" in button.toolTip
    button.click()
    assert "DICOM objects stored in the study of the scan" in panel.ui.savedLabel.text and panel.ui.savedLabel.visible


def test_a_model_without_a_scan_is_scored_in_an_empty_scene(panel, tmp_path, monkeypatch):
    import qt

    ui = panel.ui
    choose_model(panel, "orai")
    assert "Needs no scan" in ui.modelInfoLabel.text and not ui.advancedGroupBox.visible
    assert ui.applyReasonLabel.text == "Enter Age, Body weight, Takes oestrogen now."
    enter(panel, Age="70", Body="58", Takes="no")
    assert ui.applyButton.enabled
    ui.applyButton.click()
    text = ui.cardBrowser.toPlainText()
    assert "20" in text and "measure bone density" in text and "Research use only" in text
    assert json.loads(panel._parameterNode.resultText.GetText())["result"]["value"] == 20
    assert ui.nomogramContainer.visible and ui.resultTableView.mrmlTableNode() is panel._parameterNode.resultTable
    monkeypatch.setattr(qt.QFileDialog, "getExistingDirectory", lambda *a: str(tmp_path / "report"))
    ui.saveReportButton.click()
    assert sorted(path.name for path in (tmp_path / "report").iterdir()) == ["card.json", "nomogram.svg", "report.html"]
    enter(panel, Age="200")
    assert "inputs have changed" in ui.cardBrowser.toPlainText()
    ui.applyButton.click()
    assert "not plausible" in ui.cardBrowser.toPlainText()


def test_a_woman_is_not_asked_what_the_equation_of_men_has_and_open_questions_are_answered_at_once(panel):
    choose_model(panel, "qfracture-2012-fracture")
    form = panel.ui.clinicalWidget.layout()
    shown = {label: editor for label, editor in rows(panel) if editor.visible}
    assert "Sex:" in shown and not [label for label in shown if "care home" in label or "oestrogen" in label]
    assert "more" in panel.ui.applyReasonLabel.text
    enter(panel, Sex="female", Age="65", Height="165", Body="68", Alcohol="none", Ethnicity="white", Smoking="non")
    shown = {label for label, editor in rows(panel) if editor.visible}
    assert [label for label in shown if "oestrogen" in label] and not [label for label in shown if "care home" in label]
    button = form.itemAt(form.count() - 1).widget()
    button.click()
    assert panel.ui.applyButton.enabled and not button.visible
    panel.ui.applyButton.click()
    assert "4.6 %" in panel.ui.cardBrowser.toPlainText()


def test_a_scan_model_after_one_without_scan_asks_for_the_scan(panel, make_case):
    choose_model(panel, "orai")
    choose_model(panel, "pickhardt-2013-l1-hu")
    assert "Load a CT" in panel.ui.applyReasonLabel.text and panel.ui.advancedGroupBox.visible
    choose(panel, *make_case())
    panel.ui.applyButton.click()
    assert " HU" in panel.ui.cardBrowser.toPlainText()


def rows(panel):
    """(label, editor) of each row of the clinical values."""
    import qt

    form = panel.ui.clinicalWidget.layout()
    labels = [form.itemAt(index, qt.QFormLayout.LabelRole) for index in range(form.rowCount())]
    return [(label.widget().text, form.itemAt(index, qt.QFormLayout.FieldRole).widget())
            for index, label in enumerate(labels) if label]


def enter(panel, **values):
    """Values by the first word of their label: a number, or the key of a choice."""
    for label, editor in rows(panel):
        value = values.get(label.split()[0].rstrip(":"))
        if value is None:
            continue
        if hasattr(editor, "findData"):
            editor.setCurrentIndex(editor.findData(value))
        else:
            editor.text = value


@pytest.fixture
def clinical_model(panel, monkeypatch):
    """A generated model that asks for a number and a choice, as second model of the panel."""
    from RadiomicsOrthoLib.models import catalogue
    from RadiomicsOrthoLib.models.bundle import bundle_from_dict

    data = json.loads(json.dumps(dict(catalogue.load_model("pickhardt-2013-l1-hu").card)))
    data |= {"id": "generated", "title": "Generated", "trust": "simulated"}
    data["inputs"] += [{"name": "age", "title": "Age", "unit": "years", "source": "clinical", "valid_range": [18, 110]},
                       {"name": "sex", "title": "Sex", "source": "clinical", "choices": {"f": "female", "m": "male"}}]
    data["estimator"] = {"link": "logit", "intercept": 0.0, "terms": [
        {"input": "mean_hu", "kind": "linear", "coefficient": -0.01},
        {"input": "age", "kind": "linear", "coefficient": 0.01},
        {"input": "sex", "kind": "factor", "levels": {"f": 0.4, "m": 0.0}}]}
    data["output"] = {"title": "Risk", "unit": "", "lower_is_worse": False}
    model = bundle_from_dict(data, "0" * 64)
    panel.logic._models = (*panel.logic.models(), model)
    monkeypatch.setattr(catalogue, "load_model", lambda model_id: panel.logic.model(model_id))
    panel.ui.modelComboBox.addItem(model.title, model.id)
    return model


def editors(panel):
    form = panel.ui.clinicalWidget.layout()
    return [form.itemAt(index).widget() for index in (1, 3)]


def choose_model(panel, model_id):
    panel.ui.modelComboBox.setCurrentIndex(panel.ui.modelComboBox.findData(model_id))


def test_clinical_editors_follow_the_model(panel, make_case, clinical_model):
    choose(panel, *make_case())
    assert panel.ui.applyButton.enabled
    choose_model(panel, "generated")
    assert not panel.ui.applyButton.enabled and panel.ui.applyReasonLabel.text == "Enter Age, Sex."
    age, sex = editors(panel)
    age.text = "70"
    assert panel.ui.applyReasonLabel.text == "Enter Sex."
    sex.setCurrentIndex(sex.findData("f"))
    assert panel.ui.applyButton.enabled
    panel.ui.applyButton.click()
    assert "%" in panel.ui.cardBrowser.toPlainText()
    age.text = "7000"
    panel.ui.applyButton.click()
    assert "not plausible" in panel.ui.cardBrowser.toPlainText()


def test_changing_the_model_is_no_dead_end_and_loses_nothing(panel, make_case, clinical_model):
    choose(panel, *make_case())
    choose_model(panel, "generated")
    editors(panel)[0].text = "70"
    choose_model(panel, "pickhardt-2013-l1-hu")
    assert panel.ui.applyButton.enabled and not panel.ui.clinicalWidget.visible
    panel.ui.applyButton.click()
    assert " HU" in panel.ui.cardBrowser.toPlainText()
    choose_model(panel, "generated")
    assert editors(panel)[0].text == "70" and panel.ui.applyReasonLabel.text == "Enter Sex."


def test_editors_show_what_apply_uses(panel, make_case, clinical_model):
    """As after opening another scene: the values come from the parameter node."""
    choose(panel, *make_case())
    choose_model(panel, "generated")
    editors(panel)[0].text = "70"
    panel._parameterNode.clinical = {"age": "55", "sex": "m"}
    age, sex = editors(panel)
    assert age.text == "55" and sex.currentText == "male"
    panel.ui.applyButton.click()
    card = json.loads(panel._parameterNode.resultText.GetText())
    assert {item["name"]: item["value"] for item in card["inputs"]}["age"] == 55


def test_a_result_does_not_outlive_its_inputs(panel, make_case):
    choose(panel, *make_case(coreHu=90.0))
    panel.ui.applyButton.click()
    assert panel.ui.saveReportButton.enabled
    panel.ui.kvpComboBox.setCurrentIndex(panel.ui.kvpComboBox.findData("120"))
    assert "inputs have changed" in panel.ui.cardBrowser.toPlainText()
    assert not panel.ui.saveReportButton.enabled and not panel.ui.nomogramContainer.visible
    panel.ui.applyButton.click()
    assert panel.ui.saveReportButton.enabled
    choose(panel, *make_case(coreHu=200.0))
    assert "inputs have changed" in panel.ui.cardBrowser.toPlainText()


def test_features_reach_the_table(panel, make_case):
    choose(panel, *make_case())
    panel.ui.featuresCheckBox.setChecked(True)
    panel.ui.applyButton.click()
    table = panel._parameterNode.resultTable
    names = [table.GetCellText(row, 0) for row in range(table.GetNumberOfRows())]
    assert "original_glcm_Contrast" in names and len([n for n in names if n.startswith("original_")]) == 107


def test_without_the_packages_for_features_the_score_stands(panel, make_case, monkeypatch):
    """A scene may ask for features on a machine that lacks numba."""
    import importlib.util

    from runtime.dialogs import messages

    find_spec = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "numba" else find_spec(name))
    choose(panel, *make_case())
    panel.ui.featuresCheckBox.setChecked(True)
    panel.ui.applyButton.click()
    assert "Research use only" in panel.ui.cardBrowser.toPlainText()
    assert len(messages) == 1 and "Feature extraction needs the Python packages numba" in messages[0].text


def test_when_only_the_features_fail_the_score_stands(panel, make_case, monkeypatch):
    from RadiomicsOrthoLib.errors import InputError
    from RadiomicsOrthoLib.features import extraction
    from runtime.dialogs import messages

    def fail(*args, **kwargs):
        raise InputError("No texture here.")

    monkeypatch.setattr(extraction, "extract_features", fail)
    monkeypatch.setattr(panel.logic, "featuresProblem", lambda: "")
    choose(panel, *make_case())
    panel._parameterNode.extractFeatures = True
    panel.ui.applyButton.click()
    assert "Research use only" in panel.ui.cardBrowser.toPlainText()
    assert [message.text for message in messages] == ["No texture here."]


def test_the_other_module_is_one_click_away(panel, application, monkeypatch):
    import slicer

    chosen = []
    monkeypatch.setattr(slicer.util, "selectModule", chosen.append, raising=False)
    panel.ui.segmentButton.click()
    assert chosen == ["RadiomicsOrthoSegment"]


def test_opening_the_panel_on_a_loaded_scene_is_ready_to_apply(open_panel, make_case):
    make_case()
    panel = open_panel("RadiomicsOrtho")
    assert panel.ui.applyButton.enabled and panel.ui.regionLabel.text.startswith("L1")
    panel.ui.applyButton.click()
    assert panel.ui.saveReportButton.enabled
