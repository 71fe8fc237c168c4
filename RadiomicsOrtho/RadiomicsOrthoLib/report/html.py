"""The report of one score card: a single HTML file that needs nothing from anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .. import RESEARCH_USE_ONLY
from ..imaging.acquisition import ACQUISITION_FACTS, FACTS_OF
from ..quality.finding import SEVERITIES, Finding, refusals
from ..scoring.card import ScoreCard
from ..scoring.nomogram import draws_bands
from .calibration_section import calibration_section
from .checklist_section import checklist_section
from .contributions import contributions_section, shapley_text, share_text, share_title
from .drawing import Drawing
from .html_parts import bullets, checked_svg, page, section, table
from .language import local, tr
from .parts_section import parts_section
from .patient_section import patient_section
from .reference_section import reference_section
from .region_views import views_legend
from .svg import data_uri, escape, to_svg
from .wording import (
    EVIDENCE_OF_TRUST,
    interval_text,
    is_verified,
    measurement_title,
    model_text,
    number_text,
    output_text,
    place_text,
    severity_words,
    with_unit,
)

#: a picture of a report: PNG, or shapes
Picture = bytes | Drawing


def report_html(card: ScoreCard, nomogram_svg: str, pictures: Mapping[str, Picture] | None = None,
                features: Mapping[str, float] | None = None, narrow_svg: str | None = None) -> str:
    """``card`` as an HTML page, in the order in which a clinician reads.

    The arguments are those of :func:`report_sections`.
    """
    heading = local(card.model.title)
    return page(f"{heading} · {place_text(card)}", heading, place_text(card),
                report_sections(card, nomogram_svg, pictures, features, narrow_svg), report_footer(card))


def report_footer(card: ScoreCard) -> str:
    return f"{local(RESEARCH_USE_ONLY)} {model_text(card)}{tr('.')}"


def report_sections(card: ScoreCard, nomogram_svg: str, pictures: Mapping[str, Picture] | None = None,
                    features: Mapping[str, float] | None = None, narrow_svg: str | None = None) -> list[str]:
    """The sections of the report as HTML, from which the page on the screen and the sheets of paper are made.

    ``nomogram_svg`` comes from :func:`.nomogram_svg.nomogram_svg`, and so does ``narrow_svg``,
    drawn 360 to 420 wide, which a narrow screen shows instead; ``pictures`` maps titles to
    PNG bytes or drawings; ``features`` are the radiomics features as extracted.
    """
    charts = f'<div class="chart{" wide" if narrow_svg else ""}">{checked_svg(nomogram_svg)}</div>'
    if narrow_svg:
        charts += f'<div class="chart narrow">{checked_svg(narrow_svg)}</div>'
    equation = card.model.estimator.stratum(card.input_values)
    points = equation.is_points
    parts = () if refusals(card.findings) else (contributions_section(card),)
    compared = () if refusals(card.findings) else (reference_section(card, _evidence),)
    measured = () if refusals(card.findings) else (_inputs(card), _measurements(card))
    dissected = () if refusals(card.findings) else (parts_section(card),)
    sections = (
        _result(card), *compared, patient_section(card), _findings(card), _pictures(pictures or {}),
        *(parts if points else ()),
        section(_chart_title(card), charts),
        *(() if points else parts), *measured, *dissected, calibration_section(card), _roi_protocol(card),
        _semantic(card), _acquisition(card),
        _model(card), checklist_section(card), _features(features or {}),
        _provenance(card))
    return [part for part in sections if part]


def _chart_title(card: ScoreCard) -> str:
    if card.explanation:
        return tr("What moved this result")
    banded = draws_bands(card.model.estimator.stratum(card.input_values))
    return tr("Where this value lies") if banded else tr("Nomogram")


def _evidence(text: str) -> str:
    """An evidence tag: sign and words say what the colour says."""
    verified = is_verified(text)
    return (f'<span class="tag {"verified" if verified else "unverified"}">{"✓" if verified else "?"}&nbsp;'
            f'{escape(local(text))}</span>')


def _result(card: ScoreCard) -> str:
    if refusals(card.findings):
        refused = tr("The quality gate refused this case; the reasons stand below.")
        return section(tr("Result"), f'<p class="value">{escape(tr("No number is given."))}</p>'
                       f"<p>{escape(refused)}</p>", "result refused")
    model, found = card.model, card.output_class
    parts = [f'<p class="what">{escape(local(model.output_title))}</p>',
             f'<p class="value">{escape(output_text(model, card.value))}</p>']
    if found:
        parts.append(f'<p class="class">{escape(local(found.title))} {_evidence(found.evidence)}</p>')
        parts.append(f"<p>{escape(local(found.sentence))}</p>")
    if model.card.get("notice"):
        parts.append(f'<p class="notice">{escape(local(model.card["notice"]))}</p>')
    trust = f"{tr('Trust level')}{tr(': ')}{local(EVIDENCE_OF_TRUST[model.trust])}"
    parts.append(f'<p class="trust">{escape(trust)}</p>')
    interval = tr("Interval: {range}.", range=interval_text(card)) if card.interval else tr("No interval.")
    parts.append(f'<p class="interval">{escape(interval)} {escape(local(card.interval_reason))}</p>')
    if model.thresholds:
        rows = [[escape(local(t.title)), _evidence(t.evidence), escape(local(t.source))] for t in model.thresholds]
        parts.append(table(rows, (tr("Cut-off"), tr("Evidence"), tr("Source"))))
    return section(tr("Result"), "".join(parts), "result")


def _findings(card: ScoreCard) -> str:
    parts = []
    for severity in SEVERITIES:
        sign, word = severity_words(severity)
        items = "".join(
            f'<li><span class="sign" aria-hidden="true">{sign}</span><div><p><strong>{escape(word)}{tr(":")}</strong> '
            f'{escape(local(finding.sentence))}</p>{_remedy(finding)}'
            f'<p class="code">{escape(finding.code)}</p></div></li>'
            for finding in card.findings if finding.severity == severity)
        if items:
            parts.append(f'<ul class="findings {severity}">{items}</ul>')
    return section(tr("Findings"), "".join(parts) or f"<p>{escape(tr('None.'))}</p>")


def _remedy(finding: Finding) -> str:
    text = tr("What to do: {remedy}", remedy=local(finding.remedy))
    return f'<p class="remedy">{escape(text)}</p>' if finding.remedy else ""


def _pictures(pictures: Mapping[str, Picture]) -> str:
    figures = "".join(
        f"<figure>{_picture(local(title), picture)}<figcaption>{escape(local(title))}</figcaption></figure>"
        for title, picture in pictures.items())
    drawn = any(isinstance(picture, Drawing) for picture in pictures.values())
    legend = f'<p class="what">{escape(views_legend())}</p>' if drawn else ""
    return section(tr("Pictures"), f'<div class="figures">{figures}</div>{legend}' if figures else "")


def _picture(title: str, picture: Picture) -> str:
    if isinstance(picture, Drawing):
        return checked_svg(to_svg(picture.finish(picture.width, picture.height, title)))
    return f'<img src="{data_uri(picture)}" alt="{escape(title)}">'


def _inputs(card: ScoreCard) -> str:
    choices = {item.name: item.choices or {} for item in card.model.inputs}
    read_by_eye = {item.name for item in card.model.inputs if item.is_semantic}
    several = len(card.model.estimator.stratum(card.input_values).terms) > 1
    shares = card.explanation.shares if card.explanation else {}
    rows = []
    for item in card.inputs:
        value = local(choices.get(item.name, {}).get(str(item.value), item.value)) if isinstance(item.value, str) \
            else with_unit(number_text(item.value), local(item.unit))
        share = [escape(share_text(item.contribution))] if several else []
        if shares:
            known = item.name in shares
            share = [escape(shapley_text(shares[item.name], card.model.is_probability)) if known else "—"]
        source = tr("read by eye") if item.name in read_by_eye else local(item.source)
        rows.append([escape(local(item.title)), escape(value), escape(source), *share])
    share_head = [share_title(card.model.estimator)] if several else []
    if shares:
        share_head = [tr("Shapley value (percentage points)") if card.model.is_probability else tr("Shapley value")]
    return section(tr("Inputs"), table(rows, (tr("Input"), tr("Value"), tr("From"), *share_head)))


def _measurements(card: ScoreCard) -> str:
    rows = []
    for name, value in card.measurements.items():
        title, unit = measurement_title(name)
        shown = number_text(value) if isinstance(value, float) else str(value)
        rows.append([escape(local(title)), escape(with_unit(shown, unit))])
    return section(tr("Measurements of the region"), table(rows))


def _roi_protocol(card: ScoreCard) -> str:
    """How such a region is to be drawn; whether it was drawn so, the software cannot know."""
    protocol = card.provenance.get("roi_protocol")
    if not protocol:
        return ""
    rule = f'{escape(local(protocol["rule"]))} {_evidence(protocol["evidence"])}'
    name = tr("{title} ({id}, version {version})", title=local(protocol["title"]), id=protocol["id"],
              version=protocol["version"])
    rows = [[tr("Protocol"), escape(name)],
            [escape(local(card.compartment.replace("-", " ").capitalize())), rule]]
    if protocol["source"]:
        rows.append([tr("Source"), escape(protocol["source"])])
    made_by = card.provenance.get("roi", {}).get("made_by")
    if made_by:
        rows.append([tr("How this region was made"), escape(local(made_by))])
    rows.append([tr("All steps, with pictures"),
                 f'<span class="hash">radiomics-ortho protocols {escape(protocol["id"])} -o protocol.html</span>'])
    return section(tr("ROI protocol"), table(rows, kind="facts"))


def _semantic(card: ScoreCard) -> str:
    """What a reader answered, each question with its answer in words."""
    semantic = card.provenance.get("semantic")
    if not semantic:
        return ""
    form = semantic["form"]
    rows = [[escape(local(entry["title"])), escape(local(entry["meaning"]))] for entry in semantic["answers"].values()]
    return section(tr("Findings by eye"), table(rows, (tr("Question"), tr("Answer"))) + "<p>"
                   + escape(tr("Form {id}, version {version}.", id=form["id"], version=form["version"])) + "</p>")


def _acquisition(card: ScoreCard) -> str:
    known, stated = card.acquisition.get("known", {}), card.acquisition.get("stated_by_user", ())
    rows = []
    for name, value in known.items():
        title, unit = ACQUISITION_FACTS.get(name, (name, ""))
        shown = (tr("yes") if value else tr("no")) if isinstance(value, bool) else \
            with_unit(number_text(value) if isinstance(value, float) else str(value), unit)
        rows.append([escape(local(title)), escape(shown),
                     tr("stated by the user") if name in stated else tr("from the file")])
    to_the_point = FACTS_OF.get(card.model.applicability.modality, ())
    rows += [[escape(local(ACQUISITION_FACTS.get(name, (name, ""))[0])), tr("unknown"), "—"]
             for name in card.acquisition.get("unknown", ()) if name in to_the_point]
    return section(tr("How the scan was made"), table(rows, (tr("Fact"), tr("Value"), tr("From"))))


def _model(card: ScoreCard) -> str:
    model, facts = card.model, card.model.card
    rows = [[tr("Intended use"), escape(local(facts["intended_use"]))],
            [tr("Not for"), escape(local(facts.get("not_for") or "—"))],
            [tr("Population"), escape(local(facts["population"]))]]
    if facts.get("reference_standard"):
        rows.append([tr("Reference standard"), escape(local(facts["reference_standard"]))])
    rows += [[tr("Limitations"), bullets(map(local, facts.get("limitations", ()))) or "—"],
             [tr("Citations"), bullets(facts["citations"])],
             [tr("Licence"), escape(local(facts["licence"]))],
             [tr("Trust level"), escape(local(EVIDENCE_OF_TRUST[model.trust]))],
             [tr("Identity"), escape(tr("{id}, version {version}", id=model.id, version=model.version))],
             [tr("Signature"), escape(local(model.signature.sentence))],
             [tr("Hash"), f'<span class="hash">sha256 {escape(model.sha256)}</span>']]
    performance = table(([escape(local(p.get("measure", ""))), escape(local(p.get("value", ""))),
                           _evidence(p.get("evidence", "not stated")), escape(local(p.get("source", "")))]
                          for p in facts.get("performance", ())),
                        (tr("Measure"), tr("Value"), tr("Evidence"), tr("Source")))
    return section(tr("The model"), table(rows, kind="facts")
                    + (f"<h3>{tr('Performance')}</h3>{performance}" if performance else ""))


def _features(features: Mapping[str, float]) -> str:
    if not features:
        return ""
    rows = ([escape(name), escape(number_text(value, 6) if isinstance(value, (int, float)) else value)]
            for name, value in features.items())
    return (f'<section class="screen"><details><summary>'
            f'{escape(tr("Radiomics features ({count})", count=len(features)))}</summary>'
            f'{table(rows, (tr("Feature"), tr("Value")), "features")}</details></section>')


def _provenance(card: ScoreCard) -> str:
    provenance = dict(card.provenance)
    if "semantic" in provenance:
        # the answers have a section of their own
        provenance["semantic"] = {"form": provenance["semantic"]["form"]}
    if "roi_protocol" in provenance:
        protocol = provenance["roi_protocol"]
        provenance["roi_protocol"] = {name: protocol[name] for name in ("id", "version", "sha256")}
    for name in ("schema", "acquisition", "findings", "features"):
        provenance.pop(name, None)
    if "profile" in provenance:
        # its hash stands for them; features.provenance.json has them all
        provenance["profile"] = {name: value for name, value in provenance["profile"].items() if name != "settings"}
    rows = ([escape(name.replace("_", " ")), f'<span class="hash">{escape(value)}</span>']
            for name, value in _flat(provenance))
    return section(tr("Provenance"), table(rows, kind="facts"))


def _flat(data: Mapping, prefix: str = "") -> Iterable[tuple[str, str]]:
    """Nested settings as ``outer inner`` → value."""
    for name, value in data.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name} ")
        else:
            shown = ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
            yield f"{prefix}{name}", shown
