"""The end of the step Report: what is written of a result, and where it was written."""

from html import escape

import qt
import slicer
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoScene.dicom_store import store_in_database
from RadiomicsOrthoScene.one_click import save_scan
from slicer.i18n import tr as _

from .button_state import allow
from .report_choices import ReportChoices
from .report_folder import askForReportFolder
from .step_text import DONE
from .translation import shown


class SavingSection:
    """Saves the result that ``panel`` shows, or all those of its scan.

    ``saved()`` is called after something was written.
    """

    def __init__(self, panel, saved) -> None:
        self._panel, self._ui, self._saved = panel, panel.ui, saved
        self._choices = ReportChoices(panel.ui)
        panel.ui.saveReportButton.connect("clicked(bool)", self._onSave)
        panel.ui.saveAllButton.connect("clicked(bool)", self._onSaveAll)
        panel.ui.storeDicomButton.connect("clicked(bool)", self._onStore)

    def show(self) -> None:
        """What can be saved now, and why not; where something else was saved is of no interest then."""
        scored, scan, ui = self._panel.scored, self._panel.scan, self._ui
        ui.savedLabel.visible = False
        allow(ui.saveReportButton, "" if scored else _("There is no result yet: press Apply, or Score this scan."),
              saveTip(scored))
        allow(ui.storeDicomButton, whyNotStored(scored), _(
            "Put region, score and report as DICOM objects (SEG, SR, PDF) beside the scan, into its study in the DICOM "
            "database. They carry the patient's identity, as the scan does."), ui.storeDicomReasonLabel)
        # where there is nothing to be saved nothing is asked about it
        for widget in (ui.reportLabel, ui.reportLanguageComboBox, ui.reportPdfCheckBox):
            widget.visible = bool(scored or scan)
        for widget in (ui.saveReportButton, ui.reportDicomCheckBox):
            widget.visible = bool(scored)
        if not (scored and scored.card and scored.volume):
            ui.storeDicomButton.visible = ui.storeDicomReasonLabel.visible = False
        else:
            ui.storeDicomButton.visible = True
        ui.saveAllButton.visible = scan is not None

    def _onSave(self, checked) -> None:
        self._write(lambda folder: self._panel.logic.saveReport(self._panel.scored, folder, self._choices.choice()))

    def _onSaveAll(self, checked) -> None:
        self._write(lambda folder: save_scan(self._panel.scan, folder, self._choices.choice()))

    def _onStore(self, checked) -> None:
        try:
            count = store_in_database(self._panel.scored, self._choices.choice().language)
        except InputError as error:
            slicer.util.errorDisplay(shown(str(error)))
            return
        self._tell(_("{sign} {count} DICOM objects stored in the study of the scan (module DICOM)").format(
            sign=DONE, count=count))

    def _write(self, write) -> None:
        folder = askForReportFolder()
        if not folder:
            return
        try:
            files = write(folder)
        except InputError as error:
            slicer.util.errorDisplay(shown(str(error)))
            return
        self._tell(savedHtml(folder, files))

    def _tell(self, html: str) -> None:
        self._ui.savedLabel.text = html
        self._ui.savedLabel.visible = True
        self._panel.saved = True
        self._saved()


def whyNotStored(scored) -> str:
    """Why a result cannot go into the DICOM database; empty if it can."""
    if scored is None or scored.card is None:
        return _("There is no score yet: press Apply, or Score this scan.")
    if scored.volume is None or not scored.volume.GetAttribute("DICOM.instanceUIDs"):
        return _("The scan was not loaded from the DICOM database, so there is no study to put its results into.")
    return ""


def saveTip(scored) -> str:
    """What pressing the button does."""
    return _("Write card.json, report.html and nomogram.svg into a folder") if scored and scored.card \
        else _("Write the features and their provenance into a folder")


def savedHtml(folder: str, files) -> str:
    """Which files were written, with a link to what is read first."""
    first = next((name for name in ("index.html", "report.html") if name in files), "")
    url = qt.QUrl.fromLocalFile(f"{folder}/{first}").toString()
    return _("{sign} {count} files written to <a href=\"{url}\">{place}</a>").format(
        sign=DONE, count=len(files), url=escape(url), place=escape(f"{folder}/{first}".rstrip("/")))
