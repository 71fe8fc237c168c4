"""Work in a process of its own, so that no window waits for it.

A thread would not do: Slicer's main thread keeps Python's lock while it waits for the mouse.  A process can also be
ended at once, whatever it is doing.  What it needs and what it finds travel through a folder of the system's temporary
directory, which is removed at the end.
"""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import InputError
from .long_work import Cancelled, Progress

_PACKAGE_FOLDER = Path(__file__).parents[1]
_CHILD = ("import importlib, sys; sys.path.insert(0, sys.argv[1]); "
          "importlib.import_module(sys.argv[2]).work(sys.argv[3])")
_PROGRESS, _MESSAGES, _STOP = "progress.txt", "messages.txt", "stop"
#: the last line of the progress lies within these bytes of its end
_TAIL_BYTES = 1000


class ChildProcess:
    """One piece of work at a time; not for use by several threads.

    ``python`` is the interpreter to start, ``module`` the importable name of the module whose ``work(folder)`` is the
    work.  ``grace_s`` is how long the child may take to end what it has started itself when it is stopped; 0 ends it
    at once.
    """

    def __init__(self, python: str | None, module: str, grace_s: float = 0.0) -> None:
        self._python, self._module, self._grace_s = python, module, grace_s
        self._process: subprocess.Popen | None = None
        self._folder: Path | None = None

    @property
    def running(self) -> bool:
        """True while it works; asking costs next to nothing."""
        return self._process is not None and self._process.poll() is None

    @property
    def progress(self) -> tuple[float, str]:
        """How far it is (0 to 1), and what it is doing."""
        try:
            with (self._folder / _PROGRESS).open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - _TAIL_BYTES))
                lines = file.read().decode("utf-8", "replace").split("\n")
        except (OSError, TypeError):
            return 0.0, "Starting"
        # what stands behind the last line break is not written to its end yet
        share, _, text = (lines[-2] if len(lines) > 1 else "0 Starting").partition(" ")
        return float(share), text

    def begin(self, fill: Callable[[Path], None]) -> None:
        """Start the child after ``fill(folder)`` has written what it needs.

        Raises InputError if there is no interpreter to start, or no room for the files.
        """
        if self.running:
            raise RuntimeError("work is being done already")
        self.stop()
        if self._python is None:
            raise InputError("No Python interpreter was found beside this application; install Slicer again.")
        flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
        atexit.register(self.stop)
        try:
            self._folder = Path(tempfile.mkdtemp(prefix="radiomics-ortho-"))
            fill(self._folder)
            with (self._folder / _MESSAGES).open("wb") as messages:
                self._process = subprocess.Popen(
                    [self._python, "-c", _CHILD, str(_PACKAGE_FOLDER), self._module, str(self._folder)],
                    creationflags=flags, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=messages)
        except OSError as error:
            self.stop()
            raise InputError(f"The work could not be started ({error.strerror or error}); free some space on the "
                             "system's disk and try again.") from None

    @contextmanager
    def finished(self) -> Iterator[Path]:
        """The folder with what the child wrote, once it no longer runs; removed behind the block.

        Raises RuntimeError where it failed.
        """
        if self._process is None or self.running:
            raise RuntimeError("there is no result")
        try:
            if self._process.returncode != 0:
                raise RuntimeError(f"the work ended with code {self._process.returncode}: {self._last_message()}")
            yield self._folder
        finally:
            self.stop()

    def ask_to_end(self) -> None:
        """Have the child's ``cancelled`` say so; it ends by itself, and its result says what came of it."""
        if self.running:
            (self._folder / _STOP).touch()

    def stop(self) -> None:
        """End the child if it runs, and forget what it did."""
        if self._process is not None:
            if self.running:
                self._end()
            self._process.wait()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._process = self._folder = None
        atexit.unregister(self.stop)

    def _end(self) -> None:
        """Ask first, if there is time: a child that is killed leaves the programs behind that it runs."""
        try:
            if self._grace_s:
                self.ask_to_end()
                self._process.wait(self._grace_s)
                return
        except (OSError, subprocess.TimeoutExpired):
            pass
        self._process.kill()

    def _last_message(self) -> str:
        lines = (self._folder / _MESSAGES).read_text(encoding="utf-8", errors="replace").splitlines()
        return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")


@contextmanager
def told(folder: Path) -> Iterator[tuple[Progress, Cancelled]]:
    """In the child: the callbacks by which it says how far it is, and hears that it shall end."""
    with (folder / _PROGRESS).open("w", encoding="utf-8", newline="\n") as file:
        def progress(fraction: float, text: str) -> None:
            file.write(f"{fraction:.4f} {' '.join(text.split())}\n")
            file.flush()

        yield progress, (folder / _STOP).exists




def write_whole(path: Path, text: str) -> None:
    """Write a file that is moved into its place when it is whole."""
    unfinished = path.with_name(f"{path.name}.part")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)
