"""The pictures in Slicer's module Sample Data that a click downloads and loads."""

import slicer
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.resources import resource_folder
from RadiomicsOrthoScene.sample_data import downloads_of, load_sample, samples
from slicer.i18n import tr as _

from .translation import shown

CATEGORY = "Radiomics Ortho"


def registerSamples() -> None:
    """Offer the samples, once; nothing is downloaded before a click."""
    import SampleData

    registered = getattr(slicer.modules, "sampleDataSources", {}).get(CATEGORY, [])
    for sample in samples():
        if sample["name"] in [source.sampleName for source in registered]:
            continue
        parts = downloads_of(sample)
        SampleData.SampleDataLogic.registerCustomSampleDataSource(
            category=CATEGORY, sampleName=sample["name"],
            thumbnailFileName=str(resource_folder() / "SampleData" / sample["thumbnail"]),
            uris=[part["uri"] for part in parts], fileNames=[part["file"] for part in parts],
            checksums=[f"SHA256:{part['sha256']}" for part in parts],
            nodeNames=[sample["node"]] + [None] * (len(parts) - 1),
            customDownloader=lambda source, sample=sample: loadOnClick(sample))


def loadOnClick(sample) -> None:
    """Download and load a sample, with the reason in a message box if that fails."""
    problem = ""
    with slicer.util.tryWithErrorDisplay(_("The sample could not be loaded."), waitCursor=True):
        try:
            load_sample(sample)
        except InputError as error:
            problem = shown(str(error))
    # only now: a message box under a wait cursor looks like a hanging program
    if problem:
        slicer.util.errorDisplay(problem)
