"""The tab "Study": a published design on one's own table, while the user goes on working."""

import os

import qt
import slicer
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoScene import workbench
from slicer.i18n import tr as _

from .background_section import BackgroundSection
from .batch_section import BatchSection
from .button_state import allow
from .fold import addEditor, addText, fitText, fold, showText
from .path_edits import fileEdit, folderEdit
from .recipe_choice import RecipeChoice
from .step_text import AT_WORK, DONE, REFUSED
from .study_plan import StudyPlan
from .study_results_section import StudyResultsSection
from .table_check import TableCheck
from .translation import shown
from .work_controls import workControls

STUDY, COHORT = "study", "cohort"


class StudySection(BackgroundSection):
    """Has a recipe run on a table in a process of its own; it belongs to no scene and no parameter node."""

    def __init__(self, panel) -> None:
        super().__init__(panel)
        #: what the work in progress is, and its request
        self._kind = self._request = None
        self._problem = self._said = ""
        self._check = TableCheck(self._showState)
        self._begin()
        self._onRecipe()

    @property
    def checking(self) -> bool:
        """True while the table is being compared with the recipe."""
        return self._check.pending

    @property
    def ownRecipe(self) -> str:
        """The file of the user's own recipe, where that is chosen."""
        return self._recipe.chosen if self._recipe.isOwn else ""

    def exit(self) -> None:
        self._check.stop()

    def stop(self) -> None:
        """End the work; nothing was written."""
        self._check.stop()
        super().stop()

    def _build(self) -> None:
        self.widget = qt.QWidget()
        layout = qt.QVBoxLayout(self.widget)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._buildInputs())
        self.button, self.progressBar, self.stateLabel = workControls(layout, "studyButton", self._onButton)
        self.showButton = qt.QPushButton(_("Sho&w results"))
        self.showButton.connect("clicked(bool)", self._onShow)
        layout.insertWidget(2, self.showButton)

    def _buildInputs(self):
        group = qt.QGroupBox(_("A published design on your own table"))
        form = qt.QFormLayout(group)
        self._recipe = RecipeChoice(form, lambda: self.ownRecipeEdit.currentPath, self._onRecipe)
        self.tableEdit = fileEdit("StudyTable", [_("Tables (*.csv *.parquet)")], _(
            "One row for each region: a column 'subject', features as 'extract' and the batch write them, the outcome, "
            "and the clinical columns that are named above"), self._onInput)
        self.batchButton = qt.QPushButton(_("From batch"))
        self.batchButton.connect("clicked(bool)", self._onFromBatch)
        addEditor(form, _("&Table:"), self.tableEdit, self.batchButton)
        self.checkLabel = qt.QLabel()
        addText(form, self.checkLabel)
        self.outEdit = folderEdit("StudyOut", _(
            "A new or empty folder for report, tables and models; or that of an earlier study, whose results are then "
            "shown"), self._onInput)
        addEditor(form, _("Results &in:"), self.outEdit)
        form.addRow(self._buildAdvanced())
        self.simulateButton = qt.QPushButton(_("Tr&y with a simulated cohort"))
        self.simulateButton.connect("clicked(bool)", self._onSimulate)
        form.addRow(self.simulateButton)
        return group

    def _buildAdvanced(self):
        box, form = fold(_("Advanced"))
        self.sheetEdit = fileEdit("StudySheet", [_("Tables (*.csv *.parquet)")], _(
            "Clinical values and outcomes in a table of their own with one row for each subject; it is joined to the "
            "features by the column 'subject'. Leave it empty if everything is in one table."), self._onInput)
        addEditor(form, _("Outcomes (&sheet):"), self.sheetEdit)
        self.ownRecipeEdit = fileEdit("StudyRecipeFile", [_("Recipes (*.yaml *.yml *.json)")], _(
            "A recipe of your own: copy one that ships, and change it"), self._onRecipe)
        addEditor(form, _("Own reci&pe:"), self.ownRecipeEdit)
        self._plan = StudyPlan(form, self._onInput, max(1, (os.cpu_count() or 2) // 2))
        self.advancedBox = box
        return box

    def _onRecipe(self, path=None) -> None:
        self._recipe.read()
        self._plan.show(self._recipe.recipe)
        self._onInput()

    def _onInput(self, path=None) -> None:
        self._problem = self._said = ""
        self._showState()

    def _onFromBatch(self, checked) -> None:
        self.tableEdit.currentPath = self._batchTable()

    def _batchTable(self) -> str:
        """The features of the batch of the other tab; empty if there are none."""
        out = self.panel.section(BatchSection).outEdit.currentPath
        path = os.path.join(out, "features.csv") if out else ""
        return path if os.path.isfile(path) else ""

    def _onShow(self, checked) -> None:
        self._open(self.outEdit.currentPath)

    def _open(self, folder: str) -> None:
        self._problem = self.panel.section(StudyResultsSection).open(folder)
        self._showState()

    def _onButton(self, checked) -> None:
        if self.busy:
            self._work.cancel()
        else:
            self._request = self._asked()
            self._start(STUDY, lambda job: job.train(self._request))
            for edit in (self.tableEdit, self.outEdit, self.sheetEdit, self.ownRecipeEdit):
                if edit.currentPath:
                    edit.addCurrentPathToHistory()
        self._showState()

    def _onSimulate(self, checked) -> None:
        from RadiomicsOrthoLib.workbench.request import SimulationRequest

        out = self.outEdit.currentPath
        parent = os.path.dirname(os.path.abspath(out)) if out else qt.QFileDialog.getExistingDirectory(
            slicer.util.mainWindow(), _("Folder for the simulated cohort and its study"), "")
        if not parent:
            return
        place = workbench.free_folder(parent, f"simulated-{self._recipe.recipe.id}-cohort")
        self._request = SimulationRequest(self._recipe.chosen, place)
        self._start(COHORT, lambda job: job.simulate(self._request))
        self._showState()

    def _start(self, kind: str, begin) -> None:
        problem = ""
        with slicer.util.tryWithErrorDisplay(_("The study could not be started."), waitCursor=False):
            try:
                job = workbench.StudyJob()
                begin(job)
                self._kind = kind
                self._work.begin(job)
            except InputError as error:
                problem = str(error)
        self._problem, self._said = problem, ""

    def _asked(self):
        """The study as the widgets say it."""
        from RadiomicsOrthoLib.workbench.request import StudyRequest

        sheet = self.sheetEdit.currentPath
        return StudyRequest(self._recipe.chosen, self.tableEdit.currentPath, self.outEdit.currentPath,
                            (sheet,) if sheet else (), **self._plan.values())

    def _onEnd(self, job) -> None:
        with slicer.util.tryWithErrorDisplay(_("The study could not be finished."), waitCursor=False):
            outcome = job.outcome()
            if outcome.cancelled:
                self._said = _("Cancelled; nothing was written.")
            elif outcome.problem:
                self._problem = outcome.problem
            elif self._kind == COHORT:
                self._takeCohort(outcome.found)
            else:
                self._said = _("{sign} Done in {seconds} s.").format(sign=DONE, seconds=round(outcome.found["seconds"]))
                self._open(self._request.out)
        self._showState()

    def _takeCohort(self, found) -> None:
        """A simulated table was written: it is the one that is chosen now, with a free folder for its results."""
        self.tableEdit.currentPath = found["table"]
        self.sheetEdit.currentPath = ""
        parent = os.path.dirname(os.path.dirname(found["table"]))
        self.outEdit.currentPath = workbench.free_folder(parent, f"simulated-{found['recipe']}-study")
        said = _("{sign} SIMULATED: {rows} rows of {subjects} virtual subjects in {table}. Press Run study.")
        self._said = said.format(
            sign=DONE, rows=found["rows"], subjects=found["subjects"], table=found["table"])

    def _reason(self) -> str:
        """Why the study cannot be run, and empty if it can."""
        unchecked = self._notChecked()
        if unchecked:
            return unchecked
        if self._check.pending:
            return _("The table is being compared with the recipe.")
        return self._check.problem or workbench.reason_no_folder(self.outEdit.currentPath)

    def _notChecked(self) -> str:
        return self._recipe.problem or workbench.reason_not_checked(self._recipe.chosen, self.tableEdit.currentPath,
                                                                    self.sheetEdit.currentPath)

    def _showState(self) -> None:
        """What can be pressed, and why not."""
        from RadiomicsOrthoLib.workbench.results import holds_study

        busy = self.busy
        if not busy:
            self._check.ask(None if self._notChecked() else self._asked())
        self._showCheck()
        reason = "" if busy else shown(self._reason())
        self.button.text = _("Cancel") if busy else _("Run study")
        self.button.enabled = not self._work.cancelling if busy else not reason
        self.button.toolTip = reason or (_("End the work; nothing is written") if busy else _(
            "Fit and validate the models of the recipe on this table; report, tables and models go into the folder. "
            "You can go on working meanwhile."))
        if not busy:
            self.stateLabel.text = shown(self._problem) or self._said or reason
        self.stateLabel.visible = busy or bool(self.stateLabel.text)
        self.progressBar.visible = busy
        self.showButton.visible = not busy and holds_study(self.outEdit.currentPath)
        self.showButton.toolTip = _("Show the results that this folder holds; nothing is computed again")
        waits = _("A study is being computed.") if busy else ""
        allow(self.batchButton, waits or ("" if self._batchTable() else _(
            "The folder of results in the tab Batch holds no table of features yet.")), _(
            "Take the features that the batch wrote; name the table of outcomes under Advanced"))
        allow(self.simulateButton, waits or self._whyNotSimulated(), _(
            "Write a table of virtual people of this design, as many as in the study, to try how a study runs. "
            "Everything that comes of it says SIMULATED."))
        for widget in (self._recipe.comboBox, self.tableEdit, self.outEdit, self.advancedBox):
            widget.enabled = not busy

    def _whyNotSimulated(self) -> str:
        if not self._recipe.recipe:
            return _("Choose a recipe first.")
        return "" if self._recipe.recipe.simulation else _("This recipe describes no people to simulate.")

    def _showCheck(self) -> None:
        check = self._check
        text = f"{REFUSED} {shown(check.problem)}" if check.problem else f"{DONE} {shown(check.sentence)}" \
            if check.sentence else f"{AT_WORK} " + _("Comparing the table with the recipe") if check.pending else ""
        showText(self.checkLabel, text)
        fitText(self._recipe.needsLabel)
