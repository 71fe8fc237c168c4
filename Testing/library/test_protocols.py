"""ROI protocols: those that ship hold together, and a defect in one ends in a sentence."""

from __future__ import annotations

import copy
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import generated
import phantoms
import pytest
from RadiomicsOrthoLib.cli.main import main
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.features.profile_file import load_profile
from RadiomicsOrthoLib.models.bundle import load_bundle
from RadiomicsOrthoLib.models.catalogue import load_catalogue
from RadiomicsOrthoLib.regions.protocols.catalogue import (
    PROTOCOL_PATH_VARIABLE,
    load_protocol,
    load_protocols,
    protocol_for,
    shipped_protocols,
)
from RadiomicsOrthoLib.regions.protocols.protocol_file import read_protocol
from RadiomicsOrthoLib.regions.roi import COMPARTMENTS
from RadiomicsOrthoLib.regions.terminology import COLOURS
from RadiomicsOrthoLib.report.html import report_html
from RadiomicsOrthoLib.report.nomogram_svg import nomogram_svg
from RadiomicsOrthoLib.report.protocol_brief import protocol_brief_html
from RadiomicsOrthoLib.report.protocol_html import protocol_page
from RadiomicsOrthoLib.resources import resource_folder
from RadiomicsOrthoLib.scoring.score import score_case

FOLDER = resource_folder() / "Protocols"
FILES = sorted(FOLDER.glob("*.json"))
SVG = "{http://www.w3.org/2000/svg}"
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "protocols.md"

shipped = pytest.mark.parametrize("protocol", shipped_protocols(), ids=lambda one: one.id)
pictures = pytest.mark.parametrize("path", sorted((FOLDER / "pictures").glob("*.svg")), ids=lambda path: path.stem)


@pytest.fixture
def own(tmp_path: Path) -> Callable[[Callable[[dict], object]], Path]:
    """Writes a changed copy of a shipped protocol, with its pictures."""
    shutil.copytree(FOLDER / "pictures", tmp_path / "pictures")
    data = json.loads((FOLDER / "ct-vertebra.json").read_text(encoding="utf-8"))

    def write(change: Callable[[dict], object]) -> Path:
        changed = copy.deepcopy(data)
        change(changed)
        path = tmp_path / "own.json"
        path.write_text(json.dumps(changed), encoding="utf-8")
        return path

    return write


class TestShipped:
    def test_the_sites_that_clinicians_draw_have_one(self):
        sites = {(one.site, modality) for one in shipped_protocols() for modality in one.modalities}
        assert sites >= {("vertebra", "CT"), ("proximal-femur", "CT"), ("vertebra", "MR"), ("vertebra", "XR"),
                         ("proximal-femur", "XR"), ("vertebra", "DXA"), ("proximal-femur", "DXA")}

    @shipped
    def test_it_is_named_as_its_file(self, protocol):
        assert (FOLDER / f"{protocol.id}.json").is_file()

    @pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
    def test_it_satisfies_the_schema(self, path):
        pytest.importorskip("jsonschema")
        from test_schemas import errors, validator

        assert errors(validator("protocol.schema.json"), json.loads(path.read_text(encoding="utf-8"))) == []

    def test_every_compartment_of_the_library_is_described(self):
        described = {rule.compartment for one in shipped_protocols() for rule in one.compartments}
        assert described == set(COMPARTMENTS) - {"unknown"}

    def test_every_model_at_hand_has_its_compartment_described(self):
        bundles, refused = load_catalogue()
        assert bundles and not refused
        for bundle in bundles:
            fit = bundle.applicability
            if not bundle.uses_scan:
                continue
            found = protocol_for(fit.site, fit.modality, fit.compartment, bundle.id)
            assert found, f"no protocol describes '{fit.compartment}' for the model {bundle.id}"
            assert (bundle.id, (fit.compartment,)) in {(need.model, need.compartments) for need in found.needs}

    @shipped
    def test_what_it_says_of_models_and_profiles_is_so(self, protocol):
        known = {bundle.id for bundle in load_catalogue()[0]}
        for need in protocol.needs:
            assert not need.model or need.model in known
            if need.profile:
                profile = load_profile(need.profile)
                assert profile.modality in protocol.modalities
                assert profile.site in (protocol.site, "any")
                assert profile.compartment == "any" or need.compartments == (profile.compartment,)

    @shipped
    def test_a_window_in_hu_shows_marrow_and_cortex(self, protocol):
        window = protocol.window
        assert (window.percentiles is None) == (protocol.modalities == ("CT",))
        if window.percentiles is None:
            low, high = window.level - window.width / 2, window.level + window.width / 2
            assert -1000 < low < 0 and 600 < high < 2000

    @shipped
    def test_what_is_from_memory_is_said_to_be(self, protocol):
        """A reference that says it was not read supports no verified sentence."""
        unread = {one.id for one in protocol.references if re.search(r"from memory\W*$|not read", one.text)}
        for statement in protocol.statements():
            assert statement.evidence != "verified" or statement.source not in unread, statement.text

    def test_the_document_lists_them_all(self):
        text = DOCUMENT.read_text(encoding="utf-8")
        for one in shipped_protocols():
            parts = ", ".join(f"`{rule.compartment}`" for rule in one.compartments)
            assert f"| `{one.id}` | {', '.join(one.modalities)} | {parts} | {one.window.text} |" in text


class TestPictures:
    @pictures
    def test_it_is_used(self, path):
        assert path.stem in {name for one in shipped_protocols() for name in one.picture_names()}

    @pictures
    def test_parts_have_the_colours_of_their_segments(self, path):
        of_part = {name: "#" + "".join(f"{round(255 * value):02x}" for value in colour)
                   for name, colour in COLOURS.items()}
        for element in ElementTree.parse(path).iter(f"{SVG}path"):
            if element.get("class") or element.get("fill") in of_part.values():
                assert element.get("fill") == of_part[element.get("class")]

    def test_every_part_is_drawn_somewhere(self):
        drawn = {element.get("class") for path in (FOLDER / "pictures").glob("*.svg")
                 for element in ElementTree.parse(path).iter()}
        assert drawn >= set(COMPARTMENTS) - {"unknown"}

    @pictures
    def test_its_text_is_legible_at_300_pixels(self, path):
        root = ElementTree.parse(path).getroot()
        sizes = [float(element.get("font-size")) for element in root.iter(f"{SVG}text")]
        assert sizes and min(sizes) * 300 / float(root.get("width")) >= 10

    @pictures
    def test_qt_can_draw_it(self, path):
        """Slicer's renderer knows neither style sheets nor clip paths."""
        root = ElementTree.parse(path).getroot()
        tags = {element.tag.removeprefix(SVG) for element in root.iter()}
        assert tags <= {"svg", "title", "rect", "path", "polyline", "circle", "text"}
        assert not [element for element in root.iter() if element.get("style")]
        assert root.find(f"{SVG}title").text.strip()


class TestDefects:
    @pytest.mark.parametrize(("change", "sentence"), [
        (lambda d: d.update(surplus=1), "unknown entry 'surplus'; known are"),
        (lambda d: d["steps"][0].update(hint="x"), "a step has the unknown entry 'hint'"),
        (lambda d: d["window"].update(colour="x"), "the window has the unknown entry 'colour'"),
        (lambda d: d.pop("purpose"), "lacks the entry 'purpose'"),
        (lambda d: d.update(schema="other/1"), "its schema is not"),
        (lambda d: d.update(id="Not An Id"), "must be lower-case letters"),
        (lambda d: d.update(site="skull"), "the site must be vertebra or proximal-femur"),
        (lambda d: d.update(modalities=["CBCT"]), "the modalities must come from CT, MR"),
        (lambda d: d.update(modalities=["MR"]), "a window in HU is for CT alone"),
        (lambda d: d.update(steps=[]), "it has no steps"),
        (lambda d: d.update(steps="draw"), "'steps' must be a list"),
        (lambda d: d["steps"][0].update(title=" "), "'title' must be a text that is not empty"),
        (lambda d: d["steps"][0].update(picture="nothing"), "'pictures/nothing.svg' cannot be read"),
        (lambda d: d["steps"][0].update(picture="../spine"), "must be the name of a file in 'pictures'"),
        (lambda d: d["compartments"][0].update(compartment="rib"), "'rib' is no compartment; there are whole-body"),
        (lambda d: d["compartments"].append(d["compartments"][0]), "'whole-body' is there twice"),
        (lambda d: d["needs"][0].update(compartments=["trabecular", "femoral-neck"]), "the compartment 'femoral-neck'"),
        (lambda d: d["include"][0].update(source="nobody", evidence="verified"), "'nobody' is not among the ref"),
        (lambda d: d["include"][0].update(evidence="verified"), "is said to be verified and names no source"),
        (lambda d: d["include"][0].update(source="xue-2022"), "has a source; its evidence must be verified"),
        (lambda d: d["include"][0].update(evidence="sure"), "must be one of verified, secondary"),
        (lambda d: d["references"].append({"id": "x", "text": "y"}), "nothing rests on the reference 'x'"),
        (lambda d: d["window"].update(level="300"), "the level of the window must be a number"),
        (lambda d: d["window"].update(width=0), "width of the window must be above 0"),
        (lambda d: d["window"].pop("level"), "the window has level and width, or percentiles"),
        (lambda d: d.update(window={"why": "w", "percentiles": [99, 1]}), "must rise and lie between 0 and 100"),
    ])
    def test_one_sentence_says_what_is_wrong(self, own, change, sentence):
        with pytest.raises(InputError, match=re.escape(sentence)) as caught:
            read_protocol(own(change))
        assert str(caught.value).endswith(".") and "\n" not in str(caught.value)

    def test_a_picture_that_is_no_drawing_is_refused(self, own, tmp_path):
        path = own(lambda d: None)
        (tmp_path / "pictures" / "spine-levels.svg").write_text("<html/>", encoding="utf-8")
        with pytest.raises(InputError, match="is no SVG drawing"):
            read_protocol(path)

    def test_a_picture_with_a_script_gets_onto_no_page(self, own, tmp_path):
        path = own(lambda d: None)
        picture = tmp_path / "pictures" / "spine-levels.svg"
        picture.write_text(picture.read_text(encoding="utf-8").replace("</svg>", "<script/></svg>"), encoding="utf-8")
        with pytest.raises(InputError, match="holds scripts"):
            protocol_page([read_protocol(path)])

    def test_a_file_that_is_not_there_or_no_json(self, tmp_path):
        with pytest.raises(InputError, match="cannot be read"):
            load_protocol(str(tmp_path / "none.json"))
        (tmp_path / "broken.json").write_text("{", encoding="utf-8")
        with pytest.raises(InputError, match="is refused"):
            load_protocol(str(tmp_path / "broken.json"))


class TestOwnProtocols:
    def test_a_site_s_own_is_found_and_a_bad_one_takes_no_other_away(self, own, tmp_path, monkeypatch):
        own(lambda d: d.update(id="our-spine"))
        (tmp_path / "broken.yaml").write_text("schema: x", encoding="utf-8")
        monkeypatch.setenv(PROTOCOL_PATH_VARIABLE, str(tmp_path))
        protocols, refused = load_protocols()
        assert [one.id for one in protocols] == [one.id for one in shipped_protocols()] + ["our-spine"]
        assert len(refused) == 1 and "broken.yaml" in refused[0]

    def test_it_may_be_yaml(self, own, tmp_path):
        yaml = pytest.importorskip("yaml")
        data = json.loads(own(lambda d: d.update(id="our-spine")).read_text(encoding="utf-8"))
        (tmp_path / "own.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
        assert read_protocol(tmp_path / "own.yaml") == read_protocol(tmp_path / "own.json")

    def test_it_cannot_take_the_place_of_one_that_ships(self, own, monkeypatch):
        monkeypatch.setenv(PROTOCOL_PATH_VARIABLE, str(own(lambda d: d.update(purpose="another"))))
        protocols, refused = load_protocols()
        assert protocols == shipped_protocols() and "another one has the id 'ct-vertebra'" in refused[0]

    def test_another_wording_or_drawing_is_another_protocol(self, own, tmp_path):
        original = read_protocol(own(lambda d: None))
        reworded = read_protocol(own(lambda d: d["include"][0].update(text="Everything.")))
        picture = tmp_path / "pictures" / "spine-levels.svg"
        picture.write_text(picture.read_text(encoding="utf-8").replace("iliac crest", "crest"), encoding="utf-8")
        redrawn = read_protocol(own(lambda d: None))
        assert len({original.hash(), reworded.hash(), redrawn.hash()}) == 3

    def test_one_that_names_the_model_goes_first(self, own):
        mine = read_protocol(own(lambda d: (d.update(id="our-spine"), d["needs"][1].update(model="our-model"))))
        protocols = (*shipped_protocols(), mine)
        assert protocol_for("vertebra", "CT", "trabecular", "our-model", protocols) is mine
        assert protocol_for("vertebra", "CT", "trabecular", "", protocols).id == "ct-vertebra"
        assert protocol_for("vertebra", "PT", "trabecular", "", protocols) is None


class TestCommand:
    def test_the_list_names_each(self, capsys):
        assert main(["protocols"]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert [line.split()[0] for line in lines] == [one.id for one in shipped_protocols()]

    @shipped
    def test_all_of_a_protocol_is_printed(self, protocol, capsys):
        assert main(["protocols", protocol.id]) == 0
        printed = capsys.readouterr().out
        for statement in protocol.statements():
            assert statement.text in printed
        assert protocol.window.text in printed

    def test_json_is_the_file_s_content(self, capsys):
        assert main(["protocols", "ct-vertebra", "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        protocol = load_protocol("ct-vertebra")
        assert found["sha256"] == protocol.hash()
        assert [step["do"]["text"] for step in found["steps"]] == [step.do.text for step in protocol.steps]

    def test_a_page_is_written_whole_and_self_contained(self, tmp_path, capsys):
        output = tmp_path / "new" / "protocol.html"
        assert main(["protocols", "mr-lumbar-vertebra", "-o", str(output), "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["output"] == str(output)
        page, protocol = output.read_text(encoding="utf-8"), load_protocol("mr-lumbar-vertebra")
        assert page.count('role="img"') == sum(bool(step.picture) for step in protocol.steps)
        assert not re.search(r"<(script|link|iframe|img)|url\(|@import", page)
        for statement in protocol.statements():
            assert statement.text.replace("'", "&#39;") in page
        assert all(reference.text in page for reference in protocol.references)
        assert "Research use only" in page and protocol.hash()[:16] in page

    def test_all_protocols_fit_on_one_page(self, tmp_path):
        assert main(["protocols", "-o", str(tmp_path / "all.html")]) == 0
        page = (tmp_path / "all.html").read_text(encoding="utf-8")
        assert page.count('<div class="protocol">') == len(shipped_protocols())

    @pytest.mark.parametrize(("arguments", "sentence"), [
        (["skull"], "There is no protocol 'skull'; at hand: ct-proximal-femur"),
        (["ct-vertebra", "-o", "page.pdf"], "must end in .html"),
    ])
    def test_bad_input_is_one_sentence(self, arguments, sentence, tmp_path, monkeypatch, capsys):
        monkeypatch.chdir(tmp_path)
        assert main(["protocols", *arguments]) == 2
        assert sentence in capsys.readouterr().err and not list(tmp_path.iterdir())


class TestReport:
    @pytest.fixture
    def card(self):
        image, roi = phantoms.trunk()
        return score_case(image, roi.with_mask(roi.mask, level="L1"), load_bundle(generated.PICKHARDT)).card

    def test_the_card_says_which_protocol_describes_its_region(self, card):
        protocol = load_protocol("ct-vertebra")
        found = card.provenance["roi_protocol"]
        assert (found["id"], found["version"], found["sha256"]) == (protocol.id, protocol.version, protocol.hash())
        assert found["rule"] == protocol.rule_for("trabecular").rule.text

    def test_the_report_shows_its_rule_with_how_sure_it_is(self, card):
        page = report_html(card, nomogram_svg(card, 900))
        start = page.index("<h2>ROI protocol</h2>")
        section = page[start:page.index("</section>", start)]
        rule = load_protocol("ct-vertebra").rule_for("trabecular").rule
        assert rule.text in section and rule.evidence in section and "version 1.0.0" in section
        assert "radiomics-ortho protocols ct-vertebra" in section
        assert card.provenance["roi"]["made_by"] in section

    def test_a_card_without_one_has_no_such_section(self):
        card = generated.card()
        assert "<h2>ROI protocol</h2>" not in report_html(card, nomogram_svg(card, 900))


@shipped
def test_the_text_for_a_panel_holds_every_sentence_and_picture(protocol):
    drawn = []
    text = protocol_brief_html(protocol, lambda svg: drawn.append(svg) or "<b>drawing</b>")
    assert drawn == [protocol.pictures[part.picture] for part in (*protocol.steps, *protocol.compartments)
                     if part.picture]
    assert all(statement.text.replace("'", "&#x27;") in text for statement in protocol.statements())
    assert "<svg" not in text
