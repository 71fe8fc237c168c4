"""The section "Model": which score model, its purpose, and editors for the values that it asks for."""

from html import escape

import qt
from RadiomicsOrthoScene.extraction import FEATURES_ONLY
from slicer.i18n import tr as _

from .clinical_editors import ClinicalEditors
from .recent_models import recentModels
from .translation import shown


class ModelSection:
    """Shows which model a parameter node chooses, and writes into it what the user chooses and enters.

    ``ui`` holds the widgets of the .ui file, ``logic`` is a ``RadiomicsOrthoLogic``.
    """

    def __init__(self, ui, logic) -> None:
        self._ui, self._logic, self._node = ui, logic, None
        self._editors = ClinicalEditors(ui.clinicalWidget, self._onClinical)
        self._fill()
        ui.modelComboBox.connect("currentIndexChanged(int)", self._onModel)

    def refill(self) -> None:
        """List the models again after one was added; the chosen one stays."""
        wasBlocked = self._ui.modelComboBox.blockSignals(True)
        self._ui.modelComboBox.clear()
        self._fill()
        self._ui.modelComboBox.blockSignals(wasBlocked)
        self.show(self._node)

    def _fill(self) -> None:
        box, logic, models = self._ui.modelComboBox, self._logic, self._logic.models()
        recent = [model for modelId in recentModels() if (model := logic.model(modelId))]
        others = [model for model in models if model not in recent]
        self._add(recent, _("Used lately"))
        self._add([model for model in others if model.uses_scan], "")
        box.addItem(_("No score: radiomics features only"), FEATURES_ONLY)
        self._add([model for model in others if not model.uses_scan], _("Needs no scan: from entered values"))

    def _add(self, models, tip: str) -> None:
        """A group of models, apart from those before it."""
        box = self._ui.modelComboBox
        if models and box.count:
            box.insertSeparator(box.count)
        for model in models:
            box.addItem(shown(model.title), model.id)
            box.setItemData(box.count - 1, tip or shown(model.title), qt.Qt.ToolTipRole)

    def show(self, node) -> None:
        """Bring the section in line with ``node``; ``None``: there is none, nothing is written."""
        self._node = node
        if node is None:
            return
        ui = self._ui
        wasBlocked = ui.modelComboBox.blockSignals(True)
        ui.modelComboBox.setCurrentIndex(max(ui.modelComboBox.findData(node.modelId), 0))
        ui.modelComboBox.blockSignals(wasBlocked)
        model = self._logic.model(node.modelId)
        self._showPatient(model, node)
        ui.calibrationGroupBox.visible = model is not None and model.applicability.needs_calibration
        for group in (ui.advancedGroupBox, ui.extractionGroupBox):
            group.visible = model is None or model.uses_scan
        if model is None:
            ui.modelInfoLabel.text = _("The features of the profile below, for any modality") \
                if node.modelId == FEATURES_ONLY else _("No model at hand")
            ui.clinicalWidget.visible = False
            return
        noScan = "" if model.uses_scan else _("Needs no scan and no region: enter the values below.") + " "
        ui.modelInfoLabel.text = "<b>{trust}</b> \u00b7 {noScan}{use}".format(
            trust=_("Trust level: {trust}").format(trust=escape(shown(model.trust))), noScan=noScan,
            use=escape(shown(model.card["intended_use"])))
        ui.modelInfoLabel.toolTip = f"{shown(model.card.get('not_for', ''))}\n{shown(model.card['population'])}"
        if model.signature.state != "ships":
            # a site's own model: who stands for it
            ui.modelInfoLabel.text += f"<br>{escape(shown(model.signature.sentence))}"
        self._editors.show(model, dict(node.clinical))

    def _showPatient(self, model, node) -> None:
        """Offer the value for the patient where several regions give another one than one of them."""
        from RadiomicsOrthoScene.patient import has_patient_rule

        box = self._ui.patientCheckBox
        box.visible = has_patient_rule(model)
        if has_patient_rule(model):
            rule = model.patient_rule
            what = {"mean": _("mean"), "lowest": _("lowest"), "highest": _("highest")}[rule.rule]
            where = ", ".join(rule.places) or _("all regions")
            box.text = _("For the patient: {what} of {where}").format(what=what, where=where)
            box.toolTip = _("{rule} Counted are the segments of the same part as the chosen one.").format(
                rule=" ".join(map(shown, filter(None, (rule.text, rule.leave_out)))))

    def _onModel(self, index) -> None:
        if self._node:
            self._node.modelId = self._ui.modelComboBox.itemData(index) or ""

    def _onClinical(self) -> None:
        if self._node:
            # values for other models stay: choosing another model must not lose what was typed
            others = {name: value for name, value in dict(self._node.clinical).items()
                      if name not in self._editors.names}
            self._node.clinical = {**others, **self._editors.values()}
