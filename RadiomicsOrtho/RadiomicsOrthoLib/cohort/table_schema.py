"""What each column of a feature table is: who, where, which scanner, outcome, clinical value or feature.

A schema is written beside its table (``table.csv`` and ``table.schema.json``).  Without one, the names below are known,
and features are told by their names, as the extraction writes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import InputError
from ..features.measurements import MEASUREMENTS
from ..imaging.acquisition import ACQUISITION_FACTS
from ..yaml_text import read_definition

SCHEMA = "radiomics-ortho-table/1"
#: ``set`` tells development from validation, ``truth`` is known of simulated people only and never a predictor,
#: ``note`` is for people and never leaves the centre
ROLES = ("subject", "case", "set", "fold", "centre", "region", "profile", "scanner", "outcome", "time", "clinical",
         "measurement",
         "feature", "simulated", "truth", "note")
KINDS = ("number", "text", "choice")
#: which fold of a cross-fitted network a row was in; empty where no network learned from it
NETWORK_FOLD = "network_fold"
#: which network made the columns ``dl_…``: columns of two networks cannot be compared, as features of two profiles
NETWORK = "network"
#: columns with a meaning of their own, by name
KNOWN = {"subject": "subject", "case": "case", "set": "set", "centre": "centre", "site": "region", "level": "region",
         "side": "region", "compartment": "region", "segment": "region", "roi": "region", "profile": "profile",
         "simulated": "simulated", "refused": "note", "level_from": "note", NETWORK_FOLD: "fold", NETWORK: "profile"}
#: what the simulation and DICOM call facts of a scanner
SCANNER_NUMBERS = ("kvp", "pixel_mm", "slice_mm", "blur_mm", "noise_hu")
SCANNER_TEXTS = ("scanner", "manufacturer", "kernel", "scanner_model")
#: a feature as the extraction names it: image type, family, name; or a block of another source
FEATURE = re.compile(r"^(?:(?:original|wavelet|log-sigma|logarithm|exponential|square|squareroot|gradient|lbp|gabor"
                     r"|laws|mean|riesz)[\w.-]*_\w+|(?:dl|semantic)_\w+)$")
#: features that hold the key of a category
CATEGORY_PREFIX = "semantic_"


@dataclass(frozen=True)
class ColumnSpec:
    """One column; numbers may have a ``range``, choices their ``choices`` (key → title); ``missing`` cells allowed?"""

    name: str
    role: str
    kind: str = "number"
    title: str = ""
    unit: str = ""
    range: tuple[float, float] | None = None
    choices: Mapping[str, str] | None = None
    missing: bool = False

    def __post_init__(self) -> None:
        if self.role not in ROLES or self.kind not in KINDS:
            raise ValueError(f"the column '{self.name}' needs a role ({', '.join(ROLES)}) and a kind "
                             f"({', '.join(KINDS)})")
        if (self.kind == "choice") != bool(self.choices):
            raise ValueError(f"the column '{self.name}' is a choice exactly if it lists its choices")
        if self.range is not None and (self.kind != "number" or not self.range[0] < self.range[1]):
            raise ValueError(f"the range of the column '{self.name}' is two rising numbers")


@dataclass(frozen=True)
class TableSchema:
    """Every column of a table, in its order."""

    columns: tuple[ColumnSpec, ...]

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"the column '{twice}' is there twice")
        if [column.name for column in self.columns if column.role == "subject"] != ["subject"]:
            raise ValueError("one column 'subject' says who each row is about")

    def spec(self, name: str) -> ColumnSpec:
        return next(column for column in self.columns if column.name == name)

    def names(self, *roles: str) -> tuple[str, ...]:
        """The columns of these roles, in their order."""
        return tuple(column.name for column in self.columns if column.role in roles)


def schema_of(header: Iterable[str], declared: Sequence[ColumnSpec] = (), name: str = "table") -> TableSchema:
    """The schema of a table with this ``header``: ``declared`` columns, known names, and names of features.

    InputError for a column that is none of them, and for a declared one that the header lacks.
    """
    header, by_name = list(header), {column.name: column for column in declared}
    absent = [wanted for wanted in by_name if wanted not in header]
    if absent:
        raise InputError(f"The table '{name}' has no column '{absent[0]}'; it has {_some(header)}.")
    if "subject" not in header:
        raise InputError(f"The table '{name}' has no column 'subject', which says who each row is about.")
    return TableSchema(tuple(by_name.get(column) or _known(column, name) for column in header))


#: what every study says of people
_PEOPLE = {"age": ColumnSpec("age", "clinical", title="Age", unit="years", range=(0, 125), missing=True),
           "sex": ColumnSpec("sex", "clinical", "choice", "Sex", missing=True,
                             choices={"female": "female", "male": "male", "F": "female", "M": "male"})}


def _known(column: str, table: str) -> ColumnSpec:
    if column in _PEOPLE:
        return _PEOPLE[column]
    if column in KNOWN:
        return ColumnSpec(column, KNOWN[column], "text", missing=KNOWN[column] not in ("subject", "set", "simulated"))
    if column in SCANNER_NUMBERS:
        return ColumnSpec(column, "scanner", missing=True)
    if column in SCANNER_TEXTS or column in ACQUISITION_FACTS:
        return ColumnSpec(column, "scanner", "text", missing=True)
    if column.startswith("true_"):
        return ColumnSpec(column, "truth", missing=True)
    if column in MEASUREMENTS:
        return ColumnSpec(column, "measurement", missing=True)
    if FEATURE.match(column):
        return ColumnSpec(column, "feature", "text" if column.startswith(CATEGORY_PREFIX) else "number", missing=True)
    raise InputError(f"The table '{table}', column '{column}': it is neither known nor the name of a feature; say in a "
                     "schema what it is (role clinical, outcome, time …, or note to keep it aside).")


def read_schema(path: Path) -> TableSchema:
    """The schema in a JSON or YAML file; InputError with one sentence for what is none."""
    return read_definition(Path(path), "schema", schema_from_dict)


def schema_from_dict(data: Mapping) -> TableSchema:
    """``ValueError``, ``TypeError`` or ``KeyError`` says what is wrong."""
    if data.get("schema") != SCHEMA:
        raise ValueError(f"its schema is {data.get('schema')!r}, this version reads {SCHEMA!r}")
    return TableSchema(tuple(column_from_dict(entry) for entry in data["columns"]))


def column_from_dict(entry: Mapping) -> ColumnSpec:
    """As :func:`schema_from_dict`, of one column."""
    if not isinstance(entry, Mapping):
        raise ValueError(f"a column is a mapping with a name and a role, not {entry!r}")
    unknown = sorted(set(entry) - {"name", "role", "kind", "title", "unit", "range", "choices", "missing"})
    if unknown:
        raise ValueError(f"the entry '{unknown[0]}' of the column '{entry.get('name')}' is unknown")
    bounds, choices = entry.get("range"), entry.get("choices")
    if choices is not None and not isinstance(choices, Mapping):
        raise ValueError(f"the choices of the column '{entry.get('name')}' map keys to titles")
    if bounds is not None and (not isinstance(bounds, list) or len(bounds) != 2):
        raise ValueError(f"the range of the column '{entry.get('name')}' is two rising numbers")
    return ColumnSpec(str(entry["name"]), entry["role"], entry.get("kind", "number"), entry.get("title", ""),
                      entry.get("unit", ""), None if bounds is None else (float(bounds[0]), float(bounds[1])),
                      None if choices is None else {str(key): str(title) for key, title in choices.items()},
                      bool(entry.get("missing", False)))


def schema_dict(schema: TableSchema) -> dict:
    """What :func:`schema_from_dict` reads."""
    return {"schema": SCHEMA, "columns": [_entry(column) for column in schema.columns]}


def _entry(column: ColumnSpec) -> dict:
    found: dict = {"name": column.name, "role": column.role, "kind": column.kind}
    for key in ("title", "unit"):
        if getattr(column, key):
            found[key] = getattr(column, key)
    if column.range is not None:
        found["range"] = list(column.range)
    if column.choices:
        found["choices"] = dict(column.choices)
    return found | ({"missing": True} if column.missing else {})


def with_missing(schema: TableSchema, names: Iterable[str]) -> TableSchema:
    """The same, with cells of the columns ``names`` allowed to be empty."""
    names = set(names)
    return TableSchema(tuple(replace(one, missing=True) if one.name in names else one for one in schema.columns))


def _some(names: Sequence[str], most: int = 12) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
