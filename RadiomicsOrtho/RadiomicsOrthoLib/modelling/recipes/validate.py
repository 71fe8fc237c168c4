"""A frozen model on another table: nothing is learned, nothing is refitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ...cohort.feature_table import FeatureTable
from ...cohort.table_schema import NETWORK
from ...errors import InputError
from ...models.bundle import ModelBundle
from .assessment import Assessment, Predictions, assess
from .recipe import Outcome

BOOTSTRAP = 1000
SEED = 0
LEAST = 5


@dataclass(frozen=True)
class ExternalValidation:
    """``assessment`` of ``predictions`` on rows without a missing input; ``flow`` says who is in.

    ``outside`` counts rows with a value outside the training range, by input.
    """

    bundle: ModelBundle
    outcome: Outcome
    predictions: Predictions
    assessment: Assessment
    flow: tuple[str, ...]
    outside: Mapping[str, int]
    by_centre: Mapping[str, tuple[float, int, int]]


def validate_bundle(bundle: ModelBundle, table: FeatureTable, outcome: Outcome, cutoff: float | None = None,
                    ) -> ExternalValidation:
    """``bundle``, which gives a probability, on every row of ``table``; its own cut-off unless another one is given.

    InputError where the table lacks an input, or either outcome.
    """
    if not bundle.is_probability:
        raise InputError(f"The model '{bundle.id}' gives no probability; external validation is for those that do.")
    if cutoff is None:
        cutoff = next((one.upper for one in bundle.classes if one.upper is not None), None)
    if cutoff is None:
        raise InputError(f"The model '{bundle.id}' states no cut-off; give one with --cutoff.")
    _check_profile(bundle, table)
    _check_network(bundle, table)
    codes = [*outcome.classes]
    flow = [f"{len(table)} rows of {len(set(table.subjects))} subjects in the table '{table.name}'"]
    values = table.column(outcome.column)
    strange = sorted({str(value) for value in values} - {*codes, ""})
    if strange:
        raise InputError(f"The table '{table.name}', column '{outcome.column}': '{strange[0]}' is none of "
                         f"{', '.join(map(repr, codes))}.")
    wanted = [item for item in bundle.inputs if not item.derived and item.name in _needed(bundle)]
    columns = {item.name: table.column(item.key or item.name) for item in wanted}
    for item in wanted:
        if item.choices and columns[item.name].dtype != object:
            raise InputError(f"The table '{table.name}', column '{item.key}': the model wants one of "
                             f"{', '.join(item.choices)}, not a number.")
    known = np.array([str(value) != "" for value in values])
    complete = np.ones(len(table), bool)
    for column in columns.values():
        complete &= column != "" if column.dtype == object else np.isfinite(column)
    for what, fits in (("outcome not known", known), ("an input of the model is missing", complete)):
        if not fits.all():
            flow.append(f"{int((~fits).sum())} rows left out: {what}")
    rows = np.flatnonzero(known & complete)
    event = values[rows] == codes[1]
    if min(event.sum(), (~event).sum()) < LEAST:
        raise InputError(f"Fewer than {LEAST} rows with or without '{codes[1]}' can be used; nothing can be said.")
    flow.append(f"{len(rows)} rows of {len(set(table.subjects[rows]))} subjects, {int(event.sum())} with the event, "
                f"are used")
    probability = np.array([_predict(bundle, {name: column[row] for name, column in columns.items()}) for row in rows])
    found = Predictions(bundle.title, event, table.subjects[rows], probability[np.newaxis],
                        probability[np.newaxis] > cutoff)
    outside = {item.title: count for item in wanted if item.training_range
               and (count := int(((columns[item.name][rows] < item.training_range[0])
                                  | (columns[item.name][rows] > item.training_range[1])).sum()))}
    return ExternalValidation(bundle, outcome, found, assess(found, BOOTSTRAP, SEED), tuple(flow), outside,
                              _by_centre(table, rows, event, probability))


def _check_network(bundle: ModelBundle, table: FeatureTable) -> None:
    """InputError where the columns ``dl_…`` come from another network than the model learned from."""
    wanted = (bundle.card.get("training_provenance") or {}).get(NETWORK)
    found = set(table.columns.get(NETWORK, ())) - {""}
    if wanted and found and found != {wanted}:
        raise InputError(f"The table '{table.name}' has columns of the network {sorted(found)[0]}, and the model "
                         f"'{bundle.id}' learned from those of {wanted}; encode the "
                         "scans with that network.")


def _needed(bundle: ModelBundle) -> set[str]:
    """The inputs that the estimator uses, and those that a derived one is computed from."""
    needed = set(bundle.estimator.input_names)
    for item in reversed(bundle.inputs):
        if item.derived and item.name in needed:
            needed |= item.derived.names
    return needed


def _predict(bundle: ModelBundle, row: Mapping[str, object]) -> float:
    return bundle.estimator.output(bundle.with_derived({name: value if isinstance(value, str) else float(value)
                                                        for name, value in row.items()}))


def _check_profile(bundle: ModelBundle, table: FeatureTable) -> None:
    wanted = bundle.applicability.profile
    profiles = set(table.columns.get("profile", ())) - {""}
    if wanted and bundle.needs_features and profiles and profiles != {wanted}:
        raise InputError(f"The features of the table '{table.name}' come from the profile '{sorted(profiles)[0]}', "
                         f"the model "
                         f"'{bundle.id}' wants '{wanted}'; extract them again.")


def _by_centre(table: FeatureTable, rows: np.ndarray, event: np.ndarray,
               probability: np.ndarray) -> dict[str, tuple[float, int, int]]:
    """Area, events and rows of every centre that has both outcomes, where there are several."""
    from ...statistics.roc import auc

    centres = table.columns.get("centre")
    if centres is None or len(set(centres[rows])) < 2:
        return {}
    found = {}
    for one in sorted(set(centres[rows])):
        chosen = centres[rows] == one
        if 0 < event[chosen].sum() < chosen.sum():
            found[one] = (auc(event[chosen], probability[chosen]), int(event[chosen].sum()), int(chosen.sum()))
    return found
