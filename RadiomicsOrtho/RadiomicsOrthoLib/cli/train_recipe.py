"""``train --recipe R --table T -o FOLDER``: a published design on your own table, with its report and bundles."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from ..errors import InputError
from ..features.background import in_background
from ..long_work import never_cancelled
from ..workbench.request import StudyRequest
from .output import ProgressBar


def add_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--recipe", metavar="RECIPE", help="a published design instead of a study: an id (see "
                                                            "'recipes') or a YAML file; writes a report, tables "
                                                            "and models")
    command.add_argument("--sheet", nargs="*", default=[], metavar="FILE",
                         help="with --recipe: clinical values and outcomes, joined to the table by subject")
    command.add_argument("--jobs", type=int, default=max(1, (os.cpu_count() or 2) // 2), metavar="N",
                         help="fits at a time, with --recipe (default %(default)s)")
    command.add_argument("--resume", metavar="FOLDER",
                         help="keeps the fits of a recipe's grid there; run again after an interruption, only those "
                              "that lack are made")
    for name, what in (("seed", "of all splits"), ("repeats", "of the cross-validation"),
                       ("folds", "of the cross-validation")):
        command.add_argument(f"--{name}", type=int, metavar="N",
                             help=f"{what}, with --recipe, instead of the recipe's; the report says so")


def run(options: argparse.Namespace) -> dict:
    from ..workbench.train import MODELS, train_study

    if options.jobs < 1:
        raise InputError("--jobs is 1 at least.")
    asked = StudyRequest(options.recipe, str(options.table), str(options.output), tuple(options.sheet), options.jobs,
                         options.seed, options.repeats, options.folds, options.resume or "")
    bar = ProgressBar(options.json)
    try:
        found = in_background(lambda progress, cancelled: train_study(asked, progress, cancelled), bar,
                              never_cancelled)
    finally:
        bar.close()
    if not options.json:
        word = " (SIMULATED)" if found["simulated"] else ""
        print(f"{found['title']}{word}: {found['report']}")
        for note in found["notes"]:
            print(f"Note: {note}")
        for title, models in found["auc"].items():
            for name, areas in models.items():
                value, lower, upper = areas["cross_validation"]
                print(f"  {title}, {name}: AUC {value:.3f} ({lower:.3f} to {upper:.3f}) in cross-validation"
                      + (f", {areas['held_out'][0]:.3f} in the held-out part" if "held_out" in areas else ""))
        print(f"  {len(found['bundles'])} model bundles in {Path(options.output) / MODELS}")
    return {key: value for key, value in found.items() if key != "title"}
