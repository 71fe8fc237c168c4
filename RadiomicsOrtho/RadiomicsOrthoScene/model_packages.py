"""Python packages that a site's own models need: asked for when there is such a model."""

from __future__ import annotations

import logging
from pathlib import Path

from RadiomicsOrthoLib.errors import InputError

from .dependencies import ensure


def requirementsOfModels() -> list[str]:
    """The requirement files for the site's own models; what ships needs none."""
    from RadiomicsOrthoLib.models.catalogue import model_folders, site_folders

    found: set[str] = set()
    for path in model_folders().values():
        if path.parent in site_folders():
            try:
                found.update(requirementsOfBundle(path))
            except InputError:
                continue        # the catalogue says why
    return sorted(found)


def requirementsOfBundle(path: Path) -> list[str]:
    """The requirement files for one model; InputError where it is no bundle."""
    from RadiomicsOrthoLib.models.bundle_files import SIGNATURE_FILE, open_bundle
    from RadiomicsOrthoLib.resources import resource_folder

    files = open_bundle(path).names
    names = [*(["models-onnx"] if any(name.endswith(".onnx") for name in files) else []),
             *(["models-signed"] if SIGNATURE_FILE in files else [])]
    return [str(resource_folder() / f"requirements-{name}.txt") for name in names]


def ensureModelPackages() -> None:
    """Ask for packages that the site's models lack; a model that goes without is refused by its own sentence."""
    for requirementsFile in requirementsOfModels():
        try:
            ensure(requirementsFile, "Radiomics Ortho")
        except InputError as error:
            logging.warning(str(error))


def bringModel(path: Path):
    """Bring the bundle at ``path`` into the site's folder, in place of one of its id; returns the verified model.

    The user was asked before (``replacedModel``).  InputError with one sentence, and nothing is changed.
    """
    from RadiomicsOrthoLib.models.store import import_bundle

    for requirementsFile in requirementsOfBundle(path):
        ensure(requirementsFile, "Radiomics Ortho")
    return import_bundle(path, replace=True, accept_unsigned=True).bundle


def replacedModel(path: Path) -> str:
    """Version of the site's model that ``bringModel`` would replace; empty if there is none, or it is the same."""
    from RadiomicsOrthoLib.models.bundle import load_bundle
    from RadiomicsOrthoLib.models.catalogue import model_folders

    present = model_folders().get(path.name)
    if present is None:
        return ""
    try:
        found = load_bundle(present)
        return "" if found.sha256 == load_bundle(path).sha256 else found.version
    except InputError:
        return "?"
