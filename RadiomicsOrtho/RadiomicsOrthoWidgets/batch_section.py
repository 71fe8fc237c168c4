"""The tab "Batch": a list or a folder of scans in, tables and cards out, while the user goes on working."""

from html import escape

import qt
import slicer
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoScene import batch
from slicer.i18n import tr as _

from .background_section import BackgroundSection
from .combo_box import Choices
from .fold import addEditor
from .path_edits import fileEdit, folderEdit
from .translation import shown
from .work_controls import workControls

MOST_JOBS = 64


class BatchSection(BackgroundSection):
    """Has the batch of the library done in a process of its own; it belongs to no scene and no parameter node."""

    def __init__(self, panel) -> None:
        super().__init__(panel)
        self._problem = ""
        #: folder and counts of the last batch
        self._out, self._nodes = "", {}
        self._begin()

    def enter(self) -> None:
        self._fillProfiles()
        self._showState()

    def sceneClosed(self) -> None:
        """The batch goes on: its results lie in its folder."""
        self._nodes = {}

    def _build(self) -> None:
        self.widget = qt.QWidget()
        layout = qt.QVBoxLayout(self.widget)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._buildInputs())
        self.button, self.progressBar, self.stateLabel = workControls(layout, "batchButton", self._onButton)
        layout.addWidget(self._buildResults())

    def _buildInputs(self):
        group = qt.QGroupBox(_("Many scans"))
        form = qt.QFormLayout(group)
        self.tableEdit = fileEdit("BatchTable", [_("List of cases (*.csv)")], _(
            "A CSV file with a row for each case: columns case and image, and mask, level, clinical values and others "
            "as the documentation lists them"), self._onInput)
        self.folderButton = qt.QPushButton(_("Folder\u2026"))
        self.folderButton.toolTip = _("Take a folder in place of a list: every image file and every DICOM series "
                                      "below it is a case")
        self.folderButton.connect("clicked(bool)", self._onFolder)
        addEditor(form, _("&List or folder:"), self.tableEdit, self.folderButton)
        self.outEdit = folderEdit("BatchOut", _(
            "A new or empty folder, or that of an earlier batch, which is then continued"), self._onInput)
        addEditor(form, _("&Results in:"), self.outEdit)
        self.profileComboBox = qt.QComboBox()
        self.profileComboBox.toolTip = _("Radiomics features to extract of every region, besides its measurements")
        self._profiles = Choices(self.profileComboBox)
        form.addRow(_("&Features:"), self.profileComboBox)
        self.cardsCheckBox = qt.QCheckBox(_("Write the reports of all cards"))
        self.cardsCheckBox.checked = True
        self.cardsCheckBox.toolTip = _("For each case a folder with an overview, and the report and chart of each "
                                       "score")
        form.addRow("", self.cardsCheckBox)
        self.jobsSpinBox = qt.QSpinBox()
        self.jobsSpinBox.setRange(1, MOST_JOBS)
        self.jobsSpinBox.toolTip = _("How many cases are computed at once, each in a process of its own; processors "
                                     "and memory are shared out between them")
        form.addRow(_("Cases at &once:"), self.jobsSpinBox)
        return group

    def _buildResults(self):
        self.resultGroup = qt.QGroupBox(_("Results"))
        layout = qt.QVBoxLayout(self.resultGroup)
        self.resultLabel = qt.QLabel()
        self.resultLabel.wordWrap = True
        layout.addWidget(self.resultLabel)
        row = qt.QHBoxLayout()
        self.tableButtons = {}
        for name, text in (("scores.csv", _("Scores")), ("features.csv", _("Features")),
                           ("failures.csv", _("Failures"))):
            button = qt.QPushButton(text)
            button.toolTip = _("Show {name} in the table view").format(name=name)
            button.connect("clicked(bool)", lambda checked, name=name: self._onTable(name))
            self.tableButtons[name] = button
            row.addWidget(button)
        self.openButton = qt.QPushButton(_("Open folder"))
        self.openButton.toolTip = _("Show the folder with tables and cards in the file manager")
        self.openButton.connect("clicked(bool)", self._onOpen)
        row.addWidget(self.openButton)
        layout.addLayout(row)
        return self.resultGroup

    def _fillProfiles(self) -> None:
        from RadiomicsOrthoLib.features.profile_file import profile_names

        self._profiles.show([(_("measurements only"), ""), *((name, name) for name in profile_names())],
                            self._profiles.chosen())

    def _onFolder(self, checked) -> None:
        folder = qt.QFileDialog.getExistingDirectory(slicer.util.mainWindow(), _("Folder of scans"),
                                                     self.tableEdit.currentPath)
        if folder:
            self.tableEdit.currentPath = folder

    def _onInput(self, path) -> None:
        self._problem = ""
        self._showState()

    def _onButton(self, checked) -> None:
        if self.busy:
            self._work.cancel()
        else:
            self._start()
        self._showState()

    def _start(self) -> None:
        from RadiomicsOrthoLib.batch.request import BatchRequest

        out, problem = self.outEdit.currentPath, ""
        request = BatchRequest(self.tableEdit.currentPath, out, self._profiles.chosen(),
                               cards=self.cardsCheckBox.checked, resume=batch.continues(out))
        with slicer.util.tryWithErrorDisplay(_("The batch could not be started."), waitCursor=False):
            try:
                job = batch.Batch()
                job.start(request, self.jobsSpinBox.value)
                # of another batch
                self._out, self._nodes = "", {}
                self._work.begin(job)
            except InputError as error:
                problem = shown(str(error))
        self._problem = problem
        for edit in (self.tableEdit, self.outEdit):
            edit.addCurrentPathToHistory()

    def _onEnd(self, job) -> None:
        with slicer.util.tryWithErrorDisplay(_("The batch could not be finished."), waitCursor=False):
            self._finish(job.outcome())
        self._showState()

    def _finish(self, outcome) -> None:
        if outcome.cancelled:
            self._problem = _("Cancelled. What is done is kept; press the button to continue.")
            return
        if outcome.problem:
            self._problem = shown(outcome.problem)
            return
        self._problem, self._out = "", outcome.out
        counts = ", ".join(f"{number} {how}" for how, number in outcome.counts.items() if number)
        text = f"<p><b>{escape(counts)}</b></p>"
        if outcome.failure:
            case, reason = outcome.failure
            text += "<p>" + _("The first without a result, {case}: {reason}").format(
                case=f"<b>{escape(case)}</b>", reason=escape(shown(reason))) + "</p>"
        text += "<p>" + _("Regions that were found by the program are proposals: look at them before you rely on a "
                          "table. Research use only.") + "</p>"
        self.resultLabel.text = text
        self._onTable("scores.csv")

    def _onTable(self, name) -> None:
        """Show a table; they are read again where the scene has lost them."""
        try:
            if slicer.mrmlScene.GetNodeByID(self._nodes.get(name, "")) is None:
                self._nodes = {node.GetAttribute(batch.BATCH_ATTRIBUTE): node.GetID() for node in
                               batch.load_tables(self._out)}
            node = slicer.mrmlScene.GetNodeByID(self._nodes.get(name, ""))
            self._problem = "" if node is not None else _("This table is too large to be shown; open the folder.")
        except InputError as error:
            node, self._problem = None, shown(str(error))
        if node is not None:
            batch.show_table(node)
        self._showState()

    def _onOpen(self, checked) -> None:
        qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(self._out))

    def _showState(self) -> None:
        """What can be pressed, and why not."""
        reason = shown(batch.reason_not_ready(self.tableEdit.currentPath, self.outEdit.currentPath))
        continues = not reason and batch.continues(self.outEdit.currentPath)
        self.button.text = _("Cancel") if self.busy else _("Continue batch") if continues else _("Run batch")
        self.button.enabled = not self._work.cancelling if self.busy else not reason
        self.button.toolTip = reason or _("Find and measure the bones of every scan, and apply every model that fits; "
                                          "what is done already is not computed again")
        if not self.busy:
            self.stateLabel.text = reason or self._problem
        self.stateLabel.visible = self.busy or bool(self.stateLabel.text)
        self.progressBar.visible = self.busy
        for widget in (self.tableEdit, self.folderButton, self.outEdit, self.profileComboBox, self.cardsCheckBox,
                       self.jobsSpinBox):
            widget.enabled = not self.busy
        self.resultGroup.visible = bool(self._out) and not self.busy
