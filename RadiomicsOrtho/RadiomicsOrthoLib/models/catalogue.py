"""The models at hand: those that ship, and a site's own folders."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import InputError
from ..resources import resource_folder
from .bundle import ModelBundle, load_bundle

#: folders of further models, separated as in PATH
MODEL_PATH_VARIABLE = "RADIOMICS_ORTHO_MODELS"


def model_folders() -> dict[str, Path]:
    """id → folder of every model found; a site's own model may not replace one that ships."""
    roots = [resource_folder() / "Models"]
    roots += [Path(part) for part in os.environ.get(MODEL_PATH_VARIABLE, "").split(os.pathsep) if part]
    found: dict[str, Path] = {}
    for root in roots:
        for path in sorted(root.glob("*/model.json")):
            found.setdefault(path.parent.name, path.parent)
    return found


def load_model(model_id: str) -> ModelBundle:
    """The verified model of that id; InputError names the ids at hand if there is none."""
    folders = model_folders()
    if model_id not in folders:
        raise InputError(f"There is no model '{model_id}'; at hand: {', '.join(sorted(folders)) or 'none'}.")
    bundle = load_bundle(folders[model_id])
    if bundle.id != model_id:
        raise InputError(f"Model refused: the folder '{model_id}' holds the model '{bundle.id}'.")
    return bundle


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
