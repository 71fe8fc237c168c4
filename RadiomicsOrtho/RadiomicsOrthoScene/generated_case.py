"""A generated scan with its region as nodes, for the self-tests of the modules: no patient stands behind it."""

from __future__ import annotations

import numpy as np
import slicer
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.regions.roi import Roi

from .segments import add_segment, new_segmentation


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
