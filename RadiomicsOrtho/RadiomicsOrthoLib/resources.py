"""Where the files that ship with the library are, and where a user keeps own ones."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent


def resource_folder() -> Path:
    """``Resources``: beside the library in Slicer and in the source tree, inside it in a pip package."""
    inside = _HERE / "Resources"
    return inside if inside.is_dir() else _HERE.parent / "Resources"


def user_folder() -> Path:
    """The folder of a user's own models and keys, as the system has it; it need not exist."""
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming") / "RadiomicsOrtho"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "RadiomicsOrtho"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "radiomics-ortho"
