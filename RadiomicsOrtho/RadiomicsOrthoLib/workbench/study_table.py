"""The table of a study, from one file or joined from several."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..cohort.feature_table import SCHEMA_ENDING, FeatureTable, feature_table, read_feature_table
from ..cohort.joining import REFUSED, join, stack
from ..cohort.table import read_table, table_from_bytes
from ..cohort.table_schema import ColumnSpec, read_schema, schema_of
from ..modelling.recipes.recipe import Recipe
from ..report.tables import features_csv


def read_study_table(path: str, sheets: Sequence[str], recipe: Recipe) -> tuple[FeatureTable, tuple[str, ...]]:
    """The checked table, and who was left out of it, one sentence each.

    ``sheets`` (clinical values, outcomes) are joined by subject; regions that were refused (as in the table of a batch)
    are left out.  InputError names table, row and column.
    """
    table = Path(path)
    raw = read_table(table)
    if not sheets and REFUSED not in raw.columns:
        return read_feature_table(table, None, recipe.declared), ()
    found = join(stack([(None, raw)]), [read_table(Path(sheet)) for sheet in sheets])
    columns = [name for name in found.columns if name != REFUSED]
    name = " + ".join((table.name, *(Path(sheet).name for sheet in sheets)))
    joined = table_from_bytes(features_csv(found.rows, columns).encode(), table.with_name(name).with_suffix(".csv"))
    return feature_table(joined, schema_of(columns, _declared(table, recipe), name)), found.notes


def _declared(table: Path, recipe: Recipe) -> Sequence[ColumnSpec]:
    """What the recipe declares, and what a schema beside the table says of its other columns."""
    beside = table.with_suffix(SCHEMA_ENDING)
    if not beside.is_file():
        return recipe.declared
    by_name = {one.name: one for one in (*read_schema(beside).columns, *recipe.declared)}
    return [one for one in by_name.values() if one.name != REFUSED]
