"""How numbers, names and severities are written for a reader."""

from __future__ import annotations

import math

from ..features.measurements import MEASUREMENTS
from ..models.bundle import ModelBundle
from ..scoring.card import ScoreCard
from .language import local, tr

#: severity → (sign, word): the sign keeps its meaning without colour
SEVERITY = {"refuse": ("✖", "Refused"), "warn": ("⚠", "Warning"), "note": ("ℹ", "Note")}
EVIDENCE_OF_TRUST = {
    "published": "published: coefficients or thresholds taken from a publication",
    "trained here": "trained here: fitted with this software on the people that the card names",
    "simulated": "simulated: fitted on generated data, for demonstration only",
}


#: unit → what a number in it means
UNIT_MEANINGS = {
    "HU": "Hounsfield units, the scale of CT: air −1000, water 0",
    "mg/cm³": "milligrams of the phantom's material in a cubic centimetre of bone",
    "SD": "standard deviations from the mean of the reference population; negative is below it",
    "%": "per cent",
    "points": "points of this score; they have no other unit",
}


def amount_meaning(title: str, unit: str, is_probability: bool) -> str:
    """What a result is and in which unit, for a reader who points at the number."""
    if is_probability:
        return tr("{title}: a probability, in per cent", title=local(title))
    meaning = local(UNIT_MEANINGS.get(unit, ""))
    return tr("{title}, in {unit}", title=local(title), unit=meaning or local(unit)) if unit else local(title)


def severity_words(severity: str) -> tuple[str, str]:
    """Sign and word of a severity in the language of the report."""
    sign, word = SEVERITY[severity]
    return sign, local(word)


def number_text(value: float, digits: int = 4) -> str:
    """``value`` with at most ``digits`` significant digits, a true minus sign and no exponent if it can be helped."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else str(value)
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    if decimals > 8 or abs(value) >= 1e9:
        text = f"{value:.{digits - 1}e}"
    else:
        text = f"{value:.{decimals}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−")


def with_unit(text: str, unit: str) -> str:
    return f"{text} {unit}" if unit else text


def probability_text(value: float) -> str:
    """A probability (0–1) as a percentage; the ends are never rounded to 0 or 100 %."""
    if 0 < value < 0.001:
        return tr("below 0.1 %")
    if 0.999 < value < 1:
        return tr("above 99.9 %")
    return f"{100 * value:.1f} %"


def amount_text(value: float, unit: str, is_probability: bool) -> str:
    """A result with its unit, a probability as a percentage."""
    return probability_text(value) if is_probability else with_unit(number_text(value), local(unit))


def range_text(ends: tuple[float, float], unit: str, is_probability: bool) -> str:
    """``138.1 to 147 HU``; a percentage carries its sign at both ends."""
    low, high = ends
    start = amount_text(low, "", is_probability)
    return tr("{low} to {high}", low=start, high=amount_text(high, unit, is_probability))


def output_text(model: ModelBundle, value: float) -> str:
    """An output of the model as it is shown."""
    return amount_text(value, model.output_unit, model.is_probability)


def interval_text(card: ScoreCard) -> str:
    """The card's interval, or nothing where there is none."""
    return range_text(card.interval, card.model.output_unit, card.model.is_probability) if card.interval else ""


def measurement_title(name: str) -> tuple[str, str]:
    """Title and unit of a measurement by its name; an unknown one is called by its name."""
    return MEASUREMENTS.get(name, (name.replace("_", " ").capitalize(), ""))


def place_text(card: ScoreCard) -> str:
    """Where was measured: ``L1 · vertebra · trabecular``."""
    parts = [part.replace("-", " ") for part in (card.site, card.compartment) if part not in ("unknown", "none")]
    return " · ".join(map(local, [card.place, *parts]))


def model_text(card: ScoreCard) -> str:
    return tr("Model {id}, version {version}, trust level: {trust}", id=card.model.id, version=card.model.version,
              trust=local(card.model.trust))


def is_verified(evidence: str) -> bool:
    return evidence.strip().lower().startswith("verified")
