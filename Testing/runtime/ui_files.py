"""`slicer.util.loadUI` on the stand-ins.

Qt's loader ignores what it does not know: unknown classes become QWidget,
unknown properties become dynamic ones, bad connections vanish. All three raise
here, since Slicer would show an incomplete panel.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import slicer
from PySide6 import QtCore, QtUiTools, QtWidgets

from . import ctk_standins, pythonqt, qmrml_standins
from .static_names import ui_problems


class UiError(RuntimeError):
    """A .ui file that the application would not load completely."""


class _Loader(QtUiTools.QUiLoader):
    """Makes stand-ins for CTK and qMRML classes and refuses unknown ones."""

    def __init__(self) -> None:
        super().__init__()
        self.failed: list[str] = []
        self.made: dict[str, Any] = {}
        self.kept: list[Any] = []

    def createWidget(self, class_name: str, parent: Any = None, name: str = "") -> Any:
        """Called by Qt for every widget of the file."""
        cls = ctk_standins.CLASSES.get(class_name) or qmrml_standins.CLASSES.get(class_name)
        if cls is not None:
            widget = cls()
            widget.setParent(parent)
        elif class_name.startswith(("ctk", "qMRML", "qSlicer")):
            self.failed.append(class_name)
            widget = QtWidgets.QWidget(parent)
        else:
            widget = super().createWidget(class_name, parent, name)
        if widget is None:
            self.failed.append(class_name)
            return None
        widget.setObjectName(name)
        self.made[name] = widget
        self.kept.append(widget)
        return widget


def load_ui(path: str | Path) -> Any:
    """Load a .ui file and make its connections; RuntimeError if anything is unknown."""
    path = Path(path)
    if not path.is_file():
        raise RuntimeError(f"Could not load UI file: file not found {path}")
    root = ElementTree.parse(path).getroot()
    problems = ui_problems(root)
    if problems:
        raise UiError(f"{path.name}: {'; '.join(problems)}")
    connections = _take_connections(root)
    enums = _take_standin_enums(root)
    loader = _Loader()
    buffer = QtCore.QBuffer()
    buffer.setData(ElementTree.tostring(root, encoding="utf-8"))
    buffer.open(QtCore.QIODevice.OpenModeFlag.ReadOnly)
    # relative icon paths are meant relative to the file
    loader.setWorkingDirectory(QtCore.QDir(str(path.parent)))
    widget = loader.load(buffer)
    if loader.failed:
        raise UiError(f"{path.name}: no such widget class: {sorted(set(loader.failed))}")
    if widget is None:
        raise UiError(f"{path.name}: {loader.errorString()}")
    for name, attribute, value in enums:
        setattr(loader.made[name], attribute, _enum_value(value))
    for sender, signal, receiver, slot in connections:
        _connect(path.name, loader.made, sender, signal, receiver, slot)
    # C++ widgets own themselves through their parents; Python subclasses need a reference
    pythonqt.keep_alive(widget, loader.kept)
    return widget


def _take_connections(root: ElementTree.Element) -> list[tuple[str, str, str, str]]:
    found = []
    for block in root.findall("connections"):
        for item in block.findall("connection"):
            texts = [item.findtext(tag, "") for tag in ("sender", "signal", "receiver", "slot")]
            found.append((texts[0], texts[1], texts[2], texts[3]))
        root.remove(block)
    return found


def _take_standin_enums(root: ElementTree.Element) -> list[tuple[str, str, str]]:
    """Enum properties of stand-ins: Qt's loader cannot look them up."""
    found = []
    for element in root.iter("widget"):
        class_name, name = element.get("class", ""), element.get("name", "")
        cls = ctk_standins.CLASSES.get(class_name) or qmrml_standins.CLASSES.get(class_name)
        if cls is None:
            continue
        for item in element.findall("property"):
            value = item.findtext("enum") or item.findtext("set")
            if value and pythonqt.find_accessor(cls, item.get("name", "")) is not None:
                found.append((name, item.get("name", ""), value))
                element.remove(item)
    return found


def _enum_value(text: str) -> Any:
    """ "Qt::AlignLeft|Qt::AlignTop" as a value; a CTK enum stays text."""
    result: Any = None
    for part in text.split("|"):
        scope, _, member = part.rpartition("::")
        owner: Any = None
        for module in (QtCore, QtWidgets):
            owner = owner or getattr(module, scope.split("::")[0], None)
        owner = owner or ctk_standins.CLASSES.get(scope.split("::")[0])
        value = getattr(owner, member, None)
        if value is None:
            return text
        result = value if result is None else result | value
    return result


def _connect(file: str, widgets: dict[str, Any], sender: str, signal: str, receiver: str,
             slot: str) -> None:
    target = widgets[receiver]
    if getattr(type(target), slot.split("(", maxsplit=1)[0], None) is None:
        raise UiError(f"{file}: {receiver} has no slot {slot!r} in the stand-in")
    try:
        pythonqt.resolve_signal(widgets[sender], signal)
    except ValueError as error:
        raise UiError(f"{file}: {error}") from error

    def call(*args: Any) -> None:
        getattr(target, slot.split("(", maxsplit=1)[0])(*args[: slot.count(",") + (not slot.endswith("()"))])

    widgets[sender].connect(signal, call)


def install_ui_loading() -> None:
    """Replace `slicer.util.loadUI`; childWidgetVariables works as it is."""
    slicer.util.loadUI = load_ui
