"""Commands on damaged files: a result or a sentence, in bounded time and memory, and nothing written half."""

from __future__ import annotations

import contextlib
import io
import os
import resource
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from fuzz_targets import Target
from hypothesis import HealthCheck, Phase, given, seed, settings
from RadiomicsOrthoLib.cli.main import main

#: no damaged file may take longer, or more memory than a good one and this
SECONDS, MEMORY_BYTES = 20, 2 << 30
_PROMISED = (0, 2, 3)


class _TooLong(BaseException):
    """Not an Exception, so that nothing but the fuzzer takes it."""


def trial(target: Target, good: Path, seed: int) -> str:
    """As :func:`tried`, on the good file damaged by ``seed``."""
    random = np.random.default_rng([seed, *target.name.encode()])
    return tried(target, good, target.mutate((good / target.damaged).read_bytes(), random))


def odd_trials(target: Target, good: Path, cases: int, seed_number: int,
               tell: Callable[[bytes, str], None]) -> None:
    """As :func:`tried`, on ``cases`` contents that hypothesis makes of ``target.odd``; ``tell`` gets each."""
    @seed(seed_number)
    @settings(max_examples=cases, database=None, deadline=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))
    @given(target.odd)
    def every(content: bytes) -> None:
        tell(content, tried(target, good, content))

    every()


def tried(target: Target, good: Path, content: bytes) -> str:
    """Runs ``target`` once on a file of that ``content``; what promise was broken, or an empty text.

    ``good`` holds what :func:`fuzz_targets.write_good_files` wrote; its file is put back.
    """
    path = good / target.damaged
    before = path.read_bytes()
    with tempfile.TemporaryDirectory() as temporary, _own_models(Path(temporary) / "models"):
        out = Path(temporary) / "out"
        out.mkdir()
        try:
            path.write_bytes(content)
            return broken(target.arguments(good, out), out, target.results, Path(temporary) / "models")
        finally:
            path.write_bytes(before)


def broken(arguments: list[object], out: Path, results: Sequence[str] = (), also: Path | None = None) -> str:
    """What promise the command breaks with ``arguments`` that write into ``out`` (and ``also``), or an empty text.

    ``results`` all are there, or nothing is, where it ends with code 2 because of what the input holds.
    """
    errors = io.StringIO()
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(errors), limits():
            code = main([str(argument) for argument in arguments])
    except _TooLong:
        return f"not done after {SECONDS} s"
    except BaseException as error:  # noqa: BLE001 - whatever comes through is the defect that is looked for
        return f"{type(error).__name__} came through: {error}"
    sentence = errors.getvalue().strip()
    if code not in _PROMISED:
        return f"exit code {code}: {sentence[:300]}"
    if code == 2 and (not sentence or "Traceback" in sentence or "\n" in sentence):
        return f"no single sentence: {sentence[:300]!r}"
    written = {path.name for folder in (out, also) if folder for path in folder.rglob("*")}
    if code == 2 and written and not (results and written.issuperset(results)):
        return f"refused, and yet wrote {sorted(written)}"
    return ""


@contextlib.contextmanager
def limits() -> Iterator[None]:
    """Ends what takes too long; memory above the limit is a MemoryError, which the command says itself."""
    def stop(*_: object) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGALRM, stop)
    address_space = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE") \
        if sys.platform == "linux" else None
    signal.alarm(SECONDS)
    try:
        if used is not None:
            resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY_BYTES, address_space[1]))
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
        resource.setrlimit(resource.RLIMIT_AS, address_space)


@contextlib.contextmanager
def _own_models(folder: Path) -> Iterator[None]:
    before = os.environ.get("RADIOMICS_ORTHO_MODELS")
    folder.mkdir()
    os.environ["RADIOMICS_ORTHO_MODELS"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["RADIOMICS_ORTHO_MODELS"]
        else:
            os.environ["RADIOMICS_ORTHO_MODELS"] = before
        shutil.rmtree(folder, ignore_errors=True)
