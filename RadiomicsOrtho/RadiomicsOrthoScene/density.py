"""Density calibration from the nodes of a scene."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.imaging.calibration.calibration import Curve, DensityCalibration, scan_facts
from RadiomicsOrthoLib.imaging.calibration.calibration_file import calibration_from_json
from RadiomicsOrthoLib.imaging.calibration.rods import calibrate_by_rods
from RadiomicsOrthoLib.imaging.calibration.tissues import calibrate_by_tissues, tissue_from_name
from RadiomicsOrthoLib.imaging.image import BoneImage

from .segments import anatomy_of_segment, roi_of_segment
from .volumes import bone_image


def calibration_of(node) -> DensityCalibration:
    """The one that a parameter node keeps as the text of a file; InputError where it is damaged."""
    return calibration_from_json(node.calibration, "The density calibration of this scene")


def segments_of(segmentationNode) -> tuple[tuple[str, str], ...]:
    """(id, name) of every segment; none without a node."""
    if segmentationNode is None:
        return ()
    segmentation = segmentationNode.GetSegmentation()
    return tuple((segmentId, segmentation.GetSegment(segmentId).GetName())
                 for segmentId in segmentation.GetSegmentIDs())


def possible_rods(segmentationNode) -> tuple[tuple[str, str], ...]:
    """(id, name) of the segments that are neither bone nor tissue by their names."""
    if segmentationNode is None:
        return ()
    segmentation = segmentationNode.GetSegmentation()
    return tuple((segmentId, name) for segmentId, name in segments_of(segmentationNode)
                 if anatomy_of_segment(segmentation.GetSegment(segmentId))["site"] == "unknown"
                 and tissue_from_name(name) is None)


def tissues_of(segmentationNode) -> dict[str, list[str]]:
    """Tissue → ids of the segments whose names state it, such as the muscles of both sides."""
    found: dict[str, list[str]] = {}
    for segmentId, name in segments_of(segmentationNode):
        tissue = tissue_from_name(name)
        if tissue:
            found.setdefault(tissue, []).append(segmentId)
    return found


def calibration_by_rods(volumeNode, segmentationNode, densities: Mapping[str, float], equivalent: str, source: str,
                        stated: Mapping[str, object] | None = None) -> DensityCalibration:
    """From segments (id → density in mg/cm³) of a volume; InputError with one sentence where that is no calibration."""
    image = _checked(volumeNode, stated)
    names = dict(segments_of(segmentationNode))
    rods = {names[segmentId]: (roi_of_segment(segmentationNode, segmentId, volumeNode).mask, density)
            for segmentId, density in densities.items()}
    if len(rods) < len(densities):
        raise InputError("Two of the rods have the same name; rename one of the segments.")
    return calibrate_by_rods(image, rods, equivalent, source)


def calibration_by_tissues(volumeNode, segmentationNode, equivalent: str,
                           stated: Mapping[str, object] | None = None) -> DensityCalibration:
    """From the segments whose names state a tissue; InputError with one sentence where that is no calibration."""
    image = _checked(volumeNode, stated)
    masks = {tissue: np.logical_or.reduce([roi_of_segment(segmentationNode, one, volumeNode).mask for one in ids])
             for tissue, ids in tissues_of(segmentationNode).items()}
    return calibrate_by_tissues(image, masks, equivalent)


def calibration_by_hand(volumeNode, method: str, curve: Curve, equivalent: str, source: str, error: float | None,
                        stated: Mapping[str, object] | None = None) -> DensityCalibration:
    """``manual`` or ``density-image``, stated for this volume."""
    return DensityCalibration(method, equivalent, curve, source, stated_error=error,
                              scan=scan_facts(_image(volumeNode, stated)))


def _checked(volumeNode, stated: Mapping[str, object] | None) -> BoneImage:
    from RadiomicsOrthoLib.quality.finding import raise_refusals
    from RadiomicsOrthoLib.quality.image_checks import check_image

    image = _image(volumeNode, stated)
    raise_refusals(check_image(image))
    return image


def _image(volumeNode, stated: Mapping[str, object] | None) -> BoneImage:
    if volumeNode is None:
        raise InputError("Choose the volume first.")
    image = bone_image(volumeNode)
    return replace(image, acquisition=image.acquisition.with_stated(**(stated or {})))
