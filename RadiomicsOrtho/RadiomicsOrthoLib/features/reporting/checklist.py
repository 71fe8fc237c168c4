"""The guideline's items with their answers; what nobody states stays open by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from . import acquisition_answers, feature_answers, processing_answers
from .facts import Facts
from .items import ITEMS, Item

SCHEMA = "radiomics-ortho-reporting/1"
GUIDELINE = "IBSI reporting guideline: reference manual, arXiv:1612.07003, chapter 4.1"
STATES = ("filled", "open", "not applicable")
#: nobody but the author can tell
FOR_THE_AUTHOR = "for the author"
NOT_STATED = "not stated by the file"
_ANSWERS = acquisition_answers.ANSWERS | processing_answers.ANSWERS | feature_answers.ANSWERS
#: items without an answer of ours that a file might state, but not in an attribute that we read
_IN_FILES = {"16", "25", "31b", "32b", "32c", "33", "35a", "35b", "36"}


@dataclass(frozen=True)
class ReportedItem:
    """One item: ``state`` is one of ``STATES``, ``source`` says who answers (empty where nobody does)."""

    number: str
    section: str
    topic: str
    question: str
    state: str
    answer: str
    source: str = ""

    def to_dict(self) -> dict[str, str]:
        return asdict(self)


def checklist(provenance: Mapping) -> tuple[ReportedItem, ...]:
    """All items of the guideline, in its order, for a provenance document of an extraction.

    ``ValueError`` if no features were extracted.
    """
    if "profile" not in provenance:
        raise ValueError("no features were extracted, so there is nothing to report")
    facts = Facts(provenance)
    return tuple(_reported(item, facts) for item in ITEMS)


def checklist_document(provenance: Mapping) -> dict:
    """The checklist as JSON holds it: ``Resources/Schemas/reporting.schema.json``."""
    return {"schema": SCHEMA, "guideline": GUIDELINE, "items": [item.to_dict() for item in checklist(provenance)]}


def _reported(item: Item, facts: Facts) -> ReportedItem:
    asked = (item.number, item.section, item.topic, item.question)
    if item.modalities and facts.taken_for not in (*item.modalities, "unknown"):
        told = f"the scan is {'' if facts.taken_for == facts.modality else 'taken for a '}{facts.taken_for}"
        return ReportedItem(*asked, "not applicable", told, "software" if facts.modality == "unknown" else "file")
    answering = _ANSWERS.get(item.number)
    answer = answering(facts) if answering else None
    if answer is None:
        told_by_files = answering is not None or item.number in _IN_FILES
        return ReportedItem(*asked, "open", NOT_STATED if told_by_files else FOR_THE_AUTHOR)
    return ReportedItem(*asked, "filled" if answer.applies else "not applicable", answer.text, answer.source)
