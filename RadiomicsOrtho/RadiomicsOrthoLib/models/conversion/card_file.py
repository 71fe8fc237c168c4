"""The card of a model that is converted: a ``model.json`` without what the model itself says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ...yaml_text import read_definition
from ..bundle import SCHEMA
from ..bundle_checks import ENTRIES
from ..finite import finite

#: what the conversion writes itself
FROM_THE_MODEL = ("transform", "estimator", "calibration", "parts", "check_vectors")


@dataclass(frozen=True)
class ConversionCard:
    """``entries`` of the ``model.json`` to be; ``codes``: input → choice → number, where the model has seen numbers.

    ``positive_class`` is the class whose probability is wanted, as text; empty if the card does not say.
    """

    entries: Mapping
    codes: Mapping[str, Mapping[str, float]]
    positive_class: str = ""


def read_card(path: Path) -> ConversionCard:
    """The card in a YAML or JSON file; InputError with one sentence if it lacks something."""
    return read_definition(Path(path), "card", card_from_dict)


def card_from_dict(data: dict) -> ConversionCard:
    """``KeyError`` or ``ValueError`` says what is wrong."""
    entries = {"schema": SCHEMA} | data
    positive = entries.pop("positive_class", "")
    unknown = sorted(set(entries) - ENTRIES)
    if unknown:
        raise ValueError(f"the entry '{unknown[0]}' is unknown")
    surplus = [name for name in FROM_THE_MODEL if name in entries]
    if surplus:
        raise ValueError(f"the entry '{surplus[0]}' comes from the model; leave it out")
    for name in ("id", "version", "title", "trust", "intended_use", "population", "licence", "citations", "output",
                 "applicability", "inputs"):
        if name not in entries:
            raise KeyError(name)
    inputs, codes = [], {}
    for item in entries["inputs"]:
        item = dict(item)
        if "codes" in item:
            codes[item["name"]] = {str(key): finite(number) for key, number in item.pop("codes").items()}
            if set(codes[item["name"]]) != set(map(str, item.get("choices", ()))):
                raise ValueError(f"the codes of '{item['name']}' are not its choices")
        if "choices" in item:
            # YAML takes no and yes for truth values, and 0 for a number
            item["choices"] = {_key(key): str(title) for key, title in item["choices"].items()}
        inputs.append(item)
    return ConversionCard({**entries, "inputs": inputs}, codes, str(positive))


def _key(key: object) -> str:
    if isinstance(key, bool):
        raise ValueError("write the choices yes and no in quotes; YAML takes them for truth values")
    return str(key)
