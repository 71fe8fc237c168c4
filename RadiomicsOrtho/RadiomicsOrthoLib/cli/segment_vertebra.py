"""``segment --site vertebra``: its arguments and its call."""

from __future__ import annotations

import argparse

from ..errors import InputError
from ..imaging.image import BoneImage
from ..long_work import Cancelled, Progress
from ..regions.proposal import Proposal


def add_arguments(command: argparse.ArgumentParser) -> None:
    pass


def propose(image: BoneImage, options: argparse.Namespace, progress: Progress, cancelled: Cancelled) -> Proposal:
    raise InputError("Vertebrae cannot be segmented yet.")
