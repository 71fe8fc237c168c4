"""The scores of a scan as nodes: a table with a row for each region and model, and a text with their provenance."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from RadiomicsOrthoLib import RESEARCH_USE_ONLY
from RadiomicsOrthoLib.report.value_colours import class_colour, triple_of
from RadiomicsOrthoLib.report.wording import SEVERITY, output_text
from RadiomicsOrthoLib.scoring.card import ScoreCard

from .result_nodes import find_result, result_node
from .table_columns import About, fill_table

#: kinds of result nodes
SCORES, PROVENANCE = "scores", "provenance"
#: the columns; a score is a number, a probability in per cent
COLUMNS = {
    "Place": About(meaning="Level or side of the bone"),
    "Score": About(meaning="In the unit beside it, with four digits; the cards have all"),
    "Unit": About(meaning="Unit of the score; a probability is in %"),
    "Class": About(meaning="What the model's publication calls this value"),
    "Model": About(meaning="Which published model gave the score"),
    "Findings": About(meaning="How many findings refuse or warn; each stands on the card"),
    "Region": About(meaning="Name of the segment"),
    "Colour": About(meaning="Red, green and blue of the class, 0 to 255"),
    "Model id": About(meaning="Name of the model for programs")}
#: as many as a report shows; the cards have all
DIGITS = 4


@dataclass(frozen=True)
class ScoreRow:
    """One row: ``region`` is the name of the segment, or several with commas.

    ``score`` is in ``unit``, a probability in %, and has ``DIGITS`` significant digits; ``colour`` is that of its class
    (``red green blue``, 0 … 255).
    """

    place: str
    score: float
    unit: str
    class_title: str
    model: str
    findings: str
    region: str
    colour: str
    model_id: str

    @property
    def key(self) -> tuple[str, str]:
        return self.model_id, self.region


def score_row(card: ScoreCard, region: str) -> ScoreRow:
    """What the table says of a card."""
    model = card.model
    colour = class_colour(model, card.output_class)
    score = 100 * card.value if model.is_probability else card.value
    return ScoreRow(
        card.place, float(f"{score:.{DIGITS}g}"),
        "%" if model.is_probability else model.output_unit, card.output_class.title if card.output_class else "",
        model.title, _findings_text(card), region, triple_of(colour) if colour else "", model.id)


def write_scores(cards: Sequence[tuple[ScoreCard, str]], volumeNode):
    """The table of all ``cards`` (card, name of its region) of a volume, in place of an earlier one."""
    _write_provenance([_provenance(card, region) for card, region in cards], volumeNode)
    return _write([score_row(card, region) for card, region in cards], volumeNode)


def add_score(card: ScoreCard, region: str, volumeNode):
    """The table with this card, in place of an earlier one of the same model and region."""
    row, entry = score_row(card, region), _provenance(card, region)
    text = find_result(PROVENANCE, volumeNode)
    said = [old for old in json.loads(text.GetText()) if _key(old) != _key(entry)] if text is not None else []
    _write_provenance([*said, entry], volumeNode)
    rows = [old for old in score_rows(volumeNode) if old.key != row.key]
    return _write([*rows, row], volumeNode)


def score_rows(volumeNode) -> tuple[ScoreRow, ...]:
    """The rows of the table of a volume; none where there is no such table, or it is of another version."""
    node = find_result(SCORES, volumeNode)
    table = node.GetTable() if node is not None else None
    if table is None or any(table.GetColumnByName(name) is None for name in COLUMNS):
        return ()
    columns = [table.GetColumnByName(name) for name in COLUMNS]
    return tuple(ScoreRow(*(column.GetValue(row) for column in columns)) for row in range(table.GetNumberOfRows()))


def _write(rows: Sequence[ScoreRow], volumeNode):
    node = result_node("vtkMRMLTableNode", SCORES, "Bone scores", volumeNode)
    fields = ("place", "score", "unit", "class_title", "model", "findings", "region", "colour", "model_id")
    fill_table(node, {title: [getattr(row, name) for row in rows]
                      for title, name in zip(COLUMNS, fields, strict=True)}, COLUMNS)
    node.SetDescription(RESEARCH_USE_ONLY)
    return node


def _write_provenance(entries: Sequence[Mapping], volumeNode) -> None:
    node = result_node("vtkMRMLTextNode", PROVENANCE, "Bone scores, provenance", volumeNode)
    node.SetText(json.dumps(list(entries), indent=2, ensure_ascii=False, allow_nan=False))
    node.SetDescription(RESEARCH_USE_ONLY)


def _provenance(card: ScoreCard, region: str) -> dict[str, object]:
    """Which model gave which result from what; no date and no identity, as on the card."""
    model = card.model
    return {"model": {"id": model.id, "version": model.version, "sha256": model.sha256}, "region": region,
            "place": card.place, "result": output_text(model, card.value), "provenance": dict(card.provenance)}


def _key(entry: Mapping) -> tuple[str, str]:
    return entry["model"]["id"], entry["region"]


def _findings_text(card: ScoreCard) -> str:
    """How many findings of which severity: ``⚠ 2 warnings``; notes are left to the card."""
    counts = {severity: sum(finding.severity == severity for finding in card.findings)
              for severity in SEVERITY if severity != "note"}
    return ", ".join(f"{SEVERITY[severity][0]} {count}" for severity, count in counts.items() if count)
