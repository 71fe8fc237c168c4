"""The state of the feature engine: its packages, and its kernels, which another process compiles."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from RadiomicsOrthoLib.features.kernel_preparation import KernelPreparation

from .dependencies import missing

_preparation: KernelPreparation | None = None


def preparation() -> KernelPreparation:
    """The one of this application: opening a panel again, or reloading its module, starts no second one."""
    global _preparation  # noqa: PLW0603 - one child process for all panels
    if _preparation is None:
        _preparation = KernelPreparation(_python())
    return _preparation


def engine_state(requirementsFile: str) -> str:
    """``not installed``, or the state of the preparation; begins the preparation as soon as the packages are there."""
    if preparation().state == "idle":
        if missing(requirementsFile):
            return "not installed"
        preparation().start()
    return preparation().state


def _python() -> str | None:
    """The interpreter of this application as a program of its own (Slicer calls it PythonSlicer)."""
    found = shutil.which("PythonSlicer")
    if found or "python" not in Path(sys.executable or "").name.lower():
        # what started this process may be the application itself, which would open a second window
        return found
    return sys.executable
