"""Reading the features of one region back from their table and the provenance beside it."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

from ..errors import InputError
from .provenance import SCHEMA
from .table import REGION_COLUMNS
from .vector import FeatureVector

MAX_BYTES = 64 * 1024 * 1024


def read_vector(path: str | Path) -> FeatureVector:
    """The vector of a ``features.csv`` of one row, as ``extract`` writes it with its ``features.provenance.json``.

    Raises InputError with one sentence for a file that is missing or no such table, and where both do not belong
    together.
    """
    path = Path(path)
    document = _provenance(path.with_suffix(".provenance.json"))
    rows = list(csv.reader(_text(path).splitlines()))
    if len(rows) != 2 or len(rows[0]) != len(rows[1]):
        raise InputError(f"'{path}' holds {max(len(rows) - 1, 0)} regions; give the features of one, as 'extract' "
                         "writes them.")
    header, cells = rows
    row = dict(zip(header, cells, strict=True))
    if len(row) != len(header) or not set(REGION_COLUMNS) <= set(header):
        raise InputError(f"'{path}' is no table of features as 'extract' writes it.")
    profile = document.get("profile", {}).get("id", "")
    if row["profile"] != profile:
        raise InputError(f"'{path}' (profile '{row['profile']}') and the provenance beside it (profile '{profile}') do "
                         "not belong together.")
    values: dict[str, float] = {}
    categories: dict[str, str] = {}
    for name, text in row.items():
        if name in REGION_COLUMNS or not text:
            continue
        number = _number(text)
        if number is None:
            categories[name] = text.removeprefix("'")
        else:
            values[name] = number
    provenance = {name: entry for name, entry in document.items() if name != "failures"}
    failures = {name: why for name, why in document.get("failures", {}).items() if name not in {**values, **categories}}
    try:
        return FeatureVector(values, profile, provenance, failures, categories, tuple(header))
    except ValueError as error:
        raise InputError(f"'{path}' is damaged: {error}.") from None


def _provenance(path: Path) -> dict:
    try:
        document = json.loads(_text(path))
    except (ValueError, RecursionError):
        raise InputError(f"'{path}' is no JSON file.") from None
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise InputError(f"'{path}' is no provenance of one region; give the two files that 'extract' wrote.")
    return document


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"'{path}' is too large for the features of a region.")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"Cannot read '{path}': {error.strerror}.") from None
    except UnicodeDecodeError:
        raise InputError(f"'{path}' is no text in UTF-8.") from None


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    if not math.isfinite(value):
        raise InputError(f"The table holds '{text}', which is no value of a feature.")
    return value
