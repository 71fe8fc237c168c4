"""A recipe made quick, and a table for it: to try whether studies run, never to learn anything from."""

from __future__ import annotations

import json
from pathlib import Path

from ..resources import resource_folder
from ..yaml_text import parse_yaml
from .request import SimulationRequest
from .simulate import simulate_table


def trial_recipe(folder: Path, name: str = "yang-2022", features: int = 40, model: str = "") -> Path:
    """The recipe ``name`` as a file of its own in ``folder``: few features, folds and bootstrap samples.

    With ``model`` only that one of its models, without selection.
    """
    data = parse_yaml((resource_folder() / "Recipes" / f"{name}.yaml").read_text(encoding="utf-8"))
    data["id"] = f"trial-{name}"
    data["validation"] |= {"repeats": 1, "bootstrap": 100, "inner": 2, "permutations": 0}
    data["validation"] |= {"folds": 3} if data["validation"]["folds"] else {}
    data["simulation"]["features"] = features
    if model:
        kept = [one | {"selection": ["variance"]} for one in data["models"] if one["id"] == model]
        data |= {"models": kept, "main": model, "compare": []}
    path = folder / f"{data['id']}.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def trial_table(recipe: Path, out: Path, count: int = 60) -> Path:
    """A simulated table of the recipe's design with ``count`` subjects."""
    return Path(simulate_table(SimulationRequest(str(recipe), str(out), count))["table"])
