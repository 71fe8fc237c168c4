"""The files of a scan: an overview, and the renderings of each card."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from ..regions.roi import LEVELS
from ..scoring.card import ScoreCard
from .files import card_files
from .html import Picture
from .language import ENGLISH
from .scan_index import scan_index_html

RESULT, INDEX = "scan.json", "index.html"


def scan_files(scan: Mapping, cards: Sequence[tuple[ScoreCard, str]], language: str = ENGLISH, pdf: bool = False,
               pictures: Mapping[str, Mapping[str, Picture]] | None = None) -> dict[str, str | bytes]:
    """File name → content.

    ``scan`` is the content of ``scan.json``, ``cards`` are its cards with the names of their regions (empty where the
    model needs no scan); the files of a card begin with its place and model.  ``pictures`` are those of a region, by
    its name.
    """
    files: dict[str, str | bytes] = {}
    reports = []
    for card, region in cards:
        stem = _stem(card, region)
        reports.append(f"{stem}.report.html")
        found = card_files(card, (pictures or {}).get(region), language=language, pdf=pdf)
        files |= {f"{stem}.{name}": content for name, content in found.items()}
    files[RESULT] = json.dumps(scan, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    files[INDEX] = scan_index_html(scan, reports, language)
    return files


def _stem(card: ScoreCard, region: str) -> str:
    place = region if region and card.place not in LEVELS else card.place
    where = re.sub(r"[^A-Za-z0-9]+", "-", place if region else "entered").strip("-")
    return f"{where}-{card.model.id}"
