"""The card of a part: a Rad-score, which is one axis of a nomogram, as the sum that it is itself."""

from __future__ import annotations

from dataclasses import replace

from ..models.bundle import ModelInput
from ..models.estimator import AdditiveEstimator
from ..models.terms import LinearTerm
from .card import CardInput, ScoreCard


def sums(card: ScoreCard) -> tuple[ModelInput, ...]:
    """The derived inputs of this person's equation that are sums of other inputs, each with a coefficient."""
    used = card.model.estimator.stratum(card.input_values).input_names
    return tuple(item for item in card.model.inputs if item.name in used and _equation(item) is not None)


def part_card(card: ScoreCard, item: ModelInput) -> ScoreCard:
    """The card of one of :func:`sums`: the same case, with the derived value as its result.

    It has no class, interval or reference: those are about the whole model.
    """
    equation = _equation(item)
    values = card.input_values
    parts = tuple(part for part in card.model.inputs if part.name in equation.input_names)
    model = replace(
        card.model, title=f"{card.model.title}: {item.title}", inputs=parts, estimator=equation,
        output_title=item.title, output_unit=item.unit, classes=(), thresholds=(), references=(), background=None)
    shares = equation.contributions(values)
    inputs = tuple(CardInput(part.name, part.title, part.unit, part.source, values[part.name], shares[part.name])
                   for part in parts)
    return replace(card, model=model, value=float(values[item.name]), linear_predictor=float(values[item.name]),
                   output_class=None, inputs=inputs, interval=None, interval_reason="", explanation=None, patient=None)


def _equation(item: ModelInput) -> AdditiveEstimator | None:
    """The sum as an estimator of its own; ``None`` for a value that is no plain sum of several inputs."""
    products = item.derived.products if item.derived else ()
    if len(products) < 2 or item.derived.curves or any(list(product.powers.values()) != [1] for product in products):
        return None
    names = [next(iter(product.powers)) for product in products]
    if len(set(names)) != len(names):
        return None
    return AdditiveEstimator(tuple(LinearTerm(name, product.factor) for name, product in
                                   zip(names, products, strict=True)), item.derived.offset)
