"""From a measured vertebral bone quality ratio to the card of the model with the site's own threshold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..errors import InputError
from ..features.provenance import provenance_of
from ..features.vertebral_bone_quality import LEVELS, BoneQuality
from ..imaging.image import BoneImage
from ..models.bundle import ModelBundle
from ..quality.finding import Finding, most_severe_first
from .card import ScoreCard
from .clinical_score import score_clinical

MODEL_ID = "vbq-site-threshold"
#: field strength in T, how far a scanner's own figure may lie off, the choice of the model (a "3 T" may state 2.89)
FIELD_STRENGTHS = ((1.5, 0.1, "1.5"), (3.0, 0.2, "3"))


def score_vbq(model: ModelBundle, image: BoneImage, quality: BoneQuality, findings: Iterable[Finding] = (),
              threshold: float | None = None) -> ScoreCard:
    """The card of ``quality``, measured on ``image``; ``findings`` are those of the quality gate.

    Without the site's ``threshold`` there is a value and no class.  Raises InputError where the field strength is
    unknown: the value means nothing without it.
    """
    strength = image.acquisition.field_strength_t
    if strength is None:
        raise InputError("The field strength of this scan is unknown, and VBQ differs between field strengths; state "
                         "it (--field-strength 1.5).")
    # the ratio of both is the median of the ratios: what was measured, in the words of the model
    entered = {"body_signal": quality.value * quality.csf_mean, "csf_signal": quality.csf_mean,
               "field_strength": next((key for middle, off, key in FIELD_STRENGTHS if abs(strength - middle) <= off),
                                      "other")}
    if threshold is not None:
        entered["threshold"] = threshold
    card = score_clinical(model, entered)
    *bodies, csf = quality.regions
    found = provenance_of(image, bodies[0])
    regions = {region.level or region.compartment: provenance_of(image, region, image_sha256=found["image"]["sha256"])
               ["roi"] for region in bodies}
    provenance = {name: entry for name, entry in found.items() if name not in ("roi", "findings")}
    csf_record = provenance_of(image, csf, image_sha256=found["image"]["sha256"])["roi"]
    return replace(
        card, place=f"{LEVELS[0]} to {LEVELS[-1]}", site="vertebra", compartment="trabecular",
        inputs=tuple(replace(item, source="measurement") if item.name in ("body_signal", "csf_signal") else item
                     for item in card.inputs),
        measurements={**{f"{level}_signal": signal for level, signal in quality.signals.items()},
                      "fluid_signal": quality.csf_mean, "fluid_sd": quality.csf_sd},
        findings=most_severe_first((*findings, *card.findings)),
        acquisition=image.acquisition.to_dict(image.modality),
        provenance={**provenance, "regions": {**regions, "csf": csf_record}})
