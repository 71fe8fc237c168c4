"""The report in another language: complete where its words are fixed, English where no translation is known."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import generated
import pytest
from RadiomicsOrthoLib import RESEARCH_USE_ONLY
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.features.measurements import MEASUREMENTS
from RadiomicsOrthoLib.imaging.acquisition import ACQUISITION_FACTS
from RadiomicsOrthoLib.models.catalogue import load_catalogue
from RadiomicsOrthoLib.quality.finding import Finding
from RadiomicsOrthoLib.regions.roi import COMPARTMENTS, SITES
from RadiomicsOrthoLib.report import wording
from RadiomicsOrthoLib.report.checklist_section import METRICS
from RadiomicsOrthoLib.report.files import card_files
from RadiomicsOrthoLib.report.language import LANGUAGES, Catalogue, catalogue, language, local, speaking, tr
from RadiomicsOrthoLib.report.svg import text_width, wrap
from RadiomicsOrthoLib.resources import resource_folder
from RadiomicsOrthoLib.scoring.card_file import card_from_json

REPORT = Path(wording.__file__).parent
FOREIGN = [code for code in LANGUAGES if code != "en"]
FILES = sorted((resource_folder() / "Languages").glob("*/*.json"))
GAP = re.compile(r"\{(\w+)\}")
#: an abbreviation (``SINS``, ``M-score``) needs no translation
WORD = re.compile("[a-z]{3} ")
#: sources, notices and what is for programs; help stands in the panels, which Slicer translates
AS_IT_STANDS = {"citations", "licence", "notice", "formula", "source", "help", "check_vectors", "training_provenance",
                "background", "estimator", "transform", "schema"}
CHINESE = re.compile("[\u4e00-\u9fff]")


def fixed_texts() -> set[str]:
    """The first argument of every ``tr`` in the report."""
    calls = [node for path in REPORT.rglob("*.py") for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
             if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tr"]
    assert all(isinstance(call.args[0], ast.Constant) for call in calls), "tr() takes a text as it is written"
    return {call.args[0].value for call in calls}


def named_texts() -> set[str]:
    """What is looked up by name: severities, sites, parts, measurements, facts of a scan."""
    parts = {name.replace("-", " ") for name in COMPARTMENTS} - {"unknown"}
    return {RESEARCH_USE_ONLY, *(word for _, word in wording.SEVERITY.values()), *wording.EVIDENCE_OF_TRUST,
            *wording.EVIDENCE_OF_TRUST.values(), *SITES, *parts, *(part.capitalize() for part in parts),
            *(title for title, _ in MEASUREMENTS.values() if title not in ("Mean", "Median")),
            *(title for title, _ in ACQUISITION_FACTS.values()), *(item.name for item in METRICS)}


@pytest.mark.parametrize("code", FOREIGN)
def test_every_fixed_text_of_the_report_has_a_translation(code: str) -> None:
    texts = catalogue(code).texts
    assert len(fixed_texts()) > 50
    assert sorted((fixed_texts() | named_texts()) - set(texts)) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_translation_fills_the_gaps_that_its_english_text_has(path: Path) -> None:
    pairs = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=list)
    assert len({english for english, _ in pairs}) == len(pairs), "a text is translated twice"
    for english, translated in pairs:
        assert translated.strip(), english
        assert set(GAP.findall(translated)) == set(GAP.findall(english)), english


def test_no_text_is_translated_in_two_files_differently() -> None:
    for code in FOREIGN:
        seen: dict[str, str] = {}
        for path in (path for path in FILES if path.parent.name == code):
            for english, translated in json.loads(path.read_text(encoding="utf-8")).items():
                assert seen.setdefault(english, translated) == translated, english


def test_a_sentence_of_a_card_is_found_by_its_template() -> None:
    words = Catalogue({"{a} to {b}": "{a}–{b}", "Made at {kv} kV; holds at {made}.": "<{made}|{kv}>", "two": "2",
                       "It is {x}, therefore {x}.": "{x}!"})
    assert words.translate("Made at 100 kV; holds at two.") == "<2|100>"
    assert words.translate("1 to 2.5") == "1–2.5" and words.translate("a reason to look") == "a reason to look"
    assert words.translate("It is so, therefore so.") == "so!"
    assert words.translate("It is so, therefore no.") == "It is so, therefore no."
    assert words.translate("Nothing known.") == "Nothing known."
    assert words.translate("a {b} c") == "a {b} c"


def test_values_with_braces_are_never_filled_in() -> None:
    with speaking("zh"):
        assert tr("Interval: {range}.", range="{range} {other}") == "区间：{range} {other}。"


def test_the_language_ends_with_its_block() -> None:
    with speaking("zh"):
        assert language() == "zh" and tr("Findings") == "质量检查结果" and local("Warning") == "警告"
    assert language() == "en" and tr("Findings") == "Findings"
    with pytest.raises(InputError, match="There are reports in en and zh, not in 'xx'"), speaking("xx"):
        pass


def test_a_card_is_rendered_in_chinese_and_recorded_in_english() -> None:
    card = generated.logistic_card()
    english, chinese = card_files(card), card_files(card, language="zh")
    assert chinese["card.json"] == english["card.json"]
    page = chinese["report.html"]
    assert '<html lang="zh-CN">' in page and "仅供研究使用" in page and "仅供研究使用" in chinese["nomogram.svg"]
    headings = re.findall("<h2>(.*?)</h2>", page)
    assert headings and all(CHINESE.search(heading) for heading in headings)
    assert not re.search("Research use only", page)
    assert card_files(card) == english


def test_a_model_brings_translations_of_its_own_texts_only() -> None:
    data = generated.logistic_dict()
    warning = Finding("ODD", "warn", "Something that nobody translated.")
    data["translations"] = {"zh": {
        data["title"]: "由评分得出的骨质疏松", data["inputs"][0]["title"]: "组学评分", warning.sentence: "一切正常",
        RESEARCH_USE_ONLY: "可用于诊断"}, "xx": {data["title"]: "?"}}
    card = generated.card(generated.bundle(data), {"rad_score": 0.6, "age": 71.0, "fracture": "one", "mean_hu": 98.0},
                          findings=(warning,))
    files = card_files(card, language="zh")
    page = files["report.html"]
    assert "由评分得出的骨质疏松" in page and "组学评分" in files["nomogram.svg"]
    assert warning.sentence in page and "一切正常" not in page and "可用于诊断" not in page
    assert "由评分得出的骨质疏松" not in card_files(card)["report.html"]
    again = card_from_json(card.to_json())
    assert card_files(again, language="zh")["report.html"] == page
    for wrong in ({"zh": {"a": 1}}, {"zh": "b"}, "c", {"zh": {"a": ""}}):
        with pytest.raises(ValueError, match="'translations'"):
            generated.bundle(data | {"translations": wrong})


def test_what_has_no_translation_is_shown_in_english() -> None:
    finding = Finding("ODD", "warn", "Something that nobody translated.", "Look twice.")
    page = card_files(generated.card(findings=(finding,)), language="zh")["report.html"]
    assert "Something that nobody translated." in page and "建议：Look twice." in page


@pytest.mark.parametrize("width", [60.0, 100.0, 220.0])
def test_chinese_lines_break_between_characters_and_keep_their_closing_signs(width: float) -> None:
    text = "高于 160 HU 的数值（未核实），一位读者的判读结果；区间为 12.5 至 14.8。"
    lines = wrap(text, 12, width)
    assert len(lines) > 1 and all(text_width(line, 12) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert not [line for line in lines if line[0] in "，。；、）"]


def card_texts(card: object, key: str = "") -> set[str]:
    """The texts of a ``model.json`` that a report shows in the language of its reader."""
    if isinstance(card, str):
        return {card}
    if isinstance(card, dict):
        return set().union(*(card_texts(entry, name) for name, entry in card.items() if name not in AS_IT_STANDS))
    return set().union(*(card_texts(entry) for entry in card)) if isinstance(card, list) else set()


@pytest.mark.parametrize("code", FOREIGN)
def test_every_text_of_the_shipped_models_is_translated(code: str) -> None:
    models, refused = load_catalogue()
    assert len(models) > 30 and not refused
    texts = set().union(*(card_texts(dict(model.card)) for model in models))
    assert sorted(text for text in texts if catalogue(code).translate(text) == text and WORD.search(text)) == []


@pytest.mark.parametrize("code", FOREIGN)
def test_no_tag_of_evidence_stays_partly_english(code: str) -> None:
    tags = {entry["evidence"] for model in load_catalogue()[0] for group in ("classes", "thresholds")
            for entry in model.card["output"].get(group, ())}
    assert len(tags) > 5
    shown = {tag: catalogue(code).translate(tag).replace("AO Spine", "") for tag in tags}
    assert {tag: text for tag, text in shown.items() if re.search("[a-z]{3}", text)} == {}


@pytest.mark.parametrize("code", FOREIGN)
def test_how_a_proposed_region_was_made_is_said_in_the_language(code: str) -> None:
    from RadiomicsOrthoLib.regions import trabecular
    from RadiomicsOrthoLib.regions.femur import segmentation as femur
    from RadiomicsOrthoLib.regions.lumbar_mr import csf, proposal
    from RadiomicsOrthoLib.regions.origin import EDITED
    from RadiomicsOrthoLib.regions.totalsegmentator import body
    from RadiomicsOrthoLib.regions.vertebra import spine

    below = "3 mm below the surface, " + trabecular.WITHOUT_VEIN
    methods = [spine.METHOD, femur.METHOD, csf.METHOD, body.METHOD, *proposal.MADE_BY.values(), "Slicer segment",
               f"{spine.METHOD}; {below}", f"{spine.METHOD}; {trabecular.METHOD}, {below}",
               f"{spine.METHOD}; largest ellipse in front at mid-height, 5 mm",
               f"{spine.METHOD}; ellipse in the front two thirds, 9 mm at mid-height"]
    with speaking(code):
        for made_by in (*methods, *(method + EDITED for method in methods)):
            # names of programs and models stay
            said = re.sub("lumbar-mr-bodies|Slicer", "", local(made_by))
            assert not re.search("[a-z]{3}", said), (made_by, said)
