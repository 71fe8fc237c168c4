"""The two callbacks of everything that takes long: how far it is, and whether the user wants it to stop."""

from __future__ import annotations

import time
from collections.abc import Callable

from .errors import InputError

#: called with a share (0 to 1) and what is being done
Progress = Callable[[float, str], None]
#: asked every so often; ``True`` ends the work with CancelledError
Cancelled = Callable[[], bool]

MINUTE, HOUR = 60, 3600
#: before this much is done nobody can say how long it takes
_LEAST_SHARE, _LEAST_S = 0.03, 2.0


class CancelledError(InputError):
    """The user cancelled; nothing was written."""

    def __init__(self) -> None:
        super().__init__("Cancelled; nothing was written.")


def no_progress(fraction: float, text: str) -> None:
    """A progress callback for callers who show none."""


def never_cancelled() -> bool:
    return False


def with_time_left(progress: Progress) -> Progress:
    """``progress`` with how long the rest may take behind the text, once that can be said."""
    begun = time.monotonic()

    def told(fraction: float, text: str) -> None:
        elapsed = time.monotonic() - begun
        left = elapsed / fraction * (1 - fraction) if fraction > _LEAST_SHARE else 0.0
        if elapsed > _LEAST_S and left >= 1:
            text = f"{text}, about {duration(left)} left"
        progress(fraction, text)

    return told


def duration(seconds: float) -> str:
    """``40 s``, ``12 min``, ``7 h 5 min``."""
    if seconds < MINUTE:
        return f"{seconds:.0f} s"
    if seconds < HOUR:
        return f"{seconds / MINUTE:.0f} min"
    minutes = round(seconds / MINUTE)
    return f"{minutes // 60} h {minutes % 60} min"
