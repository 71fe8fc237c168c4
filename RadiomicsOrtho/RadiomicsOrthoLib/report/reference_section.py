"""The section that compares a value with the reference populations of its model, or says that there are none."""

from __future__ import annotations

from collections.abc import Mapping

from ..scoring.card import ScoreCard
from ..scoring.reference import Comparison
from .html_parts import section, table
from .language import local, tr
from .svg import escape
from .wording import amount_text, number_text, with_unit

NO_REFERENCE = {
    "published": "No reference population is published for this model.",
    "trained here": "This model carries no reference population.",
    "simulated": "This model carries no reference population.",
}


def reference_section(card: ScoreCard, evidence) -> str:
    """A table, a row for each group; ``evidence`` writes how well a figure is confirmed."""
    if not card.comparisons:
        return section(tr("Compared with a reference population"),
                       f"<p>{escape(local(NO_REFERENCE[card.model.trust]))}</p>")
    rows = [[escape(local(found.group.title)), escape(group_text(found, card.model.is_probability)),
             escape(comparison_text(found.to_dict())),
             f"{escape(local(found.group.source))} {evidence(found.group.evidence)}"]
            for found in card.comparisons]
    heads = (tr("Group"), tr("Their values"), tr("This case"), tr("Source"))
    note = ""
    if any(found.share is not None and not found.group.quantiles for found in card.comparisons):
        note = f'<p>{escape(tr("Shares of a group hold if its values are normally distributed."))}</p>'
    return section(tr("Compared with a reference population"), table(rows, heads, "reference") + note)


def group_text(found: Comparison, is_probability: bool) -> str:
    """``236 ± 42 HU, 190 people``; quantiles as their middle half."""
    group = found.group
    probability = is_probability and group.of is None
    if group.quantiles:
        amounts = [amount_text(_quantile(group.quantiles, share), found.unit, probability)
                   for share in (0.5, 0.25, 0.75)]
        shown = tr("median {median} (half of them {low} to {high})", median=amounts[0], low=amounts[1],
                   high=amounts[2])
    else:
        shown = with_unit(f"{number_text(group.mean)} ± {number_text(group.sd)}", local(found.unit))
    return shown if group.count is None else tr("{shown}; {count} people", shown=shown, count=group.count)


def comparison_text(entry: Mapping) -> str:
    """``3.0 SD below their mean; below 99 % of them``, of an entry of the card's ``reference``."""
    if entry["reason"]:
        return local(entry["reason"])
    share = share_text(entry["share_below"])
    if entry["deviations"] is None:
        return share
    size = f"{abs(entry['deviations']):.1f}"
    if size == "0.0":
        return tr("at their mean")
    where = tr("{size} SD below their mean", size=size) if entry["deviations"] < 0 \
        else tr("{size} SD above their mean", size=size)
    return tr("{where}; {share}", where=where, share=share)


def share_text(share: float) -> str:
    """How many of the group lie below, never as certainty."""
    if share < 0.01:
        return tr("below 99 % of them")
    if share > 0.99:
        return tr("above 99 % of them")
    return tr("above {percent} % of them", percent=round(100 * share))


def _quantile(quantiles, share: float) -> float:
    from ..models.calibration import interpolate

    return interpolate(quantiles, share)
