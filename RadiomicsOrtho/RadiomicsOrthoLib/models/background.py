"""People of reference of a model whose inputs do not add up: against them its results are explained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .finite import finite

if TYPE_CHECKING:
    from .bundle import ModelInput

#: more say little, and cost time with every case
MAX_ROWS = 200


@dataclass(frozen=True)
class Background:
    """``rows`` of values in the order of ``inputs``; ``title`` says who these people are."""

    title: str
    inputs: tuple[str, ...]
    rows: tuple[tuple[float | str, ...], ...]


def background_from_dict(data: Mapping, inputs: Sequence[ModelInput], names: Sequence[str]) -> Background:
    """Read the ``background`` of ``model.json`` for the estimator's input ``names``; ``ValueError`` on defects."""
    if not data["title"] or not isinstance(data["title"], str):
        raise ValueError("the background must say in its title who the people of reference are")
    if set(data["inputs"]) != set(names) or len(data["inputs"]) != len(names):
        raise ValueError(f"the background must have one column for each of {', '.join(names)}")
    if not 2 <= len(data["rows"]) <= MAX_ROWS:
        raise ValueError(f"the background has 2 to {MAX_ROWS} rows")
    by_name = {item.name: item for item in inputs}
    asked = [by_name[name] for name in data["inputs"]]
    rows = []
    for row in data["rows"]:
        if len(row) != len(asked):
            raise ValueError("each row of the background has a value for each of its inputs")
        rows.append(tuple(_value(item, value) for item, value in zip(asked, row, strict=True)))
    order = [data["inputs"].index(name) for name in names]
    return Background(data["title"], tuple(names), tuple(tuple(row[i] for i in order) for row in rows))


def _value(item: ModelInput, value: object) -> float | str:
    if item.choices is None:
        return finite(value)
    if value not in item.choices:
        raise ValueError(f"the background has {value!r} for {item.name!r}, which is none of its choices")
    return str(value)
