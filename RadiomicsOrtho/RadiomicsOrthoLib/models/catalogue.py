"""The models at hand: those that ship, and a site's own folders."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from ..errors import InputError
from ..resources import resource_folder, user_folder
from .bundle import ModelBundle, load_bundle
from .bundle_files import MODEL_FILE
from .signature import SHIPS

#: folders of further models, separated as in PATH; where it is not set, the user's own folder
MODEL_PATH_VARIABLE = "RADIOMICS_ORTHO_MODELS"


def site_folders() -> list[Path]:
    """The folders of a site's own models; the first one is that into which models are imported."""
    stated = os.environ.get(MODEL_PATH_VARIABLE)
    if stated is None:
        return [user_folder() / "models"]
    return [Path(part) for part in stated.split(os.pathsep) if part]


def model_folders() -> dict[str, Path]:
    """id → folder or zip file of every model found; a site's own model may not replace one that ships."""
    found: dict[str, Path] = {}
    for root in [_shipped(), *site_folders()]:
        paths = sorted([*(path.parent for path in root.glob(f"*/{MODEL_FILE}")), *root.glob("*.zip")])
        for path in paths:
            # hidden: a model on its way in or out
            if not path.name.startswith("."):
                found.setdefault(path.name.removesuffix(".zip"), path)
    return found


def load_model(model_id: str) -> ModelBundle:
    """The verified model of that id; InputError names the ids at hand if there is none."""
    folders = model_folders()
    if model_id not in folders:
        raise InputError(f"There is no model '{model_id}'; at hand: {', '.join(sorted(folders)) or 'none'}.")
    path = folders[model_id]
    bundle = load_bundle(path)
    if bundle.id != model_id:
        raise InputError(f"Model refused: '{path.name}' holds the model '{bundle.id}'; name it so.")
    return replace(bundle, signature=SHIPS) if path.parent == _shipped() else bundle


def load_catalogue() -> tuple[tuple[ModelBundle, ...], tuple[str, ...]]:
    """The verified models at hand, and one sentence for each that was refused.

    One bad folder must not take the others away.
    """
    bundles, refused = [], []
    for model_id in sorted(model_folders()):
        try:
            bundles.append(load_model(model_id))
        except InputError as error:
            refused.append(str(error))
    return tuple(bundles), tuple(refused)


def _shipped() -> Path:
    return resource_folder() / "Models"
