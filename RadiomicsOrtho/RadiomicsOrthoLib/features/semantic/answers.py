"""The answers to a form, and what becomes of them in a feature vector."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ...errors import InputError
from ...imaging.image import BoneImage
from ...quality.finding import Finding
from ...regions.roi import Roi
from ..vector import FeatureVector
from .catalogue import load_form
from .form import SemanticForm
from .question import NOT_ASSESSABLE, Answer, Question
from .rule import contradiction

SCHEMA = "radiomics-ortho-answers/1"


@dataclass(frozen=True)
class SemanticAnswers:
    """Checked answers to ``form``: question id → answer; ``not_assessable`` holds the ids that a reader marked so.

    A question in neither is not answered.
    """

    form: SemanticForm
    answers: Mapping[str, Answer] = field(default_factory=dict)
    not_assessable: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[Question, ...]:
        """Compulsory questions that are neither answered nor marked as not assessable."""
        done = {*self.answers, *self.not_assessable}
        return tuple(question for question in self.form.questions if question.compulsory and question.id not in done)

    @property
    def values(self) -> dict[str, float]:
        """Column → number: ordinals and integers as they are, yes 1, no 0."""
        return {question.column: float(self.answers[question.id]) for question in self._answered()
                if question.type != "nominal"}

    @property
    def categories(self) -> dict[str, str]:
        """Column → key of the chosen category.  A nominal answer has no order, so it gets no number."""
        return {question.column: str(self.answers[question.id]) for question in self._answered()
                if question.type == "nominal"}

    @property
    def failures(self) -> dict[str, str]:
        """Column → why it has no value."""
        return {question.column: self.meaning(question) for question in self.form.questions
                if question.id not in self.answers}

    def record(self) -> dict:
        """What provenance and card keep: the form with its hash, and each answer with its meaning."""
        return {"form": {"id": self.form.id, "version": self.form.version, "sha256": self.form.hash()},
                "answers": {question.id: {"title": question.title, "answer": self.answers.get(question.id),
                                          "meaning": self.meaning(question)} for question in self.form.questions}}

    def meaning(self, question: Question) -> str:
        """The answer in words, or why there is none."""
        if question.id in self.answers:
            return question.meaning(self.answers[question.id])
        return NOT_ASSESSABLE if question.id in self.not_assessable else "not answered"

    def to_dict(self) -> dict:
        """The content of an answers file."""
        return {"schema": SCHEMA, "form": self.form.id, "form_version": self.form.version,
                "answers": {**self.answers, **dict.fromkeys(self.not_assessable, NOT_ASSESSABLE)}}

    def _answered(self) -> Iterator[Question]:
        return (question for question in self.form.questions if question.id in self.answers)


def check_answers(form: SemanticForm, given: Mapping[str, object]) -> SemanticAnswers:
    """``given`` (question id → answer, ``not assessable`` or ``None``) checked; InputError for the first that is wrong.

    Compulsory questions may be open: see ``SemanticAnswers.missing``.
    """
    unknown = next((name for name in given if form.question(name) is None), None)
    if unknown is not None:
        raise InputError(f"The form '{form.id}' has no question '{unknown}'; it asks "
                         f"{', '.join(question.id for question in form.questions)}.")
    answers = {name: form.question(name).check(answer) for name, answer in given.items()
               if answer is not None and answer != NOT_ASSESSABLE}
    return SemanticAnswers(form, answers, tuple(name for name, answer in given.items() if answer == NOT_ASSESSABLE))


def answers_from_dict(data: object, form: SemanticForm | None = None, complete: bool = True) -> SemanticAnswers:
    """Answers from a parsed file; ``form`` in place of the one that it names.  InputError on any defect.

    ``complete`` wants the compulsory questions done: a file is finished, a form on the screen is not yet.
    """
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise InputError(f"These are no answers to a form: the schema is not '{SCHEMA}'.")
    others = sorted(set(data) - {"schema", "form", "form_version", "answers"})
    if others:
        raise InputError(f"The answers have the unknown entry '{others[0]}'.")
    if not isinstance(data.get("form"), str) or not isinstance(data.get("answers"), dict):
        raise InputError("The answers lack the id of their form ('form') or the answers themselves ('answers').")
    form = form or load_form(data["form"])
    if data["form"] != form.id:
        raise InputError(f"The answers are to the form '{data['form']}', not to '{form.id}'.")
    version = str(data.get("form_version", form.version))
    if version.split(".", maxsplit=1)[0] != form.version.split(".")[0]:
        raise InputError(f"The answers are to version {version} of the form '{form.id}'; at hand is {form.version}, "
                         "whose questions mean something else.")
    answers = check_answers(form, data["answers"])
    if complete and answers.missing:
        question = answers.missing[0]
        raise InputError(f"The form '{form.id}' wants {question.title} ({question.id}) answered, or marked as "
                         f"'{NOT_ASSESSABLE}'.")
    return answers


def load_answers(path: str | Path, form: SemanticForm | None = None) -> SemanticAnswers:
    """Complete answers from a JSON file; InputError with one sentence otherwise."""
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"), object_pairs_hook=_no_repetition)
    except (OSError, UnicodeDecodeError):
        raise InputError(f"The answers '{path}' cannot be read.") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"The answers '{path}' are not valid JSON ({error}).") from None
    return answers_from_dict(data, form)


def _no_repetition(pairs: list[tuple[str, object]]) -> dict:
    names = [name for name, _ in pairs]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"'{twice}' is there twice")
    return dict(pairs)


def contradictions(answers: SemanticAnswers) -> list[str]:
    """A sentence for each pair of answers that do not go together by the form's own definitions."""
    questions = {question.id: question for question in answers.form.questions}
    return [contradiction(rule, questions, answers.answers) for rule in answers.form.rules
            if rule.is_broken(answers.answers)]


def check_fit(answers: SemanticAnswers, image: BoneImage, roi: Roi) -> Iterator[Finding]:
    """A refusal if the form is for another bone, a warning where answers contradict each other, and a note on answers
    that this kind of scan cannot have given.
    """
    if "unknown" not in (answers.form.site, roi.site) and roi.site != answers.form.site:
        yield Finding("FORM_SITE_NOT_COVERED", "refuse", f"The region is a {roi.site}; the form '{answers.form.id}' is "
                      f"about the {answers.form.site}.", "Choose another segment or another form.")
    for sentence in contradictions(answers):
        yield Finding("ANSWERS_CONTRADICT", "warn", f"Findings by eye: {sentence}",
                      "Look again: by the definitions of the form these do not go together.")
    elsewhere = [question.title for question in answers.form.questions if question.id in answers.answers
                 and question.modalities and image.modality not in (*question.modalities, "unknown")]
    if elsewhere:
        yield Finding("ANSWERED_FROM_ANOTHER_SCAN", "note", f"{', '.join(elsewhere)}: not to be seen on "
                      f"{image.modality}; the answer is taken to come from another examination.",
                      "Check that it is of the same time.")


def add_answers(vector: FeatureVector, answers: SemanticAnswers) -> FeatureVector:
    """``vector`` with the answers behind its features and their record in its provenance.

    Every question of the form is there: answered in ``values`` or ``categories``, else in ``failures``.
    """
    return replace(vector, values={**vector.values, **answers.values},
                   categories={**vector.categories, **answers.categories},
                   failures={**vector.failures, **answers.failures},
                   order=(*vector.columns, *(question.column for question in answers.form.questions)),
                   provenance={**vector.provenance, "semantic": answers.record()})
