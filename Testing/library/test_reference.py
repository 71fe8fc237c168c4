"""Reference populations: compared only where the model carries them and they hold, never invented."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from xml.etree import ElementTree

import generated
import pytest
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.models.bundle import load_bundle
from RadiomicsOrthoLib.models.catalogue import load_catalogue, load_model
from RadiomicsOrthoLib.report.files import card_files
from RadiomicsOrthoLib.report.nomogram_svg import nomogram_svg
from RadiomicsOrthoLib.scoring.card_file import card_from_json
from RadiomicsOrthoLib.scoring.clinical_score import score_clinical

VBQ = {"body_signal": 2200, "csf_signal": 1000}


def with_reference(**entry: object) -> dict:
    group = {"title": "Generated people", "evidence": "simulated", "source": "generated"} | entry
    return generated.logistic_dict() | {"reference": [group]}


def compared(data: dict, **values: object):
    values = {"rad_score": 0.62, "age": 71.0, "fracture": "one", "mean_hu": 98.0} | values
    return generated.card(generated.bundle(data), values).comparisons


def test_an_attenuation_stands_beside_young_and_old() -> None:
    card = generated.card(values={"mean_hu": 138.0})
    young, old, women = card.comparisons
    assert (young.deviations, old.deviations) == (pytest.approx(-2.0), pytest.approx(49 / 38))
    assert young.share == pytest.approx(0.02275, abs=1e-5) and women.group.count == 190
    page = card_files(card)["report.html"]
    assert "2.0 SD below their mean; above 2 % of them" in page and "236 ± 42 HU; 190 people" in page
    assert "Jang 2019" in page and "normally distributed" in page
    assert json.loads(card.to_json())["result"]["reference"][0]["deviations"] == pytest.approx(-2.0)
    assert card_files(card_from_json(card.to_json())) == card_files(card)


def test_the_band_chart_shows_the_groups_where_they_lie() -> None:
    root = ElementTree.fromstring(nomogram_svg(generated.card(), 700))
    said = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"Adults younger than 30", "Adults of 90 and older", "Women of 20 to 30"} <= set(said)
    bars = [bar for bar in root.iter("{http://www.w3.org/2000/svg}rect") if bar.get("fill") == "#d9d9d9"]
    per_hu = (682 - 14.4 - 32.4) / 300
    assert [float(bar.get("width")) for bar in bars] == pytest.approx(
        [2 * 44 * per_hu, 2 * 38 * per_hu, 2 * 42 * per_hu], abs=0.1)


def test_another_vertebra_is_not_compared_and_the_card_says_why() -> None:
    card = generated.card(place="L3")
    assert all(found.deviations is None and found.share is None for found in card.comparisons)
    assert "measured at L1; this value is of: L3" in card_files(card)["report.html"]
    assert "Adults younger than 30" not in nomogram_svg(card, 700)


def test_field_strengths_are_never_pooled() -> None:
    at = {field: score_clinical(load_model("vbq-site-threshold"), VBQ | {"field_strength": field}).comparisons
          for field in ("1.5", "3", "other")}
    assert [found.group.mean for found in at["1.5"]] == [2.769] and [f.group.mean for f in at["3"]] == [2.199]
    assert at["other"] == ()


def test_a_score_in_standard_deviations_is_compared_by_what_it_measures() -> None:
    model = load_model("reference-hu-l3-hendrickson-2018")
    found, = generated.card(model, {"mean_hu": 185.0}, place="L3").comparisons
    assert found.title == "Mean trabecular attenuation" and found.unit == "HU"
    assert found.deviations == pytest.approx(-1.0)


@pytest.mark.parametrize("bundle", [b for b in load_catalogue()[0] if not b.references], ids=lambda b: b.id)
def test_a_model_without_reference_says_so(bundle) -> None:
    card = generated.card(bundle, bundle.with_derived(bundle.card["check_vectors"][0]["inputs"]))
    sentence = "No reference population is published for this model." if bundle.trust == "published" \
        else "This model carries no reference population."
    assert sentence in card_files(card)["report.html"]
    assert card.to_dict()["result"]["reference"] == []


@pytest.mark.parametrize(("value", "share"), [(0.05, 0.0), (0.1, 0.1), (0.2, 0.5), (0.35, 0.7), (0.9, 0.9)])
def test_quantiles_give_the_share_below(value: float, share: float) -> None:
    data = with_reference(of="mean_hu", quantiles=[[0.0, 0.05], [0.1, 0.1], [0.5, 0.2], [0.9, 0.5]])
    found, = compared(data, mean_hu=value)
    assert found.share == pytest.approx(share) and found.deviations is None
    card = generated.card(generated.bundle(data), {"rad_score": 0.62, "age": 71.0, "fracture": "one", "mean_hu": value})
    assert "median 0.2" in card_files(card)["report.html"]


def test_a_refused_case_is_not_compared() -> None:
    from RadiomicsOrthoLib.quality.finding import Finding

    card = generated.card(findings=(Finding("METAL_IN_ROI", "refuse", "There is metal in the region."),))
    assert "Compared with" not in card_files(card)["report.html"]


@pytest.mark.parametrize(("entry", "words"), [
    ({}, "a mean with its standard deviation, or quantiles"),
    ({"mean": 1.0}, "a mean with its standard deviation, or quantiles"),
    ({"mean": 1.0, "sd": 1.0, "quantiles": [[0, 0], [0.5, 1], [1, 2]]}, "or quantiles"),
    ({"mean": 1.0, "sd": 0.0}, "must be positive"),
    ({"quantiles": [[0.1, 1], [0.5, 2]]}, "three or more"),
    ({"quantiles": [[0.1, 1], [0.5, 3], [0.9, 2]]}, "three or more"),
    ({"mean": 1.0, "sd": 1.0, "of": "fracture"}, "no number among the inputs"),
    ({"mean": 1.0, "sd": 1.0, "when": {"fracture": "many"}}, "none of its choices"),
    ({"mean": 1.0, "sd": 1.0, "count": 0}, "whole number of people"),
    ({"mean": 1.0, "sd": 1.0, "source": ""}, "must say its source"),
])
def test_a_broken_reference_is_refused(entry: dict, words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=words):
        load_bundle(generated.write_bundle(tmp_path, copy.deepcopy(with_reference(**entry))))
