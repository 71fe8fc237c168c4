"""``simulate --recipe R -o FOLDER``: a simulated table of a recipe's design, as large as in the paper."""

from __future__ import annotations

import argparse

from ..errors import InputError
from ..workbench.request import SimulationRequest


def run(options: argparse.Namespace) -> dict:
    from ..workbench.simulate import simulate_table

    if options.profile or options.no_scans:
        raise InputError("--recipe draws features from a model of features; it has no scans, and no --profile.")
    found = simulate_table(SimulationRequest(options.recipe, str(options.output), options.count, options.seed))
    if not options.json:
        print(f"{found['rows']} rows of {found['subjects']} virtual subjects (SIMULATED) after {found['recipe']}: "
              f"{found['table']}")
    return found
