"""The last step of a case: the card with its drawing and table, and the report."""

from .result_section import ResultSection
from .saving_section import SavingSection
from .section import Section


class ReportStep(Section):
    """Shows the newest result, and saves its report."""

    def __init__(self, panel) -> None:
        super().__init__(panel)
        self.widget = panel.ui.reportCollapsibleButton
        self.result = ResultSection(panel.ui)
        self.saving = SavingSection(panel, panel.update)
        self._scored = self._scan = None
        self.saving.show()

    def show(self, node) -> None:
        self._showSaving()

    def showResult(self, scored, emptyHtml: str = "") -> None:
        self.result.show(scored, emptyHtml)
        self._showSaving()

    def stop(self) -> None:
        self.result.whatIf.close()

    def _showSaving(self) -> None:
        # what was said of files that were written holds until there is another result
        if self._scored is not self.panel.scored or self._scan is not self.panel.scan:
            self._scored, self._scan = self.panel.scored, self.panel.scan
            self.saving.show()
