"""The reporting checklist of an extraction as a file: JSON, CSV or HTML."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import groupby

from .. import RESEARCH_USE_ONLY
from ..features.reporting.checklist import GUIDELINE, ReportedItem, checklist, checklist_document
from .html_parts import page, section, table
from .svg import escape
from .tables import features_csv

REPORTING_FORMATS = ("html", "csv", "json")
#: sign and word of a state; never colour alone
_SIGNS = {"filled": "✓", "open": "○ open:", "not applicable": "–"}


def reporting_text(provenance: Mapping, file_format: str) -> str:
    """The checklist of a provenance document in one of ``REPORTING_FORMATS``."""
    if file_format == "json":
        return json.dumps(checklist_document(provenance), indent=2, ensure_ascii=False) + "\n"
    items = checklist(provenance)
    if file_format == "csv":
        return features_csv([item.to_dict() for item in items])
    return _html(items, provenance)


def _html(items: tuple[ReportedItem, ...], provenance: Mapping) -> str:
    count = {state: sum(item.state == state for item in items) for state in _SIGNS}
    summary = (f"{count['filled']} items filled, {count['open']} open, {count['not applicable']} not applicable. "
               f"Open items are for the author, or not stated by the file. {GUIDELINE}.")
    sections = [f"<section><p>{escape(summary)}</p></section>"]
    for title, group in groupby(items, key=lambda item: item.section):
        rows = [[escape(item.number), f"{escape(item.topic)}: {escape(item.question)}",
                 f"{_SIGNS[item.state]} {escape(item.answer)}", escape(item.source or "–")] for item in group]
        sections.append(section(title, table(rows, ("Item", "Asked for", "Answer", "From"), "reporting")))
    profile = provenance["profile"]
    subtitle = f"Profile {profile['id']} {profile['version']}, region {provenance['roi']['sha256'][:12]}"
    return page("Reporting checklist", "Reporting checklist", subtitle, sections, RESEARCH_USE_ONLY)
