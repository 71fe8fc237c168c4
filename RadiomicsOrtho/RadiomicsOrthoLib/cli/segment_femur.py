"""``segment --site proximal-femur``: its call; it has no arguments of its own."""

from __future__ import annotations

import argparse

from ..errors import InputError
from ..imaging.image import BoneImage
from ..long_work import Cancelled, Progress
from ..regions.proposal import Proposal
from ..regions.request import ProposalRequest
from ..regions.request import propose as propose_regions
from ..regions.trabecular import DEFAULT_DEPTH_MM
from ..regions.vertebra.levels import LUMBAR, THORACIC


def add_arguments(command: argparse.ArgumentParser) -> None:
    """No arguments beyond those of every site."""


def check_options(options: argparse.Namespace) -> None:
    """InputError for what belongs to vertebrae: it would be passed over in silence."""
    given = [name for name, value in (("--level", options.level), ("--single", options.single),
                                      ("--compartment", options.compartment)) if value]
    given += [name for name, value, default in (("--core-depth", options.core_depth, DEFAULT_DEPTH_MM),
                                                ("--thoracic", options.thoracic, THORACIC),
                                                ("--lumbar", options.lumbar, LUMBAR)) if value != default]
    if given:
        raise InputError(f"{' and '.join(given)}: for vertebrae only; of a femur every region is written.")


def propose(image: BoneImage, options: argparse.Namespace, progress: Progress, cancelled: Cancelled) -> Proposal:
    return propose_regions(image, ProposalRequest("proximal-femur", options.seed), progress, cancelled)
