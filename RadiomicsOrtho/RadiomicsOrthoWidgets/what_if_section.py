"""The group "What if": other values beside a result, by markers on the nomogram or by editors."""

from html import escape

import ctk
import qt
from RadiomicsOrthoLib.errors import InputError
from slicer.i18n import tr as _

from .clinical_editors import inputTip, inputTitle
from .form_layout import WheelGuard, addRow, clearRows
from .nomogram_widget import NomogramWidget
from .nomogram_window import LARGE_WIDTH, NomogramWindow
from .translation import shown

#: on-screen width of the nomogram
NOMOGRAM_WIDTH = 380
#: narrower, its texts would not find room
LEAST_WIDTH = 280
#: a drawing follows a change of at least so many pixels, so long after it
WIDTH_STEP, REDRAW_MS = 24, 200


class WhatIfSection:
    """Shows the nomogram of a card, and what its own equation gives for other values; the card is never changed.

    ``ui`` holds the widgets of the .ui file.
    """

    def __init__(self, ui) -> None:
        self._ui, self._card, self._view = ui, None, None
        self._changes, self._editors = {}, {}
        self._guard = WheelGuard(ui.whatIfWidget)
        # a drawing of another width has another height: never within a layout
        self._redraw = qt.QTimer()
        self._redraw.setSingleShot(True)
        self._redraw.setInterval(REDRAW_MS)
        self._redraw.connect("timeout()", self._onResized)
        self.nomogram = NomogramWidget(self._onMoved, self._redraw.start)
        self.nomogram.widget.toolTip = _("Drag a marker to see what another value would change; the result stays as "
                                         "it is. Right click: copy or save the drawing")
        ui.nomogramContainer.layout().addWidget(self.nomogram.widget)
        self.window = NomogramWindow(self._onMoved, self._refresh)
        ui.largeNomogramButton.connect("clicked(bool)", self._onLarge)
        ui.whatIfGroupBox.connect("toggled(bool)", self._onToggled)
        ui.whatIfResetButton.connect("clicked(bool)", self._onReset)

    def show(self, card) -> None:
        """Show ``card`` (a ``RadiomicsOrthoLib.scoring.card.ScoreCard``), or nothing for ``None``."""
        from RadiomicsOrthoLib.scoring.what_if import adjustables

        ui, self._card, self._view, self._changes = self._ui, card, None, {}
        for widget in (ui.nomogramContainer, ui.largeNomogramButton, ui.whatIfGroupBox):
            widget.visible = card is not None
        clearRows(ui.whatIfWidget.layout())
        self._editors = {}
        if card is None:
            self.window.close()
            return
        for adjustable in adjustables(card):
            self._addEditor(adjustable, card.input_values[adjustable.item.name])
        self._refresh()

    def _refresh(self) -> None:
        """Bring drawing and sentence in line with what is tried."""
        from RadiomicsOrthoLib.report.nomogram_svg import nomogram_view
        from RadiomicsOrthoLib.scoring.what_if import what_if

        ui, open = self._ui, not self._ui.whatIfGroupBox.collapsed
        try:
            tried = what_if(self._card, self._changes)
        except InputError as error:
            ui.whatIfLabel.text = escape(shown(str(error)))
            return
        # the axes are those of the card, whatever is tried
        nomogram = self._view.nomogram if self._view else None
        self._view = nomogram_view(self._card, self._width(), nomogram, tried if open else None)
        self.nomogram.show(self._view)
        if self.window.isOpen:
            self.window.show(nomogram_view(self._card, self.window.width, nomogram, tried if open else None))
        ui.whatIfLabel.text = whatIfText(self._card, tried)
        ui.whatIfResetButton.enabled = bool(tried.changes)
        ui.whatIfResetButton.toolTip = _("Set every value back to that of this case") if tried.changes \
            else ui.whatIfLabel.text

    def _width(self) -> int:
        """Width of the drawing: that of its place, once that is known."""
        widget = self.nomogram.widget
        return min(max(widget.width, LEAST_WIDTH), LARGE_WIDTH) if widget.visible else NOMOGRAM_WIDTH

    def _onResized(self) -> None:
        if self._card is None or self._view is None:
            return
        # a scroll bar that comes and goes must not make it be drawn again and again
        if abs(self._width() - int(self._view.drawing.width)) >= WIDTH_STEP:
            self._refresh()

    def _onMoved(self, axis, position) -> None:
        from RadiomicsOrthoLib.scoring.what_if import value_at

        adjustable, _read, write = self._editors[axis.name]
        own = self._changes.get(axis.name, self._card.input_values[axis.name])
        value = value_at(self._view.nomogram, adjustable, position, own)
        write(value)
        if self._ui.whatIfGroupBox.collapsed:
            # a marker was taken: this is what the group is for
            self._ui.whatIfGroupBox.collapsed = False
        self._try(axis.name, value)

    def _onEdited(self, name: str) -> None:
        self._try(name, self._editors[name][1]())

    def _try(self, name: str, value) -> None:
        self._changes = {**self._changes, name: value}
        self._refresh()

    def _onLarge(self) -> None:
        self.window.open()
        self._refresh()

    def close(self) -> None:
        """Close the window, with the panel."""
        self._redraw.stop()
        self.window.close()

    def _onReset(self) -> None:
        self._changes = {}
        for name, (_adjustable, _read, write) in self._editors.items():
            write(self._card.input_values[name])
        self._refresh()

    def _onToggled(self, checked) -> None:
        if self._card is not None:
            self._refresh()

    def _addEditor(self, adjustable, value) -> None:
        item = adjustable.item
        make = self._choice if adjustable.choices is not None else self._number
        editor, read, write = make(adjustable, value)
        write(value)
        editor.toolTip = inputTip(item)
        addRow(self._ui.whatIfWidget.layout(), inputTitle(item), editor)
        self._editors[item.name] = adjustable, read, write

    def _choice(self, adjustable, own):
        editor, name = qt.QComboBox(), adjustable.item.name
        editor.sizeAdjustPolicy = qt.QComboBox.AdjustToMinimumContentsLengthWithIcon
        for key, title in adjustable.choices.items():
            editor.addItem(shown(title), key)
        self._guard.protect(editor)
        editor.connect("currentIndexChanged(int)", lambda index: self._onEdited(name))
        return (editor, lambda: editor.itemData(editor.currentIndex),
                _silently(editor, lambda key: editor.setCurrentIndex(editor.findData(key))))

    def _number(self, adjustable, own):
        editor, name = ctk.ctkSliderWidget(), adjustable.item.name
        # the value of this case may have more decimals than a step
        own = f"{float(own):.{adjustable.decimals + 2}f}".rstrip("0")
        editor.decimals = max(adjustable.decimals, len(own.partition(".")[2]))
        editor.minimum, editor.maximum = adjustable.low, adjustable.high
        editor.singleStep = editor.pageStep = adjustable.step
        editor.connect("valueChanged(double)", lambda value: self._onEdited(name))

        def write(value):
            editor.value = float(value)

        def read():
            return float(round(editor.value)) if adjustable.item.whole else editor.value

        return editor, read, _silently(editor, write)


def _silently(editor, write):
    """``write`` without telling anybody."""
    def silent(value) -> None:
        wasBlocked = editor.blockSignals(True)
        write(value)
        editor.blockSignals(wasBlocked)

    return silent


def whatIfText(card, tried) -> str:
    """What another value would give, beside what this case has."""
    from RadiomicsOrthoLib.report.wording import output_text

    if not tried.changes:
        return _("Move a marker on the drawing, or a value below: the result of this case stays as it is.")
    parts = ["<b>{text}</b>".format(text=_("What if: {value}, instead of {own} for this case").format(
        value=escape(output_text(card.model, tried.value)), own=escape(output_text(card.model, card.value))))]
    if tried.output_class:
        parts.append(escape(shown(tried.output_class.title)))
    parts += [escape(shown(finding.sentence)) for finding in tried.findings]
    return "<br/>".join(parts)
