"""A simulated table of a recipe's design, as large as in the paper."""

from __future__ import annotations

import json
from pathlib import Path

from ..cohort.simulation.table_cohort import simulated_table
from ..cohort.simulation.table_design import design_from_dict
from ..cohort.table_schema import schema_dict, schema_of
from ..errors import InputError
from ..long_work import Cancelled, Progress, never_cancelled, no_progress
from ..modelling.recipes.recipe_file import load_recipe
from ..report.files import write_folder
from ..report.tables import features_csv
from .request import SimulationRequest, check_new_folder

TABLE = "cohort.csv"


def simulate_table(asked: SimulationRequest, progress: Progress = no_progress,
                   cancelled: Cancelled = never_cancelled) -> dict:
    """Write ``cohort.csv`` and its schema into ``asked.out``; a short account of it (JSON-ready)."""
    if asked.seed < 0:
        raise InputError("--seed is not negative.")
    out = Path(asked.out)
    check_new_folder(out)
    progress(0.0, "Simulating virtual people")
    recipe = load_recipe(asked.recipe)
    if not recipe.simulation:
        raise InputError(f"The recipe '{recipe.id}' describes no people to simulate; give it a table of patients.")
    choices = {one.spec.name: tuple(one.spec.choices) for one in recipe.clinical if one.spec.choices}
    followed = (recipe.follow_up.time, recipe.follow_up.event) if recipe.follow_up else None
    try:
        design = design_from_dict(recipe.simulation, tuple(recipe.outcome.classes or ()))
        if any(one.share is not None and len(choices.get(name, ())) != 2 for name, one in design.clinical.items()):
            raise ValueError("a share is drawn of a clinical column with two choices")
        if design.follow_up and not followed:
            raise ValueError("there is no follow-up to simulate")
        if asked.count is not None:
            design = design.of(asked.count)
    except (KeyError, ValueError, TypeError) as error:
        raise InputError(f"The simulation of the recipe '{recipe.id}' is faulty ({error}).") from None
    rows = simulated_table(design, asked.seed, recipe.outcome.column, choices, followed)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    schema = schema_of(columns, recipe.declared, TABLE)
    write_folder(out, {
        TABLE: features_csv(rows, columns),
        "cohort.schema.json": json.dumps(schema_dict(schema), indent=1, ensure_ascii=False) + "\n"})
    return {"simulated": True, "recipe": recipe.id, "seed": asked.seed, "rows": len(rows),
            "subjects": len({row["subject"] for row in rows}), "table": str(out / TABLE), "columns": len(columns)}
