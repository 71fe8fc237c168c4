"""The tab "Batch": a list in, tables as nodes out; cancel, continue, refuse, close the scene."""

import csv

import pytest
from batch_cohort import write_cohort
from panel_steps import part, wait

MODULE = "RadiomicsOrtho"


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    return write_cohort(tmp_path_factory.mktemp("cohort"), 2)


@pytest.fixture
def section(panel):
    section = part(panel, "BatchSection")
    panel.panel.openTab(section)
    assert not panel.ui.caseWidget.isVisibleTo(panel.parent), "a tab widget is as high as its highest page"
    section.enter()
    section.tableEdit.currentPath = section.outEdit.currentPath = ""
    return section


def ask(section, table, out):
    section.tableEdit.currentPath, section.outEdit.currentPath = str(table), str(out)


def run(section):
    section.button.click()
    wait(section, 120)


def column(node, title):
    values = node.GetTable().GetColumnByName(title)
    return [values.GetValue(row) for row in range(node.GetTable().GetNumberOfRows())]


def test_the_button_says_what_is_missing(section, cohort, tmp_path):
    assert not section.button.enabled and "Choose a list" in section.button.toolTip
    ask(section, tmp_path / "none.csv", "")
    assert "There is no file" in section.button.toolTip
    ask(section, cohort, "")
    assert "folder for the results" in section.stateLabel.text
    ask(section, cohort, tmp_path / "out")
    assert section.button.enabled and section.button.text == "Run batch"
    assert section.progressBar.visible is False and section.resultGroup.visible is False


def test_a_list_gives_tables_and_cards(section, cohort, tmp_path, panel):
    import slicer

    out = tmp_path / "out"
    ask(section, cohort, out)
    section.button.click()
    assert section.busy and section.button.text == "Cancel" and not section.tableEdit.enabled
    wait(section, 120)
    assert "2 done" in section.resultLabel.text and "damaged" in section.resultLabel.text
    assert section.resultGroup.visible
    nodes = {node.GetName(): node for node in slicer.util.getNodesByClass("vtkMRMLTableNode")}
    with (out / "scores.csv").open(encoding="utf-8", newline="") as file:
        wanted = list(csv.DictReader(file))
    assert column(nodes["Batch scores"], "model") == [row["model"] for row in wanted]
    assert column(nodes["Batch features"], "case")[:2] == ["p0", "p1"]
    assert (out / "cases" / "p0" / "index.html").is_file()
    assert slicer.app.applicationLogic().GetSelectionNode().GetActiveTableID() == nodes["Batch scores"].GetID()
    # again: what is done is continued, and the nodes are the same ones
    assert section.button.text == "Continue batch"
    run(section)
    assert {node.GetID() for node in slicer.util.getNodesByClass("vtkMRMLTableNode")} == {
        node.GetID() for node in nodes.values()}
    # a scene that was closed takes the nodes away, not the files
    slicer.mrmlScene.Clear()
    section.tableButtons["failures.csv"].click()
    shown = slicer.mrmlScene.GetNodeByID(slicer.app.applicationLogic().GetSelectionNode().GetActiveTableID())
    assert "damaged" in column(shown, "case")
    for name in ("scores.csv", "features.csv", "failures.csv"):
        (out / name).unlink()
    slicer.mrmlScene.Clear()
    section.tableButtons["features.csv"].click()
    assert "run the batch again" in section.stateLabel.text


def test_cancel_keeps_what_is_done_and_the_button_goes_on(section, cohort, tmp_path):
    import slicer

    out = tmp_path / "out"
    ask(section, cohort, out)
    section.button.click()
    while not (out / "unfinished").is_dir():
        slicer.app.processEvents()
    section.button.click()
    assert not section.button.enabled
    wait(section, 120)
    assert "press the button to continue" in section.stateLabel.text and section.button.text == "Continue batch"
    assert not (out / "scores.csv").exists() and section.button.enabled
    run(section)
    assert "2 done" in section.resultLabel.text


def test_what_is_wrong_with_the_list_stands_below_the_button(section, tmp_path):
    (tmp_path / "list.csv").write_text("case,image,level\np1,a.nrrd,L9\n", encoding="utf-8")
    ask(section, tmp_path / "list.csv", tmp_path / "out")
    run(section)
    assert "line 2, column 'level'" in section.stateLabel.text and not (tmp_path / "out").exists()
    section.tableEdit.currentPath = str(tmp_path)
    assert not section.stateLabel.text


def test_a_folder_is_taken_in_place_of_a_list(section, cohort, monkeypatch):
    import qt

    monkeypatch.setattr(qt.QFileDialog, "getExistingDirectory", lambda *arguments: str(cohort.parent))
    section.folderButton.click()
    assert section.tableEdit.currentPath == str(cohort.parent)
