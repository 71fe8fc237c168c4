"""A drawing on the canvas of a PDF: vectors stay vectors, text stays text."""

from __future__ import annotations

import io

from .drawing import Circle, Drawing, Line, Path, Picture, Rectangle, Shape
from .pdf_fonts import BOLD, ITALIC, REGULAR, runs, width_of


def draw(canvas, drawing: Drawing, width: float) -> None:
    """``drawing`` on a reportlab canvas, ``width`` points wide, its lower left corner at the origin."""
    scale = width / drawing.width
    canvas.saveState()
    canvas.scale(scale, scale)
    canvas.translate(0, drawing.height)
    canvas.setLineJoin(1)
    for shape in drawing.shapes:
        draw_shape(canvas, shape)
    canvas.restoreState()


def draw_shape(canvas, shape: Shape) -> None:
    """The canvas counts y upwards from the top of the drawing, so every y changes its sign."""
    match shape:
        case Line((x1, y1), (x2, y2), stroke, width, dashes):
            canvas.setStrokeColor(stroke)
            canvas.setLineWidth(width)
            canvas.setDash([float(part) for part in dashes.split()] if dashes else [])
            canvas.line(x1, -y1, x2, -y2)
            canvas.setDash([])
        case Path(points, fill, stroke, width):
            path = canvas.beginPath()
            path.moveTo(points[0][0], -points[0][1])
            for x, y in points[1:]:
                path.lineTo(x, -y)
            if fill != "none":
                path.close()
            canvas.drawPath(path, **_paint(canvas, fill, stroke, width))
        case Rectangle(x, y, width, height, fill, stroke):
            canvas.rect(x, -y - height, width, height, **_paint(canvas, fill, stroke, 1.0))
        case Circle((x, y), radius, fill, stroke, width):
            canvas.circle(x, -y, radius, **_paint(canvas, fill, stroke, width))
        case Picture(x, y, width, height, png):
            from reportlab.lib.utils import ImageReader

            canvas.drawImage(ImageReader(io.BytesIO(png)), x, -y - height, width, height)
        case _:
            _text(canvas, shape)


def _paint(canvas, fill: str, stroke: str, width: float) -> dict[str, int]:
    if fill != "none":
        canvas.setFillColor(fill)
    if stroke != "none":
        canvas.setStrokeColor(stroke)
        canvas.setLineWidth(width)
    return {"fill": int(fill != "none"), "stroke": int(stroke != "none")}


def _text(canvas, shape) -> None:
    face = BOLD if shape.bold else ITALIC if shape.italic else REGULAR
    width = width_of(shape.text, shape.size, face)
    x = shape.x - {"start": 0.0, "middle": 0.5 * width, "end": width}[shape.anchor]
    canvas.setFillColor(shape.fill)
    text = canvas.beginText(x, -shape.y)
    for found, part in runs(shape.text, face):
        text.setFont(found, shape.size)
        text.textOut(part)
    canvas.drawText(text)
