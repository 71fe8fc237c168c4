"""Generated models, bundles and score cards: no patient stands behind any of them."""

from __future__ import annotations

import copy
import json
import math
import random
import zipfile
from collections.abc import Mapping
from pathlib import Path

from RadiomicsOrthoLib.models.bundle import ModelBundle, bundle_from_dict, load_bundle
from RadiomicsOrthoLib.models.parts import part_entry
from RadiomicsOrthoLib.quality.finding import Finding
from RadiomicsOrthoLib.resources import resource_folder
from RadiomicsOrthoLib.scoring.card import ScoreCard, card_inputs
from RadiomicsOrthoLib.scoring.explanation import explain

PICKHARDT = resource_folder() / "Models" / "pickhardt-2013-l1-hu"

FINDINGS = (
    Finding("CONTRAST_UNKNOWN", "warn", "Whether a contrast agent was given is unknown.",
            "State it in the panel if you know it."),
    Finding("LEVEL_STATED", "note", "The level was read from the segment's name."),
)

_CARD = {
    "schema": "radiomics-ortho-model/1",
    "version": "0.0.1",
    "trust": "simulated",
    "intended_use": "Tests and pictures only.",
    "not_for": "Any patient.",
    "population": "Nobody: generated numbers.",
    "licence": "Apache-2.0",
    "citations": ["Generated; nothing to cite."],
    "performance": [{"measure": "AUC, generated cases", "value": "0.81 (95 % CI 0.76 to 0.86)",
                     "evidence": "simulated", "source": "generated"}],
    "limitations": ["It was fitted to nothing."],
    "applicability": {"modality": "CT", "site": "vertebra"},
}


def logistic_dict() -> dict:
    """``model.json`` of a logistic model of Rad-score, age, a factor and a falling measurement."""
    return copy.deepcopy(_CARD) | {
        "id": "generated-logistic",
        "title": "Osteoporosis from Rad-score and clinical values (generated)",
        "inputs": [
            {"name": "rad_score", "title": "Rad-score", "unit": "", "source": "feature", "axis_range": [-2.4, 2.1]},
            {"name": "age", "title": "Age", "unit": "years", "source": "clinical", "key": "age",
             "valid_range": [18, 110], "training_range": [50, 90]},
            {"name": "fracture", "title": "Fracture after the age of 50", "unit": "", "source": "clinical",
             "choices": {"none": "None", "one": "One", "two": "Two or more", "unknown": "Not known"}},
            {"name": "mean_hu", "title": "Mean trabecular attenuation", "unit": "HU", "source": "measurement",
             "axis_range": [20, 260]},
        ],
        "estimator": {"link": "logit", "intercept": -3.1, "terms": [
            {"input": "rad_score", "kind": "linear", "coefficient": 1.05},
            {"input": "age", "kind": "linear", "coefficient": 0.055},
            {"input": "fracture", "kind": "factor",
             "levels": {"none": 0, "one": 0.55, "two": 1.3, "unknown": 0.2}},
            {"input": "mean_hu", "kind": "linear", "coefficient": -0.012}]},
        "output": {"title": "Probability of osteoporosis", "unit": "", "lower_is_worse": False,
                   "classes": [
                       {"id": "low", "title": "Low: up to 20 %", "upper": 0.2, "evidence": "simulated",
                        "sentence": "Few generated cases with such values had the outcome."},
                       {"id": "high", "title": "High: above 20 %", "upper": None, "evidence": "simulated",
                        "sentence": "Many generated cases with such values had the outcome."}],
                   "thresholds": [{"value": 0.2, "title": "20 %: generated cut-off",
                                   "evidence": "unverified (generated)", "source": "generated"}]},
        "check_vectors": [{"inputs": {"rad_score": 0, "age": 60, "fracture": "none", "mean_hu": 50 / 3},
                           "output": 0.5, "class": "high"}],
    }


def cox_dict() -> dict:
    """``model.json`` of a Cox model with a curve that falls and rises, and a choice of many levels."""
    sites = {"hip": 0.9, "spine": 0.82, "wrist": 0.35, "humerus": 0.44, "ankle": 0.05, "rib": 0.1, "none": 0.0}
    return copy.deepcopy(_CARD) | {
        "id": "generated-cox",
        "title": "New fracture within two years (generated)",
        "inputs": [
            {"name": "bmi", "title": "Body mass index", "unit": "kg/m²", "source": "clinical",
             "valid_range": [12, 60], "axis_range": [15, 45]},
            {"name": "site", "title": "Site of the last fracture", "unit": "", "source": "clinical",
             "choices": {name: name.capitalize() for name in sites}},
            {"name": "entropy", "title": "Wavelet-LLH first-order entropy", "unit": "", "source": "feature",
             "axis_range": [2.0, 5.5]},
        ],
        "estimator": {"link": "cox", "intercept": -1.6, "baseline_survival": 0.93, "terms": [
            {"input": "bmi", "kind": "curve", "knots": [[18, 1.1], [24, 0.15], [28, 0.0], [32, 0.1], [40, 0.7]]},
            {"input": "site", "kind": "factor", "levels": sites},
            {"input": "entropy", "kind": "linear", "coefficient": 0.62}]},
        "output": {"title": "Risk of a new fracture within two years", "unit": "", "lower_is_worse": False,
                   "classes": [], "thresholds": []},
        "check_vectors": [{"inputs": {"bmi": 28, "site": "none", "entropy": 2.5806451612903225},
                           "output": 0.07}],
    }


def rad_age_dict() -> dict:
    """``model.json`` of a Rad-score, a sum of four features, and age: the form of Wang 2023, made-up numbers."""
    features = {"original_firstorder_Mean": ("HU", [20, 260], -0.0115), "original_glcm_Contrast": ("", [5, 120], 0.014),
                "wavelet-LLH_glrlm_RunEntropy": ("", [3, 6], 0.65),
                "log-sigma-3-0-mm-3D_glszm_ZoneVariance": ("", [0, 4000], -0.00022)}
    data = logistic_dict()
    names = {key: f"f{number}" for number, key in enumerate(features, start=1)}
    inputs = [{"name": names[key], "title": key, "unit": unit, "source": "feature", "key": key, "axis_range": span}
              for key, (unit, span, _) in features.items()]
    rad = {"name": "rad_score", "title": "Rad-score", "source": "derived", "axis_range": [-3, 3], "derived": {
        "offset": -2.1, "products": [{"factor": factor, "powers": {names[key]: 1}}
                                     for key, (_, _, factor) in features.items()]}}
    data |= {"id": "generated-rad-age", "title": "Osteoporosis from Rad-score and age (simulated, form of Wang 2023)",
             "inputs": [*inputs, rad, data["inputs"][1]],
             "formula": "logit(p) = −5.2 + 1.4 × Rad-score + 0.07 × age (made-up numbers)",
             "estimator": {"link": "logit", "intercept": -5.2, "terms": [
                 {"input": "rad_score", "coefficient": 1.4}, {"input": "age", "coefficient": 0.07}]}}
    values = {"f1": 100, "f2": 50, "f3": 4, "f4": 1000, "age": 70}
    return data | {"check_vectors": [{"inputs": values, "output": 1 / (1 + math.exp(0.3 - 1.4 * -0.17))}]}


def rad_age_card(**values: object) -> ScoreCard:
    made = bundle(rad_age_dict())
    return card(made, made.with_derived({"f1": 92.4, "f2": 61.0, "f3": 4.83, "f4": 812.0, "age": 74.0} | values))


def trees_dict(inline: bool = True) -> dict:
    """``model.json`` of two small trees of a sex, a logarithm and an age; without ``inline`` they are a part."""
    data = copy.deepcopy(_CARD) | {
        "id": "generated-trees",
        "title": "Osteoporosis from two trees (generated)",
        "inputs": [
            {"name": "sex", "title": "Sex", "source": "clinical", "choices": {"female": "Female", "male": "Male"}},
            {"name": "energy", "title": "Energy", "source": "feature", "training_range": [1, 1000]},
            {"name": "age", "title": "Age", "unit": "years", "source": "clinical", "valid_range": [18, 110]},
        ],
        "transform": [{"input": "sex", "levels": {"female": 0, "male": 1}},
                      {"input": "energy", "steps": [{"log": {"offset": 1}}, {"centre": 3.0}]},
                      {"input": "age"}],
        "estimator": {"kind": "trees", "link": "logit", "combine": "sum", "intercept": -0.5},
        "output": {"title": "Probability of osteoporosis", "unit": "", "lower_is_worse": False,
                   "classes": [
                       {"id": "low", "title": "Low: up to 50 %", "upper": 0.5, "evidence": "simulated",
                        "sentence": "Few generated cases with such values had the outcome."},
                       {"id": "high", "title": "High: above 50 %", "upper": None, "evidence": "simulated",
                        "sentence": "Many generated cases with such values had the outcome."}]},
        # a woman of 75 with ln(e² − 1 + 1) − 3 = −1: −0.5 + 1.25 + 0.25 = 1
        "check_vectors": [{"inputs": {"sex": "female", "energy": 6.38905609893065, "age": 75},
                           "output": 0.7310585786300049, "class": "high"}],
    }
    return with_trees(data, copy.deepcopy(TREES), inline)


TREES = [
    {"feature": [2, -1, 0, -1, -1], "threshold": [70.5, 0.0, 0.5, 0.0, 0.0], "left": [1, 0, 3, 0, 0],
     "right": [2, 0, 4, 0, 0], "value": [0.0, -1.0, 0.0, 1.25, 0.5]},
    {"feature": [1, -1, -1], "threshold": [-0.75, 0.0, 0.0], "left": [1, 0, 0], "right": [2, 0, 0],
     "value": [0.0, 0.25, -0.25]}]


def forest_dict(background: int = 20) -> dict:
    """``model.json`` of twelve small trees on numbers and a choice, with people of reference."""
    chance = random.Random(7)
    columns = ((-0.6, 0.0, 0.5, 1.1), (58.5, 64.5, 70.5, 77.5), (85.5, 110.5, 130.5, 155.5), (0.5,))
    signs = (1, 1, -1, 1)

    def tree() -> dict:
        # three levels: nodes 0; 1, 2; 3 to 6 are questions, 7 to 14 leaves
        asked = [chance.randrange(4) for _ in range(7)]
        leaves = []
        for leaf in range(8):
            ups = [leaf >> 2 & 1, leaf >> 1 & 1, leaf & 1]
            path = [asked[0], asked[1 + ups[0]], asked[3 + 2 * ups[0] + ups[1]]]
            score = sum(signs[column] * (1 if up else -1) for column, up in zip(path, ups, strict=True))
            leaves.append(round(0.5 + 0.14 * score + chance.uniform(-0.05, 0.05), 3))
        return {"feature": [*asked, *[-1] * 8], "threshold": [*(chance.choice(columns[c]) for c in asked), *[0.0] * 8],
                "left": [1, 3, 5, 7, 9, 11, 13, *[0] * 8], "right": [2, 4, 6, 8, 10, 12, 14, *[0] * 8],
                "value": [*[0.0] * 7, *leaves]}

    rows = [[round(chance.gauss(0.1, 0.9), 2), round(chance.gauss(66, 9)), round(chance.gauss(128, 35)),
             chance.choice(("no", "yes"))] for _ in range(background)]
    data = logistic_dict()
    inputs = [data["inputs"][0], data["inputs"][1], data["inputs"][3], {
        "name": "fracture", "title": "Fracture after the age of 50", "source": "clinical",
        "choices": {"no": "No", "yes": "Yes"}}]
    data |= {"id": "generated-forest", "title": "Osteoporosis from twelve trees (generated)", "inputs": inputs,
             "transform": [{"input": "rad_score"}, {"input": "age"}, {"input": "mean_hu"},
                           {"input": "fracture", "levels": {"no": 0, "yes": 1}}],
             "estimator": {"kind": "trees", "link": "probability", "combine": "mean",
                           "trees": [tree() for _ in range(12)]},
             "background": {"title": "generated people", "inputs": ["rad_score", "age", "mean_hu", "fracture"],
                            "rows": rows}}
    del data["check_vectors"]
    made = bundle(data | {"check_vectors": []})
    values = {"rad_score": 0.62, "age": 71.0, "mean_hu": 98.0, "fracture": "yes"}
    return data | {"check_vectors": [{"inputs": values, "output": made.estimator.output(values)}]}


def forest_card(data: dict | None = None, **values: object) -> ScoreCard:
    made = bundle(data or forest_dict())
    values = {"rad_score": 0.62, "age": 71.0, "mean_hu": 98.0, "fracture": "yes"} | values
    return card(made, values, explanation=explain(made, values))


def with_trees(data: dict, trees: list[dict], inline: bool = True) -> dict:
    if inline:
        data["estimator"]["trees"] = trees
        return data
    data["estimator"]["part"] = "trees.json"
    return data | {"parts": [part_entry("trees.json", trees_part(trees))]}


def trees_part(trees: list[dict]) -> bytes:
    return json.dumps({"trees": trees}).encode()


def write_zip(path: Path, files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    """A zip archive of ``files``, which is returned."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def trees_files() -> dict[str, bytes]:
    """The files of a bundle with a part."""
    return {"model.json": json.dumps(trees_dict(inline=False)).encode(), "trees.json": trees_part(TREES)}


def trees_card() -> ScoreCard:
    """A card of a model whose trees are a part of their own."""
    data = trees_dict(inline=False)
    made = bundle_from_dict(data, "0" * 64, {"trees.json": trees_part(TREES)})
    values = data["check_vectors"][0]["inputs"]
    return card(made, values, explanation=explain(made, values))


def clinical_files(**entries: object) -> dict[str, bytes]:
    """The files of a model of entered values with trees in a part; ``entries`` go before its own."""
    files = trees_files()
    data = json.loads(files["model.json"]) | {"applicability": {"modality": "none", "site": "none"}} | entries
    data["inputs"][1]["source"] = "clinical"
    return files | {"model.json": json.dumps(data).encode()}


def everything(folder: Path) -> dict[str, bytes | None]:
    """Every file and folder below ``folder``, with the content of the files."""
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
            for path in folder.rglob("*")}


def bundle(data: dict) -> ModelBundle:
    return bundle_from_dict(data, "0" * 64)


def write_bundle(folder: Path, data: dict) -> Path:
    """``model.json`` in ``folder``, which is returned."""
    return write_files(folder, {"model.json": json.dumps(data).encode()})


def write_files(folder: Path, files: Mapping[str, bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def card(model: ModelBundle | None = None, values: dict | None = None, **changes: object) -> ScoreCard:
    """A card of ``model`` (the shipped L1 HU model if none is given) for ``values``."""
    model = model or load_bundle(PICKHARDT)
    values = values or {"mean_hu": 142.37}
    output = model.estimator.output(values)
    fields = {
        "model": model, "value": output, "linear_predictor": model.estimator.linear_predictor(values),
        "output_class": model.class_of(output, values), "inputs": card_inputs(model, values),
        "findings": FINDINGS, "place": "L1", "site": "vertebra", "compartment": "trabecular",
        "measurements": {"mean_hu": 142.37, "sd_hu": 38.2, "volume_ml": 11.73, "voxel_count": 11730},
        "acquisition": {"known": {"kvp": 120.0, "kernel": "B30f", "contrast_agent": False},
                        "unknown": ["manufacturer", "scanner_model"], "stated_by_user": ["contrast_agent"]},
        "provenance": {"library": "RadiomicsOrthoLib 0.1.0",
                       "image": {"sha256": "ab" * 32, "shape": [160, 128, 128], "spacing_mm": [1.0, 1.0, 1.0]}},
    }
    return ScoreCard(**(fields | changes))


def logistic_card(**values: object) -> ScoreCard:
    return card(bundle(logistic_dict()), {"rad_score": 0.62, "age": 71.0, "fracture": "one", "mean_hu": 98.0} | values,
                measurements={"mean_hu": 98.0, "volume_ml": 11.73})


def cox_card(**values: object) -> ScoreCard:
    return card(bundle(cox_dict()), {"bmi": 20.5, "site": "spine", "entropy": 4.1} | values)

