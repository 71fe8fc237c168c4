"""``segment --method totalsegmentator``: its arguments and its call."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..errors import InputError
from ..imaging.image import BoneImage
from ..long_work import Cancelled, Progress
from ..regions.proposal import Proposal
from ..regions.request import TOTALSEGMENTATOR as METHOD
from ..regions.request import ProposalRequest
from ..regions.totalsegmentator.classes import TASKS
from ..regions.vertebra.compartments import BODY_COMPARTMENTS


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
    from ..regions.totalsegmentator.proposal import propose_by_labels, propose_by_running

    asked = options.compartment or ["whole-body"]
    if other := [name for name in asked if name not in (*BODY_COMPARTMENTS, "all")]:
        raise InputError(f"'{other[0]}' is not made from labels; these are: {', '.join(BODY_COMPARTMENTS)}.")
    compartments = BODY_COMPARTMENTS if "all" in asked else [name for name in BODY_COMPARTMENTS if name in asked]
    request = ProposalRequest(options.site, options.seed, options.level, options.single, tuple(compartments),
                              options.core_depth)
    if options.labels is not None:
        return propose_by_labels(image, request, options.labels, options.labels_task, progress, cancelled)
    return propose_by_running(image, request, options.fast, progress, cancelled)
