"""``semantic forms``, ``semantic show FORM`` and ``semantic check ANSWERS``: what a reader sees, as features."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from ..features.semantic.answers import SemanticAnswers, contradictions, load_answers
from ..features.semantic.catalogue import FORM_PATH_VARIABLE, load_catalogue, load_form
from ..features.semantic.question import Question
from .inputs import add_form_argument


def add_command(commands) -> None:
    command = commands.add_parser("semantic", help="forms for what a reader sees, and answers to them")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    forms = actions.add_parser("forms", help=f"one line per form; your own are found through {FORM_PATH_VARIABLE}")
    forms.set_defaults(run=run_forms)
    show = actions.add_parser("show", help="the questions of a form with their definitions and sources")
    show.add_argument("form", metavar="FORM", help="id of a form, or a YAML file")
    show.set_defaults(run=run_show)
    check = actions.add_parser("check", help="whether answers fit their form, and which features they become")
    check.add_argument("answers", metavar="ANSWERS.json")
    add_form_argument(check)
    check.set_defaults(run=run_check)


def run_forms(options: argparse.Namespace) -> dict:
    forms, refused = load_catalogue()
    if not options.json:
        for form in forms:
            print(f"{form.id}  {form.version}  {len(form.questions)} questions  {form.title}")
        for sentence in refused:
            print(sentence)
    return {"forms": [{"id": form.id, "version": form.version, "title": form.title, "site": form.site,
                       "sha256": form.hash()} for form in forms], "refused": list(refused)}


def run_show(options: argparse.Namespace) -> dict:
    form = load_form(options.form)
    if not options.json:
        print(f"{form.title}\n  id {form.id}, version {form.version}, site {form.site}")
        if form.notes:
            print(f"  {form.notes}")
        for question in form.questions:
            print_question(question)
    return {**asdict(form), "sha256": form.hash()}


def run_check(options: argparse.Namespace) -> dict:
    answers = load_answers(options.answers, load_form(options.form) if options.form else None)
    if not options.json:
        print_answers(answers)
        for sentence in contradictions(answers):
            print(f"  Contradiction: {sentence}")
    return {**answers.record(), "features": answers.values, "categories": answers.categories,
            "failures": answers.failures, "contradictions": contradictions(answers)}


def print_question(question: Question) -> None:
    facts = [question.type, *(["compulsory"] if question.compulsory else []),
             *([f"{question.range[0]:g} to {question.range[1]:g} {question.unit}".rstrip()] if question.range else []),
             *([f"seen on {', '.join(question.modalities)}"] if question.modalities else [])]
    print(f"\n  {question.id}: {question.title} ({'; '.join(facts)})\n    {question.definition}")
    for choice in question.choices:
        # the title of a grade often begins with its value
        value = "" if choice.title.startswith(str(choice.value)) else f"{choice.value} = "
        print(f"      {value}{choice.title}: {choice.definition}")
    print(f"    Source [{question.evidence}]: {question.source}")


def print_answers(answers: SemanticAnswers) -> None:
    """The form and one line per question: the feature, its answer in words."""
    print(f"Form {answers.form.id} {answers.form.version}: {len(answers.answers)} of {len(answers.form.questions)} "
          "questions answered")
    for question in answers.form.questions:
        print(f"  {question.column}: {answers.meaning(question)}")
