"""Reading ``card.json``: the card as it was scored, without scan, region and model."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ..errors import InputError
from ..models.bundle import bundle_from_dict
from ..models.columns_estimator import ElsewhereEstimator
from ..models.safe_json import parse_json
from ..models.schema_check import check_card
from ..models.signature import SignatureStatus
from ..quality.finding import Finding
from .card import SCHEMA, CardInput, ScoreCard, card_inputs
from .explanation import explanation_from_dict

MAX_CARD_BYTES = 8 * 1024 * 1024


def read_card(path: Path) -> ScoreCard:
    """The card in a file; InputError with one sentence where it cannot be read or does not agree with itself."""
    path = Path(path)
    try:
        if path.stat().st_size > MAX_CARD_BYTES:
            raise InputError(f"'{path}' is larger than {MAX_CARD_BYTES // 2**20} MiB, so it is no score card.")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"Cannot read '{path}': {error.strerror}.") from None
    except UnicodeDecodeError:
        raise InputError(f"'{path}' is no text in UTF-8, so it is no score card.") from None
    return card_from_json(text, f"'{path}'")


def card_from_json(text: str, name: str = "The text") -> ScoreCard:
    """The card in the text of a ``card.json``; ``name`` is what the sentence of an InputError calls it."""
    try:
        data = parse_json(text.encode())
    except ValueError as error:
        raise InputError(f"{name} is not valid JSON ({error}), so it is no score card.") from None
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        found = data.get("schema") if isinstance(data, dict) else None
        raise InputError(f"{name} is no score card of this version (schema {found!r} instead of {SCHEMA!r}); "
                         "score the case again.")
    try:
        card = card_from_dict(data)
        check_card(data)        # last: what was found before is said more exactly
        return card
    except KeyError as error:
        raise InputError(f"{name} is no whole score card: it lacks the entry {error}.") from None
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise InputError(f"{name} is not consistent: {error}; score the case again.") from None


def card_from_dict(data: Mapping) -> ScoreCard:
    """The card of ``ScoreCard.to_dict``; KeyError, ValueError and the like where it does not agree with itself."""
    model = bundle_from_dict(data["model"], data["model"]["sha256"])
    if "signature" in data["model"]:
        # as it was when the case was scored
        model = replace(model, signature=SignatureStatus(**data["model"]["signature"]))
    result, case = data["result"], data["case"]
    card = ScoreCard(
        model=model, value=result["value"], linear_predictor=result["linear_predictor"], output_class=None,
        inputs=tuple(CardInput(**item) for item in data["inputs"]),
        findings=tuple(Finding(**finding) for finding in data["findings"]),
        place=case["place"], site=case["site"], compartment=case["compartment"],
        measurements=data["measurements"], acquisition=data["acquisition"], provenance=data["provenance"],
        interval=None if result["interval"] is None else tuple(result["interval"]),
        interval_reason=result["interval_reason"], calibration=data.get("calibration"),
        patient=data.get("patient"),
        explanation=explanation_from_dict(data["explanation"], result["value"]) if "explanation" in data else None)
    _check_value(card)
    _check_inputs(card)
    _check_curves(card)
    return _with_class(card, result["class"])


def _check_value(card: ScoreCard) -> None:
    """``ValueError`` unless the value is what the card's own equation gives: no card edited by hand is drawn."""
    estimator = card.model.estimator
    # a card has not the parts of its model: then at least the result must fit the value
    expected = estimator.outcome(card.linear_predictor) if isinstance(estimator, ElsewhereEstimator) \
        else estimator.output(card.input_values)
    if not math.isclose(card.value, expected, rel_tol=1e-9, abs_tol=1e-9):
        raise ValueError(f"its value is {card.value:g}, its own equation gives {expected:g}")


def _check_inputs(card: ScoreCard) -> None:
    """``ValueError`` unless names, units and shares of the inputs are those of the card's own model."""
    known = {item.name: item for item in card.model.inputs}
    for item in card.inputs:
        own = known[item.name]
        # what a person may enter can have been measured for them, as the signals of VBQ
        sources = (own.source, "measurement") if own.source == "clinical" else (own.source,)
        if (own.title, own.unit) != (item.title, item.unit) or item.source not in sources:
            raise ValueError(f"its input '{item.name}' is not that of its model")
    if isinstance(card.model.estimator, ElsewhereEstimator):
        return
    for item, expected in zip(card.inputs, card_inputs(card.model, card.input_values), strict=True):
        stated, share = item.contribution, expected.contribution
        if (stated is None) != (share is None) or not math.isclose(stated or 0.0, share or 0.0, rel_tol=1e-9,
                                                                   abs_tol=1e-9):
            raise ValueError(f"the share of its input '{item.name}' is not the one of its own equation")


def _check_curves(card: ScoreCard) -> None:
    """``ValueError`` unless each curve of the explanation has an output for each of an input's own values."""
    inputs = {item.name: item for item in card.model.inputs}
    for curve in card.explanation.curves if card.explanation else ():
        choices = inputs[curve.input].choices
        if any(value not in choices if choices else isinstance(value, str) for value in curve.values) \
                or len(curve.outputs) != len(curve.values) or len(curve.average) not in (0, len(curve.values)):
            raise ValueError(f"its curve of '{curve.input}' is not whole")


def _with_class(card: ScoreCard, stated: Mapping | None) -> ScoreCard:
    found = card.model.class_of(card.value, card.input_values)
    if (found.id if found else None) != (stated["id"] if stated else None):
        raise ValueError("its class is not the one of its value")
    return replace(card, output_class=found)
