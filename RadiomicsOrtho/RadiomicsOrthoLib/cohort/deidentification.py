"""What may leave a centre in a table: no names, no free text, no dates, no age above 89.

Ages above 89 count as 90, as the Safe Harbor method of HIPAA asks (45 CFR 164.514(b)(2)(i)(C)); dates and everything
that a person typed freely stay at home.  Whether what is left may be shared is for the centre to decide.
"""

from __future__ import annotations

import csv
import io
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import InputError
from .feature_table import FeatureTable
from .table_schema import ColumnSpec, TableSchema

#: oldest age that is written as it is
OLDEST = 89.0
#: the one written for everybody older
OLDER = 90.0
#: columns that are typed freely whatever their role says
FREE_REGIONS = ("segment", "roi")
#: has a spreadsheet show what follows as it stands
_SHOWN = "'"
KEY_HEADER = ("kind", "own", "shared")
_DATE = re.compile(r"(?<!\d)(?:(?:19|20)\d\d[-/.]?(?:0[1-9]|1[0-2])[-/.]?(?:0[1-9]|[12]\d|3[01])"
                   r"|\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d\d)(?!\d)")
_TELLING = {"date", "birth", "birthday", "dob", "name", "surname", "mrn", "address", "phone", "email", "zip",
            "postcode", "ssn", "year"}
_AGE_UNITS = ("years", "year", "y")


@dataclass(frozen=True)
class Deidentified:
    """A table with random ids; ``changes`` say what was done to it, one sentence each; ``key`` stays at home."""

    table: FeatureTable
    changes: tuple[str, ...]
    key: Mapping[tuple[str, str], str]


def deidentified(table: FeatureTable, key: Mapping[tuple[str, str], str], strip: bool = False) -> Deidentified:
    """``table`` with subjects and cases renamed at random, those in ``key`` as before, in the order of the new names.

    Columns that hold free text or dates raise InputError, or are left out with ``strip``.  Notes are always left out.
    """
    kept, changes = [], []
    for one in table.schema.columns:
        why = unfit(one, table.columns[one.name])
        if why and not strip and one.role != "note":
            raise InputError(f"The table '{table.name}', column '{one.name}': {why}; it cannot leave the centre. Leave "
                             "such columns out with --strip.")
        if why:
            changes.append(f"column '{one.name}' left out: {why}")
        else:
            kept.append(one)
    columns = {one.name: table.columns[one.name].copy() for one in kept}
    key, named = dict(key), {}
    for kind, letter in (("subject", "S"), ("case", "C")):
        if kind in columns:
            columns[kind] = np.array([_renamed(key, kind, letter, own) for own in columns[kind]], dtype=object)
            named[kind] = len(set(columns[kind]) - {""})
    changes.append(f"{' and '.join(f'{count} {kind}s' for kind, count in named.items())} renamed at random")
    for one in kept:
        if one.name == "age" or (one.role == "clinical" and one.unit in _AGE_UNITS and "age" in _words(one.name)):
            old = columns[one.name] > OLDEST
            if old.any():
                columns[one.name][old] = OLDER
                changes.append(f"column '{one.name}': {int(old.sum())} ages above {OLDEST:g} written as {OLDER:g}")
    order = np.lexsort([columns[name].astype(str) for name in ("case", "subject") if name in columns])
    found = FeatureTable(table.name, TableSchema(tuple(kept)), columns).take(order)
    _check_rows(found)
    return Deidentified(found, tuple(changes), key)


def unfit(one: ColumnSpec, values: np.ndarray) -> str:
    """Why the column must not leave the centre; empty if it may."""
    if one.role in ("subject", "case"):
        return ""
    if one.role == "note" or (one.role == "region" and one.name in FREE_REGIONS):
        return "free text"
    telling = _words(one.name) & _TELLING
    if telling and one.role not in ("feature", "measurement", "truth"):
        return f"its name speaks of a person or a day ('{sorted(telling)[0]}')"
    if one.kind == "text" and one.role in ("clinical", "outcome", "time"):
        return "free text"
    if one.role in ("feature", "measurement"):
        return ""
    texts = [f"{value:.0f}" if one.kind == "number" and value == value else str(value)  # noqa: PLR0124 - NaN
             for value in values]
    dated = [text for text in texts if _DATE.search(text)]
    # a number that happens to look like a day is no date, a whole column of them is
    if dated and (one.kind != "number" or len(dated) == sum(text != "nan" for text in texts)):
        return "it holds dates"
    return ""


def read_key(path: Path) -> dict[tuple[str, str], str]:
    """(kind, own name) → random name, of earlier exports; empty where there is no file yet."""
    if not path.exists():
        return {}
    try:
        rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error):
        rows = []
    if not rows or tuple(rows[0]) != KEY_HEADER or any(len(row) != len(KEY_HEADER) for row in rows):
        raise InputError(f"'{path}' is no key of an earlier export; name a new file.")
    return {(kind, own.removeprefix(_SHOWN)): shared for kind, own, shared in rows[1:]}


def key_text(key: Mapping[tuple[str, str], str]) -> str:
    """What :func:`read_key` reads; a name that a spreadsheet could take for a formula begins with ``'`` in it."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(
        [KEY_HEADER, *((kind, own if own[:1].isalnum() else _SHOWN + own, shared)
                       for (kind, own), shared in sorted(key.items()))])
    return text.getvalue()


def _renamed(key: dict[tuple[str, str], str], kind: str, letter: str, own: str) -> str:
    if not own:
        return ""
    if (kind, own) not in key:
        # 64 random bits: two centres do not draw the same, and nothing of the name is in them
        key[kind, own] = f"{letter}-{secrets.token_hex(8)}"
    return key[kind, own]


def _words(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def _check_rows(table: FeatureTable) -> None:
    names: Sequence[str] = table.schema.names("subject", "case", "region")
    rows = list(zip(*(table.columns[name] for name in names), strict=True))
    if len(set(rows)) != len(rows):
        raise InputError("Without the free text, some rows cannot be told apart; give them a case, level or side.")
