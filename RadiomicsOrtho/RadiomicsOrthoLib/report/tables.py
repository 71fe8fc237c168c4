"""Feature tables as CSV that a spreadsheet opens without running anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

#: what spreadsheets take for the beginning of a formula, with the full-width forms
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def features_csv(rows: Iterable[Mapping[str, object]], columns: Sequence[str] | None = None) -> str:
    """CSV text of ``rows``, one per region, with a header and ``\\n`` line ends; write it as UTF-8.

    Columns stand in the order of ``columns``, or else in the order in which the rows first
    name them, so that equal rows give equal bytes.  Numbers are written so that reading
    them gives the same float64.  A missing value is an empty cell, never a number.
    ``ValueError`` if a row has a column that ``columns`` lacks: nothing is dropped silently.
    """
    rows = list(rows)
    found = dict.fromkeys(name for row in rows for name in row)
    header = list(found) if columns is None else list(columns)
    left_out = [name for name in found if name not in set(header)]
    if left_out:
        raise ValueError(f"no column for {', '.join(left_out)}")
    return "".join(csv_lines(rows, header)) if header else ""


def csv_lines(rows: Iterable[Mapping[str, object]], header: Sequence[str]) -> Iterator[str]:
    """The same line by line, for tables that are larger than the memory; columns that ``header`` lacks are left out."""
    yield ",".join(map(_cell, header)) + "\n"
    for row in rows:
        yield ",".join(_cell(row.get(name)) for name in header) + "\n"


def _cell(value: object) -> str:
    if isinstance(value, np.generic):
        value = value.item()
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    text = str(value)
    if text.startswith(FORMULA_STARTS) and not _is_number(text):
        text = "'" + text
    if any(character in text for character in ',"\r\n') or text != text.strip():
        text = '"' + text.replace('"', '""') + '"'
    return text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text == text.strip()
