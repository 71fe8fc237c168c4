"""The HTML report: one passive file, everything in it escaped, in the order of a clinician."""

from __future__ import annotations

import base64
import dataclasses
import re
from html.parser import HTMLParser

import generated
import pytest
from RadiomicsOrthoLib import RESEARCH_USE_ONLY
from RadiomicsOrthoLib.models.catalogue import load_model
from RadiomicsOrthoLib.quality.finding import Finding
from RadiomicsOrthoLib.report.html import report_html
from RadiomicsOrthoLib.report.nomogram_svg import nomogram_svg
from RadiomicsOrthoLib.report.wording import number_text, probability_text
from RadiomicsOrthoLib.scoring.card import ScoreCard

PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
                       "AABJRU5ErkJggg==")
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>\'&<style>*{display:none}</style>'
VOID = {"meta", "img", "br"}


class _Page(HTMLParser):
    """Tags with their attributes, and the text; fails on tags that do not nest."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def page(card: ScoreCard, **more: object) -> _Page:
    return _Page(html(card, **more))


def html(card: ScoreCard, **more: object) -> str:
    return report_html(card, nomogram_svg(card, 900), **more)


def test_the_page_is_complete_and_in_the_order_of_a_clinician() -> None:
    card = generated.logistic_card()
    text = page(card, pictures={"Axial slice": PNG}, features={"original_firstorder_Mean": 98.0}).text
    marks = [RESEARCH_USE_ONLY, card.model.title, "Result", "69.6 %", "High: above 20 %", "Findings", "Pictures",
             "Axial slice", "Nomogram", "Total points", "Inputs", "Measurements of the region",
             "How the scan was made", "The model", "Intended use", "Not for", "Population", "Limitations",
             "Citations", "Licence", "Trust level", "Performance", "0.81 (95 % CI 0.76 to 0.86)",
             "Checklists (METRICS, CLEAR)", "Radiomics features (1)", "Provenance"]
    start = text.index("Result")     # what stands before is the title in the head and the banner
    places = [text.index(RESEARCH_USE_ONLY), text.index(card.model.title)]
    for mark in marks[2:]:
        assert mark in text[start:], mark
        start = text.index(mark, start)
        places.append(start)
    assert places[2:] == sorted(places[2:]) and max(places[:2]) < places[2]
    assert text.count(RESEARCH_USE_ONLY) >= 3       # banner, drawing, footer


def test_the_file_has_no_script_and_nothing_from_outside() -> None:
    content = html(generated.logistic_card(), pictures={"Axial slice": PNG},
                   narrow_svg=nomogram_svg(generated.logistic_card(), 380))
    tags = _Page(content).tags
    names = {name for name, _ in tags}
    assert not names & {"script", "link", "iframe", "object", "embed", "form", "base", "a", "video", "foreignobject"}
    for name, attributes in tags:
        assert not [key for key in attributes if key.startswith("on")], name
        for key in ("src", "href", "xlink:href", "srcset", "action", "style"):
            assert attributes.get(key, "data:").startswith("data:image/png;base64,") or key not in attributes
    assert "url(" not in content and "@import" not in content
    policies = [a["content"] for name, a in tags if name == "meta" and
                a.get("http-equiv") == "Content-Security-Policy"]
    assert len(policies) == 1
    assert policies[0].startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:")
    assert content.index("Content-Security-Policy") < content.index("<style>")


def test_pictures_are_inside_the_file() -> None:
    tags = page(generated.card(), pictures={"Axial & sagittal": PNG}).tags
    pictures = [attributes for name, attributes in tags if name == "img"]
    assert [a["alt"] for a in pictures] == ["Axial & sagittal"]
    assert base64.b64decode(pictures[0]["src"].removeprefix("data:image/png;base64,")) == PNG
    assert not [1 for name, _ in page(generated.card()).tags if name in {"img", "figure"}]


def test_hostile_text_is_inert_wherever_it_comes_from() -> None:
    data = generated.logistic_dict()
    for entry in ("title", "version", "intended_use", "not_for", "population", "licence", "id"):
        data[entry] = HOSTILE
    data["citations"] = data["limitations"] = [HOSTILE]
    data["performance"] = [dict.fromkeys(("measure", "value", "evidence", "source"), HOSTILE)]
    data["inputs"][0] |= {"title": HOSTILE, "unit": HOSTILE}
    data["inputs"][2]["choices"]["one"] = HOSTILE
    data["output"]["title"] = HOSTILE
    data["output"]["classes"][1] |= {"title": HOSTILE, "sentence": HOSTILE, "evidence": HOSTILE}
    data["output"]["thresholds"][0] |= {"title": HOSTILE, "evidence": HOSTILE, "source": HOSTILE}
    card = generated.card(
        generated.bundle(data), {"rad_score": 0.6, "age": 71.0, "fracture": "one", "mean_hu": 98.0},
        place=HOSTILE, site=HOSTILE, compartment=HOSTILE, interval_reason=HOSTILE,
        findings=(Finding("CODE<B>", "warn", HOSTILE, HOSTILE),),
        measurements={HOSTILE: 1.0}, provenance={HOSTILE: HOSTILE, "list": [HOSTILE]},
        acquisition={"known": {HOSTILE: HOSTILE, "kernel": HOSTILE}, "unknown": [HOSTILE], "stated_by_user": [HOSTILE]})
    sound = generated.logistic_card()

    def shape(of: ScoreCard) -> set[str]:
        return {name for name, _ in page(of, pictures={HOSTILE: PNG}, features={HOSTILE: 1.0}).tags}

    content = html(card, pictures={HOSTILE: PNG}, features={HOSTILE: 1.0})
    assert "<script" not in content and "<img src=x" not in content and content.count("<style") == 1
    assert shape(card) == shape(sound)
    assert not [a for _, attributes in _Page(content).tags for a in attributes if a.startswith("on")]
    assert _Page(content).text.count("<script>alert(1)</script>") > 30     # shown, not dropped
    content.encode("utf-8")


@pytest.mark.parametrize("svg", [
    '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    '<svg xmlns="http://www.w3.org/2000/svg"><foreignObject/></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg"><a href="https://example.org"><text>x</text></a></svg>',
    '<div xmlns="http://www.w3.org/2000/svg"/>',
    '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg"><text>&x;</text></svg>',
    '<!DOCTYPE svg [<!ENTITY x "lol"><!ENTITY y "&x;&x;">]><svg xmlns="http://www.w3.org/2000/svg">&y;</svg>',
])
def test_only_a_passive_drawing_is_taken(svg: str) -> None:
    with pytest.raises(ValueError, match="without scripts"):
        report_html(generated.card(), svg)


def test_findings_are_grouped_by_severity_with_word_sign_and_remedy() -> None:
    findings = (Finding("B_NOTE", "note", "Noted."), Finding("A_WARN", "warn", "Warned.", "Look twice."))
    content = html(generated.card(findings=findings))
    text = _Page(content).text
    assert "⚠ Warning: Warned. What to do: Look twice. A_WARN" in text
    assert "ℹ Note: Noted. B_NOTE" in text
    assert text.index("Warned.") < text.index("Noted.")
    assert re.findall(r'<ul class="findings (\w+)">', content) == ["warn", "note"]
    assert "Findings None." in page(generated.card(findings=())).text


def test_a_refused_case_shows_its_reasons_and_no_number() -> None:
    card = generated.card(findings=(Finding("METAL_IN_ROI", "refuse", "There is metal.", "Exclude it."),))
    text = page(card).text
    assert "No number is given." in text and "✖ Refused: There is metal. What to do: Exclude it." in text
    assert "142.4" not in text and "Indeterminate: above 110, up to 160 HU ✓" not in text


def test_evidence_is_visible_on_class_and_cutoffs() -> None:
    content = html(generated.card())
    tags = re.findall(r'<span class="tag (\w+)">(.)&nbsp;([^<]*)</span>', content)
    assert ("verified", "✓", "verified") in tags
    assert ("unverified", "?", "unverified (from memory, medium confidence)") in tags
    assert all((kind == "verified") == (sign == "✓") == text.startswith("verified") for kind, sign, text in tags)


def test_interval_or_the_reason_why_there_is_none() -> None:
    card = generated.card()
    assert f"No interval. {card.interval_reason}" in page(card).text
    moved = dataclasses.replace(card, interval=(136.2, 149.9), interval_reason="When the core is cut elsewhere.")
    assert "Interval: 136.2 to 149.9 HU. When the core is cut elsewhere." in page(moved).text
    risk = dataclasses.replace(generated.logistic_card(), interval=(0.61, 0.77))
    assert "Interval: 61.0 % to 77.0 %." in page(risk).text


def test_inputs_have_titles_units_and_shares() -> None:
    text = page(generated.logistic_card()).text
    assert "Age 71 years clinical +3.905" in text
    assert "Fracture after the age of 50 One clinical +0.550" in text
    assert "Mean trabecular attenuation 98 HU measurement −1.176" in text


def test_scan_facts_are_known_stated_or_unknown() -> None:
    text = page(generated.card()).text
    assert "Tube voltage 120 kV from the file" in text
    assert "Contrast agent no stated by the user" in text
    assert "Scanner manufacturer unknown —" in text


def test_a_ct_is_not_said_to_lack_what_only_an_mr_has() -> None:
    facts = {"known": {}, "unknown": ["kvp", "field_strength_t"], "stated_by_user": []}
    text = page(generated.card(acquisition=facts)).text
    assert "Tube voltage unknown —" in text and "Field strength" not in text
    known = {"known": {"field_strength_t": 1.5}, "unknown": [], "stated_by_user": []}
    assert "Field strength 1.5 T from the file" in page(generated.card(acquisition=known)).text


def test_measurements_and_provenance_are_complete() -> None:
    text = page(generated.card(measurements={"mean_hu": 142.37, "volume_ml": 11.73, "odd_thing": 3.0})).text
    assert "Mean attenuation 142.4 HU" in text and "Volume 11.73 mL" in text and "Odd thing 3" in text
    assert f"image sha256 {'ab' * 32}" in text and "image spacing mm 1.0, 1.0, 1.0" in text


def test_a_narrow_drawing_replaces_the_wide_one_on_a_narrow_screen_only() -> None:
    card = generated.logistic_card()
    classes = [a.get("class") for name, a in page(card, narrow_svg=nomogram_svg(card, 380)).tags if name == "div"]
    assert "chart wide" in classes and "chart narrow" in classes
    alone = [a.get("class") for name, a in page(card).tags if name == "div"]
    assert "chart" in alone and "chart narrow" not in alone


def test_a_checklist_item_is_answered_or_open_and_never_both() -> None:
    card = generated.card(provenance={"roi": {"made_by": "manual"}, "image": {}})
    text = page(card).text
    text = text[text.index("Checklists"):text.index("Provenance")]
    answered, _, left = text.partition("Left to the author")
    assert "8 19–20 how the region was drawn manual" in answered and "8 how the region" not in left
    assert "11 21–24 image preprocessing none: voxels of the scan's own grid" in answered
    assert "27 — external testing" in answered     # the model's card has external figures
    assert "2 eligibility criteria" in left and "28 data shared" in left
    # a mean of voxels has no features that could be unstable
    assert "unstable features removed" not in text
    assert "unstable features removed" in page(generated.logistic_card()).text
    assert "Checklists" not in page(generated.card(load_model("ost"), {"age": 70.0, "weight": 60.0})).text


def test_equal_cards_give_equal_pages() -> None:
    assert html(generated.card()) == html(generated.card())


@pytest.mark.parametrize(("value", "text"), [
    (0.0, "0"), (142.37, "142.4"), (-0.012345, "−0.01235"), (98.0, "98"), (11730.0, "11730"), (1234567.8, "1234568"),
    (1.234567e-7, "1.235e−07"), (99.96, "99.96"), (99.996, "100"), (5e12, "5.000e+12"), (100.0, "100")])
def test_numbers_are_short_and_honest(value: float, text: str) -> None:
    assert number_text(value) == text


@pytest.mark.parametrize(("value", "text"), [
    (0.0, "0.0 %"), (0.0004, "below 0.1 %"), (0.1234, "12.3 %"), (0.9995, "above 99.9 %"), (1.0, "100.0 %")])
def test_probabilities_are_never_rounded_to_certainty(value: float, text: str) -> None:
    assert probability_text(value) == text
