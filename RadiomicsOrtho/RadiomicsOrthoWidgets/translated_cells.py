"""Cells of a table in the language of the panels; the table node stays as it is."""

import qt

from .translation import panelLanguage, shown


def showTranslated(view) -> None:
    """Have a view of tables show its texts in the language of the panels, as far as they are translated."""
    if panelLanguage() != "en" and not isinstance(view.itemDelegate(), _TranslatedCells):
        view.setItemDelegate(_TranslatedCells(view))


class _TranslatedCells(qt.QStyledItemDelegate):
    """Slicer's table model holds texts only."""

    def displayText(self, value, locale):
        return shown(str(value))
