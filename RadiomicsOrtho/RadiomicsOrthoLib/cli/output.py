"""What the command prints while it works."""

from __future__ import annotations

import sys


class ProgressBar:
    """A progress bar on a terminal; silence in a pipe (or when ``quiet``)."""

    _WIDTH = 24

    def __init__(self, quiet: bool = False) -> None:
        self._shown = sys.stderr.isatty() and not quiet
        self._length = 0

    def __call__(self, fraction: float, text: str) -> None:
        if not self._shown:
            return
        done = round(self._WIDTH * min(max(fraction, 0.0), 1.0))
        line = f"[{'#' * done}{'.' * (self._WIDTH - done)}] {fraction:4.0%} {text}"
        sys.stderr.write("\r" + line.ljust(self._length))
        self._length = len(line)
        if fraction >= 1.0:
            self.close()
        sys.stderr.flush()

    def close(self) -> None:
        if self._shown and self._length:
            sys.stderr.write("\r" + " " * self._length + "\r")
            self._length = 0
