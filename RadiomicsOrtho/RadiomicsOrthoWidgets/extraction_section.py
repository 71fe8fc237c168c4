"""The group "Radiomics features": with which profile a region is measured, and on which reference."""

from html import escape

import qt
import slicer
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoScene.extraction import FEATURES_ONLY, needs_reference, scan_facts
from slicer.i18n import tr as _

from .combo_box import Choices
from .translation import shown


class ExtractionSection:
    """Shows what a parameter node chooses for the extraction, and writes into it what the user chooses.

    ``ui`` holds the widgets of the .ui file, ``choices`` is a ``RadiomicsOrthoScene.extraction.ExtractionChoices``.
    """

    def __init__(self, ui, choices) -> None:
        self._ui, self._choices, self._node = ui, choices, None
        self._profiles, self._references = Choices(ui.profileComboBox), Choices(ui.referenceComboBox)
        self._wasOnly = False
        ui.profileComboBox.connect("currentIndexChanged(int)", self._onProfile)
        ui.referenceComboBox.connect("currentIndexChanged(int)", self._onReference)
        ui.openProfileButton.connect("clicked(bool)", self._onOpenProfile)

    def show(self, node) -> None:
        """Bring the group in line with ``node``; ``None``: there is none, nothing is written."""
        self._node = node
        if node is None:
            return
        ui, choices, facts = self._ui, self._choices, scan_facts(node.inputVolume)
        profile = choices.profile_of(node, facts)
        self._profiles.show([(f"{other.title} ({other.id})", other.id) for other in choices.profiles_for(node, facts)],
                            profile.id if profile else "")
        ui.profileComboBox.toolTip = f"<p>{escape(profile.notes)}</p>" if profile and profile.notes else ""
        ui.profileInfoLabel.text = profileText(profile) if profile else escape(choices.problem(node, facts))
        asks = profile is not None and needs_reference(profile)
        for widget in (ui.referenceLabel, ui.referenceComboBox):
            widget.visible = asks
        if asks:
            self._references.show([(_("choose a segment"), ""), *(
                (name, segmentId) for segmentId, name in choices.references_for(node))], node.referenceSegmentId)
            ui.referenceComboBox.toolTip = _("The profile normalises on this region: {tissue}").format(
                tissue=profile.normalise.tissue)
        self._showCheckBox(node.modelId == FEATURES_ONLY)

    def _showCheckBox(self, only: bool) -> None:
        self._ui.featuresCheckBox.visible = not only
        self._ui.featuresCheckBox.toolTip = _("Extract the features of the profile below, into the table beside the "
                                              "score")
        if only and not self._wasOnly:
            # there is nothing else to look at then
            self._ui.extractionGroupBox.collapsed = False
        self._wasOnly = only

    def _onProfile(self, index) -> None:
        if self._node:
            self._node.featureProfile = self._profiles.chosen()

    def _onReference(self, index) -> None:
        if self._node:
            self._node.referenceSegmentId = self._references.chosen()

    def _onOpenProfile(self) -> None:
        path = qt.QFileDialog.getOpenFileName(slicer.util.mainWindow(), _("Your own extraction profile"), "",
                                              _("Profiles") + " (*.yaml *.yml)")
        if not path or not self._node:
            return
        try:
            profile = self._choices.add_own_profile(path)
        except InputError as error:
            slicer.util.errorDisplay(shown(str(error)))
            return
        if profile not in self._choices.profiles_for(self._node, scan_facts(self._node.inputVolume)):
            slicer.util.infoDisplay(_("The profile is at hand now; it is for {modality} and the bone '{site}', and "
                                      "this scan or region is another one.").format(
                                          modality=profile.modality, site=profile.site))
            return
        self._node.featureProfile = profile.id
        self.show(self._node)


def profileText(profile) -> str:
    """The settings that decide most, in one line."""
    bins = (_("bins of {width:g}").format(width=profile.bin_width) if profile.bin_width
            else _("{count} bins").format(count=profile.bin_count) if profile.bin_count else _("no binning"))
    parts = [bins, _("in planes") if profile.force_2d else "", ", ".join(profile.feature_classes)]
    if profile.image_types != ("Original",):
        parts.append(_("image types {images}").format(images=", ".join(profile.image_types)))
    return escape("; ".join(filter(None, parts)))
