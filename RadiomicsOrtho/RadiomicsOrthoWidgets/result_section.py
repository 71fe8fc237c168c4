"""The section with the result: the card in short, the nomogram, the table."""

import slicer
from RadiomicsOrthoLib.errors import InputError
from slicer.i18n import tr as _

from .report_choices import ReportChoices
from .report_folder import askForReportFolder
from .what_if_section import NOMOGRAM_WIDTH, WhatIfSection

__all__ = ["NOMOGRAM_WIDTH", "ResultSection", "refusalHtml"]


class ResultSection:
    """Shows a ``RadiomicsOrthoScene.scoring.ScoredNodes`` in the widgets ``ui`` of the .ui file.

    ``save(scored, folder, choice)`` writes the files of a result and returns their names.
    """

    def __init__(self, ui, save) -> None:
        self._ui, self._save, self._scored = ui, save, None
        self.whatIf = WhatIfSection(ui)
        self._choices = ReportChoices(ui)
        ui.saveReportButton.connect("clicked(bool)", self._onSave)

    def show(self, scored, emptyHtml: str = "") -> None:
        """Show a result; for ``None`` what stands in its place, or an empty, collapsed section."""
        ui, self._scored = self._ui, scored
        ui.reportCollapsibleButton.collapsed = scored is None and not emptyHtml
        self.whatIf.show(scored.card if scored else None)
        ui.resultTableView.visible = scored is not None
        ui.saveReportButton.enabled = scored is not None
        ui.saveReportButton.toolTip = saveTip(scored)
        ui.resultTableView.setMRMLTableNode(scored.table if scored else None)
        if scored is None:
            ui.cardBrowser.setHtml(emptyHtml or _("No result yet."))
            return
        ui.cardBrowser.setHtml(scored.briefHtml)
        ui.resultTableView.resizeColumnsToContents()

    def _onSave(self) -> None:
        folder = askForReportFolder()
        if not folder:
            return
        try:
            files = self._save(self._scored, folder, self._choices.choice())
        except InputError as error:
            slicer.util.errorDisplay(str(error))
            return
        slicer.util.infoDisplay(_("Written to {folder}: {files}").format(folder=folder, files=", ".join(files)))


def saveTip(scored) -> str:
    """What pressing the button below the result does."""
    if not scored:
        return _("There is no result yet: press Apply first")
    return _("Write card.json, report.html and nomogram.svg into a folder") if scored.card \
        else _("Write the features and their provenance into a folder")


def refusalHtml(refusal) -> str:
    """Why no number is given, for the place of the result."""
    from RadiomicsOrthoLib.report.brief_html import findings_html

    return "<p><b>{title}</b></p>{findings}".format(
        title=_("No score: the scan or the region does not allow one."),
        findings=findings_html([finding.to_dict() for finding in refusal.findings]))
