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
    wanted = {item.name: item for item in model.asked(entered) if item.source == "clinical"}
    unknown = sorted(set(entered) - {item.name for item in model.clinical_inputs})
    if unknown:
        asked = ", ".join(wanted) or "no clinical value"
        raise InputError(f"The model '{model.id}' does not ask for '{unknown[0]}'; it asks for {asked}.")
    given = {name: entered[name] for name in wanted if entered.get(name) not in (None, "")}
    missing = [item for name, item in wanted.items() if name not in given and not item.optional]
    if missing:
        raise InputError(f"The model '{model.id}' needs {', '.join(_asked(item) for item in missing)}.")
    surplus = sorted(set(entered) - set(wanted))
    if surplus:
        raise InputError(f"The equation of the model '{model.id}' for this person has no '{surplus[0]}'; leave it out.")
    return {name: entered_value(wanted[name], value) for name, value in given.items()}


def completed(model: ModelBundle, values: Mapping[str, float | str]) -> dict[str, float | str]:
    """``values`` with those that are derived from them; InputError where one cannot be computed."""
    try:
        return model.with_derived(values)
    except ValueError as error:
        raise InputError(f"{error}; check the values.") from None


def entered_value(item: ModelInput, entered: str | float) -> float | str:
    """The value of one input from what was entered; InputError if it is no number or none of the choices."""
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
    if item.whole and value != int(value):
        raise InputError(f"{item.title} must be a whole number, not '{entered}'.")
    return value


def _asked(item: ModelInput) -> str:
    parts = [item.name, item.unit, f"one of {', '.join(item.choices)}" if item.choices else ""]
    return f"{item.title} ({', '.join(part for part in parts if part)})"
