"""The nomogram of a model that a study made, with a row of the training data as an example."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from ...models.bundle import bundle_from_dict
from ...scoring.card import ScoreCard, card_inputs
from ...scoring.nomogram import build_nomogram, draws_bands, patient_marks
from ..nomogram_axes import AxesSheet
from ..svg import to_svg

PLACE = "Example: a row of the training data"


def bundle_nomogram(files: Mapping[str, bytes], width: float = 900) -> str | None:
    """SVG of the nomogram of a bundle's files; ``None`` for a model that has none."""
    data = json.loads(files["model.json"])
    model = bundle_from_dict(data, hashlib.sha256(files["model.json"]).hexdigest(),
                             {name: content for name, content in files.items() if name != "model.json"})
    if not model.estimator.is_additive or len(model.estimator.terms) < 2 or draws_bands(model.estimator):
        return None
    vector = sorted(data["check_vectors"], key=lambda one: one["output"])[len(data["check_vectors"]) // 2]
    values = model.with_derived(vector["inputs"])
    value = model.estimator.output(values)
    card = ScoreCard(
        model=model, value=value, linear_predictor=model.estimator.linear_predictor(values),
        output_class=model.class_of(value, values), inputs=card_inputs(model, values), findings=(), place=PLACE,
        site=model.applicability.site, compartment=model.applicability.compartment, measurements={},
        acquisition={"known": {}, "unknown": [], "stated_by_user": []}, provenance={})
    nomogram = build_nomogram(model, {}, values)
    return to_svg(AxesSheet(card, nomogram, patient_marks(nomogram, values, value), width).draw())
