"""The list of scores of a scan, and of models that want values first; below it why the others gave none."""

import qt
from slicer.i18n import tr as _

from .step_text import cardTip, cardTitle, notAppliedHtml, offerTitle

#: lines that are shown without scrolling
MOST_ROWS = 5


class ScoreList:
    """Stands on top of the step Score of ``ui``; ``onCard(row)`` and ``onOffer(row)`` are told what is chosen."""

    def __init__(self, ui, onCard, onOffer) -> None:
        self._ui, self._onCard, self._onOffer, self._cards = ui, onCard, onOffer, 0
        self.list = qt.QListWidget()
        self.list.objectName = "scoreListWidget"
        self.list.accessibleName = _("Scores")
        self.list.horizontalScrollBarPolicy = qt.Qt.ScrollBarAlwaysOff
        self.list.toolTip = _("Choose a score to see its card below, with its region in the slice views")
        self.list.connect("currentRowChanged(int)", self._onRow)
        ui.scoreWidget.layout().insertWidget(0, self.list)
        self.take(None)

    @property
    def row(self) -> int:
        """Row of the chosen card; -1 if none is chosen."""
        return self.list.currentRow if self.list.currentRow < self._cards else -1

    def take(self, result) -> None:
        """Show the cards of a ``ScanResult``; ``None``: there is none.  No line is chosen."""
        wasBlocked = self.list.blockSignals(True)
        self.list.clear()
        self._cards = len(result.cards) if result else 0
        lines = [*((cardTitle(entry.card), cardTip(entry.card)) for entry in result.cards),
                 *((offerTitle(offer), offerTitle(offer)) for offer in result.offers)] if result else ()
        for title, tip in lines:
            self.list.addItem(title)
            self.list.item(self.list.count - 1).setToolTip(tip)
        rows = min(self.list.count, MOST_ROWS)
        self.list.setFixedHeight(rows * self.list.sizeHintForRow(0) + 2 * self.list.frameWidth + 2)
        self.list.setCurrentRow(-1)
        self.list.blockSignals(wasBlocked)
        self.list.visible = self.list.count > 0
        html = notAppliedHtml(result)
        self._ui.notAppliedLabel.text = html
        self._ui.notAppliedGroupBox.visible = bool(html)
        self._ui.notAppliedGroupBox.collapsed = self.list.count > 0

    def choose(self, row: int) -> None:
        self.list.setCurrentRow(row)

    def mark(self, row: int) -> None:
        """Choose a line, or with -1 none, and tell nobody."""
        wasBlocked = self.list.blockSignals(True)
        self.list.setCurrentRow(row)
        self.list.blockSignals(wasBlocked)

    def _onRow(self, row) -> None:
        if row >= self._cards:
            self._onOffer(row - self._cards)
        elif row >= 0:
            self._onCard(row)
