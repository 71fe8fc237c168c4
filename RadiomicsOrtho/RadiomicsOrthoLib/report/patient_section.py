"""The section of a report that says from which regions the value for the patient comes."""

from __future__ import annotations

from collections.abc import Mapping

from ..scoring.card import ScoreCard
from .html_parts import section, table
from .language import local, tr
from .svg import escape
from .wording import output_text, range_text


def patient_section(card: ScoreCard) -> str:
    """The rule, the regions that count and those that do not; empty for the card of one region."""
    if not card.patient:
        return ""
    rule = card.patient["rule"]
    parts = [f'<p>{escape(local(rule["text"]))}</p>']
    if rule["leave_out"]:
        parts.append(f'<p>{escape(local(rule["leave_out"]))}</p>')
    source = tr("Source: {source} ({evidence})", source=local(rule["source"].rstrip(".")),
                evidence=local(rule["evidence"]))
    parts.append(f"<p>{escape(source)}</p>")
    rows = [[*_region(card, one), tr("yes")] for one in card.patient["counted"]]
    rows += [[*_region(card, one), escape(tr("no: {reason}", reason=local(one["reason"])))]
             for one in card.patient["left_out"]]
    parts.append(table(rows, (tr("Region"), tr("Value"), tr("Class"), tr("Counted"))))
    return section(tr("Regions of the patient"), "".join(parts))


def _region(card: ScoreCard, one: Mapping) -> list[str]:
    model = card.model
    value = "—" if one["value"] is None else output_text(model, one["value"])
    if one["interval"]:
        value += f' ({range_text(tuple(one["interval"]), model.output_unit, model.is_probability)})'
    name = one["place"] if one["segment"] == one["place"] else f'{one["place"]} ({one["segment"]})'
    return [escape(name), escape(value), escape(local(one["class"])) if one["class"] else "—"]
