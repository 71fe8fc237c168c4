"""``segment --method totalsegmentator``: its arguments and its call."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..errors import InputError
from ..imaging.image import BoneImage
from ..long_work import Cancelled, Progress
from ..regions.proposal import Proposal
from ..regions.totalsegmentator.classes import TASKS
from ..regions.vertebra.compartments import BODY_COMPARTMENTS

METHOD = "totalsegmentator"


def add_arguments(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("TotalSegmentator")
    group.add_argument("--labels", type=Path, metavar="FILE", help="what TotalSegmentator wrote before: a file of all "
                       "labels (NIfTI, .seg.nrrd) or a folder of masks; without it, it is run")
    group.add_argument("--labels-task", choices=TASKS, metavar="TASK", help="the task behind --labels, where the file "
                       f"has no names: {', '.join(TASKS)} (default: total)")
    group.add_argument("--fast", action="store_true", help="run its coarse model (3 mm)")


def is_meant(options: argparse.Namespace) -> bool:
    return options.method == METHOD


def check_options(options: argparse.Namespace, shape: str | None = None) -> None:
    """InputError for arguments that do not go together; ``shape`` is that of a region from points, if one is meant."""
    if is_meant(options) and shape is not None:
        raise InputError(f"--method {METHOD} finds bones; leave it out for a region from points.")
    if not is_meant(options):
        given = [name for name, value in (("--labels", options.labels), ("--labels-task", options.labels_task),
                                          ("--fast", options.fast)) if value]
        if given:
            raise InputError(f"{' and '.join(given)}: add --method {METHOD}.")
        return
    if options.single and options.seed is None:
        raise InputError("--single keeps the vertebra at a point; give one with --seed R,A,S.")
    if options.fast and options.labels is not None:
        raise InputError("--fast is for running TotalSegmentator; with --labels it is not run.")


def propose(image: BoneImage, options: argparse.Namespace, progress: Progress, cancelled: Cancelled) -> Proposal:
    """Regions from its labels, run now or read from ``--labels``."""
    from ..regions.totalsegmentator.femurs import propose_femora
    from ..regions.totalsegmentator.label_file import read_labels
    from ..regions.totalsegmentator.running import run_total
    from ..regions.totalsegmentator.vertebrae import propose_vertebrae

    if image.modality not in ("CT", "unknown"):
        raise InputError(f"This is a scan of modality {image.modality}; labels of TotalSegmentator are taken over on "
                         "CT only.")
    if options.labels is not None:
        labels = read_labels(options.labels, image, options.labels_task)
        source, done = "labels of TotalSegmentator", 0.0
    else:
        labels, installed = run_total(image, options.site, options.fast, progress, cancelled)
        version = f" {installed.version}" if installed.version else ""
        source, done = f"TotalSegmentator{version}, task total{' (3 mm)' if options.fast else ''}", 0.8

    def rest(fraction: float, text: str) -> None:
        progress(done + (1 - done) * fraction, text)

    if options.site == "proximal-femur":
        return propose_femora(image, labels, source, rest, cancelled)
    asked = options.compartment or ["whole-body"]
    compartments = BODY_COMPARTMENTS if "all" in asked else [name for name in BODY_COMPARTMENTS if name in asked]
    return propose_vertebrae(image, labels, source, compartments, options.seed, options.level, options.single,
                             options.core_depth, rest, cancelled)
