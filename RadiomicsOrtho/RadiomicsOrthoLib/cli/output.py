"""What the command prints while it works, and where it may write."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from ..errors import InputError


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


def check_output(path: Path, endings: Sequence[str]) -> None:
    """InputError if ``path`` is no file of that kind to be written; before long work."""
    if path.is_dir():
        raise InputError(f"'{path}' is a folder; name the file to write, such as {path / f'result{endings[0]}'}.")
    if not path.name.lower().endswith(tuple(endings)):
        raise InputError(f"The output '{path.name}' must end in {' or '.join(endings)}.")
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    if not folder.is_dir():
        raise InputError(f"Cannot write '{path}': '{folder}' is a file, not a folder.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(f"Cannot write '{path}': the folder '{folder}' does not allow it.")
