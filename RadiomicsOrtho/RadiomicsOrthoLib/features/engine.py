"""The border behind which features are computed: one method, many engines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ..errors import InputError
from ..imaging.image import BoneImage
from ..regions.roi import Roi
from .profile import ExtractionProfile

Progress = Callable[[float, str], None]
Cancelled = Callable[[], bool]


class Engine(Protocol):
    """Computes raw feature values; NaN or infinity where a feature is not defined."""

    name: str
    version: str

    def extract(self, image: BoneImage, roi: Roi, profile: ExtractionProfile,
                progress: Progress, cancelled: Cancelled) -> dict[str, float]:
        """Feature name (as pyradiomics writes it) → value, in a fixed order."""


class CancelledError(InputError):
    """The user cancelled; nothing was written."""

    def __init__(self) -> None:
        super().__init__("Cancelled; nothing was written.")


def no_progress(fraction: float, text: str) -> None:
    """A progress callback for callers who show none."""


def never_cancelled() -> bool:
    return False


#: what is used where nothing else is asked for
DEFAULT_ENGINE = "fast"


def load_engine(name: str = DEFAULT_ENGINE) -> Engine:
    """The engine of that name (``fast`` or ``pyradiomics``), or InputError with what is missing."""
    if name == "pyradiomics":
        from .pyradiomics_engine import PyradiomicsEngine

        return PyradiomicsEngine()
    if name == "fast":
        from .fast_engine import FastEngine

        return FastEngine()
    raise InputError(f"There is no extraction engine '{name}'; at hand: fast, pyradiomics.")


def engine_problem(name: str = DEFAULT_ENGINE) -> str:
    """One sentence that says why the engine cannot run here; empty if it can."""
    try:
        load_engine(name)
    except InputError as error:
        return str(error)
    return ""
