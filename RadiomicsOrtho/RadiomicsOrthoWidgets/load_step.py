"""The first step of a case: the scan, and what is known of it."""

from .scan_facts_section import ScanFactsSection
from .section import Section


class LoadStep(Section):
    """Volume and scan facts; the volume itself is bound to the parameter node by the .ui file."""

    def __init__(self, panel) -> None:
        super().__init__(panel)
        self.widget = panel.ui.loadCollapsibleButton
        self._facts = ScanFactsSection(panel.ui, panel.update)

    def show(self, node) -> None:
        self._facts.show(node)
