"""The section "Propose": from one click, or none, to the bones as segments."""

import qt
import slicer
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoScene.body_levels import bodies_of
from RadiomicsOrthoScene.proposal_job import reason_not_ready, start_proposal, totalsegmentator_fits
from RadiomicsOrthoScene.proposals import accounts_of, add_proposal, edited_segments
from RadiomicsOrthoScene.segments import new_segmentation
from RadiomicsOrthoScene.volumes import known_modality
from slicer.i18n import tr as _

from .proposal_text import proposalHtml
from .seed_picker import SeedPicker
from .sizes import lines
from .translation import shown
from .work_controls import MAXIMUM, showShare

#: how often the work is asked how far it is
POLL_MS = 100
#: of the section's form
ROW_BELOW_BUTTONS = 4


class ProposalSection:
    """Shows what can be proposed for a parameter node, and does it while the user goes on working.

    ``ui`` holds the widgets of the .ui file; ``parameterNode()`` gives the node also while the panel is closed.
    Calls ``added()`` after a proposal was written.
    """

    def __init__(self, ui, parameterNode, added) -> None:
        self._ui, self._parameterNode, self._added = ui, parameterNode, added
        self._node = None
        self._job = None
        #: id of the segmentation that was chosen when the work began
        self._begunIn = ""
        self._reason = ""
        self._picker = SeedPicker(ui.seedPlaceWidget, ui.seedButton, self._onSeedCreated, self._onSeedPlaced)
        self._timer = qt.QTimer()
        self._timer.setInterval(POLL_MS)
        self._timer.connect("timeout()", self._onPoll)
        # away from the event that placed the point
        self._soon = qt.QTimer()
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.connect("timeout()", self._onProposeAgain)
        for comboBox, choices in ((ui.proposalSiteComboBox, self._sites()), (ui.proposalPartsComboBox, self._parts())):
            for key, title in choices:
                comboBox.addItem(title, key)
        ui.proposalSiteComboBox.connect("currentIndexChanged(int)", self._onSite)
        ui.proposalPartsComboBox.connect("currentIndexChanged(int)", self._onParts)
        ui.autoProposeButton.connect("clicked(bool)", self._onAuto)
        ui.proposeAgainButton.connect("clicked(bool)", lambda checked: self._onProposeAgain())
        ui.cancelProposalButton.connect("clicked(bool)", lambda checked: self.stop())
        ui.proposalProgressBar.setRange(0, MAXIMUM)
        self.labelsButton = qt.QPushButton(_("Find with TotalSegmentator"))
        self.labelsButton.objectName = "totalSegmentatorButton"
        self.labelsButton.connect("clicked(bool)", self._onLabels)
        # below the other ways to begin
        ui.proposeCollapsibleButton.layout().insertRow(ROW_BELOW_BUTTONS, self.labelsButton)
        self._showBusy()

    @property
    def busy(self) -> bool:
        """True while bones are looked for."""
        return self._job is not None

    def show(self, node) -> None:
        """Bring the section in line with ``node``; ``None``: there is none, nothing is written."""
        if node is None:
            self._picker.stop()
        self._node = node
        self._picker.show(node.seed if node else None)
        if node is None:
            return
        ui = self._ui
        for comboBox, value in ((ui.proposalSiteComboBox, node.proposalSite),
                                (ui.proposalPartsComboBox, node.proposalParts)):
            wasBlocked = comboBox.blockSignals(True)
            comboBox.setCurrentIndex(max(comboBox.findData(value), 0))
            comboBox.blockSignals(wasBlocked)
        partsToChoose = (node.proposalSite == "vertebra" and node.inputVolume is not None
                         and known_modality(node.inputVolume)[0] == "CT")
        ui.proposalPartsLabel.visible = partsToChoose
        ui.proposalPartsComboBox.visible = partsToChoose
        ui.singleCheckBox.visible = node.proposalSite == "vertebra"
        self.showAccount()
        self._showState()

    def showAccount(self) -> None:
        """What the proposals in the segmentation said."""
        segmentation = self._node.segmentation if self._node else None
        levels = {body.number: body.level for body in bodies_of(segmentation) if body.level}
        html = proposalHtml(accounts_of(segmentation), levels)
        browser = self._ui.proposalBrowser
        browser.setHtml(html)
        height = int(browser.document.size.height()) + 2 * browser.frameWidth + 1
        browser.setFixedHeight(min(max(height, lines(browser, 3)), lines(browser, 9)))
        browser.visible = bool(html)

    def stop(self) -> None:
        """End the work; what was there before is as it was."""
        if self._job is not None:
            self._job.stop()
            self._end()
            self._ui.proposalStateLabel.text = _("Cancelled; nothing was changed.")

    def _sites(self):
        return ("vertebra", _("Vertebral bodies")), ("proximal-femur", _("Proximal femur"))

    def _parts(self):
        return (("whole-body", _("Whole bodies")), ("whole-body,trabecular", _("Whole bodies and trabecular cores")),
                ("whole-body,trabecular,axial-ellipse,mid-slab",
                 _("All parts: also mid-axial ellipse and 9 mm mid slab")))

    def _onSite(self, index) -> None:
        if self._node:
            self._node.proposalSite = self._ui.proposalSiteComboBox.itemData(index)

    def _onParts(self, index) -> None:
        if self._node:
            self._node.proposalParts = self._ui.proposalPartsComboBox.itemData(index)

    def _onSeedCreated(self, markupsNode) -> None:
        self._node.seed = markupsNode

    def _onSeedPlaced(self) -> None:
        self._soon.start()

    def _onAuto(self, checked) -> None:
        self._start(None)

    def _onLabels(self, checked) -> None:
        self._start(None, "totalsegmentator")

    def _onProposeAgain(self) -> None:
        position = self._picker.position()
        if self._node and position is not None:
            self._start(position)

    def _start(self, seed, method=None) -> None:
        node, problem = self._node, ""
        if self._job is not None or not node or reason_not_ready(node.inputVolume, node.proposalSite):
            return
        self._picker.stop()
        self._begunIn = node.segmentation.GetID() if node.segmentation else ""
        with slicer.util.tryWithErrorDisplay(_("The work could not be started."), waitCursor=True):
            try:
                self._job = start_proposal(node.inputVolume, node.segmentation, node.proposalSite, seed,
                                           node.proposalParts, method, node.proposalSingle)
            except InputError as error:
                problem = shown(str(error))
        self._showBusy()
        self._ui.proposalStateLabel.text = problem
        if problem:
            slicer.util.errorDisplay(problem)
        elif self._job is not None:
            self._timer.start()

    def _onPoll(self) -> None:
        if self._job.running:
            share, text = self._job.progress
            # nothing is known of how much is done: a bar that moves instead of 0 %
            showShare(self._ui.proposalProgressBar, share)
            text = shown(text)
            self._ui.proposalStateLabel.text = text[:1].upper() + text[1:]
            return
        job, problem = self._job, ""
        self._end()
        self._ui.proposalStateLabel.text = _("Nothing was proposed.")
        with slicer.util.tryWithErrorDisplay(_("The bones could not be proposed."), waitCursor=False):
            try:
                self._take(*job.result())
            except InputError as error:
                problem = shown(str(error))
        if problem:
            self._ui.proposalStateLabel.text = problem
            slicer.util.errorDisplay(problem)

    def _take(self, proposal, volumeNode) -> None:
        """Write a proposal into the segmentation, asking about hand edits first."""
        segmentation = self._segmentationFor(volumeNode)
        edited = edited_segments(segmentation, volumeNode, proposal)
        keep = [segment.id for segment in edited]
        if edited:
            answer = askAboutEdits([segment.name for segment in edited])
            if answer == "cancel":
                self._ui.proposalStateLabel.text = _("Nothing was changed.")
                return
            keep = keep if answer == "keep" else []
        editor = self._ui.segmentEditorWidget
        if editor.segmentationNode() is segmentation:
            editor.saveStateForUndo()
        with slicer.util.WaitCursor():
            ids = add_proposal(proposal, segmentation, volumeNode, keep)
        self._added()
        self._showState()
        if segmentation is (self._node or self._parameterNode()).segmentation:
            told = _("{count} segments proposed: check them in the slice views, correct them below. Undo takes them "
                     "back.").format(count=len(ids))
        else:
            told = _("{count} segments proposed in '{segmentation}': choose it to check and correct them.").format(
                count=len(ids), segmentation=segmentation.GetName())
        if keep:
            told += " " + _("Kept as edited: {names}. An edited bone keeps the parts that it had.").format(
                names=", ".join(segment.name for segment in edited))
        self._ui.proposalStateLabel.text = told

    def _segmentationFor(self, volumeNode):
        """Where a proposal goes: never into that of another scan, which may have been chosen since the work began."""
        node = self._node or self._parameterNode()
        chosen = node.inputVolume is volumeNode
        begun = slicer.mrmlScene.GetNodeByID(self._begunIn) if self._begunIn else None
        segmentation = node.segmentation if chosen else begun
        if segmentation is None:
            segmentation = new_segmentation(volumeNode, _("{volume} bones").format(volume=volumeNode.GetName()))
            if chosen:
                node.segmentation = segmentation
        return segmentation

    def _end(self) -> None:
        self._timer.stop()
        self._job = None
        self._showBusy()

    def _showBusy(self) -> None:
        ui = self._ui
        ui.proposalProgressBar.visible = self.busy
        ui.cancelProposalButton.visible = self.busy
        self._showState()

    def _showState(self) -> None:
        """Which buttons can be pressed, and why not."""
        ui, node = self._ui, self._node
        reason = shown(reason_not_ready(node.inputVolume if node else None,
                                        node.proposalSite if node else "vertebra"))
        ready = not reason and not self.busy
        for button, toolTip in (
                (ui.seedButton, _("Then click once inside the bone, in any slice view")),
                (ui.autoProposeButton, _("Where the bone is plain to see, it is found without a click")),
                (self.labelsButton, _("Run the installed TotalSegmentator, check its labels for mixed-up levels, and "
                                      "take them over; this can take minutes"))):
            button.enabled = ready
            button.toolTip = reason or toolTip
        self.labelsButton.visible = totalsegmentator_fits(node.inputVolume if node else None)
        hasPoint = self._picker.position() is not None
        ui.proposeAgainButton.enabled = ready and hasPoint
        # without a point there is nothing to be done again
        ui.proposeAgainButton.visible = hasPoint
        ui.proposeAgainButton.toolTip = _("Once more from the same point; drag the point first if you like. You are "
                                          "asked before anything that you edited is replaced")
        if reason or ui.proposalStateLabel.text == self._reason:
            ui.proposalStateLabel.text = reason
        self._reason = reason


def askAboutEdits(names) -> str:
    """``keep``, ``replace`` or ``cancel``: what is to become of segments that were edited by hand."""
    box = qt.QMessageBox(slicer.util.mainWindow())
    box.setIcon(qt.QMessageBox.Question)
    box.windowTitle = _("Edited by hand")
    box.text = _("These segments were edited by hand since they were proposed:\n\n{names}\n\nKeep them as they are?"
                 ).format(names="\n".join(names))
    box.setStandardButtons(qt.QMessageBox.Yes | qt.QMessageBox.No | qt.QMessageBox.Cancel)
    box.button(qt.QMessageBox.Yes).text = _("Keep")
    box.button(qt.QMessageBox.No).text = _("Replace")
    box.setDefaultButton(qt.QMessageBox.Yes)
    box.setEscapeButton(qt.QMessageBox.Cancel)
    answer = box.exec_()
    if answer == qt.QMessageBox.Yes:
        return "keep"
    return "replace" if answer == qt.QMessageBox.No else "cancel"
