"""What a person asks the workbench for, on the command line or in Slicer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ..errors import InputError
from ..modelling.recipes.recipe import Deviation, Recipe
from ..modelling.recipes.recipe_file import load_recipe


@dataclass(frozen=True)
class StudyRequest:
    """``recipe`` is an id or a file; ``sheets`` are joined to ``table`` by subject; ``out`` is a new or empty folder.

    ``seed``, ``repeats`` and ``folds`` replace those of the recipe, which its report then says; ``None`` leaves them.
    ``resume`` is a folder that keeps the fits of a grid, so that an interrupted one goes on.
    """

    recipe: str
    table: str
    out: str = ""
    sheets: tuple[str, ...] = ()
    jobs: int = 1
    seed: int | None = None
    repeats: int | None = None
    folds: int | None = None
    resume: str = ""

    def to_dict(self) -> dict[str, object]:
        """JSON-ready."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> StudyRequest:
        return cls(**{**values, "sheets": tuple(values["sheets"])})

    def wanted_recipe(self) -> Recipe:
        """The recipe with what was asked for otherwise; InputError where it cannot be so."""
        recipe = load_recipe(self.recipe)
        if self.resume and not recipe.grid:
            raise InputError(f"Fits are kept for a recipe with a grid; '{recipe.id}' has none.")
        plan = recipe.validation
        asked = {name: value for name in ("seed", "repeats", "folds")
                 if (value := getattr(self, name)) is not None and value != getattr(plan, name)}
        if asked.get("seed", 0) < 0 or asked.get("repeats", 1) < 1 or asked.get("folds", 2) < 2:
            raise InputError("A seed is not negative, repeats are 1 at least, and folds 2 at least.")
        if set(asked) & {"repeats", "folds"} and not has_folds(recipe):
            raise InputError(f"The recipe '{recipe.id}' leaves out one subject or centre at a time; it has no number "
                             "of folds or repeats to change.")
        if not asked:
            return recipe
        changes = tuple(Deviation(f"{name}: {getattr(plan, name)} in the recipe", f"{name}: {value}",
                                  "it was asked for when the study was started") for name, value in asked.items())
        return replace(recipe, validation=replace(plan, **asked), deviations=(*recipe.deviations, *changes))


@dataclass(frozen=True)
class ValidationRequest:
    """The frozen model in ``bundle`` (folder or zip file) on another ``table``.

    The outcome is that of the recipe in the model's record, of ``recipe``, or ``outcome`` (``COLUMN=NO,YES``).
    """

    bundle: str
    table: str
    out: str
    recipe: str = ""
    outcome: str = ""
    cutoff: float | None = None

    def to_dict(self) -> dict[str, object]:
        """JSON-ready."""
        return asdict(self)


@dataclass(frozen=True)
class SimulationRequest:
    """A simulated table of the design of ``recipe``; ``count`` subjects instead of as many as in the study."""

    recipe: str
    out: str
    count: int | None = None
    seed: int = 7

    def to_dict(self) -> dict[str, object]:
        """JSON-ready."""
        return asdict(self)


def has_folds(recipe: Recipe) -> bool:
    """Whether its cross-validation has a number of folds and repeats: not where one subject or centre is left out."""
    return recipe.validation.folds > 0 and recipe.validation.by == "subject"


def outcome_keys(text: str) -> tuple[str, tuple[str, str]]:
    """The column and its two values, the event second, of ``COLUMN=NO,YES``; InputError for what is no such thing."""
    column, _, values = text.partition("=")
    keys = values.split(",")
    if len(keys) != 2 or not all(keys) or not column or keys[0] == keys[1]:
        raise InputError("--outcome is COLUMN=NO,YES: a column and its two values, the event second.")
    return column, (keys[0], keys[1])


def check_new_folder(path: Path) -> None:
    """InputError unless ``path`` can be written into without replacing anything."""
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise InputError(f"'{path}' is there already; name a new or empty folder.")
