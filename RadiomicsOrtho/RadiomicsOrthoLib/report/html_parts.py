"""What every HTML page of ours is made of: one file that needs nothing from anywhere."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree

from .. import RESEARCH_USE_ONLY
from .html_style import STYLE
from .language import html_language, local
from .svg import escape

#: no script, no font, no picture from outside; styles and pictures are in the file itself
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_SVG = "{http://www.w3.org/2000/svg}"


def page(title: str, heading: str, subtitle: str, sections: Iterable[str], footer: str, more_style: str = "") -> str:
    """A whole page of ``sections`` (HTML already) under the banner; the other texts are plain.

    ``more_style`` is added to the style sheet of the report.
    """
    return "\n".join((
        "<!DOCTYPE html>", f'<html lang="{html_language()}">', "<head>", '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        f"<title>{escape(title)}</title>", f"<style>{STYLE}{more_style}</style>", "</head>", "<body>",
        f'<p class="banner">{escape(local(RESEARCH_USE_ONLY))}</p>', "<main>",
        f'<header><h1>{escape(heading)}</h1><p class="place">{escape(subtitle)}</p></header>',
        *sections,
        f"<footer>{escape(footer)}</footer>", "</main>",
        "</body>", "</html>", ""))


def section(title: str, body: str, kind: str = "") -> str:
    return f'<section{_class(kind)}><h2>{escape(title)}</h2>{body}</section>' if body else ""


def _class(kind: str) -> str:
    return f' class="{kind}"' if kind else ""


def table(rows: Iterable[Iterable[str]], head: Iterable[str] = (), kind: str = "") -> str:
    """A table of cells that are HTML already; the first cell of a row is its heading."""
    body = "".join(f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>'
                   for first, *rest in rows)
    if not body:
        return ""
    top = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    return f'<table{_class(kind)}>{f"<thead><tr>{top}</tr></thead>" if top else ""}<tbody>{body}</tbody></table>'


def bullets(items: Iterable[str]) -> str:
    body = "".join(f"<li>{escape(item)}</li>" for item in items)
    return f"<ul>{body}</ul>" if body else ""


def checked_svg(svg: str) -> str:
    """The drawing without XML prolog; ValueError unless it is one well-formed, passive SVG element."""
    if "<!" in svg.replace("<!--", ""):
        # a document type may define entities that are files of this machine, or grow without end
        raise ValueError("a drawing must be one SVG element without scripts, handlers, links and document type")
    root = ElementTree.fromstring(svg)
    names = {element.tag for element in root.iter()}
    handlers = {name for element in root.iter() for name in element.attrib if name.lower().startswith("on")}
    if root.tag != f"{_SVG}svg" or handlers or names & {f"{_SVG}script", f"{_SVG}foreignObject", f"{_SVG}a"}:
        raise ValueError("a drawing must be one SVG element without scripts, handlers and links")
    if any(not value.startswith("data:image/png;base64,") for element in root.iter()
           for name, value in element.attrib.items() if name.rpartition("}")[2] == "href"):
        raise ValueError("a drawing must be one SVG element without scripts, handlers and links")
    return svg[svg.index("<svg"):]
