"""A recipe with few people, features, fits and bootstrap samples, for tests of whole studies."""

import json
from pathlib import Path

from RadiomicsOrthoLib.resources import resource_folder
from RadiomicsOrthoLib.workbench.request import SimulationRequest
from RadiomicsOrthoLib.workbench.simulate import simulate_table
from RadiomicsOrthoLib.yaml_text import parse_yaml


def small_recipe(folder: Path, name: str = "yang-2022", features: int = 40,
                 model: str = "") -> Path:
    """The recipe of that name as a file of its own, quick to run; with ``model`` only that one of its models."""
    data = parse_yaml((resource_folder() / "Recipes" / f"{name}.yaml").read_text(encoding="utf-8"))
    data["id"] = f"small-{name}"
    data["validation"] |= {"repeats": 1, "bootstrap": 100, "inner": 2, "permutations": 0}
    data["validation"] |= {"folds": 3} if data["validation"]["folds"] else {}
    data["simulation"]["features"] = features
    if model:
        kept = [one | {"selection": ["variance"]} for one in data["models"] if one["id"] == model]
        data |= {"models": kept, "main": model, "compare": []}
    path = folder / f"small-{name}.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def small_table(recipe: Path, out: Path, count: int = 60) -> Path:
    """A simulated table of the recipe's design."""
    return Path(simulate_table(SimulationRequest(str(recipe), str(out), count))["table"])
