"""``scan``: one call from an image to the folder with regions, cards and index."""

import json
import re

import numpy as np
import pytest
from generated_proposal import brick_scan
from phantoms import write
from RadiomicsOrthoLib.cli.main import main
from RadiomicsOrthoLib.imaging.segmentation_file import read_segmentation
from RadiomicsOrthoLib.imaging.segmentation_writer import WrittenSegment, seg_nrrd
from RadiomicsOrthoLib.resources import resource_folder
from RadiomicsOrthoLib.scoring.card_file import read_card
from spine_phantom import spine_phantom

STATED = ("--modality", "CT", "--kvp", "120", "--contrast", "no")


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """A scan file of five bodies on a sacrum, and the folder of its first run."""
    folder = tmp_path_factory.mktemp("scan")
    scan = folder / "scan.nrrd"
    image = spine_phantom(count=5, spacing=(2.0, 2.0, 2.0), sacrum=True, noise=8.0).image
    write(image.array, image.geometry, scan)
    assert main(["scan", str(scan), *STATED, "--out", str(folder / "out")]) == 0
    return scan, folder / "out"


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_one_call_writes_regions_cards_and_an_index_of_them(case):
    _, out = case
    cards = out.glob("*.card.json")
    assert sorted(path.name for path in cards) == [
        "L1-pickhardt-2013-l1-hu.card.json", "L1-reference-hu-l1-hendrickson-2018.card.json",
        "L3-reference-hu-l3-hendrickson-2018.card.json"]
    assert abs(read_card(out / "L1-pickhardt-2013-l1-hu.card.json").value - 140) < 15
    page = (out / "index.html").read_text(encoding="utf-8")
    linked = re.findall(r'href="([^"]+)"', page)
    assert len(linked) == 3 and all((out / name).is_file() for name in linked)
    assert "Research use only" in page and "suggested, not confirmed" in page


def test_what_is_written_satisfies_its_schema(case):
    jsonschema = pytest.importorskip("jsonschema")
    _, out = case
    schema = json.loads((resource_folder() / "Schemas" / "scan.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    found = json.loads((out / "scan.json").read_text(encoding="utf-8"))
    assert [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(found)] == []
    card = json.loads((resource_folder() / "Schemas" / "card.schema.json").read_text(encoding="utf-8"))
    for entry in found["cards"]:
        jsonschema.Draft202012Validator(card).validate(entry["card"])
    assert list(jsonschema.Draft202012Validator(schema).iter_errors({**found, "regions": [{}]}))


def test_the_same_call_gives_the_same_files(case, tmp_path):
    scan, out = case
    regions = str(out / "regions.seg.nrrd")
    for folder in ("one", "two"):
        assert main(["scan", str(scan), *STATED, "--roi", regions, "--out", str(tmp_path / folder)]) == 0
    assert names(tmp_path / "one") == names(tmp_path / "two")
    for name in names(tmp_path / "one"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_corrected_regions_are_taken_and_the_rest_is_not_computed_again(case, tmp_path, capsys):
    scan, out = case
    written = read_segmentation(out / "regions.seg.nrrd")
    segments = []
    for segment in written.segments:
        mask = written.mask(segment)
        if segment.name == "vertebra 2 body":
            mask[np.argwhere(mask)[0][0]] = False
        segments.append(WrittenSegment(mask, segment.name, (1.0, 0.5, 0.5), segment.tags))
    corrected = tmp_path / "corrected.seg.nrrd"
    corrected.write_bytes(seg_nrrd(segments, written.geometry))
    before = json.loads((out / "stages.json").read_text())
    call = ["scan", str(scan), *STATED, "--roi", str(corrected), "--out", str(out), "--json"]
    assert main(call) == 0
    found = json.loads(capsys.readouterr().out)
    after = json.loads((out / "stages.json").read_text())
    new = [key.partition(":")[0] for key in after if key not in before]
    assert new.count("measurement") == 1 and "acquisition" not in new
    # the level that the first run suggested still is the suggestion
    assert {region["level_from"] for region in found["regions"]} == {"suggested"}
    made_by = [entry["card"]["provenance"]["roi"]["made_by"] for entry in found["cards"]
               if entry["card"]["case"]["place"] == "L1"]
    assert made_by and all(", edited" in text for text in made_by)


def test_regions_that_are_corrected_in_place_are_read_and_not_written(case, tmp_path):
    scan, out = case
    # a comment, as another program may leave one
    before = (out / "regions.seg.nrrd").read_bytes().replace(b"\n", b"\n# corrected\n", 1)
    (tmp_path / "regions.seg.nrrd").write_bytes(before)
    call = ["scan", str(scan), *STATED, "--level", "L5", "--roi", str(tmp_path / "regions.seg.nrrd"), "--out"]
    assert main([*call, str(tmp_path)]) == 0
    assert (tmp_path / "regions.seg.nrrd").read_bytes() == before
    report = (tmp_path / "L1-pickhardt-2013-l1-hu.report.html").read_text(encoding="utf-8")
    assert "<h2>Pictures</h2>" in report


def test_a_scan_without_a_spine_says_to_click_and_writes_nothing(tmp_path, capsys):
    image = brick_scan()
    noise = np.random.default_rng(0).normal(0, 30, image.array.shape).astype(np.int16)
    write(noise, image.geometry, tmp_path / "scan.nrrd")
    assert main(["scan", str(tmp_path / "scan.nrrd"), "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert "--seed R,A,S" in said and len(said.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_values_for_a_model_that_was_not_asked_for_are_refused(case, tmp_path, capsys):
    scan, out = case
    call = ["scan", str(scan), *STATED, "--roi", str(out / "regions.seg.nrrd"), "--out", str(tmp_path / "out")]
    assert main([*call, "--clinical", "age=70"]) == 2
    assert "None of the models asks for 'age'" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert main([*call, "--model", "osta", "--clinical", "age=70", "weight=60"]) == 0
    assert (tmp_path / "out" / "entered-osta.report.html").is_file()
    assert main([*call, "--model", "nothing"]) == 2
    assert "There is no model 'nothing'" in capsys.readouterr().err


def test_a_region_file_without_bone_is_refused(case, tmp_path, capsys):
    scan, out = case
    geometry = read_segmentation(out / "regions.seg.nrrd").geometry
    (tmp_path / "empty.seg.nrrd").write_bytes(seg_nrrd(
        [WrittenSegment(np.zeros(geometry.shape, bool), "nothing", (1.0, 0.0, 0.0), {})], geometry))
    assert main(["scan", str(scan), "--roi", str(tmp_path / "empty.seg.nrrd"), "--out", str(tmp_path / "out")]) == 2
    assert "holds no bone region" in capsys.readouterr().err


def test_the_index_speaks_chinese(case, tmp_path):
    scan, out = case
    assert main(["scan", str(scan), *STATED, "--roi", str(out / "regions.seg.nrrd"), "--out", str(tmp_path),
                 "--language", "zh"]) == 0
    headings = re.findall("<h2>(.*?)</h2>", (tmp_path / "index.html").read_text(encoding="utf-8"))
    assert headings and all(re.search("[\u4e00-\u9fff]", heading) for heading in headings)
