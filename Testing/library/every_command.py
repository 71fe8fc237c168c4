"""Every command of the program, found in its parser: whoever adds one need not think of the tests that try them all."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path

from RadiomicsOrthoLib.cli.main import build_parser

#: what is written, and what is no file though nothing else is known of it
_OUTPUTS = ("output", "out")
_TEXTS = {"study": "verse-vertebral-fracture", "seed": "0,0,0", "model": "pickhardt-2013-l1-hu", "title": "A title",
          "id": "an-id", "outcome": "fracture", "columns": "c"}
#: where a command wants several files, others than the one that is tried may be good
GOOD = ("image", "roi")


def leaves(parser: argparse.ArgumentParser | None = None) -> Iterator[argparse.ArgumentParser]:
    """The commands that do something: of ``table`` its actions."""
    parser = parser or build_parser()
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]  # noqa: SLF001
    if not below:
        yield parser
    for action in below:
        for one in action.choices.values():
            yield from leaves(one)


def calls(given: Path, good: Mapping[str, Path], out: Path) -> Iterator[list[str]]:
    """Every command that reads files with ``given`` for all of them, and for each one where the others are ``good``."""
    for parser in leaves():
        wanted = [action for action in parser._actions if action.dest != "help"  # noqa: SLF001 - there is no public list
                  and (action.required or not action.option_strings)]
        tried = [action.dest for action in wanted if action.dest in good]
        for place in [None, *(tried if len(tried) > 1 else ())]:
            files = {} if place is None else {name: path for name, path in good.items() if name != place}
            call = [word for action in wanted for word in (
                *action.option_strings[-1:], _value(action, files.get(action.dest, given), out))]
            if str(given) in call:
                yield [*parser.prog.split()[1:], *call]


def _value(action: argparse.Action, file: Path, out: Path) -> str:
    if action.dest in _OUTPUTS:
        return str(out / f"written{''.join(Path(str(action.metavar)).suffixes) or '.csv'}")
    if action.choices:
        return str(next(iter(action.choices)))
    return _TEXTS.get(action.dest, str(file))
