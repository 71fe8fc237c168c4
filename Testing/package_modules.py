#!/usr/bin/env python3
"""Copy both modules as an installed extension has them: the files that their CMake lists name, and no others.

    python3 Testing/package_modules.py FOLDER

A file that somebody forgot to list is then missing, as it would be for a user. The standard library is enough.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODULES = ("RadiomicsOrtho", "RadiomicsOrthoSegment")


def listed_files(module: str) -> list[str]:
    """Scripts and resources in ``CMakeLists.txt`` of a module, relative to its folder."""
    text = (ROOT / module / "CMakeLists.txt").read_text(encoding="utf-8")
    blocks = re.findall(r"set\(MODULE_PYTHON_(?:SCRIPTS|RESOURCES)\n(.*?)\n  \)", text, re.DOTALL)
    lines = (line.split("#")[0].strip() for block in blocks for line in block.splitlines())
    return [line for line in lines if line]


def package(folder: Path) -> int:
    """Copy the modules below ``folder``; returns how many files there are."""
    count = 0
    for module in MODULES:
        for name in listed_files(module):
            target = folder / module / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / module / name, target)
            count += 1
    return count


def main(arguments: list[str]) -> int:
    """Package into the folder that is named, which must be new or empty."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    if folder.exists() and any(folder.iterdir()):
        print(f"{folder} is not empty; name a new folder.", file=sys.stderr)
        return 2
    print(f"{package(folder)} files in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
