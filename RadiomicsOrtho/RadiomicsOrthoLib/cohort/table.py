"""A table of people or regions (CSV or Parquet), read strictly: every error names the row and the column."""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import InputError

MAX_TABLE_BYTES = 256 * 1024 * 1024
PARQUET = ".parquet"


@dataclass(frozen=True)
class StudyTable:
    """Columns of text by name, all of one length; ``sha256`` is that of the file's bytes."""

    name: str
    columns: Mapping[str, tuple[str, ...]]
    sha256: str

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def texts(self, column: str) -> np.ndarray:
        """The column as it stands, without blanks at the ends; empty where a value is missing."""
        if column not in self.columns:
            raise InputError(f"The table '{self.name}' has no column '{column}'; it has {', '.join(self.columns)}.")
        return np.array(self.columns[column], dtype=object)

    def numbers(self, column: str, missing: bool = False) -> np.ndarray:
        """The column as numbers (float64); NaN for an empty cell if ``missing`` is allowed, else InputError."""
        found = []
        for row, text in enumerate(self.texts(column)):
            try:
                value = float(text) if text or not missing else math.nan
            except ValueError:
                value = math.inf
            if math.isinf(value) or (math.isnan(value) and (text or not missing)):
                raise InputError(f"{self._place(row, column)}: '{text}' is not a number.")
            found.append(value)
        return np.array(found, float)

    def keys(self, column: str, meaning: Mapping[str, str]) -> np.ndarray:
        """The column with each text replaced by its ``meaning``; InputError for a text without one."""
        texts = self.texts(column)
        for row, text in enumerate(texts):
            if text not in meaning:
                known = ", ".join(repr(key) for key in meaning)
                raise InputError(f"{self._place(row, column)}: '{text}' is none of {known}.")
        return np.array([meaning[text] for text in texts], dtype=object)

    def _place(self, row: int, column: str) -> str:
        # a person counts the header as line 1
        return f"The table '{self.name}', line {row + 2}, column '{column}'"


def read_table(path: Path) -> StudyTable:
    """Read a CSV file (UTF-8, comma, header) or a Parquet file.

    InputError for what is no table with named, filled columns.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"There is no table '{path}'.")
    if path.stat().st_size > MAX_TABLE_BYTES:
        raise InputError(f"The table '{path}' is larger than {MAX_TABLE_BYTES // 2**20} MiB.")
    return table_from_bytes(path.read_bytes(), path)


def table_from_bytes(raw: bytes, path: Path) -> StudyTable:
    """As :func:`read_table`, of the bytes of the file that ``path`` names (``.parquet``: Parquet; else CSV)."""
    if path.suffix == PARQUET:
        from .parquet import parquet_cells

        header, rows = parquet_cells(raw, str(path))
    else:
        try:
            header, *rows = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True)
        except (UnicodeDecodeError, csv.Error) as error:
            raise InputError(f"The table '{path}' is no CSV file in UTF-8 ({error}).") from None
        except ValueError:
            header, rows = [], []
    while rows and not rows[-1]:
        # a blank line at the end is nobody's row
        rows.pop()
    header = [name.strip() for name in header]
    if len(header) == 1 and (other := next((sign for sign in ";\t" if sign in header[0]), None)):
        found = "tabs" if other == "\t" else f"'{other}'"
        raise InputError(f"The table '{path}' has {found} between its cells; save it as CSV with commas.")
    if not all(header) or len(set(header)) != len(header) or not rows:
        raise InputError(f"The table '{path}' needs a header of different names, and rows below it.")
    for line, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise InputError(f"The table '{path.name}', line {line} has {len(row)} cells instead of {len(header)}.")
    columns = {name: tuple(cell.strip() for cell in cells)
               for name, cells in zip(header, zip(*rows, strict=True), strict=True)}
    return StudyTable(path.name, columns, hashlib.sha256(raw).hexdigest())
