"""Rows on which a converted model is compared with the model that it came from."""

from __future__ import annotations

import csv
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

from ...errors import InputError
from ..bundle import ModelInput
from .preprocessing import key_of

#: rows that are made where none are given
GENERATED = 200
MAX_ROWS = 10_000
MAX_BYTES = 32 * 1024 * 1024

Row = Mapping[str, float | str]


def read_rows(path: Path, inputs: Sequence[ModelInput]) -> list[Row]:
    """The rows of a CSV file with a column per input, called by its name or its key; other columns are not read.

    InputError for a missing column or value, and for one that is no number or no choice.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"'{path}' is larger than {MAX_BYTES // 2**20} MiB; some hundred rows are enough.")
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = list(csv.DictReader(file))
    except OSError as error:
        raise InputError(f"Cannot read '{path}': {error.strerror}.") from None
    except (UnicodeDecodeError, csv.Error):
        raise InputError(f"'{path}' is no CSV file in UTF-8.") from None
    if not table or len(table) > MAX_ROWS:
        raise InputError(f"'{path}' has {len(table)} rows; 1 to {MAX_ROWS} are needed.")
    wanted = [item for item in inputs if item.source != "derived" and not item.recorded]
    columns = {item.name: _column(item, table[0], path) for item in wanted}
    return [{item.name: _value(item, row[columns[item.name]], number, path) for item in wanted}
            for number, row in enumerate(table, start=1)]


def generated_rows(inputs: Sequence[ModelInput], count: int = GENERATED) -> list[Row]:
    """Rows spread evenly over the ranges of the inputs; always the same ones.

    InputError for an input that states no range.
    """
    source = random.Random("radiomics-ortho check rows")
    wanted = [item for item in inputs if item.source != "derived" and not item.recorded]
    for item in wanted:
        if not item.choices and not (item.training_range or item.valid_range):
            raise InputError(f"The input '{item.name}' states no range, so no rows can be made to check the model; "
                             "give training_range or valid_range in the card, or rows with --check.")
    return [{item.name: _drawn(item, source) for item in wanted} for _ in range(count)]


def _drawn(item: ModelInput, source: random.Random) -> float | str:
    if item.choices:
        return source.choice(sorted(item.choices))
    value = source.uniform(*(item.training_range or item.valid_range))
    return float(round(value)) if item.whole else value


def _column(item: ModelInput, row: Mapping, path: Path) -> str:
    name = next((name for name in (item.name, item.key) if name in row), None)
    if name is None:
        raise InputError(f"'{path}' has no column '{item.name}'.")
    return name


def _value(item: ModelInput, text: str | None, number: int, path: Path) -> float | str:
    where = f"Row {number} of '{path}'"
    if item.choices:
        found = next((key for key in item.choices if text is not None and key_of(key) == key_of(text.strip())), None)
        if found is None:
            raise InputError(f"{where} has '{text}' as {item.name}; it is one of {', '.join(item.choices)}.")
        return found
    try:
        value = float(text or "")
    except ValueError:
        value = float("nan")
    if not abs(value) < float("inf"):
        raise InputError(f"{where} has '{text}' as {item.name}, which is no number.")
    return value
