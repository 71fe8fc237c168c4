"""``segment --site proximal-femur``: its call; it has no arguments of its own."""

from __future__ import annotations

import argparse

from ..imaging.image import BoneImage
from ..long_work import Cancelled, Progress
from ..regions.proposal import Proposal
from ..regions.request import ProposalRequest
from ..regions.request import propose as propose_regions


def add_arguments(command: argparse.ArgumentParser) -> None:
    """No arguments beyond those of every site."""


def propose(image: BoneImage, options: argparse.Namespace, progress: Progress, cancelled: Cancelled) -> Proposal:
    return propose_regions(image, ProposalRequest("proximal-femur", options.seed), progress, cancelled)
