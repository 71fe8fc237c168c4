"""The third step of a case: a model, what it asks for, and Apply."""

import slicer
from RadiomicsOrthoLib.errors import InputError, RefusedError
from slicer.i18n import tr as _

from .calibration_section import CalibrationSection
from .engine_state_label import EngineStateLabel
from .extraction_section import ExtractionSection
from .model_section import ModelSection
from .readiness import FEATURES_ONLY, reasonNotReady
from .recent_models import remember
from .section import Section
from .semantic_section import SemanticSection
from .translation import shown
from .work_dialog import WorkDialog


class ScoreStep(Section):
    """Applies the model that a parameter node chooses to its region, or extracts the features of that."""

    def __init__(self, panel) -> None:
        super().__init__(panel)
        ui, logic = panel.ui, panel.logic
        self.widget = ui.scoreCollapsibleButton
        self.engineState = EngineStateLabel(ui.engineStateLabel, logic.resourcePath("requirements-features.txt"))
        self.semantic = SemanticSection(ui, logic.answers)
        self.calibration = CalibrationSection(ui, logic)
        self._models = ModelSection(ui, logic)
        self._parts = (self._models, self.calibration, self.semantic, ExtractionSection(ui, logic.choices))
        ui.applyButton.connect("clicked(bool)", self._onApply)

    def show(self, node) -> None:
        for part in self._parts:
            part.show(node)
        if node is None:
            return
        ui, reason = self.panel.ui, reasonNotReady(self.panel.logic, node)
        ui.applyButton.enabled = not reason
        ui.applyButton.toolTip = reason or _("Score the region with this model, or extract its features")
        ui.applyReasonLabel.text = reason
        ui.applyReasonLabel.visible = bool(reason)

    def offer(self, model) -> None:
        """Choose a model that was brought in just now."""
        self.panel.logic.addModel(model)
        self._models.refill()
        if self.panel.node:
            self.panel.node.modelId = model.id

    def enter(self) -> None:
        self.engineState.start()

    def exit(self) -> None:
        self.engineState.stop()

    def stop(self) -> None:
        self.engineState.stop()

    def _onApply(self, checked) -> None:
        node, logic = self.panel.node, self.panel.logic
        only, wanted = node.modelId == FEATURES_ONLY, logic.wantsFeatures(node)
        problem, featuresProblem, work = "", "", WorkDialog(_("Radiomics Ortho"))
        with slicer.util.tryWithErrorDisplay(_("The case could not be scored."), waitCursor=not wanted):
            try:
                logic.ensureDependencies()
                featuresProblem = logic.featuresProblem() if wanted else ""
                if only and featuresProblem:
                    raise InputError(featuresProblem)
                with work:
                    scored = logic.processNode(node, wanted and not featuresProblem, work.progress, work.cancelled)
                node.resultTable, node.resultText = scored.table, scored.text or node.resultText
                featuresProblem = featuresProblem or scored.featuresProblem
                self.panel.showResult(scored)
                remember(node.modelId)
            except RefusedError as refusal:
                self.panel.showRefusal(refusal)
            except InputError as error:
                if work.wasCancelled:
                    # what was shown before is still true
                    slicer.util.showStatusMessage(shown(str(error)), 5000)
                else:
                    self.panel.showResult(None)
                    problem = shown(str(error))
        self.engineState.update()
        # only now: a message box under a wait cursor looks like a hanging program
        if problem:
            slicer.util.errorDisplay(problem)
        elif self.panel.scored and featuresProblem:
            slicer.util.warningDisplay(shown(featuresProblem))
