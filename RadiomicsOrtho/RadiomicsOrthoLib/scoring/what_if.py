"""What if a value were another one: the result beside the card, which stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from ..errors import InputError
from ..models.bundle import OutputClass
from ..quality.finding import Finding
from .adjustable import Adjustable, adjustable
from .applicability import check_values
from .card import ScoreCard
from .nomogram import Nomogram


@dataclass(frozen=True)
class WhatIf:
    """``values`` are all inputs with the ``changes``; ``findings`` are those on the changed values."""

    changes: Mapping[str, float | str]
    values: Mapping[str, float | str]
    value: float
    linear_predictor: float
    output_class: OutputClass | None
    findings: tuple[Finding, ...]


def adjustables(card: ScoreCard) -> tuple[Adjustable, ...]:
    """The inputs of this person's equation, in its order; a derived one (a Rad-score) is tried out as a whole."""
    by_name = {item.name: item for item in card.model.inputs}
    values = card.input_values
    names = card.model.estimator.stratum(values).input_names
    return tuple(adjustable(by_name[name], values[name]) for name in names)


def what_if(card: ScoreCard, changes: Mapping[str, float | str]) -> WhatIf:
    """The result of the card's own equation with other values; the card is not touched.

    Raises InputError for a name that cannot be tried out, or a value without a meaning there.
    """
    known = {one.item.name: one for one in adjustables(card)}
    for name, value in changes.items():
        if name not in known:
            raise InputError(f"'{name}' cannot be tried out; these can: {', '.join(known)}.")
        if known[name].choices is not None and value not in known[name].choices:
            raise InputError(f"{known[name].item.title} must be one of {', '.join(known[name].choices)}, not "
                             f"'{value}'.")
    own = card.input_values
    changes = {name: value for name, value in changes.items() if value != own[name]}
    if not changes:
        # computing nothing: a card that was read has not the file of its model
        return WhatIf({}, own, card.value, card.linear_predictor, card.output_class, ())
    values = {**own, **changes}
    estimator = card.model.estimator
    try:
        value, linear_predictor = estimator.output(values), estimator.linear_predictor(values)
    except ValueError as error:
        raise InputError(f"{error}; try another value.") from None
    return WhatIf(changes, values, value, linear_predictor, card.model.class_of(value, values),
                  tuple(check_values(card.model, changes)))


def value_at(nomogram: Nomogram, tried: Adjustable, position: float, near: float | str) -> float | str:
    """The value whose mark stands closest to ``position``; of several (a folded axis) that next to ``near``."""
    values = tried.candidates
    places = [nomogram.position(tried.item.name, value) for value in values]
    away = [abs(place - position) for place in places]
    if tried.choices is not None or len(values) < 3:
        return values[away.index(min(away))]
    # each stretch of the axis has a value that is closest, and may be off by half a step
    step = max(abs(after - before) for before, after in pairwise(places))
    closest = [index for index in range(len(values))
               if away[index] <= min(away) + step and away[index] == min(away[max(0, index - 1):index + 2])]
    return values[min(closest, key=lambda index: (abs(values[index] - float(near)), away[index]))]
