"""The border behind which features are computed: one method, many engines."""

from __future__ import annotations

from typing import Protocol

from ..errors import InputError
from ..imaging.image import BoneImage
from ..long_work import Cancelled, CancelledError, Progress, never_cancelled, no_progress
from ..regions.roi import Roi
from .profile import ExtractionProfile

__all__ = ["Cancelled", "CancelledError", "DEFAULT_ENGINE", "Engine", "Progress", "engine_problem", "load_engine",
           "never_cancelled", "no_progress"]


class Engine(Protocol):
    """Computes raw feature values; NaN or infinity where a feature is not defined.

    ``polls`` says that it looks at the cancel button often and lets other threads run meanwhile;
    ``threads`` how many it uses.
    """

    name: str
    version: str
    polls: bool
    threads: int

    def with_threads(self, threads: int) -> Engine:
        """The same engine on that many threads, as far as it can choose."""

    def extract(self, image: BoneImage, roi: Roi, profile: ExtractionProfile,
                progress: Progress, cancelled: Cancelled) -> dict[str, float]:
        """Feature name (as pyradiomics writes it) → value, in a fixed order."""


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
