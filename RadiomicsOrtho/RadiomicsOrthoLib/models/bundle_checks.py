"""What a schema cannot say of ``model.json``: inputs, terms, columns and figures must fit each other."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from .estimator import Estimator, StratifiedEstimator
from .finite import finite
from .parts import is_device
from .terms import FactorTerm, Term
from .transform import Column

if TYPE_CHECKING:
    from .bundle import ModelInput


#: what ``model.json`` may say
ENTRIES = frozenset({
    "schema", "id", "version", "title", "trust", "intended_use", "not_for", "population", "reference_standard",
    "licence", "citations", "inputs", "transform", "estimator", "calibration", "output", "applicability",
    "patient_rule", "background", "reference", "fit_error", "performance", "limitations", "training_provenance",
    "formula", "notice", "parts", "translations", "check_vectors"})
#: control characters but line feed and tab, and those that turn the direction of writing (Unicode TR 36, section 3)
_HIDDEN = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]")
_ID = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,98}[a-z0-9])?")


def check_id(model_id: object) -> None:
    """``ValueError`` for an id that cannot be the name of a folder on every computer."""
    if not isinstance(model_id, str) or not _ID.fullmatch(model_id) or ".." in model_id or is_device(model_id):
        raise ValueError("the id must be made of small letters, digits, '-' and '.'")


def check_entries(data: Mapping) -> None:
    """``ValueError`` for an entry that nothing would read: a misspelt calibration must not go unseen."""
    unknown = sorted(set(data) - ENTRIES)
    if unknown:
        raise ValueError(f"the entry {unknown[0]!r} is unknown")
    _check_signs(data)


def _check_signs(data: object) -> None:
    """``ValueError`` for signs that change how a text is shown: a list or a card must read as the file does."""
    if isinstance(data, str):
        found = _HIDDEN.search(data)
        if found:
            raise ValueError(f"a text holds the sign U+{ord(found[0]):04X}, which changes how text is shown")
    elif isinstance(data, Mapping):
        for name, entry in data.items():
            _check_signs(name)
            _check_signs(entry)
    elif isinstance(data, list):
        for entry in data:
            _check_signs(entry)


def check_translations(translations: object) -> None:
    """``ValueError`` unless they are texts by their English wording, by language."""
    sound = isinstance(translations, Mapping) and all(
        isinstance(texts, Mapping) and all(isinstance(text, str) and text for text in texts.values())
        for texts in translations.values())
    if not sound:
        raise ValueError("the entry 'translations' must map languages to texts by their English wording")


def check_inputs(inputs: Sequence[ModelInput], estimator: Estimator, columns: Sequence[Column],
                 classes: Sequence[Mapping]) -> None:
    """``ValueError`` unless inputs and terms fit each other, and every input has a purpose."""
    names = [item.name for item in inputs]
    by_name = dict(zip(names, inputs, strict=True))
    for terms in _equations(estimator):
        used = [term.input for term in terms]
        if [name for name in names if name in used] != used:
            raise ValueError("inputs and estimator terms must have the same names in the same order")
        for term in terms:
            _check_choices(by_name[term.input], term)
    _check_columns(by_name, estimator, columns)
    if isinstance(estimator, StratifiedEstimator) \
            and set(by_name[estimator.input].choices or ()) != set(estimator.strata):
        raise ValueError(f"the choices of {estimator.input!r} are not the strata")
    known: set[str] = set()
    for item in inputs:
        if item.derived and not item.derived.names <= known:
            raise ValueError(f"{item.name!r} is derived from inputs that do not stand before it")
        known.add(item.name)
    purposes = set(estimator.input_names)
    purposes |= {name for item in inputs if item.derived for name in item.derived.names}
    purposes |= {c["upper"]["input"] for c in classes if isinstance(c["upper"], dict)}
    idle = [item.name for item in inputs if item.name not in purposes and not item.recorded]
    if idle or purposes - set(names) or len(known) != len(names):
        # also where a term has no input: both lists then differ
        raise ValueError("inputs and estimator terms must have the same names in the same order")


def _equations(estimator: Estimator) -> list[tuple[Term, ...]]:
    if isinstance(estimator, StratifiedEstimator):
        return [one.terms for one in estimator.strata.values()]
    return [estimator.terms]


def _check_columns(by_name: Mapping[str, ModelInput], estimator: Estimator, columns: Sequence[Column]) -> None:
    for column in columns:
        if column.input not in estimator.input_names or column.input not in by_name:
            raise ValueError(f"the transform of {column.input!r} has no input or no term")
        choices = by_name[column.input].choices
        if set(choices or ()) != set(column.levels or ()):
            raise ValueError(f"the choices of {column.input!r} are not the levels of its transform")


def _check_choices(item: ModelInput, term: Term) -> None:
    if isinstance(term, FactorTerm) and set(item.choices or ()) != set(term.levels):
        raise ValueError(f"the choices of {item.name!r} are not the levels of its term")
    if item.choices and not isinstance(term, FactorTerm):
        raise ValueError(f"{item.name!r} has choices, so its term must be a factor")


def check_performance(entries: Sequence[Mapping]) -> None:
    """``ValueError`` unless each figure that is given as a number lies in its interval."""
    for entry in entries:
        estimate, interval = entry.get("estimate"), entry.get("interval")
        if interval is not None and not finite(interval[0]) <= finite(estimate) <= finite(interval[1]):
            raise ValueError(f"the figure {entry['measure']!r} of the performance lies outside its interval")
