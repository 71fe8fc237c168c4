"""The state of the feature engine: its packages, and its kernels, which another process compiles."""

from __future__ import annotations

from RadiomicsOrthoLib.features.kernel_preparation import KernelPreparation
from RadiomicsOrthoLib.long_work import Cancelled, Progress

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


def wait_for_engine(progress: Progress, cancelled: Cancelled) -> None:
    """Until the kernels are compiled; a failure there shows in the extraction itself."""
    if preparation().state == "idle":
        preparation().start()
    preparation().wait(cancelled, lambda seconds: progress(
        0.0, f"preparing the feature engine, once on this computer ({seconds:.0f} s so far)"))
