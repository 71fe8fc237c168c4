"""The section "Cerebrospinal fluid at L3": the reference region of ratios on lumbar MR."""

import ctk
import qt
import slicer
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoScene.csf import add_csf, reason_no_csf
from RadiomicsOrthoScene.volume_facts import state_weighting, stated_weighting
from RadiomicsOrthoScene.volumes import known_weighting
from slicer.i18n import tr as _

from .combo_box import Choices
from .translation import shown


class CsfSection:
    """Shown for MR; ``widget`` goes into the panel.  ``made(segmentId)`` is called with a new segment."""

    def __init__(self, made) -> None:
        self._made, self._node = made, None
        # what was said of a region that was made, and in which segmentation
        self._done = (None, "")
        self.widget = ctk.ctkCollapsibleButton()
        self.widget.objectName = "csfCollapsibleButton"
        self.widget.text = _("Cerebrospinal fluid at L3")
        layout = qt.QFormLayout(self.widget)
        self.weightingComboBox = qt.QComboBox()
        self.weightingComboBox.toolTip = _("Fluid is dark on T1 and bright on T2")
        self._weighting = Choices(self.weightingComboBox)
        layout.addRow(_("Weighting:"), self.weightingComboBox)
        self.button = qt.QPushButton(_("Add cerebrospinal fluid"))
        self.button.toolTip = _("Add a small region in the fluid behind L3, for ratios of signals such as VBQ")
        layout.addRow("", self.button)
        self.infoLabel = qt.QLabel()
        self.infoLabel.wordWrap = True
        layout.addRow(self.infoLabel)
        self.weightingComboBox.connect("currentIndexChanged(int)", self._onWeighting)
        self.button.connect("clicked(bool)", self._onButton)
        self.show(None)

    def show(self, node) -> None:
        """Bring the section in line with ``node``; ``None``: there is none, nothing is written."""
        self._node = node
        reason = reason_no_csf(node.inputVolume, node.segmentation) if node is not None else "modality"
        self.widget.visible = reason != "modality"
        if reason == "modality":
            return
        known, stated = known_weighting(node.inputVolume), stated_weighting(node.inputVolume)
        fromFile = bool(known) and not stated
        self._weighting.show([(_("{weighting} (from the file)").format(weighting=known) if fromFile
                               else _("not stated"), ""), ("T1w", "T1w"), ("T2w", "T2w")], stated)
        self.weightingComboBox.enabled = not fromFile
        self.button.enabled = not reason
        missing = {
            "weighting": _("State first whether the scan is T1- or T2-weighted"),
            "level": _("Name the levels first: the body L3 is needed"),
            "edited": _("The region that is there was drawn or edited by hand; remove it to have another one proposed"),
        }.get(reason, "")
        self.button.toolTip = missing or _("Add a small region in the fluid behind L3, for ratios of signals such as "
                                           "VBQ")
        done = self._done[1] if self._done[0] is node.segmentation else ""
        self.infoLabel.text = missing or done

    def _onWeighting(self, index) -> None:
        if self._node:
            state_weighting(self._node.inputVolume, self._weighting.chosen())
            self.show(self._node)

    def _onButton(self) -> None:
        node, problem = self._node, ""
        with slicer.util.tryWithErrorDisplay(_("The region could not be made."), waitCursor=True):
            try:
                segmentId, facts = add_csf(node.segmentation, node.inputVolume)
                self._done = node.segmentation, _(
                    "Signal {mean:.4g} \u00b1 {sd:.2g}, {behind:.0f} mm behind the wall. Check that it holds no nerve "
                    "root, fat or vein.").format(mean=facts["mean"], sd=facts["sd"],
                                                 behind=facts["behind_rear_wall_mm"])
                self._made(segmentId)
                self.show(node)
            except InputError as error:
                problem = shown(str(error))
        # only now: a message box under a wait cursor looks like a hanging program
        if problem:
            self.infoLabel.text = problem
            slicer.util.errorDisplay(problem)
