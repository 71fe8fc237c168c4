"""Peak memory and processor time of a process with all its children, sampled while it runs.  Needs psutil."""

from __future__ import annotations

import subprocess
import time


def sampled(process: subprocess.Popen, seconds: float = 0.5) -> tuple[int, float]:
    """Peak of the memory (bytes) of the process and its children together, and their CPU seconds; waits for its end.

    Memory that they share counts once (proportional set size).
    """
    import psutil

    peak, times = 0, {}
    root = psutil.Process(process.pid)
    while process.poll() is None:
        memory = 0
        for one in (root, *_quiet(lambda: root.children(recursive=True), [])):
            info = _quiet(lambda one=one: (one.memory_full_info().pss, sum(one.cpu_times()[:2])), None)
            if info:
                memory, times[one.pid] = memory + info[0], info[1]
        peak = max(peak, memory)
        time.sleep(seconds)
    return peak, sum(times.values())


def _quiet(ask, otherwise):
    import psutil

    try:
        return ask()
    except psutil.Error:
        return otherwise
