"""The card in a panel: the few lines that are read first, in the HTML that Qt's text browser knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from .. import RESEARCH_USE_ONLY
from ..features.profile import ExtractionProfile
from ..features.vector import FeatureVector
from ..quality.finding import Finding
from ..regions.roi import Roi
from .language import local, tr
from .reference_section import comparison_text
from .wording import amount_meaning, amount_text, range_text, severity_words


def brief_html(card: Mapping) -> str:
    """The content of ``card.json`` (``ScoreCard.to_dict``) as a short text: result, class, findings, notice."""
    result, model, case = card["result"], card["model"], card["case"]
    shown_as = local(result["unit"]), result["is_probability"]
    meaning = amount_meaning(result["title"], result["unit"], result["is_probability"])
    amount = f"<p>{_explained('<big><b>' + escape(amount_text(result['value'], *shown_as)) + '</b></big>', meaning)}"
    if result["interval"]:
        ends = f"({escape(range_text(result['interval'], *shown_as))})"
        amount += f"  {_explained(ends, local(result['interval_reason']))}"
    parts = [f"<p><b>{escape(local(case['place']))} · {escape(local(result['title']))}</b></p>", f"{amount}</p>"]
    if result["class"]:
        parts.append(f"<p><b>{escape(local(result['class']['title']))}</b><br/>"
                     f"{escape(local(result['class']['sentence']))}</p>")
    if result["interval"]:
        parts.append(f"<p><small>{escape(local(result['interval_reason']))}</small></p>")
    compared = [f"{escape(local(entry['group']))}{escape(tr(': '))}{escape(comparison_text(entry))}"
                for entry in result["reference"] if not entry["reason"]]
    if compared:
        parts.append(f"<p><small>{'<br/>'.join(compared)}</small></p>")
    if card.get("patient"):
        parts.append(f"<p>{escape(_regions_text(card['patient'], *shown_as))}</p>")
    parts.append(findings_html(card["findings"]))
    answers = card["provenance"].get("semantic", {}).get("answers", {}).values()
    given = [f"{local(entry['title'])}{tr(': ')}{local(entry['meaning'])}" for entry in answers
             if entry["answer"] is not None]
    if given:
        parts.append(f"<p>{escape(tr('By eye: {answers}', answers='; '.join(given)))}</p>")
    identity = tr("{title}, version {version}, trust level: {trust}.", title=local(model["title"]),
                  version=model["version"], trust=local(model["trust"]))
    if model["notice"]:
        parts.append(f"<p><small>{escape(local(model['notice']))}</small></p>")
    parts.append(f"<p><small>{escape(identity)}<br/><b>{escape(local(card['notice']))}</b></small></p>")
    return "".join(parts)


def _explained(html: str, meaning: str) -> str:
    """``html`` with a text for whoever points at it."""
    return f'<span title="{escape(meaning)}">{html}</span>'


def _regions_text(patient: Mapping, unit: str, is_probability: bool) -> str:
    """The regions of a patient's card in a line, counted ones with their values, others with the reason."""
    counted = [f"{local(one['place'])} {amount_text(one['value'], unit, is_probability)}" for one in patient["counted"]]
    left = [f"{local(one['place'])} ({local(one['reason'])})" for one in patient["left_out"]]
    text = tr("Counted: {regions}.", regions=", ".join(counted))
    return f"{text} {tr('Not counted: {regions}.', regions='; '.join(left))}" if left else text


def features_html(features: FeatureVector, roi: Roi, profile: ExtractionProfile, findings: Iterable[Finding]) -> str:
    """What stands in the place of a card where features were extracted and nothing was scored."""
    missing = ""
    if features.failures:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in features.failures.items())
        missing = f"<p><small>{escape(tr('Without value: {reasons}.', reasons=reasons))}</small></p>"
    return (f"<p><b>{escape(local(roi.place))} \u00b7 {tr('{count} features', count=len(features.values))}</b> "
            f"({escape(roi.size_text)})</p>"
            f"<p>{tr('They stand in the table below; no model was applied.')}</p>"
            f"{findings_html([finding.to_dict() for finding in findings])}{missing}"
            f"<p><small>{escape(_profile_text(profile))}<br/><b>{escape(local(RESEARCH_USE_ONLY))}</b></small></p>")


def _profile_text(profile: ExtractionProfile) -> str:
    return tr("Profile {id} {version}: {title}.", id=profile.id, version=profile.version, title=local(profile.title))


def findings_html(findings: list[Mapping[str, str]]) -> str:
    """Findings as a list, each with sign, word, sentence and remedy."""
    rows = []
    for finding in findings:
        sign, word = severity_words(finding["severity"])
        remedy = f" <i>{escape(local(finding['remedy']))}</i>" if finding["remedy"] else ""
        rows.append(f"<tr><td>{sign}&nbsp;</td><td><b>{word}{tr(':')}</b> {escape(local(finding['sentence']))}{remedy}"
                    "</td></tr>")
    return f"<table cellspacing='0' cellpadding='2'>{''.join(rows)}</table>" if rows else ""
