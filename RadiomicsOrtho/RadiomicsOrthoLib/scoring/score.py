"""One model on one case: gate, region, inputs, card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import InputError
from ..features.background import in_background
from ..features.engine import Cancelled, CancelledError, Engine, Progress, load_engine, never_cancelled, no_progress
from ..features.extraction import extract_features
from ..features.measurements import measure
from ..features.profile_file import load_profile
from ..features.provenance import provenance_of
from ..features.semantic.answers import SemanticAnswers, add_answers, check_fit
from ..features.vector import FeatureVector
from ..imaging.calibration.calibration import DensityCalibration, calibrated, check_can_be_calibrated
from ..imaging.calibration.calibration_file import calibration_to_dict
from ..imaging.calibration.rods import rod_points
from ..imaging.calibration.unit import DENSITY_UNIT
from ..imaging.image import BoneImage
from ..models.bundle import ModelBundle
from ..quality.finding import Finding, most_severe_first, raise_refusals
from ..quality.gate import inspect, inspect_core
from ..regions.protocols.catalogue import protocol_for
from ..regions.roi import Roi
from ..regions.trabecular import DEFAULT_DEPTH_MM, trabecular_core
from .applicability import (
    check_applicability,
    check_contrast,
    check_equivalent,
    check_intensity,
    check_scan,
    check_trust,
    check_values,
)
from .calibration_checks import check_calibrated_range, check_calibration
from .card import ScoreCard, card_inputs
from .case_facts import RegionFacts, ScanFacts
from .clinical import clinical_values, completed
from .explanation import explain
from .input_values import input_values
from .interval import check_class, score_interval


@dataclass(frozen=True)
class Scored:
    """A card, the region it was measured in, and the features if the model needed them or a reader answered a form."""

    card: ScoreCard
    roi: Roi
    features: FeatureVector | None


def score_case(image: BoneImage, roi: Roi, model: ModelBundle, clinical: Mapping[str, str | float] | None = None,
               core_depth_mm: float = DEFAULT_DEPTH_MM, engine: Engine | None = None,
               progress: Progress = no_progress, cancelled: Cancelled = never_cancelled,
               answers: SemanticAnswers | None = None, reference: Roi | None = None,
               calibration: DensityCalibration | None = None) -> Scored:
    """Apply ``model`` to ``roi`` of ``image``.

    ``clinical`` holds the clinical values by input name, as entered, ``answers`` what a
    reader saw, ``reference`` the region on which the model's profile normalises,
    ``calibration`` how the HU of ``image`` become densities.  Raises
    RefusedError with all findings where no number may be shown, InputError for unusable
    input.  Returns within 0.1 s of a request to cancel, at any moment, unless the engine
    is pyradiomics.
    """

    def work(progress: Progress, cancelled: Cancelled) -> Scored:
        return _score_case(image, roi, model, clinical, core_depth_mm, engine, progress, cancelled, answers,
                           reference, calibration)

    return in_background(work, progress, cancelled) if engine is None or engine.polls else work(progress, cancelled)


def _score_case(image: BoneImage, roi: Roi, model: ModelBundle, clinical: Mapping[str, str | float] | None,
                core_depth_mm: float, engine: Engine | None, progress: Progress, cancelled: Cancelled,
                answers: SemanticAnswers | None, reference: Roi | None,
                calibration: DensityCalibration | None) -> Scored:
    def look() -> None:
        if cancelled():
            raise CancelledError

    entered = clinical_values(model, clinical or {})
    if reference is not None and not model.needs_features:
        raise InputError(f"The model '{model.id}' uses no reference region; leave it out.")
    progress(0.05, "checking the scan and the region")
    scan = ScanFacts.of(image)
    if not any(check_scan(model, scan)):
        raise_refusals(check_intensity(model, scan, calibration))
    if calibration:
        check_can_be_calibrated(image)
        if calibration.from_unit == DENSITY_UNIT:
            # there are no HU to be checked
            image = calibrated(image, calibration)
    # a long look at a large scan, so once
    sha256 = image.voxel_hash(look) if calibration else None
    phantom = rod_points(calibration, image.geometry) if calibration and calibration.made_on(sha256) else ()
    findings = [*inspect(image, roi, phantom=phantom), *check_applicability(model, scan, RegionFacts.of(roi))]
    if calibration:
        findings += [*check_calibration(calibration, image, sha256), *check_equivalent(model, calibration)]
    findings += check_contrast(model, findings)
    if answers:
        findings += check_fit(answers, image, roi)
    raise_refusals(findings)
    look()
    progress(0.4, "preparing the region")
    core, derived = region_for(model, roi, core_depth_mm)
    if derived:
        findings += [derived, *inspect_core(image, core)]
    raise_refusals(findings)
    look()
    progress(0.5, "measuring")
    measurements = measure(image, core)
    mean_hu = measurements.get("mean_hu")
    if mean_hu is not None and calibration:
        measurements |= measure(image, core, calibration)
        findings += check_calibrated_range(calibration, mean_hu)
    features = None
    if model.needs_features:
        profile = load_profile(model.applicability.profile or "")
        # the whole scan is made densities only where features need what lies round the region
        measured = calibrated(image, calibration) if calibration and image.calibration is None else image
        features = extract_features(measured, core, profile, engine or load_engine(),
                                    lambda share, text: progress(0.5 + 0.4 * share, text), cancelled, roi,
                                    reference, findings)
    provenance = features.provenance if features else provenance_of(image, core, roi, look, findings, sha256)
    if answers:
        features = add_answers(features or FeatureVector(measurements, "", provenance), answers)
        provenance = features.provenance
    values = completed(model, input_values(model, measurements, features, entered))
    # whom a model was fitted to comes before all else that is as severe
    findings = [*check_trust(model), *findings, *check_values(model, values)]
    raise_refusals(findings)
    interval, meaning = score_interval(image, roi, model, values, core_depth_mm if derived else None, calibration,
                                       mean_hu)
    value = model.estimator.output(values)
    findings += check_class(model, value, values, interval)
    card = ScoreCard(
        model=model, value=value, linear_predictor=model.estimator.linear_predictor(values),
        output_class=model.class_of(value, values), inputs=card_inputs(model, values),
        findings=most_severe_first(findings), place=roi.place, site=core.site, compartment=core.compartment,
        measurements=measurements, acquisition=image.acquisition.to_dict(image.modality),
        provenance={**provenance, **_roi_protocol(image, core, model)},
        interval=interval, interval_reason=meaning,
        calibration=_calibration(calibration, mean_hu) if calibration else None,
        explanation=explain(model, values))
    progress(1.0, "scored")
    return Scored(card, core, features)


def _calibration(calibration: DensityCalibration, mean_hu: float | None) -> dict:
    """The calibration for the card, with its half width in mg/cm³ at this region."""
    found = calibration_to_dict(calibration)
    del found["schema"]
    return {**found, "error": calibration.error_at(0.0 if mean_hu is None else mean_hu)}


def _roi_protocol(image: BoneImage, core: Roi, model: ModelBundle) -> dict:
    """The protocol that says how such a region is drawn, and its rule; empty if there is none."""
    fit = model.applicability
    # what scan and region do not state was taken to be as the model wants it
    site = fit.site if core.site == "unknown" else core.site
    modality = fit.modality if image.modality == "unknown" else image.modality
    protocol = protocol_for(site, modality, core.compartment, model.id)
    if protocol is None:
        return {}
    rule = protocol.rule_for(core.compartment).rule
    reference = protocol.reference(rule.source)
    return {"roi_protocol": {
        "id": protocol.id, "version": protocol.version, "sha256": protocol.hash(), "title": protocol.title,
        "rule": rule.text, "evidence": rule.evidence, "source": reference.text if reference else ""}}


def region_for(model: ModelBundle, roi: Roi, core_depth_mm: float) -> tuple[Roi, Finding | None]:
    """The compartment that the model needs, and a finding if it was derived from ``roi``."""
    wanted = model.applicability.compartment
    if wanted in ("unknown", roi.compartment) or roi.compartment in model.applicability.also_measured_in:
        return roi, None
    if wanted == "trabecular" and roi.compartment in ("unknown", "whole-body"):
        core = trabecular_core(roi, core_depth_mm)
        vein = " and the region of the basivertebral vein" if roi.site == "vertebra" else ""
        return core, Finding(
            "CORE_DERIVED", "note", f"The trabecular core was made from the drawn region by removing {core_depth_mm:g} "
            f"mm below its surface{vein} ({roi.volume_ml:.1f} mL became {core.volume_ml:.1f} mL).",
            "Draw the trabecular region by hand and name it 'trabecular' to have it used as it is.")
    raise InputError(f"The model '{model.id}' needs the compartment '{wanted}'; the region is '{roi.compartment}'.")
