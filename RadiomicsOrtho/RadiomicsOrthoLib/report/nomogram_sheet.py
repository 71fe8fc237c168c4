"""What both charts of a score card share: heading, marks, class strip, legends, and the colours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .. import RESEARCH_USE_ONLY
from ..scoring.card import ScoreCard
from ..scoring.nomogram import OUTCOME, Axis, Mark, Nomogram
from ..scoring.what_if import WhatIf
from .drawing import Drawing
from .language import local, tr
from .svg import text_width, wrap
from .wording import interval_text, is_verified, model_text, output_text, place_text

INK, MUTED, GRID = "#1a1a1a", "#555555", "#e2e2e2"
PATIENT = "#0072b2"                     # Okabe-Ito blue, dark enough for grey print
TRIED = "#a94a00"                       # a dark Okabe-Ito vermillion; in grey its marks are hollow, its line is dashed
#: tints of Okabe-Ito vermillion, orange, yellow and sky blue: the worse the darker, also in grey
TONES = ("#e79a63", "#f0bf62", "#f0d97a", "#e4f3fb")
NARROW = 560.0
DASHES = "4 3"                          # a cut-off that is not verified
TRIED_DASHES = "6 4"


@dataclass(frozen=True)
class DrawnAxis:
    """Where the axis of an input was drawn, to move its marker with the mouse; ``start`` and ``end`` are positions."""

    name: str
    y: float
    left: float
    right: float
    start: float
    end: float

    def position(self, x: float) -> float:
        """The position under ``x``, kept on the axis."""
        share = (x - self.left) / (self.right - self.left) if self.right > self.left else 0.0
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)


def band_tones(count: int, lower_is_worse: bool) -> list[str]:
    """One fill per class in rising order of the output."""
    last = len(TONES) - 1
    tones = [TONES[round(i * last / max(1, count - 1))] for i in range(count)]
    return tones if lower_is_worse else tones[::-1]


class Sheet:
    """One drawing; ``y`` runs down the page.

    ``marks`` are the patient's, none for a refused case; ``tried`` is another result beside it, with its own marks.
    """

    def __init__(self, card: ScoreCard, nomogram: Nomogram, marks: Mapping[str, Mark], width: float,
                 tried: WhatIf | None = None, tried_marks: Mapping[str, Mark] | None = None) -> None:
        self.card, self.nomogram, self.marks, self.width = card, nomogram, marks, width
        self.tried, self.tried_marks = tried, tried_marks or {}
        self.size = 12.0 + min(2.0, max(0.0, (width - 700.0) / 350.0))
        self.small = self.size - 1.0
        self.line_height = 1.35 * self.size
        self.margin = 1.5 * self.size
        self.out = Drawing()
        self.drawn_axes: list[DrawnAxis] = []
        self.y = self.margin
        self.left, self.right = self.margin, width - self.margin

    def draw(self) -> Drawing:
        self._heading()
        self._chart()
        self._legend()
        self._footer()
        title = f"{local(self.card.model.title)}{tr(': ')}{local(self.card.model.output_title)}"
        return self.out.finish(self.width, self.y + 0.4 * self.margin, title)

    def _chart(self) -> None:
        raise NotImplementedError

    def x(self, axis: Axis, position: float) -> float:
        return self.left + (position - axis.start) / self._span(axis) * (self.right - self.left)

    def _span(self, axis: Axis) -> float:
        """The width of the plot in the axis's scale."""
        return axis.end - axis.start

    # -- text blocks -------------------------------------------------------------------

    def _lines(self, text: str, size: float, fill: str, bold: bool = False, x: float | None = None,
               width: float | None = None) -> None:
        x = self.margin if x is None else x
        for line in wrap(text, size, self.width - self.margin - x if width is None else width, bold):
            self.y += 1.3 * size
            self.out.text(x, self.y, line, size, fill, bold=bold)

    def _heading(self) -> None:
        card = self.card
        self.y -= 0.3 * self.size
        self._lines(local(card.model.title), self.size + 4, INK, bold=True)
        self.y += 0.15 * self.size
        self._lines(place_text(card), self.size, MUTED)
        if not self.marks:
            self._lines(tr("No result: refused by the quality gate."), self.size, INK, bold=True)
        else:
            shown = f"{local(card.model.output_title)}{tr(': ')}{output_text(card.model, card.value)}"
            if card.interval:
                shown += f" ({interval_text(card)})"
            if card.output_class:
                shown += f" — {local(card.output_class.title)}"
            self._lines(shown, self.size + 1, PATIENT, bold=True)
        if self.tried and not self.tried.changes:
            self._lines(tr("What if: move a marker."), self.size + 1, TRIED, bold=True)
        elif self.tried:
            shown = f"{tr('What if')}{tr(': ')}{output_text(card.model, self.tried.value)}"
            if self.tried.output_class:
                shown += f" — {local(self.tried.output_class.title)}"
            self._lines(shown, self.size + 1, TRIED, bold=True)
        self.y += 1.2 * self.size

    def _footer(self) -> None:
        self.y += 1.2 * self.size
        self.out.line(self.margin, self.y, self.width - self.margin, self.y, GRID)
        self.y += 0.2 * self.size
        self._lines(local(RESEARCH_USE_ONLY), self.small, INK, bold=True)
        self._lines(model_text(self.card), self.small, MUTED)

    def _plated(self, x: float, y: float, text: str, size: float, fill: str, anchor: str = "start",
                bold: bool = False) -> None:
        """Text on a white plate, so that a line passing behind it does not strike it through."""
        width = text_width(text, size, bold)
        start = {"start": x, "middle": x - 0.5 * width, "end": x - width}[anchor]
        self.out.rect(start - 1, y - 0.85 * size, width + 2, 1.1 * size, "#ffffff")
        self.out.text(x, y, text, size, fill, anchor, bold)

    # -- marks ---------------------------------------------------------------------------

    def _mark(self, axis: Axis, y: float, mark: Mark, tried: bool = False) -> None:
        """A dot, a hollow diamond for what is tried out, or an arrow off the end of an axis that the value has left."""
        x, r = self.x(axis, mark.position), 0.42 * self.size
        fill, stroke = ("#ffffff", TRIED) if tried else (PATIENT, "#ffffff")
        if mark.side and not mark.clamped:
            self.out.line(x, y, x, y - mark.side * 1.1 * self.size, TRIED if tried else PATIENT, 2.2)
        if mark.clamped:
            outward = 1 if mark.position > 0.5 * (axis.start + axis.end) else -1
            self.out.polygon([(x + outward * 1.8 * r, y), (x - outward * 0.4 * r, y - 1.2 * r),
                              (x - outward * 0.4 * r, y + 1.2 * r)], fill, stroke, 1.5)
        elif tried:
            r *= 1.25
            self.out.polygon([(x, y - r), (x + r, y), (x, y + r), (x - r, y)], fill, stroke, 1.8)
        else:
            self.out.circle(x, y, r, fill, stroke, 1.5)

    def _interval(self, axis: Axis, y: float) -> None:
        """The card's interval as a bar along the outcome axis."""
        if self.card.interval and self.marks:
            low, high = (self.x(axis, self.nomogram.outcome_position(end)) for end in self.card.interval)
            self.out.rect(low, y - 2.0, high - low, 4.0, PATIENT)

    # -- classes and cut-offs ------------------------------------------------------------

    def _band_strip(self, axis: Axis, y: float, height: float) -> None:
        """The classes along the axis, the cut-offs as lines, and the patient."""
        tones = band_tones(len(self.nomogram.bands), self.card.model.lower_is_worse)
        spans = [(self.x(axis, band.start), self.x(axis, band.end)) for band in self.nomogram.bands]
        for (start, end), tone in zip(spans, tones, strict=True):
            if end > start:
                self.out.rect(start, y, end - start, height, tone, "#ffffff")
        lines = []
        for cutoff in self.nomogram.cutoffs:
            if cutoff.position is not None:
                lines.append(self.x(axis, cutoff.position))
                dashes = None if is_verified(cutoff.threshold.evidence) else DASHES
                self.out.line(lines[-1], y, lines[-1], y + height, INK, 1.4, dashes)
        for marks, colour, dashes in ((self.marks, PATIENT, None), (self.tried_marks, TRIED, TRIED_DASHES)):
            if OUTCOME in marks:
                lines.append(self.x(axis, marks[OUTCOME].position))
                self.out.line(lines[-1], y, lines[-1], y + height, colour, 2.0, dashes)
        for band, (start, end), tone in zip(self.nomogram.bands, spans, tones, strict=True):
            name = local(band.output_class.title).replace("：", ":").split(":")[0]
            self._band_name(name, (start, end), lines, y + 0.5 * height, tone)

    def _band_name(self, name: str, span: tuple[float, float], lines: Sequence[float], middle: float,
                   tone: str) -> None:
        """The name where no line runs, else over the lines on a plate; left to the legend if it is too long."""
        width = text_width(name, self.small, True) + 0.6 * self.size
        edges = sorted([*span, *(x for x in lines if span[0] < x < span[1])])
        free = max(pairwise(edges), key=lambda pair: pair[1] - pair[0])
        start, end = free if width <= free[1] - free[0] else span
        if width > end - start:
            return
        x = 0.5 * (start + end)
        self.out.rect(x - 0.5 * width + 1, middle - 0.6 * self.size, width - 2, 1.2 * self.size, tone)
        self.out.text(x, middle + 0.36 * self.small, name, self.small, INK, "middle", bold=True)

    def _legend(self) -> None:
        """Classes with their fills and cut-offs with their evidence: side by side where there is room."""
        if not (self.nomogram.bands or self.nomogram.cutoffs):
            return
        self.y += 0.8 * self.size
        half = min(30.0 * self.size, 0.5 * (self.width - 2 * self.margin))
        top = self.y
        beside = self.width >= NARROW and bool(self.nomogram.bands)
        self._class_legend(self.margin, half - self.size if beside else self.width - 2 * self.margin)
        bottom = self.y
        self.y = top if beside else self.y + 0.5 * self.size
        self._cutoff_legend(self.margin + (half if beside else 0.0), half if beside else self.width - 2 * self.margin)
        self.y = max(self.y, bottom)

    def _class_legend(self, x: float, width: float) -> None:
        if not self.nomogram.bands:
            return
        self._lines(tr("Classes"), self.size, INK, True, x, width)
        self.y += 0.3 * self.size
        found = self.card.output_class if self.marks else None
        tones = band_tones(len(self.nomogram.bands), self.card.model.lower_is_worse)
        indent = 2.0 * self.size
        for band, tone in zip(self.nomogram.bands, tones, strict=True):
            self.out.rect(x, self.y + 0.55 * self.size, 1.4 * self.size, 0.95 * self.size, tone, MUTED)
            here = found is not None and band.output_class.id == found.id
            if here:
                self.out.circle(x + 0.7 * self.size, self.y + 1.02 * self.size, 0.3 * self.size, PATIENT, "#ffffff")
            self._lines(local(band.output_class.title), self.small, PATIENT if here else INK, here, x + indent,
                        width - indent)
            self.y += 0.25 * self.size

    def _cutoff_legend(self, x: float, width: float) -> None:
        if not self.nomogram.cutoffs:
            return
        self._lines(tr("Cut-offs"), self.size, INK, True, x, width)
        self.y += 0.3 * self.size
        indent = 2.0 * self.size
        for cutoff in self.nomogram.cutoffs:
            verified = is_verified(cutoff.threshold.evidence)
            y = self.y + 1.0 * self.size
            self.out.line(x, y, x + 1.4 * self.size, y, INK, 1.6, None if verified else DASHES)
            title = local(cutoff.threshold.title)
            title += "" if cutoff.position is not None else f" ({tr('off the axis')})"
            self._lines(title, self.small, INK, False, x + indent, width - indent)
            self._lines(("✓ " if verified else "? ") + local(cutoff.threshold.evidence), self.small, MUTED, False,
                        x + indent, width - indent)
            self.y += 0.25 * self.size
