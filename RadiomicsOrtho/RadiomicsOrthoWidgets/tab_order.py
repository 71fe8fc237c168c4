"""The order in which the Tab key goes through a panel: from top to bottom, also through what was added later."""

from itertools import pairwise

import qt


def orderTabs(widget) -> None:
    """Let the focus go through everything in the layout of ``widget``, in the order of that layout."""
    for before, after in pairwise(_focusable(widget)):
        qt.QWidget.setTabOrder(before, after)


def _focusable(widget):
    """Those that take the focus by the Tab key, in the order of their layouts."""
    if widget.focusPolicy & qt.Qt.TabFocus:
        yield widget
    if widget.layout() is not None:
        yield from _inLayout(widget.layout())


def _inLayout(layout):
    for number in range(layout.count()):
        item = layout.itemAt(number)
        if item.widget() is not None:
            yield from _focusable(item.widget())
        elif item.layout() is not None:
            yield from _inLayout(item.layout())
