"""The design of a simulated study table: how many people and rows, what the outcome depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

#: what an outcome may depend on besides clinical values, each in standard deviations
LATENTS = ("density", "structure", "marrow", "deep", "age")
MAX_SUBJECTS = 100000
#: of a table; rows are made in memory
MAX_CELLS = 20_000_000


@dataclass(frozen=True)
class ClinicalDesign:
    """A number (``mean``, ``sd``, limits, ``link``: its correlation with the density), a yes-or-no ``share``, or
    ``counts``: shares of 1, 2, 3 …"""

    mean: float = 0.0
    sd: float = 1.0
    limits: tuple[float, float] = (-1e9, 1e9)
    link: float = 0.0
    share: float | None = None
    counts: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        number = self.share is None and not self.counts
        if self.sd < 0 or self.limits[0] > self.limits[1] or (number and not -1 <= self.link <= 1):
            raise ValueError("a clinical number is drawn by mean, spread, rising limits and a correlation")
        if self.counts and abs(sum(self.counts) - 1) > 1e-6:
            raise ValueError("the shares of counts are 1 together")


@dataclass(frozen=True)
class OutcomeDesign:
    """``effects`` are log odds (or hazards) per standard deviation.

    Exactly ``counts`` of each class, from the least to the greatest risk; or a number with ``mean`` and ``sd``, of
    which ``noise`` parts come by chance.
    """

    effects: Mapping[str, float]
    counts: Mapping[str, int] = field(default_factory=dict)
    mean: float = 0.0
    sd: float = 1.0
    noise: float = 1.0


@dataclass(frozen=True)
class FollowUpDesign:
    """A cohort that is followed between ``years`` (least, greatest) until exactly ``events`` of them had the event."""

    subjects: int
    events: int
    years: tuple[float, float]
    age: tuple[float, float, float, float]
    effects: Mapping[str, float]

    def __post_init__(self) -> None:
        if not self.events < self.subjects or self.years[0] > self.years[1]:
            raise ValueError("a follow-up has fewer events than subjects, and years that rise")


@dataclass(frozen=True)
class TableDesign:
    """``age`` is mean, standard deviation and limits; ``rows`` are spread over subjects, ``levels`` and
    ``compartments``.

    With ``per_subject`` all rows of a subject have one outcome; ``cases``: rows are examinations, not levels.
    """

    subjects: int
    rows: int
    features: int
    age: tuple[float, float, float, float]
    women: float
    outcome: OutcomeDesign
    levels: tuple[str, ...] = ()
    compartments: tuple[str, ...] = ()
    cases: bool = False
    per_subject: bool = True
    deep: int = 0
    centres: int = 1
    clinical: Mapping[str, ClinicalDesign] = field(default_factory=dict)
    follow_up: FollowUpDesign | None = None

    def __post_init__(self) -> None:
        counts, followed = self.outcome.counts, self.follow_up
        for _, spread, low, high in (self.age, *([followed.age] if followed else [])):
            if spread < 0 or low > high:
                raise ValueError("an age is drawn by mean, spread and rising limits")
        if counts and sum(counts.values()) != self.subjects:
            raise ValueError("the classes of the outcome are as many as the subjects")
        if self.rows < self.subjects and not self.compartments:
            raise ValueError("there is a row for each subject at least")
        each = len(self.compartments)
        rows = (self.subjects * each if each else self.rows) + (followed.subjects if followed else 0)
        if rows * (self.features + self.deep) > MAX_CELLS:
            raise ValueError(f"{rows} rows of {self.features + self.deep} features are more than {MAX_CELLS} cells")

    def of(self, subjects: int) -> TableDesign:
        """The same design with so many subjects, everything in proportion; ValueError where it cannot be."""
        if not 10 <= subjects <= MAX_SUBJECTS:
            raise ValueError(f"it has 10 to {MAX_SUBJECTS} subjects, not {subjects}")
        factor = subjects / self.subjects
        counts = {name: max(2, round(count * factor)) for name, count in self.outcome.counts.items()}
        if counts:
            # the first class takes up what rounding left
            first = next(iter(counts))
            counts[first] += subjects - sum(counts.values())
        followed = self.follow_up and replace(self.follow_up, subjects=max(20, round(self.follow_up.subjects * factor)),
                                              events=max(8, round(self.follow_up.events * factor)))
        return replace(self, subjects=subjects, rows=round(self.rows * factor), follow_up=followed,
                       outcome=replace(self.outcome, counts=counts))


def design_from_dict(data: Mapping, classes: tuple[str, ...]) -> TableDesign:
    """The ``simulation`` of a recipe whose outcome has ``classes`` (none for a number).

    ``KeyError``, ``ValueError`` or ``TypeError`` says what is wrong.
    """
    data = dict(data)
    outcome = dict(data.pop("outcome"))
    share = outcome.pop("events", None)
    if share is not None:
        events = round(share * data["subjects"])
        outcome["counts"] = {classes[0]: data["subjects"] - events, classes[1]: events}
    clinical = {name: _clinical(entry) for name, entry in data.pop("clinical", {}).items()}
    followed = data.pop("follow_up", None)
    design = TableDesign(
        **{**data, "age": tuple(data["age"]), "levels": tuple(data.get("levels", ())),
           "compartments": tuple(data.get("compartments", ()))},
        outcome=OutcomeDesign(**outcome), clinical=clinical,
        follow_up=FollowUpDesign(**{**followed, "years": tuple(followed["years"]), "age": tuple(followed["age"])})
        if followed else None)
    effects = {*design.outcome.effects, *(design.follow_up.effects if design.follow_up else ())}
    unknown = effects - set(LATENTS) - set(clinical)
    if unknown:
        raise ValueError(f"the outcome depends on '{sorted(unknown)[0]}', which nobody draws")
    if set(design.outcome.counts) - set(classes) or bool(design.outcome.counts) != bool(classes):
        raise ValueError("it counts the classes of the outcome")
    return design


def _clinical(entry: object) -> ClinicalDesign:
    if isinstance(entry, Mapping):
        return ClinicalDesign(**{**entry, "counts": tuple(entry.get("counts", ()))})
    mean, sd, low, high, link = entry
    return ClinicalDesign(mean, sd, (low, high), link)
