"""``train STUDY --table FILE -o FOLDER``: a model from a table of people, with its validation on the card."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..cohort.table import read_table
from ..errors import InputError
from ..features.background import in_background
from ..long_work import never_cancelled
from ..report.files import write_folder
from . import train_recipe
from .output import ProgressBar


def add_command(commands) -> None:
    command = commands.add_parser("train", help="makes a model from a table of people, with its validation",
                                  description="Trains and validates the model of a study, and writes FOLDER/STUDY/"
                                              "model.json. The same table gives the same file. Needs scikit-learn: pip "
                                              "install \"radiomics-ortho[train]\".")
    command.add_argument("study", nargs="?", metavar="STUDY", help="verse-vertebral-fracture, "
                                                                   "nhanes-osteoporosis-women or -men")
    command.add_argument("--table", required=True, type=Path, metavar="FILE", help="the study's table (CSV)")
    command.add_argument("-o", "--output", required=True, type=Path, metavar="FOLDER", help="folder of models")
    train_recipe.add_options(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> dict:
    if (options.study is None) == (options.recipe is None):
        raise InputError("Name a study, or a recipe with --recipe.")
    if options.recipe is None and options.resume:
        raise InputError("--resume is for a recipe with a grid.")
    if options.recipe is not None:
        return train_recipe.run(options)
    from ..modelling.studies import find_study
    from ..modelling.training import model_text, train

    study = find_study(options.study)
    table = read_table(options.table)
    folder: Path = options.output / study.id
    if options.output.exists() and not options.output.is_dir():
        raise InputError(f"'{options.output}' is a file; name a folder to write into.")
    bar = ProgressBar(options.json)
    try:
        model = in_background(lambda progress, cancelled: train(study, table, progress, cancelled), bar,
                              never_cancelled)
    finally:
        bar.close()
    write_folder(folder, {"model.json": model_text(model)})
    if not options.json:
        for entry in model["performance"]:
            print(f"{entry['measure']}: {entry['value']}")
        print(f"Written: {folder / 'model.json'}")
    return {"id": study.id, "file": str(folder / "model.json"), "performance": model["performance"],
            "training_provenance": model["training_provenance"]}
