"""A model that needs no scan, on one person: entered values, checks, card."""

from __future__ import annotations

from collections.abc import Mapping

from .. import __version__
from ..errors import InputError
from ..models.bundle import NO_SCAN, ModelBundle
from ..quality.finding import most_severe_first, raise_refusals
from .applicability import check_trust, check_values
from .card import ScoreCard, card_inputs
from .clinical import clinical_values, completed
from .explanation import explain
from .fit_interval import fit_interval

PLACE = "Entered values, no scan"
NO_INTERVAL = "The source gives no error for a single person."


def score_clinical(model: ModelBundle, entered: Mapping[str, str | float]) -> ScoreCard:
    """Apply ``model`` to values as a person entered them, by input name (text or numbers).

    Raises InputError for missing, unknown or unreadable values, and for a model that measures
    on a scan; RefusedError for values that are not plausible.
    """
    if model.uses_scan:
        raise InputError(f"The model '{model.id}' measures on a scan; give the image and the region.")
    values = completed(model, clinical_values(model, entered))
    findings = (*check_trust(model), *check_values(model, values))
    raise_refusals(findings)
    value = model.estimator.output(values)
    interval, meaning = fit_interval(model, values) or (None, NO_INTERVAL)
    return ScoreCard(
        model=model, value=value, linear_predictor=model.estimator.linear_predictor(values),
        output_class=model.class_of(value, values), inputs=card_inputs(model, values),
        findings=most_severe_first(findings), place=PLACE, site=NO_SCAN, compartment=NO_SCAN, measurements={},
        acquisition={"known": {}, "unknown": [], "stated_by_user": []},
        provenance={"software": {"radiomics-ortho": __version__}}, interval=interval, interval_reason=meaning,
        explanation=explain(model, values))
