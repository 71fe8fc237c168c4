"""Whether a ``model.json`` or ``card.json`` satisfies its schema: the part of JSON Schema (draft 2020-12) they use.

The reader of a bundle says more exactly what is wrong where numbers and names do not fit each other.  This
says that every text is a text and every list a list, so that no card or report stumbles over one later.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache

from ..resources import resource_folder

_TYPES: dict[str, Callable[[object], bool]] = {
    "object": lambda x: isinstance(x, dict), "array": lambda x: isinstance(x, list),
    "string": lambda x: isinstance(x, str), "boolean": lambda x: isinstance(x, bool), "null": lambda x: x is None,
    # YAML and Python's JSON know numbers that are none
    "number": lambda x: isinstance(x, (int, float)) and not isinstance(x, bool) and abs(x) < math.inf,
    "integer": lambda x: _TYPES["number"](x) and x == int(x),
}
#: what the schema may say of itself without a meaning for the check
_NOTES = frozenset({"$schema", "$defs", "title", "description", "default"})
Fault = tuple[tuple, str]


@cache
def shipped_schema(name: str) -> Mapping:
    """The schema of that name in ``Resources/Schemas``, such as ``model``."""
    return json.loads((resource_folder() / "Schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))


def check_shipped(data: object, name: str) -> None:
    """``ValueError`` with the first fault of ``data`` by the shipped schema of that name, and where it is."""
    _raise_first(data, shipped_schema(name))


def check_model(data: object) -> None:
    """As :func:`check_shipped` for a parsed ``model.json``."""
    check_shipped(data, "model")


def check_card(data: Mapping) -> None:
    """As :func:`check_model` for a parsed ``card.json``, with the model that it carries (without check vectors)."""
    check_shipped(data, "card")
    of_file = shipped_schema("model")
    required = [name for name in of_file["required"] if name != "check_vectors"]
    model = {name: entry for name, entry in data["model"].items()
             if name not in ("sha256", "signature") and entry not in ("", [])}
    _raise_first(model, {**of_file, "required": required}, ("model",))


def _raise_first(data: object, schema: Mapping, at: tuple = ()) -> None:
    for place, what in faults(data, schema, schema, at):
        where = " → ".join(str(step + 1) if isinstance(step, int) else str(step) for step in place)
        raise ValueError(f"{where or 'the whole'} {what}")


def faults(data: object, schema: Mapping | bool, root: Mapping, place: tuple = ()) -> Iterator[Fault]:
    """Every fault with its place; ``ValueError`` if the schema says something that is not known here."""
    if isinstance(schema, bool):
        if not schema:
            yield place, "is not wanted"
        return
    for keyword, wanted in schema.items():
        if keyword in _CHECKS:
            yield from _CHECKS[keyword](data, wanted, schema, root, place)
        elif keyword not in _NOTES and keyword not in _WITH_OTHERS:
            raise ValueError(f"the schema says {keyword!r}, which is not known here")


def _fits(data: object, schema: Mapping | bool, root: Mapping) -> bool:
    return next(faults(data, schema, root), None) is None


def _ref(data, wanted, schema, root, place) -> Iterator[Fault]:
    target = root
    for step in wanted.removeprefix("#/").split("/"):
        target = target[step]
    yield from faults(data, target, root, place)


def _type(data, wanted, schema, root, place) -> Iterator[Fault]:
    kinds = [wanted] if isinstance(wanted, str) else wanted
    if not any(_TYPES[kind](data) for kind in kinds):
        yield place, f"must be of the type {' or '.join(kinds)}"


def _properties(data, wanted, schema, root, place) -> Iterator[Fault]:
    if isinstance(data, dict):
        for name, one in wanted.items():
            if name in data:
                yield from faults(data[name], one, root, (*place, name))


def _additional(data, wanted, schema, root, place) -> Iterator[Fault]:
    if isinstance(data, dict):
        for name in data:
            if name not in schema.get("properties", ()):
                if wanted is False:
                    yield (*place, name), "is unknown"
                else:
                    yield from faults(data[name], wanted, root, (*place, name))


def _required(data, wanted, schema, root, place) -> Iterator[Fault]:
    if isinstance(data, dict):
        yield from ((place, f"lacks the entry '{name}'") for name in wanted if name not in data)


def _dependent(data, wanted, schema, root, place) -> Iterator[Fault]:
    if isinstance(data, dict):
        for name, needed in wanted.items():
            if name in data:
                yield from _required(data, needed, schema, root, place)


def _items(data, wanted, schema, root, place) -> Iterator[Fault]:
    if isinstance(data, list):
        for number in range(len(schema.get("prefixItems", ())), len(data)):
            yield from faults(data[number], wanted, root, (*place, number))


def _prefix(data, wanted, schema, root, place) -> Iterator[Fault]:
    if isinstance(data, list):
        for number, (one, rule) in enumerate(zip(data, wanted, strict=False)):
            yield from faults(one, rule, root, (*place, number))


def _one_of(data, wanted, schema, root, place) -> Iterator[Fault]:
    found = [list(faults(data, one, root, place)) for one in wanted]
    fitting = sum(not one for one in found)
    if fitting > 1:
        yield place, "fits several forms at once"
    elif not fitting:
        # the form that is nearest: the one with the fewest faults
        yield min(found, key=len)[0]


def _if(data, wanted, schema, root, place) -> Iterator[Fault]:
    yield from faults(data, schema.get("then" if _fits(data, wanted, root) else "else", True), root, place)


def _not(data, wanted, schema, root, place) -> Iterator[Fault]:
    if _fits(data, wanted, root):
        yield place, "has entries that exclude each other"


def _compared(what: str, holds: Callable[[float, float], bool]):
    def check(data, wanted, schema, root, place) -> Iterator[Fault]:
        if _TYPES["number"](data) and not holds(data, wanted):
            yield place, f"must be {what} {wanted}"
    return check


def _sized(kind: type, what: str, holds: Callable[[int, int], bool]):
    def check(data, wanted, schema, root, place) -> Iterator[Fault]:
        if isinstance(data, kind) and not holds(len(data), wanted):
            yield place, f"must have {what} {wanted} {'letters' if kind is str else 'entries'}"
    return check


def _unique(data, wanted, schema, root, place) -> Iterator[Fault]:
    if wanted and isinstance(data, list) and any(entry in data[:number] for number, entry in enumerate(data)):
        yield place, "has an entry twice"


def _enum(data, wanted, schema, root, place) -> Iterator[Fault]:
    if not any(_same(data, one) for one in wanted):
        yield place, f"must be one of {', '.join(map(str, wanted))}"


def _const(data, wanted, schema, root, place) -> Iterator[Fault]:
    if not _same(data, wanted):
        yield place, f"must be {wanted}"


def _pattern(data, wanted, schema, root, place) -> Iterator[Fault]:
    # in Python alone $ also stands before a line feed at the end
    if isinstance(data, str) and not re.search(re.sub(r"\$$", r"\\Z", wanted), data):
        yield place, "has signs, or a form, that is not allowed there"


def _same(one: object, other: object) -> bool:
    """Equal as JSON has it: ``true`` is not 1."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


#: read by the check of another keyword
_WITH_OTHERS = frozenset({"then", "else"})
_CHECKS = {
    "$ref": _ref, "type": _type, "properties": _properties, "additionalProperties": _additional, "required": _required,
    "dependentRequired": _dependent, "items": _items, "prefixItems": _prefix, "oneOf": _one_of, "if": _if, "not": _not,
    "enum": _enum, "const": _const, "pattern": _pattern,
    "minimum": _compared("at least", lambda x, y: x >= y), "maximum": _compared("at most", lambda x, y: x <= y),
    "exclusiveMinimum": _compared("above", lambda x, y: x > y),
    "exclusiveMaximum": _compared("below", lambda x, y: x < y),
    "minLength": _sized(str, "at least", lambda x, y: x >= y),
    "minItems": _sized(list, "at least", lambda x, y: x >= y), "maxItems": _sized(list, "at most", lambda x, y: x <= y),
    "uniqueItems": _unique, "minProperties": _sized(dict, "at least", lambda x, y: x >= y),
}
