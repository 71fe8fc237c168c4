"""Two-way binding of one widget and one parameter.

The pairs are those of the application: exact widget classes, so that a .ui file
which binds here binds there too (a QRadioButton, say, cannot be bound).
"""

from __future__ import annotations

import enum
import pathlib
from collections.abc import Callable
from typing import Any

from .parameter_types import Choice, Decimals, Maximum, Minimum, Parameter, SingleStep, WithinRange

PARAMETER_PROPERTY = "SlicerParameterName"

#: widget class -> (kinds, property, signal)
_CONNECTORS: dict[str, tuple[tuple[type, ...], str, str]] = {
    "QCheckBox": ((bool,), "checked", "toggled(bool)"),
    "ctkCheckBox": ((bool,), "checked", "toggled(bool)"),
    "QPushButton": ((bool,), "checked", "toggled(bool)"),
    "ctkCheckablePushButton": ((bool,), "checkState", "checkBoxToggled(bool)"),
    "QSlider": ((int,), "value", "valueChanged(int)"),
    "QSpinBox": ((int,), "value", "valueChanged(int)"),
    "QDoubleSpinBox": ((float, int), "value", "valueChanged(double)"),
    "ctkSliderWidget": ((float, int), "value", "valueChanged(double)"),
    "ctkDoubleSlider": ((float, int), "value", "valueChanged(double)"),
    "ctkDoubleSpinBox": ((float, int), "value", "valueChanged(double)"),
    "qMRMLSliderWidget": ((float, int), "value", "valueChanged(double)"),
    "qMRMLSpinBox": ((float, int), "value", "valueChanged(double)"),
    "QComboBox": ((int, float, str, bool, enum.Enum), "currentIndex", "currentIndexChanged(int)"),
    "ctkComboBox": ((int, float, str, bool, enum.Enum), "currentIndex",
                    "currentIndexChanged(int)"),
    "QLineEdit": ((str,), "text", "textChanged(QString)"),
    "QLabel": ((str,), "text", ""),
    "QTextEdit": ((str,), "plainText", "textChanged()"),
    "ctkPathLineEdit": ((pathlib.PurePath,), "currentPath", "currentPathChanged(QString)"),
    "ctkDirectoryButton": ((pathlib.PurePath,), "directory", "directoryChanged(QString)"),
    "qMRMLNodeComboBox": ((), "", "currentNodeChanged(vtkMRMLNode*)"),
}


def make_connector(widget: Any, parameter: Parameter) -> GuiConnector:
    """Connector of `widget` and `parameter`; TypeError when they do not fit."""
    name = type(widget).__name__
    kinds, attribute, signal = _CONNECTORS.get(name, ((), "", ""))
    if name == "qMRMLNodeComboBox" and parameter.is_node:
        return NodeConnector(widget, signal)
    if not ((isinstance(parameter.kind, type) and parameter.kind in kinds)
            or (isinstance(parameter.kind, type) and not parameter.is_node
            and issubclass(parameter.kind, tuple(k for k in kinds if k in (
                enum.Enum, pathlib.PurePath))))):
        raise TypeError(f"a {name} cannot be bound to parameter {parameter.name} "
                        f"of type {parameter.kind}")
    if name in ("QComboBox", "ctkComboBox"):
        return ComboConnector(widget, signal, parameter)
    connector = PropertyConnector(widget, signal, attribute, parameter.kind)
    _apply_annotations(widget, parameter)
    return connector


def _apply_annotations(widget: Any, parameter: Parameter) -> None:
    """Range, decimals and step of the widget from the annotations."""
    for note in parameter.annotations:
        if isinstance(note, (WithinRange, Minimum)):
            widget.minimum = parameter.kind(note.minimum)
        if isinstance(note, (WithinRange, Maximum)):
            widget.maximum = parameter.kind(note.maximum)
        if isinstance(note, Decimals):
            widget.decimals = note.value
        if isinstance(note, SingleStep):
            widget.singleStep = note.value


class GuiConnector:
    """Reads, writes and watches one widget."""

    def __init__(self, widget: Any, signal: str) -> None:
        self._widget = widget
        self._signal = signal
        self._slot: Callable[[], None] | None = None

    def read(self) -> Any:
        """Value shown by the widget."""
        raise NotImplementedError

    def write(self, value: Any) -> None:
        """Show `value`."""
        raise NotImplementedError

    def on_changed(self, callback: Callable[[], None] | None) -> None:
        """Call `callback` when the user changes the widget; None disconnects."""
        if not self._signal:
            return
        if self._slot is not None:
            self._widget.disconnect(self._signal, self._slot)
        self._slot = callback
        if callback is not None:
            self._widget.connect(self._signal, callback)


class PropertyConnector(GuiConnector):
    """A widget whose value is one property."""

    def __init__(self, widget: Any, signal: str, attribute: str, kind: type) -> None:
        super().__init__(widget, signal)
        self._attribute = attribute
        self._kind = kind

    def read(self) -> Any:
        """Value of the property, in the parameter's type."""
        value = getattr(self._widget, self._attribute)
        if self._attribute == "checkState":
            import qt
            return value == qt.Qt.Checked
        return self._kind(value)

    def write(self, value: Any) -> None:
        """Set the property if it differs."""
        if self._attribute == "checkState":
            import qt
            value = qt.Qt.Checked if value else qt.Qt.Unchecked
        elif isinstance(value, pathlib.PurePath):
            value = str(value)
        elif value is None:
            value = ""
        if getattr(self._widget, self._attribute) != value:
            setattr(self._widget, self._attribute, value)


class ComboConnector(GuiConnector):
    """A combo box filled from the parameter's Choice (or enum)."""

    def __init__(self, widget: Any, signal: str, parameter: Parameter) -> None:
        super().__init__(widget, signal)
        if issubclass(parameter.kind, enum.Enum):
            self._values = list(parameter.kind)
            texts = [member.name for member in self._values]
        else:
            choices = [n for n in parameter.annotations if isinstance(n, Choice)]
            if not choices:
                raise RuntimeError(f"{parameter.name}: a combo box needs a Choice annotation")
            self._values = choices[0].choices
            texts = [str(value) for value in self._values]
        widget.clear()
        for text in texts:
            widget.addItem(text)

    def read(self) -> Any:
        """Selected choice."""
        return self._values[self._widget.currentIndex]

    def write(self, value: Any) -> None:
        """Select a choice."""
        self._widget.currentIndex = self._values.index(value)


class NodeConnector(GuiConnector):
    """A node selector."""

    def read(self) -> Any:
        """Selected node."""
        return self._widget.currentNode()

    def write(self, value: Any) -> None:
        """Select a node."""
        if self._widget.currentNode() is not value:
            self._widget.setCurrentNode(value)
