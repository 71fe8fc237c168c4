"""``validate BUNDLE --table T -o FOLDER``: a frozen model on the table of another centre, with a report."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..workbench.request import ValidationRequest


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
    from ..workbench.validate import validate_model

    found = validate_model(ValidationRequest(str(options.model), str(options.table), str(options.output),
                                             options.recipe or "", options.outcome or "", options.cutoff))
    if not options.json:
        word = " (SIMULATED)" if found["simulated"] else ""
        value, lower, upper = found["auc"]
        print(f"{found['title']}{word}: AUC {value:.3f} ({lower:.3f} to {upper:.3f}) on {found['rows']} rows, "
              f"{found['events']} with the event: {found['report']}")
        for note in found["notes"]:
            print(f"Note: {note}")
    return {key: value for key, value in found.items() if key != "title"}
