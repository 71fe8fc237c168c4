"""Where the files that ship with the library are."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve().parent


def resource_folder() -> Path:
    """``Resources``: beside the library in Slicer and in the source tree, inside it in a pip package."""
    inside = _HERE / "Resources"
    return inside if inside.is_dir() else _HERE.parent / "Resources"
