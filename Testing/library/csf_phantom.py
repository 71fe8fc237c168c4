"""A generated lumbar MR: bodies L1-L4, discs, and a canal with fluid, nerve roots, fat, veins and ligaments."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from RadiomicsOrthoLib.imaging.acquisition import Acquisition
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.imaging.image import BoneImage

#: signal of each tissue; fat and veins are bright on both, ligament and cortex dark on both
SIGNALS = {"T1w": {"muscle": 90, "marrow": 220, "disc": 110, "cortex": 15, "vein": 170, "fluid": 60, "roots": 105,
                   "fat": 330, "ligament": 20},
           "T2w": {"muscle": 60, "marrow": 170, "disc": 120, "cortex": 10, "vein": 220, "fluid": 420, "roots": 210,
                   "fat": 340, "ligament": 20}}
PITCH = 36.0


def lumbar(weighting: str = "T1w", tilt_deg: float = 0.0, spacing=(1.0, 1.0, 3.0), noise: float = 6.0,
           roots_everywhere: bool = False, sac: bool = True, behind_mm: float = 45.0):
    """The scan (a sagittal stack: i to the back, j to the foot, k to the left), bodies by level, and tissue names.

    ``tilt_deg`` leans the spine forwards, ``behind_mm`` is how much the scan shows behind the bodies' middle.
    """
    i_mm, j_mm, k_mm = spacing
    shape = (round(45 / k_mm), round(170 / j_mm), round((30 + behind_mm) / i_mm))
    direction = (0.0, 0.0, -1.0, -1.0, 0.0, 0.0, 0.0, -1.0, 0.0)
    geometry = Geometry(shape, spacing, (22.0, 30.0, 97.0), direction)
    kji = np.stack(np.indices(shape), -1)
    right, anterior, up = np.moveaxis(geometry.to_ras(kji), -1, 0)
    angle = np.deg2rad(tilt_deg)
    back = -(anterior * np.cos(angle) - up * np.sin(angle))
    height = up * np.cos(angle) + anterior * np.sin(angle)
    tissue = np.full(shape, "muscle", dtype="<U8")
    # the canal, from the rear wall of the bodies at 17 mm to the laminae at 36 mm
    canal = (np.abs(right) < 12) & (back > 17) & (back < 37)
    tissue[(np.abs(right) < 14) & (back > 16) & (back < 40)] = "ligament"
    tissue[canal] = "fat"
    tissue[canal & (back < 19.5)] = "ligament"
    tissue[canal & (back < 19.5) & (np.abs(height % PITCH - PITCH / 2) > 12)] = "vein"
    inside = (right / 9.0) ** 2 + ((back - 26.5) / 7.0) ** 2 < 1
    if sac:
        tissue[inside] = "fluid"
        tissue[inside & ((back > 28) | roots_everywhere)] = "roots"
    else:
        # a pocket of fluid that does not go on
        tissue[canal & (np.abs(height) > 8)] = "ligament"
        tissue[inside & (np.abs(height) < 8)] = "fluid"
    bodies = {}
    for level, middle in (("L1", 2 * PITCH), ("L2", PITCH), ("L3", 0.0), ("L4", -PITCH)):
        column = (right / 22) ** 2 + (back / 17) ** 2 < 1
        part = np.abs(height - middle) < PITCH / 2
        tissue[column & part] = "disc"
        tissue[column & (np.abs(height - middle) < 14.5)] = "cortex"
        bodies[level] = ((right / 20.5) ** 2 + (back / 15.5) ** 2 < 1) & (np.abs(height - middle) < 13)
        tissue[bodies[level]] = "marrow"
    values = np.vectorize(SIGNALS[weighting].get)(tissue).astype(float)
    values += np.random.default_rng(7).normal(0, noise, shape)
    image = BoneImage(np.abs(values).round().astype(np.int16), geometry, "MR", Acquisition(sequence=weighting))
    return image, bodies, tissue


def without_sequence(image: BoneImage) -> BoneImage:
    return replace(image, acquisition=Acquisition())
