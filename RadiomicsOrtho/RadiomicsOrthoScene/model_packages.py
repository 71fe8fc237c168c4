"""Python packages that a site's own models need: asked for when there is such a model."""

from __future__ import annotations

import logging

from RadiomicsOrthoLib.errors import InputError

from .dependencies import ensure


def requirementsOfModels() -> list[str]:
    """The requirement files for the site's own models; what ships needs none."""
    from RadiomicsOrthoLib.models.bundle_files import SIGNATURE_FILE, open_bundle
    from RadiomicsOrthoLib.models.catalogue import model_folders, site_folders
    from RadiomicsOrthoLib.resources import resource_folder

    names: set[str] = set()
    for path in model_folders().values():
        if path.parent not in site_folders():
            continue
        try:
            files = open_bundle(path).names
        except InputError:
            continue        # the catalogue says why
        names |= {"models-signed"} if SIGNATURE_FILE in files else set()
        names |= {"models-onnx"} if any(name.endswith(".onnx") for name in files) else set()
    return [str(resource_folder() / f"requirements-{name}.txt") for name in sorted(names)]


def ensureModelPackages() -> None:
    """Ask for packages that the site's models lack; a model that goes without is refused by its own sentence."""
    for requirementsFile in requirementsOfModels():
        try:
            ensure(requirementsFile, "Radiomics Ortho")
        except InputError as error:
            logging.warning(str(error))
