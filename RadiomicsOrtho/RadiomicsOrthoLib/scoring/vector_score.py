"""A model on features that were extracted before: no scan is read, and nothing heavy is imported."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import InputError
from ..features.profile_file import load_profile
from ..features.vector import FeatureVector
from ..models.bundle import ModelBundle
from ..quality.finding import Finding, most_severe_first, raise_refusals
from .applicability import (
    check_applicability,
    check_contrast,
    check_intensity,
    check_profile,
    check_scan,
    check_trust,
    check_values,
)
from .card import ScoreCard, card_inputs
from .case_facts import RegionFacts, ScanFacts
from .clinical import clinical_values, completed
from .explanation import explain
from .fit_interval import fit_interval
from .input_values import input_values
from .interval import UNKNOWN


def score_vector(model: ModelBundle, vector: FeatureVector,
                 clinical: Mapping[str, str | float] | None = None) -> ScoreCard:
    """Apply ``model`` to the features of a region; what is known of scan and region stands in their provenance.

    Raises RefusedError where the features, the scan or the region are not what the model was made with, InputError for
    a model that measures on the scan itself, and for missing values.
    """
    if not model.uses_scan:
        raise InputError(f"The model '{model.id}' uses no features; give its values with --clinical.")
    measured = [item.key for item in model.inputs if item.source == "measurement"]
    if measured:
        raise InputError(f"The model '{model.id}' measures {', '.join(measured)} on the scan; give the image and the "
                         "region.")
    entered = clinical_values(model, clinical or {})
    provenance = vector.provenance
    try:
        scan, region = ScanFacts.from_provenance(provenance), RegionFacts.from_provenance(provenance)
        findings = [Finding(**finding) for finding in provenance["findings"]]
        known, side = provenance["acquisition"], provenance["roi"]["side"]
    except (KeyError, TypeError, ValueError):
        raise InputError("The provenance of the features is not whole; extract them again.") from None
    findings += check_applicability(model, scan, region)
    if not any(check_scan(model, scan)):
        findings += check_intensity(model, scan)
    if model.needs_features:
        findings += check_profile(model, provenance, load_profile(model.applicability.profile or "").hash())
    findings += check_contrast(model, findings)
    fit = model.applicability
    if fit.compartment not in ("unknown", region.compartment) and region.compartment not in fit.also_measured_in:
        findings.append(Finding(
            "COMPARTMENT_NOT_COVERED", "refuse", f"The features are those of the compartment '{region.compartment}'; "
            f"this model was made for '{fit.compartment}'.", "Extract them from that compartment."))
    raise_refusals(findings)
    values = completed(model, input_values(model, {}, vector, entered))
    # whom a model was fitted to comes before all else that is as severe
    findings = [*check_trust(model), *findings, *check_values(model, values)]
    raise_refusals(findings)
    value = model.estimator.output(values)
    interval, meaning = fit_interval(model, values) or (None, UNKNOWN)
    return ScoreCard(
        model=model, value=value, linear_predictor=model.estimator.linear_predictor(values),
        output_class=model.class_of(value, values), inputs=card_inputs(model, values),
        findings=most_severe_first(dict.fromkeys(findings)),
        place=region.level or (f"{side} femur" if side else "place not stated"), site=region.site,
        compartment=region.compartment, measurements={}, acquisition=known, provenance=dict(provenance),
        interval=interval, interval_reason=meaning, explanation=explain(model, values))
