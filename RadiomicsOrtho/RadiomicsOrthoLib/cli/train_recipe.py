"""``train --recipe R --table T -o FOLDER``: a published design on your own table, with its report and bundles."""

from __future__ import annotations

import argparse
import os

from ..cohort.feature_table import read_feature_table
from ..errors import InputError
from ..features.background import in_background
from ..long_work import never_cancelled
from ..report.files import write_folder
from .output import ProgressBar


def add_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--recipe", metavar="RECIPE", help="a published design instead of a study: an id (see "
                                                            "'recipes') or a "
                                                            "YAML file; writes a report, tables and models")
    command.add_argument("--jobs", type=int, default=max(1, (os.cpu_count() or 2) // 2), metavar="N",
                         help="fits at a time, with --recipe (default %(default)s)")


def run(options: argparse.Namespace) -> dict:
    from ..modelling.recipes.recipe_file import load_recipe
    from ..modelling.recipes.study_run import run_recipe
    from ..modelling.training import check_packages
    from ..report.study.files import MODELS, study_files

    if options.jobs < 1:
        raise InputError("--jobs is 1 at least.")
    if options.output.exists() and (not options.output.is_dir() or any(options.output.iterdir())):
        raise InputError(f"'{options.output}' is there already; name a new or empty folder.")
    check_packages()
    recipe = load_recipe(options.recipe)
    table = read_feature_table(options.table, None, recipe.declared)
    bar = ProgressBar(options.json)
    try:
        result = in_background(lambda progress, cancelled: run_recipe(recipe, table, options.jobs, progress,
                                                                      cancelled), bar,
                               never_cancelled)
        files, bundles = study_files(result)
    finally:
        bar.close()
    for name, content in bundles.items():
        write_folder(options.output / MODELS / name, content)
    write_folder(options.output, files)
    found = {task.title: {one.model.id: _areas(one) for one in task.models.values()} for task in result.binary.values()}
    if not options.json:
        word = " (SIMULATED)" if result.simulated else ""
        print(f"{recipe.title}{word}: {options.output / 'report.html'}")
        for title, models in found.items():
            for name, areas in models.items():
                print(f"  {title}, {name}: AUC {areas['cross_validation'][0]:.3f} "
                      f"({areas['cross_validation'][1]:.3f} to "
                      f"{areas['cross_validation'][2]:.3f}) in cross-validation"
                      + (f", {areas['held_out'][0]:.3f} in the held-out part" if "held_out" in areas else ""))
        print(f"  {len(bundles)} model bundles in {options.output / MODELS}")
    return {"recipe": recipe.id, "simulated": result.simulated, "seconds": round(result.seconds, 1), "auc": found,
            "report": str(options.output / "report.html"), "bundles": sorted(bundles)}


def _areas(one) -> dict[str, list[float]]:
    found = {"cross_validation": one.internal.honest_auc}
    if one.test:
        found["held_out"] = one.test.honest_auc
    return {name: [area.value, area.lower, area.upper] for name, area in found.items()}
