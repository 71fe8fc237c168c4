"""The widget that Slicer hands to a scripted module as `parent`.

Not in the recorded API, because it cannot be made from Python; its few members
beyond qSlicerWidget are those of the application's headers.
"""

from __future__ import annotations

from typing import Any

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


def _refuse(_panel: Any, _value: Any) -> None:
    raise AttributeError("isEntered cannot be written")


pythonqt.register_accessors(qSlicerScriptedLoadableModuleWidget, {
    "isEntered": property(lambda panel: panel.__dict__.get("_entered", False), _refuse)})
