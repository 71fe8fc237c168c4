"""How far a batch is, and how long the rest may take."""

from __future__ import annotations

import time

from ..long_work import duration
from .computation import DONE
from .worker import Outcome


class ProgressText:
    """Counts outcomes; ``total`` cases, of which ``waiting`` are to be computed.

    The time is that of a clock that nobody sets.
    """

    def __init__(self, total: int, waiting: int) -> None:
        self._total, self._waiting = total, waiting
        self._done = self._failed = 0
        self._begun = time.monotonic()

    def count(self, outcome: Outcome) -> None:
        self._done += 1
        self._failed += outcome.text != DONE

    def now(self) -> tuple[float, str]:
        """The share that is done (0 to 1), and a line for people."""
        finished = self._total - self._waiting + self._done
        text = f"{finished} of {self._total} cases"
        if self._failed:
            text += f", {self._failed} without a result"
        if self._done and self._done < self._waiting:
            seconds = (time.monotonic() - self._begun) / self._done * (self._waiting - self._done)
            text += f", about {duration(seconds)} left"
        return finished / self._total if self._total else 1.0, text
