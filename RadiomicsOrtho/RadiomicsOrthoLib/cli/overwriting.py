"""No command writes over what it reads."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..errors import InputError

#: paths among the options that are read; the others are written, or are the thing itself that is worked on
READ = ("calibration", "card", "check", "clinical_file", "encoder", "features", "frozen", "images", "key", "labels",
        "parameters", "schema", "study", "table")


def files_read(arguments: Sequence[str], options: argparse.Namespace) -> frozenset[Path]:
    """The files that a command line names to be read: they are not to be written over.

    Every word that names a file and is no output counts, whatever option it stands behind (also as ``NAME=FILE``).
    Raises InputError where an output is one of them, or another output.
    """
    outputs = [value for name, value in vars(options).items() if isinstance(value, Path) and name not in READ]
    for path in outputs:
        if sum(path.absolute() == other.absolute() for other in outputs) > 1:
            raise InputError(f"'{path}' is named for two outputs; give each a file of its own.")
    words = list(_files(arguments))
    for path in outputs:
        # the word that is the output itself; where it stands a second time, it is read
        own = next((word for word in words if str(word) == str(path)), None)
        if own is not None:
            words.remove(own)
    for path in outputs:
        if path.is_file() and any(word.samefile(path) for word in words):
            raise InputError(f"'{path}' is read and would be overwritten; name another file to write.")
    return frozenset(words)


def _files(arguments: Sequence[str]) -> Iterator[Path]:
    """The words of a command line, and what stands behind ``=`` in them, that name a file."""
    for word in arguments:
        for text in {word, word.partition("=")[2]} - {""}:
            try:
                if Path(text).is_file():
                    yield Path(text)
            except (OSError, ValueError):
                # a long list of points, say
                continue
