"""Writing SVG that every renderer shows alike.

The text is SVG Tiny 1.2 with presentation attributes only: Slicer draws it through Qt's
``QSvgRenderer``, which knows no style sheets, no clip paths and no baseline alignment.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

#: faces of Windows, macOS and Linux; sans-serif is the fallback
FONT = "Helvetica, Arial, DejaVu Sans, PingFang SC, Microsoft YaHei, Noto Sans CJK SC, sans-serif"

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: what may not be parted: a Chinese character with the closing signs behind it, or a run of others
_WORD = re.compile("(\\s*)([（“《【]?[\u2e80-\u2fff\u3040-\u9fff\uf900-\ufaff][，。；：、！？）”》】%…]*"
                   "|[^\\s\u2e80-\u2fff\u3040-\u9fff\uf900-\ufaff]+)")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}


def escape(text: object) -> str:
    """Text for XML or HTML, in an element or an attribute; characters XML forbids become U+FFFD."""
    clean = _FORBIDDEN.sub("\ufffd", str(text))
    return "".join(_ENTITIES.get(character, character) for character in clean)


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
    """``text`` in lines no wider than ``width``; a word that is too long for a line is broken.

    A line of Chinese may end between any two characters, but not before a closing sign.
    """
    lines: list[str] = []
    for blank, word in _WORD.findall(text.strip()):
        if lines and text_width(f"{lines[-1]}{blank and ' '}{word}", size, bold) <= width:
            lines[-1] += f"{' ' if blank else ''}{word}"
            continue
        while text_width(word, size, bold) > width and len(word) > 1:
            keep = max((n for n in range(1, len(word)) if text_width(word[:n], size, bold) <= width), default=1)
            # feature names are long words: break them behind an underscore where there is one
            keep = max((n for n in range(keep // 3 + 1, keep + 1) if word[n - 1] in "_-/"), default=keep)
            lines.append(word[:keep])
            word = word[keep:]
        lines.append(word)
    return lines or [""]


def shorten(text: str, size: float, width: float) -> str:
    """``text``, cut with an ellipsis if it is wider than ``width``."""
    if text_width(text, size) <= width:
        return text
    keep = len(text)
    while keep > 1 and text_width(text[:keep] + "…", size) > width:
        keep -= 1
    return text[:keep].rstrip() + "…"


class Drawing:
    """Collects shapes in painting order; ``y`` of a text is its baseline."""

    def __init__(self) -> None:
        self._parts: list[str] = []

    def _add(self, name: str, content: str | None = None, **attributes: object) -> None:
        written = "".join(f' {key.replace("_", "-")}="{number(v) if isinstance(v, float) else escape(v)}"'
                          for key, v in attributes.items() if v is not None)
        self._parts.append(f"<{name}{written}/>" if content is None else f"<{name}{written}>{escape(content)}</{name}>")

    def line(self, x1: float, y1: float, x2: float, y2: float, stroke: str, width: float = 1.0,
             dashes: str | None = None) -> None:
        self._add("line", x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2), stroke=stroke,
                  stroke_width=float(width), stroke_dasharray=dashes)

    def polyline(self, points: Sequence[tuple[float, float]], stroke: str, width: float = 1.0) -> None:
        self._add("polyline", points=" ".join(f"{number(x)},{number(y)}" for x, y in points), fill="none",
                  stroke=stroke, stroke_width=float(width), stroke_linejoin="round")

    def polygon(self, points: Sequence[tuple[float, float]], fill: str, stroke: str = "none",
                width: float = 1.0) -> None:
        self._add("polygon", points=" ".join(f"{number(x)},{number(y)}" for x, y in points), fill=fill,
                  stroke=stroke, stroke_width=float(width), stroke_linejoin="round")

    def rect(self, x: float, y: float, width: float, height: float, fill: str, stroke: str = "none") -> None:
        self._add("rect", x=float(x), y=float(y), width=float(width), height=float(height), fill=fill, stroke=stroke)

    def circle(self, x: float, y: float, radius: float, fill: str, stroke: str, width: float = 1.0) -> None:
        self._add("circle", cx=float(x), cy=float(y), r=float(radius), fill=fill, stroke=stroke,
                  stroke_width=float(width))

    def text(self, x: float, y: float, text: str, size: float, fill: str, anchor: str = "start",
             bold: bool = False, italic: bool = False) -> None:
        self._add("text", text, x=float(x), y=float(y), font_family=FONT, font_size=float(size), fill=fill,
                  text_anchor=None if anchor == "start" else anchor, font_weight="bold" if bold else None,
                  font_style="italic" if italic else None)

    def to_svg(self, width: float, height: float, title: str) -> str:
        """The document; its white ground keeps it readable on a dark page."""
        return (f'<svg xmlns="http://www.w3.org/2000/svg" version="1.2" baseProfile="tiny" role="img" '
                f'width="{number(width)}" height="{number(height)}" '
                f'viewBox="0 0 {number(width)} {number(height)}">\n<title>{escape(title)}</title>\n'
                f'<rect x="0" y="0" width="{number(width)}" height="{number(height)}" fill="#ffffff"/>\n'
                + "\n".join(self._parts) + "\n</svg>\n")
