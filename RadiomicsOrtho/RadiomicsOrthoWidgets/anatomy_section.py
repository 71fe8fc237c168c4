"""What the selected segment is: site, level, side and part, and how it came about."""

from RadiomicsOrthoLib.regions.roi import LEVELS
from RadiomicsOrthoScene.edits import made_by
from slicer.i18n import tr as _


class AnatomySection:
    """Shows and writes the anatomy of a segment.

    ``ui`` holds the widgets of the .ui file, ``logic`` is a ``RadiomicsOrthoSegmentLogic``.  ``nameBody(id, level)``
    names a proposed body with all its neighbours, and says whether the segment is one.
    """

    def __init__(self, ui, logic, nameBody, changed) -> None:
        self._ui, self._logic, self._nameBody, self._changed = ui, logic, nameBody, changed
        self._segment, self._segmentId = None, ""
        for comboBox, choices in zip(self._comboBoxes(), anatomyChoices(), strict=True):
            for key, title in choices:
                comboBox.addItem(title, key)
            comboBox.connect("currentIndexChanged(int)", self._onChosen)

    def show(self, segment, segmentId: str) -> None:
        """A segment, or ``None``."""
        self._segment, self._segmentId = segment, segmentId
        ui, anatomy = self._ui, self._logic.anatomy(segment)
        for comboBox, name in zip(self._comboBoxes(), ("site", "level", "side", "compartment"), strict=True):
            wasBlocked = comboBox.blockSignals(True)
            comboBox.setCurrentIndex(max(comboBox.findData(anatomy.get(name) or ""), 0))
            comboBox.blockSignals(wasBlocked)
            comboBox.enabled = segment is not None
        ui.anatomyReasonLabel.text = "" if segment else _("Select a segment in the list above to name it.")
        ui.anatomyReasonLabel.visible = segment is None
        isFemur = anatomy.get("site") == "proximal-femur"
        for label, comboBox, shown in ((ui.levelLabel, ui.levelComboBox, not isFemur),
                                       (ui.sideLabel, ui.sideComboBox, isFemur)):
            label.visible = shown
            comboBox.visible = shown
        origin = made_by(segment) if segment else ""
        ui.originLabel.text = origin or _("drawn by hand, or not stated")
        for widget in (ui.originLabel, ui.originTitleLabel):
            widget.visible = segment is not None

    def _comboBoxes(self):
        """Site, level, side and part, in the order of ``RadiomicsOrthoSegmentLogic.describe``."""
        ui = self._ui
        return ui.siteComboBox, ui.levelComboBox, ui.sideComboBox, ui.partComboBox

    def _onChosen(self, index) -> None:
        if self._segment is not None:
            site, level, side, part = (comboBox.itemData(comboBox.currentIndex) or ""
                                       for comboBox in self._comboBoxes())
            anatomy = self._logic.anatomy(self._segment)
            newLevel = level and level != anatomy["level"]
            if not site and newLevel:
                site = "vertebra"  # a level was just chosen: only vertebrae have one
            if not (newLevel and self._nameBody(self._segmentId, level)):
                self._logic.describe(self._segment, site, level, side, part)
        self._changed()


def anatomyChoices() -> tuple:
    """(key, title) of the sites, levels, sides and parts to choose from."""
    unstated = _("not stated")
    sites = (("", unstated), ("vertebra", _("Vertebra")), ("proximal-femur", _("Proximal femur")))
    levels = (("", unstated), *((level, level) for level in LEVELS))
    sides = (("", unstated), ("left", _("Left")), ("right", _("Right")))
    parts = (("unknown", unstated), ("whole-body", _("Whole body")), ("trabecular", _("Trabecular core")),
             ("axial-ellipse", _("Mid-axial ellipse")), ("mid-slab", _("9 mm mid slab")),
             ("femoral-head", _("Femoral head")), ("femoral-neck", _("Femoral neck")),
             ("trochanteric", _("Trochanteric region")), ("intertrochanteric", _("Intertrochanteric region")),
             ("cortical", _("Cortical bone")), ("csf", _("Cerebrospinal fluid")))
    return sites, levels, sides, parts
