"""The values of a model's inputs, from wherever they come."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import InputError
from ..features.vector import FeatureVector
from ..models.bundle import ModelBundle, ModelInput


def input_values(model: ModelBundle, measurements: Mapping[str, float], features: FeatureVector | None,
                 entered: Mapping[str, float | str]) -> dict[str, float | str]:
    """Input name → value, from what was measured, extracted, answered and entered; InputError for one without value."""
    values: dict[str, float | str] = {}
    for item in model.asked(entered):
        if item.source in ("clinical", "derived"):
            values |= {item.name: entered[item.name]} if item.name in entered else {}
            continue
        if item.source == "feature":
            values[item.name] = _feature_value(model, item, features)
        elif item.key in measurements:
            values[item.name] = measurements[item.key]
        else:
            raise InputError(f"The model '{model.id}' needs '{item.key}', which has no value (not measured).")
    return values


def _feature_value(model: ModelBundle, item: ModelInput, features: FeatureVector | None) -> float | str:
    """A number, or the key of a choice that the model knows."""
    found = {**features.values, **features.categories} if features else {}
    if item.key not in found:
        reason = (features.failures if features else {}).get(
            item.key, "no form with this question was answered" if item.is_semantic else "not extracted")
        raise InputError(f"The model '{model.id}' needs '{item.key}', which has no value ({reason}).")
    value = found[item.key]
    if item.choices is None:
        if isinstance(value, str):
            raise InputError(f"The model '{model.id}' wants a number for '{item.key}', not the category '{value}'.")
        return value
    # the key of an ordinal's choice is its number, as JSON writes it
    key = value if isinstance(value, str) else f"{value:.17g}"
    if key not in item.choices:
        raise InputError(f"The model '{model.id}' does not know '{key}' for '{item.key}'; it was made with "
                         f"{', '.join(item.choices)}.")
    return key
