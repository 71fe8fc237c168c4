"""A score card's nomogram, drawn: a multi-axis nomogram, or class bands for a single value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from .. import RESEARCH_USE_ONLY
from ..quality.finding import refusals
from ..scoring.card import ScoreCard
from ..scoring.nomogram import OUTCOME, POINTS, Axis, Mark, Nomogram, build_nomogram, patient_marks
from .axis_layout import Label, place_labels, spread
from .drawing import Drawing
from .language import local, tr
from .svg import shorten, text_width, to_svg, wrap
from .wording import interval_text, is_verified, model_text, number_text, output_text, place_text, with_unit

INK, MUTED, GRID = "#1a1a1a", "#555555", "#e2e2e2"
PATIENT = "#0072b2"                     # Okabe-Ito blue, dark enough for grey print
#: tints of Okabe-Ito vermillion, orange, yellow and sky blue: the worse the darker, also in grey
TONES = ("#e79a63", "#f0bf62", "#f0d97a", "#e4f3fb")
NARROW = 560.0
DASHES = "4 3"                          # a cut-off that is not verified


def nomogram_svg(card: ScoreCard, width: float = 960.0, nomogram: Nomogram | None = None) -> str:
    """:func:`nomogram_drawing` as SVG."""
    return to_svg(nomogram_drawing(card, width, nomogram))


def nomogram_drawing(card: ScoreCard, width: float = 960.0, nomogram: Nomogram | None = None) -> Drawing:
    """The nomogram of ``card.model`` with the patient's marks, ``width`` user units (pixels) wide.

    Below 560 the titles stand over their axes, for a side panel.  A card with a refusing
    finding is drawn without marks.
    """
    nomogram = nomogram or build_nomogram(card.model, _missing_ranges(card), card.input_values)
    marks = {} if refusals(card.findings) else patient_marks(nomogram, card.input_values)
    return _Sheet(card, nomogram, marks, float(width)).draw()


def _missing_ranges(card: ScoreCard) -> dict[str, tuple[float, float]]:
    """From zero to the case's value, for inputs whose model states no range."""
    values = card.input_values
    return {item.name: (min(0.0, float(values[item.name])), max(0.0, float(values[item.name])) or 1.0)
            for item in card.model.inputs
            if item.name in values and item.choices is None
            and not (item.axis_range or item.training_range or item.valid_range)}


def band_tones(count: int, lower_is_worse: bool) -> list[str]:
    """One fill per class in rising order of the output."""
    last = len(TONES) - 1
    tones = [TONES[round(i * last / max(1, count - 1))] for i in range(count)]
    return tones if lower_is_worse else tones[::-1]


class _Sheet:
    """One drawing; ``y`` runs down the page."""

    def __init__(self, card: ScoreCard, nomogram: Nomogram, marks: Mapping[str, Mark], width: float) -> None:
        self.card, self.nomogram, self.marks, self.width = card, nomogram, marks, width
        self.size = 12.0 + min(2.0, max(0.0, (width - 700.0) / 350.0))
        self.small = self.size - 1.0
        self.line_height = 1.35 * self.size
        self.margin = 1.5 * self.size
        self._slant = 0.7 * self.size       # height of the leader of a label that was moved aside
        self.narrow = width < NARROW or nomogram.form == "bands"
        side = 1.2 * self.size
        self.title_width = 0.0 if self.narrow else min(240.0, max(120.0, 0.2 * width))
        self.value_width = 0.0 if self.narrow or not marks else min(190.0, max(104.0, 0.15 * width))
        self.left = self.margin + self.title_width + side
        self.right = width - self.margin - self.value_width - side
        self.out = Drawing()
        self.y = self.margin

    def draw(self) -> Drawing:
        self._heading()
        if self.nomogram.form == "bands":
            self._band_chart()
        else:
            self._axes()
        self._legend()
        self._footer()
        title = f"{local(self.card.model.title)}{tr(': ')}{local(self.card.model.output_title)}"
        return self.out.finish(self.width, self.y + 0.4 * self.margin, title)

    def x(self, axis: Axis, position: float) -> float:
        return self.left + (position - axis.start) / self._span(axis) * (self.right - self.left)

    def _span(self, axis: Axis) -> float:
        """The width of the plot in the axis's scale: short axes of inputs share the Points axis."""
        if axis.scale == "points":
            return self.nomogram.axis(POINTS).end
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
        self.y += 1.2 * self.size

    def _footer(self) -> None:
        self.y += 1.2 * self.size
        self.out.line(self.margin, self.y, self.width - self.margin, self.y, GRID)
        self.y += 0.2 * self.size
        self._lines(local(RESEARCH_USE_ONLY), self.small, INK, bold=True)
        self._lines(model_text(self.card), self.small, MUTED)

    # -- axes --------------------------------------------------------------------------

    def _axes(self) -> None:
        """All axes; the patient's line is painted below the text, so two passes are made."""
        rows = []
        for axis in self.nomogram.axes:
            labels = place_labels(axis, lambda p, axis=axis: self.x(axis, p), self.small,
                                  (self.left - self.size, self.right + self.size))
            if axis.key != POINTS and axis.scale == "total" and rows and rows[-1][0].scale == "points":
                self.y += 1.6 * self.size
            rows.append((axis, labels, self._reserve(axis, labels)))
        self._grid(rows)
        self._patient_lines(rows)
        for axis, labels, line_y in rows:
            self._axis(axis, labels, line_y)
        if self.nomogram.bands or self.nomogram.cutoffs:
            self.y += 0.3 * self.size
            self._band_strip(rows[-1][0], self.y, 2.0 * self.size)
            self.y += 2.0 * self.size

    def _reserve(self, axis: Axis, labels: Sequence[Label]) -> float:
        """Room for one axis; returns the y of its line and moves on to the next."""
        above = 1.9 * self.size if any(label.above for label in labels) else 0.6 * self.size
        below = 2.0 * self.size
        above += self._slant if any(label.slanted and label.above for label in labels) else 0.0
        below += self._slant if any(label.slanted and not label.above for label in labels) else 0.0
        title = self._title_lines(axis)
        if self.narrow:
            line_y = 2 * self.y - self._narrow_title_y(axis, self.y) + len(title) * self.line_height
            self.y = line_y + below + 0.7 * self.size
        else:
            half = 0.5 * max(len(title), len(self._mark_lines(axis))) * self.line_height
            line_y = self.y + max(above, half)
            self.y = line_y + max(below, half) + 0.5 * self.size
        return line_y

    def _title_lines(self, axis: Axis) -> list[tuple[str, bool]]:
        """(text, is title) per line; the unit stands below its title, or behind it where axes are stacked."""
        if self.narrow:
            title = f"{local(axis.title)} ({local(axis.unit)})" if axis.unit else local(axis.title)
            return [(line, True) for line in wrap(title, self.size, 0.46 * self.width, bold=True)]
        lines = [(line, True) for line in wrap(local(axis.title), self.size, self.title_width, bold=True)]
        return lines + ([(local(axis.unit), False)] if axis.unit else [])

    def _narrow_title_y(self, axis: Axis, y: float) -> float:
        """Baseline of the last title line where titles stand over their axes."""
        crowded = any(tick.above for tick in axis.ticks) or axis.labelling == "levels"
        return y - (2.0 * self.size + self._slant if crowded else 0.8 * self.size)

    def _grid(self, rows: Sequence[tuple]) -> None:
        """Vertical lines from the Points ticks through the inputs, to read points by eye."""
        if self.narrow:
            return      # the lines would run through the titles
        points, _, top = rows[0]
        bottom = max(y for axis, _, y in rows if axis.scale == "points")
        for tick in points.ticks:
            x = self.x(points, tick.position)
            self.out.line(x, top, x, bottom, GRID)

    def _patient_lines(self, rows: Sequence[tuple]) -> None:
        for scale in ("points", "total"):
            path = [(self.x(axis, self.marks[axis.key].position), y) for axis, _, y in rows
                    if axis.scale == scale and axis.key in self.marks]
            if scale == "total" and path and (self.nomogram.bands or self.nomogram.cutoffs):
                path.append((path[-1][0], self.y + 0.3 * self.size))
            if len(path) > 1:
                self.out.polyline(path, PATIENT, 1.5)

    def _axis(self, axis: Axis, labels: Sequence[Label], y: float) -> None:
        self._axis_title(axis, y)
        self.out.line(self.x(axis, axis.start), y, self.x(axis, axis.end), y, INK, 1.4)
        labelled = {label.tick for label in labels}
        for tick in axis.ticks:
            length = (0.5 if tick in labelled else 0.28) * self.size * (-1 if tick.above else 1)
            x = self.x(axis, tick.position)
            self.out.line(x, y, x, y + length, INK)
        for label in labels:
            self._tick_label(label, y)
        mark = self.marks.get(axis.key)
        if mark and axis.key == OUTCOME:
            self._interval(axis, y)
        if mark:
            self._mark(self.x(axis, mark.position), y, mark, axis)
        self._mark_text(axis, y)

    def _axis_title(self, axis: Axis, y: float) -> None:
        lines = self._title_lines(axis)
        if self.narrow:
            y = self._narrow_title_y(axis, y) - (len(lines) - 1) * self.line_height
        else:
            y -= 0.5 * (len(lines) - 1) * self.line_height - 0.36 * self.size
        for text, is_title in lines:
            self._plated(self.margin, y, text, self.size if is_title else self.small, INK if is_title else MUTED,
                         bold=is_title)
            y += self.line_height

    def _tick_label(self, label: Label, y: float) -> None:
        direction = -1 if label.above else 1
        start = y + direction * 0.5 * self.size
        if label.slanted:
            self.out.line(label.tick_x, start, label.x, start + direction * self._slant, MUTED, 0.8)
            start += direction * self._slant
        baseline = start - 0.35 * self.size if label.above else start + 1.0 * self.size
        self._plated(label.x, baseline, label.text, self.small, INK, "middle")

    def _mark(self, x: float, y: float, mark: Mark, axis: Axis) -> None:
        """A dot, or an arrow that points off the end of an axis that the value has left."""
        r = 0.42 * self.size
        if not mark.clamped:
            self.out.circle(x, y, r, PATIENT, "#ffffff", 1.5)
            return
        outward = 1 if mark.position > 0.5 * (axis.start + axis.end) else -1
        self.out.polygon([(x + outward * 1.8 * r, y), (x - outward * 0.4 * r, y - 1.2 * r),
                          (x - outward * 0.4 * r, y + 1.2 * r)], PATIENT, "#ffffff", 1.5)

    def _interval(self, axis: Axis, y: float) -> None:
        """The card's interval as a bar along the outcome axis."""
        if self.card.interval and self.marks:
            low, high = (self.x(axis, self.nomogram.outcome_position(end)) for end in self.card.interval)
            self.out.rect(low, y - 2.0, high - low, 4.0, PATIENT)

    def _mark_lines(self, axis: Axis) -> list[str]:
        """The patient's value, and what it counts."""
        mark = self.marks.get(axis.key)
        if mark is None:
            return [tr("This case")] if axis.key == POINTS and self.marks and not self.narrow else []
        if axis.key == OUTCOME:
            lines = [output_text(self.card.model, float(mark.value))]
        elif axis.scale == "total":
            lines = [number_text(float(mark.value), 3)]
        elif axis.labelling == "levels" and isinstance(mark.value, str):
            lines = [local(tick.label) for tick in axis.ticks if tick.value == mark.value][:1]
        else:
            lines = [with_unit(number_text(float(mark.value)), local(axis.unit))]
        if axis.scale == "points":
            lines.append(self._counts(axis, mark))
        return [*lines, tr("off the axis")] if mark.clamped else lines

    def _counts(self, axis: Axis, mark: Mark) -> str:
        """What a value counts: the score's own points where it has some."""
        if not self.nomogram.estimator.is_points:
            return tr("{number} points", number=f"{mark.amount:.1f}".replace("-", "−"))
        term = next(term for term in self.nomogram.estimator.terms if term.input == axis.key)
        return tr("counts {number}", number=number_text(term.contribution(mark.value)))

    def _mark_text(self, axis: Axis, y: float) -> None:
        """In a column at the right; above the axis where there is no such column."""
        lines = self._mark_lines(axis)
        if not lines:
            return
        if self.narrow:
            text = shorten(" · ".join(lines), self.small, 0.5 * self.width)
            self._plated(self.width - self.margin, self._narrow_title_y(axis, y), text, self.small, PATIENT, "end",
                         axis.key == OUTCOME)
            return
        y -= 0.5 * (len(lines) - 1) * self.line_height - 0.36 * self.size
        for number, line in enumerate(lines):
            value = number == 0 and axis.key in self.marks
            self.out.text(self.width - self.margin, y, shorten(line, self.size * 1.05, self.value_width),
                          self.size if number == 0 else self.small, PATIENT if value else MUTED, "end", bold=value)
            y += self.line_height

    def _plated(self, x: float, y: float, text: str, size: float, fill: str, anchor: str = "start",
                bold: bool = False) -> None:
        """Text on a white plate, so that a line passing behind it does not strike it through."""
        width = text_width(text, size, bold)
        start = {"start": x, "middle": x - 0.5 * width, "end": x - width}[anchor]
        self.out.rect(start - 1, y - 0.85 * size, width + 2, 1.1 * size, "#ffffff")
        self.out.text(x, y, text, size, fill, anchor, bold)

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
        if OUTCOME in self.marks:
            lines.append(self.x(axis, self.marks[OUTCOME].position))
            self.out.line(lines[-1], y, lines[-1], y + height, PATIENT, 2.0)
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

    def _band_chart(self) -> None:
        axis = self.nomogram.axis(OUTCOME)
        height = 3.2 * self.size
        mark = self.marks.get(OUTCOME)
        if mark:
            self._band_mark(axis, mark)
        top = self.y
        self._band_strip(axis, top, height)
        self._interval(axis, top)
        line_y = top + height
        lines_x = [self.x(axis, cutoff.position) for cutoff in self.nomogram.cutoffs if cutoff.position is not None]
        labels = place_labels(axis, lambda p: self.x(axis, p), self.small,
                              (self.left - self.margin, self.right + self.margin), lines_x)
        self.out.line(self.left, line_y, self.right, line_y, INK, 1.4)
        labelled = {label.tick for label in labels}
        for tick in axis.ticks:
            x = self.x(axis, tick.position)
            self.out.line(x, line_y, x, line_y + (0.5 if tick in labelled else 0.28) * self.size, INK)
        for label in labels:
            self._tick_label(label, line_y)
        self.y = line_y + 2.0 * self.size
        self._cutoff_flags(axis, line_y)
        title = with_unit(local(axis.title), f"({local(axis.unit)})" if axis.unit else "")
        for line in wrap(title, self.size, self.width - 2 * self.margin, True):
            self.y += self.line_height
            self.out.text(0.5 * (self.left + self.right), self.y, line, self.size, INK, "middle", bold=True)
        self.y += 0.6 * self.size

    def _band_mark(self, axis: Axis, mark: Mark) -> None:
        text = output_text(self.card.model, float(mark.value)) + (f" ({tr('off the axis')})" if mark.clamped else "")
        x, size = self.x(axis, mark.position), self.size + 2
        half = 0.5 * text_width(text, size, True)
        self.y += 1.1 * size
        middle = min(max(x, self.margin + half), self.width - self.margin - half)
        self.out.text(middle, self.y, text, size, PATIENT, "middle", bold=True)
        self.y += 0.4 * self.size
        r = 0.55 * self.size
        self.out.polygon([(x - r, self.y), (x + r, self.y), (x, self.y + 1.3 * r)], PATIENT)
        self.y += 1.3 * r + 1

    def _cutoff_flags(self, axis: Axis, top: float) -> None:
        """Each cut-off's line from the axis at ``top`` down to its value below the tick labels."""
        flags = []
        for cutoff in self.nomogram.cutoffs:
            if cutoff.position is not None:
                x, text = self.x(axis, cutoff.position), number_text(cutoff.threshold.value)
                flags.append(Label(text, x, text_width(text, self.small, True), x, False, None))
                dashes = None if is_verified(cutoff.threshold.evidence) else DASHES
                self.out.line(x, top, x, self.y, INK, 1.4, dashes)
        if not flags:
            return
        flags.sort(key=lambda flag: flag.x)
        for flag in spread(flags, 0.7 * self.size, (self.margin, self.right + self.margin)):
            self.out.line(flag.tick_x, self.y, flag.x, self.y + 0.4 * self.size, INK, 1.0)
            self.out.text(flag.x, self.y + 1.4 * self.size, flag.text, self.small, INK, "middle", bold=True)
        self.y += 1.7 * self.size

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
            off = "" if cutoff.position is not None else f" ({tr('off the axis')})"
            title = local(cutoff.threshold.title) + off
            self._lines(title, self.small, INK, False, x + indent, width - indent)
            self._lines(("✓ " if verified else "? ") + local(cutoff.threshold.evidence), self.small, MUTED, False,
                        x + indent, width - indent)
            self.y += 0.25 * self.size
