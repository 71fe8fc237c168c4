"""The card in a panel: the few lines that are read first, in the HTML that Qt's text browser knows."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

#: a sign and a word, so that the severity does not rest on colour
_SIGNS = {"refuse": ("\u2716", "Refused"), "warn": ("\u26a0", "Warning"), "note": ("\u2139", "Note")}


def brief_html(card: Mapping) -> str:
    """The content of ``card.json`` (``ScoreCard.to_dict``) as a short text: result, class, findings, notice."""
    result, model, case = card["result"], card["model"], card["case"]
    parts = [f"<p><b>{escape(case['place'])} · {escape(result['title'])}</b></p>",
             f"<p><big><b>{escape(_amount(result, result['value']))}</b></big>{escape(_interval(result))}</p>"]
    if result["class"]:
        parts.append(f"<p><b>{escape(result['class']['title'])}</b><br/>{escape(result['class']['sentence'])}</p>")
    if result["interval"]:
        parts.append(f"<p><small>{escape(result['interval_reason'])}</small></p>")
    parts.append(findings_html(card["findings"]))
    parts.append(f"<p><small>{escape(model['title'])}, version {escape(model['version'])}, trust level: "
                 f"{escape(model['trust'])}.<br/><b>{escape(card['notice'])}</b></small></p>")
    return "".join(parts)


def findings_html(findings: list[Mapping[str, str]]) -> str:
    """Findings as a list, each with sign, word, sentence and remedy."""
    rows = []
    for finding in findings:
        sign, word = _SIGNS[finding["severity"]]
        remedy = f" <i>{escape(finding['remedy'])}</i>" if finding["remedy"] else ""
        rows.append(f"<tr><td>{sign}&nbsp;</td><td><b>{word}:</b> {escape(finding['sentence'])}{remedy}</td></tr>")
    return f"<table cellspacing='0' cellpadding='2'>{''.join(rows)}</table>" if rows else ""


def _amount(result: Mapping, value: float) -> str:
    return f"{value:.1%}" if result["is_probability"] else f"{value:.1f} {result['unit']}".strip()


def _interval(result: Mapping) -> str:
    if not result["interval"]:
        return ""
    low, high = (_amount({**result, "unit": ""}, value) for value in result["interval"])
    return f"  ({low} to {high})"
