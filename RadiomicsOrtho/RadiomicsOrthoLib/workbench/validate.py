"""A finished model on another table, from the files to the files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..cohort.feature_table import read_feature_table
from ..cohort.table_schema import ColumnSpec
from ..errors import InputError
from ..long_work import Cancelled, Progress, never_cancelled, no_progress
from ..modelling.recipes.recipe import Outcome
from ..modelling.recipes.recipe_file import load_recipe
from ..modelling.recipes.validate import validate_bundle
from ..models.bundle import ModelBundle, load_bundle
from ..report.files import write_folder
from ..report.study.validation_page import SIMULATED, validation_files
from .request import ValidationRequest, check_new_folder, outcome_keys

OWN_TABLE = ("This is the table that the model was made from: the figures are those of its own people, which are too "
             "good. Validate it on a table of other people.")


def validate_model(asked: ValidationRequest, progress: Progress = no_progress,
                   cancelled: Cancelled = never_cancelled) -> dict:
    """Apply the frozen model and write its report into ``asked.out``; a short account of it (JSON-ready)."""
    out = Path(asked.out)
    check_new_folder(out)
    if asked.cutoff is not None and not 0 < asked.cutoff < 1:
        raise InputError("--cutoff is a probability between 0 and 1.")
    progress(0.0, "Reading model and table")
    bundle = load_bundle(Path(asked.bundle))
    outcome, declared = _outcome(asked, bundle)
    table = read_feature_table(Path(asked.table), None, declared)
    progress(0.3, "Applying the model")
    found = validate_bundle(bundle, table, outcome, asked.cutoff)
    progress(0.9, "Writing the report")
    notes = [SIMULATED] if table.simulated else []
    if table.sha256 and table.sha256 == bundle.card.get("training_provenance", {}).get("table", {}).get("sha256"):
        notes.append(OWN_TABLE)
    write_folder(out, validation_files(found, table.simulated, notes))
    one = found.assessment
    area = one.honest_auc
    return {"model": bundle.id, "title": bundle.title, "auc": [area.value, area.lower, area.upper], "rows": one.count,
            "events": one.events, "flow": list(found.flow), "report": str(out / "report.html"),
            "simulated": table.simulated, "notes": notes}


def _outcome(asked: ValidationRequest, bundle: ModelBundle) -> tuple[Outcome, Sequence[ColumnSpec]]:
    """What is predicted, and the columns that the table has besides features."""
    if asked.outcome:
        column, keys = outcome_keys(asked.outcome)
        outcome = Outcome("binary", column, column, classes={key: key for key in keys})
        declared = [ColumnSpec(column, "outcome", "choice", choices=dict(outcome.classes), missing=True)]
        declared += [ColumnSpec(item.key or item.name, "clinical", "choice" if item.choices else "number",
                                choices=dict(item.choices) if item.choices else None, missing=True)
                     for item in bundle.clinical_inputs if (item.key or item.name) != column]
        return outcome, declared
    name = asked.recipe or bundle.card.get("training_provenance", {}).get("recipe", {}).get("id")
    if not name:
        raise InputError("Name the outcome as COLUMN=NO,YES (--outcome), or the recipe (--recipe).")
    recipe = load_recipe(name)
    if recipe.outcome.kind != "binary":
        raise InputError(f"The recipe '{recipe.id}' has no binary outcome; name the model's own as COLUMN=NO,YES "
                         "(--outcome).")
    return recipe.outcome, recipe.declared
