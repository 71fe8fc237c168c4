"""``segment --site proximal-femur``: its call; it has no arguments of its own."""

from __future__ import annotations

import argparse

from ..imaging.image import BoneImage
from ..long_work import Cancelled, Progress
from ..regions.femur.segmentation import segment_femora, segment_femur
from ..regions.proposal import Proposal


def add_arguments(command: argparse.ArgumentParser) -> None:
    """No arguments beyond those of every site."""


def propose(image: BoneImage, options: argparse.Namespace, progress: Progress, cancelled: Cancelled) -> Proposal:
    if options.auto:
        return segment_femora(image, progress, cancelled)
    return segment_femur(image, options.seed, progress, cancelled)
