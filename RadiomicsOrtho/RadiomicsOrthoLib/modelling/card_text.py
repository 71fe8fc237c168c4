"""The written part of a model's card: a YAML file of the study, with the figures of the training filled in."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..resources import resource_folder
from ..yaml_text import read_definition
from .training_data import Columns

#: stand in the YAML file for what the training finds
CUTOFF, RANGE = "the cut-off", "of the data"


def card_of(study_id: str, facts: Mapping[str, object], cutoff: float, columns: Columns) -> dict:
    """``Resources/Studies/<study_id>.yaml`` with ``{name}`` replaced by ``facts``, the cut-off and training ranges.

    KeyError for a name without a fact.
    """
    written = read_definition(resource_folder() / "Studies" / f"{study_id}.yaml", "card", dict)
    found = _filled(written, {"cutoff_percent": f"{100 * cutoff:.3g}", **facts}, cutoff)
    for item in found["inputs"]:
        if item.get("training_range") == RANGE:
            item["training_range"] = training_range(columns[item["name"]])
    return found


def training_range(values: np.ndarray) -> list[float]:
    """The middle 99 % of the training values, to three significant digits."""
    return [float(f"{end:.3g}") for end in np.quantile(np.asarray(values, float), [0.005, 0.995])]


def _filled(part: object, facts: Mapping[str, object], cutoff: float) -> object:
    if isinstance(part, dict):
        return {key: _filled(value, facts, cutoff) for key, value in part.items()}
    if isinstance(part, list):
        return [_filled(value, facts, cutoff) for value in part]
    if part == CUTOFF:
        return cutoff
    return part.format_map(facts) if isinstance(part, str) else part
