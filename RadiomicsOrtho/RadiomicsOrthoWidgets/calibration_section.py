"""The group "Density calibration": how the HU of the scan become densities, for models of densities."""

import math
from html import escape
from pathlib import Path

import qt
import slicer
from RadiomicsOrthoLib.errors import InputError
from slicer.i18n import tr as _

from .button_state import allow
from .combo_box import Choices
from .form_layout import WheelGuard, addRow, clearRows
from .scan_facts_section import statedFacts
from .translation import shown

RODS, TISSUES, MANUAL, DENSITIES = "rods", "internal", "manual", "density-image"
#: a region of a bone has this one, so that an example can be given
EXAMPLE_HU = 100.0


class CalibrationSection:
    """Shows the calibration of a parameter node, and writes into it what the user finds or states.

    ``ui`` holds the widgets of the .ui file, ``logic`` is a ``RadiomicsOrthoLogic``.
    """

    def __init__(self, ui, logic) -> None:
        self._ui, self._logic, self._node = ui, logic, None
        self._rows = CalibrationRows(ui.calibrationWidget)
        self._methods = Choices(ui.calibrationMethodComboBox)
        self._methods.show([
            (_("Phantom rods, drawn as segments"), RODS), (_("Slope and offset by hand"), MANUAL),
            (_("Internal tissues, drawn as segments (experimental)"), TISSUES),
            (_("The voxels are densities already"), DENSITIES)], RODS)
        ui.calibrationMethodComboBox.connect("currentIndexChanged(int)", lambda index: self._showRows())
        ui.calibrateButton.connect("clicked(bool)", self._onCalibrate)
        ui.openCalibrationButton.connect("clicked(bool)", self._onOpen)
        ui.saveCalibrationButton.connect("clicked(bool)", self._onSave)

    def show(self, node) -> None:
        """Bring the group in line with ``node``; ``None``: there is none, nothing is written."""
        self._node = node
        if node is None or not self._logic.needsCalibration(node):
            return
        self._showRows()
        self._ui.calibrationInfoLabel.text = calibrationText(node.calibration)
        allow(self._ui.saveCalibrationButton, "" if node.calibration else calibrationText(""),
              _("Save the calibration, for scans of the same scanner and settings"))

    def _showRows(self) -> None:
        if self._node:
            self._rows.show(self._methods.chosen(), self._node.segmentation)

    def _onCalibrate(self) -> None:
        if self._node:
            self._keep(self._calibration)

    def _onOpen(self) -> None:
        path = qt.QFileDialog.getOpenFileName(slicer.util.mainWindow(), _("Density calibration"), "",
                                              _("Density calibration") + " (*.json)")
        if path and self._node:
            from RadiomicsOrthoLib.imaging.calibration.calibration_file import read_calibration

            self._keep(lambda: read_calibration(path))

    def _onSave(self) -> None:
        path = qt.QFileDialog.getSaveFileName(slicer.util.mainWindow(), _("Save the density calibration"),
                                              "calibration.json", _("Density calibration") + " (*.json)")
        if not path or not self._node:
            return
        with slicer.util.tryWithErrorDisplay(_("The calibration could not be saved."), waitCursor=False):
            Path(path).write_text(self._node.calibration, encoding="utf-8")

    def _keep(self, found) -> None:
        """Write what ``found()`` returns into the parameter node; say in one sentence what is wrong with it."""
        from RadiomicsOrthoLib.imaging.calibration.calibration_file import calibration_json

        problem = ""
        with slicer.util.tryWithErrorDisplay(_("The scan could not be calibrated."), waitCursor=True):
            try:
                self._node.calibration = calibration_json(found())
            except InputError as error:
                problem = shown(str(error))
        # only now: a message box under a wait cursor looks like a hanging program
        if problem:
            slicer.util.errorDisplay(problem)

    def _calibration(self):
        from RadiomicsOrthoLib.imaging.calibration.calibration import Curve
        from RadiomicsOrthoScene.density import calibration_by_hand, calibration_by_rods, calibration_by_tissues

        node, rows, method = self._node, self._rows, self._methods.chosen()
        stated = statedFacts(node.kvp, node.contrast)
        if method == TISSUES:
            return calibration_by_tissues(node.inputVolume, node.segmentation, rows.equivalent, stated)
        if method == RODS:
            return calibration_by_rods(node.inputVolume, node.segmentation, rows.densities(), rows.equivalent,
                                       rows.source, stated)
        curve = Curve(rows.number("offset"), rows.number("slope")) if method == MANUAL else Curve(0.0, 1.0)
        return calibration_by_hand(node.inputVolume, method, curve, rows.equivalent, rows.source,
                                   rows.number("error", needed=False), stated)


class CalibrationRows:
    """What a method asks for, as rows in ``container``'s form layout; what was typed comes back with its row."""

    def __init__(self, container) -> None:
        self._container, self._guard = container, WheelGuard(container)
        self._shown, self._editors, self._rods, self._typed = None, {}, {}, {}
        self._equivalent = None

    def show(self, method: str, segmentationNode) -> None:
        from RadiomicsOrthoScene.density import possible_rods, segments_of

        segments = {RODS: possible_rods, TISSUES: segments_of}.get(method, lambda node: ())(segmentationNode)
        if self._shown == (method, segments):
            return
        self._typed.update({name: editor.text for name, editor in {**self._editors, **self._rods}.items()})
        chosen = self.equivalent
        clearRows(self._container.layout())
        self._shown, self._editors, self._rods = (method, segments), {}, {}
        self._addEquivalent(chosen)
        if method == MANUAL:
            self._add("slope", _("Slope:"), _("mg/cm³ per HU, such as 0.8"))
            self._add("offset", _("Offset:"), _("mg/cm³ at 0 HU"))
        if method in (MANUAL, DENSITIES):
            self._add("error", _("Error (±):"), _("mg/cm³, if it is known"))
        if method != TISSUES:
            self._add("source", _("Source:"), _("phantom and data sheet, or report"))
        if method == RODS:
            self._addRods(segments)
        if method == TISSUES:
            self._addTissues(segmentationNode)
        for name, editor in {**self._editors, **self._rods}.items():
            editor.text = self._typed.get(name, "")

    @property
    def equivalent(self) -> str:
        return self._equivalent.currentText if self._equivalent else "K2HPO4"

    @property
    def source(self) -> str:
        return self._editors["source"].text.strip()

    def number(self, name: str, needed: bool = True):
        """What was typed; ``None`` where it is empty and not needed; InputError where it is no number."""
        text = self._editors[name].text.strip().replace(",", ".")
        if not text and not needed:
            return None
        return _number(text, {"slope": _("Slope"), "offset": _("Offset"), "error": _("Error")}[name])

    def densities(self) -> dict:
        """Id of a segment → density in mg/cm³, of those where one was typed."""
        return {segmentId: _number(editor.text.strip().replace(",", "."), _("The density of a rod"))
                for segmentId, editor in self._rods.items() if editor.text.strip()}

    def _addEquivalent(self, chosen: str) -> None:
        from RadiomicsOrthoLib.imaging.calibration.calibration import EQUIVALENTS

        self._equivalent = qt.QComboBox()
        for material in EQUIVALENTS:
            self._equivalent.addItem(material)
        self._equivalent.setCurrentIndex(max(self._equivalent.findText(chosen), 0))
        self._equivalent.toolTip = _("Material of the phantom's rods: K2HPO4 (such as Mindways) or hydroxyapatite, HA "
                                     "(such as QRM); the same bone has another density in each")
        self._guard.protect(self._equivalent)
        addRow(self._container.layout(), _("Equivalent material:"), self._equivalent)

    def _add(self, name: str, title: str, placeholder: str) -> None:
        self._editors[name] = qt.QLineEdit()
        self._editors[name].placeholderText = placeholder
        self._editors[name].toolTip = placeholder
        addRow(self._container.layout(), title, self._editors[name])

    def _addRods(self, segments) -> None:
        hint = qt.QLabel(_("Density of each segment that is a rod; leave the others empty.") if segments else
                         _("Draw each rod as a segment of the segmentation chosen above."))
        hint.wordWrap = True
        self._container.layout().addRow(hint)
        for segmentId, name in segments:
            self._rods[segmentId] = qt.QLineEdit()
            self._rods[segmentId].placeholderText = _("mg/cm³")
            self._rods[segmentId].toolTip = _("Density of this rod in mg/cm³, from the data sheet of the phantom")
            addRow(self._container.layout(), f"{name}:", self._rods[segmentId])

    def _addTissues(self, segmentationNode) -> None:
        from RadiomicsOrthoLib.imaging.calibration.tissues import TITLES
        from RadiomicsOrthoScene.density import segments_of, tissues_of

        names = dict(segments_of(segmentationNode))
        found = "; ".join(f"{TITLES[tissue]}: {', '.join(names[segmentId] for segmentId in ids)}"
                          for tissue, ids in tissues_of(segmentationNode).items())
        hint = qt.QLabel(escape(_("Found by their names: {tissues}.").format(tissues=found) if found else _(
            "Draw at least three of air, fat, aorta, muscle and cortical bone as segments of these names.")))
        hint.wordWrap = True
        self._container.layout().addRow(hint)


def _number(text: str, title: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(_("{title} must be a number, not '{text}'.").format(title=title, text=text))
    return value


def calibrationText(text: str) -> str:
    """A calibration as it stands in a parameter node, in a line or two."""
    from RadiomicsOrthoLib.imaging.calibration.calibration import METHOD_TITLES
    from RadiomicsOrthoLib.imaging.calibration.calibration_file import calibration_from_json

    if not text:
        return _("Not calibrated. The model measures densities; HU are none.")
    try:
        found = calibration_from_json(text, _("The density calibration of this scene"))
    except InputError as error:
        return escape(shown(str(error)))
    what = f"<b>{escape(found.equivalent)}</b> \u00b7 {escape(METHOD_TITLES[found.method])}: {escape(found.source)}"
    if found.from_unit != "HU":
        return what
    error = found.error_at(EXAMPLE_HU)
    margin = _("error unknown") if error is None else f"\u00b1 {error:.2g}"
    fit = "" if found.r_squared is None else f", R\u00b2 {found.r_squared:.4f}"
    return what + "<br>" + _("{hu:g} HU = {density:.1f} mg/cm³ ({margin}{fit})").format(
        hu=EXAMPLE_HU, density=found.curve(EXAMPLE_HU), margin=margin, fit=fit)
