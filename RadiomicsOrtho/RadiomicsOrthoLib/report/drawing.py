"""A drawing as a list of shapes, whatever it is drawn with: SVG, or the canvas of a PDF.

Lengths are user units (pixels of a screen); x runs to the right, y down the page; the ``y`` of a text is its baseline.
Colours are written ``#rrggbb``; ``none`` paints nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True)
class Line:
    start: Point
    end: Point
    stroke: str
    width: float
    dashes: str | None


@dataclass(frozen=True)
class Path:
    """Straight pieces from point to point; closed and filled if ``fill`` is a colour."""

    points: tuple[Point, ...]
    fill: str
    stroke: str
    width: float


@dataclass(frozen=True)
class Rectangle:
    x: float
    y: float
    width: float
    height: float
    fill: str
    stroke: str


@dataclass(frozen=True)
class Circle:
    centre: Point
    radius: float
    fill: str
    stroke: str
    width: float


@dataclass(frozen=True)
class Text:
    """``anchor``: what of the text stands at ``x``, its ``start``, ``middle`` or ``end``."""

    x: float
    y: float
    text: str
    size: float
    fill: str
    anchor: str
    bold: bool
    italic: bool


@dataclass(frozen=True)
class Picture:
    """A PNG, stretched over its rectangle."""

    x: float
    y: float
    width: float
    height: float
    png: bytes


Shape = Line | Path | Rectangle | Circle | Text | Picture


class Drawing:
    """Collects shapes in painting order; ``width``, ``height`` and ``title`` are known when it is finished."""

    def __init__(self, width: float = 0.0, height: float = 0.0, title: str = "") -> None:
        self.shapes: list[Shape] = []
        self.width, self.height, self.title = width, height, title

    def finish(self, width: float, height: float, title: str) -> Drawing:
        self.width, self.height, self.title = width, height, title
        return self

    def line(self, x1: float, y1: float, x2: float, y2: float, stroke: str, width: float = 1.0,
             dashes: str | None = None) -> None:
        self.shapes.append(Line((x1, y1), (x2, y2), stroke, width, dashes))

    def polyline(self, points: Sequence[Point], stroke: str, width: float = 1.0) -> None:
        self.shapes.append(Path(tuple(points), "none", stroke, width))

    def polygon(self, points: Sequence[Point], fill: str, stroke: str = "none", width: float = 1.0) -> None:
        self.shapes.append(Path(tuple(points), fill, stroke, width))

    def rect(self, x: float, y: float, width: float, height: float, fill: str, stroke: str = "none") -> None:
        self.shapes.append(Rectangle(x, y, width, height, fill, stroke))

    def circle(self, x: float, y: float, radius: float, fill: str, stroke: str, width: float = 1.0) -> None:
        self.shapes.append(Circle((x, y), radius, fill, stroke, width))

    def text(self, x: float, y: float, text: str, size: float, fill: str, anchor: str = "start",
             bold: bool = False, italic: bool = False) -> None:
        self.shapes.append(Text(x, y, text, size, fill, anchor, bold, italic))

    def picture(self, x: float, y: float, width: float, height: float, png: bytes) -> None:
        self.shapes.append(Picture(x, y, width, height, png))
