"""The kind of scan: shown where the file says it, asked for where it does not."""

from RadiomicsOrthoLib.imaging.modality import TITLES
from RadiomicsOrthoScene.volume_facts import state_modality
from RadiomicsOrthoScene.volumes import known_modality
from slicer.i18n import tr as _


class ModalityChoice:
    """Fills ``comboBox`` with the kinds of scan on which bones are proposed; calls ``changed()`` after a choice."""

    def __init__(self, comboBox, changed) -> None:
        self._comboBox, self._changed = comboBox, changed
        self._volume = None
        for key, title in (("unknown", _("not stated")), ("CT", _("CT")), ("MR", _("MR"))):
            comboBox.addItem(title, key)
        comboBox.connect("currentIndexChanged(int)", self._onChosen)

    def show(self, volumeNode) -> None:
        """What ``volumeNode`` is; a file that says so is believed."""
        self._volume, comboBox = volumeNode, self._comboBox
        modality, source = known_modality(volumeNode) if volumeNode else ("unknown", "file")
        wasBlocked = comboBox.blockSignals(True)
        if comboBox.findData(modality) < 0:
            comboBox.addItem(TITLES[modality], modality)
        comboBox.setCurrentIndex(comboBox.findData(modality))
        comboBox.blockSignals(wasBlocked)
        comboBox.enabled = volumeNode is not None and (modality == "unknown" or source != "file")
        comboBox.toolTip = (_("Decides how bones are looked for, and what is measured")
                            if comboBox.enabled or volumeNode is None else _("The scan's file says so"))

    def _onChosen(self, index) -> None:
        if self._volume is not None:
            state_modality(self._volume, self._comboBox.itemData(index))
            self._changed()
