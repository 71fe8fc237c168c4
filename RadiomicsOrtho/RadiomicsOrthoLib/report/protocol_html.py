"""ROI protocols as one HTML page to print or to keep beside the workstation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .. import RESEARCH_USE_ONLY
from ..errors import InputError
from ..imaging.modality import TITLES
from ..regions.protocols.protocol import OWN, CompartmentRule, Need, Protocol, Statement
from ..regions.terminology import COLOURS
from .html_parts import checked_svg, page, section, table
from .protocol_style import PROTOCOL_STYLE
from .svg import escape

#: evidence → (sign, class of the style sheet); the words say it without the colour
_SIGNS = {"verified": ("✓", "verified"), "secondary": ("≈", "secondary"), "unverified": ("?", "unverified")}
EVIDENCE_NOTE = ("Verified: read at the source (mostly its abstract). Secondary: as another text restates it. "
                 "Unverified: from memory. Everything without a mark is this project's own convention, made where no "
                 "standard is known.")


def protocol_page(protocols: Sequence[Protocol]) -> str:
    """One page of ``protocols``, pictures inside; on paper each begins a new sheet.

    InputError for a drawing that is not passive.
    """
    several = len(protocols) > 1
    title = "ROI protocols" if several else protocols[0].title
    subtitle = "How bone regions are drawn" if several else _subtitle(protocols[0])
    bodies = (f'<div class="protocol">{_protocol(one, several)}</div>' for one in protocols)
    identity = "; ".join(f"{one.id}, version {one.version}, sha256 {one.hash()[:16]}" for one in protocols)
    return page(f"{title} · ROI protocol", title, subtitle, bodies,
                f"{RESEARCH_USE_ONLY} {identity}.", PROTOCOL_STYLE)


def window_text(protocol: Protocol) -> str:
    return f"{protocol.window.text[:1].upper()}{protocol.window.text[1:]}"


def compartment_title(name: str) -> str:
    """``whole-body`` as ``Whole body``."""
    return "Cerebrospinal fluid" if name == "csf" else name.replace("-", " ").capitalize()


def needer(need: Need) -> str:
    """Who needs it, with the id under which it is at hand."""
    ids = [f"{kind} {name}" for kind, name in (("model", need.model), ("profile", need.profile)) if name]
    return f"{need.title} ({', '.join(ids)})" if ids else need.title


def _subtitle(protocol: Protocol) -> str:
    scans = " or ".join(TITLES[modality] for modality in protocol.modalities)
    return f"ROI protocol {protocol.id}, version {protocol.version} · {protocol.site.replace('-', ' ')} · {scans}"


def _protocol(protocol: Protocol, several: bool) -> str:
    head = (f"<h2>{escape(protocol.title)}</h2><p class='place'>{escape(_subtitle(protocol))}</p>" if several
            else "<h2>Purpose</h2>")
    about = (f"<section>{head}<p>{escape(protocol.purpose)}</p>{_window(protocol)}"
             f"<p class='why'>{escape(EVIDENCE_NOTE)}</p></section>")
    belongs = (f"<div><h3>Include</h3>{_rules(protocol, protocol.include)}</div>"
               f"<div><h3>Exclude</h3>{_rules(protocol, protocol.exclude)}</div>")
    parts = (_part(protocol, rule) for rule in protocol.compartments)
    references = "".join(f"<li>{escape(reference.text)}</li>" for reference in protocol.references)
    return "".join((
        about,
        section("Steps", f'<ol class="steps">{"".join(_steps(protocol))}</ol>'),
        section("What belongs to the region", f'<div class="columns">{belongs}</div>'),
        section("Compartments", table(parts, ("Part", "Rule and reason"), "parts")),
        section("Who needs which compartment",
                table((_need(protocol, need) for need in protocol.needs), ("For", "Compartment", "Remark"), "needs")),
        section("Pitfalls", _rules(protocol, protocol.pitfalls)),
        section("References", f'<ol class="rules">{references}</ol>' if references else "")))


def _window(protocol: Protocol) -> str:
    return (f"<p><strong>Window:</strong> {escape(window_text(protocol))}. "
            f"<span class='why'>{escape(protocol.window.why)}</span></p>")


def _steps(protocol: Protocol) -> Iterable[str]:
    for number, step in enumerate(protocol.steps, 1):
        yield (f"<li><h3>{number}. {escape(step.title)}</h3><p>{_with_evidence(protocol, step.do)}</p>"
               f"{_picture(protocol, step.picture)}</li>")


def _part(protocol: Protocol, rule: CompartmentRule) -> tuple[str, str]:
    return _swatch(rule.compartment) + escape(compartment_title(rule.compartment)), (
        f"{_picture(protocol, rule.picture)}{_with_evidence(protocol, rule.rule)}"
        f"<br><span class='why'>{escape(rule.why)}</span>")


def _need(protocol: Protocol, need: Need) -> tuple[str, str, str]:
    parts = "<br>".join(_swatch(name) + escape(compartment_title(name)) for name in need.compartments)
    return escape(needer(need)), parts, _with_evidence(protocol, need.text)


def _picture(protocol: Protocol, name: str) -> str:
    if not name:
        return ""
    try:
        return checked_svg(protocol.pictures[name])
    except ValueError:
        raise InputError(f"The picture '{name}' of the protocol '{protocol.id}' holds scripts, handlers or links; "
                         "save it as a plain drawing.") from None


def _swatch(compartment: str) -> str:
    colour = "".join(f"{round(255 * value):02x}" for value in COLOURS[compartment])
    # a drawing, because browsers leave out the background of a box on paper
    return (f'<svg class="swatch" viewBox="0 0 12 12" aria-hidden="true"><rect x="0.5" y="0.5" width="11" height="11" '
            f'rx="2" fill="#{colour}" stroke="#555555"/></svg>')


def _rules(protocol: Protocol, statements: Iterable[Statement]) -> str:
    return "<ul class='rules'>" + "".join(f"<li>{_with_evidence(protocol, one)}</li>" for one in statements) + "</ul>"


def _with_evidence(protocol: Protocol, statement: Statement) -> str:
    """The sentence, how sure it is, and the number of its reference; an own convention bears no mark."""
    if statement.evidence == OWN:
        return escape(statement.text)
    sign, kind = _SIGNS[statement.evidence]
    keys = [reference.id for reference in protocol.references]
    number = f"&nbsp;[{keys.index(statement.source) + 1}]" if statement.source else ""
    return f'{escape(statement.text)} <span class="tag {kind}">{sign}&nbsp;{escape(statement.evidence)}{number}</span>'
