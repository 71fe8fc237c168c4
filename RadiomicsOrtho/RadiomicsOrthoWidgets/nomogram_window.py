"""The nomogram in a window of its own, as wide as the window."""

import qt
import slicer
from slicer.i18n import tr as _

from .nomogram_widget import NomogramWidget

#: on-screen width of the large nomogram at first, and at least: below it the drawing is made for a side panel
LARGE_WIDTH, LEAST_WIDTH = 900, 600
#: how long a window keeps its size before the drawing is made anew
SETTLED_MS = 60


class NomogramWindow:
    """A window beside the application's; it keeps its place until it is closed.

    ``moved`` as in ``NomogramWidget``; ``resized()`` is called when the drawing is wanted in another ``width``.
    """

    def __init__(self, moved, resized) -> None:
        self._moved, self._resized, self._dialog, self.nomogram = moved, resized, None, None

    @property
    def isOpen(self) -> bool:
        return self._dialog is not None and self._dialog.visible

    @property
    def width(self) -> int:
        """How wide a drawing fills the window without being cut off."""
        return max(self._area.viewport().width, LEAST_WIDTH) if self._dialog is not None else LARGE_WIDTH

    def open(self) -> None:
        if self._dialog is None:
            self._make()
        self._dialog.show()
        self._dialog.raise_()

    def close(self) -> None:
        if self._dialog is not None:
            self._dialog.hide()

    def show(self, view) -> None:
        """Draw a ``NomogramView`` of that ``width``."""
        self.nomogram.show(view)

    def resize(self, width: int, height: int) -> None:
        self._dialog.resize(width, height)

    def _make(self) -> None:
        self._dialog = qt.QDialog(slicer.util.mainWindow())
        self._dialog.windowTitle = _("Nomogram")
        self.nomogram = NomogramWidget(self._moved)
        self._area = qt.QScrollArea()
        self._area.setWidget(self.nomogram.widget)
        # a bar that comes and goes would change the width, and so the drawing, and so the bar
        self._area.verticalScrollBarPolicy = qt.Qt.ScrollBarAlwaysOn
        self._settled = qt.QTimer()
        self._settled.setSingleShot(True)
        self._settled.setInterval(SETTLED_MS)
        self._settled.connect("timeout()", self._onSettled)
        self._watch = _ResizeWatch(self._area)
        self._watch.resized = self._settled.start
        self._area.installEventFilter(self._watch)
        layout = qt.QVBoxLayout(self._dialog)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._area)
        layout.addWidget(self.nomogram.actions.buttons())
        self._dialog.resize(LARGE_WIDTH + 40, 760)

    def _onSettled(self) -> None:
        if self.isOpen:
            self._resized()


class _ResizeWatch(qt.QObject):
    """Tells when a widget has got another size."""

    resized = None

    def eventFilter(self, watched, event):
        if event.type() == qt.QEvent.Resize:
            self.resized()
        return False
