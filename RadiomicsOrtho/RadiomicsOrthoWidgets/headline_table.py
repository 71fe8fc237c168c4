"""Figures of a study at a glance: what, and how much; what each number means stands at the mouse."""

import qt
from slicer.i18n import tr as _

from .sizes import letters
from .translation import shown

#: lines that are seen without scrolling
MOST_ROWS = 12
#: longer titles are cut off, so that room is left for the numbers
TITLE_LETTERS = 25


class HeadlineTable:
    """A table of two columns that nothing can be typed into."""

    def __init__(self) -> None:
        self.widget = qt.QTableWidget()
        self.widget.objectName = "studyHeadlineTable"
        self.widget.toolTip = _("The main figures; point at a line for what the number means")
        self.widget.setColumnCount(2)
        self.widget.horizontalHeader().setVisible(False)
        self.widget.verticalHeader().setVisible(False)
        self.widget.horizontalHeader().setStretchLastSection(True)
        self.widget.editTriggers = qt.QAbstractItemView.NoEditTriggers
        self.widget.selectionBehavior = qt.QAbstractItemView.SelectRows
        self.widget.tabKeyNavigation = False
        # rows are as high as one line before the table knows its width; what is cut off stands at the mouse
        self.widget.wordWrap = False
        self.widget.horizontalScrollBarPolicy = qt.Qt.ScrollBarAlwaysOff

    def show(self, lines) -> None:
        """``lines`` are mappings of ``part``, ``title``, ``value`` and ``meaning``; each part has a line of its own."""
        self.widget.clearSpans()
        self.widget.setRowCount(0)
        part = ""
        for line in lines:
            if line["part"] != part:
                part = line["part"]
                self._addPart(shown(part))
            row = self.widget.rowCount
            self.widget.insertRow(row)
            for column, key in enumerate(("title", "value")):
                item = qt.QTableWidgetItem(shown(line[key]))
                item.setToolTip(f"{shown(line['title'])}: {shown(line['value'])}\n{shown(line['meaning'])}")
                self.widget.setItem(row, column, item)
        self.widget.resizeColumnToContents(0)
        self.widget.setColumnWidth(0, min(self.widget.columnWidth(0), letters(self.widget, TITLE_LETTERS)))
        self.widget.resizeRowsToContents()
        rows = min(self.widget.rowCount, MOST_ROWS)
        self.widget.setFixedHeight(sum(self.widget.rowHeight(row) for row in range(rows)) + 4)

    def _addPart(self, title: str) -> None:
        row = self.widget.rowCount
        self.widget.insertRow(row)
        item = qt.QTableWidgetItem(title[:1].upper() + title[1:])
        font = item.font()
        font.setBold(True)
        item.setFont(font)
        item.setToolTip(title)
        self.widget.setItem(row, 0, item)
        self.widget.setSpan(row, 0, 1, 2)
