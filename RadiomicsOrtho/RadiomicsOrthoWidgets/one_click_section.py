"""The section "Score this scan": one button from a loaded CT to the cards, and the stages to step back to."""

import ctk
import qt
import slicer
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoScene import one_click
from RadiomicsOrthoScene.body_levels import bodies_of
from RadiomicsOrthoScene.proposals import add_proposal, edited_segments, suggestion_of
from RadiomicsOrthoScene.segments import new_segmentation
from slicer.i18n import tr as _

from .level_question import LevelQuestion
from .one_click_text import cardTitle, notAppliedHtml, stageTexts
from .proposal_section import askAboutEdits
from .report_folder import askForReportFolder
from .result_section import refusalHtml
from .section import Section
from .seed_picker import SeedPicker
from .segmentation_watch import SegmentationWatch

#: how often the work is asked how far it is
POLL_MS = 50
MAXIMUM = 1000
#: cards that are shown without scrolling
MOST_ROWS = 5


class OneClickSection(Section):
    """Scores the scan of a parameter node while the user goes on working.

    The parameter node of the module's logic is written also while the panel is closed.
    """

    def __init__(self, panel) -> None:
        super().__init__(panel)
        self._ui, self._logic, self._showCard = panel.ui, panel.logic, panel.showResult
        self._node = self._result = self._job = None
        #: the bodies in the segmentation, and whether segments were touched since they were looked at
        self._known, self._segmentsChanged = ("", {}, ()), True
        #: what the run in progress was asked, and the stored facts that it began with
        self._request = self._stated = self._regions = None
        #: what is left to be done at the end of a run
        self._finishing = None
        self._problem, self._asksForClick, self._volumeId = "", False, ""
        #: how often each stage was computed in the last run
        self.runs = {}
        self._watch = SegmentationWatch(self._onSegments)
        self._timer = qt.QTimer()
        self._timer.setInterval(POLL_MS)
        self._timer.connect("timeout()", self._onPoll)
        # away from the event that placed the point
        self._soon = qt.QTimer()
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.connect("timeout()", self._onSeed)
        self._step = qt.QTimer()
        self._step.setSingleShot(True)
        self._step.setInterval(0)
        self._step.connect("timeout()", self._onStep)
        self._build()
        self.show(None)

    @property
    def busy(self) -> bool:
        """True while a scan is being scored."""
        return self._job is not None

    def show(self, node) -> None:
        """Bring the section in line with ``node``; ``None``: there is none, nothing is written."""
        if node is None:
            self._picker.stop()
            self._watch.watch(None)
            self._node = None
            return
        isOther = self._node is None
        self._node = node
        volumeId = node.inputVolume.GetID() if node.inputVolume else ""
        if volumeId != self._volumeId:
            # what was said was said of another scan
            self._volumeId, self._problem, self._asksForClick = volumeId, "", False
        self._watch.watch(node.segmentation)
        if isOther and not self.busy:
            stored = one_click.scan_of(node.scanText)
            if stored != self._result:
                self._take(stored)
        self._showState()

    def stop(self) -> None:
        """End the work; what was there before is as it was."""
        self._picker.stop()
        if self.busy:
            self._job.stop()
            self._end()
            self._problem = _("Cancelled; nothing was changed.")
            self._showState()

    def sceneClosed(self) -> None:
        """Forget everything of the scene that is left."""
        self.stop()
        self._picker.show(None)
        self._result, self._problem, self._asksForClick = None, "", False
        self.cardList.clear()

    def _build(self) -> None:
        self.widget = ctk.ctkCollapsibleButton()
        self.widget.objectName = "oneClickCollapsibleButton"
        self.widget.text = _("Score this scan")
        layout = qt.QVBoxLayout(self.widget)
        self.button = qt.QPushButton()
        self.button.objectName = "oneClickButton"
        font = self.button.font
        font.setBold(True)
        self.button.font = font
        self.button.minimumHeight = int(2.5 * qt.QFontMetrics(font).height())
        self.button.connect("clicked(bool)", self._onButton)
        layout.addWidget(self.button)
        self.progressBar = qt.QProgressBar()
        self.progressBar.setRange(0, MAXIMUM)
        self.progressBar.textVisible = False
        layout.addWidget(self.progressBar)
        self.stateLabel = qt.QLabel()
        self.stateLabel.wordWrap = True
        layout.addWidget(self.stateLabel)
        layout.addWidget(self._buildClick())
        layout.addLayout(self._buildStages())
        self.levelQuestion = LevelQuestion(self._onLevel)
        layout.addWidget(self.levelQuestion.widget)
        self.cardList = qt.QListWidget()
        self.cardList.horizontalScrollBarPolicy = qt.Qt.ScrollBarAlwaysOff
        self.cardList.toolTip = _("Choose a card to see it below, with its region in the slice views")
        self.cardList.connect("currentRowChanged(int)", self._onCard)
        layout.addWidget(self.cardList)
        self.cardBrowser = qt.QTextBrowser()
        self.cardBrowser.toolTip = _("The chosen card in short; nomogram, values and report are below, under Result")
        layout.addWidget(self.cardBrowser)
        self.notAppliedGroup = ctk.ctkCollapsibleGroupBox()
        self.notAppliedGroup.title = _("Models without a card")
        self.notAppliedGroup.collapsed = True
        inner = qt.QVBoxLayout(self.notAppliedGroup)
        self.notAppliedLabel = qt.QLabel()
        self.notAppliedLabel.wordWrap = True
        inner.addWidget(self.notAppliedLabel)
        layout.addWidget(self.notAppliedGroup)

    def _buildClick(self):
        """The row that asks for a point in a bone."""
        self.clickRow = qt.QWidget()
        layout = qt.QHBoxLayout(self.clickRow)
        layout.setContentsMargins(0, 0, 0, 0)
        self.clickButton = qt.QPushButton(_("Click in a vertebral body"))
        self.clickButton.objectName = "oneClickSeedButton"
        self.clickButton.checkable = True
        self.clickButton.toolTip = _("Then click once inside a vertebral body, in any slice view")
        layout.addWidget(self.clickButton)
        placeWidget = slicer.qSlicerMarkupsPlaceWidget()
        placeWidget.setMRMLScene(slicer.mrmlScene)
        placeWidget.visible = False
        layout.addWidget(placeWidget)
        self._picker = SeedPicker(placeWidget, self.clickButton, lambda node: None, self._soon.start)
        return self.clickRow

    def _buildStages(self):
        """A row for each stage: sign, name, what is known, and a button that leads to where it is corrected."""
        layout = qt.QGridLayout()
        layout.setColumnStretch(2, 1)
        self.stageLabels, self.stageButtons = {}, {}
        stages = (("scan", _("Load"), "", None),
                  ("regions", _("Regions"), _("Correct\u2026"), self._onCorrectRegions),
                  ("score", _("Score"), _("Values\u2026"), self._onCorrectValues),
                  ("report", _("Report"), _("Save\u2026"), self._onSave))
        for row, (name, title, text, press) in enumerate(stages):
            sign, told = qt.QLabel(), qt.QLabel()
            told.wordWrap = True
            titleLabel = qt.QLabel(title)
            for column, label in enumerate((sign, titleLabel, told)):
                layout.addWidget(label, row, column)
                label.alignment = qt.Qt.AlignTop
            self.stageLabels[name] = sign, told
            if press:
                button = qt.QPushButton(text)
                button.connect("clicked(bool)", press)
                layout.addWidget(button, row, 3)
                self.stageButtons[name] = button
        self.stageButtons["regions"].toolTip = _("Edit the regions in Radiomics Ortho Segment; then score again: only "
                                                 "what was edited is measured again")
        self.stageButtons["score"].toolTip = _("Go to the values that the chosen model asks for")
        self.stageButtons["report"].toolTip = _("Write an overview, and report, card and nomogram of every score, into "
                                                "a folder")
        return layout

    def _onButton(self, checked) -> None:
        if not self.busy:
            self._start(None)
        elif self._finishing is None:
            self.stop()

    def _onSeed(self) -> None:
        position = self._picker.position()
        if position is not None:
            self._start(position)

    def _start(self, seed) -> None:
        node, problem = self._node, ""
        if self.busy or not node or one_click.reason_not_ready(node.inputVolume):
            return
        self._picker.stop()
        self._request, self._stated = self._asked(node, seed), self._facts(node)
        with slicer.util.tryWithErrorDisplay(_("The work could not be started."), waitCursor=False):
            try:
                job = one_click.OneClick()
                self._regions = one_click.regions_key(node.segmentation)
                job.start(node.inputVolume, node.segmentation, self._request, self._stated, node.scanText)
                self._job = job
                self._timer.start()
            except InputError as error:
                problem = str(error)
        self._problem, self._asksForClick = problem, False
        self._showState()
        if problem:
            slicer.util.errorDisplay(problem)

    def _asked(self, node, seed=None):
        """What is asked of the scan of ``node``, with the values that were entered."""
        from RadiomicsOrthoLib.workflow.model_choice import applies_unasked, fitting_values
        from RadiomicsOrthoLib.workflow.request import ScanRequest

        models = self._logic.models()
        onDemand = {model.id for model in models if not applies_unasked(model)}
        known = {entry.card.model.id for entry in self._result.cards} | {entry.model for entry in self._result.offers} \
            if self._result else set()
        wanted = tuple(sorted((known | {node.modelId}) & onDemand))
        return ScanRequest(seed=seed, models=wanted, calibration=node.calibration,
                           clinical=fitting_values(models, wanted, dict(node.clinical), node.modelId))

    def _facts(self, node) -> dict:
        return {"kvp": float(node.kvp) if node.kvp else None,
                "contrast_agent": {"yes": True, "no": False}.get(node.contrast)}

    def _onPoll(self) -> None:
        if self._job.running:
            share, text = self._job.progress
            # nothing is known of how much is done: a bar that moves instead of 0 %
            self.progressBar.setRange(0, MAXIMUM if share > 0 else 0)
            self.progressBar.value = int(MAXIMUM * min(max(share, 0.0), 1.0))
            self.stateLabel.text = text[:1].upper() + text[1:]
            return
        self._timer.stop()
        self._finishing = self._steps()
        self._onStep()

    def _onStep(self) -> None:
        """One step of what is to be done at the end; between two of them the window is repainted."""
        problem, goesOn = "", False
        with slicer.util.tryWithErrorDisplay(_("The scan could not be scored."), waitCursor=False):
            try:
                goesOn = next(self._finishing, False)
            except InputError as error:
                problem = str(error)
        if goesOn and self.busy:
            self._step.start()
            return
        self._end()
        self._problem = problem or self._problem
        self._showState()

    def _steps(self):
        """Write what came of the work into the scene, asking about hand edits first; yields True between the steps."""
        outcome, volumeNode = self._job.outcome()
        yield True
        node, self.runs = self._node or self._logic.getParameterNode(), dict(outcome.runs)
        if outcome.result is None:
            self._asksForClick = one_click.needs_click(outcome)
            self._problem = _("No spine was found by itself. Press the button below and click once in a vertebral "
                              "body.") if self._asksForClick and self._request.seed is None else outcome.problem
            if outcome.findings:
                self._problem = ""
                self._showCard(None, refusalHtml(outcome))
            return
        if node.inputVolume is not volumeNode:
            self._problem = _("Another volume was chosen meanwhile; nothing was written.")
            return
        if outcome.proposal is not None and not self._write(outcome.proposal, node, volumeNode):
            self._problem = _("Nothing was changed.")
            return
        yield True
        # of regions that were taken as they were, those count that the work began with
        regions = one_click.regions_key(node.segmentation) if outcome.proposal is not None else self._regions
        inputs = one_click.inputs_of(volumeNode, regions, self._request, self._stated)
        node.scanTable, node.scanText = one_click.write_scan(outcome, inputs, volumeNode, node.scanTable, node.scanText)
        self._segmentsChanged = True
        chosen = self._chosenCard()
        self._take(outcome.result)
        self.notAppliedGroup.collapsed = bool(outcome.result.cards)
        yield True
        if outcome.result.cards:
            # the card that was chosen, as it is now
            cards = [(entry.card.model.id, entry.region) for entry in outcome.result.cards]
            self.cardList.setCurrentRow(cards.index(chosen) if chosen in cards else 0)
        else:
            self._showCard(None, _("<p>No model gave a score; the reasons stand above.</p>"))
            self._end()
            self._showState()
            self.levelQuestion.showBody()

    def _write(self, proposal, node, volumeNode) -> bool:
        """Write the bones into the segmentation of this scan; False if the user does not want it."""
        segmentation = node.segmentation
        if segmentation is None or not one_click.lies_on(segmentation, volumeNode):
            segmentation = new_segmentation(volumeNode, _("{volume} bones").format(volume=volumeNode.GetName()))
        edited = edited_segments(segmentation, volumeNode, proposal)
        keep = [segment.id for segment in edited]
        if edited:
            answer = askAboutEdits([segment.name for segment in edited])
            if answer == "cancel":
                return False
            keep = keep if answer == "keep" else []
        add_proposal(proposal, segmentation, volumeNode, keep)
        node.segmentation = segmentation
        return True

    def _take(self, result) -> None:
        """Show the cards of a result."""
        self._result = result
        wasBlocked = self.cardList.blockSignals(True)
        self.cardList.clear()
        for entry in result.cards if result else ():
            self.cardList.addItem(cardTitle(entry.card))
        rows = min(self.cardList.count, MOST_ROWS)
        self.cardList.setFixedHeight(rows * self.cardList.sizeHintForRow(0) + 2 * self.cardList.frameWidth + 2)
        self.cardBrowser.clear()
        self.cardList.setCurrentRow(-1)
        self.cardList.blockSignals(wasBlocked)

    def _chosenCard(self) -> tuple:
        """Model and region of the card that is shown."""
        row = self.cardList.currentRow
        entry = self._result.cards[row] if self._result and 0 <= row < len(self._result.cards) else None
        return (entry.card.model.id, entry.region) if entry else ()

    def _onCard(self, row) -> None:
        """Choose in the sections below what a card was made of, and show it there."""
        node = self._node
        if not node or self._result is None or not 0 <= row < len(self._result.cards):
            return
        entry = self._result.cards[row]
        segmentId = one_click.segment_of(node.segmentation, entry.region)
        if segmentId:
            node.segmentId = segmentId
        node.modelId = entry.card.model.id
        scored = one_click.show_card(self._result, row, node.inputVolume, node.segmentation, node.resultTable,
                                     node.resultText)
        node.resultTable, node.resultText = scored.table, scored.text
        self.cardBrowser.setHtml(scored.briefHtml)
        self._showCard(scored, "")

    def _onCorrectRegions(self, checked) -> None:
        if self._node:
            one_click.hand_to_segment_module(self._node.inputVolume, self._node.segmentation)
        slicer.util.selectModule("RadiomicsOrthoSegment")

    def _onCorrectValues(self, checked) -> None:
        if self._node and self._result and self._result.offers:
            offered = [entry.model for entry in self._result.offers]
            if self._node.modelId not in offered:
                self._node.modelId = offered[0]
        self._ui.scoreCollapsibleButton.collapsed = False
        scrollTo(self._ui.scoreCollapsibleButton)

    def _onSave(self, checked) -> None:
        folder = askForReportFolder()
        if not folder:
            return
        try:
            files = one_click.save_scan(self._result, folder)
        except InputError as error:
            slicer.util.errorDisplay(str(error))
            return
        slicer.util.infoDisplay(_("Written to {folder}: {count} files; open index.html").format(
            folder=folder, count=len(files)))

    def _onLevel(self) -> None:
        self._segmentsChanged = True
        self._start(None)

    def _onSegments(self) -> None:
        """Segments were drawn, removed or renamed, a moment ago."""
        self._segmentsChanged = True
        self._showState()

    def _end(self) -> None:
        self._timer.stop()
        self._step.stop()
        self._job = self._finishing = None

    def _showState(self) -> None:
        """What can be pressed and why not, and how far each stage is."""
        node = self._node
        reason = one_click.reason_not_ready(node.inputVolume if node else None)
        changed = self._changed(node)
        self.progressBar.visible = self.busy
        self.button.text = _("Cancel") if self.busy else \
            _("Score again") if self._result and changed else _("Score this scan")
        # at the end there is nothing left to be cancelled
        self.button.enabled = self._finishing is None if self.busy else not reason
        self.button.toolTip = reason or _("Find the vertebrae, measure them, and apply every model that fits; what is "
                                          "known already is not computed again")
        if not self.busy:
            self.stateLabel.text = reason or self._problem
        self.stateLabel.visible = bool(self.stateLabel.text)
        self.clickRow.visible = self._asksForClick and not self.busy
        volume = node.inputVolume.GetName() if node and node.inputVolume else ""
        for name, (sign, text) in stageTexts(volume, reason, self._result, changed, self.busy).items():
            self.stageLabels[name][0].text, self.stageLabels[name][1].text = sign, text
        for button in self.stageButtons.values():
            button.visible = self._result is not None
            button.enabled = not self.busy
        self.cardList.visible = bool(self._result and self._result.cards)
        self.cardBrowser.visible = self.cardList.visible and self.cardList.currentRow >= 0
        html = notAppliedHtml(self._result)
        self.notAppliedLabel.text = html
        self.notAppliedGroup.visible = bool(html)
        self.levelQuestion.show(node.segmentation if node else None,
                                self._segments(node)[1] if node and self._result and not self.busy else ())

    def _changed(self, node) -> tuple:
        if not node or self._result is None or self.busy:
            return ()
        return one_click.changed_since(node.scanText, one_click.inputs_of(
            node.inputVolume, self._segments(node)[0], self._asked(node), self._facts(node)))

    def _segments(self, node) -> tuple:
        """What tells the regions from others, and the vertebral bodies; looking at every voxel takes a moment."""
        segmentation = node.segmentation
        identity = segmentation.GetID() if segmentation else ""
        if self._segmentsChanged or self._known[0] != identity:
            self._known = (identity, one_click.regions_key(segmentation),
                           bodies_of(segmentation, suggestion_of(segmentation)))
            self._segmentsChanged = False
        return self._known[1:]


def scrollTo(widget) -> None:
    """Bring a widget of a panel into sight; a panel that does not scroll shows it anyway."""
    area = widget.parent()
    while area is not None and not hasattr(area, "ensureWidgetVisible"):
        area = area.parent()
    if area is not None:
        area.ensureWidgetVisible(widget)
