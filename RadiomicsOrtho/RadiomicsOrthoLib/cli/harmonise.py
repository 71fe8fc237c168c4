"""``harmonise TABLE --batch COLUMN -o FOLDER``: takes out what scanners do; ``--frozen FILE`` does the same later."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..cohort.feature_table import FeatureTable, read_feature_table
from ..cohort.table_schema import ColumnSpec
from ..errors import InputError
from ..modelling.harmonisation.combat import Combat, fit_combat
from ..modelling.harmonisation.comparison import Apart, components, how_far_apart
from ..modelling.harmonisation.frozen import frozen_text, read_frozen
from ..report.files import write_folder
from ..report.harmonisation_chart import harmonisation_svg
from ..report.tables import features_csv
from .output import check_output

MODEL, TABLE, PICTURE, SHARES = "harmonisation.json", "harmonised.csv", "before-after.svg", "before-after.csv"
#: rows of a table with a column ``set`` that are learned from
DEVELOPMENT = "development"
_SHOWN = 12
#: what would write the outcome into the features
_NEVER = ("outcome", "time", "truth")
#: joins a column and its level
EQUALS = "="


def add_command(commands) -> None:
    command = commands.add_parser(
        "harmonise", help="takes out of a feature table what scanners do (ComBat)",
        description="Learns from TABLE what each scanner adds to every feature and multiplies it with, and writes "
                    f"{TABLE}, {MODEL} for later patients, and before and after as {PICTURE} and {SHARES} into FOLDER. "
                    f"Where the table has a column 'set', only rows with '{DEVELOPMENT}' are learned from. With "
                    "--frozen, applies what was learned before and writes one CSV file.")
    command.add_argument("table", type=Path, metavar="TABLE", help="a feature table (CSV or Parquet)")
    command.add_argument("--batch", metavar="COLUMN", help="says the scanner of each row, such as scanner or centre")
    command.add_argument("--covariate", action="append", default=[], metavar="COLUMN",
                         help="what it explains stays, such as age or sex; known of every patient, never the outcome; "
                              "may be repeated")
    command.add_argument("--leave-out", action="append", default=[], metavar="FEATURE",
                         help="a feature to drop; may be repeated")
    command.add_argument("--frozen", type=Path, metavar="FILE", help=f"apply this {MODEL} instead of learning")
    command.add_argument("-o", "--output", required=True, type=Path, metavar="OUT",
                         help="a folder; with --frozen the CSV file to write")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> dict:
    return _apply(options) if options.frozen else _learn(options)


def _learn(options: argparse.Namespace) -> dict:
    if not options.batch:
        raise InputError("Say with --batch which column names the scanner, or apply what was learned with --frozen.")
    if options.output.exists() and not options.output.is_dir():
        raise InputError(f"'{options.output}' is a file; name a folder to write into.")
    table = _read(options.table, options.covariate)
    _check_covariates(table, options.covariate)
    features = _features(table, options.leave_out)
    x, batch = _numbers(table, features), _batch(table, options.batch)
    levels = _levels(table, options.covariate)
    names = _names(options.covariate, levels)
    covariates = _covariates(table, names, levels)
    rows = _learned_from(table)
    found = fit_combat(x[rows], batch[rows], features, covariates[rows], names)
    after = found.apply(x, batch, covariates)
    apart = how_far_apart(x[rows], after[rows], batch[rows], features)
    facts = {"table": {"name": table.name, "sha256": table.sha256}, "batch_column": options.batch, "levels": levels,
             "rows": len(rows), "simulated": table.simulated}
    write_folder(options.output, {
        MODEL: frozen_text(found, facts), TABLE: features_csv(_rows(table, found, after, options.leave_out)),
        PICTURE: _picture(x[rows], after[rows], batch[rows], apart),
        SHARES: features_csv([{"feature": name, "eta2_before": float(before), "eta2_after": float(then)}
                              for name, before, then in zip(features, apart.before, apart.after, strict=True)])})
    result = {"output": str(options.output), "features": len(features), "rows": len(table), "learned_from": len(rows),
              "batches": dict(zip(found.batches, found.people, strict=True)), "covariates": names,
              "differing_before": apart.differing[0], "differing_after": apart.differing[1],
              "median_eta2": [float(np.median(apart.before)), float(np.median(apart.after))],
              "notes": list(found.notes)}
    if not options.json:
        _print(result)
    return result


def _apply(options: argparse.Namespace) -> dict:
    if options.batch or options.covariate:
        raise InputError("--frozen knows its own scanner column and covariates; leave --batch and --covariate out.")
    check_output(options.output, (".csv",))
    found, facts = read_frozen(options.frozen)
    levels, column = dict(facts.get("levels", {})), str(facts.get("batch_column", ""))
    table = _read(options.table, list(dict.fromkeys(name.partition(EQUALS)[0] for name in found.covariates)))
    there = _features(table, options.leave_out)
    missing = next((name for name in found.features if name not in there), None)
    if missing is not None:
        raise InputError(f"The harmonisation needs the feature '{missing}', which the table '{table.name}' lacks.")
    left_out = [name for name in there if name not in found.features]
    after = found.apply(_numbers(table, found.features), _batch(table, column),
                        _covariates(table, list(found.covariates), levels))
    text = features_csv(_rows(table, found, after, [*left_out, *options.leave_out]))
    write_folder(options.output.parent, {options.output.name: text})
    result = {"output": str(options.output), "features": len(found.features), "rows": len(table),
              "left_out": left_out, "notes": list(found.notes)}
    if not options.json:
        print(f"{len(table)} rows, {len(found.features)} features harmonised as {options.frozen.name} says.")
        if left_out:
            print(f"Left out, not learned: {', '.join(left_out[:_SHOWN])}{' …' if len(left_out) > _SHOWN else ''}")
        print(f"Written: {options.output}")
    return result


def _read(path: Path, covariates: Sequence[str]) -> FeatureTable:
    """The table; without a schema beside it, covariates are declared by being named."""
    from ..cohort.table import read_table

    header = read_table(path).columns
    declared = []
    for name in covariates:
        if name in header:
            texts = set(header[name]) - {""}
            number = all(_is_number(text) for text in texts)
            declared.append(ColumnSpec(name, "clinical", "number" if number else "text", missing=True))
    return read_feature_table(path, declared=declared)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _check_covariates(table: FeatureTable, covariates: Sequence[str]) -> None:
    for name in covariates:
        table.column(name)
        if table.schema.spec(name).role in _NEVER:
            raise InputError(f"The column '{name}' is the outcome or follows from it; as a covariate it would be "
                             "written into the features, and nobody knows it of a later patient.")


def _features(table: FeatureTable, left_out: Sequence[str]) -> list[str]:
    for name in left_out:
        table.column(name)
    found = [name for name in table.features if table.schema.spec(name).kind == "number" and name not in left_out]
    if not found:
        raise InputError(f"The table '{table.name}' has no feature to harmonise.")
    return found


def _numbers(table: FeatureTable, features: Sequence[str]) -> np.ndarray:
    return np.column_stack([table.column(name) for name in features]).astype(float)


def _batch(table: FeatureTable, column: str) -> np.ndarray:
    found = table.column(column)
    for row, one in enumerate(found):
        if one == "" or (isinstance(one, float) and np.isnan(one)):
            raise InputError(f"The table '{table.name}', line {row + 2}, column '{column}': the scanner is missing.")
    return np.array([one if isinstance(one, str) else f"{one:g}" for one in found])


def _levels(table: FeatureTable, covariates: Sequence[str]) -> dict[str, list[str]]:
    """Of covariates that are choices: their levels; the first is what the others are compared with."""
    return {name: sorted(set(table.column(name)) - {""}) for name in covariates if table.column(name).dtype == object}


def _names(covariates: Sequence[str], levels: dict[str, list[str]]) -> list[str]:
    return [one for name in covariates
            for one in ([f"{name}{EQUALS}{level}" for level in levels[name][1:]] if name in levels else [name])]


def _covariates(table: FeatureTable, names: Sequence[str], levels: dict[str, list[str]]) -> np.ndarray:
    """(n, names); NaN where a value is missing or is a level that was not there."""
    columns = []
    for name in names:
        column, _, level = name.partition(EQUALS)
        values = table.column(column)
        if column in levels:
            columns.append([float(one == level) if one in levels[column] else np.nan for one in values])
        else:
            columns.append(np.asarray(values, float))
    return np.array(columns, float).reshape(len(names), len(table)).T


def _learned_from(table: FeatureTable) -> np.ndarray:
    if "set" not in table.columns:
        return np.arange(len(table))
    rows = np.flatnonzero(table.columns["set"] == DEVELOPMENT)
    if not len(rows):
        raise InputError(f"The table '{table.name}' has a column 'set', and no row with '{DEVELOPMENT}' to learn from.")
    return rows


def _rows(table: FeatureTable, found: Combat, after: np.ndarray, left_out: Sequence[str]) -> list[dict]:
    """The table with its features replaced."""
    place = {name: number for number, name in enumerate(found.features)}
    return [{name: (None if np.isnan(after[row, place[name]]) else float(after[row, place[name]]))
             if name in place else value for name, value in cells.items() if name not in left_out}
            for row, cells in enumerate(table.rows())]


def _picture(before: np.ndarray, after: np.ndarray, batch: np.ndarray, apart: Apart) -> str:
    first, second, shares = components(before, after)
    shown = apart.most(_SHOWN)
    return harmonisation_svg(first, second, shares, batch, [apart.features[one] for one in shown],
                             np.column_stack([apart.before, apart.after])[shown])


def _print(result: dict) -> None:
    batches = ", ".join(f"{name} ({count})" for name, count in result["batches"].items())
    print(f"Learned from {result['learned_from']} of {result['rows']} rows: {batches}"
          + (f"; what is explained by {', '.join(result['covariates'])} is kept" if result["covariates"] else ""))
    print(f"Features that differ between scanners: {result['differing_before']} of {result['features']} before, "
          f"{result['differing_after']} after; median share of the variance {result['median_eta2'][0]:.3f} before, "
          f"{result['median_eta2'][1]:.3f} after")
    for note in result["notes"]:
        print(f"Note: {note}")
    print(f"Written to {result['output']}: {MODEL}, {TABLE}, {PICTURE}, {SHARES}")
