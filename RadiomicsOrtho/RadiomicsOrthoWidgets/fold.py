"""A collapsed group of what is needed seldom."""

import ctk
import qt

from .sizes import letters

#: a text is wrapped to no narrower lines
TEXT_LETTERS = 20


def fold(title: str, layoutClass=qt.QFormLayout):
    """A collapsed group box, and the layout to put its content into."""
    box = ctk.ctkCollapsibleGroupBox()
    box.title = title
    # a fold shows all that is directly in it when it is opened
    inner = qt.QWidget()
    qt.QVBoxLayout(box).addWidget(inner)
    layout = layoutClass(inner)
    layout.setContentsMargins(0, 0, 0, 0)
    box.collapsed = True
    return box, layout


def addEditor(form, title: str, editor, *others):
    """A row of a form: label with its letter, editor, and what stands beside that; returns the label."""
    label = qt.QLabel(title)
    label.setBuddy(editor)
    label.toolTip = editor.toolTip
    if not others:
        form.addRow(label, editor)
        return label
    row = qt.QHBoxLayout()
    row.addWidget(editor, 1)
    for other in others:
        row.addWidget(other)
    form.addRow(label, row)
    return label


def addText(form, label) -> None:
    """A row of a form with nothing but a text of several lines."""
    label.wordWrap = True
    # otherwise the row is too low for its last line
    label.setSizePolicy(qt.QSizePolicy.MinimumExpanding, qt.QSizePolicy.Preferred)
    # and the panel as wide as the text would like to be
    label.minimumWidth = letters(label, TEXT_LETTERS)
    form.addRow(label)


def showText(label, text: str) -> None:
    """Show a text of several lines, or nothing where it is empty.

    A panel with a scroll bar does not ask a label how high it is at its width, so that rows would overlap: its height
    is set with the text.
    """
    label.text = text
    label.visible = bool(text)
    fitText(label)


def fitText(label) -> None:
    """As high as the text is at the width that the label has now."""
    label.minimumHeight = 0
    label.minimumHeight = max(label.heightForWidth(label.width), 0) if label.text else 0
