"""One virtual patient in one virtual scanner: a scan with its region, and the truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...imaging.image import BoneImage
from ...regions.roi import Roi
from .patient import VirtualPatient
from .scanner import VirtualScanner, resampled
from .vertebra import virtual_vertebra

MADE_BY = "simulated"


@dataclass(frozen=True)
class VirtualScan:
    """``roi`` is the whole vertebral body; ``true_density`` (mg/cm³) that of its trabecular bone."""

    patient: VirtualPatient
    scanner: VirtualScanner
    image: BoneImage
    roi: Roi
    true_density: float


def scanner_of(patient: VirtualPatient) -> VirtualScanner:
    """The scanner that a patient meets: pixel, slice, blur and noise differ, the voltage is 120 kV."""
    generator = np.random.default_rng(patient.seed + 2)
    return VirtualScanner(pixel=round(float(generator.uniform(0.6, 0.8)), 2),
                          slice_mm=float(generator.choice([0.8, 1.0, 1.25])),
                          blur=round(float(generator.uniform(0.8, 1.1)), 2),
                          noise=round(float(generator.uniform(12, 28)), 1))


def virtual_scan(patient: VirtualPatient, scanner: VirtualScanner | None = None) -> VirtualScan:
    """The scan of ``patient``; the same patient and scanner give the same voxels."""
    scanner = scanner or scanner_of(patient)
    vertebra = virtual_vertebra(patient, scanner.kvp)
    image = scanner.scan(vertebra.hu, vertebra.geometry, np.random.default_rng(patient.seed + 3))
    mask = resampled(vertebra.body, vertebra.geometry, image.geometry) >= 0.5
    roi = Roi(mask, image.geometry, site="vertebra", level="L1", compartment="whole-body", made_by=MADE_BY)
    return VirtualScan(patient, scanner, image, roi, vertebra.true_density)
