"""The card in a panel: the few lines that are read first, in the HTML that Qt's text browser knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from .. import RESEARCH_USE_ONLY
from ..features.profile import ExtractionProfile
from ..features.vector import FeatureVector
from ..quality.finding import Finding
from ..regions.roi import Roi
from .wording import SEVERITY, amount_text, range_text


def brief_html(card: Mapping) -> str:
    """The content of ``card.json`` (``ScoreCard.to_dict``) as a short text: result, class, findings, notice."""
    result, model, case = card["result"], card["model"], card["case"]
    shown_as = result["unit"], result["is_probability"]
    amount = f"<p><big><b>{escape(amount_text(result['value'], *shown_as))}</b></big>"
    if result["interval"]:
        amount += f"  ({escape(range_text(result['interval'], *shown_as))})"
    parts = [f"<p><b>{escape(case['place'])} · {escape(result['title'])}</b></p>", f"{amount}</p>"]
    if result["class"]:
        parts.append(f"<p><b>{escape(result['class']['title'])}</b><br/>{escape(result['class']['sentence'])}</p>")
    if result["interval"]:
        parts.append(f"<p><small>{escape(result['interval_reason'])}</small></p>")
    parts.append(findings_html(card["findings"]))
    answers = card["provenance"].get("semantic", {}).get("answers", {}).values()
    given = [f"{entry['title']}: {entry['meaning']}" for entry in answers if entry["answer"] is not None]
    if given:
        parts.append(f"<p>By eye: {escape('; '.join(given))}</p>")
    parts.append(f"<p><small>{escape(model['title'])}, version {escape(model['version'])}, trust level: "
                 f"{escape(model['trust'])}.<br/><b>{escape(card['notice'])}</b></small></p>")
    return "".join(parts)


def features_html(features: FeatureVector, roi: Roi, profile: ExtractionProfile, findings: Iterable[Finding]) -> str:
    """What stands in the place of a card where features were extracted and nothing was scored."""
    missing = ""
    if features.failures:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in features.failures.items())
        missing = f"<p><small>Without value: {escape(reasons)}.</small></p>"
    return (f"<p><b>{escape(roi.place)} \u00b7 {len(features.values)} features</b> ({escape(roi.size_text)})</p>"
            f"<p>They stand in the table below; no model was applied.</p>"
            f"{findings_html([finding.to_dict() for finding in findings])}{missing}"
            f"<p><small>Profile {escape(profile.id)} {escape(profile.version)}: {escape(profile.title)}.<br/>"
            f"<b>{escape(RESEARCH_USE_ONLY)}</b></small></p>")


def findings_html(findings: list[Mapping[str, str]]) -> str:
    """Findings as a list, each with sign, word, sentence and remedy."""
    rows = []
    for finding in findings:
        sign, word = SEVERITY[finding["severity"]]
        remedy = f" <i>{escape(finding['remedy'])}</i>" if finding["remedy"] else ""
        rows.append(f"<tr><td>{sign}&nbsp;</td><td><b>{word}:</b> {escape(finding['sentence'])}{remedy}</td></tr>")
    return f"<table cellspacing='0' cellpadding='2'>{''.join(rows)}</table>" if rows else ""
