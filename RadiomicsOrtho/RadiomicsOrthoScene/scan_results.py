"""What a scored scan leaves in the scene beside its cards: all scores, their provenance, a chart of the levels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .level_chart import charted, remove_level_chart, write_level_chart
from .level_values import REGIONS, Quantity, quantities
from .score_table import add_score, write_scores

if TYPE_CHECKING:
    from RadiomicsOrthoLib.scoring.card import ScoreCard
    from RadiomicsOrthoLib.workflow.scan_result import ScanResult

__all__ = ["REGIONS", "chart_of", "write_one_score", "write_scan_results"]


def write_scan_results(result: ScanResult, volumeNode) -> None:
    """The nodes of all cards of a scan, in place of those of an earlier run; its regions are in their table already."""
    write_scores([(entry.card, entry.region) for entry in result.cards], volumeNode)
    _write_chart(volumeNode)


def write_one_score(card: ScoreCard, region: str, volumeNode) -> None:
    """The same with one card more, or in place of the one of the same model and region."""
    add_score(card, region, volumeNode)
    _write_chart(volumeNode)


def _write_chart(volumeNode) -> None:
    """The chart of what it showed before, else of the number that most regions have; of one region there is none."""
    before = charted(volumeNode)
    found = max(quantities(volumeNode), key=lambda one: (one.key == before, len(one.values)), default=None)
    if found is None or not chart_of(found, volumeNode):
        remove_level_chart(volumeNode)


def chart_of(quantity: Quantity, volumeNode) -> bool:
    """Show ``quantity`` in the chart of a volume; False, and nothing is done, where it has a single value."""
    if len(quantity.values) < 2:
        return False
    write_level_chart(quantity, volumeNode)
    return True
