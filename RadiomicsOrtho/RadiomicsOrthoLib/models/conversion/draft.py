"""The beginning of a card: what a model of scikit-learn tells of its inputs, with the rest left for a person to say."""

from __future__ import annotations

import json
from pathlib import Path

from .convert import description, estimator_of
from .skops_file import read_skops


def draft_card(path: Path) -> str:
    """YAML for ``--card``; what stands in angle brackets is to be filled in."""
    model = estimator_of(read_skops(path), path)
    names = getattr(model, "feature_names_in_", None)
    names = [str(name) for name in names] if names is not None else \
        [f"x{number}" for number in range(getattr(model, "n_features_in_", 1))]
    classes = [str(found) for found in getattr(model, "classes_", ())]
    lines = [
        f"# {description(model)}", "# Fill in what stands in <angle brackets>; docs/models.md says what else there is.",
        "id: <small-letters-and-dashes>", 'version: "1"', "title: <what it tells, of whom>",
        "trust: <published, trained here or simulated>", "intended_use: <the question that it answers, and for whom>",
        "population: <the people that it was made with>", "licence: <of the model>", "citations: [<publication>]"]
    if len(classes) == 2:
        lines += [f"# the model gives the probability of this class; the other one is {json.dumps(classes[0])}",
                  f"positive_class: {json.dumps(classes[1])}"]
    lines += ["inputs:    # in the order of the model"]
    for name in names:
        lines += [f"  - name: {json.dumps(_plain(name))}", f"    key: {json.dumps(name)}",
                  f"    title: {json.dumps(name)}", '    unit: ""', "    source: <feature, measurement or clinical>",
                  "    training_range: [<least>, <greatest>]"]
    lines += ["output:", "  title: <what the number is>", '  unit: ""', "  lower_is_worse: false"]
    if not classes:
        lines += ["  axis_range: [<least>, <greatest>]    # only needed for trees and ONNX"]
    lines += ["applicability: {modality: <CT, MR, XR, DXA, PT, US or none>, site: <vertebra, proximal-femur or none>}"]
    return "\n".join(lines) + "\n"


def _plain(name: str) -> str:
    """A name that ``model.json`` takes."""
    return "".join(letter if letter.isascii() and (letter.isalnum() or letter in "_.-") else "_" for letter in name)
