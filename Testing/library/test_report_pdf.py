"""The report as PDF: text and lines, not pixels; complete; equal for equal cards."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zlib
from base64 import a85decode
from pathlib import Path

import generated
import phantoms
import pytest
from RadiomicsOrthoLib.cli.main import main
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.quality.finding import Finding
from RadiomicsOrthoLib.regions.trabecular import trabecular_core
from RadiomicsOrthoLib.report import drawing as drawing_module
from RadiomicsOrthoLib.report.drawing import Drawing
from RadiomicsOrthoLib.report.html import report_sections
from RadiomicsOrthoLib.report.nomogram_svg import nomogram_svg
from RadiomicsOrthoLib.report.page_tree import page_tree
from RadiomicsOrthoLib.report.pdf import report_pdf
from RadiomicsOrthoLib.report.pdf_fonts import runs
from RadiomicsOrthoLib.report.region_views import region_views
from RadiomicsOrthoLib.report.svg import to_svg
from RadiomicsOrthoLib.report.svg_reader import from_svg
from RadiomicsOrthoLib.resources import resource_folder

TTFont = pytest.importorskip("reportlab.pdfbase.ttfonts", reason="reportlab is needed to write PDF").TTFont
REPORT = Path(drawing_module.__file__).parent
CARDS = {"bands": generated.card(), "logistic": generated.logistic_card()}


def words(pdf: bytes, folder: Path) -> str:
    """The text of a PDF as a reader sees it."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler) is not there to read a PDF with")
    (folder / "report.pdf").write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", "-enc", "UTF-8", "report.pdf", "-"], cwd=folder, check=True,
                          capture_output=True)
    return " ".join(done.stdout.decode().split())


def pages(pdf: bytes) -> list[bytes]:
    """The drawing orders of each page."""
    found = []
    for content in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            orders = zlib.decompress(a85decode(content.strip(), adobe=content.strip().startswith(b"<~")
                                               or content.strip().endswith(b"~>")))
        except (ValueError, zlib.error):
            continue
        found += [orders] if b" re" in orders and b"BT" in orders else []
    return found


@pytest.mark.parametrize("name", CARDS)
def test_a_drawing_is_read_back_from_its_svg(name: str) -> None:
    drawing = from_svg(nomogram_svg(CARDS[name], 700))
    assert len(drawing.shapes) > 30 and drawing.width == 700
    assert from_svg(to_svg(drawing)).shapes == drawing.shapes
    with pytest.raises(ValueError, match="no <ellipse>"):
        from_svg(to_svg(Drawing(10, 10)).replace("</svg>", "<ellipse/></svg>"))


def test_sections_come_back_as_a_tree() -> None:
    card = CARDS["logistic"]
    html = "".join(report_sections(card, nomogram_svg(card)))
    tree = page_tree(html)
    assert [node.tag for node in tree] == ["section"] * len(tree)
    titles = [next(node.find_all("h2")).text for node in tree]
    assert titles[0] == "Result" and titles.index("Findings") < titles.index("Nomogram") < titles.index("The model")
    drawings = [svg for node in tree for svg in node.find_all("svg")]
    assert nomogram_svg(card).strip() in [svg.source for svg in drawings]
    with pytest.raises(ValueError, match="closes"):
        page_tree("<p><b>x</p></b>")


@pytest.mark.parametrize("name", CARDS)
def test_what_the_page_says_the_paper_says(name: str, tmp_path: Path) -> None:
    card = CARDS[name]
    said = words(report_pdf(card), tmp_path)
    for node in page_tree("".join(report_sections(card, nomogram_svg(card)))):
        assert next(node.find_all("h2")).text in said
    for text in (card.model.title, card.output_class.title, card.findings[0].remedy,
                 card.model.card["citations"][0][:30], "Research use only",
                 "Total points" if name == "logistic" else "135"):
        assert text in said, text
    numbers = re.findall(r" (\d) ?/ ?(\d)\b", said)
    assert [number for number, count in numbers if count == numbers[-1][1]][-1] == numbers[-1][1]


def test_the_chart_is_drawn_with_lines_and_the_slices_are_the_only_pixels() -> None:
    image, roi = phantoms.trunk(spacing=(1.0, 1.0, 2.0))
    views = region_views(image, trabecular_core(roi, 3.0), roi)
    without, with_views = report_pdf(CARDS["logistic"]), report_pdf(CARDS["logistic"], views)
    assert without.count(b"/Subtype /Image") == 0 and with_views.count(b"/Subtype /Image") == 3
    assert sum(orders.count(b" l S") for orders in pages(without)) > 50
    assert b"/FontFile2" in without


def test_equal_cards_give_equal_bytes_without_a_date() -> None:
    first, second = report_pdf(CARDS["bands"]), report_pdf(CARDS["bands"])
    assert first == second and first.startswith(b"%PDF-")
    assert set(re.findall(rb"D:(\d{8})", first)) == {b"20000101"}


def test_a_report_in_chinese(tmp_path: Path) -> None:
    said = words(report_pdf(CARDS["logistic"], language="zh"), tmp_path).replace(" ", "")
    assert "仅供研究使用" in said and "列线图" in said and "总分" in said


def test_a_refused_case_has_no_number(tmp_path: Path) -> None:
    card = generated.card(findings=(Finding("METAL_IN_ROI", "refuse", "There is metal.", "Exclude it."),))
    said = words(report_pdf(card), tmp_path)
    assert "No number is given." in said and "There is metal." in said and "142.4" not in said


def test_texts_that_outgrow_a_page_are_continued_on_the_next(tmp_path: Path) -> None:
    finding = Finding("LONG", "warn", "A sentence that goes on. " * 400, "What to do about it. " * 50)
    said = words(report_pdf(generated.card(findings=(finding,))), tmp_path)
    assert said.count("goes on.") == 400


def test_each_character_gets_a_face_that_has_it() -> None:
    assert list(runs("a − b")) == [("Vera", "a − b")]
    assert [(face, text) for face, text in runs("✓ ok Δ") if face != "Vera"] == [("ZapfDingbats", "✓"), ("Symbol", "Δ")]
    assert [text for face, text in runs("L1 椎体，好") if face != "Vera"] == ["椎体，好"]
    assert list(runs("1 − S₀^x, 10⁻⁶")) == [("Vera", "1 − S0^x, 10−6")]


def test_every_sign_of_the_shipped_texts_has_a_face() -> None:
    texts = [path.read_text(encoding="utf-8") for folder in ("Models", "Languages", "Protocols")
             for path in (resource_folder() / folder).rglob("*.json")]
    known = {*map(chr, TTFont("Vera", "Vera.ttf").face.charToGlyph), "\n"}
    odd = {text for face, text in runs("".join(sorted(set("".join(texts))))) if face == "Vera"}
    assert sorted(set("".join(odd)) - known) == []


def test_without_reportlab_one_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
                                                       capsys: pytest.CaptureFixture) -> None:
    monkeypatch.setitem(sys.modules, "reportlab", None)
    with pytest.raises(InputError, match="needs the Python package reportlab"):
        report_pdf(CARDS["bands"])
    path = tmp_path / "card.json"
    path.write_text(CARDS["bands"].to_json(), encoding="utf-8")
    assert main(["card", str(path), "--svg", str(tmp_path / "a.svg"), "--pdf", str(tmp_path / "a.pdf")]) == 2
    assert "reportlab" in capsys.readouterr().err and [item.name for item in tmp_path.iterdir()] == ["card.json"]


def test_scoring_loads_no_package_for_paper_or_dicom_unless_it_is_asked_for(tmp_path: Path) -> None:
    code = ("import sys; from RadiomicsOrthoLib.cli.main import main; main(['score', '--model', 'ost', '--clinical', "
            "'age=70', 'weight=60', '--out', 'out']); "
            "print(sorted({'reportlab', 'highdicom', 'pydicom', 'PIL'} & set(sys.modules)))")
    done = subprocess.run([sys.executable, "-X", "utf8", "-c", code], capture_output=True, encoding="utf-8", check=True,
                          cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(REPORT.parents[1])})
    assert done.stdout.splitlines()[-1] == "[]" and (tmp_path / "out" / "report.html").exists()


def test_the_card_command_writes_the_report_as_pdf(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    path = tmp_path / "card.json"
    path.write_text(CARDS["logistic"].to_json(), encoding="utf-8")
    assert main(["card", str(path), "--pdf", str(tmp_path / "a.pdf"), "--language", "zh"]) == 0
    assert (tmp_path / "a.pdf").read_bytes() == report_pdf(CARDS["logistic"], language="zh")
    assert "a.pdf" in capsys.readouterr().out
