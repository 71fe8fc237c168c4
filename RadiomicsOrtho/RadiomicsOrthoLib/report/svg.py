"""Writing SVG that every renderer shows alike.

The text is SVG Tiny 1.2 with presentation attributes only: Slicer draws it through Qt's
``QSvgRenderer``, which knows no style sheets, no clip paths and no baseline alignment.
"""

from __future__ import annotations

import base64
import re
import unicodedata

from .drawing import Circle, Drawing, Line, Path, Picture, Rectangle, Shape

#: faces of Windows, macOS and Linux; sans-serif is the fallback
FONT = "Helvetica, Arial, DejaVu Sans, PingFang SC, Microsoft YaHei, Noto Sans CJK SC, sans-serif"

DATA_URI = "data:image/png;base64,"
_XLINK = ' xmlns:xlink="http://www.w3.org/1999/xlink"'
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: what may not be parted: a Chinese character with the closing signs behind it, or a run of others
_WORD = re.compile("([ \t\r\n]*)([（“《【]?[\u2e80-\u2fff\u3040-\u9fff\uf900-\ufaff][，。；：、！？）”》】%…]*"
                   "|[^ \t\r\n\u2e80-\u2fff\u3040-\u9fff\uf900-\ufaff]+)")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})


def escape(text: object) -> str:
    """Text for XML or HTML, in an element or an attribute; characters XML forbids become U+FFFD."""
    return _FORBIDDEN.sub("\ufffd", str(text)).translate(_ENTITIES)


def number(value: float) -> str:
    """A coordinate in user units, to a hundredth."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Width in user units that ``text`` needs at most in a common sans-serif face of ``size``.

    Nothing can be measured here, so the widths are those of DejaVu Sans, the widest of them.
    """
    ems = 0.0
    for character in text:
        if unicodedata.east_asian_width(character) in "WF":
            ems += 1.0
        elif character in "ijlI.,:;|' ":
            ems += 0.34
        elif character in "frt()[]/-\\\"!·":
            ems += 0.46
        elif character in "mwMW%@—…":
            ems += 1.0
        elif character.isupper() or character in "+=<>≤≥−~^#&±":
            ems += 0.84
        else:
            ems += 0.637
    return ems * size * (1.13 if bold else 1.0)


def wrap(text: str, size: float, width: float, bold: bool = False) -> list[str]:
    """``text`` in lines no wider than ``width``; a word that is too long is broken, a number keeps its ``%``.

    A line of Chinese may end between any two characters, but not before a closing sign.
    """
    lines: list[str] = []
    for blank, word in _WORD.findall(text.strip().replace(" %", "\u00a0%")):
        if lines and text_width(f"{lines[-1]}{blank and ' '}{word}", size, bold) <= width:
            lines[-1] += f"{' ' if blank else ''}{word}"
            continue
        while text_width(word, size, bold) > width and len(word) > 1:
            keep = max((n for n in range(1, len(word)) if text_width(word[:n], size, bold) <= width), default=1)
            # feature names are long words: break them behind an underscore, else between WordsLikeThese
            parts = range(keep // 3 + 1, keep + 1)
            inner = max((n for n in parts if word[n - 1].islower() and word[n].isupper()), default=keep)
            keep = max((n for n in parts if word[n - 1] in "_-/"), default=inner)
            lines.append(word[:keep])
            word = word[keep:]
        lines.append(word)
    return [line.replace("\u00a0", " ") for line in lines] or [""]


def to_svg(drawing: Drawing) -> str:
    """The document; its white ground keeps it readable on a dark page."""
    width, height = number(drawing.width), number(drawing.height)
    return (f'<svg xmlns="http://www.w3.org/2000/svg"{_XLINK if _has_pictures(drawing) else ""} version="1.2" '
            f'baseProfile="tiny" role="img" width="{width}" height="{height}" viewBox="0 0 {width} {height}">\n'
            f'<title>{escape(drawing.title)}</title>\n'
            f'<rect x="0" y="0" width="{width}" height="{height}" fill="#ffffff"/>\n'
            + "\n".join(map(_element, drawing.shapes)) + "\n</svg>\n")


def _has_pictures(drawing: Drawing) -> bool:
    return any(isinstance(shape, Picture) for shape in drawing.shapes)


def _element(shape: Shape) -> str:
    match shape:
        case Line((x1, y1), (x2, y2), stroke, width, dashes):
            return _tag("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=stroke, stroke_width=width, stroke_dasharray=dashes)
        case Path(points, fill, stroke, width):
            return _tag("polyline" if fill == "none" else "polygon",
                        points=" ".join(f"{number(x)},{number(y)}" for x, y in points), fill=fill, stroke=stroke,
                        stroke_width=width, stroke_linejoin="round")
        case Rectangle(x, y, width, height, fill, stroke):
            return _tag("rect", x=x, y=y, width=width, height=height, fill=fill, stroke=stroke)
        case Circle((x, y), radius, fill, stroke, width):
            return _tag("circle", cx=x, cy=y, r=radius, fill=fill, stroke=stroke, stroke_width=width)
        case Picture(x, y, width, height, png):
            return (f'<image x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}" '
                    f'preserveAspectRatio="none" xlink:href="{data_uri(png)}"/>')
    return _tag("text", shape.text, x=shape.x, y=shape.y, font_family=FONT, font_size=shape.size, fill=shape.fill,
                text_anchor=None if shape.anchor == "start" else shape.anchor,
                font_weight="bold" if shape.bold else None, font_style="italic" if shape.italic else None)


def data_uri(png: bytes) -> str:
    """A picture inside the file that shows it."""
    return DATA_URI + base64.b64encode(png).decode("ascii")


def _tag(name: str, content: str | None = None, **attributes: object) -> str:
    written = "".join(f' {key.replace("_", "-")}="{escape(v) if isinstance(v, str) else number(float(v))}"'
                      for key, v in attributes.items() if v is not None)
    return f"<{name}{written}/>" if content is None else f"<{name}{written}>{escape(content)}</{name}>"
