"""The section "Score this scan": one button from a loaded CT to the cards, and the stages to step back to."""

import qt
import slicer
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoScene import one_click
from RadiomicsOrthoScene.body_levels import bodies_of
from RadiomicsOrthoScene.proposals import add_proposal, edited_segments, suggestion_of
from RadiomicsOrthoScene.segments import new_segmentation
from slicer.i18n import tr as _

from .combo_box import Choices
from .level_question import LevelQuestion
from .proposal_section import askAboutEdits
from .region_text import regionPlace
from .score_list import ScoreList
from .section import Section
from .seed_picker import SeedPicker
from .segmentation_watch import SegmentationWatch
from .sizes import lines
from .step_text import LOOK, stepTexts
from .step_titles import StepTitles
from .translation import shown
from .warm_up import warmUp
from .work_controls import showShare, workControls

#: how often the work is asked how far it is
POLL_MS = 50


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
        #: what is left to be done at the end of a run, and what can be prepared for it meanwhile
        self._finishing, self._warming = None, iter(())
        self._problem, self._asksForClick, self._volumeId = "", False, ""
        #: model and region of the card that was chosen last
        self._chosen = ()
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
            # what is edited in another module nobody tells
            self._node, self._segmentsChanged = None, True
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
        self._problem, self._asksForClick = "", False
        self._take(None)
        self._openSteps("load", "regions", "score")

    def showResult(self, scored, emptyHtml: str = "") -> None:
        if scored is None:
            # a click on the same line brings the card back
            self.scores.mark(-1)
        self._showState()

    def _build(self) -> None:
        ui = self._ui
        self.widget = qt.QWidget()
        layout = qt.QVBoxLayout(self.widget)
        layout.setContentsMargins(0, 0, 0, 0)
        self.button, self.progressBar, self.stateLabel = workControls(layout, "oneClickButton", self._onButton)
        self.button.minimumHeight = lines(self.button, 2.5)
        layout.insertLayout(1, self._buildBone())
        self.levelQuestion = LevelQuestion(self._onLevel)
        regions = ui.regionsWidget.layout()
        regions.insertWidget(0, self.levelQuestion.widget)
        regions.insertWidget(0, self._buildClick())
        self.scores = ScoreList(ui, self._onCard, self._onOffer)
        self.titles = StepTitles(ui)

    def _buildBone(self):
        """The row with the bone to look for."""
        self.boneComboBox = qt.QComboBox()
        self.boneComboBox.objectName = "boneComboBox"
        self.boneComboBox.toolTip = _("What is looked for in the scan, and scored; regions that are there already are "
                                      "taken as they are")
        self.boneComboBox.connect("activated(int)", self._onBone)
        self._bone = Choices(self.boneComboBox)
        self._bone.show([(_("Spine, or else hip"), ""), (_("Spine"), "vertebra"),
                         (_("Hip (proximal femur)"), "proximal-femur")], "")
        label = qt.QLabel(_("Bo&ne:"))
        label.setBuddy(self.boneComboBox)
        row = qt.QHBoxLayout()
        row.addWidget(label)
        row.addWidget(self.boneComboBox, 1)
        return row

    def _onBone(self, index) -> None:
        if self._node:
            self._node.bone = self._bone.chosen()

    def _buildClick(self):
        """The row that asks for a point in a bone."""
        self.clickRow = qt.QWidget()
        layout = qt.QHBoxLayout(self.clickRow)
        layout.setContentsMargins(0, 0, 0, 0)
        self.clickButton = qt.QPushButton(_("Click &in the bone"))
        self.clickButton.objectName = "oneClickSeedButton"
        self.clickButton.checkable = True
        self.clickButton.toolTip = _("Then click once inside a vertebral body, or in the middle of the head of a "
                                     "femur, in any slice view")
        layout.addWidget(self.clickButton)
        placeWidget = slicer.qSlicerMarkupsPlaceWidget()
        placeWidget.setMRMLScene(slicer.mrmlScene)
        placeWidget.visible = False
        layout.addWidget(placeWidget)
        self._picker = SeedPicker(placeWidget, self.clickButton, lambda node: None, self._soon.start)
        return self.clickRow

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
                self._job, self._warming = job, warmUp()
                self._timer.start()
            except InputError as error:
                problem = shown(str(error))
        self._problem, self._asksForClick = problem, False
        self._showState()
        if problem:
            slicer.util.errorDisplay(problem)

    def _asked(self, node, seed=None):
        """What is asked of the scan of ``node``, with the values that were entered."""
        from RadiomicsOrthoLib.workflow.model_choice import applies_unasked, fitting_values
        from RadiomicsOrthoLib.workflow.request import ANY, ScanRequest

        models = self._logic.models()
        onDemand = {model.id for model in models if not applies_unasked(model)}
        known = {entry.card.model.id for entry in self._result.cards} | {entry.model for entry in self._result.offers} \
            if self._result else set()
        wanted = tuple(sorted((known | {node.modelId}) & onDemand))
        return ScanRequest(node.bone or ANY, seed, models=wanted, calibration=node.calibration,
                           clinical=fitting_values(models, wanted, dict(node.clinical), node.modelId))

    def _facts(self, node) -> dict:
        return {"kvp": float(node.kvp) if node.kvp else None,
                "contrast_agent": {"yes": True, "no": False}.get(node.contrast)}

    def _onPoll(self) -> None:
        if self._job.running:
            share, text = self._job.progress
            # nothing is known of how much is done: a bar that moves instead of 0 %
            showShare(self.progressBar, share)
            text = shown(text)
            self.stateLabel.text = text[:1].upper() + text[1:]
            self.stateLabel.visible = True
            next(self._warming, None)
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
                problem = shown(str(error))
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
            self._problem = self._question(outcome) if self._asksForClick and self._request.seed is None \
                else " ".join(map(shown, outcome.problem.splitlines()))
            if outcome.findings:
                self._problem = ""
                self.panel.showRefusal(outcome)
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
        chosen = self._chosen
        self._take(outcome.result)
        yield True
        if outcome.result.cards:
            asks = outcome.result.level_from in ("suggested", "unknown")
            self._openSteps("score", "report", *(("regions",) if asks else ()))
            # the card that was chosen, as it is now
            cards = [(entry.card.model.id, entry.region) for entry in outcome.result.cards]
            self.scores.choose(cards.index(chosen) if chosen in cards else 0)
        else:
            self._openSteps("regions", "score")
            # so that features of it can be extracted, or a model applied by hand
            measured = next((region.name for region in outcome.result.regions if region.measurements), "")
            node.segmentId = node.segmentId or one_click.segment_of(node.segmentation, measured)
            self._showCard(None, _("<p>No model gave a score; the reasons stand above.</p>"))
            self._end()
            self._showState()
            self.levelQuestion.showBody()

    def _question(self, outcome) -> str:
        """What to do where no bone was found by itself."""
        asked = {"vertebra": _("No spine was found by itself. Press the button below and click once in a vertebral "
                               "body."),
                 "proximal-femur": _("No hip was found by itself. Press the button below and click once in the middle "
                                     "of the head of a femur.")}
        either = _("Neither a spine nor a hip was found by itself. Press the button below and click once in a "
                   "vertebral body, or in the middle of the head of a femur.")
        return " ".join([asked.get(self._request.site, either), *map(shown, one_click.bones_seen(outcome))])

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
        """Show the cards of a result; ``None``: there is none."""
        self._result = self.panel.scan = result
        self._chosen = ()
        self.scores.take(result)

    def _onCard(self, row) -> None:
        """Choose in the steps what a card was made of, and show it."""
        node = self._node
        if not node or self._result is None:
            return
        entry = self._result.cards[row]
        segmentId = one_click.segment_of(node.segmentation, entry.region)
        if segmentId:
            node.segmentId = segmentId
        node.modelId = entry.card.model.id
        scored = one_click.show_card(self._result, row, node.inputVolume, node.segmentation, node.resultTable,
                                     node.resultText)
        node.resultTable, node.resultText = scored.table, scored.text
        self._showCard(scored, "")
        self._chosen = (entry.card.model.id, entry.region)
        self.scores.mark(row)

    def _onOffer(self, number) -> None:
        """Choose a model whose values can then be entered below."""
        if self._node and self._result:
            self._node.modelId = self._result.offers[number].model
            scrollTo(self._ui.clinicalWidget)

    def _openSteps(self, *steps) -> None:
        """Fold the steps that are done, so that what comes next is seen without scrolling."""
        for step in ("load", "regions", "score", "report"):
            getattr(self._ui, f"{step}CollapsibleButton").collapsed = step not in steps

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
        """What can be pressed and why not, and how far each step is."""
        node = self._node
        reason = shown(one_click.reason_not_ready(node.inputVolume if node else None))
        self._bone.choose(node.bone if node else "")
        self.boneComboBox.enabled = not self.busy
        changed = self._changed(node)
        self.progressBar.visible = self.busy
        self.button.text = _("Cancel") if self.busy else \
            _("&Score again") if self._result and changed else _("&Score this scan")
        # at the end there is nothing left to be cancelled
        self.button.enabled = self._finishing is None if self.busy else not reason
        self.button.toolTip = reason or _("Find the bones, measure them, and apply every model that fits; what is "
                                          "known already is not computed again")
        if not self.busy:
            self.stateLabel.text = reason or (f"{LOOK} {self._problem}" if self._problem else "")
        self.stateLabel.visible = bool(self.stateLabel.text)
        self.clickRow.visible = self._asksForClick and not self.busy
        if self.clickRow.visible:
            self._ui.regionsCollapsibleButton.collapsed = False
        volume = node.inputVolume.GetName() if node and node.inputVolume else ""
        self.titles.show(stepTexts(self.panel, volume, self._regionText(node), changed, self.busy))
        self.levelQuestion.show(node.segmentation if node else None,
                                self._segments(node)[1] if node and self._result and not self.busy else ())

    def _regionText(self, node) -> str:
        anatomy = self._logic.anatomy(node.segmentation, node.segmentId) if node else None
        return regionPlace(anatomy) if anatomy else ""

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
