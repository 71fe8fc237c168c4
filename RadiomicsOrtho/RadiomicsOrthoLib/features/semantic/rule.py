"""Which answers of one form go together by its own definitions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .question import Answer, Question


@dataclass(frozen=True)
class Rule:
    """Where the answer to ``question`` is one of ``answers``, that to ``other`` is one of ``expected``."""

    question: str
    answers: tuple[Answer, ...]
    other: str
    expected: tuple[Answer, ...]

    def is_broken(self, given: Mapping[str, Answer]) -> bool:
        """True if both were answered and do not go together."""
        return (self.question in given and self.other in given and given[self.question] in self.answers
                and given[self.other] not in self.expected)


def contradiction(rule: Rule, questions: Mapping[str, Question], given: Mapping[str, Answer]) -> str:
    """A broken rule in a sentence."""
    first, second = ((questions[name].title, questions[name].meaning(given[name]))
                     for name in (rule.question, rule.other))
    return f"{first[0]} is '{first[1]}', but {second[0]} is '{second[1]}'."
