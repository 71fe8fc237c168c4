"""The nomogram's drawing: what it says, that nothing overlaps or is cut off, that Qt draws it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from xml.etree import ElementTree

import generated
import pytest
from RadiomicsOrthoLib import RESEARCH_USE_ONLY
from RadiomicsOrthoLib.quality.finding import Finding
from RadiomicsOrthoLib.report.axis_layout import Label, place_labels, spread
from RadiomicsOrthoLib.report.nomogram_sheet import PATIENT, band_tones
from RadiomicsOrthoLib.report.nomogram_svg import nomogram_svg
from RadiomicsOrthoLib.report.svg import escape, number, text_width, wrap
from RadiomicsOrthoLib.scoring.card import ScoreCard
from RadiomicsOrthoLib.scoring.nomogram import Axis, Tick

SVG = "{http://www.w3.org/2000/svg}"
#: shapes and attributes of SVG Tiny 1.2 that both browsers and Qt draw alike
ELEMENTS = {"svg", "title", "rect", "line", "polyline", "polygon", "circle", "text"}
ATTRIBUTES = {"version", "baseProfile", "role", "width", "height", "viewBox", "x", "y", "x1", "y1", "x2", "y2", "cx",
              "cy", "r", "points", "fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin",
              "font-family", "font-size", "font-weight", "text-anchor"}
HOSTILE = '<script>alert("1")</script>&\'\x00\ud800'
WIDTHS = (380, 420, 700, 960, 1400)


def ethnicity_card() -> ScoreCard:
    """Nine levels on a short axis, a hardly visible input, and a long hostile title."""
    data = generated.logistic_dict()
    levels = {"white": 0, "indian": -0.2876, "pakistani": -0.7825, "bangladeshi": -0.8173, "other asian": -0.5862,
              "black caribbean": -1.4935, "black african": -0.7355, "chinese": -0.49, "other": -0.4546}
    data["inputs"] += [
        {"name": "ethnicity", "title": "Ethnicity as recorded by the general practitioner", "source": "clinical",
         "choices": {level: level.capitalize() for level in levels}},
        {"name": "tiny", "title": "wavelet-LLH_glcm_ClusterProminence", "unit": "a.u.²", "source": "feature",
         "axis_range": [0, 123456]}]
    data["estimator"]["terms"] += [{"input": "ethnicity", "kind": "factor", "levels": levels},
                                   {"input": "tiny", "kind": "linear", "coefficient": 2e-7}]
    return generated.card(generated.bundle(data | {"title": "Long title, " * 15}),
                          {"rad_score": 0.62, "age": 71.0, "fracture": "unknown", "mean_hu": 98.0,
                           "ethnicity": "chinese", "tiny": 5e4})


def far_cutoff_card() -> ScoreCard:
    data = generated.logistic_dict()
    data["output"]["thresholds"][0]["value"] = 1.0
    return generated.card(generated.bundle(data), {"rad_score": 0.6, "age": 71.0, "fracture": "one", "mean_hu": 98.0})


CARDS = {
    "cutoff beyond the axis": far_cutoff_card(),
    "bands": generated.card(),
    "bands with interval": generated.card(interval=(136.2, 149.9), interval_reason="moved depth"),
    "beyond the bands": generated.card(values={"mean_hu": 480.0}),
    "logistic": generated.logistic_card(),
    "beyond the axes": generated.logistic_card(rad_score=3.4, age=97.0, fracture="two"),
    "cox": generated.cox_card(),
    "crowded": ethnicity_card(),
    "forest": generated.forest_card(),
    "refused": generated.card(findings=(Finding("METAL_IN_ROI", "refuse", "There is metal in the region."),),
                              interval=(136.2, 149.9)),
}


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in parsed(svg).iter(f"{SVG}text")]


def boxes(svg: str) -> Iterator[tuple[str, float, float, float, float]]:
    """(text, left, right, top, bottom) by the library's own upper estimate of widths."""
    for element in parsed(svg).iter(f"{SVG}text"):
        size, x, y = (float(element.get(name)) for name in ("font-size", "x", "y"))
        width = text_width(element.text, size, element.get("font-weight") == "bold")
        left = x - width * {"start": 0.0, "middle": 0.5, "end": 1.0}[element.get("text-anchor", "start")]
        yield element.text, left, left + width, y - 0.9 * size, y + 0.3 * size


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", CARDS)
def test_texts_neither_overlap_nor_leave_the_page(name: str, width: int) -> None:
    svg = nomogram_svg(CARDS[name], width)
    root = parsed(svg)
    height = float(root.get("height"))
    assert float(root.get("width")) == width
    placed = list(boxes(svg))
    assert len(placed) > 15
    for text, left, right, top, bottom in placed:
        assert left >= 0 and right <= width and top >= 0 and bottom <= height, f"{text!r} leaves the page"
    for (a, al, ar, at, ab), (b, bl, br, bt, bb) in itertools.combinations(placed, 2):
        assert ar <= bl or br <= al or ab <= bt or bb <= at, f"{a!r} overlaps {b!r}"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", CARDS)
def test_only_what_qt_and_browsers_draw_alike_is_used(name: str, width: int) -> None:
    svg = nomogram_svg(CARDS[name], width)
    for element in parsed(svg).iter():
        assert element.tag.removeprefix(SVG) in ELEMENTS
        assert set(element.attrib) <= ATTRIBUTES
    assert "nan" not in svg and "inf" not in re.findall(r'"([^"]*)"', svg)
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize("name", CARDS)
def test_equal_cards_give_equal_drawings(name: str) -> None:
    assert nomogram_svg(CARDS[name], 700) == nomogram_svg(CARDS[name], 700)


@pytest.mark.parametrize("name", CARDS)
def test_notice_model_version_and_trust_are_on_every_drawing(name: str) -> None:
    card = CARDS[name]
    said = " ".join(texts(nomogram_svg(card, 700)))
    assert RESEARCH_USE_ONLY in said
    assert f"Model {card.model.id}, version {card.model.version}, trust level: {card.model.trust}" in said
    assert card.model.title.split(" ")[0] in said


def test_bands_show_value_class_cutoffs_and_their_evidence() -> None:
    said = texts(nomogram_svg(CARDS["bands"], 700))
    assert "142.4 HU" in said and f"{CARDS['bands'].model.output_title} (HU)" in said
    assert {"Low", "Not low", "Low: 110 HU or less", "Not low: above 160 HU"} <= set(said)
    assert {"110", "135", "160"} <= set(said)
    assert "✓ verified" in said and "? unverified (from memory, medium confidence)" in said


def test_a_class_name_that_does_not_fit_its_band_is_left_to_the_legend() -> None:
    assert "Indeterminate" in texts(nomogram_svg(CARDS["bands"], 960))
    narrow = texts(nomogram_svg(CARDS["bands"], 380))
    assert "Indeterminate" not in narrow and "Low" in narrow
    assert "Indeterminate: above 110, up to 160 HU" in " ".join(narrow)


def test_a_cutoff_that_is_not_verified_is_dashed_and_a_verified_one_is_not() -> None:
    root = parsed(nomogram_svg(CARDS["bands"], 700))
    scale = (682 - 14.4 - 32.4) / 300                      # the strip from 0 to 300 HU
    dashed = [(round((float(line.get("x1")) - 32.4) / scale), bool(line.get("stroke-dasharray")))
              for line in root.iter(f"{SVG}line")
              if line.get("stroke-width") == "1.4" and line.get("x1") == line.get("x2")]
    # each once through the strip and once below the axis
    assert sorted(dashed) == [(110, False)] * 2 + [(135, True)] * 2 + [(160, False)] * 2


def test_the_multi_axis_form_shows_points_values_and_outcome() -> None:
    card = CARDS["logistic"]
    said = texts(nomogram_svg(card, 960))
    assert {"Points", "Rad-score", "Age", "years", "Total points", "Linear predictor", "This case"} <= set(said)
    assert {"0.62", "71 years", "One", "98 HU", "22.0 points", "69.6 %"} <= set(said)
    assert {"None", "Two or more", "Not known", "99.8"} <= set(said)
    assert any(text.startswith("Probability of osteoporosis: 69.6 % — High") for text in said)


def test_the_patient_is_marked_on_every_axis_and_the_marks_are_joined() -> None:
    root = parsed(nomogram_svg(CARDS["logistic"], 960))
    dots = [(float(c.get("cx")), float(c.get("cy"))) for c in root.iter(f"{SVG}circle") if float(c.get("r")) > 5]
    assert len(dots) == 4 + 3                              # inputs; total, predictor, outcome
    upper, lower = ([tuple(map(float, point.split(","))) for point in line.get("points").split()]
                    for line in root.iter(f"{SVG}polyline"))
    assert upper == dots[:4] and lower[:3] == dots[4:]
    assert len({x for x, _ in lower}) == 1


def test_a_value_beyond_its_axis_is_an_arrow_and_says_so() -> None:
    svg = nomogram_svg(CARDS["beyond the axes"], 960)
    assert texts(svg).count("off the axis") == 2
    arrows = [p for p in parsed(svg).iter(f"{SVG}polygon") if p.get("fill") == PATIENT]
    ends = [max(float(point.split(",")[0]) for point in arrow.get("points").split()) for arrow in arrows]
    lines = [float(line.get("x2")) for line in parsed(svg).iter(f"{SVG}line") if line.get("stroke-width") == "1.4"]
    assert [end > axis_end + 5 for end, axis_end in zip(ends, lines[1:3], strict=True)] == [True, True]
    assert texts(nomogram_svg(CARDS["logistic"], 960)).count("off the axis") == 0
    assert "480 HU (off the axis)" in texts(nomogram_svg(CARDS["beyond the bands"], 700))


def test_a_cutoff_off_the_axis_is_named_but_not_drawn() -> None:
    svg = nomogram_svg(CARDS["cutoff beyond the axis"], 960)
    assert "20 %: generated cut-off (off the axis)" in texts(svg)
    dashed = [line for line in parsed(svg).iter(f"{SVG}line") if line.get("stroke-dasharray")]
    assert len(dashed) == 1         # the sample in the legend


def test_a_refused_case_has_no_mark_and_no_value() -> None:
    svg = nomogram_svg(CARDS["refused"], 700)
    assert "No result: refused by the quality gate." in texts(svg)
    assert PATIENT not in svg and "142" not in svg


def test_the_interval_is_drawn_where_it_lies() -> None:
    with_interval, without = (nomogram_svg(CARDS[name], 700) for name in ("bands with interval", "bands"))
    bars = [r for r in parsed(with_interval).iter(f"{SVG}rect") if r.get("fill") == PATIENT]
    assert len(bars) == 1 and not [r for r in parsed(without).iter(f"{SVG}rect") if r.get("fill") == PATIENT]
    per_hu = (682 - 14.4 - 32.4) / 300
    assert float(bars[0].get("width")) == pytest.approx((149.9 - 136.2) * per_hu, abs=0.02)
    assert float(bars[0].get("x")) == pytest.approx(32.4 + 136.2 * per_hu, abs=0.02)
    assert any("136.2 to 149.9 HU" in text for text in texts(with_interval))


def test_hostile_text_stays_text() -> None:
    data = generated.logistic_dict() | {"title": HOSTILE}
    data["inputs"][0]["title"] = HOSTILE
    data["inputs"][2]["choices"]["one"] = HOSTILE
    data["output"]["classes"][1]["title"] = HOSTILE
    data["output"]["thresholds"][0]["title"] = HOSTILE
    svg = nomogram_svg(generated.card(generated.bundle(data), {"rad_score": 0.62, "age": 71.0, "fracture": "one",
                                                               "mean_hu": 98.0}, place=HOSTILE), 960)
    assert "<script" not in svg
    svg.encode("utf-8")
    assert {element.tag.removeprefix(SVG) for element in parsed(svg).iter()} <= ELEMENTS
    assert any("<script>" in text for text in texts(svg))


def test_a_model_without_ranges_is_drawn_from_zero_to_the_case() -> None:
    data = generated.logistic_dict()
    del data["inputs"][0]["axis_range"]
    card = generated.card(generated.bundle(data), {"rad_score": -7.3, "age": 71.0, "fracture": "one", "mean_hu": 98.0})
    said = texts(nomogram_svg(card, 960))
    assert "−8" in said and "−7.3" in said and "off the axis" not in said


def test_the_worse_class_is_the_darker_one_also_in_grey() -> None:
    def grey(colour: str) -> float:
        red, green, blue = (int(colour[i:i + 2], 16) for i in (1, 3, 5))
        return 0.299 * red + 0.587 * green + 0.114 * blue

    for count in (2, 3, 4):
        greys = [grey(tone) for tone in band_tones(count, lower_is_worse=True)]
        assert all(b - a > 15 for a, b in itertools.pairwise(greys))
        assert band_tones(count, lower_is_worse=False) == band_tones(count, lower_is_worse=True)[::-1]


def test_spread_keeps_order_gap_and_bounds_and_moves_no_label_without_need() -> None:
    def label(x: float, width: float = 20.0) -> Label:
        return Label("t", x, width, x, False, None)

    assert [placed.x for placed in spread([label(20), label(80)], 5, (0, 100))] == [20, 80]
    placed = spread([label(50), label(50), label(52)], 5, (0, 100))
    assert [p.x for p in placed] == pytest.approx([25.667, 50.667, 75.667], abs=1e-3)
    placed = spread([label(1), label(2), label(3)], 5, (0, 100))
    assert [p.x for p in placed] == [10, 35, 60]
    placed = spread([label(99), label(99)], 5, (0, 100))
    assert [p.x for p in placed] == [65, 90]


def ticked(values: list[float], **more: object) -> Axis:
    ticks = tuple(Tick(value, f"{value:g}", value) for value in values)
    return Axis("a", "A", "", "value", values[0], values[-1], ticks, **more)


def shown(axis: Axis, scale: float, bounds: tuple[float, float] = (-1000.0, 1000.0), clear: tuple = ()) -> list[str]:
    return [label.text for label in place_labels(axis, lambda at: scale * at, 10.0, bounds, clear)]


def test_regular_labels_are_thinned_to_every_second_fifth_or_tenth() -> None:
    axis = ticked([float(k) for k in range(21)])
    assert len(shown(axis, 25)) == 21
    assert shown(axis, 12) == [str(k) for k in range(0, 21, 2)]
    assert shown(axis, 5) == ["0", "5", "10", "15", "20"]
    assert shown(axis, 2) == ["0", "10", "20"]


def test_a_label_does_not_cover_what_is_to_be_kept_clear() -> None:
    axis = ticked([0.0, 50.0, 100.0, 150.0])
    assert shown(axis, 1.0, clear=(104.0,)) == ["0", "50", "150"]
    assert shown(axis, 1.0, clear=(75.0,)) == ["0", "50", "100", "150"]


def test_an_axis_too_short_for_two_labels_shows_its_range_inside_the_bounds() -> None:
    axis = ticked([0.0, 100000.0, 200000.0])
    label, = place_labels(axis, lambda at: 1e-5 * at, 10.0, (0.0, 300.0))
    assert label.text == "0–200000" and label.tick is None
    assert label.x - 0.5 * label.width == pytest.approx(0.0)
    falling = place_labels(axis, lambda at: 100 - 1e-5 * at, 10.0, (0.0, 300.0))
    assert [label.text for label in falling] == ["200000–0"]


def test_ranked_labels_give_way_to_those_of_a_higher_rank_on_their_side_only() -> None:
    ticks = (Tick(1.0, "1", 0.0, rank=2), Tick(2.0, "2", 5.0, rank=0), Tick(3.0, "3", 8.0, rank=1, above=True),
             Tick(4.0, "4", 60.0, rank=3))
    assert shown(Axis("a", "A", "", "value", 0.0, 60.0, ticks, "ranked"), 1.0) == ["2", "3", "4"]


def test_levels_that_cannot_all_stand_in_one_line_are_wrapped_not_cut() -> None:
    levels = tuple(Tick(str(k), f"a rather long level {k}", 10.0 * k) for k in range(6))
    placed = place_labels(Axis("a", "A", "", "points", 0.0, 50.0, levels, "levels"), lambda at: at, 10.0, (0.0, 200.0))
    assert {label.tick.value for label in placed} == {str(k) for k in range(6)}
    assert all(" ".join(label.lines) == label.tick.label and len(label.lines) > 1 for label in placed)
    assert all(label.x - 0.5 * label.width >= 0 and label.x + 0.5 * label.width <= 200.001 for label in placed)
    for row in (True, False):
        edges = [(p.x - 0.5 * p.width, p.x + 0.5 * p.width) for p in placed if p.above is row]
        assert len(edges) == 3 and all(a[1] < b[0] for a, b in itertools.pairwise(edges))


def test_widths_are_never_less_than_those_of_dejavu_sans() -> None:
    gui = pytest.importorskip("PySide6.QtGui")
    app = gui.QGuiApplication.instance() or gui.QGuiApplication([])
    if "DejaVu Sans" not in gui.QFontDatabase.families():
        pytest.skip("DejaVu Sans is not installed")
    for bold in (False, True):
        font = gui.QFont("DejaVu Sans")
        font.setPixelSize(100)
        font.setBold(bold)
        metrics = gui.QFontMetricsF(font)
        for text in (RESEARCH_USE_ONLY, "Indeterminate: above 110, up to 160 HU", "135 HU: balanced, about 75 % / 75 %",
                     "original_glcm_ClusterProminence", "−2.5", "123456", "Mean trabecular attenuation", "MAMMAL WWW",
                     "Probability of osteoporosis (%)", "? unverified (from memory, medium confidence)"):
            exact = metrics.horizontalAdvance(text)
            assert exact <= text_width(text, 100, bold) <= 1.25 * exact, text
    del app


@pytest.mark.parametrize("name", ["bands", "logistic", "cox", "crowded"])
def test_qt_draws_it_with_text_and_marks(name: str) -> None:
    gui = pytest.importorskip("PySide6.QtGui")
    qt_svg = pytest.importorskip("PySide6.QtSvg")
    app = gui.QGuiApplication.instance() or gui.QGuiApplication([])
    renderer = qt_svg.QSvgRenderer(nomogram_svg(CARDS[name], 700).encode())
    assert renderer.isValid() and renderer.defaultSize().width() == 700
    picture = gui.QImage(renderer.defaultSize(), gui.QImage.Format.Format_RGB32)
    picture.fill(0xFFFFFFFF)
    painter = gui.QPainter(picture)
    renderer.render(painter)
    painter.end()
    colours = {picture.pixelColor(x, y).name() for x in range(0, 700, 2) for y in range(picture.height())}
    assert PATIENT in colours and "#1a1a1a" in colours
    del app


def test_wrap_breaks_at_spaces_then_at_underscores_then_anywhere() -> None:
    assert wrap("one two three", 10, text_width("one two", 10)) == ["one two", "three"]
    assert wrap("glcm_ClusterShade", 10, text_width("ClusterShade", 10)) == ["glcm_", "ClusterShade"]
    assert wrap("LargeAreaHighGrayLevelEmphasis", 10, text_width("LargeAreaHighGray", 10)) == [
        "LargeAreaHighGray", "LevelEmphasis"]
    assert "".join(wrap("x" * 50, 10, 60)) == "x" * 50
    assert wrap("", 10, 60) == [""]
    assert all(text_width(line, 10, True) <= 60 for line in wrap("wide words " * 9 + "y" * 40, 10, 60, True))


def test_small_helpers() -> None:
    assert [number(value) for value in (1.0, -0.001, 0.126, 100.0, -2.5)] == ["1", "0", "0.13", "100", "-2.5"]
    assert escape("<&>\"'\x0b") == "&lt;&amp;&gt;&quot;&#39;\ufffd"
    assert text_width("骨密度", 10) == 30


def test_a_number_keeps_its_percent_sign() -> None:
    for width in range(60, 200, 3):
        lines = wrap("Risk within 10 years: 10.9 % — below 20 %", 12, width)
        assert not [line for line in lines if line.startswith("%")]
        assert "\u00a0" not in "".join(lines)
