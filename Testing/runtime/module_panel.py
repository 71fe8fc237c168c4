"""The widget that Slicer hands to a scripted module as `parent`.

Not in the recorded API, because it cannot be made from Python; its few members
beyond qSlicerWidget are those of the application's headers.
"""

from __future__ import annotations

import sys
from typing import Any

import slicer

from . import pythonqt
from .qmrml_base import qSlicerWidget


class qSlicerScriptedLoadableModuleWidget(qSlicerWidget):
    """Module panel: `isEntered`, and `self()` for the module's Python widget."""

    __standin__ = "slicer.qSlicerScriptedLoadableModuleWidget"

    def enter(self) -> None:
        """Slot: the module is selected."""
        self._entered = True
        if hasattr(self._python, "enter"):
            self._python.enter()

    def exit(self) -> None:
        """Slot: another module is selected."""
        self._entered = False
        if hasattr(self._python, "exit"):
            self._python.exit()

    def self(self) -> Any:
        """The module's Python widget."""
        return self._python

    def fill(self, module_name: str) -> Any:
        """Make the Python widget of a module in this panel; for the harness only."""
        self._python = getattr(sys.modules[module_name], f"{module_name}Widget")(self)
        setattr(slicer.modules, f"{module_name}Widget", self._python)
        self._python.setup()
        return self._python

    def reload(self) -> None:
        """Slot: a new Python widget of the class as it is now; a panel that is entered is not entered again."""
        self.fill(self._python.moduleName)


def _refuse(_panel: Any, _value: Any) -> None:
    raise AttributeError("isEntered cannot be written")


pythonqt.register_accessors(qSlicerScriptedLoadableModuleWidget, {
    "isEntered": property(lambda panel: panel.__dict__.get("_entered", False), _refuse)})
