"""A density calibration: HU of a CT to mg/cm³ of an equivalent material, with what is known of its error."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from ...errors import InputError
from ..image import BoneImage
from .unit import DENSITY_UNIT

METHODS = ("rods", "internal", "manual", "density-image")
METHOD_TITLES = {
    "rods": "Phantom rods in the scan",
    "internal": "Internal tissues, without phantom",
    "manual": "Slope and offset entered by hand",
    "density-image": "The file holds densities already",
}
#: material in water whose density gives the same HU: K2HPO4 (Mindways, Image Analysis) or hydroxyapatite (QRM, Siemens)
EQUIVALENTS = ("K2HPO4", "HA")
#: mg/cm³ per HU near the HU of trabecular bone; outside, the unit is another one or the rods are not what they are said
#: to be.  Computed from attenuation tables it lies between 0.5 and 0.9 (this project's limits are wider on purpose).
PLAUSIBLE_SLOPE = (0.2, 2.0)
#: mg/cm³ at 0 HU, water, on either side (this project's limit, wider than any scanner needs)
PLAUSIBLE_OFFSET = 200.0
#: HU at which the steepness of a curve is looked at: trabecular bone
TYPICAL_HU = 100.0
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Curve:
    """density (mg/cm³) = offset + slope · HU + curvature · HU²."""

    offset: float
    slope: float
    curvature: float = 0.0

    def __call__(self, hu: np.ndarray | float) -> np.ndarray | float:
        return self.offset + hu * (self.slope + hu * self.curvature)

    def steepness(self, hu: float) -> float:
        """mg/cm³ per HU at ``hu``."""
        return self.slope + 2 * self.curvature * hu

    def to_dict(self) -> dict[str, float]:
        return {"offset": self.offset, "slope": self.slope, "curvature": self.curvature}


@dataclass(frozen=True)
class Sample:
    """What was measured in one rod or tissue: mean and SD in HU, and the number of voxels.

    ``reference`` is what it should be: the density in mg/cm³ of a rod, the mass attenuation coefficient in cm²/g of a
    tissue at the effective energy; ``residual`` is measured by the fit minus reference, in the same unit.
    ``centre_ras_mm`` is the middle of its region, where it is known.
    """

    name: str
    mean_hu: float
    sd_hu: float
    voxels: int
    reference: float
    residual: float
    centre_ras_mm: tuple[float, float, float] | None = None


@dataclass(frozen=True)
class DensityCalibration:
    """HU → mg/cm³ by ``curve``, for the scan it was made on and for those made like it.

    method, equivalent
        One of ``METHODS`` and ``EQUIVALENTS``.  The voxels of a ``density-image`` are densities already.
    source
        Where the numbers come from, for a reader.
    covariance
        Of offset and slope: ((mg/cm³)², (mg/cm³)²/HU, (mg/cm³/HU)²), with ``degrees_of_freedom``; rods only.
    residual_sd
        SD of the rods about the line, mg/cm³; ``None`` where it means nothing.
    alternatives
        Name of a sample → the curve without it.
    stated_error
        Half width in mg/cm³ that a person stated.
    effective_energy_kev
        Of a calibration by internal tissues.
    scan
        Facts of the scan on which it was made, with the hash of its voxels (``scan_facts``); empty if made on none.
    """

    method: str
    equivalent: str
    curve: Curve
    source: str
    samples: tuple[Sample, ...] = ()
    r_squared: float | None = None
    residual_sd: float | None = None
    covariance: tuple[float, float, float] | None = None
    degrees_of_freedom: int | None = None
    alternatives: Mapping[str, Curve] = field(default_factory=dict)
    stated_error: float | None = None
    effective_energy_kev: float | None = None
    scan: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise ValueError(f"method must be one of {METHODS}, not {self.method!r}")
        if self.equivalent not in EQUIVALENTS:
            raise ValueError(f"equivalent must be one of {EQUIVALENTS}, not {self.equivalent!r}")
        if not self.source.strip():
            raise InputError("Say where the calibration comes from (phantom and its data sheet, or the publication).")
        numbers = (self.curve.offset, self.curve.slope, self.curve.curvature, self.stated_error or 0.0)
        if not all(map(math.isfinite, numbers)):
            raise InputError("Slope, offset and error of a calibration must be numbers.")
        if self.stated_error is not None and self.stated_error < 0:
            raise InputError(f"The error of a calibration cannot be {self.stated_error:g} mg/cm³; give 0 or more.")
        steep = self.curve.steepness(TYPICAL_HU)
        low, high = PLAUSIBLE_SLOPE
        if self.method != "density-image" and not low <= steep <= high:
            raise InputError(f"A slope of {steep:.3g} mg/cm³ per HU is not plausible ({low:g} to {high:g}); check the "
                             "unit (mg/cm³, not g/cm³), the order of the rods and that slope is density per HU.")

        if self.method != "density-image" and abs(self.curve.offset) > PLAUSIBLE_OFFSET:
            raise InputError(f"An offset of {self.curve.offset:.4g} mg/cm³ is not plausible (at most "
                             f"{PLAUSIBLE_OFFSET:g} on either side of 0); it is the density at 0 HU.")

    @property
    def from_unit(self) -> str:
        """Unit of the values that it is applied to."""
        return DENSITY_UNIT if self.method == "density-image" else "HU"

    def made_on(self, sha256: str) -> bool:
        """Whether it was made on the scan with that voxel hash."""
        return self.scan.get("sha256") == sha256

    @property
    def slope_se(self) -> float | None:
        """Standard error of the slope, mg/cm³ per HU."""
        return None if self.covariance is None else math.sqrt(self.covariance[2])

    @property
    def offset_se(self) -> float | None:
        """Standard error of the offset, mg/cm³."""
        return None if self.covariance is None else math.sqrt(self.covariance[0])

    def error_at(self, hu: float) -> float | None:
        """Half width in mg/cm³ of what the calibration leaves open for a region of mean ``hu``; ``None`` if unknown.

        Rods: of the 95 % confidence interval of the line.  Tissues: the greatest change when one of them is left out.
        By hand: what was stated.
        """
        if self.stated_error is not None:
            return self.stated_error
        if self.covariance is not None and self.degrees_of_freedom:
            from scipy.special import stdtrit

            var_offset, both, var_slope = self.covariance
            variance = max(0.0, var_offset + 2 * hu * both + hu * hu * var_slope)
            return float(stdtrit(self.degrees_of_freedom, (1 + CONFIDENCE) / 2)) * math.sqrt(variance)
        if self.alternatives:
            return max(abs(float(other(hu)) - float(self.curve(hu))) for other in self.alternatives.values())
        return None

    @property
    def error_meaning(self) -> str:
        """What :meth:`error_at` is, for a reader."""
        if self.stated_error is not None:
            return "error that was stated with the calibration"
        if self.covariance is not None:
            return "95 % confidence of the line through the rods"
        if self.alternatives:
            return "greatest change when one of the tissues is left out; not a confidence interval"
        return "not known"


def check_can_be_calibrated(image: BoneImage) -> None:
    """InputError unless it is a CT that is not calibrated yet."""
    if image.modality not in ("CT", "unknown"):
        raise InputError(f"The scan is {image.modality}; only CT is calibrated to density.")
    if image.calibration is not None:
        raise InputError("The scan is calibrated already; a calibration is applied once.")


def calibrated(image: BoneImage, calibration: DensityCalibration) -> BoneImage:
    """``image`` in mg/cm³ (a float32 array, where it was in HU).

    Raises InputError unless :func:`check_can_be_calibrated` lets it pass.
    """
    check_can_be_calibrated(image)
    array = image.array
    if calibration.from_unit == "HU":
        array = np.empty(image.array.shape, np.float32)
        # slice by slice: a large scan is not held four times
        for plane, hu in zip(array, image.array, strict=True):
            plane[...] = calibration.curve(hu.astype(np.float64))
    return replace(image, array=array, modality="CT", calibration=calibration)


def scan_facts(image: BoneImage) -> dict[str, object]:
    """What a calibration depends on, and the hash of the voxels; no patient identity."""
    facts = image.acquisition
    known = {name: getattr(facts, name) for name in ("kvp", "kernel", "manufacturer", "scanner_model",
                                                     "contrast_agent")}
    return {"sha256": image.voxel_hash(), **{name: value for name, value in known.items() if value is not None}}
