"""The whole flow through the real widgets on the stand-ins: click, correct, cancel, save, reopen, reload, batch, study.

    python Testing/driving/drive_panels.py FOLDER [--real]

Every state is asserted as a user sees it, and its picture goes into FOLDER; look at them after a change to a panel.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[1] / "widgets")]

from runtime import harness

harness.start_widgets()

import panel_steps
import slicer
from runtime.qt_standins import dialog_answers

from driving import walk

MODULE, SEGMENT_MODULE = "RadiomicsOrtho", "RadiomicsOrthoSegment"
WIDTH = 460
#: longest wait for a whole scan
SCORED_WITHIN_S = 240


class PanelWalk(walk.Walk):
    """A user at the panel Radiomics Ortho with one scan."""

    def __init__(self, folder: Path, case: walk.Case) -> None:
        super().__init__(folder)
        self.case = case
        self.panel = harness.open_widget(MODULE)
        self.volume = None

    # -- what is seen ---------------------------------------------------------------

    @property
    def ui(self):
        return self.panel.ui

    @property
    def click(self):
        return panel_steps.part(self.panel, "OneClickSection")

    @property
    def node(self):
        return self.panel._parameterNode

    def cards(self) -> list[str]:
        """The lines of the list of scores."""
        return [self.click.scores.list.item(row).text() for row in range(self.click.scores.list.count)]

    def title(self, step: str) -> str:
        return getattr(self.ui, f"{step}CollapsibleButton").text

    def visible(self, widget) -> bool:
        return widget.isVisibleTo(self.panel.parent)

    def see(self, state: str, widget=None) -> None:
        """A state is reached: nothing went wrong behind the user's back, no button is dead without a word."""
        assert harness.slot_errors() == [], harness.slot_errors()
        assert self.unexplained() == []
        self.reached(state, lambda path: harness.grab(widget or self.panel, path, WIDTH))

    def unexplained(self) -> list[str]:
        import qt

        return [button.text for button in self.ui.tabWidget.currentWidget().findChildren(qt.QPushButton)
                if self.visible(button) and not button.enabled and not button.toolTip]

    # -- what is done ---------------------------------------------------------------

    def press(self) -> dict[str, int]:
        """Score, and wait; how often each stage was computed."""
        self.click.button.click()
        panel_steps.wait(self.click, SCORED_WITHIN_S)
        panel_steps.settle()
        return dict(self.click.runs)

    def score(self) -> None:
        """One click from an empty scene to the cards."""
        from RadiomicsOrthoScene.volumes import add_volume

        assert not self.click.button.enabled and "Load a CT" in self.click.stateLabel.text
        self.see("empty")
        self.volume = add_volume(self.case.image, f"CT {self.case.name}")
        panel_steps.settle()
        assert self.node.inputVolume is self.volume and self.click.button.enabled
        assert self.volume.GetName() in self.title("load")
        self.see("loaded")
        self.click.button.click()
        self._until_midway()
        assert self.click.button.text == "Cancel" and self.visible(self.click.progressBar)
        assert self.click.stateLabel.text
        self.see("at-work")
        panel_steps.wait(self.click, SCORED_WITHIN_S)
        panel_steps.settle()
        assert self.click.button.text == "&Score this scan" and self.node.scanTable.GetNumberOfRows() > 0
        assert self.visible(self.click.scores.list) == bool(self.cards())
        if self.panel.panel.scan.cards:
            self._look_at_card()
        else:
            # what is not given is explained where one looks for it
            assert self.visible(self.ui.notAppliedLabel) and self.ui.notAppliedLabel.text
            assert self.node.segmentId, "features of a region can be extracted"
        table = panel_steps.part(self.panel, "ViewSection").levelTable.widget
        rows = [table.item(row, 0).text() for row in range(table.rowCount)]
        assert rows and len(set(rows)) == len(rows), rows
        self.see("scored")

    def _until_midway(self) -> None:
        while self.click.progressBar.value <= 0 and self.click.busy:
            slicer.app.processEvents()

    def _look_at_card(self) -> None:
        ui, card = self.ui, self.panel.panel.scored.card
        assert card.place in ui.cardBrowser.toPlainText()
        assert "not saved yet" in self.title("report") and self.visible(ui.resultTableView)
        assert self.visible(ui.nomogramContainer) and self.visible(ui.whatIfGroupBox)

    def what_if(self) -> None:
        """Another value shows another result, and changes none."""
        before, ui = self.panel.panel.scored.text.GetText(), self.ui
        axis = next(iter(panel_steps.what_if_section(self.panel)._editors))
        panel_steps.drag_marker(self.panel, (axis, 0.6), (axis, 0.8))
        assert not ui.whatIfGroupBox.collapsed
        assert "What if:" in ui.whatIfLabel.text and ui.whatIfResetButton.enabled
        assert self.panel.panel.scored.text.GetText() == before
        self.see("what-if")
        ui.whatIfResetButton.click()
        assert "stays as it is" in ui.whatIfLabel.text
        ui.whatIfGroupBox.collapsed = True

    def save_drawing(self) -> None:
        """The nomogram in its window, as SVG and as PNG."""
        section = panel_steps.what_if_section(self.panel)
        self.ui.largeNomogramButton.click()
        slicer.app.processEvents()
        assert section.window.isOpen
        self.reached("nomogram-window", lambda path: harness.grab(section.window._dialog, path, 960, 700))
        actions = section.window.nomogram.actions
        for action, name in ((actions.svgAction, "nomogram.svg"), (actions.pngActions[1], "nomogram.png")):
            dialog_answers.append(str(self.folder / name))
            action.trigger()
            assert (self.folder / name).stat().st_size > 1000
        section.window.close()

    def correct_region(self) -> None:
        """Step back to a region: only it is measured, and only its cards are made again."""
        scan, nodes = self.panel.panel.scan, slicer.mrmlScene.GetNumberOfNodes()
        name = next((entry.region for entry in scan.cards if entry.region), None) or next(
            region.name for region in scan.regions if region.measurements)
        self._edit(name)
        assert self.click.button.text == "&Score again" and "edited since" in self.title("regions")
        self.see("edited")
        count = sum(entry.region == name for entry in scan.cards)
        assert self.press() == {"measurement": 1, **({"card": count} if count else {})}
        if count:
            assert ", edited" in str(self.panel.panel.scored.card.provenance["roi"]["made_by"])
        assert slicer.mrmlScene.GetNumberOfNodes() == nodes and self.click.button.text == "&Score this scan"
        self.see("scored-again")

    def _edit(self, name: str) -> None:
        from RadiomicsOrthoScene.generated_flow import cut_lowest_layer

        segment_id = self.node.segmentation.GetSegmentation().GetSegmentIdBySegmentName(name)
        cut_lowest_layer(self.node.segmentation, segment_id, self.volume)
        panel_steps.settle()

    def change_value(self) -> None:
        """A clinical value: nothing is measured again."""
        panel_steps.pick(self.ui.modelComboBox, "ost")
        for value in ("70", "71"):
            self.node.clinical = {"age": value, "weight": "50"}
            assert self.click.button.text == "&Score again"
            assert self.press() == {"card": 1}
        assert any("OST" in line for line in self.cards())
        self.see("value-changed")

    def cancel(self) -> None:
        """Midway through the search for bones: the scene is as it was, and everything can be pressed again."""
        chosen, self.node.segmentation = self.node.segmentation, None
        panel_steps.settle()
        before = walk.contents()
        self.click.button.click()
        self._until_midway()
        assert self.click.busy
        self.click.button.click()
        panel_steps.settle()
        assert not self.click.busy and "Cancelled" in self.click.stateLabel.text and self.click.button.enabled
        assert walk.contents() == before and self.started.alive == []
        self.see("cancelled")
        self.node.segmentation = chosen
        panel_steps.settle()
        assert self.click.button.text == "&Score this scan", "nothing was lost"
        self.click.scores.choose(0)
        assert self.panel.panel.scored is not None

    def save_report(self) -> None:
        folder = self.folder / "reports"
        folder.mkdir(exist_ok=True)
        dialog_answers.append(str(folder))
        self.ui.saveAllButton.click()
        assert (folder / "index.html").is_file() and "index.html" in self.ui.savedLabel.text
        assert "saved" in self.title("report")
        self.see("report-saved")

    def reopen(self) -> None:
        """A saved scene shows the same, and computes nothing."""
        cards, card, count = self.cards(), self.ui.cardBrowser.toPlainText(), self.started.count
        walk.save_and_reopen(self.folder / "scene.mrb")
        panel_steps.settle()
        self.volume = self.node.inputVolume
        assert self.cards() == cards and self.click.button.text == "&Score this scan"
        assert self.ui.cardBrowser.toPlainText() == card, (card, self.ui.cardBrowser.toPlainText())
        assert self.started.count == count
        self.see("reopened")

    def reload(self) -> None:
        """Slicer's button Reload: the same panel again."""
        cards, card = self.cards(), self.ui.cardBrowser.toPlainText()
        self.panel.onReload()
        self.panel = slicer.modules.RadiomicsOrthoWidget
        panel_steps.settle()
        assert self.cards() == cards and self.ui.cardBrowser.toPlainText() == card
        assert self.press() == {}, "what was computed before is known still"
        self.see("reloaded")

    def correct_in_the_other_module(self) -> None:
        """Radiomics Ortho Segment shows the same scan and regions; its core is a segment more; and back."""
        from RadiomicsOrthoScene.one_click import hand_to_score_module, hand_to_segment_module

        hand_to_segment_module(self.volume, self.node.segmentation)
        harness.leave_widget(self.panel)
        other = harness.open_widget(SEGMENT_MODULE)
        segments = self.node_segments()
        assert other._parameterNode.inputVolume is self.volume and other._parameterNode.proposalSite == self.case.bone
        panel_steps.settle()
        self.reached("segment-module", lambda path: harness.grab(other, path, WIDTH))
        other.editor.setCurrentSegmentID(segments.GetNthSegmentID(1))
        before = segments.GetNumberOfSegments()
        other.ui.coreButton.click()
        assert segments.GetNumberOfSegments() == before + 1
        hand_to_score_module(self.volume, other._parameterNode.segmentation, other.editor.currentSegmentID())
        harness.close_widget(other)
        harness.enter_widget(self.panel)
        panel_steps.settle()
        assert harness.slot_errors() == [], harness.slot_errors()
        assert "edited since" in self.title("regions"), self.title("regions")
        segments.RemoveSegment(segments.GetNthSegmentID(before))
        panel_steps.settle()

    def node_segments(self):
        return self.panel.logic.getParameterNode().segmentation.GetSegmentation()

    def close_scene(self) -> None:
        """Midway through the work: an empty panel, no error, nothing left running."""
        self.node.segmentation = None
        self.click.button.click()
        assert self.click.busy
        slicer.mrmlScene.Clear()
        panel_steps.settle()
        assert not self.click.busy and self.cards() == [] and not self.click.button.enabled
        assert self.started.alive == []
        assert not self.ui.loadCollapsibleButton.collapsed
        self.see("scene-closed")

    def batch(self, cohort: Path) -> None:
        """The tab "Batch": a list of cases in, a table in the scene, cards in a folder."""
        section, out = panel_steps.part(self.panel, "BatchSection"), self.folder / "batch"
        self.ui.tabWidget.setCurrentIndex(self.ui.tabWidget.indexOf(section.widget.parent()))
        section.enter()
        section.tableEdit.currentPath, section.outEdit.currentPath = str(cohort), str(out)
        self.see("batch-ready")
        section.button.click()
        panel_steps.wait(section, SCORED_WITHIN_S)
        assert "2 done" in section.resultLabel.text and (out / "cases" / "p0" / "index.html").is_file()
        assert any(node.GetName() == "Batch scores" for node in slicer.util.getNodesByClass("vtkMRMLTableNode"))
        self.see("batch-done")

    def study(self, place: Path) -> None:
        """The tab "Study": a small recipe on a simulated table, its report, and its charts in the views."""
        from RadiomicsOrthoLib.workbench.trial import trial_recipe, trial_table

        section = panel_steps.part(self.panel, "StudySection")
        results, recipe, out = panel_steps.part(self.panel, "StudyResultsSection"), trial_recipe(place), place / "study"
        self.panel.panel.openTab(section)
        section.ownRecipeEdit.currentPath = str(recipe)
        panel_steps.pick(section._recipe.comboBox, "own")
        section.tableEdit.currentPath = str(trial_table(recipe, place / "table"))
        section.outEdit.currentPath = str(out)
        panel_steps.checked(section)
        assert "SIMULATED" in section.checkLabel.text and section.button.enabled, section.button.toolTip
        self.see("study-ready")
        section.button.click()
        panel_steps.wait(section, SCORED_WITHIN_S)
        assert "SIMULATED" in results.titleLabel.text and (out / "report.html").is_file()
        assert slicer.util.getNodesByClass("vtkMRMLPlotChartNode")
        self.see("study-done")

    def end(self) -> None:
        harness.close_widget(self.panel)
        assert self.started.alive == [] and harness.slot_errors() == []


def drive(folder: Path, case: walk.Case, cohort: Path | None = None) -> list[str]:
    """Walk through everything with one scan, with the batch where a list of cases is given; the names of the states."""
    harness.reset()
    user = PanelWalk(folder, case)
    with user.started.watched():
        user.score()
        if user.panel.panel.scan.cards:
            user.what_if()
            user.save_drawing()
        user.correct_region()
        user.change_value()
        user.cancel()
        user.save_report()
        user.reopen()
        user.correct_in_the_other_module()
        user.reload()
        user.close_scene()
        if cohort is not None:
            user.batch(cohort)
            with tempfile.TemporaryDirectory() as place:
                user.study(Path(place))
        user.end()
    harness.reset()
    return user.states


def load_modules() -> None:
    for name in (MODULE, SEGMENT_MODULE):
        harness.load_module(walk.TESTING.parent / name / f"{name}.py")


def main() -> None:
    load_modules()
    walk.walk_all(__doc__.splitlines()[0], drive)


if __name__ == "__main__":
    main()
