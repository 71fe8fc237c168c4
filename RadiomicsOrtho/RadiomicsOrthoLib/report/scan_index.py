"""The overview of a scan: its regions with measurements, its cards, and what was not applied and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .. import RESEARCH_USE_ONLY
from .html_parts import page, section, table
from .language import ENGLISH, local, speaking, tr
from .svg import escape
from .wording import amount_text, measurement_title, number_text, range_text, severity_words, with_unit

#: which measurements stand in the table, the first of each group that a region has
_SHOWN = (("mean_hu", "mean_mgcc", "mean_suv", "mean_intensity"), ("sd_hu", "sd_mgcc", "sd_suv", "sd_intensity"))


def scan_index_html(scan: Mapping, reports: Sequence[str] = (), language: str = ENGLISH) -> str:
    """``scan`` is the content of ``scan.json``, ``reports`` the file names of its cards' reports in their order."""
    with speaking(language):
        sections = (_cards(scan["cards"], reports), _offers(scan["offers"]), _not_applied(scan["not_applied"]),
                    _regions(scan["regions"]), _findings(tr("The scan"), [*scan["findings"], *map(
                        _as_finding, scan["remarks"])]))
        heading = tr("Score of a scan")
        subtitle = tr("{count} regions, {cards} cards", count=len(scan["regions"]), cards=len(scan["cards"]))
        return page(heading, heading, subtitle, [part for part in sections if part], local(RESEARCH_USE_ONLY))


def measurement_text(measurements: Mapping[str, float]) -> str:
    """The first measurement with its spread, as text: ``117 ± 30 HU``."""
    mean, sd = (next((name for name in group if name in measurements), "") for group in _SHOWN)
    if not mean:
        return tr("not measured")
    return with_unit(f"{number_text(measurements[mean], 3)} ± {number_text(measurements[sd], 2)}",
                     measurement_title(mean)[1])


def _cards(cards: Sequence[Mapping], reports: Sequence[str]) -> str:
    rows = []
    for number, entry in enumerate(cards):
        card, result = entry["card"], entry["card"]["result"]
        shown_as = local(result["unit"]), result["is_probability"]
        amount = escape(amount_text(result["value"], *shown_as))
        if result["interval"]:
            amount += f" ({escape(range_text(result['interval'], *shown_as))})"
        found = escape(local(result["class"]["title"])) if result["class"] else ""
        title = escape(local(card["model"]["title"]))
        linked = f'<a href="{escape(reports[number])}">{title}</a>' if number < len(reports) else title
        rows.append([linked, escape(local(card["case"]["place"])), amount, found, _worst(card["findings"])])
    head = (tr("Model"), tr("Place"), tr("Result"), tr("Class"), tr("Findings"))
    nothing = tr("No model gave a score; the reasons stand below.")
    return section(tr("Scores"), table(rows, head) or f"<p>{escape(nothing)}</p>", "result")


def _worst(findings: Sequence[Mapping]) -> str:
    """Signs of what was found, with how many there are."""
    counts = {}
    for finding in findings:
        counts[finding["severity"]] = counts.get(finding["severity"], 0) + 1
    words = {severity: severity_words(severity) for severity in counts if severity != "note"}
    return " ".join(f'<span title="{escape(word)}">{sign}&nbsp;{counts[severity]}</span>'
                    for severity, (sign, word) in words.items())


def _offers(offers: Sequence[Mapping]) -> str:
    rows = [[escape(local(offer["title"])), escape(", ".join(with_unit(local(title), f"({unit})" if unit else "")
                                                             for _, title, unit in offer["needs"]))]
            for offer in offers]
    return section(tr("Computed as soon as values are entered"), table(rows, (tr("Model"), tr("Needs"))))


def _not_applied(entries: Sequence[Mapping]) -> str:
    rows = [[escape(local(entry["title"])), escape(entry["region"]),
             escape(" ".join(local(text) for text in (entry["reason"], entry["remedy"]) if text))] for entry in entries]
    return section(tr("Not applied"), table(rows, (tr("Model"), tr("Region"), tr("Why"))))


def _regions(regions: Sequence[Mapping]) -> str:
    sources = {"named": tr("named"), "suggested": tr("suggested, not confirmed"), "unknown": ""}
    rows = []
    for region in regions:
        place = region["place"] if region["body"] is None or region["level_from"] != "unknown" else ""
        source = sources[region["level_from"]] if region["body"] is not None else ""
        measured = measurement_text(region["measurements"]) if region["complete"] else tr("cut off by the scan's edge")
        where = f"{local(place)} ({source})" if place and source else local(place)
        volume = with_unit(number_text(region["volume_ml"], 3), "mL").replace(" ", "\u00a0")
        rows.append([escape(region["name"]), escape(where), escape(measured), escape(volume),
                     _codes(region["findings"])])
    head = (tr("Region"), tr("Place"), tr("Mean ± standard deviation"), tr("Volume"), tr("Findings"))
    return section(tr("Regions"), table(rows, head))


def _codes(findings: Sequence[Mapping]) -> str:
    return "<br>".join(f"{severity_words(finding['severity'])[0]} {escape(local(finding['sentence']))}"
                       for finding in findings if finding["severity"] != "note")


def _findings(title: str, findings: Sequence[Mapping]) -> str:
    rows = [[f"{severity_words(finding['severity'])[0]}&nbsp;{escape(severity_words(finding['severity'])[1])}",
             escape(" ".join(local(text) for text in (finding["sentence"], finding["remedy"]) if text))]
            for finding in findings]
    return section(title, table(rows))


def _as_finding(remark: Mapping) -> dict:
    return {**remark, "severity": "warn" if remark["refused"] else "note"}
