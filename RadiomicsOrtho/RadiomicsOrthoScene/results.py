"""Scores and features as nodes: a table, and a text node with the whole card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import slicer
from RadiomicsOrthoLib import RESEARCH_USE_ONLY
from RadiomicsOrthoLib.features.measurements import MEASUREMENTS
from RadiomicsOrthoLib.features.provenance import provenance_json
from RadiomicsOrthoLib.features.vector import FeatureVector
from RadiomicsOrthoLib.regions.roi import Roi
from RadiomicsOrthoLib.scoring.card import ScoreCard

from .result_nodes import place_result
from .table_columns import About, fill_table

CARD_ATTRIBUTE = "RadiomicsOrtho.Card"
#: on the text node of a card whose inputs have changed since
OUTDATED_ATTRIBUTE = "RadiomicsOrtho.Outdated"
#: role by which a table refers to the text node with the provenance of its features
PROVENANCE_ROLE = "RadiomicsOrtho.Provenance"
#: name, value, unit
Row = tuple[str, float, str]
#: the columns of a table of one result
COLUMNS = {"Quantity": About(meaning="The result, what it was made of, and what else was measured in the region"),
           "Value": About(meaning="In the unit beside it; a category that applies has the value 1"),
           "Unit": About(meaning="Unit of the value; empty where it is a pure number")}


@dataclass(frozen=True)
class ScoredNodes:
    """A card with its nodes and renderings, as the panel shows it; without card where features were extracted only.

    ``roi`` is ``None`` where the model needs no scan.  ``featuresProblem`` says why features that were asked for are
    missing; empty if they are not.  ``pictures`` show the region in a saved report (title → drawing).
    ``regions`` are the ``ScoredRegion``s of a patient's card, ``regionPictures`` their pictures by name; ``volume`` is
    the node of the scan.
    """

    card: ScoreCard | None
    roi: Roi | None
    features: FeatureVector | None
    table: object
    text: object
    briefHtml: str
    nomogramSvg: str
    featuresProblem: str = ""
    pictures: Mapping = field(default_factory=dict)
    regions: tuple = ()
    regionPictures: Mapping = field(default_factory=dict)
    volume: object = None


def stored_result(textNode, tableNode) -> ScoredNodes | None:
    """The result that a scene was saved with; ``None`` if there is none, or it was no longer that of its inputs.

    InputError where what is stored is no card of this version.
    """
    if textNode is None or tableNode is None or not textNode.GetAttribute(CARD_ATTRIBUTE) \
            or textNode.GetAttribute(OUTDATED_ATTRIBUTE):
        return None
    from RadiomicsOrthoLib.report.brief_html import brief_html
    from RadiomicsOrthoLib.report.nomogram_svg import nomogram_svg
    from RadiomicsOrthoLib.scoring.card_file import card_from_json

    card = card_from_json(textNode.GetText(), f"The text '{textNode.GetName()}' of this scene")
    return ScoredNodes(card, None, None, tableNode, textNode, brief_html(card.to_dict()), nomogram_svg(card, 380))


def mark_outdated(textNode, outdated: bool) -> None:
    """Say on the text node of a card whether its inputs have changed since."""
    if textNode is None:
        return
    if outdated:
        textNode.SetAttribute(OUTDATED_ATTRIBUTE, "yes")
    else:
        textNode.RemoveAttribute(OUTDATED_ATTRIBUTE)


def card_table(card: ScoreCard, features: FeatureVector | None, volumeNode, tableNode=None):
    """Result, inputs, measurements and features, one row each: name, value (a number), unit.

    A category has no number: it is a row of its own, with the value 1.  Reuses ``tableNode`` if one is given, so
    that scoring again does not litter the scene.
    """
    rows: list[Row] = [(card.model.output_title, card.value, card.model.output_unit)]
    if card.interval:
        rows += [(f"{card.model.output_title}, lower", card.interval[0], card.model.output_unit),
                 (f"{card.model.output_title}, upper", card.interval[1], card.model.output_unit)]
    rows += [(title, card.measurements[name], unit) for name, (title, unit) in MEASUREMENTS.items()
             if name in card.measurements]
    rows += [(item.title, float(item.value), item.unit) for item in card.inputs
             if item.source == "clinical" and not isinstance(item.value, str)]
    rows += _feature_rows(features)
    return _table(f"{card.place} {card.model.id}", rows, volumeNode, tableNode)


def features_table(features: FeatureVector, place: str, volumeNode, tableNode=None):
    """Measurements and features of a region that was not scored, in rows like those of ``card_table``."""
    rows: list[Row] = [(title, features.values[name], unit) for name, (title, unit) in MEASUREMENTS.items()
                       if name in features.values]
    return _table(f"{place} {features.profile_id}", rows + _feature_rows(features), volumeNode, tableNode)


def _feature_rows(features: FeatureVector | None) -> list[Row]:
    if features is None:
        return []
    return [*((name, value, "") for name, value in features.values.items() if name not in MEASUREMENTS),
            *((f"{name} = {key}", 1.0, "") for name, key in features.categories.items())]


def _table(name: str, rows: list[Row], volumeNode, tableNode):
    node = tableNode or slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTableNode")
    node.SetName(name)
    fill_table(node, dict(zip(COLUMNS, zip(*rows, strict=True), strict=True)), COLUMNS)
    node.SetDescription(RESEARCH_USE_ONLY)
    place_result(node, volumeNode)
    return node


def features_provenance(features: FeatureVector | None, tableNode, volumeNode):
    """A text node with what is written beside ``features`` as a file, found by ``PROVENANCE_ROLE`` of their table.

    Without features what an earlier run left is removed, and there is none.
    """
    node = tableNode.GetNodeReference(PROVENANCE_ROLE)
    if features is None:
        if node is not None:
            slicer.mrmlScene.RemoveNode(node)
        return None
    node = node or slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTextNode")
    node.SetName(f"{tableNode.GetName()} provenance")
    node.SetText(provenance_json(features))
    tableNode.SetNodeReferenceID(PROVENANCE_ROLE, node.GetID())
    place_result(node, volumeNode)
    return node


def card_text(card: ScoreCard, volumeNode, textNode=None):
    """A text node with ``card.json``: a saved scene keeps the card with its provenance."""
    node = textNode or slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTextNode")
    node.SetName(f"{card.place} {card.model.id} card")
    node.SetText(card.to_json())
    node.SetAttribute(CARD_ATTRIBUTE, card.model.id)
    place_result(node, volumeNode)
    return node
