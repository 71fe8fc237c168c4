"""A card read back from card.json: every rendering is the same without scan, region and model."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Iterator
from pathlib import Path

import generated
import phantoms
import pytest
from RadiomicsOrthoLib.cli.main import main
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.models.catalogue import load_catalogue
from RadiomicsOrthoLib.report.files import card_files
from RadiomicsOrthoLib.scoring.card import ScoreCard
from RadiomicsOrthoLib.scoring.card_file import card_from_json, read_card
from RadiomicsOrthoLib.scoring.score import score_case


def _of_check_vector(model) -> ScoreCard:
    return generated.card(model, model.with_derived(model.card["check_vectors"][0]["inputs"]))


CARDS = {
    "bands": generated.card(interval=(136.2, 149.9), interval_reason="moved"),
    "logistic": generated.logistic_card(),
    "beyond the axes": generated.logistic_card(rad_score=3.4, age=97.0, fracture="two"),
    "cox": generated.cox_card(),
    "forest": generated.forest_card(), "a part that the card has not": generated.trees_card(),
} | {model.id: _of_check_vector(model) for model in load_catalogue()[0]}


@pytest.mark.parametrize("name", CARDS)
def test_every_rendering_of_the_card_that_was_read_is_the_same(name: str) -> None:
    card = CARDS[name]
    assert card_files(card_from_json(card.to_json())) == card_files(card)


def test_the_card_of_a_scan_is_read_back(tmp_path: Path) -> None:
    image, roi = phantoms.trunk()
    card = score_case(image, roi, generated.card().model).card
    (tmp_path / "card.json").write_text(card.to_json(), encoding="utf-8")
    read = read_card(tmp_path / "card.json")
    assert read.interval == card.interval and read.findings == card.findings
    assert card_files(read) == card_files(card)


def test_the_command_writes_the_files_that_scoring_wrote(tmp_path: Path, capsys) -> None:
    written = {"card.json", "nomogram.svg", "report.html"}
    values = ["age=70", "weight=58", "oestrogen=no"]
    assert main(["score", "--model", "orai", "--clinical", *values, "--out", str(tmp_path / "a")]) == 0
    assert {path.name for path in (tmp_path / "a").iterdir()} == written
    said = capsys.readouterr().out.splitlines()
    assert main(["card", str(tmp_path / "a" / "card.json"), "--html", str(tmp_path / "b" / "report.html"),
                 "--svg", str(tmp_path / "b" / "nomogram.svg")]) == 0
    assert capsys.readouterr().out.splitlines()[:-1] == said[:-1]
    for name in written - {"card.json"}:
        assert (tmp_path / "b" / name).read_bytes() == (tmp_path / "a" / name).read_bytes()


def test_the_command_never_writes_over_the_card(tmp_path: Path, capsys) -> None:
    path = tmp_path / "card.html"
    path.write_text(generated.card().to_json(), encoding="utf-8")
    assert main(["card", str(path), "--html", str(path)]) == 2
    assert "would be overwritten" in capsys.readouterr().err
    assert main(["card", str(path), "--svg", str(tmp_path / "n.svg"), "--width", "20"]) == 2
    assert "between 300 and 4000" in capsys.readouterr().err and not (tmp_path / "n.svg").exists()


def edited(change, card: ScoreCard | None = None) -> str:
    data = json.loads((card or generated.logistic_card()).to_json())
    change(data)
    return json.dumps(data)


@pytest.mark.parametrize(("text", "words"), [
    ("{", "not valid JSON"),
    ("[]", "no score card of this version"),
    (edited(lambda d: d.update(schema="radiomics-ortho-card/1")), "no score card of this version"),
    (edited(lambda d: d["result"].update(value=0.05)), "its own equation gives"),
    (edited(lambda d: d["result"].update({"class": None})), "class is not the one of its value"),
    (edited(lambda d: d["inputs"][1].update(value=30.0)), "its own equation gives"),
    (edited(lambda d: d["inputs"][1].update(value="old")), "not consistent"),
    (edited(lambda d: d["model"].pop("estimator")), "lacks the entry 'estimator'"),
    (edited(lambda d: d.pop("findings")), "lacks the entry 'findings'"),
    (edited(lambda d: d["findings"][0].update(severity="fine")), "severity must be one of"),
    (edited(lambda d: d["inputs"][1].update(contribution=0.0)), "share of its input 'age'"),
    (edited(lambda d: d["inputs"][1].update(contribution=None)), "share of its input 'age'"),
    (edited(lambda d: d["inputs"][1].update(unit="months")), "'age' is not that of its model"),
    (edited(lambda d: d["inputs"][1].update(name="weight")), "not consistent|lacks"),
    (edited(lambda d: d["provenance"].update(roi=7)), "roi must be of the type object"),
    (edited(lambda d: d["explanation"]["curves"][0]["outputs"].pop(), CARDS["forest"]), "curve of .* is not whole"),
    (edited(lambda d: d["explanation"]["curves"][0]["values"].__setitem__(0, "x"), CARDS["forest"]), "is not whole"),
])
def test_what_is_no_card_or_was_changed_by_hand_is_refused_in_one_sentence(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        card_from_json(text, "'card.json'")
    assert str(caught.value).startswith("'card.json'") and "\n" not in str(caught.value)


def places(data: object, place: tuple = ()) -> Iterator[tuple]:
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for name, entry in entries:
        yield (*place, name)
        yield from places(entry, (*place, name))


@pytest.mark.parametrize("wrong", [None, 7, [], "NaN"])
@pytest.mark.parametrize("entry", json.loads(CARDS["ost"].to_json()))
def test_a_card_with_an_entry_of_another_kind_is_refused_or_drawn(entry: str, wrong: object) -> None:
    whole = json.loads(CARDS["ost"].to_json())
    for place in ((entry, *inner) for inner in [(), *places(whole[entry])] if len(inner) < 4):
        data = copy.deepcopy(whole)
        inside = data
        for step in place[:-1]:
            inside = inside[step]
        inside[place[-1]] = math.nan if wrong == "NaN" else wrong
        try:
            card = card_from_json(json.dumps(data))
        except InputError as error:
            assert "\n" not in str(error)
        else:
            assert "report.html" in card_files(card), place


def test_files_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Cannot read"):
        read_card(tmp_path / "none.json")
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="UTF-8"):
        read_card(tmp_path / "binary.json")
