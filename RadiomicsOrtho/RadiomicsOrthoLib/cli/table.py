"""``table check | join | export | import``: tables of features, and sharing them without images and names."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ..cohort.deidentification import deidentified, key_text, read_key
from ..cohort.feature_table import FeatureTable, problems, read_feature_table
from ..cohort.joining import join, stack
from ..cohort.package import merged, package_bytes, read_package
from ..cohort.table import PARQUET, read_table
from ..cohort.table_schema import KNOWN, TableSchema, read_schema, schema_dict, schema_of
from ..errors import InputError
from ..features.profile_file import profile_data, profile_text
from ..report.files import write_folder
from ..report.tables import features_csv
from .output import check_output

ENDINGS = (".csv", PARQUET)


def add_command(commands) -> None:
    command = commands.add_parser("table", help="tables of features: check, join, share without images and names")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    check = actions.add_parser("check", help="whether a table can be used; every problem with line and column")
    check.add_argument("table", metavar="TABLE", type=Path, help="CSV or Parquet, one row for each case and region")
    _schema_options(check)
    check.set_defaults(run=run_check)
    joining = actions.add_parser("join", help="features of images, clinical sheets and outcomes, by subject")
    joining.add_argument("--features", nargs="+", required=True, metavar="FILE",
                         help="tables of features with a column 'subject', or SUBJECT=FILE for one as 'extract' writes")
    joining.add_argument("--sheet", nargs="*", default=[], type=Path, metavar="FILE",
                         help="tables with one line for each subject: clinical values, outcomes")
    joining.add_argument("--incomplete", action="store_true", help="leave people out whom a sheet lacks")
    joining.add_argument("-o", "--output", required=True, type=Path, metavar="FILE", help="ends in .csv or .parquet")
    joining.set_defaults(run=run_join)
    export = actions.add_parser("export", help="a de-identified package (zip) for another centre")
    export.add_argument("table", metavar="TABLE", type=Path)
    _schema_options(export)
    export.add_argument("--key", dest="key_file", required=True, type=Path, metavar="FILE",
                        help="who is who (CSV); stays with you, in another folder; used again in the next export")
    export.add_argument("--profile", metavar="PROFILE", help="the profile of the extraction, to go along")
    export.add_argument("--strip", action="store_true", help="leave out columns of free text and dates")
    export.add_argument("-o", "--output", required=True, type=Path, metavar="PACKAGE.zip")
    export.set_defaults(run=run_export)
    importing = actions.add_parser("import", help="one table from the packages of several centres")
    importing.add_argument("images", nargs="+", metavar="PACKAGE.zip", type=Path)
    importing.add_argument("-o", "--output", required=True, type=Path, metavar="FILE", help="ends in .csv or .parquet")
    importing.set_defaults(run=run_import)


def _schema_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--schema", type=Path, metavar="FILE", help="what each column is (default: TABLE's name with "
                                                                     ".schema.json, or known by the names)")
    command.add_argument("--recipe", metavar="RECIPE", help="the recipe whose clinical values and outcomes it holds")


def run_check(options: argparse.Namespace) -> dict:
    raw = read_table(options.table)
    found = problems(raw, _schema(options, list(raw.columns)))
    if found:
        if not options.json:
            for sentence in found[:-1]:
                print(sentence)
        raise InputError(found[-1] if len(found) == 1 else f"{found[-1]} {len(found)} problems in all.")
    table = _read(options)
    roles = {role: len(table.schema.names(role)) for role in ("clinical", "outcome", "time", "feature")}
    subjects, empty = len(set(table.subjects)), _empty_features(table)
    if not options.json:
        print(f"{options.table}: {len(table)} rows of {subjects} subjects, "
              + ", ".join(f"{count} {role}" for role, count in roles.items()) + " columns; every cell fits the schema"
              + (" (SIMULATED)" if table.simulated else ""))
        for name in empty:
            print(f"Note: the feature '{name}' has no value in any row.")
    return {"rows": len(table), "subjects": subjects, "columns": roles, "simulated": table.simulated,
            "features_without_values": empty, "sha256": table.sha256}


def run_join(options: argparse.Namespace) -> dict:
    check_output(options.output, ENDINGS)
    tables = []
    for text in options.features:
        subject, separator, path = text.partition("=")
        tables.append((subject, read_table(Path(path))) if separator else (None, read_table(Path(text))))
    found = join(stack(tables), [read_table(path) for path in options.sheet], options.incomplete)
    rows = found.rows
    _write_table(options.output, _typed(rows, found.columns) if options.output.suffix == PARQUET else rows,
                 found.columns)
    if not options.json:
        print(f"{len(rows)} rows of {len({row['subject'] for row in found.rows})} subjects, {len(found.columns)} "
              f"columns: {options.output}")
        for note in found.notes:
            print(f"Note: {note}")
    return {"rows": len(rows), "columns": list(found.columns), "notes": list(found.notes),
            "output": str(options.output)}


def run_export(options: argparse.Namespace) -> dict:
    check_output(options.output, (".zip",))
    check_output(options.key_file, (".csv",))
    if options.key_file.absolute().parent == options.output.absolute().parent:
        raise InputError("The key says who is who; keep it in another folder than what you send.")
    profile = profile_text(profile_data(options.profile)) if options.profile else ""
    found = deidentified(_read(options), read_key(options.key_file), options.strip)
    content = package_bytes(features_csv(found.table.rows(), list(found.table.columns)), found.table, found.changes,
                            profile)
    # the key first: a package whose key is lost could never be read back at home
    write_folder(options.key_file.parent, {options.key_file.name: key_text(found.key)})
    write_folder(options.output.parent, {options.output.name: content})
    if not options.json:
        print(f"{len(found.table)} rows of {len(set(found.table.subjects))} subjects: {options.output}")
        for change in found.changes:
            print(f"  {change}")
        print(f"Who is who: {options.key_file}. It stays with you.")
    return {"rows": len(found.table), "changes": list(found.changes), "output": str(options.output),
            "key": str(options.key_file)}


def run_import(options: argparse.Namespace) -> dict:
    check_output(options.output, ENDINGS)
    packages = [read_package(path) for path in options.images]
    table = merged(packages)
    schema = options.output.with_suffix(".schema.json")
    _write_table(options.output, table.rows(), list(table.columns), {schema.name: _schema_text(table.schema)})
    if not options.json:
        print(f"{len(table)} rows of {len(set(table.subjects))} subjects from {len(packages)} packages: "
              f"{options.output}, {schema.name}")
    return {"rows": len(table), "subjects": len(set(table.subjects)), "packages": len(packages),
            "output": str(options.output)}


def _read(options: argparse.Namespace) -> FeatureTable:
    return read_feature_table(options.table, options.schema, _declared(options))


def _schema(options: argparse.Namespace, header: Sequence[str]) -> TableSchema:
    beside = options.table.with_suffix(".schema.json")
    if options.schema or (beside.is_file() and not options.recipe):
        return read_schema(options.schema or beside)
    return schema_of(header, _declared(options), options.table.name)


def _declared(options: argparse.Namespace) -> tuple:
    if not options.recipe:
        return ()
    from ..modelling.recipes.recipe_file import load_recipe

    return load_recipe(options.recipe).declared


def _empty_features(table: FeatureTable) -> list[str]:
    return [name for name in table.features
            if all(value == "" if isinstance(value, str) else value != value  # noqa: PLR0124 - NaN
                   for value in table.columns[name])]


def _typed(rows: Sequence[Mapping[str, str]], columns: Sequence[str]) -> list[dict]:
    """Columns of numbers as numbers, for Parquet; names of people stay texts even if they are digits."""
    def number(cell: str) -> float | None:
        return float(cell) if cell else None

    typed = [dict(row) for row in rows]
    for name in columns:
        if name in KNOWN:
            continue
        try:
            values = [number(row.get(name, "")) for row in rows]
        except ValueError:
            continue
        for row, value in zip(typed, values, strict=True):
            row[name] = value
    return typed


def _write_table(path: Path, rows: Iterable[Mapping[str, object]], columns: Sequence[str],
                 more: Mapping[str, str] | None = None) -> None:
    if path.suffix == PARQUET:
        from ..cohort.parquet import parquet_bytes

        content: str | bytes = parquet_bytes(rows, columns)
    else:
        content = features_csv(rows, columns)
    write_folder(path.parent, {path.name: content, **(more or {})})


def _schema_text(schema: TableSchema) -> str:
    return json.dumps(schema_dict(schema), indent=1, ensure_ascii=False) + "\n"
