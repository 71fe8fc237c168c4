"""``validate BUNDLE --table T -o FOLDER``: a frozen model on the table of another centre, with a report."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..cohort.feature_table import read_feature_table
from ..errors import InputError
from ..models.bundle import load_bundle
from ..report.files import write_folder


def add_command(commands) -> None:
    command = commands.add_parser("validate", help="a finished model on another table: nothing is learned again",
                                  description="Applies the frozen model to every row and writes FOLDER/report.html.")
    command.add_argument("model", metavar="BUNDLE", type=Path, help="folder or zip file of the model")
    command.add_argument("--table", required=True, type=Path, metavar="FILE", help="features, clinical values, outcome")
    command.add_argument("--recipe", metavar="RECIPE", help="the recipe that names the outcome (default: the one in "
                                                            "the "
                                                            "model's record)")
    command.add_argument("--outcome", metavar="COLUMN=NO,YES", help="the column of the outcome and its two values, "
                                                                    "instead")
    command.add_argument("--cutoff", type=float, metavar="P", help="a probability (default: the model's own cut-off)")
    command.add_argument("-o", "--output", required=True, type=Path, metavar="FOLDER", help="a new or empty folder")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> dict:
    from ..cohort.table_schema import ColumnSpec
    from ..modelling.recipes.recipe import Outcome
    from ..modelling.recipes.recipe_file import load_recipe
    from ..modelling.recipes.validate import validate_bundle
    from ..report.study.validation_page import validation_files

    if options.output.exists() and (not options.output.is_dir() or any(options.output.iterdir())):
        raise InputError(f"'{options.output}' is there already; name a new or empty folder.")
    if options.cutoff is not None and not 0 < options.cutoff < 1:
        raise InputError("--cutoff is a probability between 0 and 1.")
    bundle = load_bundle(options.model)
    name = options.recipe or bundle.card.get("training_provenance", {}).get("recipe", {}).get("id")
    if options.outcome:
        column, _, values = options.outcome.partition("=")
        keys = values.split(",")
        if len(keys) != 2 or not all(keys) or not column:
            raise InputError("--outcome is COLUMN=NO,YES: a column and its two values, the event second.")
        outcome = Outcome("binary", column, column, classes={key: key for key in keys})
        declared = [ColumnSpec(column, "outcome", "choice", choices=dict(outcome.classes), missing=True)]
        declared += [ColumnSpec(item.key or item.name, "clinical", "choice" if item.choices else "number",
                                choices=dict(item.choices) if item.choices else None, missing=True)
                     for item in bundle.clinical_inputs if (item.key or item.name) != column]
    elif name:
        recipe = load_recipe(name)
        outcome, declared = recipe.outcome, recipe.declared
        if outcome.kind != "binary":
            raise InputError(f"The recipe '{recipe.id}' has no binary outcome; name one with --outcome.")
    else:
        raise InputError("Name the outcome: --outcome COLUMN=NO,YES, or --recipe.")
    table = read_feature_table(options.table, None, declared)
    found = validate_bundle(bundle, table, outcome, options.cutoff)
    write_folder(options.output, validation_files(found, table.simulated))
    area = found.assessment.honest_auc
    if not options.json:
        word = " (SIMULATED)" if table.simulated else ""
        print(f"{bundle.title}{word}: AUC {area.value:.3f} ({area.lower:.3f} to {area.upper:.3f}) on "
              f"{found.assessment.count} "
              f"rows, {found.assessment.events} with the event: {options.output / 'report.html'}")
    return {"model": bundle.id, "auc": [area.value, area.lower, area.upper], "rows": found.assessment.count,
            "events": found.assessment.events, "flow": list(found.flow), "report": str(options.output / "report.html"),
            "simulated": table.simulated}
