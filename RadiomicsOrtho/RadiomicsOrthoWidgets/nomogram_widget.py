"""The nomogram in a panel, with markers that follow the mouse."""

import qt

from .drawing_actions import DrawingActions

#: how far from an axis (in pixels) a press still takes its marker
REACH = 16.0


class NomogramWidget:
    """Draws a ``RadiomicsOrthoLib.report.nomogram_svg.NomogramView``.

    Calls ``moved(axis, position)`` while a marker is dragged: its ``DrawnAxis``, and the position on it.  Where
    ``resized`` is given the drawing is as wide as its place, and ``resized()`` is called when that has another width.
    """

    def __init__(self, moved, resized=None) -> None:
        self.widget = qt.QSvgWidget()
        self._follows = resized is not None
        # moves without a button show where a marker can be taken
        self.widget.mouseTracking = True
        self._mouse = _MarkerMouse(self.widget)
        self._mouse.moved, self._mouse.resized = moved, resized
        self.widget.installEventFilter(self._mouse)
        #: copy and save, also by right click
        self.actions = DrawingActions(lambda: self._mouse.view.drawing if self._mouse.view else None, "nomogram")
        self.actions.attach(self.widget)

    def show(self, view) -> None:
        from RadiomicsOrthoLib.report.svg import to_svg

        self._mouse.view = view
        self.widget.load(qt.QByteArray(to_svg(view.drawing).encode("utf-8")))
        # an SVG widget stretches its picture: one pixel for each unit of the drawing
        width, height = int(view.drawing.width), int(view.drawing.height)
        if self._follows:
            self.widget.setSizePolicy(qt.QSizePolicy.Ignored, qt.QSizePolicy.Fixed)
            self.widget.setFixedHeight(height)
        else:
            self.widget.setFixedSize(width, height)


class _MarkerMouse(qt.QObject):
    """Takes the marker of the axis under the mouse, until the button is released."""

    view = None
    moved = None
    resized = None
    taken = None

    def eventFilter(self, watched, event):
        kind = event.type()
        if kind == qt.QEvent.Resize and self.resized:
            self.resized()
        if kind == qt.QEvent.MouseButtonPress and event.button() == qt.Qt.LeftButton:
            self.taken = self._axis_at(event)
            if self.taken:
                self._move(watched, event)
            return bool(self.taken)
        if kind == qt.QEvent.MouseMove:
            over = self.taken or self._axis_at(event)
            watched.setCursor(qt.QCursor(qt.Qt.SizeHorCursor if over else qt.Qt.ArrowCursor))
            if self.taken:
                self._move(watched, event)
            return bool(self.taken)
        if kind == qt.QEvent.MouseButtonRelease:
            self.taken = None
        return False

    def _axis_at(self, event):
        return self.view.axis_near(_place(event).y(), REACH) if self.view else None

    def _x(self, watched, event) -> float:
        """Where the mouse is in the drawing, which may be stretched a little until it is drawn anew."""
        return _place(event).x() * self.view.drawing.width / max(watched.width, 1)

    def _move(self, watched, event) -> None:
        # the axis that was taken: the drawing may have been made anew in between
        self.moved(self.taken, self.taken.position(self._x(watched, event)))


def _place(event):
    """Where the mouse is, in pixels of the widget: Qt 6 and Qt 5 call it differently."""
    return event.position() if hasattr(event, "position") else event.localPos()
