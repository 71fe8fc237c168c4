"""One value for the patient from several levels or sides, by the rule that the model declares."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..errors import InputError
from ..models.bundle import ModelBundle
from ..models.patient_rule import PatientRule
from ..models.terms import LinearTerm
from ..quality.finding import Finding, most_severe_first, raise_refusals
from .card import ScoreCard, card_inputs
from .clinical import completed
from .explanation import explain
from .interval import check_class
from .score import Scored

#: from this Genant grade on a vertebra is fractured (Genant 1993)
FRACTURED_FROM_GRADE = 1


@dataclass(frozen=True)
class ScoredRegion:
    """A region by the name of its segment: its card, or why it was ``refused``; ``left_out`` says why a reader does not
    want it counted."""

    name: str
    place: str
    scored: Scored | None
    refused: str = ""
    left_out: str = ""


def patient_card(model: ModelBundle, regions: Sequence[ScoredRegion]) -> ScoreCard:
    """The card of the patient, with what was counted and what was not in ``patient``.

    Raises InputError if the model declares no rule or a level is there twice, RefusedError if too few regions remain.
    """
    rule = model.patient_rule
    if rule is None:
        raise InputError(f"The model '{model.id}' has no rule for several regions; each card stands alone.")
    counted, left = _sorted_out(rule, regions)
    if len(counted) < rule.at_least:
        why = "; ".join(f"{region.name}: {reason}" for region, reason in left)
        raise_refusals([Finding(
            "TOO_FEW_REGIONS", "refuse", f"No value is given for the patient: {len(counted)} of at least "
            f"{rule.at_least} regions remain ({why or 'none was left out'}). {rule.text}",
            f"Measure {', '.join(rule.places)} if they are intact." if rule.places else "Measure more regions.")])
    card = {"mean": _mean, "single": _single}.get(rule.rule, _extreme)(model, rule, counted)
    findings = (*card.findings, *_remarks(model, rule, counted))
    return replace(card, findings=most_severe_first(dict.fromkeys(findings)), patient={
        "rule": rule.to_dict(),
        "counted": [_entry(region) for region in counted],
        "left_out": [_entry(region) | {"reason": reason} for region, reason in left]})


def _sorted_out(rule: PatientRule, regions: Sequence[ScoredRegion]
                ) -> tuple[list[ScoredRegion], list[tuple[ScoredRegion, str]]]:
    """The regions that count, and the others with the reason."""
    counted, left = [], []
    for region in regions:
        reason = _reason(rule, region)
        if reason:
            left.append((region, reason))
        else:
            counted.append(region)
    places = [region.place for region in counted]
    twice = next((place for place in places if places.count(place) > 1), None)
    if twice is not None:
        raise InputError(f"There are two regions of {twice}; name each by its own level or side, or leave one out.")
    if rule.places:
        counted.sort(key=lambda region: rule.places.index(region.place))
    if rule.rule == "single":
        if len(counted) > 1 and not rule.places:
            raise InputError("The model counts a single region; choose one.")
        left += [(region, f"the rule counts one region, {counted[0].place}") for region in counted[1:]]
        counted = counted[:1]
    return counted, left


def _reason(rule: PatientRule, region: ScoredRegion) -> str:
    if region.left_out:
        return f"left out by the reader: {region.left_out}"
    if region.scored is None:
        return f"refused: {region.refused}"
    if rule.places and region.place not in rule.places:
        return f"the rule counts {', '.join(rule.places)}"
    grade = _genant_grade(region.scored.card)
    if rule.leave_out and grade is not None and grade >= FRACTURED_FROM_GRADE:
        return f"the reader saw a fracture (Genant grade {grade:g})"
    return ""


def _genant_grade(card: ScoreCard) -> float | None:
    answers = card.provenance.get("semantic", {}).get("answers", {})
    grade = answers.get("genant_grade", {}).get("answer")
    return float(grade) if isinstance(grade, (int, float)) else None


def _single(_model: ModelBundle, _rule: PatientRule, counted: Sequence[ScoredRegion]) -> ScoreCard:
    return counted[0].scored.card


def _extreme(_model: ModelBundle, rule: PatientRule, counted: Sequence[ScoredRegion]) -> ScoreCard:
    cards = [region.scored.card for region in counted]
    card = (min if rule.rule == "lowest" else max)(cards, key=lambda one: one.value)
    return replace(card, place=f"{rule.rule} of {_places(counted)}: {card.place}") if len(cards) > 1 else card


def _mean(model: ModelBundle, _rule: PatientRule, counted: Sequence[ScoredRegion]) -> ScoreCard:
    """The model on the mean of the measured inputs."""
    cards = [region.scored.card for region in counted]
    if len(cards) == 1:
        return cards[0]
    values = completed(model, _mean_values(model, [card.input_values for card in cards]))
    value = model.estimator.output(values)
    interval, meaning = _mean_interval(model, cards)
    keys = [key for key in cards[0].measurements if key in {item.key for item in model.inputs}]
    common = [finding for finding in cards[0].findings if finding.code not in ("CLASS_NOT_FIRM", "CORE_DERIVED")
              and all(finding in card.findings for card in cards)]
    own = [replace(finding, sentence=f"{region.place}: {finding.sentence}") for region in counted
           for finding in region.scored.card.findings
           if finding not in common and finding.code not in ("CLASS_NOT_FIRM", "CORE_DERIVED")]
    findings = [*common, *own, *check_class(model, value, values, interval)]
    compartments = {card.compartment for card in cards}
    return replace(
        cards[0], value=value, linear_predictor=model.estimator.linear_predictor(values),
        output_class=model.class_of(value, values), inputs=card_inputs(model, values), findings=tuple(findings),
        place=f"mean of {_places(counted)}",
        compartment=compartments.pop() if len(compartments) == 1 else "unknown",
        measurements={key: statistics.fmean(card.measurements[key] for card in cards) for key in keys},
        provenance=_common_provenance(counted), interval=interval, interval_reason=meaning,
        calibration=_mean_calibration(cards), explanation=explain(model, values))


def _mean_values(model: ModelBundle, all_values: Sequence[Mapping[str, float | str]]) -> dict[str, float | str]:
    found: dict[str, float | str] = {}
    for item in model.inputs:
        given = [values[item.name] for values in all_values if item.name in values]
        if item.derived or not given:
            continue
        if any(isinstance(value, str) for value in given):
            if len(set(given)) > 1:
                raise InputError(f"{item.title} differs between the regions and has no mean; no value is given for the "
                                 "patient.")
            found[item.name] = given[0]
        else:
            found[item.name] = statistics.fmean(given)
    return found


def _mean_interval(model: ModelBundle, cards: Sequence[ScoreCard]) -> tuple[tuple[float, float] | None, str]:
    """The mean of the ends: errors of core depth and calibration are the same for all regions."""
    terms = getattr(model.estimator, "terms", ())
    linear = model.estimator.link == "identity" and terms and all(isinstance(term, LinearTerm) for term in terms)
    if not linear or any(card.interval is None for card in cards):
        return None, "No interval is known for the mean of the regions."
    ends = tuple(statistics.fmean(card.interval[end] for card in cards) for end in (0, 1))
    return ends, f"Mean of the regions' intervals, whose errors are common to all. {cards[0].interval_reason}"


def _mean_calibration(cards: Sequence[ScoreCard]) -> Mapping | None:
    first = cards[0].calibration
    if first is None:
        return None
    errors = [card.calibration["error"] for card in cards]
    return {**first, "error": None if None in errors else statistics.fmean(errors)}


def _common_provenance(counted: Sequence[ScoredRegion]) -> dict:
    """What is the same of all regions, and the rest by place."""
    found = [{name: entry for name, entry in region.scored.card.provenance.items() if name != "findings"}
             for region in counted]
    common = {name: entry for name, entry in found[0].items() if all(one.get(name) == entry for one in found)}
    return {**common, "regions": {region.place: {name: entry for name, entry in one.items() if name not in common}
                                  for region, one in zip(counted, found, strict=True)}}


def _remarks(model: ModelBundle, rule: PatientRule, counted: Sequence[ScoredRegion]) -> Iterator[Finding]:
    """How far the regions lie apart."""
    cards = [region.scored.card for region in counted]
    if rule.leave_out:
        yield Finding("REGIONS_COUNTED", "note", f"Counted for the patient: {_places(counted)}. {rule.text}",
                      rule.leave_out)
    if len(cards) < 2:
        return
    unit = f" {model.output_unit}" if model.output_unit else ""
    if rule.outlier_difference is not None and len(cards) > 2:
        for region in counted:
            others = statistics.median(one.scored.card.value for one in counted if one is not region)
            apart = region.scored.card.value - others
            if abs(apart) > rule.outlier_difference:
                yield Finding("REGION_STANDS_APART", "warn", f"{region.place} lies {abs(apart):.3g}{unit} "
                              f"{'above' if apart > 0 else 'below'} the median of the others (more than "
                              f"{rule.outlier_difference:g}{unit}): a fracture, a dense focus or a wrong level may be "
                              "the reason.", "Look at it, and leave it out with the reason if it is one.")
    classes = {card.output_class.title: card.output_class for card in cards if card.output_class}
    if len(classes) > 1:
        values = ", ".join(f"{region.place} {region.scored.card.value:.3g}{unit}" for region in counted)
        yield Finding("REGIONS_DISAGREE", "warn", f"The regions fall into different classes ({values}).",
                      "Look at each region; a fracture or a dense focus raises the value of a vertebra.")


def _places(counted: Sequence[ScoredRegion]) -> str:
    return ", ".join(region.place for region in counted)


def _entry(region: ScoredRegion) -> dict:
    card = region.scored.card if region.scored else None
    return {"segment": region.name, "place": region.place, "value": card.value if card else None,
            "class": card.output_class.title if card and card.output_class else None,
            "interval": list(card.interval) if card and card.interval else None}
