"""The section "Region check": what speaks against measuring the selected segment, and what to do about it."""

import ctk
import qt
import slicer
from RadiomicsOrthoLib.errors import InputError
from slicer.i18n import tr as _

from .sizes import lines
from .translation import shown

#: a running check gets most of the time, in pieces that nobody notices
POLL_MS, WORK_S = 20, 0.06
TEXT_LINES = 10


class CheckSection:
    """A collapsed section to be put into a panel: ``widget``.

    While it is open the chosen segment is checked whenever it changes, in the background; the
    button opens it, and offers packages that are missing.  ``logic`` is that of the module.
    """

    def __init__(self, logic) -> None:
        self._logic = logic
        self._chosen = self._check = None
        self._again = False
        self.widget = ctk.ctkCollapsibleButton()
        self.widget.objectName = "checkCollapsibleButton"
        self.widget.collapsed = True
        layout = qt.QVBoxLayout(self.widget)
        self.button = qt.QPushButton(_("Check the &region"))
        self.button.objectName = "checkButton"
        self.browser = qt.QTextBrowser()
        self.browser.objectName = "checkBrowser"
        self.browser.toolTip = _("What speaks against measuring this region, and what to do about it")
        self.browser.setMinimumHeight(lines(self.browser, TEXT_LINES))
        layout.addWidget(self.button)
        layout.addWidget(self.browser)
        self._timer = qt.QTimer()
        self._timer.setInterval(POLL_MS)
        self._timer.connect("timeout()", self._poll)
        self.button.connect("clicked(bool)", self.onButton)
        self.widget.connect("contentsCollapsed(bool)", self._onCollapsed)
        self.show(None, None, "")

    @property
    def busy(self) -> bool:
        return self._check is not None

    def show(self, volumeNode, segmentationNode, segmentId: str) -> None:
        """Which segment on which scan is chosen; its check begins if the section is open."""
        chosen = (volumeNode, segmentationNode, segmentId) if volumeNode and segmentationNode and segmentId else None
        self.button.enabled = chosen is not None
        self.button.toolTip = (
            _("List what speaks against measuring the selected segment, and what to do about it") if chosen
            else _("Choose a scan and select the segment of a bone first"))
        if chosen and chosen == self._chosen:
            return
        self._chosen = chosen
        self.changed()

    def changed(self) -> None:
        """The chosen segment, or what it is called, is another one now: earlier findings say nothing of it."""
        self._text(_("Not checked yet.") if self._chosen else _("Select the segment of a bone."))
        if self._chosen and not self.widget.collapsed and self._mayCheck(False):
            self._start()

    def onButton(self, checked=False) -> None:
        """Open the section and check the chosen segment."""
        if self._chosen is None or not self._mayCheck(True):
            return
        if self.widget.collapsed:
            # opening it begins the check
            self.widget.collapsed = False
        else:
            self.changed()

    def _mayCheck(self, asked: bool) -> bool:
        """True if the packages that a check needs are there; if the user ``asked``, they are offered."""
        from RadiomicsOrthoScene.dependencies import missing

        if not missing(self._logic.resourcePath("requirements.txt")):
            return True
        if asked:
            try:
                self._logic.ensureDependencies()
                return True
            except InputError as error:
                slicer.util.errorDisplay(shown(str(error)))
        return False

    def _onCollapsed(self, collapsed) -> None:
        if not collapsed and not self.busy:
            self.changed()

    def _start(self) -> None:
        from RadiomicsOrthoScene.checking import RegionCheck

        if self.busy:
            # what runs is about something else
            self._again = True
            return
        try:
            self._check = RegionCheck(*self._chosen)
        except InputError as error:
            self._text(shown(str(error)))
            return
        self._text(_("Checking \u2026"))
        self._timer.start()

    def _poll(self) -> None:
        if self._check is None:
            return
        self._check.give_time(WORK_S)
        if not self._check.done:
            return
        self._timer.stop()
        check, again = self._check, self._again
        self._check, self._again = None, False
        if again:
            self.changed()
        elif self._chosen is None or check.problem:
            self._text(check.problem)
        else:
            self._text(findingsHtml(check.findings), verdict(check.findings), isHtml=True)

    def _text(self, text: str, summary: str = "", isHtml: bool = False) -> None:
        title = _("&7. Region check")
        self.widget.text = f"{title}: {summary}" if summary else title
        if isHtml:
            self.browser.setHtml(text)
        else:
            self.browser.setPlainText(text)


def findingsHtml(findings) -> str:
    """Sign, word, sentence and remedy of each finding."""
    from RadiomicsOrthoLib.report.brief_html import findings_html

    if not findings:
        return "<p>{text}</p>".format(text=_("Nothing was found that speaks against measuring this region. That it "
                                             "follows the bone, and which bone it is, only you can see."))
    return findings_html([finding.to_dict() for finding in findings])


def verdict(findings) -> str:
    """The findings in a word or two, for the section's title."""
    severities = [finding.severity for finding in findings]
    if "refuse" in severities:
        return _("refused")
    count = severities.count("warn")
    return _("no warning") if not count else _("1 warning") if count == 1 else _("{count} warnings").format(count=count)
