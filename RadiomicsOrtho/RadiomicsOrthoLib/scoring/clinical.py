"""Clinical values as a person enters them, checked against the model's inputs."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ..errors import InputError
from ..models.bundle import ModelBundle, ModelInput


def clinical_values(model: ModelBundle, entered: Mapping[str, str | float]) -> dict[str, float | str]:
    """The clinical inputs of ``model`` from what was entered (text or numbers).

    Raises InputError for a name that the model does not ask for, a value that is no
    number or no choice, and for missing values.
    """
    wanted = {item.name: item for item in model.clinical_inputs}
    unknown = sorted(set(entered) - set(wanted))
    if unknown:
        asked = ", ".join(wanted) or "no clinical value"
        raise InputError(f"The model '{model.id}' does not ask for '{unknown[0]}'; it asks for {asked}.")
    missing = [item for name, item in wanted.items() if entered.get(name) in (None, "")]
    if missing:
        raise InputError(f"The model '{model.id}' needs {', '.join(_asked(item) for item in missing)}.")
    return {name: _value(item, entered[name]) for name, item in wanted.items()}


def _value(item: ModelInput, entered: str | float) -> float | str:
    if item.choices:
        if str(entered) not in item.choices:
            raise InputError(f"{item.title} must be one of {', '.join(item.choices)}, not '{entered}'.")
        return str(entered)
    try:
        value = float(entered)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(f"{item.title} must be a number, not '{entered}'.")
    return value


def _asked(item: ModelInput) -> str:
    return f"{item.title} ({item.name}{', ' + item.unit if item.unit else ''})"
