"""A drawing from the SVG that :func:`.svg.to_svg` writes: a chart goes to paper as shapes, not as pixels."""

from __future__ import annotations

import base64
import re
from xml.etree import ElementTree

from .drawing import Circle, Drawing, Line, Path, Picture, Rectangle, Shape, Text
from .svg import DATA_URI

_NAMESPACE = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def from_svg(svg: str) -> Drawing:
    """The shapes of a drawing of ours; ``ValueError`` for an element that ``to_svg`` does not write."""
    root = ElementTree.fromstring(svg)
    title = root.findtext(f"{_NAMESPACE}title") or ""
    drawing = Drawing(float(root.get("width", 0)), float(root.get("height", 0)), title)
    shapes = [element for element in root if element.tag != f"{_NAMESPACE}title"]
    # the first one is the white ground
    drawing.shapes += [_shape(element) for element in shapes[1:]]
    return drawing


def _shape(element: ElementTree.Element) -> Shape:
    kind = element.tag.removeprefix(_NAMESPACE)
    width = float(element.get("stroke-width", 1.0))
    stroke, fill = element.get("stroke", "none"), element.get("fill", "none")

    def at(name: str) -> float:
        return float(element.get(name, 0.0))

    match kind:
        case "line":
            return Line((at("x1"), at("y1")), (at("x2"), at("y2")), stroke, width, element.get("stroke-dasharray"))
        case "polyline" | "polygon":
            numbers = [float(number) for number in _NUMBER.findall(element.get("points", ""))]
            return Path(tuple(zip(numbers[::2], numbers[1::2], strict=True)), fill, stroke, width)
        case "rect":
            return Rectangle(at("x"), at("y"), at("width"), at("height"), fill, stroke)
        case "circle":
            return Circle((at("cx"), at("cy")), at("r"), fill, stroke, width)
        case "text":
            return Text(at("x"), at("y"), element.text or "", at("font-size"), fill,
                        element.get("text-anchor", "start"), element.get("font-weight") == "bold",
                        element.get("font-style") == "italic")
        case "image":
            png = base64.b64decode(element.get(_HREF, "").removeprefix(DATA_URI))
            return Picture(at("x"), at("y"), at("width"), at("height"), png)
    raise ValueError(f"a drawing of ours has no <{kind}>")
