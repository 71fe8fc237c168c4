"""``simulate --recipe R -o FOLDER``: a simulated table of a recipe's design, as large as in the paper."""

from __future__ import annotations

import argparse
import json

from ..errors import InputError
from ..report.files import write_folder
from ..report.tables import features_csv

TABLE = "cohort.csv"


def run(options: argparse.Namespace) -> dict:
    from ..cohort.simulation.table_cohort import simulated_table
    from ..cohort.simulation.table_design import design_from_dict
    from ..cohort.table_schema import schema_dict, schema_of
    from ..modelling.recipes.recipe_file import load_recipe

    if options.seed < 0:
        raise InputError("--seed is not negative.")
    if options.output.exists() and (not options.output.is_dir() or any(options.output.iterdir())):
        raise InputError(f"'{options.output}' is there already; name a new or empty folder.")
    if options.profile or options.no_scans:
        raise InputError("--recipe draws features from a model of features; it has no scans, and no --profile.")
    recipe = load_recipe(options.recipe)
    try:
        design = design_from_dict(recipe.simulation, tuple(recipe.outcome.classes or ()))
    except (KeyError, ValueError, TypeError) as error:
        raise InputError(f"The simulation of the recipe '{recipe.id}' is faulty ({error}).") from None
    if options.count is not None:
        design = design.of(options.count)
    choices = {one.spec.name: tuple(one.spec.choices) for one in recipe.clinical if one.spec.choices}
    followed = (recipe.follow_up.time, recipe.follow_up.event) if recipe.follow_up else None
    rows = simulated_table(design, options.seed, recipe.outcome.column, choices, followed)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    schema = schema_of(columns, recipe.declared, TABLE)
    write_folder(options.output, {
        TABLE: features_csv(rows, columns),
        "cohort.schema.json": json.dumps(schema_dict(schema), indent=1, ensure_ascii=False) + "\n"})
    subjects = len({row["subject"] for row in rows})
    if not options.json:
        print(f"{len(rows)} rows of {subjects} virtual subjects (SIMULATED) after {recipe.id}: "
              f"{options.output / TABLE}")
    return {"simulated": True, "recipe": recipe.id, "seed": options.seed, "rows": len(rows), "subjects": subjects,
            "table": str(options.output / TABLE), "columns": len(columns)}
