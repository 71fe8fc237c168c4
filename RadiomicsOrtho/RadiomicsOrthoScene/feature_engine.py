"""The state of the feature engine: its packages, and its kernels, which another process compiles."""

from __future__ import annotations

from RadiomicsOrthoLib.features.kernel_preparation import KernelPreparation

from .dependencies import missing
from .interpreter import python_program

_preparation: KernelPreparation | None = None


def preparation() -> KernelPreparation:
    """The one of this application: opening a panel again, or reloading its module, starts no second one."""
    global _preparation  # noqa: PLW0603 - one child process for all panels
    if _preparation is None:
        _preparation = KernelPreparation(python_program())
    return _preparation


def engine_state(requirementsFile: str) -> str:
    """``not installed``, or the state of the preparation; begins the preparation as soon as the packages are there."""
    if preparation().state == "idle":
        if missing(requirementsFile):
            return "not installed"
        preparation().start()
    return preparation().state
