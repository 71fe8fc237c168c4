"""The quality gate on a segment, before anything is measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from RadiomicsOrthoLib.quality.finding import Finding
from RadiomicsOrthoLib.quality.gate import inspect_with_core

from .segments import roi_of_segment
from .volumes import bone_image


def check_segment(volumeNode, segmentationNode, segmentId: str,
                  stated: Mapping[str, object] | None = None) -> tuple[Finding, ...]:
    """All findings on a volume and a segment, the most severe first; what a score would find, without a score.

    ``stated`` holds acquisition facts by name that the file does not tell.  Raises InputError
    if the segment is gone or does not lie on the volume.
    """
    image = bone_image(volumeNode)
    image = replace(image, acquisition=image.acquisition.with_stated(**(stated or {})))
    return inspect_with_core(image, roi_of_segment(segmentationNode, segmentId, volumeNode))
