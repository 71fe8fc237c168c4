"""The score card: the result of one model on one case, and the source of every rendering."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from .. import RESEARCH_USE_ONLY
from ..models.bundle import ModelBundle, OutputClass
from ..quality.finding import Finding
from .explanation import Explanation
from .reference import Comparison, compare

SCHEMA = "radiomics-ortho-card/2"
#: what a model may leave out, as a card writes it
_LEFT_OUT = {"not_for": "", "performance": [], "limitations": [], "formula": "", "notice": ""}


@dataclass(frozen=True)
class CardInput:
    """One input as it was used: ``contribution`` is its share of the linear predictor.

    ``None`` where it has no share of its own: it is part of a derived value, chooses the
    equation, sets a bound, or is recorded only.
    """

    name: str
    title: str
    unit: str
    source: str
    value: float | str
    contribution: float | None


def card_inputs(model: ModelBundle, values: Mapping[str, float | str]) -> tuple[CardInput, ...]:
    """The inputs of ``model`` that have a value, each with its share."""
    shares = model.estimator.contributions(values)
    return tuple(CardInput(item.name, item.title, item.unit, item.source, values[item.name], shares.get(item.name))
                 for item in model.inputs if item.name in values)


@dataclass(frozen=True)
class ScoreCard:
    """What the model says of this case.

    ``value`` is in ``model.output_unit`` (a probability is 0–1).  ``interval`` is
    ``None`` where nothing is known of the error; ``interval_reason`` says what the
    interval means, or why there is none.  ``place`` names level or side.  ``provenance``
    holds versions, hashes, geometry and settings, and no patient identity or date, so that
    equal input gives an equal card.  ``calibration`` says how HU became densities, if they did;
    ``patient`` from which regions the value for the patient comes, if it is one; ``explanation`` what moved the
    result of a model that has no nomogram.
    """

    model: ModelBundle
    value: float
    linear_predictor: float
    output_class: OutputClass | None
    inputs: tuple[CardInput, ...]
    findings: tuple[Finding, ...]
    place: str
    site: str
    compartment: str
    measurements: Mapping[str, float]
    acquisition: Mapping
    provenance: Mapping
    interval: tuple[float, float] | None = None
    interval_reason: str = "No error of measurement is known for this way of drawing the region."
    calibration: Mapping | None = None
    patient: Mapping | None = None
    explanation: Explanation | None = None

    @property
    def input_values(self) -> dict[str, float | str]:
        return {item.name: item.value for item in self.inputs}

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """The value beside the reference populations of the model."""
        return compare(self.model, self.value, self.input_values, self.place)

    def to_dict(self) -> dict:
        """The content of ``card.json`` (schema in ``Resources/Schemas``)."""
        return {
            "schema": SCHEMA,
            "notice": RESEARCH_USE_ONLY,
            "model": self._model_dict(),
            "case": {"site": self.site, "place": self.place, "compartment": self.compartment},
            "result": {
                "title": self.model.output_title, "value": self.value, "unit": self.model.output_unit,
                "is_probability": self.model.is_probability, "linear_predictor": self.linear_predictor,
                "interval": None if self.interval is None else list(self.interval),
                "interval_reason": self.interval_reason,
                "class": None if self.output_class is None else {
                    "id": self.output_class.id, "title": self.output_class.title,
                    "sentence": self.output_class.sentence, "evidence": self.output_class.evidence},
                "thresholds": [{"value": t.value, "title": t.title, "evidence": t.evidence, "source": t.source}
                               for t in self.model.thresholds],
                "reference": [found.to_dict() for found in self.comparisons],
            },
            "inputs": [vars(item) | {} for item in self.inputs],
            "measurements": dict(self.measurements),
            "findings": [finding.to_dict() for finding in self.findings],
            "acquisition": dict(self.acquisition),
            **({"calibration": dict(self.calibration)} if self.calibration else {}),
            **({"patient": dict(self.patient)} if self.patient else {}),
            **({"explanation": self.explanation.to_dict()} if self.explanation else {}),
            "provenance": dict(self.provenance),
        }

    def _model_dict(self) -> dict:
        """The whole ``model.json`` but its check vectors: a card can be drawn and read again without its model."""
        card = {name: entry for name, entry in self.model.card.items() if name != "check_vectors"}
        return {**_LEFT_OUT, **card, "sha256": self.model.sha256, "signature": self.model.signature.to_dict()}

    def to_json(self) -> str:
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
