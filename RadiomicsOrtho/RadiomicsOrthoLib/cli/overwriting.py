"""No command writes over what it reads."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..errors import InputError

#: names under which commands keep the files, or the folder, that they write
OUTPUTS = ("output", "out", "summary", "html", "svg", "pdf", "image_out")
#: what is written into a folder that is asked for, and beside a table, under names of its own
_IN_A_FOLDER = ("card.json", "nomogram.svg", "report.html", "features.csv", "features.provenance.json")
_BESIDE = (".provenance.json", ".reporting.html", ".reporting.csv", ".reporting.json")


def refuse_overwriting(arguments: Sequence[str], options: argparse.Namespace) -> None:
    """InputError if a file that the command line names to be read is one that would be written.

    Every word that names a file and is no output counts as read, whatever option it stands behind (also as
    ``NAME=FILE``).
    """
    outputs = [path for name in OUTPUTS if isinstance(path := getattr(options, name, None), Path)]
    for path in outputs:
        if sum(path.absolute() == other.absolute() for other in outputs) > 1:
            raise InputError(f"'{path}' is named for two outputs; give each a file of its own.")
    # the words that are the outputs themselves
    words = list(_words(arguments))
    for path in outputs:
        if str(path) in map(str, words):
            words.remove(next(word for word in words if str(word) == str(path)))
    for written in (file for path in outputs for file in _written(path)):
        if written.is_file() and any(word.is_file() and word.samefile(written) for word in words):
            raise InputError(f"'{written}' is read and would be overwritten; name another file or folder to write.")


def _words(arguments: Sequence[str]) -> Iterator[Path]:
    """The words of a command line, and what stands behind ``=`` in them, as far as they can be files."""
    for word in arguments:
        for text in {word, word.partition("=")[2]} - {""}:
            try:
                path = Path(text)
                path.is_file()
            except (OSError, ValueError):
                # a long list of points, say
                continue
            yield path


def _written(path: Path) -> list[Path]:
    if path.is_dir():
        return [path / name for name in _IN_A_FOLDER]
    return [path, *(path.with_suffix(ending) for ending in _BESIDE if path.suffix == ".csv")]
