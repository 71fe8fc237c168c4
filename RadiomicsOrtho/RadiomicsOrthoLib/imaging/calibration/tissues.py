"""Calibration without phantom, by tissues of the patient.

Michalski AS, Besler BA, Michalak GJ, Boyd SK. CT-based internal density calibration for opportunistic skeletal
assessment using abdominal CT scans. Med Eng Phys 2020 (re-implemented from its description).  The energy at which the
mass attenuation of the tissues follows their HU best is the effective energy of the scan; there, mass attenuation and
Archimedean density of a voxel follow from its HU, and a voxel is taken as a mixture of triglyceride and the equivalent
material.  Experimental.  Precision has been studied with air, and blood or fat of the hip (Lee 2017, Bone 103:325).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...errors import InputError
from ..image import BoneImage
from .calibration import Curve, DensityCalibration, Sample, scan_facts
from .mass_attenuation import ENERGIES_KEV, TISSUES, mass_attenuation
from .sampling import HuStatistics, hu_statistics

MIN_TISSUES = 3
MIN_AREA_MM2 = 10.0
STEP_KEV = 0.5
TITLES = {"adipose": "adipose tissue", "air": "air", "blood": "blood", "cortical_bone": "cortical bone",
          "skeletal_muscle": "skeletal muscle"}
#: HU that are usual for a tissue (reference implementation of the method); outside, a finding says so
USUAL_HU = {"adipose": (-130.0, -70.0), "air": (-1030.0, -980.0), "blood": (-20.0, 60.0),
            "cortical_bone": (950.0, 1450.0), "skeletal_muscle": (-5.0, 65.0)}
#: HU that a tissue cannot have: another one was drawn (limits of this project)
POSSIBLE_HU = {"adipose": (-180.0, -30.0), "air": (-1100.0, -850.0), "blood": (-40.0, 100.0),
               "cortical_bone": (600.0, 2200.0), "skeletal_muscle": (-40.0, 110.0)}
#: the tissues must lie on a line (limit of this project)
MIN_R_SQUARED = 0.99


@dataclass(frozen=True)
class TissueFit:
    """The fit at the effective energy: μ/ρ (cm²/g) and density (g/cm³) as lines of HU, and the mixture's curve."""

    energy_kev: float
    r_squared: float
    attenuation_slope: float
    attenuation_intercept: float
    density_slope: float
    density_intercept: float
    curve: Curve


def calibrate_by_tissues(image: BoneImage, tissues: Mapping[str, np.ndarray],
                         equivalent: str = "K2HPO4") -> DensityCalibration:
    """From regions of tissues: name of ``TISSUES`` → mask (k, j, i) on the image's grid.

    Raises InputError for fewer than three tissues, regions below 10 mm², HU that a tissue cannot have, blood on a scan
    with contrast agent, and a poor fit.
    """
    if image.modality not in ("CT", "unknown"):
        raise InputError(f"The scan is {image.modality}; only CT is calibrated to density.")
    if "blood" in tissues and image.acquisition.contrast_agent:
        raise InputError("Contrast agent was given: blood cannot be used; leave it out and use the other tissues.")
    measured: dict[str, HuStatistics] = {}
    for name, mask in tissues.items():
        found = measured[name] = hu_statistics(image, mask, name)
        if found.area_mm2 < MIN_AREA_MM2:
            raise InputError(f"The region of {TITLES[name]} covers {found.area_mm2:.1f} mm²; at least "
                             f"{MIN_AREA_MM2:g} mm² on a slice are needed.")
        low, high = POSSIBLE_HU[name]
        if not low <= found.mean <= high:
            more = "; with contrast agent blood cannot be used" if name == "blood" and found.mean > high else ""
            raise InputError(f"The region of {TITLES[name]} has a mean of {found.mean:.0f} HU, which {TITLES[name]} "
                             f"does not have ({low:g} to {high:g}){more}; draw it anew or leave it out.")
    return calibration_from_tissues({name: (found.mean, found.sd, found.voxels) for name, found in measured.items()},
                                    equivalent, scan_facts(image))


def calibration_from_tissues(measured: Mapping[str, tuple[float, float, int]], equivalent: str = "K2HPO4",
                             scan: Mapping[str, object] | None = None) -> DensityCalibration:
    """The same from mean, SD (HU) and number of voxels of each tissue."""
    unknown = sorted(set(measured) - set(TISSUES))
    if unknown:
        raise InputError(f"'{unknown[0]}' is no tissue of this method; it takes {', '.join(TISSUES)}.")
    names = [name for name in TISSUES if name in measured]
    if len(names) < MIN_TISSUES:
        raise InputError(f"At least {MIN_TISSUES} tissues of {', '.join(TISSUES)} are needed; there are {len(names)}.")
    hu = {name: measured[name][0] for name in names}
    fit = fit_tissues(hu, equivalent)
    if fit.r_squared < MIN_R_SQUARED:
        raise InputError(f"The tissues do not fit together (R² {fit.r_squared:.4f}, at least {MIN_R_SQUARED:g} is "
                         "needed); check their regions.")
    if fit.energy_kev in (ENERGIES_KEV[0], ENERGIES_KEV[-1]):
        raise InputError(f"No effective energy was found: the best fit lies at the end of the table "
                         f"({fit.energy_kev:g} keV); check the regions, and use cortical bone, air and soft tissue.")
    alternatives = {name: fit_tissues({other: value for other, value in hu.items() if other != name}, equivalent).curve
                    for name in names} if len(names) > MIN_TISSUES else {}
    samples = tuple(
        Sample(name, *measured[name], float(mass_attenuation(name, fit.energy_kev)),
               float(fit.attenuation_intercept + fit.attenuation_slope * hu[name]
                     - mass_attenuation(name, fit.energy_kev))) for name in names)
    return DensityCalibration(
        "internal", equivalent, fit.curve,
        f"Michalski 2020, by {_listed([TITLES[name] for name in names])}", samples, fit.r_squared,
        alternatives=alternatives, effective_energy_kev=fit.energy_kev, scan=dict(scan or {}))


def fit_tissues(hu: Mapping[str, float], equivalent: str = "K2HPO4") -> TissueFit:
    """Effective energy and lines from the mean HU of at least two tissues.

    The energy, of 30 to 200 keV in steps of 0.5, is the one with the greatest R² of μ/ρ on HU.
    """
    names = list(hu)
    values = np.array([hu[name] for name in names], float)
    energies = np.arange(ENERGIES_KEV[0], ENERGIES_KEV[-1] + STEP_KEV / 2, STEP_KEV)
    # (energies, tissues)
    attenuations = np.stack([mass_attenuation(name, energies) for name in names], axis=-1)
    about = values - values.mean()
    moved = attenuations - attenuations.mean(axis=1, keepdims=True)
    r_squared = (moved @ about) ** 2 / (np.sum(moved**2, axis=1) * np.sum(about**2))
    best = int(np.argmax(r_squared))
    energy = float(energies[best])
    water, fat, mineral = (float(mass_attenuation(name, energy)) for name in ("water", "triglyceride", equivalent))
    slope, intercept = _line(values, attenuations[best])
    density = (values / 1000 * water + water) / attenuations[best]
    density_slope, density_intercept = _line(values, density)
    # mg/cm³ = 1000 · density(HU) · (attenuation(HU) − fat) / (mineral − fat), multiplied out
    scale = 1000 / (mineral - fat)
    curve = Curve(scale * density_intercept * (intercept - fat),
                  scale * (density_intercept * slope + density_slope * (intercept - fat)),
                  scale * density_slope * slope)
    return TissueFit(energy, float(r_squared[best]), slope, intercept, density_slope, density_intercept, curve)


def _line(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Slope and intercept of least squares."""
    about = x - x.mean()
    slope = float(np.sum(about * (y - y.mean())) / np.sum(about**2))
    return slope, float(y.mean() - slope * x.mean())


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:-1]) + f" and {names[-1]}"


_WORDS = {"adipose": {"adipose", "fat"}, "air": {"air"}, "blood": {"blood", "aorta"},
          "skeletal_muscle": {"muscle", "muscles", "psoas", "iliopsoas", "autochthon"}}


def tissue_from_name(name: str) -> str | None:
    """The tissue of ``TISSUES`` that a segment's name states (``aorta``, ``Subcutaneous fat``), else ``None``."""
    words = set(re.findall(r"[a-z]+", name.lower().replace("_", " ")))
    found = {tissue for tissue, known in _WORDS.items() if words & known}
    found |= {"cortical_bone"} if "cortical" in words else set()
    return found.pop() if len(found) == 1 else None
