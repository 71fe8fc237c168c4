"""The section "Region check": what speaks against measuring the selected segment."""

import ctk
import qt
import slicer
from RadiomicsOrthoLib.errors import InputError
from slicer.i18n import tr as _


class CheckSection:
    """Builds its widgets at the end of ``layout``.

    ``check`` takes volume, segmentation and segment id and returns findings, the most severe
    first, or raises InputError.  A list is about the segment as it was: when anything changes it goes.
    """

    def __init__(self, layout, check) -> None:
        self._check, self._chosen = check, None
        self.button = qt.QPushButton(_("Check the region"))
        self.browser = qt.QTextBrowser()
        self.browser.openLinks = False
        self.browser.setMinimumHeight(160)
        self.section = ctk.ctkCollapsibleButton()
        self.section.text = _("Region check")
        self.section.collapsed = True
        inner = qt.QVBoxLayout(self.section)
        inner.addWidget(self.button)
        inner.addWidget(self.browser)
        layout.addWidget(self.section)
        self.button.connect("clicked(bool)", self.onCheckButton)
        self.choose(None, None, "")

    def choose(self, volumeNode, segmentationNode, segmentId: str) -> None:
        """What the button would check; findings on anything else are taken away."""
        chosen = (volumeNode, segmentationNode, segmentId) if volumeNode and segmentationNode and segmentId else None
        self.button.enabled = chosen is not None
        self.button.toolTip = (
            _("List what speaks against measuring the selected segment, and what to do about it") if chosen
            else _("Choose a scan and select the segment of a bone first"))
        if chosen is None or chosen != self._chosen:
            self._show(_("Not checked yet."))
        self._chosen = chosen

    def outdated(self) -> None:
        """The segment was edited since."""
        if self._chosen:
            self._show(_("The segment was changed; check it again."))

    def onCheckButton(self, checked=False) -> None:
        """Check the chosen segment and show the findings."""
        if self._chosen is None:
            return
        problem, findings = "", ()
        with slicer.util.tryWithErrorDisplay(_("The region could not be checked."), waitCursor=True):
            try:
                findings = self._check(*self._chosen)
            except InputError as error:
                problem = str(error)
            self.section.collapsed = False
            self._show(problem or findingsHtml(findings), isHtml=not problem, summary="" if problem else
                       verdict(findings))

    def _show(self, text: str, isHtml: bool = False, summary: str = "") -> None:
        self.section.text = _("Region check: {summary}").format(summary=summary) if summary else _("Region check")
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
