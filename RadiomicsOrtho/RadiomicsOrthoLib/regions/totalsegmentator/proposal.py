"""What is proposed from TotalSegmentator's labels, run now or made before."""

from __future__ import annotations

from pathlib import Path

from ...errors import InputError
from ...imaging.image import BoneImage
from ...long_work import Cancelled, Progress, never_cancelled, no_progress
from ..proposal import Proposal
from ..request import ProposalRequest
from .femurs import propose_femora
from .label_file import BoneLabels, read_labels
from .running import run_total
from .vertebrae import propose_vertebrae

#: share of the work that running it takes
_RUN_SHARE = 0.8


def propose_by_running(image: BoneImage, request: ProposalRequest, fast: bool = False, progress: Progress = no_progress,
                       cancelled: Cancelled = never_cancelled) -> Proposal:
    """Run an installed TotalSegmentator (``fast``: its model of 3 mm) and take its labels over.

    Raises InputError with one sentence if it is not there or fails, CancelledError.
    """
    _check_modality(image)
    labels, installed = run_total(image, request.site, fast, progress, cancelled)
    version = f" {installed.version}" if installed.version else ""
    return _propose(image, request, labels, f"TotalSegmentator{version}, task total{' (3 mm)' if fast else ''}",
                    lambda fraction, text: progress(_RUN_SHARE + (1 - _RUN_SHARE) * fraction, text), cancelled)


def propose_by_labels(image: BoneImage, request: ProposalRequest, path: str | Path, task: str | None = None,
                      progress: Progress = no_progress, cancelled: Cancelled = never_cancelled) -> Proposal:
    """Take over labels that lie on disk; ``task`` says what their numbers mean where the file has no names."""
    _check_modality(image)
    return _propose(image, request, read_labels(path, image, task), "labels of TotalSegmentator", progress, cancelled)


def _propose(image: BoneImage, request: ProposalRequest, labels: BoneLabels, source: str, progress: Progress,
             cancelled: Cancelled) -> Proposal:
    if request.site == "proximal-femur":
        return propose_femora(image, labels, source, progress, cancelled)
    return propose_vertebrae(image, labels, source, request.compartments, request.seed, request.level, request.single,
                             request.depth_mm, progress, cancelled)


def _check_modality(image: BoneImage) -> None:
    if image.modality not in ("CT", "unknown"):
        raise InputError(f"This is a scan of modality {image.modality}; labels of TotalSegmentator are taken over on "
                         "CT only.")
