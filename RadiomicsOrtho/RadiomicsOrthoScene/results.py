"""Scores and features as nodes: a table, and a text node with the whole card."""

from __future__ import annotations

import slicer
import vtk
from RadiomicsOrthoLib import RESEARCH_USE_ONLY
from RadiomicsOrthoLib.features.measurements import MEASUREMENTS
from RadiomicsOrthoLib.features.provenance import provenance_json
from RadiomicsOrthoLib.features.vector import FeatureVector
from RadiomicsOrthoLib.scoring.card import ScoreCard

from .segments import place_beside

CARD_ATTRIBUTE = "RadiomicsOrtho.Card"
#: role by which a table refers to the text node with the provenance of its features
PROVENANCE_ROLE = "RadiomicsOrtho.Provenance"


def card_table(card: ScoreCard, features: FeatureVector | None, volumeNode, tableNode=None):
    """Result, inputs, measurements and features, one row each: name, value (a number), unit.

    A category has no number: it is a row of its own, with the value 1.  Reuses ``tableNode`` if one is given, so
    that scoring again does not litter the scene.
    """
    rows: list[tuple[str, float, str]] = [(card.model.output_title, card.value, card.model.output_unit)]
    if card.interval:
        rows += [(f"{card.model.output_title}, lower", card.interval[0], card.model.output_unit),
                 (f"{card.model.output_title}, upper", card.interval[1], card.model.output_unit)]
    rows += [(title, card.measurements[name], unit) for name, (title, unit) in MEASUREMENTS.items()
             if name in card.measurements]
    rows += [(item.title, float(item.value), item.unit) for item in card.inputs
             if item.source == "clinical" and not isinstance(item.value, str)]
    if features:
        rows += [(name, value, "") for name, value in features.values.items() if name not in MEASUREMENTS]
        rows += [(f"{name} = {key}", 1.0, "") for name, key in features.categories.items()]
    node = tableNode or slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTableNode")
    node.SetName(f"{card.place} {card.model.id}")
    table = vtk.vtkTable()
    names, values, units = vtk.vtkStringArray(), vtk.vtkDoubleArray(), vtk.vtkStringArray()
    for column, title in ((names, "Quantity"), (values, "Value"), (units, "Unit")):
        column.SetName(title)
    for name, value, unit in rows:
        names.InsertNextValue(name)
        values.InsertNextValue(value)
        units.InsertNextValue(unit)
    for column in (names, values, units):
        table.AddColumn(column)
    node.SetAndObserveTable(table)
    node.SetUseFirstColumnAsRowHeader(False)
    node.SetUseColumnTitleAsColumnHeader(True)
    node.SetDescription(RESEARCH_USE_ONLY)
    place_beside(node, volumeNode)
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
    place_beside(node, volumeNode)
    return node


def card_text(card: ScoreCard, volumeNode, textNode=None):
    """A text node with ``card.json``: a saved scene keeps the card with its provenance."""
    node = textNode or slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTextNode")
    node.SetName(f"{card.place} {card.model.id} card")
    node.SetText(card.to_json())
    node.SetAttribute(CARD_ATTRIBUTE, card.model.id)
    place_beside(node, volumeNode)
    return node
