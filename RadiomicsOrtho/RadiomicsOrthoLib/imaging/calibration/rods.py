"""Calibration by the rods of a phantom that was scanned with the patient, or at another time on the same scanner.

Least squares of the known density on the mean HU of each rod.  The rods of a solid phantom state the density of one
material in a water-like plastic.  The liquid rods of a Mindways phantom state a water and a K2HPO4 equivalent and need
the constants of its data sheet; this line is not made for them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from ...errors import InputError
from ..geometry import Geometry
from ..image import BoneImage
from .calibration import Curve, DensityCalibration, Sample, scan_facts
from .sampling import hu_statistics

MIN_RODS = 3
#: phantom lines are straight: published ones have R² above 0.99 (limits of this project)
MIN_R_SQUARED = 0.98
#: the edge of a rod, a bubble or the wrong place; noise of a usable scan is far lower
MAX_ROD_SD_HU = 120.0


def calibrate_by_rods(image: BoneImage, rods: Mapping[str, tuple[np.ndarray, float]], equivalent: str,
                      source: str) -> DensityCalibration:
    """From the regions of rods: name → (mask (k, j, i) on the image's grid, density in mg/cm³).

    Raises InputError for what :func:`fit_rods` refuses, and for a rod whose voxels are no homogeneous material.
    """
    if image.modality not in ("CT", "unknown"):
        raise InputError(f"The scan is {image.modality}; only CT is calibrated to density.")
    measured = []
    for name, (mask, density) in rods.items():
        found = hu_statistics(image, mask, name)
        if found.sd > MAX_ROD_SD_HU:
            raise InputError(f"The rod '{name}' is uneven (SD {found.sd:.0f} HU); draw it inside the rod, away from "
                             "its edge.")
        measured.append(Sample(name, found.mean, found.sd, found.voxels, density, 0.0, found.centre))
    return fit_rods(measured, equivalent, source, scan_facts(image))


def fit_rods(rods: Sequence[Sample], equivalent: str, source: str,
             scan: Mapping[str, object] | None = None) -> DensityCalibration:
    """The line through rods of which mean HU and density (``reference``, mg/cm³) are known.

    Raises InputError for fewer than three rods of different density, densities that do not rise with the HU, and a
    poor fit.
    """
    if len(rods) < MIN_RODS or len({rod.reference for rod in rods}) < MIN_RODS:
        raise InputError(f"A calibration needs at least {MIN_RODS} rods of different density; there are "
                         f"{len({rod.reference for rod in rods})}.")
    _check_order(rods)
    hu, density = (np.array([getattr(rod, name) for rod in rods], float) for name in ("mean_hu", "reference"))
    curve, residuals, covariance, r_squared = _line(hu, density)
    freedom = len(rods) - 2
    if r_squared < MIN_R_SQUARED:
        worst = rods[int(np.argmax(np.abs(residuals)))]
        raise InputError(f"The rods do not lie on a line (R² {r_squared:.3f}, at least {MIN_R_SQUARED:g} is needed); "
                         f"'{worst.name}' lies farthest off: check its region and its density.")
    alternatives = {}
    if len(rods) > MIN_RODS:
        for number, rod in enumerate(rods):
            alternatives[rod.name] = _line(np.delete(hu, number), np.delete(density, number))[0]
    return DensityCalibration(
        "rods", equivalent, curve, source,
        tuple(replace(rod, residual=float(residual)) for rod, residual in zip(rods, residuals, strict=True)),
        r_squared, float(np.sqrt(np.sum(residuals**2) / freedom)), covariance, freedom, alternatives,
        scan=dict(scan or {}))


def rod_points(calibration: DensityCalibration, geometry: Geometry) -> tuple[tuple[float, float, float], ...]:
    """Points (RAS mm) in the rods, one on each slice of the scan that they were measured on: rods run along it."""
    centres = [sample.centre_ras_mm for sample in calibration.samples if sample.centre_ras_mm is not None]
    if calibration.method != "rods" or not centres:
        return ()
    points = []
    for _, j, i in geometry.to_kji(np.array(centres)):
        slices = np.array([[k, j, i] for k in range(geometry.shape[0])])
        points += [tuple(map(float, point)) for point in geometry.to_ras(slices)]
    return tuple(points)


def _line(hu: np.ndarray, density: np.ndarray) -> tuple[Curve, np.ndarray, tuple[float, float, float], float]:
    """Line, residuals (line minus density), covariance of offset and slope, R²; zero covariance through two points."""
    centre = hu.mean()
    spread = float(np.sum((hu - centre) ** 2))
    slope = float(np.sum((hu - centre) * (density - density.mean())) / spread)
    offset = float(density.mean() - slope * centre)
    residuals = offset + slope * hu - density
    freedom = hu.size - 2
    variance = float(np.sum(residuals**2)) / freedom if freedom else 0.0
    covariance = (variance * (1 / hu.size + centre**2 / spread), -variance * centre / spread, variance / spread)
    r_squared = 1 - float(np.sum(residuals**2) / np.sum((density - density.mean()) ** 2))
    return Curve(offset, slope), residuals, tuple(map(float, covariance)), r_squared


def _check_order(rods: Sequence[Sample]) -> None:
    ordered = sorted(rods, key=lambda rod: (rod.reference, rod.mean_hu))
    for lower, higher in pairwise(ordered):
        if higher.reference > lower.reference and higher.mean_hu <= lower.mean_hu:
            raise InputError(
                f"The rods are in the wrong order: '{higher.name}' ({higher.reference:g} mg/cm³) has "
                f"{higher.mean_hu:.0f} HU, less than '{lower.name}' ({lower.reference:g} mg/cm³) with "
                f"{lower.mean_hu:.0f} HU; check which rod is which.")
