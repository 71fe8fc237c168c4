"""Sections of the report on A4 pages: headings, paragraphs, tables, findings, pictures and charts.

Imports reportlab, so it is imported where a PDF is wanted.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    Image,
    PageTemplate,
    Paragraph,
    Table,
)

from .drawing import Drawing, Text
from .page_tree import Node
from .pdf_drawing import draw, draw_shape
from .pdf_fonts import BOLD, REGULAR, chinese_font, marked_up, width_of
from .svg import DATA_URI
from .svg_reader import from_svg

MARGIN = 15 * mm
WIDTH, HEIGHT = A4[0] - 2 * MARGIN, A4[1] - 2 * MARGIN - 17 * mm
CHART_HEIGHT = HEIGHT - 20 * mm
INK, MUTED, RULE = "#1a1a1a", "#555555", "#c8ccd0"
COLOURS = {"refuse": "#a63603", "warn": "#7a4f00", "note": "#00598c", "verified": "#00598c", "unverified": "#7a4f00"}
_BODY, _SMALL = 8.5, 7.5


@dataclass(frozen=True)
class Sheet:
    """What stands on every page; ``language`` is a BCP 47 tag."""

    title: str
    subtitle: str
    notice: str
    footer: str
    language: str


def flow(sections: Iterable[Node], sheet: Sheet, file: io.BytesIO) -> None:
    """Write the document into ``file``."""
    document = BaseDocTemplate(file, pagesize=A4, title=sheet.title, author="RadiomicsOrtho", subject=sheet.notice,
                               lang=sheet.language, invariant=1)
    frame = Frame(MARGIN, MARGIN + 8 * mm, WIDTH, HEIGHT, 0, 0, 0, 0)
    document.addPageTemplates(PageTemplate(frames=[frame]))
    setter = _Setter(sheet.language != "en")
    story = [setter.paragraph(marked_up(sheet.title, BOLD), "title"),
             setter.paragraph(marked_up(sheet.subtitle), "muted")]
    for section in sections:
        if "screen" not in section.kinds:
            story += setter.section(section)
    document.build(story, canvasmaker=partial(_NumberedCanvas, sheet))


class _NumberedCanvas(Canvas):
    """Puts notice, footer and ``page / pages`` on the pages when their number is known."""

    def __init__(self, sheet: Sheet, *arguments: object, **more: object) -> None:
        super().__init__(*arguments, **more)
        self._sheet, self._pages = sheet, []

    def showPage(self) -> None:
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self._pages, 1):
            self.__dict__.update(page)
            self._frame_page(f"{number} / {len(self._pages)}")
            super().showPage()
        super().save()

    def _frame_page(self, number: str) -> None:
        top = A4[1] - MARGIN
        self.setStrokeColor(INK)
        self.setLineWidth(0.8)
        self.rect(MARGIN, top - 6 * mm, WIDTH, 6 * mm)
        self._line(self._sheet.notice, 0.5 * A4[0], top - 4.1 * mm, 9, BOLD, "middle")
        self._line(self._sheet.footer, MARGIN, MARGIN, 6.5)
        self._line(number, A4[0] - MARGIN, MARGIN, 6.5, REGULAR, "end")

    def _line(self, text: str, x: float, y: float, size: float, face: str = REGULAR, anchor: str = "start") -> None:
        room = WIDTH - 20 * mm
        size = min(size, size * room / max(1.0, width_of(text, size, face)))
        self.saveState()
        self.translate(x, y)
        draw_shape(self, Text(0, 0, text, size, INK, anchor, face == BOLD, False))
        self.restoreState()


class _Chart(Flowable):
    """A drawing, scaled to a width, or less where it would not fit on a page."""

    def __init__(self, drawing: Drawing, width: float) -> None:
        super().__init__()
        self._drawing = drawing
        width = min(width, CHART_HEIGHT * drawing.width / drawing.height)
        self.width, self.height = width, width * drawing.height / drawing.width

    def wrap(self, *_: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        draw(self.canv, self._drawing, self.width)


class _Setter:
    """Turns elements into flowables; ``by_character``: lines may break between any two characters, as in Chinese."""

    def __init__(self, by_character: bool) -> None:
        common = {"fontName": REGULAR, "textColor": INK, "splitLongWords": True}
        if by_character:
            common |= {"wordWrap": "CJK"}
            chinese_font()
        body = ParagraphStyle("body", fontSize=_BODY, leading=11.5, spaceAfter=1.5, **common)
        self._styles = {"body": body}
        for name, more in {
                "title": {"fontSize": 15, "leading": 18, "fontName": BOLD, "spaceAfter": 2},
                "h2": {"fontSize": 10.5, "leading": 13, "fontName": BOLD, "spaceBefore": 7, "spaceAfter": 3,
                       "textColor": "#00598c"},
                "h3": {"fontSize": 9, "leading": 11.5, "fontName": BOLD, "spaceBefore": 4},
                "value": {"fontSize": 22, "leading": 27, "fontName": BOLD},
                "class": {"fontSize": 10.5, "leading": 14, "fontName": BOLD},
                "bold": {"fontName": BOLD}, "muted": {"textColor": MUTED},
                "notice": {"fontSize": 7, "leading": 9, "textColor": MUTED, "borderWidth": 0.5, "borderColor": RULE,
                           "borderPadding": 3, "spaceBefore": 5, "spaceAfter": 6},
                "small": {"fontSize": _SMALL, "leading": 10, "textColor": MUTED},
                "centred": {"fontSize": _SMALL, "leading": 10, "textColor": MUTED, "alignment": TA_CENTER},
        }.items():
            self._styles[name] = ParagraphStyle(name, parent=body, **more)

    def paragraph(self, markup: str, style: str = "body") -> Paragraph:
        return Paragraph(markup, self._styles[style])

    def section(self, section: Node) -> list[Flowable]:
        flowables: list[Flowable] = []
        for child in section.elements:
            flowables += self._block(child, WIDTH)
        # a chart stays with its heading
        charts = [flowable.height for flowable in flowables if isinstance(flowable, _Chart)]
        return [CondPageBreak(charts[0] + 12 * mm), *flowables] if charts else flowables

    def _block(self, node: Node, width: float) -> list[Flowable]:
        """The flowables of a block element."""
        if node.tag in ("h2", "h3"):
            # no heading at the foot of a page: some lines of what follows must have room below it
            return [CondPageBreak(22 * mm), self.paragraph(_inline(node, BOLD), node.tag)]
        if node.tag == "p":
            return [self.paragraph(_inline(node, BOLD if node.kinds & {"value", "class"} else REGULAR), _style(node))]
        if node.tag == "table":
            return [self._table(node, width)]
        if node.tag == "ul":
            severities = node.kinds & set(COLOURS)
            return self._findings(node, severities.pop(), width) if severities else self._bullets(node, width)
        if "figures" in node.kinds:
            return self._figures(node, width)
        if node.tag == "svg":
            return [_Chart(from_svg(node.source), width)]
        if node.tag == "details":
            return []
        return [flowable for child in node.elements for flowable in self._block(child, width)]

    def _cell(self, node: Node, width: float, bold: bool = False) -> list[Flowable]:
        """A cell of a table: text with lists in it."""
        flowables: list[Flowable] = []
        words: list[Node | str] = []
        for child in [*node.children, Node("end")]:
            if isinstance(child, str) or child.tag not in ("ul", "table", "p", "end"):
                words.append(child)
                continue
            markup = _inline(Node("span", {}, words), BOLD if bold else REGULAR)
            flowables += [self.paragraph(markup, "bold" if bold else "body")] if markup.strip() else []
            words = []
            if child.tag != "end":
                flowables += self._block(child, width)
        return flowables

    def _table(self, node: Node, width: float) -> Table:
        rows, heads = [], 0
        bodies = [row.elements for row in node.find_all("tr")]
        widths = _widths(bodies, width, "facts" in node.kinds)
        for cells in bodies:
            is_head = all(cell.attributes.get("scope") == "col" for cell in cells)
            heads += is_head
            rows.append([self._head(cell) if is_head else
                         self._cell(cell, column - 8, cell.tag == "th") for cell, column in
                         zip(cells, widths, strict=True)])
        style = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0),
                 ("RIGHTPADDING", (0, 0), (-1, -1), 8), ("TOPPADDING", (0, 0), (-1, -1), 1.5),
                 ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5), ("LINEBELOW", (0, 0), (-1, -2), 0.4, RULE)]
        return Table(rows, widths, repeatRows=heads, style=style, spaceAfter=3, splitInRow=1)

    def _head(self, cell: Node) -> list[Flowable]:
        return [self.paragraph(_inline(cell, BOLD), "small")]

    def _bullets(self, node: Node, width: float) -> list[Flowable]:
        if "levels" in node.kinds:
            return [self.paragraph(" &nbsp; ".join(
                f'<font color="#00598c">{_inline(item, BOLD)}</font>' if "here" in item.kinds else _inline(item)
                for item in node.elements))]
        rows = [[self.paragraph("•"), self._cell(item, width - 10)] for item in node.elements]
        style = [("VALIGN", (0, 0), (-1, -1), "TOP"), *((f"{side}PADDING", (0, 0), (-1, -1), 0) for side in
                                                       ("LEFT", "RIGHT", "TOP", "BOTTOM"))]
        return [Table(rows, [8, width - 8], style=style, hAlign="LEFT")]

    def _findings(self, node: Node, severity: str, width: float) -> list[Flowable]:
        """A list with a bar at its left; the word in front of a sentence says what the colour says."""
        rows = [[[flowable for element in item.find_all("p") for flowable in self._block(element, width)]]
                for item in node.elements]
        style = [("LINEBEFORE", (0, 0), (0, -1), 2.5, COLOURS[severity]), ("LEFTPADDING", (0, 0), (-1, -1), 7),
                 ("TOPPADDING", (0, 0), (-1, -1), 1.5), ("BOTTOMPADDING", (0, 0), (-1, -1), 2)]
        return [Table(rows, [width], style=style, spaceAfter=4, splitInRow=1)]

    def _figures(self, node: Node, width: float) -> list[Flowable]:
        """Three beside each other, each with its caption."""
        figures = list(node.find_all("figure"))
        count = min(3, len(figures))
        column = width / 3
        cells = [[self._picture(figure, column - 6),
                  self.paragraph(_inline(next(figure.find_all("figcaption"))), "centred")] for figure in figures]
        rows = [cells[start:start + count] for start in range(0, len(cells), count)]
        rows[-1] += [""] * (count - len(rows[-1]))
        style = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 3),
                 ("RIGHTPADDING", (0, 0), (-1, -1), 3)]
        return [Table(rows, [column] * count, style=style)]

    def _picture(self, figure: Node, width: float) -> Flowable:
        for drawing in figure.find_all("svg"):
            return _Chart(from_svg(drawing.source), width)
        source = next(figure.find_all("img")).attributes["src"]
        picture = Image(io.BytesIO(base64.b64decode(source.removeprefix(DATA_URI))))
        picture.drawHeight, picture.drawWidth = width * picture.imageHeight / picture.imageWidth, width
        return picture


def _style(node: Node) -> str:
    for kinds, style in (({"value"}, "value"), ({"class"}, "class"), ({"notice"}, "notice"), ({"code"}, "small"),
                         ({"what", "interval", "remedy", "place"}, "muted")):
        if node.kinds & kinds:
            return style
    return "body"


def _inline(node: Node, face: str = REGULAR) -> str:
    """The markup of a paragraph from the elements in a line."""
    parts = []
    for child in node.children:
        if isinstance(child, str):
            parts.append(marked_up(child, face))
        elif child.tag == "br":
            parts.append("<br/>")
        elif "tag" in child.kinds:
            colour = COLOURS.get(next(iter(child.kinds & set(COLOURS)), ""), MUTED)
            parts.append(f'<font color="{colour}" size="{_SMALL}">[{_inline(child)}]</font>')
        elif "hash" in child.kinds or "code" in child.kinds:
            parts.append(f'<font size="7">{_inline(child)}</font>')
        elif child.tag in ("strong", "b"):
            parts.append(f'<font name="{BOLD}">{_inline(child, BOLD)}</font>')
        elif child.tag != "svg":
            parts.append(_inline(child, face))
    return "".join(parts)


def _widths(rows: list[list[Node]], width: float, facts: bool) -> list[float]:
    """Columns as wide as their longest text asks for, within bounds; the first of a table of facts is narrow."""
    if facts:
        first = 48 * mm
        return [first, *[(width - first) / (len(rows[0]) - 1)] * (len(rows[0]) - 1)]
    longest = [max(min(40.0, max(width_of(cell.text, _BODY, BOLD) for cell in column) / 4.0), 16.0)
               for column in zip(*rows, strict=True)]
    return [width * share / sum(longest) for share in longest]
