"""The section "View": how the views are arranged, and what they show of each level."""

from html import escape

import ctk
import qt
import slicer
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoScene import core_overlay, layouts, level_labels, level_view, score_colours
from RadiomicsOrthoScene.level_chart import charted
from RadiomicsOrthoScene.level_values import quantities, segments_named
from RadiomicsOrthoScene.scan_results import chart_of
from slicer.i18n import tr as _

from .combo_box import Choices
from .layout_table import LayoutTable
from .level_table import LevelTable
from .section import Section
from .translation import shown


class ViewSection(Section):
    """Shows values of the levels in the views of the application, and goes to the level that is chosen in a table."""

    def __init__(self, panel) -> None:
        super().__init__(panel)
        self._quantities, self._shown = (), None
        # away from the event that opened a scene
        self._soon = qt.QTimer()
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.connect("timeout()", self._onNewResults)
        layouts.register_layouts()
        self._build()
        #: the same by a click in the table view of a layout
        self._layoutTable = LayoutTable(self._jump)
        self.show(None)

    def show(self, node) -> None:
        volumeNode = node.inputVolume if node else None
        segmentation = node.segmentation if node else None
        found = quantities(volumeNode) if volumeNode is not None else ()
        if node is None and self._quantities:
            # a panel that is left looks as it did
            return
        self._fill(found, volumeNode)
        self._showState(volumeNode, segmentation)

    def showResult(self, scored, emptyHtml: str = "") -> None:
        self.show(self.panel.node)

    def enter(self) -> None:
        layouts.register_layouts()
        self._layoutTable.connect()

    def sceneClosed(self) -> None:
        self._soon.stop()
        self.tiltCheckBox.checked = False
        self._fill((), None)
        self._showState(None, None)

    def stop(self) -> None:
        self._soon.stop()
        self._layoutTable.stop()

    def _build(self) -> None:
        self.widget = ctk.ctkCollapsibleButton()
        self.widget.objectName = "viewCollapsibleButton"
        self.widget.text = _("View")
        # there is little to be seen before the first score
        self.widget.collapsed = True
        # a fold shows all that is directly in it when it is opened
        inner = qt.QWidget()
        qt.QVBoxLayout(self.widget).addWidget(inner)
        form = qt.QFormLayout(inner)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow(_("Layout:"), self._buildLayouts())
        self.quantityComboBox = qt.QComboBox()
        self.quantityComboBox.sizeAdjustPolicy = qt.QComboBox.AdjustToMinimumContentsLengthWithIcon
        self.quantityComboBox.toolTip = _("Which number of each level is listed, written and coloured")
        self.quantityComboBox.connect("activated(int)", self._onQuantity)
        self._choices = Choices(self.quantityComboBox)
        self.quantityLabel = qt.QLabel(_("Show:"))
        self.quantityLabel.setBuddy(self.quantityComboBox)
        form.addRow(self.quantityLabel, self.quantityComboBox)
        self.levelTable = LevelTable(self._jump)
        form.addRow(self.levelTable.widget)
        self.tiltCheckBox = self._checkBox(
            _("Axial view across the spine"), _("Tilt the axial view so that it lies across the spine at the level, "
                                                "for looking; nothing is measured on it"), self._onTilt)
        self.valuesCheckBox = self._checkBox(
            _("Values beside the outlines"), _("Write the value of each level at its centre, and show the segments as "
                                               "outlines"), self._onValues)
        self.colourCheckBox = self._checkBox(
            _("Segments in the colours of their values"), _("The colours of the list; the segments get their own back "
                                                            "when this is switched off"), self._onColours)
        self.coreCheckBox = self._checkBox(
            _("Trabecular core in HU colours"), _("Lay the attenuation of each voxel of the cores over the scan, with "
                                                  "a legend; the scan is not changed"), self._onCore)
        for box in (self.tiltCheckBox, self.valuesCheckBox, self.colourCheckBox, self.coreCheckBox):
            form.addRow(box)
        self.legendLabel = qt.QLabel()
        self.legendLabel.wordWrap = True
        self.legendLabel.textFormat = qt.Qt.RichText
        form.addRow(self.legendLabel)
        self.reasonLabel = qt.QLabel()
        self.reasonLabel.wordWrap = True
        form.addRow(self.reasonLabel)

    def _buildLayouts(self):
        row = qt.QWidget()
        layout = qt.QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        self.layoutButtons = {}
        for number, text, tip in (
                (layouts.SPINE, _("Spine"), _("A large sagittal view, axial and 3-D views, chart and table")),
                (layouts.HIP, _("Hip"), _("A large coronal view, axial and 3-D views, chart and table")),
                (0, _("As before"), _("Back to the arrangement of views before"))):
            button = qt.QPushButton(text)
            button.toolTip = tip
            button.connect("clicked(bool)", lambda checked, number=number: self._onLayout(number))
            layout.addWidget(button)
            self.layoutButtons[number] = button
        return row

    def _checkBox(self, text, tip, toggled):
        box = qt.QCheckBox(text)
        box.toolTip = tip
        # by a person only, not by bringing it in line
        box.connect("clicked(bool)", toggled)
        return box

    def _fill(self, found, volumeNode) -> None:
        """The quantities to choose from, and the values of the chosen one."""
        if found == self._quantities:
            return
        if not found or not self._quantities:
            self.widget.collapsed = not found
        before, self._quantities = self._choices.chosen(), found
        chosen = before if before in [quantity.key for quantity in found] else charted(volumeNode)
        self._choices.show([(shown(quantity.title), quantity.key) for quantity in found], chosen)
        self._shown = None
        self._apply()
        if found:
            self._soon.start()

    def _onNewResults(self) -> None:
        """Chart and table in the views of a layout of ours are those of this scan.

        The chart is drawn anew: where a scene was opened in the place of another one, the controller of Slicer's plot
        view takes the first curve out of it.
        """
        node, quantity = self.panel.node, self._quantity()
        if not node or not node.inputVolume or quantity is None:
            return
        if charted(node.inputVolume) == quantity.key:
            chart_of(quantity, node.inputVolume)
        if layouts.is_own_layout():
            layouts.show_results(node.inputVolume)
            self._layoutTable.connect()

    def _quantity(self):
        index = self.quantityComboBox.currentIndex
        return self._quantities[index] if 0 <= index < len(self._quantities) else None

    def _apply(self) -> None:
        """Show the chosen quantity wherever one is shown."""
        quantity, node = self._quantity(), self.panel.node
        self.levelTable.show(quantity)
        self.legendLabel.text = legendHtml(quantity)
        if quantity is None or not node or not node.inputVolume or node.segmentation is None:
            return
        if score_colours.is_coloured(node.segmentation):
            score_colours.colour_by(node.segmentation, quantity)
        if level_labels.values_shown(node.inputVolume):
            level_labels.show_values(node.segmentation, quantity, node.inputVolume)

    def _showState(self, volumeNode, segmentation) -> None:
        """What is switched on in the scene, what can be, and why not."""
        bones = segmentation is not None and segmentation.GetSegmentation().GetNumberOfSegments() > 0
        values = bool(self._quantities) and bones
        reason = _("Score the scan first: then each level has a value to show.")
        self.quantityComboBox.enabled = values
        for widget in (self.quantityLabel, self.quantityComboBox, self.levelTable.widget, self.legendLabel):
            widget.visible = values
        for box, possible, isOn in (
                (self.valuesCheckBox, values, values and level_labels.values_shown(volumeNode)),
                (self.colourCheckBox, values, bones and score_colours.is_coloured(segmentation)),
                (self.tiltCheckBox, values, self.tiltCheckBox.checked),
                (self.coreCheckBox, volumeNode is not None and bones,
                 volumeNode is not None and core_overlay.core_shown(volumeNode))):
            box.enabled = box.visible = bool(possible or isOn)
            box.checked = bool(isOn)
        self.reasonLabel.text = "" if values else reason
        self.reasonLabel.visible = not values

    def _onLayout(self, number) -> None:
        node = self.panel.node
        if not number:
            layouts.leave_layout()
            return
        with slicer.util.tryWithErrorDisplay(_("The views could not be arranged."), waitCursor=True):
            layouts.show_layout(number, node.inputVolume if node else None)
            # the new views have their size only now
            slicer.app.processEvents()
            self._layoutTable.connect()
            if node and node.segmentation is not None and node.segmentation.GetSegmentation().GetNumberOfSegments():
                node.segmentation.CreateClosedSurfaceRepresentation()
                if node.inputVolume:
                    slicer.util.setSliceViewerLayers(background=node.inputVolume)
                level_view.look_at_bones(node.segmentation)

    def _onQuantity(self, index) -> None:
        node, quantity = self.panel.node, self._quantity()
        if node and quantity is not None and node.inputVolume:
            chart_of(quantity, node.inputVolume)
            self._apply()

    def _onValues(self, checked) -> None:
        node = self.panel.node
        if not node:
            return
        if checked:
            level_labels.show_values(node.segmentation, self._quantity(), node.inputVolume)
        else:
            level_labels.hide_values(node.segmentation, node.inputVolume)

    def _onColours(self, checked) -> None:
        node = self.panel.node
        if not node:
            return
        if checked:
            score_colours.colour_by(node.segmentation, self._quantity())
        else:
            score_colours.restore_colours(node.segmentation)

    def _onCore(self, checked) -> None:
        node, problem = self.panel.node, ""
        if not node:
            return
        with slicer.util.tryWithErrorDisplay(_("The cores could not be shown."), waitCursor=True):
            try:
                if checked:
                    core_overlay.show_core(node.inputVolume, node.segmentation)
                else:
                    core_overlay.hide_core(node.inputVolume, node.segmentation)
            except InputError as error:
                problem = shown(str(error))
        self._showState(node.inputVolume, node.segmentation)
        if problem:
            slicer.util.errorDisplay(problem)

    def _onTilt(self, checked) -> None:
        if self._shown is not None:
            self._jump(self._shown)
        elif not checked:
            level_view.straighten()

    def _jump(self, region) -> None:
        """The views to the segment of that name."""
        node = self.panel.node
        ids = segments_named(node.segmentation, region) if node and node.segmentation is not None else []
        if ids:
            self._shown = region
            level_view.jump_to_region(node.segmentation, ids[0], self.tiltCheckBox.checked)
            self.levelTable.choose(region)


def legendHtml(quantity) -> str:
    """What the colours mean."""
    if quantity is None:
        return ""
    parts = ["<span style='color:#{:02x}{:02x}{:02x}'>\u25a0</span>&nbsp;{}".format(
        *(round(255 * part) for part in colour), escape(shown(text))) for colour, text in quantity.legend]
    parts.append("<span style='color:#999999'>\u25a0</span>&nbsp;{}".format(_("no value")))
    return _("Colours: {list}").format(list=", ".join(parts))
