"""A ROI protocol for a panel: in the HTML that Qt's text browser knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape

from ..regions.protocols.protocol import OWN, Protocol, Statement
from ..regions.terminology import COLOURS
from .protocol_html import EVIDENCE_NOTE, compartment_title, needer, window_text


def protocol_brief_html(protocol: Protocol, picture: Callable[[str], str]) -> str:
    """Steps with pictures, what belongs to the region, compartments and who needs them, pitfalls.

    ``picture`` gives the HTML of a drawing from its SVG text; Qt's rich text shows no SVG.
    """
    def drawn(name: str) -> str:
        return f"<p align='center'>{picture(protocol.pictures[name])}</p>" if name else ""

    parts = [f"<p>{escape(protocol.purpose)}</p>",
             f"<p><b>Window:</b> {escape(window_text(protocol))}. {escape(protocol.window.why)}</p>"]
    for number, step in enumerate(protocol.steps, 1):
        parts.append(f"<h4>{number}. {escape(step.title)}</h4><p>{_said(step.do)}</p>{drawn(step.picture)}")
    parts += [f"<h4>Include</h4>{_bullets(protocol.include)}", f"<h4>Exclude</h4>{_bullets(protocol.exclude)}",
              "<h4>Compartments</h4>"]
    for rule in protocol.compartments:
        parts.append(f"<p>{_swatch(rule.compartment)}<b>{escape(compartment_title(rule.compartment))}:</b> "
                     f"{_said(rule.rule)} <i>{escape(rule.why)}</i></p>{drawn(rule.picture)}")
    parts.append("<h4>Who needs which compartment</h4>")
    for need in protocol.needs:
        names = ", ".join(_swatch(name) + escape(compartment_title(name).lower()) for name in need.compartments)
        parts.append(f"<p><b>{escape(needer(need))}:</b> {names}. {_said(need.text)}</p>")
    parts.append(f"<h4>Pitfalls</h4>{_bullets(protocol.pitfalls)}")
    if protocol.references:
        parts.append("<h4>References</h4><ul>" + "".join(
            f"<li>{escape(reference.text)}</li>" for reference in protocol.references) + "</ul>")
    parts.append(f"<p><small>{escape(EVIDENCE_NOTE)}<br/>{escape(protocol.id)}, version {escape(protocol.version)}"
                 "</small></p>")
    return "".join(parts)


def _swatch(compartment: str) -> str:
    colour = "".join(f"{round(255 * value):02x}" for value in COLOURS[compartment])
    return f"<span style='background-color:#{colour}'>&nbsp;&nbsp;&nbsp;</span>&nbsp;"


def _bullets(statements: Iterable[Statement]) -> str:
    return "<ul>" + "".join(f"<li>{_said(statement)}</li>" for statement in statements) + "</ul>"


def _said(statement: Statement) -> str:
    mark = "" if statement.evidence == OWN else f" <small>[{escape(statement.evidence)}]</small>"
    return f"{escape(statement.text)}{mark}"
