"""The kind of scan: shown where the file says it, asked for where it does not."""

from RadiomicsOrthoLib.imaging.modality import TITLES
from RadiomicsOrthoScene.planar_regions import is_planar
from RadiomicsOrthoScene.volume_facts import state_modality
from RadiomicsOrthoScene.volumes import known_modality
from slicer.i18n import tr as _

from .combo_box import Choices


class ModalityChoice:
    """Fills ``comboBox`` with the kinds of scan on which bones are proposed, or drawn on a 2-D image.

    Calls ``changed()`` after a choice.
    """

    def __init__(self, comboBox, changed) -> None:
        self._comboBox, self._changed = comboBox, changed
        self._kinds = Choices(comboBox)
        self._volume = None
        comboBox.connect("currentIndexChanged(int)", self._onChosen)

    def show(self, volumeNode) -> None:
        """What ``volumeNode`` is; a file that says so is believed."""
        self._volume, comboBox = volumeNode, self._comboBox
        modality, source = known_modality(volumeNode) if volumeNode else ("unknown", "file")
        kinds = dict.fromkeys(("unknown", *(("XR", "DXA", "US") if is_planar(volumeNode) else ("CT", "MR")), modality))
        self._kinds.show([(_("not stated") if kind == "unknown" else TITLES[kind], kind) for kind in kinds], modality)
        comboBox.enabled = volumeNode is not None and (modality == "unknown" or source != "file")
        comboBox.toolTip = (_("Decides how bones are looked for, and what is measured")
                            if comboBox.enabled or volumeNode is None else _("The scan's file says so"))

    def _onChosen(self, index) -> None:
        if self._volume is not None:
            state_modality(self._volume, self._kinds.chosen() or "unknown")
            self._changed()
