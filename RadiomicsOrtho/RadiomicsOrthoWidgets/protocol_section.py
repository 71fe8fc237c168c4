"""The section "How to draw the region": the ROI protocol of the bone, with its pictures and its window."""

from pathlib import Path

import ctk
import qt
import slicer
from RadiomicsOrthoLib.errors import InputError
from slicer.i18n import tr as _

from .sizes import lines
from .translation import shown

#: on-screen width of the drawings, and height of the text in lines
PICTURE_WIDTH, TEXT_LINES = 300, 24


class ProtocolSection:
    """A collapsed section to be put into a panel: ``widget``."""

    def __init__(self) -> None:
        self._volumeNode, self._site = None, ""
        self._protocols, self._shown, self._fit = (), (), None
        self.widget = ctk.ctkCollapsibleButton()
        self.widget.objectName = "protocolCollapsibleButton"
        self.widget.text = _("&2. How to draw the region")
        self.widget.collapsed = True
        layout = qt.QVBoxLayout(self.widget)
        self.comboBox = qt.QComboBox()
        self.comboBox.objectName = "protocolComboBox"
        self.comboBox.toolTip = _("The protocol that fits scan and bone is chosen by itself")
        # a long title must not widen the panel
        self.comboBox.setSizePolicy(qt.QSizePolicy.Ignored, qt.QSizePolicy.Fixed)
        layout.addWidget(self.comboBox)
        row = qt.QHBoxLayout()
        self.windowButton = qt.QPushButton(_("Apply window/level"))
        self.windowButton.objectName = "protocolWindowButton"
        self.pageButton = qt.QPushButton(_("Save as page\u2026"))
        self.pageButton.objectName = "protocolPageButton"
        self.pageButton.toolTip = _("One HTML page with the pictures, to read or to print")
        row.addWidget(self.windowButton)
        row.addWidget(self.pageButton)
        layout.addLayout(row)
        self.browser = qt.QTextBrowser()
        self.browser.toolTip = _("The steps of drawing this region, with pictures")
        self.browser.objectName = "protocolBrowser"
        self.browser.setMinimumHeight(lines(self.browser, TEXT_LINES))
        layout.addWidget(self.browser)
        self.comboBox.connect("currentIndexChanged(int)", self._onChosen)
        self.windowButton.connect("clicked(bool)", self._onApplyWindow)
        self.pageButton.connect("clicked(bool)", self._onSavePage)
        self.widget.connect("contentsCollapsed(bool)", self._onCollapsed)

    def show(self, volumeNode, site: str = "") -> None:
        """Offer the protocols, those for this scan and bone first.

        The first one is chosen whenever scan, its modality or bone become others; until then the choice of the user
        stands.
        """
        from RadiomicsOrthoScene.protocols import fitting_first, protocols_at_hand

        self._volumeNode, self._site = volumeNode, site
        self._protocols = self._protocols or protocols_at_hand()
        fitting = fitting_first(self._protocols, volumeNode, site)
        fit = (volumeNode.GetID() if volumeNode else "", site, fitting)
        if fit == self._fit:
            return
        wasBlocked = self.comboBox.blockSignals(True)
        if self._shown != fitting:
            self.comboBox.clear()
            for protocol in fitting:
                self.comboBox.addItem(shown(protocol.title), protocol.id)
            self._shown = fitting
        self._fit = fit
        self.comboBox.setCurrentIndex(0 if fitting else -1)
        self.comboBox.blockSignals(wasBlocked)
        self._update()

    def protocol(self):
        """The chosen protocol; ``None`` if there is none."""
        index = self.comboBox.currentIndex
        return self._shown[index] if 0 <= index < len(self._shown) else None

    def _update(self) -> None:
        from RadiomicsOrthoLib.report.protocol_brief import protocol_brief_html

        protocol = self.protocol()
        self.windowButton.enabled = bool(self._volumeNode and protocol)
        self.pageButton.enabled = protocol is not None
        self.windowButton.toolTip = _("Load a scan and choose it as the volume first")
        if self._volumeNode and protocol:
            self.windowButton.toolTip = _("Show the scan with {window}").format(window=protocol.window.text)
        # pictures are drawn when somebody looks
        if self.widget.collapsed:
            self.browser.clear()
        else:
            self.browser.setHtml(self._remarkHtml() + protocol_brief_html(protocol, pictureHtml) if protocol else "")

    def _remarkHtml(self) -> str:
        from RadiomicsOrthoScene.protocols import fits

        if fits(self.protocol(), self._volumeNode, self._site):
            return ""
        return "<p><b>\u26a0 {}</b></p>".format(_("This protocol is for another kind of scan or another bone."))

    def _onChosen(self, index) -> None:
        self._update()

    def _onCollapsed(self, collapsed) -> None:
        self._update()

    def _onApplyWindow(self) -> None:
        from RadiomicsOrthoScene.protocols import apply_window

        try:
            apply_window(self._volumeNode, self.protocol().window)
        except InputError as error:
            slicer.util.errorDisplay(shown(str(error)))

    def _onSavePage(self) -> None:
        from RadiomicsOrthoLib.report.files import write_folder
        from RadiomicsOrthoLib.report.protocol_html import protocol_page

        protocol = self.protocol()
        chosen = qt.QFileDialog.getSaveFileName(slicer.util.mainWindow(), _("Page of the protocol"),
                                                f"{protocol.id}.html", _("Web pages") + " (*.html)")
        if not chosen:
            return
        path = Path(chosen).with_suffix(".html")
        try:
            write_folder(path.parent, {path.name: protocol_page([protocol])})
        except InputError as error:
            slicer.util.errorDisplay(shown(str(error)))
            return
        slicer.util.infoDisplay(_("Written: {path}").format(path=path))


def pictureHtml(svg: str) -> str:
    """A drawing as an image inside the text, at twice its size for fine screens."""
    renderer = qt.QSvgRenderer()
    renderer.load(qt.QByteArray(svg.encode("utf-8")))
    size = renderer.defaultSize()
    height = int(PICTURE_WIDTH * size.height() / size.width())
    image = qt.QImage(2 * PICTURE_WIDTH, 2 * height, qt.QImage.Format_ARGB32)
    image.fill(qt.QColor(255, 255, 255))
    painter = qt.QPainter()
    painter.begin(image)
    renderer.render(painter)
    painter.end()
    png = qt.QByteArray()
    buffer = qt.QBuffer(png)
    buffer.open(qt.QIODevice.WriteOnly)
    image.save(buffer, "PNG")
    data = bytes(png.toBase64().data()).decode("ascii")
    return f'<img src="data:image/png;base64,{data}" width="{PICTURE_WIDTH}" height="{height}"/>'
