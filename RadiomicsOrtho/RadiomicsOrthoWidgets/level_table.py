"""A list of levels with their values; choosing one goes there."""

import qt
from slicer.i18n import tr as _

from .translation import shown

#: levels that are seen without scrolling
MOST_ROWS = 7


class LevelTable:
    """A row for each value of a ``Quantity``; calls ``chosen(region)`` when a person chooses one."""

    def __init__(self, chosen) -> None:
        self._chosen, self._regions = chosen, []
        self.widget = qt.QTableWidget()
        self.widget.objectName = "levelTable"
        self.widget.accessibleName = _("Levels")
        self.widget.toolTip = _("Choose a level, by mouse or arrow keys, and the slice views go there")
        self.widget.setColumnCount(3)
        self.widget.setHorizontalHeaderLabels([_("Level"), _("Value"), _("Class")])
        self.widget.verticalHeader().setVisible(False)
        self.widget.horizontalHeader().setStretchLastSection(True)
        self.widget.selectionBehavior = qt.QAbstractItemView.SelectRows
        self.widget.selectionMode = qt.QAbstractItemView.SingleSelection
        self.widget.editTriggers = qt.QAbstractItemView.NoEditTriggers
        self.widget.tabKeyNavigation = False
        self.widget.horizontalScrollBarPolicy = qt.Qt.ScrollBarAlwaysOff
        self.widget.wordWrap = False
        self.widget.connect("currentCellChanged(int,int,int,int)", self._onRow)
        # a click on the row that is chosen already goes back to it
        self.widget.connect("cellClicked(int,int)", self._onClick)

    def show(self, quantity) -> None:
        """The values of ``quantity``; none for ``None``."""
        values = quantity.values if quantity else ()
        wasBlocked = self.widget.blockSignals(True)
        self._regions = [value.region for value in values]
        self.widget.setRowCount(len(values))
        for row, value in enumerate(values):
            place, number, meaning = (qt.QTableWidgetItem(shown(text)) for text in (
                value.place or value.region, value.text, value.meaning))
            place.setData(qt.Qt.DecorationRole, qt.QColor.fromRgbF(*value.colour))
            tip = f"{shown(value.region)}: {shown(quantity.title)} {shown(value.text)}"
            for column, item in enumerate((place, number, meaning)):
                item.setToolTip(f"{tip}\n{shown(value.meaning)}" if value.meaning else tip)
                self.widget.setItem(row, column, item)
        self.widget.setColumnHidden(2, not any(value.meaning for value in values))
        self.widget.setCurrentCell(-1, -1)
        # the class takes what is left, and is cut off where that is too little
        for column in (0, 1):
            self.widget.resizeColumnToContents(column)
        self.widget.resizeRowsToContents()
        self.widget.blockSignals(wasBlocked)
        height = self.widget.rowHeight(0) if values else 0
        self.widget.setFixedHeight(self.widget.horizontalHeader().height + min(len(values), MOST_ROWS) * height + 4)

    def choose(self, region) -> None:
        """Mark the row of a region; nobody is told."""
        if region in self._regions and self.widget.currentRow() != self._regions.index(region):
            wasBlocked = self.widget.blockSignals(True)
            self.widget.setCurrentCell(self._regions.index(region), 0)
            self.widget.blockSignals(wasBlocked)

    def _onRow(self, row, column, beforeRow, beforeColumn) -> None:
        if row != beforeRow:
            self._onClick(row, column)

    def _onClick(self, row, column) -> None:
        if 0 <= row < len(self._regions):
            self._chosen(self._regions[row])
