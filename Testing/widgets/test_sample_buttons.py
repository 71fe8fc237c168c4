"""The samples in the module Sample Data: offered without a download, loaded by a click, a failure in one sentence."""

import sys
from types import ModuleType, SimpleNamespace

import pytest


@pytest.fixture
def buttons(application, monkeypatch):
    """The module under test, with a Sample Data module that keeps what is registered and cannot download."""
    import slicer

    class SampleDataLogic:
        requested, sources = [], []

        @staticmethod
        def registerCustomSampleDataSource(**source):
            sources = slicer.modules.sampleDataSources.setdefault(source["category"], [])
            sources.append(SimpleNamespace(**source))

        def downloadFileIntoCache(self, uri, name, checksum):
            SampleDataLogic.requested.append((uri, checksum))
            raise ValueError("no network")

    module = ModuleType("SampleData")
    module.SampleDataLogic = SampleDataLogic
    monkeypatch.setitem(sys.modules, "SampleData", module)
    monkeypatch.setattr(slicer.modules, "sampleDataSources", {}, raising=False)
    from RadiomicsOrthoWidgets import sample_buttons

    return SimpleNamespace(register=sample_buttons.registerSamples, requested=SampleDataLogic.requested,
                           offered=lambda: slicer.modules.sampleDataSources.get("Radiomics Ortho", []))


def test_registering_downloads_nothing_and_names_every_file_with_its_sum(buttons):
    from RadiomicsOrthoScene.sample_data import samples

    buttons.register()
    buttons.register()
    assert [source.sampleName for source in buttons.offered()] == [sample["name"] for sample in samples()]
    assert buttons.requested == []
    for source in buttons.offered():
        assert len(source.uris) == len(source.fileNames) == len(source.checksums) == len(source.nodeNames)
        assert all(checksum.startswith("SHA256:") for checksum in source.checksums)


def test_the_module_registers_them_when_the_application_has_started(buttons):
    import slicer
    from RadiomicsOrthoScene.sample_data import samples

    slicer.app.end_of_start()
    assert len(buttons.offered()) == len(samples())


def test_a_click_asks_for_the_published_file_and_says_when_it_cannot_be_had(buttons):
    buttons.register()
    source = buttons.offered()[0]
    source.customDownloader(source)
    assert buttons.requested == [(source.uris[0], source.checksums[0])]
    from runtime.dialogs import messages

    (message,) = messages
    assert "could not be downloaded" in message.text
