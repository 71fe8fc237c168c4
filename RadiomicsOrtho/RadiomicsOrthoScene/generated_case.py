"""Generated scans with regions as nodes, for the self-tests of the modules: no patient stands behind them."""

from __future__ import annotations

import numpy as np
import slicer
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.regions.proposal import Proposal, ProposedRegion
from RadiomicsOrthoLib.regions.roi import Roi

from .segments import add_segment, new_segmentation
from .volumes import bone_image


def generated_vertebra(core_hu: float = 120.0, level: str = "L1", body_hu: float = 500.0) -> tuple:
    """A trunk in air with an ellipsoidal vertebral body: volume node, segmentation node and id of the segment."""
    geometry = Geometry((50, 80, 80), (1.5, 1.5, 1.5), (-60.0, -60.0, -37.0))
    k, j, i = np.indices(geometry.shape)
    r, a, s = np.moveaxis(geometry.to_ras(np.stack([k, j, i], -1)), -1, 0)
    values = np.full(geometry.shape, -1000.0)
    values[np.hypot(r, a) < 56] = -100
    values[np.hypot(r, a) < 48] = 50
    body = (r / 22) ** 2 + (a / 17) ** 2 + (s / 14) ** 2 <= 1
    values[body] = body_hu
    values[(r / 20) ** 2 + (a / 15) ** 2 + (s / 12) ** 2 <= 1] = core_hu
    values += np.random.default_rng(1).normal(0, 5, geometry.shape)
    volume = slicer.util.addVolumeFromArray(
        values.astype(np.int16), ijkToRAS=geometry.ijk_to_ras, name="Generated CT")
    segmentation = new_segmentation(volume, "Generated bones")
    return volume, segmentation, add_segment(segmentation, Roi(body, geometry, "vertebra", level), volume)


def generated_spine(bodies: int = 3):
    """A CT volume node of a straight spine in a trunk: so many whole vertebrae between two that the scan cuts off.

    Bodies with a cortex and a waist, discs, canal, arches and processes, in voxels of 2 mm.
    """
    step, pitch, height = 2.0, 34.0, 26.0
    shape = (int((pitch * bodies + 24) / step), 62, 56)
    geometry = Geometry(shape, (step, step, step), (-55.0, -70.0, 0.0))
    k, j, i = np.indices(shape)
    r, a, s = np.moveaxis(geometry.to_ras(np.stack([k, j, i], -1)), -1, 0)
    #: distance from the middle of the body at that height, and how far out of its axis (1 at the surface)
    along, out = (s - 12) % pitch - pitch / 2, np.hypot(r / 22, a / 17)
    waist = 1 - 0.12 * np.cos(np.pi * along / height)
    side, behind = np.abs(r), a + 25
    values = np.full(shape, -1000.0)
    for where, hu in (
            (np.hypot(r / 54, (a + 8) / 60) < 1, -100), (np.hypot(r / 46, (a + 8) / 52) < 1, 50), (out < 0.97, 85),
            ((np.abs(along) < height / 2) & (out < waist), 550),
            ((np.abs(along) < height / 2 - 1.6) & (out < waist - 0.085), 140),
            ((np.hypot(r / 15, behind / 12) < 1) & (np.abs(along - 2) < 9), 400),
            ((np.abs(side - 13) < 4) & (a < -8) & (a > -25) & (np.abs(along - 4) < 6), 400),
            ((side < 3.5) & (a < -34) & (a > -58) & (np.abs(along + 4) < 9), 400),
            ((side < 38) & (side > 13) & (np.abs(a + 26) < 4) & (np.abs(along - 4) < 5), 400),
            (np.hypot(r / 11, behind / 8) < 1, 15)):
        values[where] = hu
    values += np.random.default_rng(2).normal(0, 10, shape)
    return slicer.util.addVolumeFromArray(
        values.astype(np.int16), ijkToRAS=geometry.ijk_to_ras, name="Generated CT spine")


def generated_body() -> tuple:
    """A body in fat with half axes of 22 x 17 x 14 mm that nobody named: volume, segmentation, id of the segment."""
    geometry = Geometry((40, 50, 60), (1.0, 1.0, 1.0), (-30.0, -25.0, -20.0))
    k, j, i = np.indices(geometry.shape)
    r, a, s = np.moveaxis(geometry.to_ras(np.stack([k, j, i], -1)), -1, 0)
    body = (r / 22) ** 2 + (a / 17) ** 2 + (s / 14) ** 2 <= 1
    values = np.where(body, 150, -100).astype(np.int16)
    volume = slicer.util.addVolumeFromArray(values, ijkToRAS=geometry.ijk_to_ras, name="Generated CT")
    segmentation = new_segmentation(volume, "Generated bones")
    return volume, segmentation, add_segment(segmentation, Roi(body, geometry), volume, "Drawn by hand")


def proposed_bodies(volumeNode) -> Proposal:
    """A proposal of two bricks on the volume of ``generated_body``; the lower one probably is L5."""
    geometry, regions = bone_image(volumeNode).geometry, []
    for number, (low, high) in enumerate(((22, 34), (6, 18)), 1):
        mask = np.zeros(geometry.shape, bool)
        mask[low:high, 10:40, 15:45] = True
        roi = Roi(mask, geometry, "vertebra", compartment="whole-body", made_by="a method")
        regions.append(ProposedRegion(roi, f"vertebra {number} body", body=number))
    suggestion = {"number": 2, "level": "L5", "reason": "it lies on the sacrum"}
    return Proposal(tuple(regions), {"site": "vertebra", "level_suggestion": suggestion, "bodies": []})
