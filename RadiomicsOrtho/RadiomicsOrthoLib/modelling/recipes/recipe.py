"""A recipe: the design of a published study, refitted to a table of your own.

No reviewed study published coefficients, so a recipe is a way of working and never a model.  What the study states
stands in ``facts``, what it reported in ``reported``, where this software does otherwise in ``deviations``, and what it
had to choose itself in ``assumed``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...cohort.table_schema import ColumnSpec

#: what an outcome may be
OUTCOMES = ("binary", "classes", "number")
#: one step or estimator: its name and parameters
Step = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True)
class Fact:
    """Something that a study states, or reported, with the evidence that it does."""

    topic: str
    text: str
    evidence: str


@dataclass(frozen=True)
class Deviation:
    """What the study did, what is done here instead, and why."""

    study: str
    here: str
    why: str


@dataclass(frozen=True)
class Scan:
    """Which images and regions the features come from; ``per`` is what a row is about (patient, vertebra, image)."""

    modality: str
    site: str
    compartment: str
    profile: str
    per: str
    levels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """``classes`` map keys of the column to titles; of two the second is the event.

    ``pairs`` are the comparisons of a classification in several classes, the event second.
    """

    kind: str
    column: str
    title: str
    unit: str = ""
    classes: Mapping[str, str] | None = None
    pairs: tuple[tuple[str, str], ...] = ()

    @property
    def event(self) -> str:
        return list(self.classes)[-1]


@dataclass(frozen=True)
class Clinical:
    """A clinical column; ``block`` is a name for several of them."""

    spec: ColumnSpec
    block: str


@dataclass(frozen=True)
class Block:
    """Feature columns by ``prefixes`` or by name, less those of ``without`` (texts that the name holds)."""

    prefixes: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class Model:
    """What one model of the study sees and learns.

    ``blocks`` are of features, through ``selection``; ``clinical`` names columns or blocks that stay beside them.  With
    ``combine`` ``score`` the features become one linear score first, from fits that had not seen the person.
    ``average`` names models whose probabilities are averaged instead.
    """

    id: str
    title: str
    blocks: tuple[str, ...] = ()
    clinical: tuple[str, ...] = ()
    selection: tuple[Step, ...] = ()
    estimator: Step | None = None
    combine: str = "columns"
    average: tuple[str, ...] = ()


@dataclass(frozen=True)
class Validation:
    """``repeats`` × ``folds`` of whole subjects (``folds`` 0: leave one subject out), in the development part.

    ``by`` ``centre`` leaves one centre out at a time instead, ``centres`` makes the folds of whole centres.
    ``test`` is the share of subjects held out, or ``set`` where the column of that name says who; 0 for none.
    ``cutoff`` is ``youden`` or a sensitivity, learned in ``inner`` folds of the training part.  ``samples_632`` are
    bootstrap samples of subjects for the .632+ estimate of the main model; 0 for none.
    """

    repeats: int
    folds: int
    inner: int
    test: float | str
    cutoff: str | float
    bootstrap: int
    permutations: int
    seed: int
    by: str = "subject"
    samples_632: int = 0


@dataclass(frozen=True)
class FollowUp:
    """Columns of an external cohort that was followed: years until ``event`` (1) or the end (0).

    The score joins ``clinical`` in a Cox model.
    """

    time: str
    event: str
    clinical: tuple[str, ...]
    unit: str = "years"
    horizon: float | None = None


@dataclass(frozen=True)
class Grid:
    """Every one of ``selectors`` (name → steps) with every one of ``estimators``, for each region and all together.

    ``permutations`` are how often the whole grid of a region is fitted to shuffled outcomes.
    """

    selectors: Mapping[str, tuple[Step, ...]]
    estimators: Mapping[str, Step]
    regions: Mapping[str, tuple[str, ...]]
    permutations: Mapping[str, int]


@dataclass(frozen=True)
class Recipe:
    """One study; ``main`` is the model whose bundle and nomogram are made first."""

    id: str
    version: str
    title: str
    citation: str
    evidence: str
    facts: tuple[Fact, ...]
    reported: tuple[Fact, ...]
    deviations: tuple[Deviation, ...]
    assumed: tuple[str, ...]
    scan: Scan
    outcome: Outcome
    clinical: tuple[Clinical, ...]
    blocks: Mapping[str, Block]
    models: tuple[Model, ...]
    main: str
    compare: tuple[tuple[str, str], ...]
    validation: Validation
    thresholds: tuple[float, ...]
    outputs: tuple[str, ...]
    #: the virtual people to try it with; empty where none are described
    simulation: Mapping
    sha256: str
    pivot: str = ""
    follow_up: FollowUp | None = None
    grid: Grid | None = None
    caution: str = ""

    def model(self, name: str) -> Model:
        return next(one for one in self.models if one.id == name)

    def clinical_names(self, wanted: Sequence[str]) -> tuple[str, ...]:
        """Columns of the names and blocks in ``wanted``."""
        return tuple(one.spec.name for one in self.clinical if one.spec.name in wanted or one.block in wanted)

    @property
    def declared(self) -> tuple[ColumnSpec, ...]:
        """The columns that a table for this recipe must have besides features."""
        outcome = self.outcome
        classes = dict(outcome.classes) if outcome.classes else None
        found = [ColumnSpec(outcome.column, "outcome", "choice" if classes else "number", outcome.title, outcome.unit,
                            choices=classes, missing=True), *(one.spec for one in self.clinical)]
        if self.follow_up:
            yes_no = {"0": "no", "1": "yes"}
            found += [ColumnSpec(self.follow_up.time, "time", unit=self.follow_up.unit, range=(0, 1e4), missing=True),
                      ColumnSpec(self.follow_up.event, "time", "choice", choices=yes_no, missing=True)]
        return tuple(found)


def safe_name(text: str) -> str:
    """Letters, digits, '-' for the name of a file."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
