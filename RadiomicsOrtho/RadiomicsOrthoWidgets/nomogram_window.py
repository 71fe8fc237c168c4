"""The nomogram in a window of its own, as wide as a page."""

import qt
import slicer
from slicer.i18n import tr as _

from .nomogram_widget import NomogramWidget

#: on-screen width of the large nomogram
LARGE_WIDTH = 900


class NomogramWindow:
    """A window beside the application's; it keeps its place until it is closed.  ``moved`` as in ``NomogramWidget``."""

    def __init__(self, moved) -> None:
        self._moved, self._dialog, self.nomogram = moved, None, None

    @property
    def isOpen(self) -> bool:
        return self._dialog is not None and self._dialog.visible

    def open(self) -> None:
        if self._dialog is None:
            self._make()
        self._dialog.show()
        self._dialog.raise_()

    def close(self) -> None:
        if self._dialog is not None:
            self._dialog.hide()

    def show(self, view) -> None:
        """Draw a ``NomogramView`` that is ``LARGE_WIDTH`` wide."""
        self.nomogram.show(view)

    def _make(self) -> None:
        self._dialog = qt.QDialog(slicer.util.mainWindow())
        self._dialog.windowTitle = _("Nomogram")
        self.nomogram = NomogramWidget(self._moved)
        area = qt.QScrollArea()
        area.setWidget(self.nomogram.widget)
        layout = qt.QVBoxLayout(self._dialog)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(area)
        self._dialog.resize(LARGE_WIDTH + 40, 760)
