"""A plot with two axes, in the style of all figures of a study."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from ...scoring.nomogram import pretty
from ..drawing import Drawing
from ..svg import text_width, to_svg, wrap

INK, MUTED, GRID, PAPER = "#1a1a1a", "#5a5f66", "#e3e6e9", "#ffffff"
#: told apart by everybody, also in grey (Okabe and Ito), darker where lines are thin
COLOURS = ("#00598c", "#c2510c", "#00805a", "#8a4f9e", "#8a6d00", "#4d4d4d", "#b0306a", "#2f7ebc")
SIZE = 13.0
SMALL = 11.5


class Plot:
    """Data go from ``x`` and ``y`` (least, greatest) to a square of pixels; ``title`` names the drawing.

    ``percent`` names the axes (``x``, ``y``, ``xy``) whose shares are written in percent.
    """

    def __init__(self, title: str, x: tuple[float, float], y: tuple[float, float], x_title: str, y_title: str,
                 width: float = 430, height: float = 400, percent: str = "",
                 x_ticks: Sequence[float] | None = None, y_ticks: Sequence[float] | None = None) -> None:
        self.drawing, self.title = Drawing(), title
        self.x_range, self.y_range = x, y
        self.width, self.height = width, height
        self.left, self.top, self.right, self.bottom = 62.0, 34.0, width - 16.0, height - 50.0
        self.percent = percent
        self._legend: list[tuple[str, str, bool]] = []
        self._frame(x_title, y_title, x_ticks, y_ticks)

    def px(self, x: float) -> float:
        low, high = self.x_range
        return self.left + (self.right - self.left) * (x - low) / (high - low)

    def py(self, y: float) -> float:
        low, high = self.y_range
        return self.bottom - (self.bottom - self.top) * (y - low) / (high - low)

    def line(self, x: Sequence[float], y: Sequence[float], colour: str, title: str = "", width: float = 2.0,
             dashed: bool = False) -> None:
        """A line of points that ends where it leaves the frame below; dashed ones are drawn in pieces."""
        kept = list(zip(x, y, strict=True))
        below = next((at for at, (_, value) in enumerate(kept) if value < self.y_range[0]), None)
        if below:
            (x0, y0), (x1, y1) = kept[below - 1:below + 1]
            share = (self.y_range[0] - y0) / (y1 - y0)
            kept = [*kept[:below], (x0 + share * (x1 - x0), self.y_range[0])]
        points = [(self.px(a), self.py(self._inside(b))) for a, b in kept]
        if dashed:
            for start, end in pairwise(points):
                self.drawing.line(*start, *end, colour, width, "5 4")
        else:
            self.drawing.polyline(points, colour, width)
        if title:
            self._legend.append((title, colour, dashed))

    def band(self, x: Sequence[float], low: Sequence[float], high: Sequence[float], colour: str) -> None:
        """An area between two lines, pale."""
        upper = [(self.px(a), self.py(self._inside(b))) for a, b in zip(x, high, strict=True)]
        lower = [(self.px(a), self.py(self._inside(b))) for a, b in zip(x, low, strict=True)]
        self.drawing.polygon([*upper, *reversed(lower)], pale(colour))

    def points(self, x: Sequence[float], y: Sequence[float], colour: str, radius: float = 3.0) -> None:
        for a, b in zip(x, y, strict=True):
            self.drawing.circle(self.px(a), self.py(self._inside(b)), radius, colour, PAPER, 0.8)

    def whisker(self, x: float, low: float, high: float, colour: str) -> None:
        self.drawing.line(self.px(x), self.py(self._inside(low)), self.px(x), self.py(self._inside(high)), colour, 1.3)

    def bar(self, low: float, high: float, height: float, colour: str) -> None:
        """A bar of a histogram, from the floor."""
        self.drawing.rect(self.px(low), self.py(height), max(self.px(high) - self.px(low) - 1, 0.5),
                          self.py(self.y_range[0]) - self.py(height), colour)

    def svg(self, under: bool = True) -> str:
        """The drawing with its legend below."""
        y = self.height + 2
        if under and self._legend:
            for title, colour, dashed in self._legend:
                lines = wrap(title, SMALL, self.width - 70)
                self.drawing.line(30, y + 7, 52, y + 7, colour, 2.5, "5 4" if dashed else None)
                for line in lines:
                    self.drawing.text(60, y + 11, line, SMALL, INK)
                    y += 16
            y += 8
        return to_svg(self.drawing.finish(self.width, y, self.title))

    def _inside(self, y: float) -> float:
        return float(min(max(y, self.y_range[0]), self.y_range[1]))

    def _frame(self, x_title: str, y_title: str, x_ticks, y_ticks) -> None:
        d = self.drawing
        d.text(self.left, 19, self.title, SIZE, INK, bold=True)
        for value in ticks(self.x_range) if x_ticks is None else x_ticks:
            d.line(self.px(value), self.top, self.px(value), self.bottom, GRID)
            d.text(self.px(value), self.bottom + 16, self._number(value, "x" in self.percent), SMALL, MUTED, "middle")
        for value in ticks(self.y_range) if y_ticks is None else y_ticks:
            d.line(self.left, self.py(value), self.right, self.py(value), GRID)
            d.text(self.left - 7, self.py(value) + 4, self._number(value, "y" in self.percent), SMALL, MUTED, "end")
        d.line(self.left, self.bottom, self.right, self.bottom, MUTED)
        d.line(self.left, self.top, self.left, self.bottom, MUTED)
        d.text((self.left + self.right) / 2, self.bottom + 37, x_title, SIZE, INK, "middle")
        # no turned text in what Qt draws: the title of the y axis stands at its end, under the heading
        d.text(self.left + 5, self.top + 12, y_title, SMALL, MUTED, italic=True)

    def _number(self, value: float, percent: bool = False) -> str:
        if percent:
            return f"{100 * value:.0f}"
        return f"{value:.4g}".replace("-", "−")


def ticks(bounds: tuple[float, float]) -> list[float]:
    """Round numbers inside the bounds."""
    low, high = bounds
    reach = 1e-9 * (high - low)
    return [value for value in pretty(low, high, 5) if low - reach <= value <= high + reach]


def fitting(text: str, width: float, size: float = SMALL) -> str:
    """``text`` in one line: what is too long loses its middle, because names of features differ at both ends."""
    if text_width(text, size) <= width:
        return text
    keep = len(text) - 1
    while keep > 8 and text_width(f"{text[:keep - keep // 2]}…{text[-(keep // 2):]}", size) > width:
        keep -= 1
    return f"{text[:keep - keep // 2]}…{text[-(keep // 2):]}"


def pale(colour: str, share: float = 0.82) -> str:
    """The colour, so much nearer to white."""
    parts = (int(colour[at:at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(part + (255 - part) * share):02x}" for part in parts)


def heat(value: float, low: float, high: float) -> str:
    """From pale to dark blue; values outside have the end's colour."""
    share = min(max((value - low) / (high - low), 0.0), 1.0) if high > low else 0.5
    return pale("#00476f", 0.95 * (1 - share))


def diverging(value: float) -> str:
    """−1 orange, 0 white, 1 blue."""
    return pale("#00598c" if value >= 0 else "#c2510c", 1 - min(abs(value), 1.0))


def bars(title: str, rows: Sequence[tuple[str, float, str]], x_title: str, bounds: tuple[float, float] | None = None,
         width: float = 640, note: Callable[[float], str] | None = None, digits: int = 2) -> str:
    """Horizontal bars: (name, value, colour); from 0, to the left where negative.

    Each has its value beside it, as ``note`` writes it or with so many ``digits``.
    """
    drawing = Drawing()
    label = min(max((text_width(name, SMALL) for name, _, _ in rows), default=0) + 12, 0.55 * width)
    values = [value for _, value, _ in rows] or [0.0]
    low, high = bounds or (min(0.0, *values), max(0.0, *values))
    high = high if high > low else low + 1
    left, right, y = label + 16, width - 60, 40.0

    def px(value: float) -> float:
        return left + (right - left) * (value - low) / (high - low)

    drawing.text(12, 20, title, SIZE, INK, bold=True)
    heights = []
    for name, value, colour in rows:
        lines = wrap(name, SMALL, label)
        height = max(19.0, 14.0 * len(lines) + 5)
        for at, line in enumerate(lines):
            drawing.text(left - 8, y + 12 + 14 * at, line, SMALL, INK, "end")
        start, end = sorted((px(0.0 if low <= 0 <= high else low), px(value)))
        drawing.rect(start, y + 3, max(end - start, 1), 12, colour)
        text = note(value) if note else f"{value:.{digits}f}".replace("-", "−")
        drawing.text(max(end, start) + 5, y + 13, text, SMALL, MUTED)
        heights.append(y)
        y += height
    zero = px(0.0 if low <= 0 <= high else low)
    drawing.line(zero, 34, zero, y, MUTED)
    drawing.text((left + right) / 2, y + 18, x_title, SMALL, MUTED, "middle")
    return to_svg(drawing.finish(width, y + 30, title))


def tiles(title: str, rows: Sequence[str], columns: Sequence[str], values: np.ndarray, texts: Sequence[Sequence[str]],
          colours: Sequence[Sequence[str]], width: float = 640, cell: float = 30, legend: str = "") -> str:
    """A table of coloured cells with texts; names of columns stand in lines above."""
    drawing = Drawing()
    label = min(max((text_width(name, SMALL) for name in rows), default=0) + 12, 0.5 * width)
    each = min((width - label - 30) / max(1, len(columns)), 110.0)
    head = [wrap(name, SMALL, max(each - 4, 24)) for name in columns]
    heading = wrap(title, SIZE, 0.9 * (width - 24))
    top = 23 + 17 * len(heading) + 14 * max((len(one) for one in head), default=1)
    for number, line in enumerate(heading):
        drawing.text(12, 20 + 17 * number, line, SIZE, INK, bold=True)
    # narrow columns: every second or fifth name, or they would run into each other
    room = max((text_width(line, SMALL) for lines in head for line in lines), default=0) + 3
    stride = next((step for step in (1, 2, 5) if each * step >= room), 10)
    for at, lines in enumerate(head):
        if at % stride and stride > 1:
            continue
        for number, line in enumerate(lines):
            drawing.text(label + 16 + each * (at + 0.5), top - 6 - 14 * (len(lines) - 1 - number), line, SMALL, INK,
                         "middle")
    for row, name in enumerate(rows):
        y = top + row * cell
        drawing.text(label + 8, y + cell / 2 + 4, fitting(name, label), SMALL, INK, "end")
        for column in range(len(columns)):
            colour = colours[row][column]
            drawing.rect(label + 16 + each * column, y, each - 1, cell - 1, colour)
            if texts[row][column]:
                drawing.text(label + 16 + each * (column + 0.5), y + cell / 2 + 4, texts[row][column], SMALL,
                             "#ffffff" if dark(colour) else INK, "middle")
    bottom = top + len(rows) * cell
    for number, line in enumerate(wrap(legend, SMALL, width - 24) if legend else []):
        drawing.text(12, bottom + 20 + 15 * number, line, SMALL, MUTED)
    return to_svg(drawing.finish(width, bottom + (44 if legend else 14), title))


def dark(colour: str) -> bool:
    """Whether white text is readable on it."""
    red, green, blue = (int(colour[at:at + 2], 16) for at in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue < 140
