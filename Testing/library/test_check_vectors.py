"""The check vectors of the models that ship hold every number of their equations: none can change unnoticed."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from RadiomicsOrthoLib.models.bundle import bundle_from_dict
from RadiomicsOrthoLib.models.bundle_files import open_bundle
from RadiomicsOrthoLib.models.check_vectors import run_check_vectors
from RadiomicsOrthoLib.models.parts import read_parts
from RadiomicsOrthoLib.resources import resource_folder

FOLDERS = sorted(path.parent for path in (resource_folder() / "Models").glob("*/model.json"))


def numbers(data: object, place: tuple = ()) -> Iterator[tuple[tuple, float]]:
    """Every number with its place."""
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for name, entry in entries:
        yield from numbers(entry, (*place, name))
    if isinstance(data, (int, float)) and not isinstance(data, bool):
        yield place, data


def of_the_equation(card: dict) -> Iterator[tuple[tuple, float]]:
    """Those that the output comes from; between equal values of a curve the places of its knots say nothing."""
    equation = {name: card[name] for name in ("estimator", "transform", "calibration") if name in card}
    derived = {number: {"derived": item["derived"]} for number, item in enumerate(card["inputs"]) if "derived" in item}
    for place, value in numbers(equation | {"inputs": derived}):
        if not ("knots" in place and place[-1] == 0) and place[-1] != "log":
            yield place, value


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_every_number_of_an_equation_is_held_by_a_check_vector(folder: Path) -> None:
    card = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    parts = read_parts(open_bundle(folder), card.get("parts", []))
    found = list(of_the_equation(card))
    unnoticed = []
    for place, value in found:
        changed = copy.deepcopy(card)
        inside = changed
        for step in place[:-1]:
            inside = inside[step]
        inside[place[-1]] = value + 0.02 * abs(value) + 0.011
        try:
            results = run_check_vectors(bundle_from_dict(changed, "", parts))
        except ValueError:
            continue
        unnoticed += [] if any(result.fault for result in results) else [(place, value)]
    assert found and unnoticed == []
