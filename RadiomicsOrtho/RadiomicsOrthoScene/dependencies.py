"""Python packages that Slicer does not carry, installed on first use and asked for once."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import subprocess
from pathlib import Path

import slicer
from RadiomicsOrthoLib.errors import InputError

#: distribution name -> module to look for, where they differ
_MODULES = {"pyyaml": "yaml", "pywavelets": "pywt", "scikit-learn": "sklearn", "scikit-survival": "sksurv"}
#: requirement files whose installation the user declined: asked once in a session of the application
_declined: set[str] = set()


def ensure(requirementsFile: str, requester: str) -> None:
    """See to it that the packages in ``requirementsFile`` are there.

    Slicer 5.11 and later asks and installs by itself; for 5.10 and earlier a short
    question does.  Raises InputError if the user declines or the installation fails; a
    declined question is not asked again.  Under ``--testing`` nothing is installed.
    """
    wanted = missing(requirementsFile)
    if not wanted:
        return
    if not slicer.app.testingEnabled() and requirementsFile not in _declined:
        try:
            if not _install(requirementsFile, wanted, requester):
                _declined.add(requirementsFile)
        except (subprocess.CalledProcessError, OSError) as error:
            raise InputError(f"The Python packages {', '.join(wanted)} could not be installed ({error}); check the "
                             "network, or ask the administrator of this computer.") from None
        importlib.invalidate_caches()
        wanted = missing(requirementsFile)
    if wanted:
        raise InputError(f"{requester} needs the Python packages {', '.join(wanted)}; allow their installation after a "
                         "restart of Slicer, or ask the administrator of this computer.")


def missing(requirementsFile: str) -> list[str]:
    """The requirements that are not there, or in too old a version."""
    lines = (line.split("#")[0].strip() for line in Path(requirementsFile).read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not _isThere(line)]


def _install(requirementsFile: str, wanted: list[str], requester: str) -> bool:
    """Ask and install; False if the user declined."""
    try:
        from slicer.packaging import load_requirements, pip_ensure
    except ImportError:
        if not slicer.util.confirmOkCancelDisplay(
                f"{requester} needs these Python packages: {', '.join(wanted)}.\nInstall them now?"):
            return False
        slicer.util.pip_install(wanted)
        return True
    try:
        pip_ensure(load_requirements(requirementsFile), requester=requester)
    except RuntimeError:
        return False
    return True


def _isThere(requirement: str) -> bool:
    """``name>=version`` is installed; a package without metadata counts whatever its version."""
    name, _, least = (part.strip() for part in requirement.partition(">="))
    if importlib.util.find_spec(_MODULES.get(name.lower(), name)) is None:
        return False
    try:
        found = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return True
    return _numbers(found) >= _numbers(least)


def _numbers(version: str) -> tuple[int, ...]:
    """The leading numbers of a version (``1.11.0rc1`` -> 1, 11, 0)."""
    numbers = []
    for part in version.split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        numbers.append(int(digits))
    return tuple(numbers)
