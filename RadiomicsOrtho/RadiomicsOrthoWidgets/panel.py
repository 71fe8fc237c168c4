"""The panel Radiomics Ortho as a whole: its tabs, what they show, and the result that is the newest."""

import qt
from slicer.i18n import tr as _

from .stored_result import markOutdated, storedResult
from .tabs import tabs


class Panel:
    """The sections of all tabs, in one place so that one can reach another.

    ``ui`` holds the widgets of the .ui file, ``logic`` is a ``RadiomicsOrthoLogic``, ``node`` the parameter node that
    is shown.  ``scored`` is the ``ScoredNodes`` that is shown, or ``None``.
    """

    def __init__(self, ui, logic) -> None:
        self.ui, self.logic, self.node = ui, logic, None
        self.scored = self._resultOf = None
        self.sections = []
        for number, (title, kinds) in enumerate(tabs()):
            self._fill(self._page(number, title), kinds)
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
        if self.scored and self._resultOf != self.logic.inputsOf(self.node):
            self.showResult(None, _("<p>The inputs have changed since the last result: press Apply again.</p>"))

    def showResult(self, scored, emptyHtml: str = "") -> None:
        """Show a result of the inputs as they are now; for ``None`` what stands in its place."""
        self.scored = scored
        self._resultOf = self.logic.inputsOf(self.node) if scored and self.node else None
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
        for section in self.sections:
            section.stop()

    def _page(self, number: int, title: str):
        """Page of a tab; that of the first one stands in the .ui file."""
        tabWidget = self.ui.tabWidget
        if number == tabWidget.count:
            page = qt.QWidget()
            qt.QVBoxLayout(page)
            tabWidget.addTab(page, title)
            page.layout().addStretch(1)
        tabWidget.setTabText(number, title)
        return tabWidget.widget(number)

    def _fill(self, page, kinds) -> None:
        """Sections from top to bottom; what a page holds already comes after those before which nothing stands."""
        place = 0
        for kind in kinds:
            section = kind(self)
            self.sections.append(section)
            if section.widget is None:
                continue
            found = page.layout().indexOf(section.widget)
            if found < 0:
                page.layout().insertWidget(place, section.widget)
                found = place
            place = found + 1
