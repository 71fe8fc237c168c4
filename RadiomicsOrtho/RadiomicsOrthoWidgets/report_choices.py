"""What is saved of a result: the report's language, PDF, DICOM objects; remembered from one time to the next."""

import slicer

from .translation import panelLanguage

LANGUAGE_SETTING = "RadiomicsOrtho/ReportLanguage"
PDF_SETTING = "RadiomicsOrtho/ReportPdf"


class ReportChoices:
    """Fills and reads the widgets beside *Save report* in the .ui file.

    DICOM objects carry the patient's identity, so they are chosen each time anew.
    """

    def __init__(self, ui) -> None:
        from RadiomicsOrthoLib.report.language import LANGUAGES

        self._ui, self._codes = ui, list(LANGUAGES)
        settings = slicer.app.userSettings()
        for name, _tag in LANGUAGES.values():
            ui.reportLanguageComboBox.addItem(name)
        code = settings.value(LANGUAGE_SETTING, "") or panelLanguage()
        ui.reportLanguageComboBox.setCurrentIndex(self._codes.index(code) if code in self._codes else 0)
        ui.reportPdfCheckBox.checked = settings.value(PDF_SETTING, "") == "yes"

    def choice(self):
        """A ``RadiomicsOrthoScene.saving.ReportChoice``."""
        from RadiomicsOrthoScene.saving import ReportChoice

        ui, settings = self._ui, slicer.app.userSettings()
        found = ReportChoice(self._codes[ui.reportLanguageComboBox.currentIndex], ui.reportPdfCheckBox.checked,
                             ui.reportDicomCheckBox.checked)
        settings.setValue(LANGUAGE_SETTING, found.language)
        settings.setValue(PDF_SETTING, "yes" if found.pdf else "no")
        return found
