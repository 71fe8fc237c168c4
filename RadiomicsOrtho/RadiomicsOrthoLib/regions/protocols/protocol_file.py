"""Protocols as files: JSON (those that ship) or YAML, with drawings in the folder ``pictures`` beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from xml.etree import ElementTree

from ...yaml_text import read_definition, text_entry
from .protocol import (
    OWN,
    CompartmentRule,
    Need,
    Protocol,
    Reference,
    Statement,
    Step,
    Window,
)

SCHEMA = "radiomics-ortho-protocol/1"
SUFFIXES = (".json", ".yaml", ".yml")
_SOURCE = {"source", "evidence"}


def read_protocol(path: Path) -> Protocol:
    """The protocol in a file; InputError with one sentence if it cannot be read or is refused."""
    return read_definition(path, "protocol", lambda data: protocol_from_dict(data, path.parent / "pictures"))


def protocol_from_dict(data: Mapping, picture_folder: Path) -> Protocol:
    """A protocol from parsed JSON or YAML; ``KeyError``, ``ValueError`` or ``TypeError`` on defects."""
    data = dict(data)
    if data.pop("schema", None) != SCHEMA:
        raise ValueError(f"its schema is not {SCHEMA!r}")
    _no_others(data, {one.name for one in fields(Protocol)} - {"pictures"}, "the protocol")
    steps = tuple(_step(one) for one in _list(data, "steps"))
    rules = tuple(_rule(one) for one in _list(data, "compartments"))
    names = dict.fromkeys(part.picture for part in (*steps, *rules) if part.picture)
    return Protocol(
        id=text_entry(data, "id"), version=str(data["version"]), title=text_entry(data, "title"),
        site=text_entry(data, "site"),
        modalities=tuple(map(str, _list(data, "modalities"))), purpose=text_entry(data, "purpose"),
        window=_window(data["window"]), steps=steps, compartments=rules,
        include=_statements(data, "include"), exclude=_statements(data, "exclude"),
        pitfalls=_statements(data, "pitfalls"), needs=tuple(_need(one) for one in _list(data, "needs")),
        references=tuple(_reference(one) for one in _list(data, "references")),
        pictures={name: _picture(picture_folder, name) for name in names})


def _window(data: object) -> Window:
    data = _mapping(data, {"why", "level", "width", "percentiles"}, "the window")
    for name in ("level", "width"):
        if name in data and type(data[name]) not in (int, float):
            raise ValueError(f"the {name} of the window must be a number")
    percentiles = data.get("percentiles")
    if percentiles is not None and (not isinstance(percentiles, list) or len(percentiles) != 2
                                    or any(type(end) not in (int, float) for end in percentiles)):
        raise ValueError("the percentiles of the window must be two numbers")
    return Window(text_entry(data, "why"), data.get("level"), data.get("width"),
                  tuple(percentiles) if percentiles else None)


def _step(data: object) -> Step:
    data = _mapping(data, {"title", "do", "picture"} | _SOURCE, "a step")
    return Step(text_entry(data, "title"), _statement(data, "do"), text_entry(data, "picture", ""))


def _rule(data: object) -> CompartmentRule:
    data = _mapping(data, {"compartment", "rule", "why", "picture"} | _SOURCE, "a compartment")
    return CompartmentRule(text_entry(data, "compartment"), _statement(data, "rule"), text_entry(data, "why"),
                           text_entry(data, "picture", ""))


def _need(data: object) -> Need:
    data = _mapping(data, {"title", "compartments", "text", "model", "profile"} | _SOURCE, "a need")
    return Need(text_entry(data, "title"), tuple(map(str, _list(data, "compartments"))), _statement(data, "text"),
                text_entry(data, "model", ""), text_entry(data, "profile", ""))


def _reference(data: object) -> Reference:
    data = _mapping(data, {"id", "text"}, "a reference")
    return Reference(text_entry(data, "id"), text_entry(data, "text"))


def _statements(data: Mapping, key: str) -> tuple[Statement, ...]:
    return tuple(_statement(_mapping(one, {"text"} | _SOURCE, f"an entry of '{key}'"), "text")
                 for one in _list(data, key))


def _statement(data: Mapping, key: str) -> Statement:
    return Statement(text_entry(data, key), text_entry(data, "source", ""), text_entry(data, "evidence", OWN))


def _picture(folder: Path, name: str) -> str:
    """The text of a drawing; ``ValueError`` unless the file is one SVG element."""
    if Path(name).name != name:
        raise ValueError(f"the picture '{name}' must be the name of a file in 'pictures', without its ending")
    try:
        svg = (folder / f"{name}.svg").read_text(encoding="utf-8")
        is_svg = ElementTree.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"
    except (OSError, UnicodeDecodeError):
        raise ValueError(f"the picture 'pictures/{name}.svg' cannot be read") from None
    except ElementTree.ParseError:
        is_svg = False
    if not is_svg:
        raise ValueError(f"the picture 'pictures/{name}.svg' is no SVG drawing")
    return svg


def _list(data: Mapping, key: str) -> list:
    value = data[key]
    if not isinstance(value, list):
        raise ValueError(f"'{key}' must be a list")
    return value


def _mapping(data: object, known: set[str], what: str) -> dict:
    if not isinstance(data, dict):
        raise ValueError(f"{what} must have entries by name, not {data!r}")
    _no_others(data, known, what)
    return data


def _no_others(data: Mapping, known: set[str], what: str) -> None:
    others = sorted(map(str, set(data) - known))
    if others:
        raise ValueError(f"{what} has the unknown entry '{others[0]}'; known are {', '.join(sorted(known))}")
