"""One measured process: seconds, processor seconds and peak memory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Measured:
    """Of a process with its children; ``problem`` is empty where it ended well.

    ``peak_mb`` is the largest resident size of one process among them.
    """

    wall: float
    cpu: float
    peak_mb: float
    problem: str = ""


def measure(command: Sequence[str], environment: Mapping[str, str] | None = None,
            limit: float | None = None) -> Measured:
    """Run ``command`` to its end, or end it after ``limit`` seconds."""
    stopped = threading.Event()
    with tempfile.TemporaryFile("w+", errors="replace") as errors:
        start = time.perf_counter()
        # a session of its own: what it started ends with it
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=errors,
                                   start_new_session=True)

        def stop() -> None:
            stopped.set()
            os.killpg(process.pid, signal.SIGKILL)

        timer = threading.Timer(limit or threading.TIMEOUT_MAX, stop)
        timer.daemon = True
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        lines = [line.strip() for line in errors.read().splitlines() if line.strip()]
    problem = ""
    if stopped.is_set():
        problem = f"stopped after {limit:g} s"
    elif process.returncode:
        problem = lines[-1] if lines else f"ended with {process.returncode}"
    unit = 1024 if sys.platform != "darwin" else 1024 * 1024  # ru_maxrss: KiB on Linux, bytes on macOS
    return Measured(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit, problem)
