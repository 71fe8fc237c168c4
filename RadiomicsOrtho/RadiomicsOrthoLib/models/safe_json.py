"""JSON that strangers wrote: finite numbers, each name once, no deep nesting."""

from __future__ import annotations

import json
import math
import re

#: no model nests a quarter as deep; recursion in a reader must not be for the writer of a file to choose
MAX_DEPTH = 32
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def parse_json(raw: bytes) -> object:
    """The content of UTF-8 JSON; ``ValueError`` says why it is not acceptable.

    JSON itself (RFC 8259, section 4) leaves open what a repeated name means: two readers
    could see two models in one file, so it is refused.
    """
    try:
        data = json.loads(raw.decode("utf-8"), parse_constant=_no_constant, parse_float=_finite_number,
                          object_pairs_hook=_each_name_once)
    except RecursionError:
        raise ValueError(f"nested deeper than {MAX_DEPTH} levels") from None
    _check_depth(data)
    if _SURROGATE.search(raw):
        try:
            json.dumps(data, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError:
            raise ValueError("half a letter (a lone surrogate), which no file can hold") from None
    return data


def _check_depth(data: object) -> None:
    level = [data]
    for _ in range(MAX_DEPTH):
        level = [child for item in level for child in (item.values() if isinstance(item, dict) else item)
                 if isinstance(child, (dict, list))] if isinstance(level[0], (dict, list)) else []
        if not level:
            return
    raise ValueError(f"nested deeper than {MAX_DEPTH} levels")


def _each_name_once(pairs: list[tuple[str, object]]) -> dict:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {twice!r} stands twice in one object")
    return found


def _finite_number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{number} is not a finite number")       # 1e999 is valid JSON and infinite
    return number


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a finite number")
