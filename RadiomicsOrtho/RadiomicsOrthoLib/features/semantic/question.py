"""One question of a form, and what counts as an answer to it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from ...errors import InputError
from ...imaging.modality import MODALITIES
from ..vector import SEMANTIC_PREFIX

QUESTION_TYPES = ("ordinal", "nominal", "yes-no", "number", "integer")
EVIDENCE = ("verified", "secondary", "unverified", "own definition")
#: the answer of a reader who looked and could not tell: the feature is missing, never 0
NOT_ASSESSABLE = "not assessable"
_ID = re.compile(r"[a-z][a-z0-9_]{0,59}")
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")

Answer = bool | int | float | str


@dataclass(frozen=True)
class Choice:
    """``value`` is a whole number (ordinal) or a key (nominal); ``definition`` says in plain words when it applies."""

    value: int | str
    title: str
    definition: str


@dataclass(frozen=True)
class Question:
    """A question with its type, its definition and where that comes from.

    ``range`` holds the least and greatest plausible number, in ``unit``; ``decimals`` is how many digits a form shows.
    ``modalities`` are the scans on which it can be seen (empty: any).  ``evidence`` says how well ``source`` is
    confirmed: ``verified`` at the source, ``secondary`` (restated elsewhere), ``unverified``, or ``own definition``.
    ``ValueError`` where the definition contradicts itself.
    """

    id: str
    title: str
    type: str
    definition: str
    source: str
    evidence: str
    choices: tuple[Choice, ...] = ()
    unit: str = ""
    range: tuple[float, float] | None = None
    decimals: int = 1
    compulsory: bool = False
    modalities: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise ValueError(f"the id '{self.id}' must be lower-case letters, digits and _, beginning with a letter")
        for name, value, allowed in (("type", self.type, QUESTION_TYPES), ("evidence", self.evidence, EVIDENCE)):
            if value not in allowed:
                raise ValueError(f"the {name} of '{self.id}' must be one of {', '.join(allowed)}, not {value!r}")
        if not set(self.modalities) <= set(MODALITIES) - {"unknown"}:
            raise ValueError(f"the modalities of '{self.id}' must come from {', '.join(MODALITIES[:-1])}")
        if not 0 <= self.decimals <= 6:
            raise ValueError(f"the decimals of '{self.id}' must be 0 to 6")
        self._check_choices()
        self._check_range()

    def _check_choices(self) -> None:
        values = [choice.value for choice in self.choices]
        if (self.type in ("ordinal", "nominal")) != bool(values):
            raise ValueError(f"'{self.id}' is {self.type}, so it {'has no' if values else 'needs'} choices")
        if values and (len(values) < 2 or len(set(values)) < len(values)):
            raise ValueError(f"the choices of '{self.id}' must be two or more, each with a value of its own")
        if self.type == "ordinal" and not (all(_is_whole(value) for value in values) and values == sorted(values)):
            raise ValueError(f"the choices of the ordinal '{self.id}' must be whole numbers in rising order")
        # YAML reads yes, no and 1 as other things than text
        if self.type == "nominal" and not all(isinstance(value, str) and _KEY.fullmatch(value) for value in values):
            raise ValueError(f"the choices of the nominal '{self.id}' must be short keys, written in quotes")

    def _check_range(self) -> None:
        numeric = self.type in ("number", "integer")
        if numeric != (self.range is not None):
            raise ValueError(f"'{self.id}' is {self.type}, so it {'needs a' if numeric else 'has no'} range")
        if numeric and not (len(self.range) == 2 and self.range[0] < self.range[1]):
            raise ValueError(f"the range of '{self.id}' must be two rising numbers")
        if self.unit and not numeric:
            raise ValueError(f"'{self.id}' is {self.type}, so it has no unit")

    @property
    def column(self) -> str:
        """Name of the feature in vector and table."""
        return SEMANTIC_PREFIX + self.id

    def check(self, answer: object) -> Answer:
        """``answer`` as its type (bool, int, float or key); InputError if it is none to this question."""
        if self.type == "yes-no":
            if not isinstance(answer, bool):
                raise InputError(f"{self.title} ({self.id}) is answered true or false, not {answer!r}.")
            return answer
        if self.type == "nominal":
            if answer not in self._values() or isinstance(answer, bool):
                raise InputError(f"{self.title} ({self.id}) has no choice {answer!r}; it has {self._listed()}.")
            return str(answer)
        if isinstance(answer, bool) or not isinstance(answer, (int, float)) or not math.isfinite(answer):
            raise InputError(f"{self.title} ({self.id}) is answered by a number, not {answer!r}.")
        if self.type == "ordinal":
            if answer not in self._values():
                raise InputError(f"{self.title} ({self.id}) has no choice {answer:g}; it has {self._listed()}.")
            return int(answer)
        low, high = self.range
        if not low <= answer <= high:
            unit = f" {self.unit}" if self.unit else ""
            raise InputError(f"{self.title} ({self.id}) of {answer:g}{unit} is not plausible; it lies between {low:g} "
                             f"and {high:g}{unit}.")
        if self.type == "integer" and not _is_whole(answer):
            raise InputError(f"{self.title} ({self.id}) is a whole number, not {answer:g}.")
        return int(answer) if self.type == "integer" else float(answer)

    def meaning(self, answer: Answer) -> str:
        """The answer in words: ``2, moderate``; ``yes``; ``3.5 mm``."""
        if self.choices:
            return next(choice.title for choice in self.choices if choice.value == answer)
        if self.type == "yes-no":
            return "yes" if answer else "no"
        return f"{answer:g} {self.unit}".rstrip()

    def same_answers_as(self, other: Question) -> bool:
        """Whether both ask for the same kind of answer, so that their columns can be pooled."""
        return (self.type, self._values(), self.unit) == (other.type, other._values(), other.unit)

    def _values(self) -> list[int | str]:
        return [choice.value for choice in self.choices]

    def _listed(self) -> str:
        return ", ".join(map(str, self._values()))


def _is_whole(number: object) -> bool:
    # a table program writes a whole number as 2.0 where its column has gaps
    return not isinstance(number, bool) and (isinstance(number, int)
                                             or (isinstance(number, float) and number.is_integer()))
