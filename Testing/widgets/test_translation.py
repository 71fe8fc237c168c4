"""The panels in Chinese: what Qt's own translator makes of the file, and when it is installed."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "RadiomicsOrtho" / "Resources" / "Translations" / "RadiomicsOrtho_zh-CN.ts"


@pytest.fixture
def translation(application, monkeypatch):
    """The module that installs, fresh, with what it gave to the application."""
    import slicer
    from RadiomicsOrthoLib.report.language import speak
    from RadiomicsOrthoWidgets import translation

    given = []
    monkeypatch.setattr(translation, "_installed", [])
    monkeypatch.setattr(slicer.app, "installTranslator", given.append, raising=False)
    translation.given = given
    yield translation
    del translation.given
    speak("en")


def test_qt_finds_every_translation(translation, monkeypatch):
    import slicer
    from RadiomicsOrthoWidgets.translation_file import readTs

    monkeypatch.setattr(slicer.app, "applicationLocaleName", "zh_CN")
    translation.installTranslation()
    (translator,) = translation.given
    for message in readTs(TARGET):
        assert translator.translate(message.context, message.source) == message.translation
    assert not translator.translate("another context", "Apply")


def test_a_table_is_shown_in_chinese_and_its_node_stays_english(translation, monkeypatch):
    import qt
    import slicer
    from RadiomicsOrthoWidgets.translated_cells import showTranslated

    view = qt.QTableWidget()
    plain = view.itemDelegate()
    showTranslated(view)
    assert view.itemDelegate() is plain
    monkeypatch.setattr(slicer.app, "applicationLocaleName", "zh_CN")
    translation.installTranslation()
    showTranslated(view)
    delegate, locale = view.itemDelegate(), qt.QLocale()
    assert delegate.displayText("Mean attenuation", locale) == "平均 CT 值"
    assert delegate.displayText("117.281", locale) == "117.281"


def test_it_is_installed_once(translation, monkeypatch):
    import slicer

    monkeypatch.setattr(slicer.app, "applicationLocaleName", "zh-CN")
    translation.installTranslation()
    translation.installTranslation()
    assert len(translation.given) == 1


@pytest.mark.parametrize("locale", ["", "en_US", "fr_FR", "zh_TW"])
def test_another_language_is_left_alone(translation, monkeypatch, locale):
    import slicer

    monkeypatch.setattr(slicer.app, "applicationLocaleName", locale)
    translation.installTranslation()
    assert translation.given == []
    assert translation.panelLanguage() == "en"


def test_models_and_cards_speak_the_language_of_the_panel(translation, monkeypatch, open_panel):
    import slicer
    from RadiomicsOrthoWidgets.step_text import cardTitle

    monkeypatch.setattr(slicer.app, "applicationLocaleName", "zh_CN")
    translation.installTranslation()
    panel = open_panel("RadiomicsOrtho")
    box = panel.ui.modelComboBox
    titles = [box.itemText(index) for index in range(box.count) if box.itemData(index)]
    english = {model.title for model in panel.logic.models()}
    assert "\u690e\u4f53" in "".join(titles), "vertebral body"
    assert not english & set(titles)

    logic = panel.logic
    scored = logic.process(*make_vertebra(), "pickhardt-2013-l1-hu")
    assert "\u4ec5\u4f9b\u7814\u7a76\u4f7f\u7528" in scored.briefHtml, "research use only"
    assert not any(title in cardTitle(scored.card) for title in english)
    # what is kept stays English
    assert "Research use only" in scored.text.GetText()


def make_vertebra():
    """The generated case of the module's own self-test."""
    from RadiomicsOrtho import RadiomicsOrthoTest

    return RadiomicsOrthoTest().makeCase()
