"""`slicer.packaging` (Slicer >= 5.11), which records instead of installing.

`install_packaging()` adds it, `remove_packaging()` gives Slicer 5.10, where the
module does not exist. `slicer.util.pip_install` is recorded in both.
"""

from __future__ import annotations

import importlib.metadata
import sys
import types
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import slicer
import slicer.util
from packaging.requirements import Requirement

#: (function name, requirement texts) of every call that would have installed
pip_calls: list[tuple[str, tuple[str, ...]]] = []


def load_requirements(path: str | Path) -> list[Requirement]:
    """Requirements of a requirements.txt, without comments and pip options."""
    lines = (line.strip() for line in Path(path).read_text(encoding="utf-8").splitlines())
    return [Requirement(line) for line in lines if line and line[0] not in "#-"]


def _as_list(requirements: Any) -> list[Requirement]:
    items = requirements if isinstance(requirements, (list, tuple)) else [requirements]
    wrong = [item for item in items if not isinstance(item, Requirement)]
    if wrong:
        raise TypeError(f"packaging.requirements.Requirement expected, got {wrong}")
    return list(items)


def pip_check(req: Requirement | list[Requirement]) -> bool:
    """Are the requirements installed? (extras are not followed here)"""
    for item in _as_list(req):
        if item.marker is not None and not item.marker.evaluate():
            continue
        try:
            version = importlib.metadata.version(item.name)
        except importlib.metadata.PackageNotFoundError:
            return False
        if not item.specifier.contains(version, prereleases=True):
            return False
    return True


def pip_ensure(
    requirements: list[Requirement],
    constraints: str | Path | None = None,
    prompt_install: bool = True,
    prompt_restart: bool = True,
    requester: str | None = None,
    skip_in_testing: bool = True,
    show_progress: bool = True,
) -> None:
    """Record what would be installed; nothing when all is there."""
    missing = [item for item in _as_list(requirements) if not pip_check(item)]
    if missing:
        _record("pip_ensure", missing)


def _record(function: str, requirements: Iterable[Any]) -> None:
    pip_calls.append((function, tuple(str(item) for item in requirements)))


def pip_install(requirements: str | list[str]) -> None:
    """Record; never installs."""
    _record("pip_install", [requirements] if isinstance(requirements, str) else requirements)


def pip_uninstall(requirements: str | list[str]) -> None:
    """Record; never uninstalls."""
    _record("pip_uninstall", [requirements] if isinstance(requirements, str) else requirements)


def record_pip_calls() -> None:
    """Replace the pip functions of `slicer.util` (they exist in every version)."""
    slicer.util.pip_install = pip_install
    slicer.util.pip_uninstall = pip_uninstall


def install_packaging() -> None:
    """Provide `slicer.packaging`."""
    module = types.ModuleType("slicer.packaging")
    for function in (load_requirements, pip_check, pip_ensure, pip_install, pip_uninstall):
        setattr(module, function.__name__, function)
    sys.modules[module.__name__] = module
    slicer.packaging = module


def remove_packaging() -> None:
    """Behave as Slicer 5.10: `import slicer.packaging` raises ImportError."""
    sys.modules.pop("slicer.packaging", None)
    if hasattr(slicer, "packaging"):
        del slicer.packaging
