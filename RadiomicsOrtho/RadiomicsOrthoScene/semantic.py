"""What a reader answered about each segment: which form applies, and the answers that a parameter node keeps."""

from __future__ import annotations

import json
import logging
import os
from types import SimpleNamespace

import slicer
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.features.semantic.answers import SemanticAnswers, answers_from_dict, check_answers
from RadiomicsOrthoLib.features.semantic.catalogue import load_catalogue, load_form
from RadiomicsOrthoLib.features.semantic.form import SemanticForm

from .segments import anatomy_of_segment

#: a user's own form files, separated as in PATH, in the application's settings
FORMS_SETTING = "RadiomicsOrtho/SemanticForms"


class ReaderAnswers:
    """Reads and writes the answers of a parameter node.

    The node has ``segmentation``, ``segmentId``, ``semanticForm`` (id of the chosen form, empty: by the bone) and
    ``semanticAnswers``: for each segment and form the text of an answers file.  Answers belong to one segment: those
    about L1 must not become those about L2.
    """

    def __init__(self) -> None:
        self._forms: tuple[SemanticForm, ...] | None = None

    def forms(self) -> tuple[SemanticForm, ...]:
        """All forms at hand (read once); refused ones are named in the application's log."""
        if self._forms is None:
            self._forms, refused = load_catalogue(_own_places())
            for sentence in refused:
                logging.warning(sentence)
        return self._forms

    def add_own_form(self, path: str) -> SemanticForm:
        """Take a user's own form into the list, now and in later sessions; InputError if it is refused."""
        form = load_form(path)
        if any(other.id == form.id and other != form for other in self.forms()):
            raise InputError(f"There is already another form '{form.id}'; give this one another id.")
        places = dict.fromkeys((*_own_places(), path))
        slicer.app.userSettings().setValue(FORMS_SETTING, os.pathsep.join(places))
        self._forms = None
        return form

    def forms_for(self, node) -> tuple[SemanticForm, ...]:
        """The forms about the bone of the chosen segment; all, if it is not stated which bone it is."""
        site = _site(node)
        if site == "unknown":
            return self.forms()
        return tuple(form for form in self.forms() if form.site in (site, "unknown"))

    def form_of(self, node) -> SemanticForm | None:
        """The chosen form if it is about the bone, else the first one that is."""
        forms = self.forms_for(node)
        return next((form for form in forms if form.id == node.semanticForm), forms[0] if forms else None)

    def answers_of(self, node) -> SemanticAnswers | None:
        """The answers about the chosen segment, ``None`` if nothing is answered or can be; InputError if what is
        kept does not fit the form any more."""
        form = self.form_of(node)
        text = dict(node.semanticAnswers).get(_key(node, form)) if form and _segment(node) else None
        if not text:
            return None
        try:
            data = json.loads(text)
        except ValueError:
            raise InputError("The answers kept in this scene cannot be read; answer the form again.") from None
        return answers_from_dict(data, form, complete=False)

    def answers_about(self, node, segmentId: str) -> SemanticAnswers | None:
        """The same about another segment of the segmentation."""
        return self.answers_of(SimpleNamespace(segmentation=node.segmentation, segmentId=segmentId,
                                               semanticForm=node.semanticForm, semanticAnswers=node.semanticAnswers))

    def problem(self, node) -> str:
        """Why the kept answers are not used; empty if they are."""
        try:
            self.answers_of(node)
        except InputError as error:
            return str(error)
        return ""

    def store(self, node, given: dict) -> None:
        """Keep what is answered about the chosen segment (question id → answer or ``not assessable``)."""
        form = self.form_of(node)
        key, answers = _key(node, form), check_answers(form, given)
        kept = {name: text for name, text in dict(node.semanticAnswers).items() if name != key}
        if given:
            kept[key] = json.dumps(answers.to_dict(), ensure_ascii=False)
        node.semanticAnswers = kept


def _own_places() -> tuple[str, ...]:
    return tuple(filter(None, str(slicer.app.userSettings().value(FORMS_SETTING, "") or "").split(os.pathsep)))


def _segment(node):
    segmentation = node.segmentation
    return segmentation.GetSegmentation().GetSegment(node.segmentId) if segmentation and node.segmentId else None


def _site(node) -> str:
    segment = _segment(node)
    return anatomy_of_segment(segment)["site"] if segment else "unknown"


def _key(node, form: SemanticForm) -> str:
    return f"{node.segmentation.GetID()}/{node.segmentId}/{form.id}"
