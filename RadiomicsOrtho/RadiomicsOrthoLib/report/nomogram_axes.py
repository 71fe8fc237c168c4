"""The multi-axis nomogram: points, one axis for each input, total points, and the outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..scoring.nomogram import OUTCOME, POINTS, Axis, Mark
from .axis_layout import Label, place_labels
from .language import local, tr
from .nomogram_sheet import GRID, INK, MUTED, NARROW, PATIENT, TRIED, TRIED_DASHES, DrawnAxis, Sheet
from .svg import wrap
from .wording import number_text, output_text, with_unit

#: (text, colour, bold)
Line = tuple[str, str, bool]


@dataclass(frozen=True)
class _Row:
    """One axis with its texts; ``y`` is that of its line, the others are baselines of the first line of a text."""

    axis: Axis
    labels: Sequence[Label]
    title: Sequence[Line]
    value: Sequence[Line]
    y: float
    title_y: float
    value_y: float


class AxesSheet(Sheet):
    """The form ``points``.  Where it is narrow, titles and values stand over their axes instead of beside them."""

    def _chart(self) -> None:
        self.narrow = self.width < NARROW
        side = 1.2 * self.size
        self.title_width = 0.0 if self.narrow else min(240.0, max(120.0, 0.2 * self.width))
        self.value_width = 0.0 if self.narrow or not self.marks else min(190.0, max(104.0, 0.15 * self.width))
        self.left = self.margin + self.title_width + side
        self.right = self.width - self.margin - self.value_width - side
        # lines are painted below the text, so two passes are made
        rows: list[_Row] = []
        for axis in self.nomogram.axes:
            if axis.key != POINTS and axis.scale == "total" and rows and rows[-1].axis.scale == "points":
                self.y += 1.6 * self.size
            rows.append(self._row(axis))
        self._grid(rows)
        self._join(rows, self.tried_marks, TRIED, TRIED_DASHES)
        self._join(rows, self.marks, PATIENT)
        for row in rows:
            self._draw(row)
        if self.nomogram.bands or self.nomogram.cutoffs:
            self.y += 0.3 * self.size
            self._band_strip(rows[-1].axis, self.y, 2.0 * self.size)
            self.y += 2.0 * self.size

    def _span(self, axis: Axis) -> float:
        """Short axes of inputs share the Points axis."""
        return self.nomogram.axis(POINTS).end if axis.scale == "points" else axis.end - axis.start

    # -- layout ------------------------------------------------------------------------

    def _row(self, axis: Axis) -> _Row:
        """Room for one axis; ``self.y`` moves on to the next."""
        labels = place_labels(axis, lambda position: self.x(axis, position), self.small,
                              (self.left - self.size, self.right + self.size))
        above = max([0.6 * self.size, *(self._depth(label) for label in labels if label.above)])
        below = max([2.0 * self.size, *(self._depth(label) for label in labels if not label.above)])
        title, value = self._title(axis), self._value(axis)
        top = self.y
        # a line for what is tried out is there before anything is tried, so that nothing jumps
        spare = 0
        if self.tried and axis.key in self.marks and self.tried_marks[axis.key] == self.marks[axis.key]:
            spare = 2 if axis.scale == "points" and not self.narrow else 1
        if self.narrow:
            lines = max(len(title), len(value) + spare)
            title_y = value_y = top + self.line_height
            y = top + lines * self.line_height + max(above, 0.8 * self.size)
            title_y += (lines - len(title)) * self.line_height
            value_y += (lines - len(value)) * self.line_height
            self.y = y + below + 0.7 * self.size
        else:
            half = 0.5 * max(len(title), len(value) + spare) * self.line_height
            y = top + max(above, half)
            title_y, value_y = (y - 0.5 * (len(lines) - 1) * self.line_height + 0.36 * self.size
                                for lines in (title, value))
            self.y = y + max(below, half) + 0.5 * self.size
        return _Row(axis, labels, title, value, y, title_y, value_y)

    def _depth(self, label: Label) -> float:
        """How far a label reaches from the line."""
        slant = self._slant if label.slanted else 0.0
        return slant + (2.1 if label.above else 1.9) * self.size + (len(label.lines) - 1) * 1.15 * self.small

    @property
    def _slant(self) -> float:
        """Height of the leader of a label that was moved aside."""
        return 0.7 * self.size

    def _title(self, axis: Axis) -> list[Line]:
        """The unit stands below its title, or behind it where axes are stacked."""
        title, unit = local(axis.title), local(axis.unit)
        if self.narrow:
            title = f"{title} ({unit})" if unit else title
            return [(line, INK, True) for line in wrap(title, self.size, 0.46 * self.width, bold=True)]
        lines = [(line, INK, True) for line in wrap(title, self.size, self.title_width, bold=True)]
        return lines + ([(unit, MUTED, False)] if unit else [])

    def _value(self, axis: Axis) -> list[Line]:
        """The patient's value and what it counts, and below it what is tried out."""
        if axis.key not in self.marks:
            shown = axis.key == POINTS and self.marks and not self.narrow
            return [(tr("This case"), MUTED, False)] if shown else []
        lines = self._mark_lines(axis, self.marks[axis.key], PATIENT)
        tried = self.tried_marks.get(axis.key)
        if tried and tried != self.marks[axis.key]:
            value, *rest = self._mark_lines(axis, tried, TRIED)
            lines += [(f"→ {value[0]}", *value[1:]), *rest]
        room, size = (0.5 * self.width, self.small) if self.narrow else (self.value_width, self.size * 1.05)
        if self.narrow:
            lines = [(" · ".join(text for text, *_ in part), part[0][1], part[0][2]) for part in _by_value(lines)]
        return [(line, colour, bold) for text, colour, bold in lines for line in wrap(text, size, room, bold)]

    def _mark_lines(self, axis: Axis, mark: Mark, colour: str) -> list[Line]:
        if axis.key == OUTCOME:
            value = output_text(self.card.model, float(mark.value))
        elif axis.scale == "total":
            value = number_text(float(mark.value), 3)
        elif axis.labelling == "levels" and isinstance(mark.value, str):
            value = next(local(tick.label) for tick in axis.ticks if tick.value == mark.value)
        else:
            value = with_unit(number_text(float(mark.value)), local(axis.unit))
        lines = [(value, colour, True)]
        if axis.scale == "points":
            lines.append((self._counts(axis, mark), MUTED, False))
        return [*lines, (tr("off the axis"), MUTED, False)] if mark.clamped else lines

    def _counts(self, axis: Axis, mark: Mark) -> str:
        """What a value counts: the score's own points where it has some."""
        if not self.nomogram.estimator.is_points:
            return tr("{number} points", number=f"{mark.amount:.1f}".replace("-", "−"))
        term = next(term for term in self.nomogram.estimator.terms if term.input == axis.key)
        return tr("counts {number}", number=number_text(term.contribution(mark.value)))

    # -- drawing -----------------------------------------------------------------------

    def _grid(self, rows: Sequence[_Row]) -> None:
        """Vertical lines from the Points ticks through the inputs, to read points by eye."""
        if self.narrow:
            return      # the lines would run through the titles
        points, top = rows[0].axis, rows[0].y
        bottom = max(row.y for row in rows if row.axis.scale == "points")
        for tick in points.ticks:
            x = self.x(points, tick.position)
            self.out.line(x, top, x, bottom, GRID)

    def _join(self, rows: Sequence[_Row], marks: Mapping[str, Mark], colour: str, dashes: str | None = None) -> None:
        """The marks of the inputs joined, and those from the total on."""
        for scale in ("points", "total"):
            path = [(self.x(row.axis, marks[row.axis.key].position), row.y) for row in rows
                    if row.axis.scale == scale and row.axis.key in marks]
            if scale == "total" and path and (self.nomogram.bands or self.nomogram.cutoffs):
                path.append((path[-1][0], self.y + 0.3 * self.size))
            if len(path) > 1 and dashes is None:
                self.out.polyline(path, colour, 1.5)
            elif dashes is not None:
                for start, end in pairwise(path):
                    self.out.line(*start, *end, colour, 1.5, dashes)

    def _draw(self, row: _Row) -> None:
        axis, y = row.axis, row.y
        for number, (text, fill, bold) in enumerate(row.title):
            size = self.size if bold else self.small
            self._plated(self.margin, row.title_y + number * self.line_height, text, size, fill, bold=bold)
        left, right = self.x(axis, axis.start), self.x(axis, axis.end)
        self.out.line(left, y, right, y, INK, 1.4)
        labelled = {label.tick for label in row.labels}
        for tick in axis.ticks:
            length = (0.5 if tick in labelled else 0.28) * self.size * (-1 if tick.above else 1)
            x = self.x(axis, tick.position)
            self.out.line(x, y, x, y + length, INK)
        for label in row.labels:
            self._tick_label(label, y)
        if axis.key in self.nomogram.movable:
            self.drawn_axes.append(DrawnAxis(axis.key, y, left, right, axis.start, axis.end))
        if axis.key == OUTCOME:
            self._interval(axis, y)
        if axis.key in self.tried_marks and self.tried_marks[axis.key] != self.marks.get(axis.key):
            self._mark(axis, y, self.tried_marks[axis.key], tried=True)
        if axis.key in self.marks:
            self._mark(axis, y, self.marks[axis.key])
        self._value_text(row)

    def _value_text(self, row: _Row) -> None:
        """In a column at the right; above the axis where there is no such column."""
        for number, (text, fill, bold) in enumerate(row.value):
            y, end = row.value_y + number * self.line_height, self.width - self.margin
            if self.narrow:
                self._plated(end, y, text, self.small, fill, "end", bold and row.axis.key == OUTCOME)
            else:
                self.out.text(end, y, text, self.size if bold else self.small, fill, "end", bold=bold)

    def _tick_label(self, label: Label, y: float) -> None:
        direction = -1 if label.above else 1
        start = y + direction * 0.5 * self.size
        if label.slanted:
            self.out.line(label.tick_x, start, label.x, start + direction * self._slant, MUTED, 0.8)
            start += direction * self._slant
        step = 1.15 * self.small
        baseline = start - 0.35 * self.size - (len(label.lines) - 1) * step if label.above else start + 1.0 * self.size
        for number, line in enumerate(label.lines):
            self._plated(label.x, baseline + number * step, line, self.small, INK, "middle")


def _by_value(lines: Sequence[Line]) -> list[list[Line]]:
    """The lines in groups, each beginning with a value."""
    parts: list[list[Line]] = []
    for line in lines:
        if line[2]:
            parts.append([])
        parts[-1].append(line)
    return parts
