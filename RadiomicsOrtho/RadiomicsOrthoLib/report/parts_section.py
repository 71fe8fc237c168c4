"""How a Rad-score comes about, shown on request: its own nomogram, and what each feature adds."""

from __future__ import annotations

from ..models.bundle import ModelInput
from ..scoring.card import ScoreCard
from ..scoring.part_card import part_card, sums
from .contributions import exact_text, share_text
from .html_parts import checked_svg, table
from .language import local, tr
from .nomogram_svg import nomogram_svg
from .svg import escape
from .wording import number_text, with_unit


def parts_section(card: ScoreCard) -> str:
    """A closed section for each input of the equation that is a sum of others; empty without any."""
    return "".join(_part(card, item) for item in sums(card))


def _part(card: ScoreCard, item: ModelInput) -> str:
    part = part_card(card, item)
    coefficients = {term.input: term.coefficient for term in part.model.estimator.terms}
    rows = [[escape(local(one.title)), escape(with_unit(number_text(one.value, 6), local(one.unit))),
             escape(exact_text(coefficients[one.name])), escape(share_text(one.contribution))] for one in part.inputs]
    rows.append([escape(tr("Constant")), "", "", escape(share_text(part.model.estimator.intercept))])
    rows.append([escape(local(item.title)), "", "", escape(share_text(part.value))])
    title = tr("{title}, part by part", title=local(item.title))
    return (f'<section class="screen"><details><summary>{escape(title)}</summary>'
            f'<div class="chart">{checked_svg(nomogram_svg(part))}</div>'
            f'{table(rows, (tr("Feature"), tr("Value"), tr("Coefficient"), tr("Adds")), "points")}'
            "</details></section>")
