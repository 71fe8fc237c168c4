"""The pictures of a scan's regions, for the reports of its cards."""

from __future__ import annotations

from collections.abc import Collection

from ..imaging.image import BoneImage
from ..regions.proposal import Proposal
from ..regions.trabecular import trabecular_core
from .html import Picture
from .region_views import region_views


def scan_pictures(image: BoneImage, regions: Proposal, shown: Collection[str],
                  depth_mm: float) -> dict[str, dict[str, Picture]]:
    """Slices through the regions whose names are ``shown``: as each was found, and its core."""
    pictures = {}
    for region in regions.regions:
        if region.title in shown:
            whole = region.roi.compartment == "whole-body"
            core = trabecular_core(region.roi, depth_mm) if whole and region.roi.site == "vertebra" else region.roi
            pictures[region.title] = region_views(image, core, region.roi)
    return pictures
