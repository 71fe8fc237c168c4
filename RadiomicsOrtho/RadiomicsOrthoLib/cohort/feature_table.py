"""The table that studies are made of: one row per case and region, checked cell by cell against its schema."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import InputError
from .table import StudyTable, read_table
from .table_schema import ColumnSpec, TableSchema, read_schema, schema_of

#: what tells one row from another
KEY_ROLES = ("subject", "case", "region")
SCHEMA_ENDING = ".schema.json"
#: problems that a sentence names before it counts the rest
_SHOWN = 200


@dataclass(frozen=True)
class FeatureTable:
    """Checked columns by name (n each): numbers with NaN where a value is missing, or texts, empty where missing.

    ``sha256`` is that of the file it was read from.
    """

    name: str
    schema: TableSchema
    columns: Mapping[str, np.ndarray]
    sha256: str = ""

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    @property
    def subjects(self) -> np.ndarray:
        return self.columns["subject"]

    @property
    def features(self) -> tuple[str, ...]:
        return self.schema.names("feature")

    @property
    def simulated(self) -> bool:
        """Whether the table says that its people are virtual."""
        return "simulated" in self.columns and set(self.columns["simulated"]) == {"yes"}

    def column(self, name: str) -> np.ndarray:
        """The column; InputError names those at hand."""
        if name not in self.columns:
            raise InputError(f"The table '{self.name}' has no column '{name}'.")
        return self.columns[name]

    def take(self, rows: np.ndarray) -> FeatureTable:
        """The rows at ``rows`` (indices or booleans)."""
        return FeatureTable(self.name, self.schema, {name: column[rows] for name, column in self.columns.items()},
                            self.sha256)

    def rows(self) -> Iterator[dict[str, object]]:
        """Each row as name → number, text, or ``None`` where a value is missing."""
        names = list(self.columns)
        for cells in zip(*self.columns.values(), strict=True):
            yield {name: _cell(value) for name, value in zip(names, cells, strict=True)}


def _cell(value: object) -> object:
    if isinstance(value, str):
        return value or None
    return None if math.isnan(value) else float(value)


def read_feature_table(path: Path, schema: TableSchema | Path | None = None,
                       declared: Sequence[ColumnSpec] = ()) -> FeatureTable:
    """The checked table in a CSV or Parquet file.

    The schema is the one given, else the file ``NAME.schema.json`` beside the table, else known by the names of the
    columns and those ``declared``.  InputError names row and column of the first problem, and how many follow.
    """
    raw = read_table(Path(path))
    beside = Path(path).with_suffix(SCHEMA_ENDING)
    if schema is None and beside.is_file():
        schema = beside
    if isinstance(schema, Path):
        schema = read_schema(schema)
    if schema is None:
        schema = schema_of(raw.columns, declared, raw.name)
    return feature_table(raw, schema)


def feature_table(raw: StudyTable, schema: TableSchema) -> FeatureTable:
    """``raw`` with every cell checked; InputError for the first problem, and how many follow."""
    found = problems(raw, schema)
    if found:
        more = f" ({len(found) - 1} more; 'radiomics-ortho table check' lists them)" if len(found) > 1 else ""
        raise InputError(f"{found[0].rstrip('.')}{more}.")
    columns = {one.name: _values(raw, one) for one in schema.columns}
    return FeatureTable(raw.name, schema, columns, raw.sha256)


def problems(raw: StudyTable, schema: TableSchema) -> list[str]:
    """Everything that is wrong with ``raw``, one sentence each with line and column; empty if nothing is."""
    wanted, there = [one.name for one in schema.columns], list(raw.columns)
    found = [f"The table '{raw.name}' has no column '{name}', which its schema names." for name in wanted
             if name not in there]
    found += [f"The table '{raw.name}', column '{name}': the schema does not name it." for name in there
              if name not in wanted]
    if found:
        return found
    for one in schema.columns:
        for row, text in enumerate(raw.columns[one.name]):
            fault = _fault(text, one)
            if fault and len(found) < _SHOWN:
                # a person counts the header as line 1
                found.append(f"The table '{raw.name}', line {row + 2}, column '{one.name}': {fault}.")
    return found or [*_repeated(raw, schema), *_profiles(raw, schema)]


def _fault(text: str, one: ColumnSpec) -> str:
    if not text:
        return "" if one.missing or one.role == "feature" else "the cell is empty"
    if one.kind == "choice" and text not in one.choices:
        return f"'{text}' is none of {', '.join(map(repr, one.choices))}"
    if one.kind != "number":
        return ""
    try:
        value = float(text)
    except ValueError:
        return f"'{text}' is not a number"
    if not math.isfinite(value):
        return f"'{text}' is no number that can be used"
    if one.range is not None and not one.range[0] <= value <= one.range[1]:
        return f"{text} lies outside {one.range[0]:g} to {one.range[1]:g}{f' {one.unit}' if one.unit else ''}"
    return ""


def _repeated(raw: StudyTable, schema: TableSchema) -> list[str]:
    """Rows that say the same subject, case and region as an earlier one."""
    names = schema.names(*KEY_ROLES)
    seen: dict[tuple[str, ...], int] = {}
    found = []
    for row, key in enumerate(zip(*(raw.columns[name] for name in names), strict=True)):
        if key in seen:
            found.append(f"The table '{raw.name}', line {row + 2}, columns {', '.join(map(repr, names))}: the same as "
                         f"line {seen[key] + 2}; each row needs a subject, case or region of its own.")
        seen.setdefault(key, row)
    return found


def _profiles(raw: StudyTable, schema: TableSchema) -> list[str]:
    """Features of different profiles cannot be compared."""
    for name in schema.names("profile"):
        first = raw.columns[name][0]
        for row, text in enumerate(raw.columns[name]):
            if text != first:
                sentence = (f"The table '{raw.name}', line {row + 2}, column '{name}': '{text}' is another profile "
                            f"than '{first}' in line 2; features of two profiles cannot be compared.")
                return [sentence]
    return []


def _values(raw: StudyTable, one: ColumnSpec) -> np.ndarray:
    cells = raw.columns[one.name]
    if one.kind == "number":
        return np.array([float(text) if text else math.nan for text in cells])
    return np.array(cells, dtype=object)
