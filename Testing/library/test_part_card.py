"""A Rad-score is one axis of a nomogram, and on request a sum of its own."""

from __future__ import annotations

from pathlib import Path

import generated
import pytest
from RadiomicsOrthoLib.cli.main import main
from RadiomicsOrthoLib.models.bundle import load_bundle
from RadiomicsOrthoLib.report.files import card_files
from RadiomicsOrthoLib.report.nomogram_svg import nomogram_svg
from RadiomicsOrthoLib.scoring.nomogram import build_nomogram
from RadiomicsOrthoLib.scoring.part_card import part_card, sums


def test_the_rad_score_is_one_axis_and_its_features_are_none() -> None:
    card = generated.rad_age_card()
    axes = [axis.key for axis in build_nomogram(card.model, values=card.input_values).axes]
    assert axes == ["@points", "rad_score", "age", "@total", "@linear-predictor", "@outcome"]


def test_the_part_is_the_sum_that_the_score_is(tmp_path: Path) -> None:
    card = generated.rad_age_card()
    item, = sums(card)
    part = part_card(card, item)
    assert item.name == "rad_score" and part.value == card.input_values["rad_score"]
    total = part.model.estimator.intercept + sum(one.contribution for one in part.inputs)
    assert total == pytest.approx(part.value)
    svg = nomogram_svg(part)
    assert "log-sigma" in svg and "Rad-score" in svg and "Classes" not in svg
    load_bundle(generated.write_bundle(tmp_path, generated.rad_age_dict()))


def test_the_report_has_it_closed() -> None:
    page = card_files(generated.rad_age_card())["report.html"]
    assert "<details><summary>Rad-score, part by part</summary>" in page
    assert "part by part" not in card_files(generated.logistic_card())["report.html"]


def test_the_command_draws_a_part(tmp_path: Path, capsys) -> None:
    card = tmp_path / "card.json"
    card.write_text(generated.rad_age_card().to_json(), encoding="utf-8")
    assert main(["card", str(card), "--svg", str(tmp_path / "rad.svg"), "--part", "rad_score"]) == 0
    assert "log-sigma" in (tmp_path / "rad.svg").read_text(encoding="utf-8")
    assert main(["card", str(card), "--svg", str(tmp_path / "age.svg"), "--part", "age"]) == 2
    assert "'age' is no sum of other inputs; these are: rad_score." in capsys.readouterr().err
    assert main(["card", str(card), "--part", "rad_score"]) == 2
    assert not (tmp_path / "age.svg").exists()


@pytest.mark.parametrize("make", [generated.logistic_card, generated.cox_card, generated.forest_card])
def test_other_models_have_no_parts(make) -> None:
    assert sums(make()) == ()
