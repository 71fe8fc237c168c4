"""A generated CT of a trunk that lies on a phantom with rods of known density, and regions of its tissues."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import phantoms
from RadiomicsOrthoLib.imaging.calibration.sampling import cylinder
from RadiomicsOrthoLib.imaging.image import BoneImage
from RadiomicsOrthoLib.regions.roi import Roi

#: density (mg/cm³) = SLOPE · HU + OFFSET in this scan
SLOPE, OFFSET = 0.75, -6.0
DENSITIES = (0.0, 50.0, 100.0, 150.0, 200.0)
RADIUS_MM, LENGTH_MM = 5.0, 30.0
#: mean of the tissues of the phantom scan, HU
CORTICAL_HU = 1200.0


def density_hu(density: float) -> float:
    return (density - OFFSET) / SLOPE


def centre(number: int) -> tuple[float, float, float]:
    """RAS mm of a rod, in the air below the trunk's back."""
    return -40.0 + 20.0 * number, -66.0, 0.0


def scan(core_hu: float = 120.0, noise: float = 6.0) -> tuple[BoneImage, Roi, dict[str, np.ndarray]]:
    """The scan, its vertebral body (L1) and the regions of the rods by name (``rod 0`` …)."""
    image, roi = phantoms.trunk((1.0, 1.0, 1.5), core_hu=core_hu, noise=noise, origin=(-60.0, -75.0, -40.0),
                                shape=(53, 135, 120))
    array = image.array.astype(np.float64)
    generator = np.random.default_rng(11)
    rods = {}
    for number, density in enumerate(DENSITIES):
        r, a, s = centre(number)
        whole = cylinder(image.geometry, (r, a, s - 25), (r, a, s + 25), 8.0)
        array[whole] = density_hu(density) + generator.normal(0, noise, np.count_nonzero(whole))
        rods[f"rod {number}"] = cylinder(image.geometry, (r, a, s - 15), (r, a, s + 15), RADIUS_MM)
    return replace(image, array=np.round(array).astype(np.int16), modality="CT"), roi, rods


def tissues(image: BoneImage, roi: Roi) -> dict[str, np.ndarray]:
    """Regions of air, fat, muscle and blood; the cortex of the phantom is too thin for one."""
    def box(r, a, half=3.0):
        return cylinder(image.geometry, (r, a, -20), (r, a, 20), half)

    return {"air": box(-50, 50), "adipose": box(0, 52, 2.0), "skeletal_muscle": box(-30, 20, 6.0),
            "blood": box(12, 33, 6.0)}
