"""Compiling the kernels in a process of its own, so that no window waits for it.

Numba keeps what it compiles on disk: once another process has filled that cache, this one only loads.  A thread would
not do in an application with a window: compiling holds Python's lock for up to seconds at a time, and Slicer's main
thread keeps that lock while it waits for the mouse, so that the thread would hardly run at all.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from .engine import Cancelled, CancelledError, never_cancelled

_PACKAGE_FOLDER = Path(__file__).parents[2]
_CHILD = ("import sys; sys.path.insert(0, sys.argv[1]); "
          "from RadiomicsOrthoLib.features.kernel_preparation import fill_cache; fill_cache()")
_LOOK_SECONDS = 0.05


class KernelPreparation:
    """A child process that fills the cache.  ``python`` is the interpreter to start, ``None`` if there is none.

    Not for use by several threads.  The child ends with the program that started it.
    """

    def __init__(self, python: str | None = sys.executable) -> None:
        self._python = python
        self._process: subprocess.Popen | None = None
        self._messages: IO[bytes] | None = None
        self._started = 0.0
        #: state and reason while no child runs
        self._outcome = ("idle", "")

    @property
    def state(self) -> str:
        """``idle``, ``running``, ``ready`` or ``failed``; asking costs next to nothing."""
        if self._process is None:
            return self._outcome[0]
        if self._process.poll() is None:
            return "running"
        ready = self._process.returncode == 0
        self._end("ready" if ready else "failed", "" if ready else self._last_message())
        return self._outcome[0]

    @property
    def reason(self) -> str:
        """Why it failed, in the words of the interpreter or of the system."""
        return self._outcome[1] if self.state == "failed" else ""

    @property
    def seconds(self) -> float:
        """For how long it has been running."""
        return time.monotonic() - self._started if self.state == "running" else 0.0

    def start(self) -> None:
        """Begin, unless it runs already or is done; returns at once.  After a failure it is tried again."""
        if self.state in ("running", "ready"):
            return
        if self._python is None:
            self._outcome = ("failed", "no Python interpreter was found to start")
            return
        # no window of its own
        flags = getattr(subprocess, "CREATE_NO_WINDOW", 0) | getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)
        self._messages = tempfile.TemporaryFile()  # noqa: SIM115 - a pipe would have to be read; _end closes it
        try:
            self._process = subprocess.Popen([self._python, "-c", _CHILD, str(_PACKAGE_FOLDER)], creationflags=flags,
                                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self._messages)
        except OSError as error:
            self._end("failed", str(error))
            return
        self._started = time.monotonic()
        atexit.register(self.stop)

    def stop(self) -> None:
        """End the child if it runs; what it has compiled so far stays on disk."""
        if self.state == "running":
            self._process.kill()
            self._process.wait()
            self._end("idle")

    def wait(self, cancelled: Cancelled = never_cancelled, waiting: Callable[[float], None] | None = None) -> None:
        """Until no child runs, or ``cancelled`` (CancelledError; the child goes on).

        ``waiting`` is told the seconds since the start.
        """
        while self.state == "running":
            if waiting:
                waiting(self.seconds)
            if cancelled():
                raise CancelledError
            time.sleep(_LOOK_SECONDS)

    def _end(self, state: str, reason: str = "") -> None:
        atexit.unregister(self.stop)
        self._messages.close()
        self._process, self._messages, self._outcome = None, None, (state, reason)

    def _last_message(self) -> str:
        self._messages.seek(0)
        lines = self._messages.read().decode("utf-8", "replace").splitlines()
        return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")


def fill_cache() -> None:
    """What the child does: compile every kernel, or find it in the cache."""
    if hasattr(os, "nice"):
        # whoever works in front of the window comes first; Windows is told at the start
        os.nice(19)
    from .fast_engine import compilations

    for compile_kernels in compilations():
        compile_kernels()
