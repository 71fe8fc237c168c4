"""What a scored scan leaves in the scene beside its cards: all scores, their provenance, a chart of the levels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .level_chart import remove_level_chart, write_level_chart
from .level_values import REGIONS, quantities
from .score_table import add_score, write_scores

if TYPE_CHECKING:
    from RadiomicsOrthoLib.scoring.card import ScoreCard
    from RadiomicsOrthoLib.workflow.scan_result import ScanResult

__all__ = ["REGIONS", "write_one_score", "write_scan_results"]


def write_scan_results(result: ScanResult, volumeNode) -> None:
    """The nodes of all cards of a scan, in place of those of an earlier run; its regions are in their table already."""
    write_scores([(entry.card, entry.region) for entry in result.cards], volumeNode)
    _write_chart(volumeNode)


def write_one_score(card: ScoreCard, region: str, volumeNode) -> None:
    """The same with one card more, or in place of the one of the same model and region."""
    add_score(card, region, volumeNode)
    _write_chart(volumeNode)


def _write_chart(volumeNode) -> None:
    """The chart of the number that most regions have; of a single region there is none."""
    found = max(quantities(volumeNode), key=lambda quantity: len(quantity.values), default=None)
    if found is None or len(found.values) < 2:
        remove_level_chart(volumeNode)
    else:
        write_level_chart(found, volumeNode)
