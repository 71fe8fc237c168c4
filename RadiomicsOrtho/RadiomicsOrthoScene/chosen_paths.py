"""Why a file or folder that a user named cannot be used, in the user's words."""

from __future__ import annotations

from pathlib import Path


def reason_no_file(*paths: str) -> str:
    """The first of ``paths`` that does not exist; empty if all do, or are not given."""
    return next((f"There is no file or folder '{path}'." for path in paths if path and not Path(path).exists()), "")


def reason_no_place(out: str) -> str:
    """Why ``out`` is no folder for results, whatever it holds; empty if it is."""
    if not out:
        return "Choose a folder for the results."
    return f"'{out}' is a file; choose a folder for the results." if Path(out).is_file() else ""
