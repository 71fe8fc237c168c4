"""The panel Radiomics Ortho as a whole: its tabs, what they show, and the result that is the newest."""

import qt
from slicer.i18n import tr as _

from .result_section import refusalHtml
from .stored_result import markOutdated, storedResult
from .tab_order import orderTabs
from .tabs import tabs

#: after a change, so long until the Tab key follows it
ORDER_MS = 100


class Panel:
    """The sections of all tabs, in one place so that one can reach another.

    ``ui`` holds the widgets of the .ui file, ``logic`` is a ``RadiomicsOrthoLogic``.  The others are ``None`` if there
    is none: ``node`` is the parameter node and ``scored`` the ``ScoredNodes`` that are shown, ``scan`` the
    ``ScanResult`` of the whole scan.  ``refused`` and ``saved`` say whether what was asked for last was refused, and
    whether the result was saved.
    """

    def __init__(self, ui, logic) -> None:
        self.ui, self.logic, self.node = ui, logic, None
        self.scored = self._shownOf = self.scan = None
        self.refused = self.saved = False
        self.sections = []
        self._contents = []
        for number, (title, kinds) in enumerate(tabs()):
            contents = self._contentsOf(number, title)
            self._contents.append(contents)
            self._fill(contents, kinds)
        #: sections add editors at any time
        self._order = qt.QTimer()
        self._order.setSingleShot(True)
        self._order.setInterval(ORDER_MS)
        self._order.connect("timeout()", self._orderTabs)
        self.ui.tabWidget.connect("currentChanged(int)", lambda index: self._fitToTab())
        self._fitToTab()
        self.showResult(None)

    def section(self, kind):
        """The section of that class."""
        return next(section for section in self.sections if isinstance(section, kind))

    def show(self, node) -> None:
        """Show ``node``; ``None`` leaves the panel alone."""
        self.node = node
        if node is None:
            for section in self.sections:
                section.show(None)
            return
        self.update()
        if self.scored is None:
            self.showResult(*storedResult(node))

    def update(self) -> None:
        """Bring everything in line with the parameter node."""
        if not self.node:
            return
        for section in self.sections:
            section.show(self.node)
        if self._shownOf is not None and self._shownOf != self.logic.inputsOf(self.node):
            self.showResult(None, _("<p>The inputs have changed since the last result: press Apply again.</p>"))

        self._order.start()

    def showRefusal(self, refusal) -> None:
        """Say by its findings why there is no result."""
        self.showResult(None, refusalHtml(refusal), refused=True)

    def showResult(self, scored, emptyHtml: str = "", refused: bool = False) -> None:
        """Show a result of the inputs as they are now; for ``None`` what stands in its place."""
        self.scored, self.refused, self.saved = scored, refused, False
        isAboutNow = self.node and (scored or emptyHtml)
        self._shownOf = self.logic.inputsOf(self.node) if isAboutNow else None
        for section in self.sections:
            section.showResult(scored, emptyHtml)
        if self.node:
            markOutdated(self.node, not scored or not scored.card)

    def enter(self) -> None:
        for section in self.sections:
            section.enter()

    def exit(self) -> None:
        for section in self.sections:
            section.exit()

    def sceneClosed(self) -> None:
        for section in self.sections:
            section.sceneClosed()
        self.showResult(None)

    def stop(self) -> None:
        self._order.stop()
        for section in self.sections:
            section.stop()

    def _orderTabs(self) -> None:
        orderTabs(self.ui.tabWidget.currentWidget())

    def openTab(self, section) -> None:
        """Show the tab in which a section stands."""
        self.ui.tabWidget.setCurrentIndex(self._contents.index(section.widget.parent()))

    def _fitToTab(self) -> None:
        """The panel is as high as the tab that is shown: a tab widget asks for the height of the highest."""
        for number, contents in enumerate(self._contents):
            contents.visible = number == self.ui.tabWidget.currentIndex
        self._order.start()

    def _contentsOf(self, number: int, title: str):
        """What stands in a tab, and is hidden with it; the first one is in the .ui file."""
        tabWidget = self.ui.tabWidget
        if number == tabWidget.count:
            page, contents = qt.QWidget(), qt.QWidget()
            layout = qt.QVBoxLayout(page)
            layout.setContentsMargins(0, 0, 0, 0)
            layout.addWidget(contents)
            qt.QVBoxLayout(contents).addStretch(1)
            tabWidget.addTab(page, title)
        tabWidget.setTabText(number, title)
        return tabWidget.widget(number).layout().itemAt(0).widget()

    def _fill(self, contents, kinds) -> None:
        """Sections from top to bottom; what is there already comes after those before which nothing stands."""
        place = 0
        for kind in kinds:
            section = kind(self)
            self.sections.append(section)
            if section.widget is None:
                continue
            found = contents.layout().indexOf(section.widget)
            if found < 0:
                contents.layout().insertWidget(place, section.widget)
                found = place
            place = found + 1
