"""How the result comes about: the formula, and a table of what each answer counts, with this case marked."""

from __future__ import annotations

from itertools import chain

from ..models.bundle import ModelInput
from ..models.estimator import Estimator, GreatestEstimator
from ..models.spline import SplineTerm
from ..models.terms import (
    FactorTerm,
    FractionalPolynomialTerm,
    LinearTerm,
    PointsTerm,
    Term,
    TransformedTerm,
    WholeStepsTerm,
)
from ..models.transform import Centre, Column, Log, Scale
from ..scoring.card import ScoreCard
from ..scoring.nomogram import range_label
from .html_parts import section, table
from .language import local, tr
from .svg import escape
from .wording import number_text, with_unit


def share_title(estimator: Estimator) -> str:
    """The heading of the shares of the inputs."""
    if isinstance(estimator, GreatestEstimator):
        return tr("Candidate (the greatest counts)")
    return tr("Points") if estimator.is_points else tr("Share of the linear predictor")


def share_text(share: float | None) -> str:
    """A share with its sign, whole points without decimals; a dash where an input has none of its own."""
    if share is None:
        return "—"
    return (f"{share:+.0f}" if share == int(share) else f"{share:+.3f}").replace("-", "−")


def shapley_text(share: float, is_probability: bool) -> str:
    """A Shapley value with its sign; of a probability in percentage points."""
    text = f"{100 * share:+.1f}" if is_probability else f"{share:+.3g}"
    return text.replace("-", "−")


def exact_text(value: float) -> str:
    """A coefficient with all the digits that it was published with."""
    return f"{value:.12g}".replace("-", "−")


def contributions_section(card: ScoreCard) -> str:
    """The formula with its table; empty for a value that is shown as it was measured."""
    formula = card.model.card.get("formula", "")
    equation = card.model.estimator.stratum(card.input_values)
    by_name = {item.name: item for item in card.model.inputs}
    several = len(equation.terms) > 1
    if not formula and not (several and equation.is_points):
        return ""
    body = f'<p class="formula">{escape(local(formula))}</p>' if formula else ""
    if several:
        rows = [[escape(local(by_name[term.input].title)),
                 _scale(term, by_name[term.input], card.input_values[term.input]),
                 escape(number_text(term.contribution(card.input_values[term.input])))] for term in equation.terms]
        body += table(rows, (tr("Input"), tr("Counts"), tr("Here")), "points")
    return section(tr("Points") if equation.is_points else tr("Formula"), body)


def _scale(term: Term, item: ModelInput, value: float | str) -> str:
    """What the values of an input count, as HTML; that of this case is marked."""
    if isinstance(term, FactorTerm):
        cells = [((item.choices or {}).get(level, level), points, level == str(value))
                 for level, points in term.levels.items()]
    elif isinstance(term, PointsTerm):
        own = term.range_of(float(value))
        cells = [(range_label(lower, this), this.points, this is own)
                 for lower, this in zip(chain((None,), term.ranges), term.ranges, strict=False)]
    else:
        return escape(_rule(term, item.unit))
    return '<ul class="levels">' + "".join(
        f'<li{" class=here" if here else ""}>{"▸ " if here else ""}{escape(local(label))}{tr(": ")}'
        f"<b>{escape(exact_text(points))}</b></li>" for label, points, here in cells) + "</ul>"


def transform_text(column: Column, value: str) -> str:
    """What a transform does to a value, in words and signs: ``(age − 63) / 9.5``."""
    text = value
    for step in column.steps:
        if isinstance(step, Centre):
            text = f"{text} {'+' if step.by < 0 else '−'} {exact_text(abs(step.by))}"
        elif isinstance(step, Scale):
            text = f"({text}) / {exact_text(step.by)}"
        elif isinstance(step, Log):
            offset = f" + {exact_text(step.offset)}" if step.offset else ""
            text = f"ln({text}{offset})"
        else:
            text = tr("({value}, held between {low} and {high})", value=text, low=exact_text(step.low),
                      high=exact_text(step.high))
    return text


def _rule(term: Term, unit: str) -> str:
    value = tr("value in {unit}", unit=local(unit)) if unit else tr("value")
    if isinstance(term, LinearTerm):
        return tr("the value itself") if term.coefficient == 1 else f"{exact_text(term.coefficient)} × {value}"
    if isinstance(term, TransformedTerm):
        return f"{exact_text(term.coefficient)} × ({transform_text(term.column, value)})"
    if isinstance(term, WholeStepsTerm):
        return tr("{points} for each whole {step}", points=exact_text(term.coefficient),
                  step=with_unit(exact_text(term.step), local(unit)))
    if isinstance(term, SplineTerm):
        return tr("restricted cubic spline of the {value}: knots {knots}; coefficients {coefficients}", value=value,
                  knots=", ".join(map(exact_text, term.knots)),
                  coefficients=", ".join(map(exact_text, term.coefficients)))
    if isinstance(term, FractionalPolynomialTerm):
        parts = " ".join(f"{'−' if p.coefficient < 0 else '+'} {exact_text(abs(p.coefficient))} · "
                         f"(u^{exact_text(p.power)}{' · ln u' * p.log} − {exact_text(p.centre)})"
                         for p in term.parts)
        return f"{parts.removeprefix('+ ')}, u = ({value}) / {exact_text(term.scale)}"
    return tr("a curve, see the nomogram")
