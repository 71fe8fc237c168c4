"""The folder that reports are saved in, asked for beginning with the last one."""

from __future__ import annotations

import qt
import slicer
from slicer.i18n import tr as _

SETTING = "RadiomicsOrtho/Folder"


def askForReportFolder() -> str:
    """The folder that the user chose; empty if none."""
    settings = slicer.app.userSettings()
    folder = qt.QFileDialog.getExistingDirectory(
        slicer.util.mainWindow(), _("Folder for the report"), settings.value(SETTING, ""))
    if folder:
        settings.setValue(SETTING, folder)
    return folder
