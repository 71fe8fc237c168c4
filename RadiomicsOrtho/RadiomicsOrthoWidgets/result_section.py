"""A result in the panel: the card in short, the nomogram, the table."""

import qt
from slicer.i18n import tr as _

from .sizes import letters, lines
from .translated_cells import showTranslated
from .what_if_section import NOMOGRAM_WIDTH, WhatIfSection

__all__ = ["NOMOGRAM_WIDTH", "ResultSection", "refusalHtml"]
#: lines of the table, and of the card at least and at most, that are seen without scrolling
TABLE_LINES, FEWEST_LINES, MOST_LINES = 9, 3, 45
#: of a name in the table that are seen at least
FEWEST_LETTERS = 24


class ResultSection:
    """Shows a ``RadiomicsOrthoScene.scoring.ScoredNodes`` in the widgets ``ui`` of the .ui file."""

    def __init__(self, ui) -> None:
        self._ui = ui
        self.whatIf = WhatIfSection(ui)
        # a place to read, not to type a tab into
        ui.cardBrowser.tabChangesFocus = True
        ui.cardBrowser.accessibleName = _("Score card")
        ui.resultTableView.accessibleName = _("Result, measurements and features")
        showTranslated(ui.resultTableView)
        ui.resultTableView.setMinimumHeight(lines(ui.resultTableView, TABLE_LINES))

    def show(self, scored, emptyHtml: str = "") -> None:
        """Show a result; for ``None`` what stands in its place, or an empty, collapsed section."""
        ui = self._ui
        ui.reportCollapsibleButton.collapsed = scored is None and not emptyHtml
        self.whatIf.show(scored.card if scored else None)
        ui.resultTableView.visible = scored is not None
        ui.resultTableView.setMRMLTableNode(scored.table if scored else None)
        if scored is None:
            self._showText(emptyHtml or _("No result yet: press Apply, or Score this scan."))
            return
        self._showText(scored.briefHtml)
        self._fitColumns(ui.resultTableView)

    def _fitColumns(self, view) -> None:
        """The names get the room that the numbers leave; the middle of a long one is cut out."""
        view.textElideMode = qt.Qt.ElideMiddle
        view.resizeColumnsToContents()
        numbers = view.columnWidth(1) + view.columnWidth(2)
        left = max(view.viewport().width - numbers, letters(view, FEWEST_LETTERS))
        view.setColumnWidth(0, min(view.columnWidth(0), left))

    def _showText(self, html: str) -> None:
        """The text, and as much room as it takes.

        The height is set with the text and never by a layout: one that asks for heights by widths inside a panel with
        a scroll bar can go on asking for ever.
        """
        browser = self._ui.cardBrowser
        browser.setHtml(html)
        height = int(browser.document.size.height()) + 2 * browser.frameWidth + 1
        browser.setFixedHeight(min(max(height, lines(browser, FEWEST_LINES)), lines(browser, MOST_LINES)))


def refusalHtml(refusal) -> str:
    """Why no number is given, for the place of the result."""
    from RadiomicsOrthoLib.report.brief_html import findings_html

    return "<p><b>{title}</b></p>{findings}".format(
        title=_("No score: the scan or the region does not allow one."),
        findings=findings_html([finding.to_dict() for finding in refusal.findings]))
