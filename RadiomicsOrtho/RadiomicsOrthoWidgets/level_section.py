"""The table of vertebral bodies: their levels, heights and state; one level is named, the others follow."""

import qt
import slicer
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoScene.body_levels import bodies_of, move_level, name_body
from RadiomicsOrthoScene.proposals import suggestion_of
from slicer.i18n import tr as _

from .translation import shown

LEVEL, HEIGHTS, GRADE, STATE = range(4)
#: rows that are seen at once; more scroll
LEAST_ROWS, MOST_ROWS = 8, 12
ROW_HEIGHT = 22
COLUMN_MARGIN = 12


class LevelSection:
    """Shows the proposed bodies of a segmentation, and lets a level be dragged to the body that it belongs to.

    ``ui`` holds the widgets of the .ui file.  Calls ``selected(id)`` when the user chooses a body, with its segment.
    """

    def __init__(self, ui, selected) -> None:
        self._ui, self._selected = ui, selected
        self._segmentation = None
        self._bodies = ()
        #: what is dragged: the bodies as they were, and the row where it began
        self._dragged = None
        table = ui.levelTable
        table.setColumnCount(4)
        table.setHorizontalHeaderLabels([_("Level"), _("Heights (mm)"), _("Genant"), _("State")])
        for column, text in ((LEVEL, _("Drag a level to the body that it belongs to; the others follow")),
                             (HEIGHTS, _("Front / middle / rear")),
                             (GRADE, _("Grade that the heights suggest; the grade itself is read by a person")),
                             (STATE, _("What is to be known of this body"))):
            table.horizontalHeaderItem(column).setToolTip(text)
        table.verticalHeader().setVisible(False)
        table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        table.horizontalHeader().setStretchLastSection(True)
        table.connect("cellPressed(int,int)", self._onPressed)
        table.connect("cellEntered(int,int)", self._onEntered)
        table.connect("cellClicked(int,int)", self._onClicked)
        ui.confirmLevelButton.connect("clicked(bool)", self._onConfirm)
        self.show(None)

    @property
    def bodies(self):
        """The bodies shown, from above downwards."""
        return self._bodies

    def show(self, segmentation) -> None:
        """The bodies of ``segmentation`` (a node or ``None``), as they are now."""
        self._segmentation = segmentation
        self._bodies = bodies_of(segmentation, suggestion_of(segmentation))
        self._fill()
        ui = self._ui
        for widget in (ui.levelTable, ui.levelHintLabel):
            widget.visible = bool(self._bodies)
        suggested = next((body for body in reversed(self._bodies) if body.suggested), None)
        ui.confirmLevelButton.visible = suggested is not None
        if suggested is not None:
            ui.confirmLevelButton.text = _("Confirm: the lowest body is {level}").format(level=suggested.suggested)
            ui.confirmLevelButton.toolTip = _("Count the ribs or the lumbar vertebrae first. Nothing is named until "
                                              "you confirm, drag or choose a level")
        if self._bodies and suggested is None and not any(body.level for body in self._bodies):
            ui.levelHintLabel.text = _("Click a body here and choose its level below: all others follow.")
        else:
            ui.levelHintLabel.text = _("Wrong level? Drag it up or down to the body that it belongs to: all others "
                                       "follow. Undo takes it back.")

    def select(self, segmentId: str) -> None:
        """Show the row of the body that a segment belongs to; of another segment there is none."""
        row = next((row for row, body in enumerate(self._bodies) if segmentId in body.segmentIds), -1)
        table = self._ui.levelTable
        if row < 0:
            table.clearSelection()
        elif row != table.currentRow() or not table.selectedItems():
            table.selectRow(row)
            table.scrollToItem(table.item(row, LEVEL))

    def nameBody(self, segmentId: str, level: str) -> bool:
        """Name the body that a segment belongs to, and so all; ``False`` if it belongs to none."""
        body = next((body for body in self._bodies if segmentId in body.segmentIds), None)
        if body is None or not level:
            return False
        self._change(lambda: name_body(self._segmentation, self._bodies, body.number, level))
        return True

    def _fill(self) -> None:
        table = self._ui.levelTable
        if table.rowCount != len(self._bodies):
            table.setRowCount(len(self._bodies))
        for row, body in enumerate(self._bodies):
            level = body.level or (f"{body.suggested} ?" if body.suggested else "\u2013")
            self._write(row, LEVEL, level, suggestion=bool(body.suggested),
                        toolTip=_("Suggested, not confirmed") if body.suggested else "")
            heights = body.measures.get("heights_mm")
            stale = _("Measured before it was edited") if body.edited and heights else ""
            text = " / ".join(f"{height:.1f}" for height in heights) if heights else "\u2013"
            self._write(row, HEIGHTS, f"({text})" if stale else text, suggestion=bool(stale), toolTip=stale)
            self._write(row, GRADE, gradeText(body.measures), suggestion=bool(stale), toolTip=stale)
            states = [text for text, there in ((_("incomplete"), not body.complete), (_("edited"), body.edited))
                      if there]
            self._write(row, STATE, ", ".join(states), suggestion=False, toolTip=(
                "" if body.complete else _("Cut off by the edge of the scan: not measured")))
        measured = any(body.measures for body in self._bodies)
        table.setColumnHidden(HEIGHTS, not measured)
        table.setColumnHidden(GRADE, not measured)
        for column in (LEVEL, HEIGHTS, GRADE):
            table.resizeColumnToContents(column)
            table.setColumnWidth(column, table.columnWidth(column) + COLUMN_MARGIN)
        # room to give way: a panel with wrapped texts is a little higher than its layout thinks
        for limit, rows in ((table.setMinimumHeight, LEAST_ROWS), (table.setMaximumHeight, MOST_ROWS)):
            limit(ROW_HEIGHT * min(max(len(self._bodies), 1), rows) + table.horizontalHeader().height + 6)

    def _write(self, row: int, column: int, text: str, suggestion: bool, toolTip: str) -> None:
        table = self._ui.levelTable
        item = table.item(row, column)
        if item is None:
            item = qt.QTableWidgetItem()
            table.setItem(row, column, item)
        item.setText(text)
        item.setToolTip(toolTip)
        font = item.font()
        font.setItalic(suggestion)
        font.setBold(column == LEVEL and not suggestion)
        item.setFont(font)

    def _onPressed(self, row, column) -> None:
        body = self._bodies[row]
        self._dragged = (self._bodies, row) if body.level or body.suggested else None

    def _onEntered(self, row, column) -> None:
        """The mouse went to another row with the button down: the level goes with it."""
        if self._dragged is None:
            return
        bodies, start = self._dragged
        origin, target = bodies[start].number, bodies[row].number
        self._change(lambda: move_level(self._segmentation, bodies, origin, target))
        # the views show the body that has the level now
        self._selected(self._bodies[row].segmentIds[0])

    def _onClicked(self, row, column) -> None:
        self._dragged = None
        self._selected(self._bodies[row].segmentIds[0])

    def _onConfirm(self, checked) -> None:
        body = next(body for body in reversed(self._bodies) if body.suggested)
        self._change(lambda: name_body(self._segmentation, self._bodies, body.number, body.suggested))

    def _change(self, rename) -> None:
        """Do ``rename``, so that one undo takes a whole gesture back."""
        editor = self._ui.segmentEditorWidget
        if editor.segmentationNode() is self._segmentation and not self._dragGoesOn():
            editor.saveStateForUndo()
        try:
            rename()
        except InputError as error:
            slicer.util.showStatusMessage(shown(str(error)), 5000)
            return
        dragged = self._dragged
        self.show(self._segmentation)
        self._dragged = dragged

    def _dragGoesOn(self) -> bool:
        """True if this gesture has renamed something already."""
        return self._dragged is not None and self._dragged[0] != self._bodies


def gradeText(measures) -> str:
    """``1 (wedge)``, ``0``, or a dash where no grade is suggested."""
    grade = measures.get("suggested_grade")
    if grade is None:
        return "\u2013"
    return f"{grade} ({measures['deformity']})" if grade else "0"
