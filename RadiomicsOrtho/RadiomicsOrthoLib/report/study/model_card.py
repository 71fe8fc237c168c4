"""The card of the main model in the report of a study: what the bundle itself says of its use, people and limits."""

from __future__ import annotations

import json
from collections.abc import Mapping

from ..html_parts import bullets, table
from ..svg import escape

#: key of ``model.json`` → heading
TEXTS = {"intended_use": "For", "not_for": "Not for", "population": "People",
         "reference_standard": "Reference standard", "trust": "Trust level", "licence": "Licence"}


def model_card(files: Mapping[str, bytes]) -> str:
    """HTML of the card in a bundle's files."""
    card = json.loads(files["model.json"])
    inputs = [f"{one['title']}{f' ({unit})' if (unit := one.get('unit')) else ''}" for one in card["inputs"]]
    rows = [["Name, version", escape(f"{card['id']}, {card['version']}")],
            *([title, escape(str(card[key]))] for key, title in TEXTS.items()),
            ["Scans it is for", escape(_scans(card["applicability"]))],
            [f"Inputs ({len(inputs)})", escape(", ".join(inputs))],
            ["Performance", table(([escape(one["measure"]), escape(one["value"])] for one in card["performance"]),
                                  kind="compact")],
            ["Limits", bullets(card["limitations"])]]
    return "<h3>Card of the main model</h3>" + table(rows, kind="facts")


def _scans(applicability: Mapping) -> str:
    parts = [applicability[key] for key in ("modality", "site", "compartment") if key in applicability]
    levels = applicability.get("levels", ())
    profile = applicability.get("profile")
    return ", ".join([*parts, *levels, *([f"profile {profile}"] if profile else [])])
