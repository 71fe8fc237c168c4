"""``segment --site vertebra``: its arguments and its call."""

from __future__ import annotations

import argparse

from ..errors import InputError
from ..imaging.image import BoneImage
from ..long_work import Cancelled, Progress
from ..regions.proposal import Proposal
from ..regions.request import MR_COMPARTMENTS, MR_METHODS, ProposalRequest
from ..regions.request import propose as propose_regions
from ..regions.roi import COMPARTMENTS, LEVELS
from ..regions.trabecular import DEFAULT_DEPTH_MM
from ..regions.vertebra.compartments import BODY_COMPARTMENTS
from ..regions.vertebra.levels import LUMBAR, LUMBAR_VARIANTS, THORACIC, THORACIC_VARIANTS


def add_arguments(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("vertebra")
    group.add_argument("--level", type=str.upper, choices=LEVELS[:-1], metavar="LEVEL",
                       help="which level the clicked body is (with --auto: the lowest body); the others follow")
    group.add_argument("--single", action="store_true", help="only the clicked body")
    group.add_argument("--compartment", action="append", choices=(*COMPARTMENTS[:-1], "all"), metavar="NAME",
                       help=f"what to write of each body, repeatable: {', '.join(BODY_COMPARTMENTS)} or all "
                       "(default: whole-body); on MR whole-body, trabecular, csf (the fluid at L3) or all; of a "
                       "region on a 2-D image: what it is")
    group.add_argument("--core-depth", type=float, default=DEFAULT_DEPTH_MM, metavar="MM",
                       help="how much is removed below the surface for a trabecular core (default %(default)s mm)")
    group.add_argument("--thoracic", type=int, choices=THORACIC_VARIANTS, default=THORACIC,
                       help="number of thoracic vertebrae (default %(default)s)")
    group.add_argument("--lumbar", type=int, choices=LUMBAR_VARIANTS, default=LUMBAR,
                       help="number of lumbar vertebrae (default %(default)s)")


def propose(image: BoneImage, options: argparse.Namespace, progress: Progress, cancelled: Cancelled) -> Proposal:
    """The bodies of the scan as the options ask for them."""
    if options.auto and options.single:
        raise InputError("--single keeps the clicked body; give a point with --seed, not --auto.")
    possible = MR_COMPARTMENTS if image.modality == "MR" else BODY_COMPARTMENTS
    asked = options.compartment or ["whole-body"]
    if other := [name for name in asked if name not in (*possible, "all")]:
        raise InputError(f"'{other[0]}' is not proposed on {image.modality}; these are: {', '.join(possible)}.")
    compartments = possible if "all" in asked else [name for name in possible if name in asked]
    request = ProposalRequest("vertebra", options.seed, options.level, options.single, tuple(compartments),
                              options.core_depth, options.thoracic, options.lumbar,
                              options.method if options.method in MR_METHODS else None)
    return propose_regions(image, request, progress, cancelled)
