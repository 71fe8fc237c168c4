"""Python packages that Slicer does not carry, installed on first use and asked for once."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import slicer
from RadiomicsOrthoLib.errors import InputError

#: distribution name -> module to look for, where they differ
_MODULES = {"pyyaml": "yaml"}


def ensure(requirementsFile: str, requester: str) -> None:
    """See to it that the packages in ``requirementsFile`` are there.

    Slicer 5.11 and later asks and installs by itself; for 5.10 and earlier a short
    question does.  Raises InputError if the user declines.
    """
    if not missing(requirementsFile):
        return
    try:
        from slicer.packaging import load_requirements, pip_ensure
    except ImportError:
        _ensureBefore511(requirementsFile, requester)
    else:
        pip_ensure(load_requirements(requirementsFile), requester=requester)
    importlib.invalidate_caches()
    still = missing(requirementsFile)
    if still:
        raise InputError(f"{requester} needs the Python packages {', '.join(still)}; press Apply again and allow their "
                         "installation, or ask the administrator of this computer.")


def missing(requirementsFile: str) -> list[str]:
    """The requirements whose package cannot be found."""
    lines = (line.split("#")[0].strip() for line in Path(requirementsFile).read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and importlib.util.find_spec(_moduleName(line)) is None]


def _moduleName(requirement: str) -> str:
    name = requirement
    for sign in "<>=!~[; ":
        name = name.split(sign)[0]
    return _MODULES.get(name.lower(), name)


def _ensureBefore511(requirementsFile: str, requester: str) -> None:
    wanted = missing(requirementsFile)
    if slicer.util.confirmOkCancelDisplay(
            f"{requester} needs these Python packages: {', '.join(wanted)}.\nInstall them now?"):
        slicer.util.pip_install(wanted)
