"""The `qt` module: PySide6 classes under the names that Slicer's qt module has.

A name that the recorded application lacks raises AttributeError (qt.QThread,
qt.QFutureWatcher ...), so does one that Qt 6 no longer has. Modal dialogs do
not block: their answers come from a queue, and an empty queue raises.
"""

from __future__ import annotations

import collections
import enum
import importlib
import inspect
import sys
import types
from typing import Any

import shiboken6
from PySide6 import QtCore, QtGui, QtSvg, QtSvgWidgets, QtWidgets

from . import callback_errors, pythonqt
from .slicer_api import api

_SOURCES: list[types.ModuleType] = [QtCore, QtGui, QtWidgets, QtSvg, QtSvgWidgets]
for _name in ("QtPrintSupport", "QtNetwork", "QtXml", "QtUiTools"):
    try:
        _SOURCES.append(importlib.import_module(f"PySide6.{_name}"))
    except ImportError:  # optional: needs system libraries such as libcups
        pass

#: what modal dialogs answer, first in first out
dialog_answers: collections.deque[Any] = collections.deque()
#: (dialog, text) of every modal dialog that was opened
dialog_log: list[tuple[str, str]] = []

_STATIC_DIALOGS = {
    "QFileDialog": ("getOpenFileName", "getOpenFileNames", "getSaveFileName",
                    "getExistingDirectory"),
    "QMessageBox": ("question", "information", "warning", "critical", "about"),
    "QInputDialog": ("getText", "getInt", "getDouble", "getItem", "getMultiLineText"),
    "QColorDialog": ("getColor",),
}


class QtModule(types.ModuleType):
    """Looks names up in PySide6, if the application has them."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name not in api()["qt"]:
            raise AttributeError(f"Slicer's qt module has no {name!r}")
        for source in _SOURCES:
            value = getattr(source, name, None)
            if value is not None:
                if inspect.isclass(value) and issubclass(value, shiboken6.Object):
                    pythonqt.patch([value])
                setattr(self, name, value)
                return value
        raise AttributeError(f"qt.{name} is in Qt 5 only: it disappears with Qt 6")

    def __dir__(self) -> list[str]:
        return [name for name in api()["qt"] if hasattr(self, name)]


def _take_answer(dialog: str, text: str) -> Any:
    dialog_log.append((dialog, text))
    if not dialog_answers:
        raise RuntimeError(f"{dialog} would block the test ({text!r}): queue an answer first")
    return dialog_answers.popleft()


def _static_dialog(class_name: str, function: str) -> staticmethod:
    def answer(*args: Any, **kwargs: Any) -> Any:
        texts = [a for a in args if isinstance(a, str)]
        return _take_answer(f"{class_name}.{function}", " / ".join(texts))

    return staticmethod(answer)


def _exec_dialog(self: Any) -> Any:
    """`exec_()`: shows the dialog for a moment and returns the queued answer."""
    text = self.property("text") or self.property("windowTitle") or ""
    answer = _take_answer(type(self).__name__, str(text))
    self.show()
    QtCore.QCoreApplication.processEvents()
    if callable(answer):
        answer = answer(self)
    # accept()/reject() reach the dialog's own slots, as a click on its buttons would
    result = int(answer.value if isinstance(answer, enum.Enum) else answer)
    if self.isVisible():
        self.done(result)
    return result


def _unblock_dialogs() -> None:
    for class_name, functions in _STATIC_DIALOGS.items():
        cls = getattr(QtWidgets, class_name)
        for function in functions:
            setattr(cls, function, _static_dialog(class_name, function))
    for cls in (QtWidgets.QDialog, QtWidgets.QMessageBox, QtWidgets.QFileDialog):
        cls.exec = cls.exec_ = _exec_dialog


def _patch_common_classes() -> None:
    """All classes at once: objects made by Qt itself need the patched classes too."""
    classes = []
    for source in _SOURCES:
        for name in dir(source):
            value = getattr(source, name, None)
            if inspect.isclass(value) and issubclass(value, shiboken6.Object):
                classes.append(value)
    pythonqt.patch(classes)


def install_qt() -> types.ModuleType:
    """Provide the `qt` module (idempotent)."""
    if isinstance(sys.modules.get("qt"), QtModule):
        return sys.modules["qt"]
    _patch_common_classes()
    _unblock_dialogs()
    callback_errors.collect()
    module = QtModule("qt", "PySide6 behaving as Slicer's qt module")
    for name, value in (("SIGNAL", QtCore.SIGNAL), ("SLOT", QtCore.SLOT)):
        setattr(module, name, value)
    sys.modules["qt"] = module
    return module
