"""The process in which a scikit-learn model is converted: it may crash, and nothing is lost."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

from ...errors import InputError
from .skops_file import refuse_pickle

#: a conversion takes seconds
TIMEOUT_S = 300


def convert_apart(path: Path, card: Path, rows: Path | None = None) -> dict[str, bytes]:
    """File name → content of the bundle, made by :func:`.convert.convert` in a process of its own.

    Raises InputError with its sentence, or with one of ours where it crashed.  This process imports neither
    scikit-learn nor skops.
    """
    return _apart(path, [card, rows] if rows else [card])


def _apart(path: Path, others: list[Path]) -> dict[str, bytes]:
    refuse_pickle(path)
    for needed in (path, *others):
        if not needed.is_file():
            raise InputError(f"Cannot read '{needed}': there is no such file.")
    command = [sys.executable, "-B", "-m", "RadiomicsOrthoLib.models.conversion", *map(str, (path, *others))]
    library = str(Path(__file__).resolve().parents[3])
    known = filter(None, [os.environ.get("PYTHONPATH")])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([library, *known])}
    try:
        done = subprocess.run(command, capture_output=True, env=environment, timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        raise InputError(f"Converting '{path}' was given up after {TIMEOUT_S} s.") from None
    if done.returncode == 2:
        raise InputError(done.stderr.decode("utf-8", "replace").strip().splitlines()[-1])
    if done.returncode != 0:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise InputError(f"'{path}' made scikit-learn fail ({last[0] if last else 'it crashed'}); it is damaged or "
                         "does not belong to the installed version.")
    return {name: base64.b64decode(content) for name, content in json.loads(done.stdout).items()}


def draft_apart(path: Path) -> str:
    """The beginning of a card for a ``.skops`` file, otherwise as :func:`convert_apart`."""
    return _apart(path, [])["card.yaml"].decode("utf-8")


def main(arguments: list[str]) -> int:
    """What the process does: the bundle (or without a card, its draft) as JSON on standard output.

    Or a sentence on standard error, and 2.
    """
    from .convert import convert
    from .draft import draft_card

    # what libraries print is not the bundle
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="ascii")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    _limit()
    path, *others = map(Path, arguments)
    try:
        content = convert(path, *others) if others else {"card.yaml": draft_card(path).encode("utf-8")}
    except InputError as error:
        sys.stderr.buffer.write((" ".join(str(error).split()) + "\n").encode("utf-8"))
        return 2
    json.dump({name: base64.b64encode(data).decode("ascii") for name, data in content.items()}, out)
    out.close()
    return 0


def _limit() -> None:
    """Where the system can: no file is written, also none of the memory after a crash."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
