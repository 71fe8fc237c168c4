"""May this model be used on this scan, region and input?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ..imaging.calibration.calibration import DensityCalibration
from ..imaging.calibration.unit import DENSITY_UNIT
from ..models.bundle import ModelBundle, ModelInput
from ..quality.finding import Finding
from .case_facts import RegionFacts, ScanFacts

#: models of these measure in a volume
VOLUME_MODALITIES = ("CT", "MR", "PT")


def check_scan(model: ModelBundle, scan: ScanFacts) -> Iterator[Finding]:
    """Refusals of scans on which the model has no meaning, whatever the region: another modality, a 2-D image."""
    applies = model.applicability
    if scan.modality not in (applies.modality, "unknown"):
        yield Finding("MODALITY_NOT_COVERED", "refuse", f"The scan is {scan.modality}; this model was made for "
                      f"{applies.modality}.", f"Give a {applies.modality} scan.")
    elif scan.is_flat and applies.modality in VOLUME_MODALITIES:
        yield Finding("VOLUME_NEEDED", "refuse", "The scan is a 2-D image; a 3-D volume is needed for this model.",
                      "Give the whole series.")


def check_intensity(model: ModelBundle, scan: ScanFacts,
                    calibration: DensityCalibration | None = None) -> Iterator[Finding]:
    """Refusals of a CT in HU for a model of densities, and of a calibrated one for a model of HU."""
    needs = model.applicability.needs_calibration
    calibrated = calibration is not None or scan.unit == DENSITY_UNIT
    if needs and not calibrated:
        yield Finding("NOT_CALIBRATED", "refuse", f"The scan is not calibrated; this model was made for densities in "
                      f"{DENSITY_UNIT}, and HU are none.", "Calibrate the scan ('radiomics-ortho calibrate', or the "
                      "section Density calibration in Slicer) and give the calibration.")
    elif calibrated and not needs:
        yield Finding("UNIT_NOT_COVERED", "refuse", f"The scan is calibrated to {DENSITY_UNIT}; this model was not "
                      "made for densities.", "Leave the calibration out and give the CT in HU, or choose a model of "
                      "densities.")


def check_equivalent(model: ModelBundle, calibration: DensityCalibration) -> Iterator[Finding]:
    """A warning if the model's cut-offs hold for another equivalent material."""
    fit = model.applicability.equivalents
    if fit and calibration.equivalent not in fit:
        yield Finding("EQUIVALENT_NOT_COVERED", "warn", f"Densities are {calibration.equivalent}-equivalent; the "
                      f"model's cut-offs hold for {' or '.join(fit)}. The two differ for the same bone.",
                      "Do not rest on the class.")


def check_applicability(model: ModelBundle, scan: ScanFacts, region: RegionFacts) -> Iterator[Finding]:
    """Findings on modality, tube voltage, voxel size, site and level against the model's rules."""
    refused = tuple(check_scan(model, scan))
    yield from refused
    if refused:
        return
    yield from _check_tube_voltage(model, scan)
    yield from _check_voxels(model, scan)
    yield from _check_place(model, region)


def check_trust(model: ModelBundle) -> Iterator[Finding]:
    """A warning for a model that no person was seen for."""
    if model.trust == "simulated":
        yield Finding("SIMULATED_MODEL", "warn", "This model was fitted to simulated data: its result says nothing "
                      "about a person.", "Use it to learn and to test, never for a patient.")


def check_contrast(model: ModelBundle, findings: Iterable[Finding]) -> Iterator[Finding]:
    """A refusal if the model does not cover contrast and the gate found some."""
    if model.applicability.contrast_enhanced == "refuse" \
            and any(finding.code in ("CONTRAST_STATED", "CONTRAST_LIKELY") for finding in findings):
        yield Finding("CONTRAST_NOT_COVERED", "refuse", "The scan is contrast-enhanced; this model was made for native "
                      "scans.", "Use the native phase.")


def check_profile(model: ModelBundle, provenance: Mapping, profile_sha256: str) -> Iterator[Finding]:
    """Refusals of features that were extracted otherwise than the model's inputs.

    ``provenance`` is what was written beside them, ``profile_sha256`` the hash of the model's profile as it is here.
    """
    found, wanted = provenance.get("profile", {}), model.applicability.profile
    if found.get("id") != wanted:
        yield Finding("PROFILE_NOT_COVERED", "refuse", f"The features were extracted with the profile "
                      f"'{found.get('id', 'none')}'; this model was made with '{wanted}'.",
                      "Extract them again with the model's profile.")
    elif found.get("sha256") != profile_sha256:
        yield Finding("PROFILE_CHANGED", "refuse", f"The features were extracted with other settings than those of the "
                      f"profile '{wanted}' as it is now (version {found.get('version', 'unknown')}).",
                      "Extract them again.")


def check_values(model: ModelBundle, values: Mapping[str, float | str]) -> Iterator[Finding]:
    """Findings on inputs outside the model's ranges."""
    for item in model.inputs:
        value = values.get(item.name, "")
        if isinstance(value, str):
            continue
        unit = f" {item.unit}" if item.unit else ""
        if item.valid_range and not item.valid_range[0] <= value <= item.valid_range[1]:
            yield Finding("INPUT_IMPLAUSIBLE", "refuse", f"{item.title} of {value:g}{unit} is not plausible "
                          f"({_span(item.valid_range)}{unit}).", "Check the value and its unit.")
        elif item.training_range and not item.training_range[0] <= value <= item.training_range[1]:
            yield Finding("INPUT_OUTSIDE_TRAINING", "warn", f"{item.title} of {value:g}{unit} lies outside the range "
                          f"in which the model was made ({_span(item.training_range)}{unit}).",
                          "Read the result as an extrapolation.")


def missing_inputs(model: ModelBundle, values: Mapping[str, float | str]) -> tuple[ModelInput, ...]:
    return tuple(item for item in model.asked(values) if item.name not in values and not item.optional)


def _check_tube_voltage(model: ModelBundle, scan: ScanFacts) -> Iterator[Finding]:
    allowed = model.applicability.kvp
    if not allowed:
        return
    kvp = scan.kvp
    made_at = " or ".join(f"{value:g}" for value in allowed) + " kV"
    if kvp is None:
        yield Finding("KVP_UNKNOWN", "warn", "The tube voltage of this scan is unknown; the model's thresholds hold at "
                      f"{made_at}.", "Look the voltage up and state it, or load the DICOM series.")
    elif kvp not in allowed:
        yield Finding("KVP_NOT_COVERED", "refuse", f"The scan was made at {kvp:g} kV; the model's thresholds hold at "
                      f"{made_at} and no accepted conversion exists.", "Use a scan made at that voltage.")


def _check_voxels(model: ModelBundle, scan: ScanFacts) -> Iterator[Finding]:
    applies = model.applicability
    # the slice axis is the coarsest one; the two finer ones are in plane
    _, in_plane, between = sorted(scan.spacing)
    if applies.max_slice_mm is not None and between > applies.max_slice_mm:
        yield Finding("THICK_SLICES", "warn", f"Slices lie {between:.3g} mm apart; the model was made for at most "
                      f"{applies.max_slice_mm:g} mm.", "Use a thinner reconstruction.")
    if applies.max_in_plane_mm is not None and in_plane > applies.max_in_plane_mm:
        size = " × ".join(f"{s:.3g}" for s in scan.spacing)
        yield Finding("COARSE_VOXELS", "warn", f"Voxels of {size} mm are coarse: cortex bleeds into the trabecular "
                      f"core (in plane at most {applies.max_in_plane_mm:g} mm is advised).",
                      "Use the original scan, not a downsampled copy.")


def _check_place(model: ModelBundle, region: RegionFacts) -> Iterator[Finding]:
    applies = model.applicability
    if region.site not in (applies.site, "unknown"):
        yield Finding("SITE_NOT_COVERED", "refuse", f"The region is a {region.site}; this model was made for the "
                      f"{applies.site}.", "Choose another segment or another model.")
        return
    if not applies.levels:
        return
    wanted = ", ".join(applies.levels)
    if region.level is None:
        yield Finding("LEVEL_NOT_STATED", "warn", f"It is not stated which vertebra this is; the model was made for "
                      f"{wanted}.", "State the level; the segment's name is the best place.")
    elif region.level not in applies.levels:
        yield Finding("LEVEL_NOT_COVERED", "warn", f"The region is {region.level}; the model's thresholds were "
                      f"measured at {wanted}.", f"Measure {wanted} if it is in the scan and intact; the model's card "
                      "says what is known of other levels.")


def _span(bounds: tuple[float, float]) -> str:
    return f"{bounds[0]:g} to {bounds[1]:g}"
