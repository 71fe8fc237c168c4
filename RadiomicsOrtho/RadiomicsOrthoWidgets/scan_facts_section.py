"""The group "Scan facts": what a person states of the scan where its file does not."""

from RadiomicsOrthoLib.imaging.modality import TITLES
from RadiomicsOrthoScene.extraction import scan_facts
from RadiomicsOrthoScene.volume_facts import state_modality, state_pixel_size
from slicer.i18n import tr as _

from .combo_box import Choices

KVP_CHOICES = ("", "80", "90", "100", "110", "120", "130", "140")
#: mm; 0 means unknown
LARGEST_PIXEL_MM = 5.0


def statedFacts(kvp: str, contrast: str) -> dict:
    """What the group states, as the library takes it; ``None`` where nothing is stated."""
    return {"kvp": float(kvp) if kvp else None, "contrast_agent": {"yes": True, "no": False}.get(contrast)}


class ScanFactsSection:
    """Shows what is stated of a parameter node's volume, and writes down what the user states.

    ``ui`` holds the widgets of the .ui file; ``changed()`` is called where the volume itself was stated to be something
    else, since that stands with the volume.
    """

    def __init__(self, ui, changed) -> None:
        self._ui, self._changed, self._node, self._asked = ui, changed, None, None
        self._modality, self._kvp, self._contrast = (
            Choices(comboBox) for comboBox in (ui.modalityComboBox, ui.kvpComboBox, ui.contrastComboBox))
        # of a detector 0.1 to 0.2 mm
        ui.pixelSizeSpinBox.decimals = 4
        ui.pixelSizeSpinBox.singleStep = 0.01
        ui.pixelSizeSpinBox.setRange(0.0, LARGEST_PIXEL_MM)
        ui.pixelSizeSpinBox.specialValueText = _("unknown")
        ui.pixelSizeSpinBox.suffix = _(" mm")
        # a size that is being typed must not measure anything yet
        ui.pixelSizeSpinBox.keyboardTracking = False
        ui.modalityComboBox.connect("currentIndexChanged(int)", self._onModality)
        ui.pixelSizeSpinBox.connect("valueChanged(double)", self._onPixelSize)
        for comboBox in (ui.kvpComboBox, ui.contrastComboBox):
            comboBox.connect("currentIndexChanged(int)", self._onAcquisition)

    def show(self, node) -> None:
        """Bring the group in line with ``node``; ``None``: there is none, nothing is written."""
        self._node = node
        if node is None:
            return
        facts = scan_facts(node.inputVolume)
        self._showModality(facts)
        self._showPixelSize(facts)
        self._openIfAsked(node.inputVolume, facts)
        self._kvp.show([(_("{kvp} kV").format(kvp=value) if value else _("not stated"), value)
                        for value in KVP_CHOICES], node.kvp)
        self._contrast.show([(_("not stated"), ""), (_("none given"), "no"), (_("given"), "yes")], node.contrast)

    def _showModality(self, facts) -> None:
        known = TITLES[facts.modality]
        first = _("not stated")
        if facts.modality_from == "name":
            first = _("{modality} (from its name)").format(modality=known)
        elif facts.modality_from == "file" and facts.modality != "unknown":
            first = _("{modality} (from the file)").format(modality=known)
        others = [(TITLES[name], name) for name in facts.modalities_to_state
                  if facts.modality_from == "stated" or name != facts.modality]
        self._modality.show([(first, ""), *others], facts.modality if facts.modality_from == "stated" else "")
        self._ui.modalityComboBox.enabled = self._node.inputVolume is not None and bool(others)
        self._ui.modalityComboBox.toolTip = (
            _("State what the scan is, where its file does not; it is recorded as stated by you") if others
            else _("The file states it"))

    def _showPixelSize(self, facts) -> None:
        spinBox = self._ui.pixelSizeSpinBox
        for widget in (self._ui.pixelSizeLabel, spinBox):
            widget.visible = facts.asks_for_pixel_size
        wasBlocked = spinBox.blockSignals(True)
        spinBox.value = facts.stated_pixel_mm
        spinBox.blockSignals(wasBlocked)

    def _openIfAsked(self, volumeNode, facts) -> None:
        """Where a new volume lacks a fact that decides what can be measured, the group does not stay folded."""
        lacking = (facts.modality == "unknown" and facts.is_planar) or facts.asks_for_pixel_size
        if volumeNode is not None and volumeNode is not self._asked and lacking:
            self._ui.advancedGroupBox.collapsed = False
        self._asked = volumeNode

    def _onModality(self, index) -> None:
        if self._node and self._node.inputVolume:
            state_modality(self._node.inputVolume, self._modality.chosen() or "unknown")
            self._changed()

    def _onPixelSize(self, value) -> None:
        if self._node and self._node.inputVolume:
            state_pixel_size(self._node.inputVolume, value)
            self._changed()

    def _onAcquisition(self, index) -> None:
        if self._node:
            self._node.kvp, self._node.contrast = self._kvp.chosen(), self._contrast.chosen()
