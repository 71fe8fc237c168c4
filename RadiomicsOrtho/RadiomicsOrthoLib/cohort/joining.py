"""One table from several: features of images, clinical sheets and outcomes, joined by subject."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..errors import InputError
from .table import StudyTable

SUBJECT, CASE, REFUSED = "subject", "case", "refused"
#: by which rows of one subject are told apart, where both tables have them
PLACES = (CASE, "segment", "level", "side")


@dataclass(frozen=True)
class Joined:
    """``rows`` of texts by column; ``notes`` say who was left out and why, one sentence each."""

    columns: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...]
    notes: tuple[str, ...] = field(default=())


def stack(tables: Sequence[tuple[str | None, StudyTable]]) -> Joined:
    """The rows of several feature tables below each other.

    Each comes with the subject that all its rows are about, or ``None`` where it has a column ``subject``.  A region
    that was refused (column ``refused``) is left out with a note.  A column that only some tables have is empty in the
    others.
    """
    columns: dict[str, None] = {SUBJECT: None}
    rows, notes = [], []
    for subject, table in tables:
        if (subject is None) == (SUBJECT not in table.columns):
            raise InputError(f"The table '{table.name}' has {'no' if subject is None else 'a'} column 'subject'; "
                             + ("write whose it is, as in P001=FILE." if subject is None else "leave P001= away."))
        columns |= dict.fromkeys(name for name in table.columns if name != REFUSED)
        for row in range(len(table)):
            cells = {name: cell[row] for name, cell in table.columns.items()}
            if cells.pop(REFUSED, ""):
                notes.append(f"'{table.name}', line {row + 2}: the region was refused and is left out.")
                continue
            rows.append({SUBJECT: subject, **cells} if subject is not None else cells)
    return Joined(tuple(columns), tuple(rows), tuple(notes))


def join(images: Joined, sheets: Sequence[StudyTable], incomplete: bool = False) -> Joined:
    """``images`` with the columns of ``sheets``, by ``subject`` (and case, segment, level, side where a sheet has it).

    InputError where a sheet names somebody twice, repeats a column, or lacks a subject of the images; with
    ``incomplete`` such a subject is left out, with a note.  People of a sheet without images are noted.
    """
    rows, columns, notes = [dict(row) for row in images.rows], list(images.columns), list(images.notes)
    for sheet in sheets:
        keys = _keys(sheet, columns)
        new = [name for name in sheet.columns if name not in keys]
        repeated = next((name for name in new if name in columns), None)
        if repeated is not None:
            raise InputError(f"The table '{sheet.name}', column '{repeated}': another table has it already; rename one "
                             "of them.")
        known = _by_key(sheet, keys)
        seen, kept = set(), []
        for row in rows:
            key = tuple(row.get(name, "") for name in keys)
            seen.add(key)
            if key in known:
                kept.append(row | {name: sheet.columns[name][known[key]] for name in new})
            elif incomplete:
                notes.append(f"{_who(keys, key)} is not in '{sheet.name}' and is left out.")
            else:
                raise InputError(f"The table '{sheet.name}' has no line for {_who(keys, key)}; add it, or leave such "
                                 "people out with --incomplete.")
        rows = kept
        without = [key for key in known if key not in seen]
        if without:
            notes.append(f"'{sheet.name}' has {len(without)} without images ({_who(keys, without[0])}"
                         f"{' and others' if len(without) > 1 else ''}); they are not in the table.")
        columns += new
    if not rows:
        raise InputError("Nobody is in all tables; check the names in the columns 'subject'.")
    return Joined(tuple(columns), tuple(rows), tuple(dict.fromkeys(notes)))


def _keys(sheet: StudyTable, columns: Sequence[str]) -> tuple[str, ...]:
    if SUBJECT not in sheet.columns:
        raise InputError(f"The table '{sheet.name}' has no column 'subject' to be joined by.")
    return SUBJECT, *(name for name in PLACES if name in sheet.columns and name in columns)


def _by_key(sheet: StudyTable, keys: Sequence[str]) -> dict[tuple[str, ...], int]:
    found: dict[tuple[str, ...], int] = {}
    for row, key in enumerate(zip(*(sheet.columns[name] for name in keys), strict=True)):
        if not key[0]:
            raise InputError(f"The table '{sheet.name}', line {row + 2}, column 'subject': the cell is empty.")
        if key in found:
            raise InputError(f"The table '{sheet.name}', line {row + 2}, column 'subject': {_who(keys, key)} stands in "
                             f"line {found[key] + 2} already.")
        found[key] = row
    return found


def _who(keys: Sequence[str], key: Sequence[str]) -> str:
    return ", ".join(f"{name} '{value}'" for name, value in zip(keys, key, strict=True))
