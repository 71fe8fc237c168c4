"""Results of a study or a validation: figures at a glance, charts and tables in the views, its model for a case."""

from html import escape
from pathlib import Path

import qt
import slicer
from RadiomicsOrthoLib import RESEARCH_USE_ONLY
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoScene import layouts, study_results
from RadiomicsOrthoScene.model_packages import bringModel, replacedModel
from slicer.i18n import tr as _

from .button_state import allow
from .combo_box import Choices
from .fold import addEditor, showText
from .form_layout import WheelGuard
from .headline_table import HeadlineTable
from .one_click_section import OneClickSection
from .score_step import ScoreStep
from .section import Section
from .step_text import DONE, LOOK
from .translation import shown


class StudyResultsSection(Section):
    """Shows what a folder holds; reading it computes nothing."""

    def __init__(self, panel) -> None:
        super().__init__(panel)
        self._study = None
        self._build()
        self._showState()

    @property
    def study(self):
        """The ``StoredStudy`` that is shown; ``None`` if none is."""
        return self._study

    @property
    def chosenModel(self) -> str:
        """Folder of the model that is chosen; empty if there is none."""
        return self._models.chosen() if self._study else ""

    def open(self, folder: str) -> str:
        """Show the results in ``folder``; why that is not possible, empty if it is."""
        from RadiomicsOrthoLib.workbench.results import read_study

        problem = ""
        with slicer.util.tryWithErrorDisplay(_("The results cannot be shown."), waitCursor=False):
            try:
                study = read_study(folder)
                self._take(study)
            except InputError as error:
                problem = str(error)
        self._showState()
        return problem

    def sceneClosed(self) -> None:
        """The results lie in their folder; charts and tables are written again where they are asked for."""

    def _build(self) -> None:
        self.widget = qt.QGroupBox(_("Results"))
        layout = qt.QVBoxLayout(self.widget)
        self.titleLabel = qt.QLabel()
        self.titleLabel.wordWrap = True
        layout.addWidget(self.titleLabel)
        self.headline = HeadlineTable()
        layout.addWidget(self.headline.widget)
        self.notesLabel = qt.QLabel()
        self.notesLabel.wordWrap = True
        layout.addWidget(self.notesLabel)
        form = qt.QFormLayout()
        layout.addLayout(form)
        self._guard = WheelGuard()
        self.chartComboBox = self._comboBox("studyChartComboBox", _(
            "Show a chart in the plot view; the data of its curves are nodes of the scene"), self._onChart)
        self._charts = Choices(self.chartComboBox)
        addEditor(form, _("Ch&art:"), self.chartComboBox)
        self.tableComboBox = self._comboBox("studyTableComboBox", _("Show a table below the chart"), self._onTable)
        self._tables = Choices(self.tableComboBox)
        self.tableLabel = addEditor(form, _("Ta&ble:"), self.tableComboBox)
        self.modelComboBox = self._comboBox("studyModelComboBox", _(
            "A fitted model of the study, as a bundle that scores a case"), self._onModel)
        self._models = Choices(self.modelComboBox)
        self.useButton = qt.QPushButton(_("&Use this model"))
        self.useButton.objectName = "studyUseButton"
        self.useButton.connect("clicked(bool)", self._onUse)
        self.modelLabel = addEditor(form, _("&Model:"), self.modelComboBox, self.useButton)
        row = qt.QHBoxLayout()
        for name, text, tip, pressed in (
                ("reportButton", _("Open report"), _("The whole report in the browser: who is in the study, figures, "
                                                     "features, checklists"), self._onReport),
                ("folderButton", _("Open folder"), _("Show the folder with report, tables and models in the file "
                                                     "manager"), self._onFolder),
                ("backButton", _("Back to the scan"), _("The arrangement of views that was there before the charts"),
                 self._onBack)):
            button = qt.QPushButton(text)
            button.toolTip = tip
            button.connect("clicked(bool)", pressed)
            row.addWidget(button)
            setattr(self, name, button)
        layout.addLayout(row)
        self.messageLabel = qt.QLabel()
        self.messageLabel.wordWrap = True
        layout.addWidget(self.messageLabel)

    def _comboBox(self, name: str, tip: str, chosen):
        box = qt.QComboBox()
        box.objectName = name
        box.sizeAdjustPolicy = qt.QComboBox.AdjustToMinimumContentsLengthWithIcon
        box.toolTip = tip
        self._guard.protect(box)
        # by a person only, not by filling it
        box.connect("activated(int)", chosen)
        return box

    def _take(self, study) -> None:
        self._study = study
        data = study.data
        kind = _("External validation") if data["kind"] == "validation" else _("Study")
        # that it is simulated stands above already
        notes = [note for note in data["notes"] if not note.startswith("SIMULATED")]
        text = f"<b>{kind}: {escape(shown(data['title']))}</b><br>{escape(shown(RESEARCH_USE_ONLY))}"
        if study.simulated:
            text = f"<b>{LOOK} " + _("SIMULATED: virtual people; nothing here is about real ones.") + f"</b><br>{text}"
        showText(self.titleLabel, text)
        showText(self.notesLabel, "<br>".join(f"{LOOK} {escape(shown(note))}" for note in notes))
        self.headline.show(data["headline"])
        self._charts.show([(shown(one["title"]), name) for name, one in study.charts.items()], "")
        self._tables.show([(_("choose a table"), ""), *((shown(one["title"]), one["file"]) for one in data["tables"])],
                          "")
        self._models.show([(title, str(path)) for title, path in study.models.items()], "")
        self.messageLabel.text = ""
        study_results.write_study_record(study)
        self._onChart(0)

    def _onChart(self, index) -> None:
        name = self._charts.chosen()
        if name:
            study_results.show_study_chart(self._study, name)
        self._showState()

    def _onTable(self, index) -> None:
        file = self._tables.chosen()
        if file:
            title = next(one["title"] for one in self._study.data["tables"] if one["file"] == file)
            self._attempt(lambda: study_results.show_study_table(self._study, file, title))
        self._showState()

    def _onModel(self, index) -> None:
        self._showState()

    def _onUse(self, checked) -> None:
        path = Path(self.chosenModel)
        version = replacedModel(path)
        question = _("'{model}' becomes one of this site's models, for the tab Case and for Score this scan.").format(
            model=self.modelComboBox.currentText)
        if version:
            question += " " + _("It replaces the model of the same id, version {version}.").format(version=version)
        question += "\n\n" + _("It was made here, nobody has signed it, and it is for research only: look at the "
                               "report before you rely on a number.")
        if self._study.simulated:
            question += "\n\n" + _("SIMULATED: it was fitted to virtual people, and says nothing about a real one.")
        if not slicer.util.confirmOkCancelDisplay(question):
            return
        found = []
        self._attempt(lambda: found.append(bringModel(path)))
        if found:
            self.panel.section(ScoreStep).offer(found[0])
            self.messageLabel.text = _("{sign} Chosen in the tab Case: {model}").format(
                sign=DONE, model=shown(found[0].title))
            self.panel.openTab(self.panel.section(OneClickSection))
        self._showState()

    def _attempt(self, act) -> None:
        """Do something that can be refused with a sentence, which then stands below the buttons."""
        self.messageLabel.text = ""
        with slicer.util.tryWithErrorDisplay(_("The results cannot be shown."), waitCursor=False):
            try:
                act()
            except InputError as error:
                self.messageLabel.text = shown(str(error))

    def _onReport(self, checked) -> None:
        qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(str(self._study.report)))

    def _onFolder(self, checked) -> None:
        qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(str(self._study.path)))

    def _onBack(self, checked) -> None:
        layouts.leave_layout()
        self._showState()

    def _showState(self) -> None:
        study = self._study
        self.widget.visible = study is not None
        if study is None:
            self.useButton.toolTip = _("There are no results yet.")
            return
        reasons = [one["reason"] for one in study.data["models"] if one["reason"]]
        for widget in (self.modelLabel, self.modelComboBox, self.useButton):
            widget.visible = study.data["kind"] != "validation"
        for widget in (self.tableLabel, self.tableComboBox):
            widget.visible = bool(study.data["tables"])
        allow(self.useButton, "" if study.models else " ".join([_("This study has no model that can score a case:"),
                                                                *map(shown, reasons)]),
              _("Have this model score cases: it is verified, copied into the folder of this site's models, and chosen "
                "in the tab Case"))
        allow(self.reportButton, "" if study.report.is_file() else _("The report is no longer in the folder."),
              _("The whole report in the browser: who is in the study, figures, features, checklists"))
        allow(self.backButton, "" if layouts.is_own_layout() else _("The views are those of the scan."),
              _("The arrangement of views that was there before the charts"))
        self.messageLabel.visible = bool(self.messageLabel.text)
