"""Editors for the clinical values that a model asks for."""

import qt
from slicer.i18n import tr as _

from .form_layout import WheelGuard, addRow, clearRows
from .translation import shown

#: from so many yes/no questions on, one button answers those that are open
MANY_QUESTIONS = 4


class ClinicalEditors:
    """One row per clinical input in ``container``'s form layout; calls ``changed()`` after each change by the user."""

    def __init__(self, container, changed) -> None:
        self._container, self._changed = container, changed
        self._guard = WheelGuard(container)
        self._model, self._editors = None, {}
        self._yesNo, self._noButton = (), None

    @property
    def names(self) -> tuple:
        return tuple(self._editors)

    def show(self, model, entered: dict) -> None:
        """Editors for ``model``, with the values in ``entered`` (input name -> text)."""
        if self._model is not model:
            self._build(model)
        for name, (editor, read, write) in self._editors.items():
            if read() != entered.get(name, ""):
                wasBlocked = editor.blockSignals(True)
                write(entered.get(name, ""))
                editor.blockSignals(wasBlocked)
        asked = {item.name for item in model.asked({name: text for name, text in entered.items() if text})}
        for name, (editor, _read, _write) in self._editors.items():
            # an equation of women has no meaning for the values of men only
            for widget in (editor, self._container.layout().labelForField(editor)):
                widget.visible = name in asked
        if self._noButton:
            # as long as there are open questions
            self._noButton.visible = any(not self._editors[name][1]() for name in self._yesNo if name in asked)

    def values(self) -> dict:
        """Input name -> text of what is entered; what is empty is missing, not empty."""
        return {name: read() for name, (_editor, read, _write) in self._editors.items() if read()}

    def _build(self, model) -> None:
        clearRows(self._container.layout())
        self._model, self._editors = model, {}
        for item in model.clinical_inputs:
            editor, read, write = self._choice(item) if item.choices else self._number(item)
            editor.toolTip = inputTip(item)
            addRow(self._container.layout(), inputTitle(item), editor)
            self._editors[item.name] = editor, read, write
        self._yesNo = tuple(item.name for item in model.clinical_inputs if set(item.choices or ()) == {"no", "yes"})
        self._noButton = None
        if len(self._yesNo) >= MANY_QUESTIONS:
            self._noButton = qt.QPushButton(_("Answer the open yes/no questions with No"))
            self._noButton.toolTip = _("You state that none of them applies to this person")
            self._noButton.connect("clicked(bool)", self._onNo)
            self._container.layout().addRow(self._noButton)
        self._container.visible = bool(model.clinical_inputs)

    def _onNo(self) -> None:
        asked = {item.name for item in self._model.asked(self.values())}
        for name in self._yesNo:
            editor, read, write = self._editors[name]
            if name in asked and not read():
                wasBlocked = editor.blockSignals(True)
                write("no")
                editor.blockSignals(wasBlocked)
        self._changed()

    def _choice(self, item):
        editor = qt.QComboBox()
        editor.sizeAdjustPolicy = qt.QComboBox.AdjustToMinimumContentsLengthWithIcon
        editor.addItem(_("not stated"), "")
        for key, title in item.choices.items():
            editor.addItem(shown(title), key)
        self._guard.protect(editor)
        editor.connect("currentIndexChanged(int)", lambda index: self._changed())
        return (editor, lambda: editor.itemData(editor.currentIndex) or "",
                lambda text: editor.setCurrentIndex(max(editor.findData(text), 0)))

    def _number(self, item):
        """A line, because it can be empty: a missing value must stay missing."""
        editor = qt.QLineEdit()
        if item.valid_range:
            low, high = (f"{end:g}" for end in item.valid_range)
            editor.placeholderText = _("{low} to {high}").format(low=low, high=high)
        editor.connect("textChanged(QString)", lambda text: self._changed())

        def write(text):
            editor.text = text

        return editor, lambda: editor.text.strip(), write


def inputTitle(item) -> str:
    """Name and unit of an input of a model, as the title of its row."""
    return f"{shown(item.title)} ({shown(item.unit)}):" if item.unit else f"{shown(item.title)}:"


def inputTip(item) -> str:
    """What an input of a model means, its unit, and which values the model was made for."""
    parts = [shown(item.help or item.title)]
    if item.unit:
        parts.append(_("Unit: {unit}.").format(unit=shown(item.unit)))
    if item.valid_range:
        low, high = item.valid_range
        parts.append(_("The model takes {low:g} to {high:g}.").format(low=low, high=high))
    return "\n".join(parts)
