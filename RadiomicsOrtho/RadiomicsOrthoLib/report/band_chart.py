"""One axis of the output with the model's classes and cut-offs: for a single value whose points would say nothing."""

from __future__ import annotations

from ..models.estimator import GreatestEstimator
from ..scoring.nomogram import OUTCOME, Axis, Mark
from .axis_layout import Label, place_labels, spread
from .language import local, tr
from .nomogram_sheet import DASHES, INK, MUTED, PATIENT, TRIED, DrawnAxis, Sheet
from .svg import text_width, wrap
from .wording import is_verified, number_text, output_text, with_unit


class BandSheet(Sheet):
    """The form ``bands``."""

    def _chart(self) -> None:
        self.left += 1.2 * self.size
        self.right -= 1.2 * self.size
        axis = self.nomogram.axis(OUTCOME)
        height = 3.2 * self.size
        for marks, colour in ((self.tried_marks, TRIED), (self.marks, PATIENT)):
            if OUTCOME in marks:
                self._band_mark(axis, marks[OUTCOME], colour)
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
            self._plated(label.x, line_y + 1.5 * self.size, label.text, self.small, INK, "middle")
        for name in self.nomogram.movable:
            self.drawn_axes.append(DrawnAxis(name, top + 0.5 * height, self.left, self.right, axis.start, axis.end))
        self.y = line_y + 2.0 * self.size
        self._cutoff_flags(line_y, axis)
        title = with_unit(local(axis.title), f"({local(axis.unit)})" if axis.unit else "")
        for line in wrap(title, self.size, self.width - 2 * self.margin, True):
            self.y += self.line_height
            self.out.text(0.5 * (self.left + self.right), self.y, line, self.size, INK, "middle", bold=True)
        self.y += 0.6 * self.size
        self._references(axis)
        if self._reason():
            self._lines(self._reason(), self.small, MUTED)

    def _references(self, axis: Axis) -> None:
        """The reference groups along the axis, with the case as a dot."""
        groups = [found.group for found in self.card.comparisons
                  if not found.reason and found.group.of is None and found.group.sd is not None and self.marks]
        if not groups:
            return
        self.y += 0.5 * self.size
        self._lines(tr("Reference populations: mean, one and two standard deviations"), self.size, INK, True)
        for group in groups:
            self._lines(local(group.title), self.small, INK)
            self.y += 0.9 * self.size
            spans = [[self.x(axis, self.nomogram.outcome_position(group.mean + sign * width * group.sd))
                      for sign in (-1, 1)] for width in (2, 1)]
            self.out.line(spans[0][0], self.y, spans[0][1], self.y, MUTED, 1.4)
            self.out.rect(spans[1][0], self.y - 0.3 * self.size, spans[1][1] - spans[1][0], 0.6 * self.size, "#d9d9d9",
                          MUTED)
            mean = self.x(axis, self.nomogram.outcome_position(group.mean))
            self.out.line(mean, self.y - 0.3 * self.size, mean, self.y + 0.3 * self.size, INK, 2.0)
            own = self.x(axis, self.marks[OUTCOME].position)
            self.out.circle(own, self.y, 0.32 * self.size, PATIENT, "#ffffff", 1.2)
            self.y += 0.5 * self.size

    def _reason(self) -> str:
        """Why a model of several inputs has no nomogram; empty for a single value."""
        estimator = self.nomogram.estimator
        if isinstance(estimator, GreatestEstimator):
            return tr("No nomogram: the greatest candidate alone counts, so points do not add up.")
        if estimator.is_additive and estimator.truncates:
            return tr("No nomogram: the sum is cut to a whole number, to which points would not add up.")
        return ""

    def _band_mark(self, axis: Axis, mark: Mark, colour: str) -> None:
        text = output_text(self.card.model, float(mark.value)) + (f" ({tr('off the axis')})" if mark.clamped else "")
        x, size = self.x(axis, mark.position), self.size + 2
        half = 0.5 * text_width(text, size, True)
        self.y += 1.1 * size
        middle = min(max(x, self.margin + half), self.width - self.margin - half)
        self.out.text(middle, self.y, text, size, colour, "middle", bold=True)
        self.y += 0.4 * self.size
        r = 0.55 * self.size
        fill, stroke = ("#ffffff", TRIED) if colour == TRIED else (PATIENT, "none")
        self.out.polygon([(x - r, self.y), (x + r, self.y), (x, self.y + 1.3 * r)], fill, stroke, 1.8)
        self.y += 1.3 * r + 1

    def _cutoff_flags(self, top: float, axis: Axis) -> None:
        """Each cut-off's line from the axis at ``top`` down to its value below the tick labels."""
        flags = []
        for cutoff in self.nomogram.cutoffs:
            if cutoff.position is not None:
                x, value = self.x(axis, cutoff.position), cutoff.threshold.value
                text = number_text(100 * value if self.card.model.is_probability else value)
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
