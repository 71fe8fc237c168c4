"""The last step of a case: the card with its drawing and table, and the report."""

from .result_section import ResultSection
from .section import Section


class ReportStep(Section):
    """Shows the newest result, and saves its report."""

    def __init__(self, panel) -> None:
        super().__init__(panel)
        self.widget = panel.ui.reportCollapsibleButton
        self.result = ResultSection(panel.ui, panel.logic.saveReport)

    def showResult(self, scored, emptyHtml: str = "") -> None:
        self.result.show(scored, emptyHtml)

    def stop(self) -> None:
        self.result.whatIf.close()
