"""The language of the panels: that of the application, where this extension has it."""

import hashlib
from pathlib import Path

import qt
import slicer

from .translation_file import qmBytes, readTs

#: what the application calls simplified Chinese
_CHINESE = {"zh", "zh_CN", "zh_SG", "zh_Hans", "zh_Hans_CN"}
#: the translator must live as long as the application uses it
_installed = []


def panelLanguage() -> str:
    """Code of the language that panels, findings and cards are shown in: ``zh`` or ``en``."""
    return "zh" if str(slicer.app.applicationLocaleName or "").replace("-", "_") in _CHINESE else "en"


def shown(text: str) -> str:
    """A text of a model, a card or a finding in the language of the panels, as far as it is translated."""
    from RadiomicsOrthoLib.report.language import local

    return local(text)


def installTranslation() -> None:
    """Have the application translate the texts of this extension; called before the first of them is shown."""
    if _installed or panelLanguage() == "en":
        return
    from RadiomicsOrthoLib.report.language import speak

    speak(panelLanguage())
    translator = qt.QTranslator()
    if translator.load(str(_compiled("zh_CN"))):
        slicer.app.installTranslator(translator)
        _installed.append(translator)


def _compiled(language: str) -> Path:
    """The ``.qm`` file in the application's temporary folder; its name changes with its content."""
    from RadiomicsOrthoLib.resources import resource_folder

    name = f"RadiomicsOrtho_{language.replace('_', '-')}"
    content = qmBytes(readTs(resource_folder() / "Translations" / f"{name}.ts"), language)
    path = Path(slicer.app.temporaryPath) / f"{name}-{hashlib.sha256(content).hexdigest()[:12]}.qm"
    if not path.is_file() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return path
