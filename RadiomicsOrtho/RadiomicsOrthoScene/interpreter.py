"""The Python interpreter of this application as a program of its own."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path


def python_program() -> str | None:
    """Slicer calls it PythonSlicer; ``None`` if there is none."""
    found = shutil.which("PythonSlicer")
    if found or "python" not in Path(sys.executable or "").name.lower():
        # what started this process may be the application itself, which would open a second window
        return found
    return sys.executable
