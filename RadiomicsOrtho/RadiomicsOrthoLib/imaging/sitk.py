"""SimpleITK, imported where it is used."""

from __future__ import annotations

from types import ModuleType


def simpleitk() -> ModuleType:
    """The SimpleITK module, without its warnings on standard error: what matters is raised."""
    import SimpleITK as sitk

    sitk.ProcessObject.SetGlobalWarningDisplay(False)
    return sitk
