"""Recipes from YAML: those that ship, and a site's own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from ...cohort.table_schema import ColumnSpec
from ...errors import InputError
from ...models.schema_check import check_shipped
from ...resources import resource_folder
from ...yaml_text import read_definition
from .recipe import (
    OUTCOMES,
    Block,
    Clinical,
    Deviation,
    Fact,
    FollowUp,
    Grid,
    Model,
    Outcome,
    Recipe,
    Scan,
    Step,
    Validation,
)

SCHEMA = "radiomics-ortho-recipe/1"
#: of the text of a recipe
_ENDINGS = (".yaml", ".yml", ".json")
_TITLE = "title: "


def recipe_names() -> tuple[str, ...]:
    """The recipes that ship, by id."""
    return tuple(sorted(path.stem for path in (resource_folder() / "Recipes").glob("*.yaml")))


def recipe_titles() -> dict[str, str]:
    """id → title of the recipes that ship, read without the rest of them: a list of them must not take long."""
    found = {}
    for name in recipe_names():
        with (resource_folder() / "Recipes" / f"{name}.yaml").open(encoding="utf-8") as file:
            found[name] = next((line.removeprefix(_TITLE).strip() for line in file if line.startswith(_TITLE)), name)
    return found


def load_recipe(name_or_path: str) -> Recipe:
    """A recipe that ships, by id, or one from a file; InputError with one sentence if there is none or it is faulty."""
    if name_or_path in recipe_names():
        path = resource_folder() / "Recipes" / f"{name_or_path}.yaml"
    elif Path(name_or_path).suffix in _ENDINGS and Path(name_or_path).is_file():
        path = Path(name_or_path)
    else:
        raise InputError(f"There is no recipe '{name_or_path}'; name a YAML file, or one of "
                         f"{', '.join(recipe_names())}.")
    return read_definition(path, "recipe", recipe_from_dict)


def recipe_from_dict(data: Mapping) -> Recipe:
    """``ValueError`` or ``KeyError`` says what is wrong."""
    if data.get("schema") != SCHEMA:
        raise ValueError(f"its schema is {data.get('schema')!r}, this version reads {SCHEMA!r}")
    check_shipped(data, "recipe")
    study = data["study"]
    recipe = Recipe(
        id=data["id"], version=data["version"], title=data["title"], citation=study["citation"],
        evidence=study["evidence"], facts=_facts(study["facts"]), reported=_facts(study["reported"]),
        deviations=tuple(Deviation(**one) for one in data["deviations"]), assumed=tuple(data["assumed"]),
        scan=Scan(**{**data["scan"], "levels": tuple(data["scan"].get("levels", ()))}),
        outcome=_outcome(data["outcome"]), clinical=tuple(map(_clinical, data["clinical"])),
        blocks={name: Block(*(tuple(block.get(key, ())) for key in ("prefixes", "columns", "without")))
                for name, block in data["blocks"].items()},
        models=tuple(map(_model, data["models"])), main=data["main"],
        compare=tuple((first, second) for first, second in data["compare"]),
        validation=_validation(data["validation"]), thresholds=tuple(map(float, data["thresholds"])),
        outputs=tuple(data["outputs"]), simulation=data.get("simulation", {}), sha256=_hash(data),
        pivot=data.get("pivot", ""),
        follow_up=_follow_up(data["follow_up"]) if "follow_up" in data else None,
        grid=_grid(data["grid"]) if "grid" in data else None, caution=data.get("caution", ""))
    _check(recipe)
    return recipe


def _hash(data: Mapping) -> str:
    """SHA-256 of the content, whatever its layout."""
    return hashlib.sha256(json.dumps(data, sort_keys=True, ensure_ascii=False).encode("utf-8")).hexdigest()


def _facts(entries: list) -> tuple[Fact, ...]:
    return tuple(Fact(one["topic"], str(one["text"]), one["evidence"]) for one in entries)


def _outcome(data: Mapping) -> Outcome:
    classes = {str(key): str(title) for key, title in data["classes"].items()} if "classes" in data else None
    return Outcome(data["kind"], data["column"], data["title"], data.get("unit", ""), classes,
                   tuple((str(first), str(second)) for first, second in data.get("pairs", ())))


def _clinical(data: Mapping) -> Clinical:
    choices, bounds = data.get("choices"), data.get("range")
    spec = ColumnSpec(data["name"], "clinical", "choice" if choices else "number", data["title"], data.get("unit", ""),
                      None if bounds is None else (float(bounds[0]), float(bounds[1])),
                      {str(key): str(title) for key, title in choices.items()} if choices else None,
                      missing=data.get("missing", False))
    return Clinical(spec, data.get("block", "clinical"))


def _model(data: Mapping) -> Model:
    return Model(data["id"], data["title"], tuple(data.get("blocks", ())), tuple(data.get("clinical", ())),
                 _steps(data.get("selection", ())), dict(data["estimator"]) if "estimator" in data else None,
                 data.get("combine", "columns"), tuple(data.get("average", ())))


def _steps(entries) -> tuple[Step, ...]:
    return tuple({one: {}} if isinstance(one, str) else {name: dict(parameters or {}) for name,
                                                         parameters in one.items()}
                 for one in entries)


def _validation(data: Mapping) -> Validation:
    return Validation(**{"inner": 3, "test": 0, "cutoff": "youden", "bootstrap": 1000, "permutations": 0, **data})


def _follow_up(data: Mapping) -> FollowUp:
    return FollowUp(data["time"], data["event"], tuple(data["clinical"]), data.get("unit", "years"),
                    data.get("horizon"))


def _grid(data: Mapping) -> Grid:
    return Grid({name: _steps(steps) for name, steps in data["selectors"].items()},
                {name: dict(step) for name, step in data["estimators"].items()},
                {name: tuple(blocks) for name, blocks in data["regions"].items()},
                {name: int(count) for name, count in data.get("permutations", {}).items()})


def _check(recipe: Recipe) -> None:
    """What a schema cannot say: that names are those of something."""
    outcome, models = recipe.outcome, [one.id for one in recipe.models]
    if outcome.kind not in OUTCOMES or (outcome.kind == "number") != (outcome.classes is None):
        raise ValueError("an outcome of classes lists them, a number has none")
    if outcome.kind == "binary" and len(outcome.classes) != 2:
        raise ValueError("a binary outcome has two classes, the event second")
    if not {key for pair in outcome.pairs for key in pair} <= set(outcome.classes or ()):
        raise ValueError("a pair of the outcome names a class that is not listed")
    if len(set(models)) != len(models) or recipe.main not in models:
        raise ValueError("models have different ids, and 'main' is one of them")
    if recipe.grid and set(recipe.grid.permutations) - set(recipe.grid.regions):
        raise ValueError("the permutations of a grid name one of its regions")
    for names, known, what in (({name for pair in recipe.compare for name in pair}, set(models), "model"),
                               ({name for one in recipe.models for name in one.average}, set(models), "model"),
                               ({name for one in recipe.models for name in one.blocks}, set(recipe.blocks), "block")):
        if names - known:
            raise ValueError(f"there is no {what} '{sorted(names - known)[0]}'")
    clinical = {one.spec.name for one in recipe.clinical} | {one.block for one in recipe.clinical}
    wanted = {name for one in recipe.models for name in one.clinical}
    wanted |= set(recipe.follow_up.clinical) if recipe.follow_up else set()
    if wanted - clinical:
        raise ValueError(f"there is no clinical column or block '{sorted(wanted - clinical)[0]}'")
    for one in recipe.models:
        if bool(one.average) == bool(one.estimator):
            raise ValueError(f"the model '{one.id}' has an estimator, or averages others")
