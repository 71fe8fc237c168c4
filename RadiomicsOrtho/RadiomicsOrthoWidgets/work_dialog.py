"""Progress with a Cancel button, for work that runs in the main thread and asks now and then."""

import qt
import slicer
from slicer.i18n import tr as _

from .sizes import letters
from .translation import shown
from .work_controls import MAXIMUM

#: shorter work shows no dialog
MINIMUM_MS = 700


class WorkDialog:
    """``progress`` and ``cancelled`` are what the library's functions take; use it in a ``with`` statement."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._dialog = None
        self.wasCancelled = False

    def __enter__(self):
        dialog = qt.QProgressDialog(slicer.util.mainWindow())
        dialog.windowTitle = self._title
        dialog.windowModality = qt.Qt.ApplicationModal
        dialog.minimumDuration = MINIMUM_MS
        dialog.autoClose = False
        dialog.autoReset = False
        dialog.setRange(0, MAXIMUM)
        # room for two lines, so that the dialog does not jump
        dialog.minimumWidth = letters(dialog, 60)
        dialog.labelText = _("Scoring")
        dialog.value = 0
        self._dialog = dialog
        return self

    def __exit__(self, *unused) -> bool:
        # a dialog that is only hidden would stay with the main window until the end
        self._dialog.hide()
        self._dialog.deleteLater()
        self._dialog = None
        return False

    def progress(self, fraction: float, text: str) -> None:
        text = shown(text)
        self._dialog.labelText = text[:1].upper() + text[1:]
        # nothing is known of how much is done: a bar that moves instead of 0 %
        self._dialog.maximum = MAXIMUM if fraction > 0 else 0
        # setting the value lets the application work, and the user press Cancel
        self._dialog.value = int(MAXIMUM * min(max(fraction, 0.0), 1.0))

    def cancelled(self) -> bool:
        slicer.app.processEvents()
        self.wasCancelled = bool(self._dialog.wasCanceled)
        return self.wasCancelled
