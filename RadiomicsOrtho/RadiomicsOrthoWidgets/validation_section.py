"""A finished model on the table of other people: nothing is learned again."""

import qt
import slicer
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoScene import workbench
from RadiomicsOrthoScene.chosen_paths import reason_no_file
from slicer.i18n import tr as _

from .background_section import BackgroundSection
from .fold import addEditor, fold
from .path_edits import fileEdit, folderEdit
from .step_text import DONE
from .study_results_section import StudyResultsSection
from .study_section import StudySection
from .translation import shown
from .work_controls import workControls


class ValidationSection(BackgroundSection):
    """Has a frozen model applied to a table in a process of its own."""

    def __init__(self, panel) -> None:
        super().__init__(panel)
        self._out, self._problem, self._said = "", "", ""
        self._begin()

    def _build(self) -> None:
        self.widget, layout = fold(_("Validate a model on another table"), qt.QVBoxLayout)
        form = qt.QFormLayout()
        layout.addLayout(form)
        self.modelEdit = folderEdit("ValidationModel", _(
            "The folder of a model: below 'models' in the folder of a study"), self._onInput)
        self.ownButton = qt.QPushButton(_("From results"))
        self.ownButton.connect("clicked(bool)", self._onFromResults)
        addEditor(form, _("Mode&l:"), self.modelEdit, self.ownButton)
        self.tableEdit = fileEdit("ValidationTable", [_("Tables (*.csv *.parquet)")], _(
            "A table of people whom the model has not seen, with its features, clinical values and outcome"),
            self._onInput)
        addEditor(form, _("&Other table:"), self.tableEdit)
        self.outEdit = folderEdit("ValidationOut", _("A new or empty folder for report and predictions"),
                                  self._onInput)
        addEditor(form, _("Results in:"), self.outEdit)
        self.outcomeEdit = qt.QLineEdit()
        self.outcomeEdit.placeholderText = _("that of the model's recipe")
        self.outcomeEdit.toolTip = _("Only for a model from elsewhere: COLUMN=NO,YES, the column of the outcome and "
                                     "its two values, the event second")
        self.outcomeEdit.connect("textChanged(QString)", self._onInput)
        addEditor(form, _("Outcome:"), self.outcomeEdit)
        self.button, self.progressBar, self.stateLabel = workControls(layout, "validationButton", self._onButton)

    def _onInput(self, text) -> None:
        self._problem = self._said = ""
        self._showState()

    def _onFromResults(self, checked) -> None:
        self.modelEdit.currentPath = self._ownModel()

    def _ownModel(self) -> str:
        """The model that is chosen in the results; empty if there is none."""
        return self.panel.section(StudyResultsSection).chosenModel

    def _onButton(self, checked) -> None:
        from RadiomicsOrthoLib.workbench.request import ValidationRequest

        if self.busy:
            self._work.cancel()
            self._showState()
            return
        self._out, self._problem, self._said = self.outEdit.currentPath, "", ""
        request = ValidationRequest(self.modelEdit.currentPath, self.tableEdit.currentPath, self._out,
                                    self.panel.section(StudySection).ownRecipe, self.outcomeEdit.text)
        with slicer.util.tryWithErrorDisplay(_("The validation could not be started."), waitCursor=False):
            try:
                job = workbench.StudyJob()
                job.validate(request)
                self._work.begin(job)
            except InputError as error:
                self._problem = str(error)
        for edit in (self.modelEdit, self.tableEdit, self.outEdit):
            edit.addCurrentPathToHistory()
        self._showState()

    def _onEnd(self, job) -> None:
        with slicer.util.tryWithErrorDisplay(_("The validation could not be finished."), waitCursor=False):
            outcome = job.outcome()
            if outcome.cancelled:
                self._said = _("Cancelled; nothing was written.")
            elif outcome.problem:
                self._problem = outcome.problem
            else:
                self._said = DONE + " " + _("Done; the results are above.")
                self._problem = self.panel.section(StudyResultsSection).open(self._out)
        self._showState()

    def _reason(self) -> str:
        if not self.modelEdit.currentPath:
            return _("Choose a model: the folder of its bundle.")
        if not self.tableEdit.currentPath:
            return _("Choose a table of people whom the model has not seen.")
        return shown(reason_no_file(self.modelEdit.currentPath, self.tableEdit.currentPath)
                     or workbench.reason_no_folder(self.outEdit.currentPath))

    def _showState(self) -> None:
        """What can be pressed, and why not."""
        busy = self.busy
        reason = "" if busy else self._reason()
        self.button.text = _("Cancel") if busy else _("Validate")
        self.button.enabled = not self._work.cancelling if busy else not reason
        self.button.toolTip = reason or _("Apply the frozen model to every row, and compare with what happened; "
                                          "nothing is learned")
        if not busy:
            self.stateLabel.text = shown(self._problem) or self._said or reason
        self.stateLabel.visible = busy or bool(self.stateLabel.text)
        self.progressBar.visible = busy
        own = self._ownModel() if not busy else ""
        self.ownButton.enabled = bool(own)
        self.ownButton.toolTip = _("Take the model that is chosen in the results above") if own else _(
            "There are no results with a model yet.")
        for widget in (self.modelEdit, self.tableEdit, self.outEdit, self.outcomeEdit):
            widget.enabled = not busy
