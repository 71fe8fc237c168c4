"""What moved a result of a model without nomogram: bars of the shares, and a curve for each input."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ..scoring.explanation import Curve, Explanation
from ..scoring.nomogram import pretty
from .band_chart import BandSheet
from .contributions import shapley_text
from .language import local, tr
from .nomogram_sheet import GRID, INK, MUTED, NARROW, PATIENT, TRIED
from .svg import text_width, wrap
from .wording import number_text, output_text, probability_text, with_unit

#: raising and lowering: light and dark, so that grey tells them apart; the sign and the arrow do, too
RAISING, LOWERING = "#e79a63", "#d6ebf7"
AVERAGE_DASHES = "5 3"


class ExplanationSheet(BandSheet):
    """The form ``bands``, and below it the card's explanation."""

    def _legend(self) -> None:
        super()._legend()
        found = self.card.explanation
        if not found or not self.marks:
            return
        self.y += 1.2 * self.size
        self._lines(tr("What moved this result: not a nomogram"), self.size + 1, INK, bold=True)
        self._lines(tr("The inputs of this model do not add up, so no points can be given. Shares and curves say what "
                       "the model computes, not what causes the outcome."), self.small, MUTED)
        if found.shares:
            self._shares(found)
        self._curves(found)

    # -- shares ------------------------------------------------------------------------

    def _shares(self, found: Explanation) -> None:
        card = self.card
        self.y += 0.6 * self.size
        unit = tr("percentage points") if card.model.is_probability else local(card.model.output_unit)
        self._lines(tr("Shapley values: from the mean of the people of reference to this case ({unit})", unit=unit)
                    if unit else tr("Shapley values: from the mean of the people of reference to this case"),
                    self.size, INK, bold=True)
        how = tr("People of reference: {title}, {count}.", title=local(found.background), count=found.count)
        if found.method == "sampled":
            how += " " + tr("Sampled with seed {seed}; standard error at most {error}.", seed=found.seed,
                            error=shapley_text(max(found.errors.values()), card.model.is_probability).lstrip("+"))
        self._lines(how, self.small, MUTED)
        names = sorted(found.shares, key=lambda name: -abs(found.shares[name]))
        ends, at = [], found.base
        for name in names:
            ends.append((at, at + found.shares[name]))
            at += found.shares[name]
        ticks = pretty(min(map(min, ends)), max(map(max, ends)), 4)
        self.y += 0.9 * self.size
        narrow = self.width < NARROW
        title_width = 0.0 if narrow else 0.36 * self.width
        left, right = self.margin + title_width + self.size, self.width - self.margin - 5.5 * self.size

        def x(value: float) -> float:
            return left + (value - ticks[0]) / (ticks[-1] - ticks[0]) * (right - left)

        rows = [(tr("Mean of the people of reference"), found.base, found.base, output_text(card.model, found.base))]
        rows += [(self._input_text(name), *end, shapley_text(found.shares[name], card.model.is_probability))
                 for name, end in zip(names, ends, strict=True)]
        rows.append((tr("This case"), card.value, card.value, output_text(card.model, card.value)))
        heights = [self._row_height(text, title_width, narrow) for text, *_ in rows]
        top = self.y
        bottom = top + sum(heights)
        for tick in ticks:
            self.out.line(x(tick), top, x(tick), bottom, GRID)
            self.out.text(x(tick), bottom + 1.1 * self.size, self._axis_text(tick), self.small, INK, "middle")
        for (text, start, end, shown), height in zip(rows, heights, strict=True):
            self._share_row(text, (x(start), x(end)), shown, height, title_width, narrow)
        self.out.line(left, bottom, right, bottom, INK, 1.2)
        self.y = bottom + 1.9 * self.size

    def _row_height(self, text: str, title_width: float, narrow: bool) -> float:
        lines = len(wrap(text, self.small, self.width - 2 * self.margin if narrow else title_width))
        return (lines + 1.3 if narrow else max(lines, 1) + 0.5) * self.line_height

    def _share_row(self, text: str, ends: tuple[float, float], shown: str, height: float, title_width: float,
                   narrow: bool) -> None:
        lines = wrap(text, self.small, self.width - 2 * self.margin if narrow else title_width)
        start, end = ends
        half = 0.42 * self.size
        middle = self.y + (height - 0.75 * self.line_height if narrow else 0.5 * height)
        baseline = self.y + self.line_height if narrow else middle + 0.36 * self.small - 0.5 * (
            len(lines) - 1) * self.line_height
        for number, line in enumerate(lines):
            self._plated(self.margin, baseline + number * self.line_height, line, self.small, INK)
        if start == end:
            self.out.circle(start, middle, half, PATIENT if text == tr("This case") else MUTED, "#ffffff", 1.5)
        else:
            # an arrow: its head tells the direction also where the bar is short
            head = min(abs(end - start), 0.6 * self.size) * (1 if end > start else -1)
            self.out.polygon([(start, middle - half), (end - head, middle - half), (end, middle),
                              (end - head, middle + half), (start, middle + half)],
                             RAISING if end > start else LOWERING, INK, 0.8)
        self.out.text(self.width - self.margin, middle + 0.36 * self.small, shown, self.small, INK, "end",
                      bold=start == end)
        self.y += height

    # -- curves ------------------------------------------------------------------------

    def _curves(self, found: Explanation) -> None:
        self.y += 0.8 * self.size
        self._lines(tr("If only this input were another one"), self.size, INK, bold=True)
        about = tr("Solid: this case.")
        if any(curve.average for curve in found.curves):
            about += " " + tr("Dashed: mean of the people of reference (partial dependence).")
        self._lines(about, self.small, MUTED)
        self.y += 0.6 * self.size
        outputs = [value for curve in found.curves for value in (*curve.outputs, *curve.average)]
        ticks = pretty(min(outputs), max(outputs), 3)
        columns = 1 if self.width < NARROW else 2 if self.width < 800 else 3
        gap = 2.0 * self.size
        width = (self.width - 2 * self.margin - (columns - 1) * gap) / columns
        for first in range(0, len(found.curves), columns):
            top, lowest = self.y, self.y
            for column, curve in enumerate(found.curves[first:first + columns]):
                self.y = top
                self._panel(curve, self.margin + column * (width + gap), width, ticks)
                lowest = max(lowest, self.y)
            self.y = lowest + self.size

    def _panel(self, curve: Curve, left: float, width: float, ticks: Sequence[float]) -> None:
        item = next(item for item in self.card.model.inputs if item.name == curve.input)
        title = with_unit(local(item.title), f"({local(item.unit)})" if item.unit else "")
        self._lines(title, self.small, INK, True, left, width)
        self.y += 0.9 * self.size
        if item.choices:
            self._levels(curve, item.choices, left, width, ticks)
        else:
            self._line_plot(curve, left, width, ticks)

    def _line_plot(self, curve: Curve, left: float, width: float, ticks: Sequence[float]) -> None:
        room = max(text_width(self._axis_text(tick), self.small) for tick in ticks) + 0.6 * self.size
        x0, x1, top, height = left + room, left + width - 0.4 * self.size, self.y, 6.5 * self.size
        low, high = float(curve.values[0]), float(curve.values[-1])

        def place(value: float, output: float) -> tuple[float, float]:
            return (x0 + (value - low) / (high - low) * (x1 - x0),
                    top + height - (output - ticks[0]) / (ticks[-1] - ticks[0]) * height)

        for tick in ticks:
            y = place(low, tick)[1]
            self.out.line(x0, y, x1, y, GRID)
            self.out.text(x0 - 0.4 * self.size, y + 0.36 * self.small, self._axis_text(tick), self.small, INK, "end")
        self.out.line(x0, top + height, x1, top + height, INK, 1.2)
        along = [tick for tick in pretty(low, high, 4) if low <= tick <= high]
        for tick in along:
            x = place(tick, ticks[0])[0]
            self.out.line(x, top + height, x, top + height + 0.35 * self.size, INK)
            half = 0.5 * text_width(number_text(tick), self.small)
            self.out.text(min(max(x, left + half), left + width - half), top + height + 1.7 * self.size,
                          number_text(tick), self.small, INK, "middle")
        average = [place(float(v), a) for v, a in zip(curve.values, curve.average, strict=False)]
        for start, end in pairwise(average):
            self.out.line(*start, *end, MUTED, 1.2, AVERAGE_DASHES)
        self.out.polyline([place(float(v), o) for v, o in zip(curve.values, curve.outputs, strict=True)], PATIENT, 1.6)
        self._dots(curve.input, lambda value: place(float(value), 0.0)[0],
                   lambda output: place(low, output)[1])
        self.y = top + height + 1.9 * self.size

    def _dots(self, name: str, x_of, y_of) -> None:
        """This case, and what is tried out, on a curve."""
        own = self.card.input_values[name]
        if self.tried and name in self.tried.changes:
            x, y, r = x_of(self.tried.values[name]), y_of(self.tried.value), 0.5 * self.size
            self.out.polygon([(x, y - r), (x + r, y), (x, y + r), (x - r, y)], "#ffffff", TRIED, 1.8)
        self.out.circle(x_of(own), y_of(self.card.value), 0.4 * self.size, PATIENT, "#ffffff", 1.5)

    def _levels(self, curve: Curve, choices, left: float, width: float, ticks: Sequence[float]) -> None:
        """A row for each level: its name, and the output as a dot."""
        names = {level: wrap(local(choices[str(level)]), self.small, 0.5 * width) for level in curve.values}
        room = max(text_width(line, self.small) for lines in names.values() for line in lines) + self.size
        x0, x1, top = left + room, left + width - 1.2 * self.size, self.y

        def x(output: float) -> float:
            return x0 + (output - ticks[0]) / (ticks[-1] - ticks[0]) * (x1 - x0)

        places = {}
        for level in curve.values:
            places[level] = self.y + 0.5 * len(names[level]) * self.line_height
            for number, line in enumerate(names[level]):
                self.out.text(left, self.y + (number + 0.72) * self.line_height, line, self.small, INK)
            self.y += (len(names[level]) + 0.25) * self.line_height
        for tick in ticks:
            self.out.line(x(tick), top, x(tick), self.y, GRID)
            half = 0.5 * text_width(self._axis_text(tick), self.small)
            self.out.text(min(x(tick), left + width - half), self.y + 1.1 * self.size, self._axis_text(tick),
                          self.small, INK, "middle")
        for level, average in zip(curve.values, curve.average, strict=False):
            y = places[level]
            self.out.line(x(average), y - 0.5 * self.size, x(average), y + 0.5 * self.size, MUTED, 1.6, AVERAGE_DASHES)
        own = str(self.card.input_values[curve.input])
        for level, output in zip(curve.values, curve.outputs, strict=True):
            radius, fill, stroke = (0.4, PATIENT, "#ffffff") if str(level) == own else (0.3, "#ffffff", PATIENT)
            self.out.circle(x(output), places[level], radius * self.size, fill, stroke, 1.5)
        self.y += 1.3 * self.size

    # -- texts -------------------------------------------------------------------------

    def _input_text(self, name: str) -> str:
        item = next(item for item in self.card.model.inputs if item.name == name)
        value = self.card.input_values[name]
        shown = local(item.choices[str(value)]) if item.choices else with_unit(number_text(float(value)),
                                                                              local(item.unit))
        return f"{local(item.title)} = {shown}"

    def _axis_text(self, value: float) -> str:
        if not self.card.model.is_probability:
            return number_text(value)
        return f"{100 * value:.6g} %" if value in (0.0, 1.0) else probability_text(value).replace(".0 %", " %")
