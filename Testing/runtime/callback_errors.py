"""Exceptions that Qt or VTK would print and forget.

A slot or an observer that raises does not fail anything by itself. Every such
exception is kept here; conftest.py fails the test in which it happened.
"""

from __future__ import annotations

import sys
import traceback
from typing import Any

#: tracebacks since the last clear
log: list[str] = []
_installed: list[bool] = []


def record(error: BaseException) -> None:
    """Keep an exception."""
    log.append("".join(traceback.format_exception(error)))


def collect() -> None:
    """From now on keep what PySide and VTK hand to `sys.excepthook` (idempotent)."""
    if _installed:
        return
    _installed.append(True)
    previous = sys.excepthook

    def hook(kind: type[BaseException], error: BaseException, trace: Any) -> None:
        if issubclass(kind, Exception):
            record(error)
        previous(kind, error, trace)

    sys.excepthook = hook
