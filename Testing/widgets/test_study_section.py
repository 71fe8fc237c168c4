"""The tab "Study": choose, check, run, cancel, show again, validate elsewhere, and use the model in a case."""

import csv
import time

import pytest
from panel_steps import checked, part, pick, shortcuts, wait

pytest.importorskip("sklearn", reason="training needs scikit-learn")
pytest.importorskip("pandas", reason="training needs pandas")

from RadiomicsOrthoLib.workbench.trial import trial_recipe, trial_table

MODULE = "RadiomicsOrtho"


@pytest.fixture(scope="module")
def recipe(tmp_path_factory):
    return trial_recipe(tmp_path_factory.mktemp("recipe"))


@pytest.fixture(scope="module")
def table(tmp_path_factory, recipe):
    return trial_table(recipe, tmp_path_factory.mktemp("table") / "cohort")


@pytest.fixture(scope="module")
def finished(tmp_path_factory, recipe, table):
    """The folder of a study that was run without the panel."""
    from RadiomicsOrthoLib.workbench.request import StudyRequest
    from RadiomicsOrthoLib.workbench.train import train_study

    out = tmp_path_factory.mktemp("finished") / "out"
    train_study(StudyRequest(str(recipe), str(table), str(out)))
    return out


@pytest.fixture(autouse=True)
def own_models(monkeypatch, tmp_path):
    monkeypatch.setenv("RADIOMICS_ORTHO_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


@pytest.fixture
def section(panel):
    import slicer
    from RadiomicsOrthoWidgets.recipe_choice import SETTING

    section = part(panel, "StudySection")
    panel.panel.openTab(section)
    for edit in (section.tableEdit, section.outEdit, section.sheetEdit, section.ownRecipeEdit):
        edit.currentPath = ""
    section.enter()
    yield section
    slicer.app.userSettings().setValue(SETTING, "")


@pytest.fixture
def results(panel):
    return part(panel, "StudyResultsSection")


def ask(section, recipe, table, out):
    """Choose an own recipe, a table and a folder; until the table was checked."""
    section.ownRecipeEdit.currentPath = str(recipe)
    pick(section._recipe.comboBox, "own")
    section.tableEdit.currentPath, section.outEdit.currentPath = str(table), str(out)
    checked(section)


def run(section):
    assert section.button.enabled, section.button.toolTip
    section.button.click()
    wait(section, 120)


def names(class_name):
    import slicer

    return {node.GetName() for node in slicer.util.getNodesByClass(class_name)}


def test_the_button_says_what_is_missing(section, recipe, table, tmp_path):
    pick(section._recipe.comboBox, "jiang-2022")
    assert not section.button.enabled and "Choose a table" in section.button.toolTip
    assert "386 rows of 129 subjects" in section._recipe.needsLabel.text
    assert "patients are split" in section._recipe.needsLabel.text
    section.tableEdit.currentPath = str(tmp_path / "none.csv")
    assert "There is no file" in section.stateLabel.text
    section.tableEdit.currentPath = str(table)
    checked(section)
    assert "no column 'osteoporosis'" in section.checkLabel.text and not section.button.enabled
    ask(section, recipe, table, "")
    assert "SIMULATED" in section.checkLabel.text and "60 subjects" in section.checkLabel.text
    assert "folder for the results" in section.button.toolTip
    section.outEdit.currentPath = str(table.parent)
    assert "is not empty" in section.button.toolTip
    section.outEdit.currentPath = str(tmp_path / "out")
    assert section.button.enabled and section.button.text == "Run study"
    assert not section.progressBar.visible and not section.batchButton.enabled and section.batchButton.toolTip


def test_a_faulty_cell_is_named_before_anything_is_computed(section, recipe, table, tmp_path):
    with table.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    rows[2][header.index("age")] = "old"
    (tmp_path / "cohort.schema.json").write_bytes(table.with_suffix(".schema.json").read_bytes())
    with (tmp_path / "cohort.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    ask(section, recipe, tmp_path / "cohort.csv", tmp_path / "out")
    assert "line 4, column 'age'" in section.checkLabel.text and "line 4" in section.button.toolTip
    # corrected outside: seen when the module is entered again
    rows[2][header.index("age")] = "70"
    with (tmp_path / "cohort.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    section.enter()
    checked(section)
    assert section.button.enabled


def test_a_study_shows_its_figures_charts_and_tables(section, results, recipe, table, tmp_path):
    import slicer

    out = tmp_path / "out"
    ask(section, recipe, table, out)
    assert not results.widget.visible
    section.button.click()
    assert section.busy and section.button.text == "Cancel" and not section.tableEdit.enabled
    # the scene is none of its business
    slicer.mrmlScene.Clear()
    wait(section, 120)
    assert "Done" in section.stateLabel.text and (out / "report.html").is_file()
    assert results.widget.visible and "SIMULATED" in results.titleLabel.text
    assert "Research use only" in results.titleLabel.text
    rows = [results.headline.widget.item(row, 0).text() for row in range(results.headline.widget.rowCount)]
    assert {"Cross-validation", "AUC", "Calibration slope"} <= set(rows)
    assert all(results.headline.widget.item(row, 0).toolTip() for row in range(len(rows)))
    logic = slicer.app.applicationLogic().GetSelectionNode()
    chart = slicer.mrmlScene.GetNodeByID(logic.GetActivePlotChartID())
    assert chart.GetTitle().startswith("SIMULATED \u2013 ROC")
    pick(results.chartComboBox, "decision-1")
    results.chartComboBox.activated.emit(results.chartComboBox.currentIndex)
    chart = slicer.mrmlScene.GetNodeByID(logic.GetActivePlotChartID())
    assert "Decision curve" in chart.GetTitle()
    pick(results.tableComboBox, "performance.csv")
    results.tableComboBox.activated.emit(results.tableComboBox.currentIndex)
    node = slicer.mrmlScene.GetNodeByID(logic.GetActiveTableID())
    assert "SIMULATED" in node.GetName()
    titles = [node.GetTable().GetColumn(at).GetName() for at in range(node.GetTable().GetNumberOfColumns())]
    assert "auc_subjects" in titles and "auc_subjects_lower" not in titles
    hierarchy = slicer.mrmlScene.GetSubjectHierarchyNode()
    parent = hierarchy.GetItemParent(hierarchy.GetItemByDataNode(node))
    assert hierarchy.GetItemName(parent).startswith("SIMULATED")
    assert parent == hierarchy.GetItemParent(hierarchy.GetItemByDataNode(chart))
    assert any("record" in name for name in names("vtkMRMLTextNode"))
    # what is done is not done again
    assert not section.button.enabled and "holds results" in section.button.toolTip and section.showButton.visible


def test_results_of_an_earlier_study_are_shown_again(section, results, finished, panel):
    import slicer

    section.outEdit.currentPath = str(finished)
    section.showButton.click()
    assert results.widget.visible and results.study.path == finished
    before = names("vtkMRMLPlotChartNode")
    slicer.mrmlScene.Clear()
    # the same nodes again, not twice
    section.showButton.click()
    section.showButton.click()
    assert names("vtkMRMLPlotChartNode") == before
    assert len(slicer.util.getNodesByClass("vtkMRMLPlotChartNode")) == len(before)
    (finished / "results.json").rename(finished / "away.json")
    try:
        section.enter()
        assert not section.showButton.visible
    finally:
        (finished / "away.json").rename(finished / "results.json")


def test_cancel_writes_nothing(section, results, recipe, table, tmp_path):
    import slicer

    ask(section, recipe, table, tmp_path / "out")
    section._plan._boxes["repeats"].value = 30
    checked(section)
    section.button.click()
    while "fit" not in section.stateLabel.text:
        assert section.busy
        slicer.app.processEvents()
        time.sleep(0.02)
    assert not section.simulateButton.enabled and "being computed" in section.simulateButton.toolTip
    section.button.click()
    assert not section.button.enabled
    wait(section, 60)
    assert section.stateLabel.text == "Cancelled; nothing was written." and not (tmp_path / "out").exists()
    assert section.button.enabled and not results.widget.visible


def test_a_simulated_cohort_is_chosen_and_says_so(section, recipe, tmp_path):
    ask(section, recipe, "", tmp_path / "study")
    section.simulateButton.click()
    wait(section, 60)
    assert "SIMULATED" in section.stateLabel.text
    assert section.tableEdit.currentPath == str(tmp_path / "simulated-trial-yang-2022-cohort" / "cohort.csv")
    checked(section)
    assert section.button.enabled and section.outEdit.currentPath == str(tmp_path / "simulated-trial-yang-2022-study")


def test_the_plan_of_a_recipe_can_be_changed_where_it_has_folds(section, recipe):
    plan = section._plan
    section.advancedBox.collapsed = False
    pick(section._recipe.comboBox, "jiang-2022")
    assert plan.values() | {"jobs": 1} == {"jobs": 1, "repeats": None, "folds": None, "seed": None}
    plan._boxes["folds"].value = 4
    assert plan.values()["folds"] == 4
    pick(section._recipe.comboBox, "haudenschild-2023")
    assert not plan._boxes["folds"].enabled and "one subject" in plan._boxes["folds"].toolTip
    assert plan.values()["folds"] is None


def test_the_whole_design_is_there_to_be_read(section):
    pick(section._recipe.comboBox, "jiang-2022")
    assert not section._recipe.aboutBrowser.plainText
    section._recipe._aboutBox.collapsed = False
    assert "none of its numbers are used" in section._recipe.aboutBrowser.plainText
    pick(section._recipe.comboBox, "hong-2021")
    assert "Hong" in section._recipe.aboutBrowser.plainText


def test_a_model_of_the_study_scores_a_case(section, results, finished, panel, own_models):
    from runtime import dialogs

    section.outEdit.currentPath = str(finished)
    section.showButton.click()
    dialogs.confirm_answers.append(False)
    results.useButton.click()
    assert not own_models.exists() and "SIMULATED" in dialogs.messages[-1].text
    results.useButton.click()
    assert panel.ui.tabWidget.currentIndex == 0
    chosen = panel._parameterNode.modelId
    assert chosen.startswith("trial-yang-2022-") and (own_models / chosen / "model.json").is_file()
    assert panel.ui.modelComboBox.currentData == chosen
    assert panel.logic.model(chosen).trust == "simulated"
    # again: the same model is taken without a word of replacing
    results.useButton.click()
    assert "replaces" not in dialogs.messages[-1].text


def test_a_case_is_scored_by_a_model_of_one_s_own(section, results, panel, make_case, tmp_path, own_models):
    import slicer
    from RadiomicsOrthoLib.workbench.request import StudyRequest
    from RadiomicsOrthoLib.workbench.train import train_study
    from RadiomicsOrthoScene.segments import describe_segment

    recipe = trial_recipe(tmp_path, "jiang-2022", model="mean-hu")
    table = trial_table(recipe, tmp_path / "cohort", 40)
    train_study(StudyRequest(str(recipe), str(table), str(tmp_path / "out")))
    section.outEdit.currentPath = str(tmp_path / "out")
    section.showButton.click()
    volume, segmentation, segment = make_case()
    describe_segment(segmentation.GetSegmentation().GetSegment(segment), "vertebra", "L1", None, "whole-body")
    node = panel._parameterNode
    node.inputVolume, node.segmentation, node.segmentId, node.kvp = volume, segmentation, segment, "120"
    results.useButton.click()
    slicer.app.processEvents()
    assert panel.ui.applyButton.enabled, panel.ui.applyReasonLabel.text
    panel.ui.applyButton.click()
    card = panel.panel.scored.card
    assert card.model.id == "trial-jiang-2022-mean-hu" and 0 <= card.value <= 1
    assert "SIMULATED" in panel.ui.cardBrowser.plainText.upper()


def test_a_model_is_validated_on_another_table(section, results, finished, recipe, table, panel, tmp_path):
    validation = part(panel, "ValidationSection")
    validation.widget.collapsed = False
    for edit in (validation.modelEdit, validation.tableEdit, validation.outEdit):
        edit.currentPath = ""
    validation.enter()
    assert not validation.button.enabled and "Choose a model" in validation.button.toolTip
    assert not validation.ownButton.enabled
    section.ownRecipeEdit.currentPath = str(recipe)
    pick(section._recipe.comboBox, "own")
    section.outEdit.currentPath = str(finished)
    section.showButton.click()
    validation.enter()
    validation.ownButton.click()
    validation.tableEdit.currentPath = str(trial_table(recipe, tmp_path / "others", 80))
    validation.outEdit.currentPath = str(tmp_path / "external")
    assert validation.button.enabled
    run(validation)
    assert results.study.data["kind"] == "validation" and "External validation" in results.titleLabel.text
    assert not results.useButton.visible and results.chartComboBox.count == 3 and not results.notesLabel.visible
    # on its own table
    validation.modelEdit.currentPath = str(next((finished / "models").iterdir()))
    validation.tableEdit.currentPath = str(table)
    validation.outEdit.currentPath = str(tmp_path / "own")
    run(validation)
    assert "which are too good" in results.notesLabel.text
    validation.outcomeEdit.text = "fracture"
    validation.outEdit.currentPath = str(tmp_path / "again")
    run(validation)
    assert "COLUMN=NO,YES" in validation.stateLabel.text


def test_every_letter_of_the_tab_is_there_once(section):
    letters = shortcuts(section.widget.parent())
    assert len(letters) == len(set(letters)), letters
