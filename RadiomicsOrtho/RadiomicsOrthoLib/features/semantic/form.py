"""A form: the questions about one bone, named and versioned."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

from ...errors import InputError
from ...regions.roi import SITES
from ...yaml_text import text_entry
from ..filters.settings import IMAGE_TYPES
from ..measurements import MEASUREMENTS
from ..table import REGION_COLUMNS
from ..vector import SEMANTIC_PREFIX
from .question import Choice, Question
from .rule import Rule

SCHEMA = "radiomics-ortho-form/1"
_FORM_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


@dataclass(frozen=True)
class SemanticForm:
    """Questions in the order in which they are asked.

    ``rules`` say which answers go together.  ``ValueError`` where two questions share an id, one has the name of a
    radiomics feature, or a rule is about something that is not asked.
    """

    id: str
    version: str
    title: str
    site: str
    questions: tuple[Question, ...]
    notes: str = ""
    rules: tuple[Rule, ...] = ()

    def __post_init__(self) -> None:
        if not _FORM_ID.fullmatch(self.id):
            raise ValueError(f"the id '{self.id}' must be lower-case letters, digits and -")
        if self.site not in SITES:
            raise ValueError(f"the site must be one of {', '.join(SITES)}, not {self.site!r}")
        if not self.questions:
            raise ValueError("it has no questions")
        ids = [question.id for question in self.questions]
        twice = next((name for name in ids if ids.count(name) > 1), None)
        if twice:
            raise ValueError(f"the question '{twice}' is there twice")
        shadowing = next(filter(is_feature_name, ids), None)
        if shadowing:
            raise ValueError(f"the question '{shadowing}' has the name of a radiomics feature, a measurement or a "
                             "column of the table; give it another id")
        for rule in self.rules:
            self._check_rule(rule)

    def _check_rule(self, rule: Rule) -> None:
        for name, answers in ((rule.question, rule.answers), (rule.other, rule.expected)):
            question = self.question(name)
            if question is None:
                raise ValueError(f"a rule is about '{name}', which it does not ask")
            if not answers:
                raise ValueError(f"a rule about '{name}' names no answer")
            try:
                for answer in answers:
                    question.check(answer)
            except InputError as error:
                raise ValueError(f"a rule names a wrong answer: {error}") from None

    def question(self, question_id: str) -> Question | None:
        return next((question for question in self.questions if question.id == question_id), None)

    def hash(self) -> str:
        """SHA-256 of the whole form: another wording of a definition is another form."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


def is_feature_name(name: str) -> bool:
    """``name`` is, or begins like, what the engines, the measurements or the table already use."""
    image_types = {image_type.lower() for image_type in IMAGE_TYPES} | {"lbp", "diagnostics", SEMANTIC_PREFIX[:-1]}
    return (name in image_types or name in MEASUREMENTS or name in REGION_COLUMNS
            or name.split("_", maxsplit=1)[0] in image_types)


def form_from_dict(data: Mapping) -> SemanticForm:
    """A form from parsed YAML or JSON; ``KeyError``, ``ValueError`` or ``TypeError`` on defects."""
    data = dict(data)
    if data.pop("schema", None) != SCHEMA:
        raise ValueError(f"its schema is not {SCHEMA!r}")
    _no_others(data, {field.name for field in fields(SemanticForm)}, "the form")
    questions = tuple(map(_question, _list(data["questions"], "its questions")))
    return SemanticForm(id=text_entry(data, "id"), version=str(data["version"]), title=text_entry(data, "title"),
                        site=text_entry(data, "site"), questions=questions, notes=text_entry(data, "notes", ""),
                        rules=tuple(map(_rule, _list(data.get("rules", []), "its rules"))))


def _question(data: object) -> Question:
    if not isinstance(data, dict):
        raise ValueError(f"{data!r} is no question")
    name = f"the question '{data.get('id')}'"
    _no_others(data, {field.name for field in fields(Question)}, name)
    found: dict[str, object] = {key: text_entry(data, key) for key in ("id", "title", "type", "definition", "source",
                                                                  "evidence")}
    found["unit"] = text_entry(data, "unit", "")
    for key, kind in (("compulsory", bool), ("decimals", int)):
        if key in data:
            if type(data[key]) is not kind:
                raise ValueError(f"{key} of {name} must be {'true or false' if kind is bool else 'a whole number'}")
            found[key] = data[key]
    if data.get("range") is not None:
        if not isinstance(data["range"], list) or any(type(end) not in (int, float) for end in data["range"]):
            raise ValueError(f"the range of {name} must be two numbers")
        found["range"] = tuple(map(float, data["range"]))
    for key in ("choices", "modalities"):
        if not isinstance(data.get(key, []), list):
            raise ValueError(f"{key} of {name} must be a list")
    found["modalities"] = tuple(map(str, data.get("modalities", ())))
    found["choices"] = tuple(_choice(choice, name) for choice in data.get("choices", ()))
    return Question(**found)


def _list(data: object, what: str) -> list:
    if not isinstance(data, list):
        raise ValueError(f"{what} are no list")
    return data


def _rule(data: object) -> Rule:
    if not isinstance(data, dict):
        raise ValueError(f"{data!r} is no rule")
    _no_others(data, {field.name for field in fields(Rule)}, "a rule")
    return Rule(text_entry(data, "question"), tuple(_list(data["answers"], "the answers of a rule")),
                text_entry(data, "other"), tuple(_list(data["expected"], "the expected answers of a rule")))


def _choice(data: object, name: str) -> Choice:
    if not isinstance(data, dict):
        raise ValueError(f"{data!r} is no choice of {name}")
    _no_others(data, {"value", "title", "definition"}, f"a choice of {name}")
    value = data["value"]
    if type(value) not in (int, str):
        raise ValueError(f"the value {value!r} of a choice of {name} must be a whole number or a key in quotes")
    return Choice(value, text_entry(data, "title"), text_entry(data, "definition"))


def _no_others(data: Mapping, known: set[str], what: str) -> None:
    others = sorted(map(str, set(data) - known))
    if others:
        raise ValueError(f"{what} has the unknown entry '{others[0]}'")
