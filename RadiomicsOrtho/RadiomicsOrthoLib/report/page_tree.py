"""Sections of a report (HTML of ours) as a tree, for a renderer that is no browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"br", "img"}


@dataclass
class Node:
    """An element with its attributes and its children: elements and texts in their order."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)
    #: an SVG drawing, kept as it is written
    source: str = ""

    @property
    def kinds(self) -> set[str]:
        """The classes of the style sheet."""
        return set(self.attributes.get("class", "").split())

    @property
    def elements(self) -> list[Node]:
        return [child for child in self.children if isinstance(child, Node)]

    def find_all(self, tag: str) -> Iterator[Node]:
        for child in self.elements:
            if child.tag == tag:
                yield child
            else:
                yield from child.find_all(tag)

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.children)


def page_tree(html: str) -> list[Node]:
    """The elements at the top of ``html``; ``ValueError`` if its tags do not nest."""
    parser = _Parser(html)
    parser.feed(html)
    parser.close()
    if len(parser.open) > 1:
        raise ValueError(f"<{parser.open[-1].tag}> is not closed")
    return parser.open[0].elements


class _Parser(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self._html = html
        # the place of a tag is told as line and column
        self._line_starts = [0]
        for line in html.splitlines(keepends=True):
            self._line_starts.append(self._line_starts[-1] + len(line))
        self.open = [Node("")]

    def _offset(self) -> int:
        line, column = self.getpos()
        return self._line_starts[line - 1] + column

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attributes})
        self.open[-1].children.append(node)
        if tag == "svg":
            node.source = str(self._offset())
        if tag not in _VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Node(tag, {name: value or "" for name, value in attributes}))

    def handle_endtag(self, tag: str) -> None:
        node = self.open.pop()
        if node.tag != tag:
            raise ValueError(f"</{tag}> closes <{node.tag}>")
        if tag == "svg":
            node.source = self._html[int(node.source):self._offset() + len("</svg>")]

    def handle_data(self, text: str) -> None:
        self.open[-1].children.append(text)
