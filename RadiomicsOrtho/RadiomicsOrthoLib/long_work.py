"""The two callbacks of everything that takes long: how far it is, and whether the user wants it to stop."""

from __future__ import annotations

from collections.abc import Callable

from .errors import InputError

#: called with a share (0 to 1) and what is being done
Progress = Callable[[float, str], None]
#: asked every so often; ``True`` ends the work with CancelledError
Cancelled = Callable[[], bool]


class CancelledError(InputError):
    """The user cancelled; nothing was written."""

    def __init__(self) -> None:
        super().__init__("Cancelled; nothing was written.")


def no_progress(fraction: float, text: str) -> None:
    """A progress callback for callers who show none."""


def never_cancelled() -> bool:
    return False
