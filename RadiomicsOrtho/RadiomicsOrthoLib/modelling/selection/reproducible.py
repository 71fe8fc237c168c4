"""Keeps the features that observers reproduced (the list that ``compare --study`` writes)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...errors import InputError
from .base import FeatureSelector

MAX_LIST_BYTES = 16 * 1024 * 1024


class ReproducibleFeatures(FeatureSelector):
    """``features`` are names, or the path of ``reproducible_features.txt`` or ``.json``.

    Columns need names (a frame).  Those not on the list are dropped, and so is a name that the table lacks; InputError
    where the table has none of them, which are then those of another extraction profile.
    """

    tasks = ()

    def __init__(self, features: Sequence[str] | str | Path = ()):
        self.features = features

    def check(self) -> None:
        reproducible_names(self.features)

    def _choose(self, x, y, task, people):
        names = getattr(self, "feature_names_in_", None)
        if names is None:
            raise InputError("Reproducible features are known by their names, and the table has none.")
        listed = set(reproducible_names(self.features))
        found = np.isin(names, list(listed))
        if not found.any():
            raise InputError("The table has none of the features that were reproducible; were they extracted with "
                             "another profile?")
        return found


def reproducible_names(features: Sequence[str] | str | Path) -> tuple[str, ...]:
    """The names themselves, or those in the file; InputError for a file that is no such list."""
    if not isinstance(features, str | Path):
        names = tuple(str(name) for name in features)
    else:
        path = Path(features)
        if not path.is_file() or path.stat().st_size > MAX_LIST_BYTES:
            raise InputError(f"There is no list of reproducible features '{path}'; 'radiomics-ortho compare --study' "
                             "writes one.")
        try:
            text = path.read_text(encoding="utf-8")
            names = tuple(json.loads(text)["reproducible_features"]) if path.suffix == ".json" else tuple(
                line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))
        except (UnicodeDecodeError, ValueError, KeyError, TypeError):
            raise InputError(f"'{path}' is no list of reproducible features.") from None
    if not names:
        raise InputError("The list of reproducible features is empty.")
    return names
