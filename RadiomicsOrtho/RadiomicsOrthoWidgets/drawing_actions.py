"""Copy a drawing, or save it as SVG or as PNG of a chosen resolution: as buttons, by right click, and by keyboard."""

import qt
import slicer
from slicer.i18n import tr as _

#: one unit of a drawing is a pixel at this resolution, as in CSS
SCREEN_DPI = 96
#: resolutions of saved pictures: for slides, for print, for print of line drawings
RESOLUTIONS = (150, 300, 600)
#: resolution of what is copied: sharp in a report or on a slide
COPY_DPI = 300


class DrawingActions:
    """What can be done with the drawing that ``drawing()`` returns (``RadiomicsOrthoLib.report.drawing.Drawing``).

    ``name`` is how a file is called at first.  ``attach`` gives the actions to a widget: as its context menu, and by
    their shortcuts while it has the focus.
    """

    def __init__(self, drawing, name: str) -> None:
        self._drawing, self._name = drawing, name
        self.copyAction = self._action(_("Copy"), lambda: copyDrawing(self._drawing()), qt.QKeySequence.Copy)
        self.copyAction.toolTip = _("Copy the drawing: as a picture, and as SVG for programs that take it")
        self.svgAction = self._action(_("Save as SVG\u2026"), lambda: self._save("svg", 0), qt.QKeySequence.Save)
        self.svgAction.toolTip = _("Lines and letters, sharp at any size")
        self.pngActions = [self._pngAction(dpi) for dpi in RESOLUTIONS]

    @property
    def actions(self) -> list:
        return [self.copyAction, self.svgAction, *self.pngActions]

    def attach(self, widget) -> None:
        widget.contextMenuPolicy = qt.Qt.ActionsContextMenu
        widget.focusPolicy = qt.Qt.StrongFocus
        for action in self.actions:
            widget.addAction(action)

    def buttons(self):
        """A row of buttons: copy, SVG, and PNG with the resolutions as its menu."""
        row = qt.QWidget()
        layout = qt.QHBoxLayout(row)
        for action in (self.copyAction, self.svgAction):
            button = qt.QPushButton(action.text)
            button.toolTip = action.toolTip
            button.connect("clicked(bool)", lambda checked, action=action: action.trigger())
            layout.addWidget(button)
        png = qt.QPushButton(_("Save as PNG"))
        menu = qt.QMenu(png)
        for action in self.pngActions:
            menu.addAction(action)
        png.setMenu(menu)
        layout.addWidget(png)
        layout.addStretch(1)
        return row

    def _action(self, text: str, run, shortcut=None):
        action = qt.QAction(text, None)
        if shortcut is not None:
            action.setShortcut(qt.QKeySequence(shortcut))
            action.shortcutContext = qt.Qt.WidgetShortcut
        action.connect("triggered(bool)", lambda checked: run())
        return action

    def _pngAction(self, dpi: int):
        return self._action(_("Save as PNG, {dpi} dpi\u2026").format(dpi=dpi), lambda: self._save("png", dpi))

    def _save(self, kind: str, dpi: int) -> None:
        drawing = self._drawing()
        if drawing is None:
            return
        path = qt.QFileDialog.getSaveFileName(
            slicer.util.mainWindow(), _("Save the drawing"), f"{self._name}.{kind}", f"{kind.upper()} (*.{kind})")
        if not path:
            return
        path = path if path.lower().endswith(f".{kind}") else f"{path}.{kind}"
        if not (saveSvg(drawing, path) if kind == "svg" else saveImage(drawing, path, dpi)):
            slicer.util.errorDisplay(_("{path} cannot be written; choose another folder.").format(path=path))
            return
        slicer.util.showStatusMessage(_("Saved {path}").format(path=path), 5000)


def copyDrawing(drawing) -> None:
    """Put a drawing on the clipboard, as a picture and as SVG."""
    if drawing is None:
        return
    data = qt.QMimeData()
    data.setImageData(image(drawing, COPY_DPI))
    data.setData("image/svg+xml", svgBytes(drawing))
    qt.QApplication.clipboard().setMimeData(data)
    slicer.util.showStatusMessage(_("The drawing was copied"), 3000)


def saveSvg(drawing, path: str) -> bool:
    from RadiomicsOrthoLib.report.svg import to_svg

    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(to_svg(drawing))
    except OSError:
        return False
    return True


def saveImage(drawing, path: str, dpi: int) -> bool:
    return image(drawing, dpi).save(path)


def image(drawing, dpi: int):
    """A drawing as a ``QImage`` of that resolution, drawn from its lines: nothing is enlarged."""
    scale = dpi / SCREEN_DPI
    picture = qt.QImage(round(drawing.width * scale), round(drawing.height * scale), qt.QImage.Format_ARGB32)
    picture.fill(qt.QColor(255, 255, 255))
    picture.setDotsPerMeterX(round(dpi / 0.0254))
    picture.setDotsPerMeterY(round(dpi / 0.0254))
    renderer = qt.QSvgRenderer(svgBytes(drawing))
    painter = qt.QPainter(picture)
    renderer.render(painter)
    painter.end()
    return picture


def svgBytes(drawing):
    from RadiomicsOrthoLib.report.svg import to_svg

    return qt.QByteArray(to_svg(drawing).encode("utf-8"))
