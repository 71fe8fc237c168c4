"""A de-identified table with its schema, profile and hashes in one zip file, for another centre."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .. import __version__
from ..errors import InputError
from .feature_table import FeatureTable, feature_table
from .table import MAX_TABLE_BYTES, table_from_bytes
from .table_schema import TableSchema, schema_dict, schema_from_dict

SCHEMA = "radiomics-ortho-table-package/1"
MANIFEST, TABLE, COLUMNS, PROFILE = "package.json", "table.csv", "table.schema.json", "profile.yaml"
MAX_SMALL_BYTES = 4 * 1024 * 1024
#: texts of numbers do not shrink more than this
MAX_RATIO = 100


@dataclass(frozen=True)
class Package:
    """A table from another centre; ``profile`` is the text of the extraction profile, empty if none came along."""

    table: FeatureTable
    profile: str
    manifest: Mapping


def package_bytes(table_csv: str, table: FeatureTable, changes: Sequence[str], profile: str = "") -> bytes:
    """The zip file; ``table_csv`` is ``table`` as CSV, ``changes`` are what de-identification did."""
    files = {TABLE: table_csv.encode("utf-8"),
             COLUMNS: (json.dumps(schema_dict(table.schema), indent=1, ensure_ascii=False) + "\n").encode("utf-8")}
    if profile:
        files[PROFILE] = profile.encode("utf-8")
    manifest = {"schema": SCHEMA, "software": f"radiomics-ortho {__version__}", "rows": len(table),
                "subjects": len(set(table.subjects)), "simulated": table.simulated, "changes": list(changes),
                "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}}
    files = {MANIFEST: (json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode("utf-8")} | files
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)       # its date is fixed: when a package was made is nobody's business
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return buffer.getvalue()


def read_package(path: Path) -> Package:
    """The checked content of a package; InputError for what is none, was changed, or is larger than it may be."""
    try:
        with zipfile.ZipFile(path) as archive:
            files = {name: _read(archive, name, path) for name in _names(archive, path)}
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise InputError(f"'{path}' is no package of a table ({' '.join(str(error).split())[:120]}).") from None
    try:
        manifest = json.loads(files[MANIFEST])
        if manifest["schema"] != SCHEMA:
            raise ValueError(f"its schema is {manifest['schema']!r}, this version reads {SCHEMA!r}")
        listed = manifest["files"]
        if set(listed) != set(files) - {MANIFEST}:
            raise ValueError("its list of files is not what it holds")
        for name, sha256 in listed.items():
            if hashlib.sha256(files[name]).hexdigest() != sha256:
                raise ValueError(f"the file '{name}' was changed after the export")
        schema = schema_from_dict(json.loads(files[COLUMNS]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(f"The package '{path}' is refused: {error}.") from None
    table = feature_table(table_from_bytes(files[TABLE], path), schema)
    return Package(table, files.get(PROFILE, b"").decode("utf-8", "replace"), manifest)


def merged(packages: Sequence[Package]) -> FeatureTable:
    """One table of several packages.

    InputError where they have other columns, other profiles, or the same person twice.
    """
    first, *others = packages
    for other in others:
        if other.profile != first.profile:
            raise InputError(f"'{other.table.name}' was measured with another profile than '{first.table.name}'; their "
                             "features cannot be compared.")
        _check_same(first.table, other.table)
        both = sorted(set(first.table.subjects) & set(other.table.subjects))
        if both:
            raise InputError(f"The subject '{both[0]}' is in '{first.table.name}' and in '{other.table.name}'; import "
                             "the newest package of a centre only.")
    columns = {name: np.concatenate([package.table.columns[name] for package in packages])
               for name in first.table.columns}
    return FeatureTable(first.table.name, first.table.schema, columns)


def _check_same(first: FeatureTable, other: FeatureTable) -> None:
    def by_name(schema: TableSchema) -> dict:
        return {one.name: one for one in schema.columns}

    ours, theirs = by_name(first.schema), by_name(other.schema)
    for name in [*ours, *theirs]:
        if ours.get(name) != theirs.get(name):
            raise InputError(f"The column '{name}' is not the same in '{first.name}' and in '{other.name}'; the "
                             "centres must agree on one schema.")


def _names(archive: zipfile.ZipFile, path: Path) -> list[str]:
    names = [entry.filename for entry in archive.infolist()]
    known = {MANIFEST, TABLE, COLUMNS, PROFILE}
    if len(set(names)) != len(names) or not {MANIFEST, TABLE, COLUMNS} <= set(names) <= known:
        raise InputError(f"'{path}' is no package of a table: it must hold {MANIFEST}, {TABLE} and {COLUMNS}, and "
                         f"nothing else but {PROFILE}.")
    return names


def _read(archive: zipfile.ZipFile, name: str, path: Path) -> bytes:
    most = MAX_TABLE_BYTES if name == TABLE else MAX_SMALL_BYTES
    entry = archive.getinfo(name)
    if entry.file_size > max(MAX_RATIO * entry.compress_size, 1024 * 1024):
        raise InputError(f"The package '{path}' is refused: '{name}' unpacks to far more than it is.")
    with archive.open(entry) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise InputError(f"The package '{path}' is refused: '{name}' is larger than {most // 2**20} MiB.")
    return content
