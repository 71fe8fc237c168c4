"""A proposal for a volume node, made beside the application."""

from __future__ import annotations

from RadiomicsOrthoLib.imaging.modality import TITLES
from RadiomicsOrthoLib.quality.finding import raise_refusals
from RadiomicsOrthoLib.regions.proposal import Proposal
from RadiomicsOrthoLib.regions.proposal_process import ProposalProcess
from RadiomicsOrthoLib.regions.request import ProposalRequest
from RadiomicsOrthoLib.resources import resource_folder

from .dependencies import ensure
from .interpreter import python_program
from .job import VolumeJob
from .segments import check_same_transform
from .volumes import bone_image, known_modality


class ProposalJob(VolumeJob):
    """One search for bones at a time."""

    def __init__(self) -> None:
        super().__init__(ProposalProcess(python_program()))

    def start(self, volumeNode, request: ProposalRequest) -> None:
        """Begin.  Raises InputError or RefusedError where the scan does not allow a proposal."""
        from RadiomicsOrthoLib.quality.image_checks import check_image

        image = bone_image(volumeNode)
        raise_refusals(check_image(image))
        self._process.start(image, request)
        self._volumeId = volumeNode.GetID()

    def result(self) -> tuple[Proposal, object]:
        """The proposal and its volume node, once it no longer runs.

        Raises InputError with the method's sentence where there is none, or where the volume was removed meanwhile.
        """
        return self._process.result(), self._volumeNode()


def start_proposal(volumeNode, segmentationNode, site: str, seed, parts: str = "whole-body",
                   method: str | None = None, single: bool = False) -> ProposalJob:
    """Begin to look for bones of ``site`` from a point (RAS mm), or without one; returns the work.

    ``parts`` are compartments of vertebrae on CT, separated by commas; ``method`` is that of a ProposalRequest.
    ``single``: of vertebrae only the one at the point.
    Packages that are missing are installed after asking.
    Raises InputError with one sentence where scan or segmentation do not allow it.
    """
    if segmentationNode is not None:
        check_same_transform(segmentationNode, volumeNode)
    mr = known_modality(volumeNode)[0] == "MR"
    ensure(str(resource_folder() / f"requirements-regions{'-mr' if mr else ''}.txt"), "Radiomics Ortho Segment")
    compartments = tuple(parts.split(",")) if site == "vertebra" and not mr else ("whole-body",)
    job = ProposalJob()
    job.start(volumeNode, ProposalRequest(site, seed, compartments=compartments, method=method,
                                          single=single and seed is not None and site == "vertebra"))
    return job


def reason_not_ready(volumeNode, site: str) -> str:
    """Why nothing can be proposed yet, in the user's words; empty if it can."""
    if volumeNode is None:
        return "Load a scan and choose it as the volume."
    modality = known_modality(volumeNode)[0]
    if modality == "unknown":
        return "Say above whether the scan is a CT or an MR."
    if modality not in ("CT", "MR"):
        return f"Bones are proposed on CT and MR; this scan is a {TITLES[modality]}: draw them by hand."
    if modality == "MR" and site == "proximal-femur":
        return "The femur is proposed on CT only; draw it by hand on an MR."
    imageData = volumeNode.GetImageData()
    if imageData is None or min(imageData.GetDimensions()) < 2:
        return "Bones are proposed in 3-D scans only; draw them by hand on a single slice."
    return ""


def totalsegmentator_fits(volumeNode) -> bool:
    """True if TotalSegmentator is installed (in Slicer by its extension) and the scan is one for it."""
    from RadiomicsOrthoLib.regions.totalsegmentator.running import is_installed

    return volumeNode is not None and known_modality(volumeNode)[0] == "CT" and is_installed()
