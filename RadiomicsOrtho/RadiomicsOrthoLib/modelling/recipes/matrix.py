"""From a checked table to what the models of a recipe see: one frame of numbers, an outcome, and whose row it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...cohort.feature_table import FeatureTable
from ...cohort.table_schema import NETWORK_FOLD
from ...errors import InputError
from ..deep.stand_ins import NetworkFolds, is_stand_in, stand_ins
from ..inner_folds import PERSON
from .recipe import Block, Clinical, Model, Recipe

if TYPE_CHECKING:
    import pandas

#: between a clinical choice and the key that a column counts
EQUALS = "="
DEVELOPMENT, TEST = "development", "validation"


@dataclass(frozen=True)
class StudyData:
    """``frame`` (n rows) of numbers, NaN where missing, its index the subjects; ``outcome`` (n): codes or numbers, −1
    or NaN where there is none.

    ``held_out`` (n) booleans are the rows of a validation set that the table itself names.  ``flow`` says who is in.
    ``network`` are the folds of a network that was cross-fitted on these people, if there is one.
    """

    frame: pandas.DataFrame
    outcome: np.ndarray
    held_out: np.ndarray
    people: FeatureTable
    flow: tuple[str, ...]
    network: NetworkFolds | None = None

    @property
    def subjects(self) -> np.ndarray:
        return np.asarray(self.frame.index)

    @property
    def centres(self) -> np.ndarray | None:
        """The centre of each row, where the table says it of every row."""
        found = self.people.columns.get("centre")
        return None if found is None or np.any(found == "") else found

    def __len__(self) -> int:
        return len(self.outcome)


def study_data(table: FeatureTable, recipe: Recipe) -> StudyData:
    """What ``recipe`` learns from ``table``; InputError where a block has no column, or the outcome does not vary."""
    import pandas

    flow = [f"{len(table)} rows of {len(set(table.subjects))} subjects in the table '{table.name}'"]
    if recipe.pivot:
        table = _wide(table, recipe.pivot)
        flow.append(f"one row for each subject, features of {', '.join(_places(table))} side by side")
    network = _network(table, recipe)
    if network is not None:
        held_out = network.fold == ""
    else:
        held_out = _sets(table) if recipe.validation.test == "set" else np.zeros(len(table), bool)
    outcome = _codes(table, recipe)
    known = outcome >= 0 if recipe.outcome.classes else np.isfinite(outcome)
    kept = known | (held_out if recipe.follow_up else False)
    if not kept.all():
        flow.append(f"{int((~kept).sum())} rows left out: outcome not known")
    table, outcome, held_out = table.take(kept), outcome[kept], held_out[kept]
    network = network.take(np.flatnonzero(kept)) if network is not None else None
    columns = {name: table.columns[name] for name in _features(table, recipe)}
    for one in recipe.clinical:
        if one.spec.name in table.columns:
            columns |= _clinical(table, one)
    frame = pandas.DataFrame(columns, index=pandas.Index(table.subjects, name=PERSON)).astype(float)
    empty = int(frame.isna().all(axis=0).sum())
    if empty:
        flow.append(f"{empty} columns without any value left out")
        frame = frame.loc[:, ~frame.isna().all(axis=0)]
    missing = int(frame.isna().sum().sum())
    flow.append(f"{len(frame)} rows of {len(set(table.subjects))} subjects and {len(frame.columns)} columns are used; "
                + (f"{missing} missing values are filled with the median of the training part" if missing
                   else "no value is missing"))
    data = StudyData(frame, outcome, held_out, table, tuple(flow), network)
    _check(data, recipe)
    return data


def columns_of(model: Model, data: StudyData, recipe: Recipe) -> tuple[list[str], list[str]]:
    """The columns of features and of clinical values that ``model`` sees; InputError if a block has none."""
    features: dict[str, None] = {}
    for name in model.blocks:
        found = _in_block(recipe.blocks[name], data.frame.columns)
        if not found:
            raise InputError(f"The table '{data.people.name}' has no column of the block '{name}' of features, which "
                             f"the "
                             f"model '{model.title}' of the recipe '{recipe.id}' needs.")
        features |= dict.fromkeys(found)
    wanted = set(recipe.clinical_names(model.clinical))
    clinical = [name for name in data.frame.columns if name.partition(EQUALS)[0] in wanted]
    lacking = wanted - {name.partition(EQUALS)[0] for name in clinical}
    if lacking:
        raise InputError(f"The table '{data.people.name}' has no value in the column '{sorted(lacking)[0]}', which the "
                         f"model '{model.title}' of the recipe '{recipe.id}' needs.")
    return list(features), clinical


def _in_block(block: Block, names: Sequence[str]) -> list[str]:
    return [name for name in names
            if (name in block.columns or name.startswith(block.prefixes or ("\0",)))
            and not any(part in name for part in block.without)]


def _features(table: FeatureTable, recipe: Recipe) -> list[str]:
    """Numbers among the features and measurements that some block asks for."""
    numbers = [one.name for one in table.schema.columns if one.role in ("feature", "measurement")
               and table.columns[one.name].dtype != object]
    return list(dict.fromkeys(name for block in recipe.blocks.values() for name in _in_block(block, numbers)
                              if not is_stand_in(name)))


def _network(table: FeatureTable, recipe: Recipe) -> NetworkFolds | None:
    """The folds of a network that was cross-fitted on these people, if the recipe uses its columns."""
    import pandas

    found = stand_ins(table.columns)
    used = set(_features(table, recipe))
    if NETWORK_FOLD not in table.columns or not any(used & set(names) for names in found.values()):
        return None
    fold = table.columns[NETWORK_FOLD]
    if set(fold) - {""} != set(found):
        named = ", ".join(sorted(set(fold) - {""}))
        raise InputError(f"The table '{table.name}' names the folds {named} of a network, and has columns "
                         f"for {', '.join(sorted(found))}; join the whole table of 'deep train'.")
    for one in np.unique(table.subjects):
        if len(set(fold[table.subjects == one])) > 1:
            raise InputError(f"The table '{table.name}', column '{NETWORK_FOLD}': '{one}' is in two folds.")
    if recipe.outcome.kind != "binary" or recipe.grid or recipe.follow_up or recipe.pivot:
        raise InputError(f"The recipe '{recipe.id}' cannot be judged by the folds of a network; it is for recipes with "
                         "one binary outcome.")
    without = {name: pandas.DataFrame({column: table.columns[other] for column, other in found[name].items()
                                       if column in used}) for name in sorted(found, key=int)}
    return NetworkFolds(fold, without)


def _clinical(table: FeatureTable, one: Clinical) -> dict[str, np.ndarray]:
    """A number as it is; a choice as 0 and 1 for every key but the first."""
    values = table.columns[one.spec.name]
    if one.spec.kind == "number":
        return {one.spec.name: values}
    return {f"{one.spec.name}{EQUALS}{key}": np.where(values == "", np.nan, (values == key).astype(float))
            for key in list(one.spec.choices)[1:]}


def _codes(table: FeatureTable, recipe: Recipe) -> np.ndarray:
    values = table.column(recipe.outcome.column)
    if not recipe.outcome.classes:
        return values.astype(float)
    code = {key: number for number, key in enumerate(recipe.outcome.classes)}
    return np.array([code.get(value, -1) for value in values])


def _sets(table: FeatureTable) -> np.ndarray:
    values = table.column("set")
    strange = sorted(set(values) - {DEVELOPMENT, TEST})
    if strange:
        raise InputError(f"The table '{table.name}', column 'set': '{strange[0]}' is neither '{DEVELOPMENT}' nor "
                         f"'{TEST}'.")
    held_out = values == TEST
    both = sorted(set(table.subjects[held_out]) & set(table.subjects[~held_out]))
    if both:
        raise InputError(f"The table '{table.name}' has the subject '{both[0]}' in both sets, {DEVELOPMENT} and "
                         f"{TEST}, so that a model would be tested on people whom it knows; put every subject into "
                         f"one set.")
    return held_out


def _wide(table: FeatureTable, by: str) -> FeatureTable:
    """One row for each subject and case: features named ``place:feature``; other columns as in its first row."""
    from dataclasses import replace

    from ...cohort.table_schema import TableSchema

    place = table.column(by)
    keys = list(zip(table.subjects, table.columns.get("case", [""] * len(table)), strict=True))
    people = list(dict.fromkeys(keys))
    row_of = {(key, where): row for row, (key, where) in enumerate(zip(keys, place, strict=True))}
    places = list(dict.fromkeys(place))
    lacking = next(((key, where) for key in people for where in places if (key, where) not in row_of), None)
    if lacking:
        raise InputError(f"The table '{table.name}' has no row for {by} '{lacking[1]}' of the subject "
                         f"'{lacking[0][0]}'.")
    first = np.array([row_of[key, places[0]] for key in people])
    specs, columns = [], {}
    for one in table.schema.columns:
        if one.role == "feature":
            for where in places:
                specs.append(replace(one, name=f"{where}:{one.name}"))
                columns[f"{where}:{one.name}"] = table.columns[one.name][[row_of[key, where] for key in people]]
        elif one.name != by:
            specs.append(one)
            columns[one.name] = table.columns[one.name][first]
    return FeatureTable(table.name, TableSchema(tuple(specs)), columns, table.sha256)


def _places(table: FeatureTable) -> list[str]:
    return list(dict.fromkeys(name.partition(":")[0] for name in table.features))


def _check(data: StudyData, recipe: Recipe) -> None:
    development = data.outcome[~data.held_out]
    if not recipe.outcome.classes:
        if len(development) < 10 or np.ptp(development) == 0:
            raise InputError(f"The outcome '{recipe.outcome.column}' does not vary enough to learn from.")
        return
    for code, key in enumerate(recipe.outcome.classes):
        if len(set(data.subjects[~data.held_out][development == code])) < 5:
            raise InputError(f"Fewer than five subjects have the outcome '{key}' in the column "
                             f"'{recipe.outcome.column}'; nothing can be validated.")
