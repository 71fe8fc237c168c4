"""A ROI protocol: what to draw at one site on one kind of scan, step by step, and why."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field

from ...imaging.modality import MODALITIES
from ..roi import COMPARTMENTS, SITES

#: how sure a sentence is: read at its source, restated by another, from memory, or decided by this project
EVIDENCE = ("verified", "secondary", "unverified", "own convention")
OWN = "own convention"
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


@dataclass(frozen=True)
class Statement:
    """A sentence with the reference that it rests on; without one it is this protocol's own convention.

    What is remembered without a source is ``unverified``.
    """

    text: str
    source: str = ""
    evidence: str = OWN

    def __post_init__(self) -> None:
        if self.evidence not in EVIDENCE:
            raise ValueError(f"the evidence of '{self.text}' must be one of {', '.join(EVIDENCE)}, "
                             f"not {self.evidence!r}")
        if self.source and self.evidence == OWN:
            raise ValueError(f"'{self.text}' has a source; its evidence must be verified, secondary or unverified")
        if not self.source and self.evidence in ("verified", "secondary"):
            raise ValueError(f"'{self.text}' is said to be {self.evidence} and names no source")


@dataclass(frozen=True)
class Window:
    """How the scan is shown while drawing: ``level`` and ``width`` in HU, or two ``percentiles`` of all pixels.

    Percentiles are for values without a unit (MR, radiographs).
    """

    why: str
    level: float | None = None
    width: float | None = None
    percentiles: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if (self.level is None) != (self.width is None) or (self.level is None) == (self.percentiles is None):
            raise ValueError("the window has level and width, or percentiles")
        if self.width is not None and self.width <= 0:
            raise ValueError("the width of the window must be above 0")
        if self.percentiles is not None and not 0 <= self.percentiles[0] < self.percentiles[1] <= 100:
            raise ValueError("the percentiles of the window must rise and lie between 0 and 100")

    @property
    def text(self) -> str:
        if self.percentiles is not None:
            return f"percentiles {self.percentiles[0]:g} to {self.percentiles[1]:g} of the pixel values"
        return f"level {self.level:g} HU, width {self.width:g} HU"


@dataclass(frozen=True)
class Step:
    """What to do next; ``picture`` is the name of a drawing without its ending, or empty."""

    title: str
    do: Statement
    picture: str = ""


@dataclass(frozen=True)
class CompartmentRule:
    """What a compartment of the library holds at this site, and why it is cut so.

    ``csf`` is no part of the bone: a region that a model divides by or a profile normalises on.
    """

    compartment: str
    rule: Statement
    why: str
    picture: str = ""

    def __post_init__(self) -> None:
        if self.compartment not in COMPARTMENTS or self.compartment == "unknown":
            raise ValueError(f"'{self.compartment}' is no compartment; there are "
                             f"{', '.join(name for name in COMPARTMENTS if name != 'unknown')}")


@dataclass(frozen=True)
class Need:
    """Who needs which compartments: a model or a profile at hand by its id, or a published workflow by its title.

    Of several compartments ``text`` says whether it needs all of them or takes any.
    """

    title: str
    compartments: tuple[str, ...]
    text: Statement
    model: str = ""
    profile: str = ""


@dataclass(frozen=True)
class Reference:
    id: str
    text: str


@dataclass(frozen=True)
class Protocol:
    """A named, versioned protocol; ``pictures`` holds the SVG text of each drawing by its name.

    ``ValueError`` where it contradicts itself.
    """

    id: str
    version: str
    title: str
    site: str
    modalities: tuple[str, ...]
    purpose: str
    window: Window
    steps: tuple[Step, ...]
    include: tuple[Statement, ...]
    exclude: tuple[Statement, ...]
    compartments: tuple[CompartmentRule, ...]
    needs: tuple[Need, ...]
    pitfalls: tuple[Statement, ...]
    references: tuple[Reference, ...]
    pictures: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise ValueError(f"the id '{self.id}' must be lower-case letters, digits and -")
        if self.site not in SITES or self.site == "unknown":
            raise ValueError(f"the site must be vertebra or proximal-femur, not {self.site!r}")
        if not self.modalities or not set(self.modalities) <= set(MODALITIES) - {"unknown"}:
            raise ValueError(f"the modalities must come from {', '.join(MODALITIES[:-1])}")
        for name in ("steps", "include", "exclude", "compartments", "pitfalls"):
            if not getattr(self, name):
                raise ValueError(f"it has no {name}")
        if self.window.level is not None and self.modalities != ("CT",):
            raise ValueError("a window in HU is for CT alone; give percentiles")
        self._check_names()

    def _check_names(self) -> None:
        """Everything that is referred to is there, and nothing is there twice."""
        described = [rule.compartment for rule in self.compartments]
        keys = [reference.id for reference in self.references]
        for names, what in ((described, "compartment"), (keys, "reference")):
            twice = next((name for name in names if names.count(name) > 1), None)
            if twice:
                raise ValueError(f"the {what} '{twice}' is there twice")
        for statement in self.statements():
            if statement.source and statement.source not in keys:
                raise ValueError(f"the source '{statement.source}' is not among the references")
        unused = next((key for key in keys if key not in {one.source for one in self.statements()}), None)
        if unused:
            raise ValueError(f"nothing rests on the reference '{unused}'")
        for need in self.needs:
            other = next((name for name in need.compartments if name not in described), None)
            if other or not need.compartments:
                raise ValueError(f"'{need.title}' needs the compartment '{other or ''}', which is not described")
        missing = next((name for name in self.picture_names() if name not in self.pictures), None)
        if missing:
            raise ValueError(f"the picture '{missing}' is missing")

    def statements(self) -> Iterator[Statement]:
        """Every sentence that has a source or is this protocol's own."""
        yield from (step.do for step in self.steps)
        yield from (*self.include, *self.exclude, *self.pitfalls)
        yield from (part.rule for part in self.compartments)
        yield from (need.text for need in self.needs)

    def picture_names(self) -> tuple[str, ...]:
        """The drawings in the order in which they are met, each once."""
        parts = (*self.steps, *self.compartments)
        return tuple(dict.fromkeys(part.picture for part in parts if part.picture))

    def rule_for(self, compartment: str) -> CompartmentRule | None:
        return next((rule for rule in self.compartments if rule.compartment == compartment), None)

    def reference(self, key: str) -> Reference | None:
        return next((reference for reference in self.references if reference.id == key), None)

    def to_dict(self) -> dict:
        """The content as of its file, without the drawings."""
        data = asdict(self)
        del data["pictures"]
        return data

    def hash(self) -> str:
        """SHA-256 of the text and the drawings: another wording or another drawing is another protocol."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()
