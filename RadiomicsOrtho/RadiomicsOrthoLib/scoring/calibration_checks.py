"""Findings on a density calibration and on its fit to the scan that it is applied to."""

from __future__ import annotations

from collections.abc import Iterator

from ..imaging.acquisition import ACQUISITION_FACTS
from ..imaging.calibration.calibration import METHOD_TITLES, DensityCalibration
from ..imaging.calibration.tissues import TITLES, USUAL_HU
from ..imaging.image import BoneImage
from ..quality.finding import Finding


def check_calibration(calibration: DensityCalibration, image: BoneImage, sha256: str) -> Iterator[Finding]:
    """``image``, in HU or a density image, is what ``calibration`` is applied to; ``sha256`` is its voxel hash."""
    yield Finding("CALIBRATED", "note", f"Densities are {calibration.equivalent}-equivalent mg/cm³ "
                  f"({METHOD_TITLES[calibration.method].lower()}: {calibration.source}).",
                  "Do not compare them with densities of another equivalent material.")
    if calibration.method == "internal":
        yield from _check_tissues(calibration)
    if calibration.method == "density-image":
        return
    if calibration.error_at(0.0) is None:
        yield Finding("CALIBRATION_ERROR_UNKNOWN", "warn", "The error of the calibration is not known; the score's "
                      "interval leaves it out.", "State it, or calibrate with more rods or tissues.")
    yield from _check_same_scan(calibration, image, sha256)


def check_calibrated_range(calibration: DensityCalibration, mean_hu: float) -> Iterator[Finding]:
    """A warning if a region's mean HU lies outside what the rods span."""
    if calibration.method != "rods":
        return
    means = [sample.mean_hu for sample in calibration.samples]
    if not min(means) <= mean_hu <= max(means):
        yield Finding("CALIBRATION_EXTRAPOLATED", "warn", f"The region's mean of {mean_hu:.0f} HU lies outside the "
                      f"rods ({min(means):.0f} to {max(means):.0f} HU); its density is an extrapolation.",
                      "Use a phantom whose rods span the density of the bone.")


def _check_tissues(calibration: DensityCalibration) -> Iterator[Finding]:
    yield Finding("CALIBRATION_EXPERIMENTAL", "warn", "Calibration by internal tissues is experimental; cut-offs that "
                  "were measured with a phantom may not hold.", "Use a phantom where there is one.")
    unusual = [f"{TITLES[sample.name]} {sample.mean_hu:.0f} HU (usual {low:g} to {high:g})"
               for sample in calibration.samples for low, high in [USUAL_HU[sample.name]]
               if not low <= sample.mean_hu <= high]
    if unusual:
        yield Finding("TISSUE_UNUSUAL", "warn", f"Tissues of the calibration have unusual HU: {'; '.join(unusual)}.",
                      "Look at their regions: other tissue, partial volume or contrast agent may be in them.")


def _check_same_scan(calibration: DensityCalibration, image: BoneImage, sha256: str) -> Iterator[Finding]:
    made_on = calibration.scan
    if not made_on:
        yield Finding("CALIBRATION_NOT_OF_THIS_SCAN", "warn", "The calibration was entered by hand; it holds for the "
                      "scanner, tube voltage and kernel that it was made with.", "Check that this scan was made alike.")
        return
    if calibration.made_on(sha256):
        return
    if calibration.method == "internal":
        yield Finding("CALIBRATION_OF_ANOTHER_SCAN", "refuse", "The calibration was made on the tissues of another "
                      "scan.", "Calibrate this scan by its own tissues.")
        return
    yield Finding("CALIBRATION_ASYNCHRONOUS", "note", "The phantom was scanned at another time than the patient "
                  "(asynchronous calibration).", "The scanner must be stable in between: repeat the phantom scan.")
    here = image.acquisition
    if here.kvp is None or made_on.get("kvp") is None:
        yield Finding("CALIBRATION_KVP_UNKNOWN", "warn", "Whether phantom and patient were scanned at the same tube "
                      "voltage is unknown.", "State the voltage of both scans.")
    elif here.kvp != made_on["kvp"]:
        yield Finding("CALIBRATION_OTHER_KVP", "refuse", f"The phantom was scanned at {made_on['kvp']:g} kV, the "
                      f"patient at {here.kvp:g} kV.", "Scan the phantom with the settings of the patient's scan.")
    others = [f"{ACQUISITION_FACTS[name][0].lower()} {made_on[name]} and {getattr(here, name)}"
              for name in ("kernel", "scanner_model")
              if None not in (made_on.get(name), getattr(here, name)) and made_on[name] != getattr(here, name)]
    if others:
        yield Finding("CALIBRATION_OTHER_SETTINGS", "warn", f"Phantom and patient were not scanned alike "
                      f"({'; '.join(others)}).", "Scan the phantom with the settings of the patient's scan.")
