"""``simulate -o FOLDER``: virtual patients, as scans with regions and a table with the truth."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from ..cohort.simulation.feature_table import simulated_rows
from ..cohort.simulation.patient import virtual_patients
from ..cohort.table_schema import ColumnSpec, schema_dict, schema_of
from ..errors import InputError
from ..features.engine import DEFAULT_ENGINE, load_engine
from ..features.profile_file import load_profile
from ..imaging.nrrd_writer import image_nrrd
from ..regions.proposal import ProposedRegion, proposal_file
from ..report.files import write_folder
from ..report.tables import features_csv
from ..workbench.request import check_new_folder
from . import simulate_recipe
from .output import ProgressBar

MAX_COUNT, COUNT = 10000, 5
FRACTURE = ColumnSpec("fracture", "outcome", "choice", "Virtual fracture", choices={"0": "no", "1": "yes"})
#: the scans as 'batch' and 'deep' take them
LIST = "list.csv"
NOTE = "SIMULATED by RadiomicsOrtho: no real person"


def add_command(commands) -> None:
    command = commands.add_parser("simulate", help="makes virtual patients: scans of vertebrae of known density",
                                  description="Writes FOLDER/cohort.csv with the truth about each virtual patient, and "
                                              "each scan with its region. Everything is simulated. The same seed gives "
                                              "the same patients.")
    command.add_argument("-o", "--output", required=True, type=Path, metavar="FOLDER", help="a folder to write into")
    command.add_argument("--count", type=int, metavar="N", help=f"how many (default {COUNT}; with --recipe as many "
                                                                f"as in "
                                                                "the study)")
    command.add_argument("--recipe", metavar="RECIPE", help="a table of the design of a recipe instead, without scans")
    command.add_argument("--seed", type=int, default=7, metavar="N", help="another cohort (default %(default)s)")
    command.add_argument("--profile", metavar="PROFILE", help="also extract features of the trabecular core into the "
                                                              "table")
    command.add_argument("--no-scans", action="store_true", help="write the table only")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> dict:
    if options.recipe is not None:
        return simulate_recipe.run(options)
    if options.count is None:
        options.count = COUNT
    if not 1 <= options.count <= MAX_COUNT or options.seed < 0:
        raise InputError(f"--count lies between 1 and {MAX_COUNT}, and --seed is not negative.")
    check_new_folder(options.output)
    profile = load_profile(options.profile) if options.profile else None
    if profile is not None and profile.modality not in (None, "CT"):
        raise InputError(f"The profile '{profile.id}' is for {profile.modality}; virtual scans are CT.")
    engine = load_engine(DEFAULT_ENGINE) if profile else None
    bar, rows, listed = ProgressBar(options.json), [], []
    try:
        for scan, row in simulated_rows(virtual_patients(options.count, options.seed), profile, engine, bar):
            rows.append(row)
            if not options.no_scans:
                write_folder(options.output / "scans" / scan.patient.name, {
                    "scan.nrrd": image_nrrd(scan.image, {"simulated": NOTE}),
                    "vertebra.seg.nrrd": proposal_file([ProposedRegion(scan.roi)], scan.image.geometry)})
                listed.append(_list_row(row))
    finally:
        bar.close()
    columns = list(dict.fromkeys(name for row in rows for name in row))
    schema = schema_of(columns, (FRACTURE,), "cohort.csv")
    write_folder(options.output, {
        "cohort.csv": features_csv(rows, columns),
        "cohort.schema.json": json.dumps(schema_dict(schema), indent=1, ensure_ascii=False) + "\n"})
    if listed:
        write_folder(options.output, {LIST: features_csv(listed)})
    events = sum(row["fracture"] for row in rows)
    if not options.json:
        print(f"{len(rows)} virtual patients (SIMULATED), {events} with a fracture: {options.output / 'cohort.csv'}")
    return {"simulated": True, "seed": options.seed, "patients": len(rows), "fractures": events,
            "table": str(options.output / "cohort.csv"), "columns": columns}


def _list_row(row: dict) -> dict:
    name = row["subject"]
    folder = f"scans/{name}"
    return {"case": name, "subject": name, "image": f"{folder}/scan.nrrd", "mask": f"{folder}/vertebra.seg.nrrd",
            "modality": "CT",
            **{column: row[column] for column in ("kvp", "simulated", "age", "sex", "fracture")}}
