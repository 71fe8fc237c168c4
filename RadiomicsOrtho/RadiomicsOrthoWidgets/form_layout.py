"""Rows of labelled editors that are built at run time."""

import qt


def clearRows(layout) -> None:
    """Remove every row of a form layout with its widgets."""
    while layout.rowCount():
        layout.removeRow(0)


def addRow(layout, title: str, editor) -> None:
    """A row whose title gives way where the panel is narrow, instead of widening it."""
    label = qt.QLabel(title)
    label.wordWrap = True
    # otherwise the row is too low for a second line
    label.setSizePolicy(qt.QSizePolicy.MinimumExpanding, qt.QSizePolicy.Preferred)
    label.toolTip = editor.toolTip
    label.setBuddy(editor)
    layout.addRow(label, editor)


class WheelGuard(qt.QObject):
    """Leaves the mouse wheel to the panel: scrolling past a combo box must not change an answer."""

    def eventFilter(self, watched, event):
        if event.type() == qt.QEvent.Wheel and not watched.focus:
            event.ignore()
            return True
        return False

    def protect(self, editor) -> None:
        """``editor`` follows the wheel only after a click into it."""
        editor.focusPolicy = qt.Qt.StrongFocus
        editor.installEventFilter(self)
