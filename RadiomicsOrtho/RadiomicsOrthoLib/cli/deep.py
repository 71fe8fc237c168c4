"""``deep train | encode | check | adopt``: columns ``dl_…`` of a table from images, by a network."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .. import RESEARCH_USE_ONLY
from ..batch.case_list import read_case_list
from ..batch.crops import HEAD, Crops, crops_of
from ..cohort.table_schema import NETWORK
from ..errors import InputError
from ..features.background import in_background
from ..features.roi_crop import CLEARED, KEPT, OWN_WINDOW, CropSettings
from ..imaging.modality import MODALITIES
from ..long_work import Cancelled, Progress, never_cancelled
from ..models.encoder import Encoder, load_encoder
from ..models.encoder_manifest import MANIFEST, manifest_text
from ..report.files import write_folder
from ..report.learning_chart import learning_svg
from ..report.tables import features_csv
from ..workbench.request import check_new_folder, outcome_keys
from .deep_adopt import add_adopt
from .extract_several import DONE_IN_PART
from .output import ProgressBar, check_output

TABLE, CURVES = "deep.csv", "learning.svg"
_CROP = CropSettings()
#: correlation of networks from which on their features mean the same
ALIKE = 0.8
#: share of the time that cutting out takes
_READING = 0.1


def add_command(commands) -> None:
    command = commands.add_parser("deep", help="features of a network: trained on your images, or one that you bring")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    train = actions.add_parser(
        "train", help="a compact network on the boxes around the regions of a list, with columns for each of its rows",
        description=f"Trains on the CPU (PyTorch) and writes {TABLE} (columns dl_… by networks that had not seen the "
                    f"person), and the network for later people as ONNX with {MANIFEST} into FOLDER. "
                    + RESEARCH_USE_ONLY)
    train.add_argument("table", metavar="LIST", type=Path,
                       help="as 'batch' takes it: case, image, mask …, and subject, set and the outcome")
    train.add_argument("--outcome", required=True, metavar="COLUMN=NO,YES", help="a column of LIST and its two values")
    train.add_argument("-o", "--output", required=True, type=Path, metavar="FOLDER", help="a new or empty folder")
    add_crop_arguments(train)
    train.add_argument("--network", choices=("3d", "2.5d"), default="3d",
                       help="cubes, or slices with their neighbours (default %(default)s)")
    train.add_argument("--features", type=int, default=32, metavar="N", help="columns dl_01 … (default %(default)s)")
    train.add_argument("--folds", type=int, default=5, metavar="K",
                       help="of people, for columns by networks that have not seen them: K (K + 1) / 2 + 1 networks "
                            "(default %(default)s)")
    train.add_argument("--epochs", type=int, default=60, metavar="N", help="at most (default %(default)s)")
    train.add_argument("--seed", type=int, default=1, metavar="N", help="default %(default)s")
    train.add_argument("--threads", type=int, default=2, metavar="N", help="default %(default)s")
    train.set_defaults(run=run_train)
    encode = actions.add_parser("encode", help="columns dl_… of other people by a finished network")
    encode.add_argument("table", metavar="LIST", type=Path, help="as 'batch' takes it: case, image, mask …")
    encode.add_argument("--encoder", required=True, type=Path, metavar="FOLDER", help=f"with {MANIFEST}")
    encode.add_argument("-o", "--output", required=True, type=Path, metavar="FILE.csv")
    encode.set_defaults(run=run_encode)
    check = actions.add_parser("check", help="what a network is for, and whether it can be used here")
    check.add_argument("images", metavar="FOLDER", type=Path, help=f"with {MANIFEST}")
    check.set_defaults(run=run_check)
    add_adopt(actions, add_crop_arguments, crop_settings)


def add_crop_arguments(command: argparse.ArgumentParser) -> None:
    shape = ",".join(map(str, _CROP.shape))
    command.add_argument("--size", default=shape, metavar="K,J,I",
                         help="voxels of the box along S, A and R (default %(default)s)")
    command.add_argument("--voxel", type=float, default=_CROP.spacing, metavar="MM",
                         help="edge of its voxels (default %(default)s)")
    command.add_argument("--window", metavar="LOW,HIGH", help=f"values that become 0 and 1 (default for CT -200,800; "
                         f"otherwise '{OWN_WINDOW}': 1st and 99th percentile of the region)")
    command.add_argument("--surroundings", choices=(CLEARED, KEPT), default=CLEARED,
                         help="what the network sees outside of the region (default %(default)s)")
    command.add_argument("--modality", choices=MODALITIES[:-1], default="CT", help="default %(default)s")


def crop_settings(options: argparse.Namespace) -> CropSettings:
    try:
        shape = tuple(int(part) for part in options.size.split(","))
        window: Sequence[float] | str = OWN_WINDOW
        if options.window is None and options.modality == "CT":
            window = _CROP.window
        elif options.window not in (None, OWN_WINDOW):
            low, high = (float(part) for part in options.window.split(","))
            window = (low, high)
        return CropSettings(shape, options.voxel, window, options.surroundings, options.modality)
    except ValueError as error:
        raise InputError(f"The box cannot be cut so: {error}.") from None


def run_train(options: argparse.Namespace) -> dict:
    from ..modelling.deep.network import NetworkDesign, check_torch
    from ..modelling.deep.study import train_study
    from ..modelling.deep.training import TrainingPlan

    check_new_folder(options.output)
    column, keys = outcome_keys(options.outcome)
    check_torch()
    settings = crop_settings(options)
    if options.seed < 0:
        raise InputError("--seed is not negative.")
    try:
        plan = TrainingPlan(epochs=options.epochs, threads=options.threads,
                            design=NetworkDesign(options.network, (8, 16, 24, options.features)))
    except ValueError as error:
        raise InputError(f"The network cannot be trained so: {error}.") from None
    cases = read_case_list(options.table, ())
    if column not in cases[0].carried:
        raise InputError(f"The table '{options.table.name}' has no column '{column}', which --outcome names.")

    def work(progress: Progress, cancelled: Cancelled):
        crops = crops_of(cases, settings, lambda share, text: progress(_READING * share, text), cancelled)
        return train_study(crops.boxes, {name: crops.column(name) for name in ("subject", "set", "simulated", column)},
                           (column, keys), settings, plan, options.folds, options.seed,
                           lambda share, text: progress(_READING + (1 - _READING) * share, text), cancelled), crops

    found, crops = _with_bar(work, options.json)
    write_folder(options.output, {
        TABLE: _table(crops, found.columns, found.encoder), MANIFEST: manifest_text(found.encoder.manifest),
        found.encoder.manifest.file: found.encoder.content,
        CURVES: learning_svg(found.losses, found.best_epochs, found.encoder.manifest.simulated)})
    area = found.auc
    result = {"output": str(options.output), "simulated": found.encoder.manifest.simulated, "rows": len(crops.rows),
              "subjects": len(set(crops.column("subject"))), "networks": len(found.losses),
              "auc": [area.value, area.lower, area.upper], "events": found.events,
              "agreement": list(found.agreement), "notes": list(crops.notes)}
    if not options.json:
        word = " (SIMULATED)" if result["simulated"] else ""
        print(f"{len(found.losses)} networks of {plan.design.parameters} numbers{word}; of people whom they had not "
              f"seen, AUC {area.value:.3f} ({area.lower:.3f} to {area.upper:.3f}), {found.events} of {found.learned} "
              "with the event")
        print(f"Networks agree on the same boxes with a correlation of {min(found.agreement):.2f} to "
              f"{max(found.agreement):.2f}")
        if min(found.agreement) < ALIKE:
            print("Note: below 0.8 features of different networks mean different things; more people, or more folds, "
                  "may help. Their probabilities can be compared all the same.")
        _print_notes(crops)
        print(f"Written to {options.output}: {TABLE}, {MANIFEST}, {found.encoder.manifest.file}, {CURVES}")
    return result | _ending(crops)


def run_encode(options: argparse.Namespace) -> dict:
    check_output(options.output, (".csv",))
    encoder = load_encoder(options.encoder)
    cases = read_case_list(options.table, ())

    def work(progress: Progress, cancelled: Cancelled):
        crops = crops_of(cases, encoder.manifest.crop, lambda share, text: progress(0.7 * share, text), cancelled)
        _refuse_seen(encoder, crops)
        try:
            return encoder.encode(crops.boxes, lambda share, text: progress(0.7 + 0.3 * share, text), cancelled), crops
        except ValueError as error:
            raise InputError(f"The network '{options.encoder}' is refused: {error}.") from None

    columns, crops = _with_bar(work, options.json)
    write_folder(options.output.parent, {options.output.name: _table(crops, columns, encoder)})
    if not options.json:
        print(f"{len(crops.rows)} rows of {len(set(crops.column('subject')))} subjects, {len(columns)} columns of "
              f"{encoder.manifest.title}: {options.output}")
        _print_notes(crops)
    return {"rows": len(crops.rows), "columns": list(columns), "encoder": encoder.manifest.id,
            "sha256": encoder.manifest.sha256, "simulated": encoder.manifest.simulated, "notes": list(crops.notes),
            "output": str(options.output)} | _ending(crops)


def run_check(options: argparse.Namespace) -> dict:
    manifest = load_encoder(options.images).manifest
    facts = {"id": manifest.id, "title": manifest.title, "version": manifest.version, "simulated": manifest.simulated,
             "crop": manifest.crop.to_dict(), "columns": list(manifest.columns), "sha256": manifest.sha256,
             "learned_from_boxes": len(manifest.learned_from)}
    if not options.json:
        for name, value in facts.items():
            print(f"{name.replace('_', ' ')}: {value}")
        print(RESEARCH_USE_ONLY)
    return facts


def _with_bar(work, quiet: bool):
    bar = ProgressBar(quiet)
    try:
        return in_background(work, bar, never_cancelled)
    finally:
        bar.close()


def _refuse_seen(encoder: Encoder, crops: Crops) -> None:
    seen = encoder.seen(crops.boxes)
    if seen:
        first = crops.rows[seen[0]]["case"]
        raise InputError(f"The network learned from {len(seen)} of these regions (the first: '{first}'); what it says "
                         f"of them is worth nothing. Their columns are in the {TABLE} of its training.")


def _table(crops: Crops, columns: dict[str, np.ndarray], encoder: Encoder) -> str:
    """Who and where, and the columns of the network; a sheet that 'table join' takes."""
    head = [name for name in HEAD if name in ("subject", "case") or any(crops.column(name))]
    rows = [{**{name: row.get(name, "") for name in head}, NETWORK: encoder.manifest.short,
             **{name: values[at] if isinstance(values[at], str) else float(f"{values[at]:.9g}")
                for name, values in columns.items()}} for at, row in enumerate(crops.rows)]
    return features_csv(rows, [*head, NETWORK, *columns])


def _print_notes(crops: Crops) -> None:
    for note in crops.notes:
        print(f"Left out: {note}")


def _ending(crops: Crops) -> dict:
    return {"exit_code": DONE_IN_PART} if crops.notes else {}
