"""The panels in Chinese: what Qt's own translator makes of the file, and when it is installed."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "RadiomicsOrtho" / "Resources" / "Translations" / "RadiomicsOrtho_zh-CN.ts"


@pytest.fixture
def translation(application, monkeypatch):
    """The module that installs, fresh, with what it gave to the application."""
    import slicer
    from RadiomicsOrthoWidgets import translation

    given = []
    monkeypatch.setattr(translation, "_installed", [])
    monkeypatch.setattr(slicer.app, "installTranslator", given.append, raising=False)
    translation.given = given
    yield translation
    del translation.given


def test_qt_finds_every_translation(translation, monkeypatch):
    import slicer
    from RadiomicsOrthoWidgets.translation_file import readTs

    monkeypatch.setattr(slicer.app, "applicationLocaleName", "zh_CN")
    translation.installTranslation()
    (translator,) = translation.given
    for message in readTs(TARGET):
        assert translator.translate(message.context, message.source) == message.translation
    assert not translator.translate("another context", "Apply")


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
