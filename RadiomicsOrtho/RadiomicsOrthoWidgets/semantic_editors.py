"""Editors for the questions of a semantic form, built from its definition."""

import json
from html import escape

import qt
from RadiomicsOrthoLib.features.semantic.question import NOT_ASSESSABLE
from slicer.i18n import tr as _

from .form_layout import WheelGuard, clearRows
from .translation import shown


class SemanticEditors:
    """One row per question in ``container``'s form layout; calls ``changed()`` after each change by the user."""

    def __init__(self, container, changed) -> None:
        self._container, self._changed = container, changed
        self._guard = WheelGuard(container)
        self._form, self._editors = None, {}

    def show(self, form, given: dict) -> None:
        """The questions of ``form`` with the answers in ``given`` (question id -> answer or "not assessable")."""
        if self._form != form:
            self._build(form)
        for name, editor in self._editors.items():
            editor.show(given.get(name))

    def given(self) -> dict:
        """Question id -> answer or "not assessable"; open questions are left out."""
        answers = {name: editor.answer() for name, editor in self._editors.items()}
        return {name: answer for name, answer in answers.items() if answer is not None}

    def editor(self, name: str):
        """The editor of one question."""
        return self._editors[name]

    def _build(self, form) -> None:
        layout = self._container.layout()
        clearRows(layout)
        self._form, self._editors = form, {}
        for question in form.questions if form else ():
            kind = NumberEditor if question.range else ChoiceEditor
            editor = kind(question, self._guard, self._changed)
            title = shown(question.title)
            label = qt.QLabel(f"{title} *:" if question.compulsory else f"{title}:")
            label.toolTip = questionToolTip(question)
            layout.addRow(label, editor.widget)
            self._editors[question.id] = editor


class ChoiceEditor:
    """A combo box: not assessed, the choices with their definitions as tooltips, not assessable."""

    def __init__(self, question, guard, changed) -> None:
        self.widget = self.comboBox = qt.QComboBox()
        self.comboBox.sizeAdjustPolicy = qt.QComboBox.AdjustToMinimumContentsLengthWithIcon
        self.comboBox.toolTip = questionToolTip(question)
        self._add(_("not assessed"), None, _("Nobody has looked: the feature stays empty"))
        for answer, title, definition in self._choices(question):
            self._add(shown(title), answer, shown(definition))
        self._add(_("not assessable"), NOT_ASSESSABLE, _("Looked at, but it cannot be told: the feature stays empty"))
        guard.protect(self.comboBox)
        self.comboBox.connect("currentIndexChanged(int)", lambda index: changed())

    def answer(self):
        # as text, because an item's data comes back as another type than it was
        return json.loads(self.comboBox.itemData(self.comboBox.currentIndex))

    def show(self, answer) -> None:
        wasBlocked = self.comboBox.blockSignals(True)
        self.comboBox.setCurrentIndex(max(self.comboBox.findData(json.dumps(answer)), 0))
        self.comboBox.blockSignals(wasBlocked)

    def _add(self, title: str, answer, definition: str) -> None:
        self.comboBox.addItem(title, json.dumps(answer))
        self.comboBox.setItemData(self.comboBox.count - 1, f"<p>{escape(definition)}</p>", qt.Qt.ToolTipRole)

    @staticmethod
    def _choices(question):
        if question.type == "yes-no":
            return (True, _("yes"), question.definition), (False, _("no"), _("Looked for, and not there"))
        return [(choice.value, choice.title, choice.definition) for choice in question.choices]


class NumberEditor:
    """A spin box whose lowest step means "not assessed", and a check box for "not assessable"."""

    def __init__(self, question, guard, changed) -> None:
        self._question = question
        self._low, high = question.range
        decimals = 0 if question.type == "integer" else question.decimals
        step = 10.0 ** -decimals
        self.spinBox = qt.QDoubleSpinBox()
        self.spinBox.decimals = decimals
        self.spinBox.singleStep = step
        # one step below the range, where no answer lies
        self.spinBox.setRange(self._low - step, high)
        self.spinBox.value = self._low - step
        self.spinBox.specialValueText = _("not assessed")
        self.spinBox.suffix = f" {question.unit}" if question.unit else ""
        self.checkBox = qt.QCheckBox(_("not assessable"))
        self.checkBox.toolTip = _("Looked at, but it cannot be measured: the feature stays empty")
        self.spinBox.toolTip = questionToolTip(question)
        self.widget = qt.QWidget()
        layout = qt.QHBoxLayout(self.widget)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.spinBox, 1)
        layout.addWidget(self.checkBox)
        guard.protect(self.spinBox)
        self.spinBox.connect("valueChanged(double)", lambda value: changed())
        self.checkBox.connect("toggled(bool)", lambda checked: changed())

    def answer(self):
        if self.checkBox.checked:
            return NOT_ASSESSABLE
        if self.spinBox.value < self._low - self.spinBox.singleStep / 2:
            return None
        return round(self.spinBox.value) if self._question.type == "integer" else float(self.spinBox.value)

    def show(self, answer) -> None:
        for widget in (self.spinBox, self.checkBox):
            widget.blockSignals(True)
        self.checkBox.checked = answer == NOT_ASSESSABLE
        self.spinBox.enabled = answer != NOT_ASSESSABLE
        if answer in (None, NOT_ASSESSABLE):
            self.spinBox.value = self.spinBox.minimum
        elif answer != self.answer():
            # writing the same number again would move the cursor of whoever is typing
            self.spinBox.value = answer
        for widget in (self.spinBox, self.checkBox):
            widget.blockSignals(False)


def questionToolTip(question) -> str:
    """The definition, where it can be seen, each choice, and the source with how well it is confirmed."""
    parts = [f"<p>{escape(shown(question.definition))}</p>"]
    if question.choices:
        rows = "".join(f"<li><b>{escape(shown(choice.title))}</b>: {escape(shown(choice.definition))}</li>"
                       for choice in question.choices)
        parts.append(f"<ul>{rows}</ul>")
    if question.modalities:
        parts.append("<p>{text}</p>".format(text=_("Seen on {modalities}.").format(
            modalities=", ".join(question.modalities))))
    parts.append("<p><i>{text}</i></p>".format(text=_("Source ({evidence}): {source}").format(
        evidence=escape(shown(question.evidence)), source=escape(question.source))))
    if question.compulsory:
        parts.append("<p>{text}</p>".format(text=_("* must be answered, or marked as not assessable")))
    return "".join(parts)
