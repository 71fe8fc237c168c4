"""A score card's nomogram, drawn: a multi-axis nomogram, or class bands for a single value."""

from __future__ import annotations

from dataclasses import dataclass

from ..quality.finding import refusals
from ..scoring.card import ScoreCard
from ..scoring.nomogram import Nomogram, build_nomogram, patient_marks
from ..scoring.what_if import WhatIf
from .band_chart import BandSheet
from .drawing import Drawing
from .explanation_chart import ExplanationSheet
from .nomogram_axes import AxesSheet
from .nomogram_sheet import DrawnAxis
from .svg import to_svg


@dataclass(frozen=True)
class NomogramView:
    """A drawing with where its axes lie, so that a marker can be moved on it."""

    nomogram: Nomogram
    drawing: Drawing
    axes: tuple[DrawnAxis, ...]

    def axis_near(self, y: float, reach: float) -> DrawnAxis | None:
        """The axis of the input whose line is closest to ``y``, within ``reach``."""
        closest = min(self.axes, key=lambda axis: abs(axis.y - y), default=None)
        return closest if closest is not None and abs(closest.y - y) <= reach else None


def nomogram_svg(card: ScoreCard, width: float = 960.0, nomogram: Nomogram | None = None) -> str:
    """:func:`nomogram_drawing` as SVG."""
    return to_svg(nomogram_drawing(card, width, nomogram))


def nomogram_drawing(card: ScoreCard, width: float = 960.0, nomogram: Nomogram | None = None) -> Drawing:
    """The nomogram of ``card.model`` with the patient's marks, ``width`` user units (pixels) wide.

    Below 560 the titles stand over their axes, for a side panel.  A card with a refusing
    finding is drawn without marks.
    """
    return nomogram_view(card, width, nomogram).drawing


def nomogram_view(card: ScoreCard, width: float = 960.0, nomogram: Nomogram | None = None,
                  tried: WhatIf | None = None) -> NomogramView:
    """The same with where its axes lie; ``tried`` is drawn beside the patient, in another colour, hollow and dashed.

    With a ``tried`` without changes there is room for them already, so that nothing jumps when a marker moves.
    """
    nomogram = nomogram or build_nomogram(card.model, _missing_ranges(card), card.input_values)
    refused = bool(refusals(card.findings))
    marks = {} if refused else patient_marks(nomogram, card.input_values, card.value)
    tried = None if refused else tried
    tried_marks = patient_marks(nomogram, tried.values, tried.value) if tried else {}
    kind = AxesSheet
    if nomogram.form == "bands":
        kind = ExplanationSheet if card.explanation else BandSheet
    sheet = kind(card, nomogram, marks, float(width), tried, tried_marks)
    return NomogramView(nomogram, sheet.draw(), tuple(sheet.drawn_axes))


def _missing_ranges(card: ScoreCard) -> dict[str, tuple[float, float]]:
    """From zero to the case's value, for inputs whose model states no range."""
    values = card.input_values
    return {item.name: (min(0.0, float(values[item.name])), max(0.0, float(values[item.name])) or 1.0)
            for item in card.model.inputs
            if item.name in values and item.choices is None
            and not (item.axis_range or item.training_range or item.valid_range)}
