"""The files of several regions: the patient's card, and those of the regions in folders by their names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from ..scoring.card import ScoreCard
from ..scoring.patient import ScoredRegion
from .files import card_files
from .html import Picture
from .language import ENGLISH

#: what lies beside the folders
_TAKEN = ("card.json", "report.html", "report.pdf", "nomogram.svg", "dicom")


def patient_files(patient: ScoreCard | None, regions: Sequence[ScoredRegion],
                  pictures: Mapping[str, Mapping[str, Picture]], language: str = ENGLISH,
                  pdf: bool = False) -> dict[str, str | bytes]:
    """The renderings of all cards: file name → content, with a folder before it for a region.

    ``pictures`` are those of each region by its name; the patient's report shows the ones that count.
    """
    files: dict[str, str | bytes] = {}
    if patient:
        shown = {f'{one["place"]}: {title}': view for one in patient.patient["counted"]
                 for title, view in pictures.get(one["segment"], {}).items()}
        files |= card_files(patient, shown, language=language, pdf=pdf)
    folders = region_folders([region.name for region in regions])
    for region in regions:
        if region.scored:
            of_region = card_files(region.scored.card, pictures.get(region.name), region.scored.features,
                                   region.scored.roi, language, pdf)
            files |= {f"{folders[region.name]}/{name}": content for name, content in of_region.items()}
    return files


def region_folders(names: Iterable[str]) -> dict[str, str]:
    """Name of a region → name of its folder: letters and digits of any script, no two alike."""
    found: dict[str, str] = {}
    for region in names:
        name = re.sub(r"[^\w.-]+", "_", region).strip("._") or "segment"
        taken = {*_TAKEN, *(folder.lower() for folder in found.values())}
        number, unique = 2, name
        while unique.lower() in taken:
            unique, number = f"{name}_{number}", number + 1
        found[region] = unique
    return found
