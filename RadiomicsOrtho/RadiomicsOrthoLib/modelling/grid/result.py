"""How well each combination of a grid did, and what the best of them is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...statistics.estimate import Estimate


@dataclass(frozen=True)
class GridCell:
    """One combination; ``score`` is the mean of the measure over the test parts, ``spread`` its least and greatest.

    Where a fit was not possible, both are ``None`` and ``failed`` says why.  ``seconds`` are those of all its fits,
    ``notes`` kinds of warnings that they gave.
    """

    selection: str
    model: str
    score: float | None
    spread: tuple[float, float] | None
    accuracy: float | None
    seconds: float
    failed: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Optimism:
    """What the best of a grid is worth.

    ``corrected`` is the bias-corrected estimate for the winner with its interval, by picking in bootstrap samples of
    people and judging on the others; ``nested`` the score of what inner folds picked (``picked``, for each outer part).
    ``null`` are the best scores of the same grid on shuffled outcomes, ``p`` how often they reach the real one.
    """

    corrected: Estimate
    nested: Estimate | None = None
    picked: tuple[tuple[str, str], ...] = ()
    null: tuple[float, ...] = ()
    p: float | None = None


@dataclass(frozen=True)
class GridResult:
    """Cells by selection, then model; ``measure`` is what their scores are."""

    measure: str
    cells: tuple[GridCell, ...]
    optimism: Optimism | None
    fits: int
    people: int
    rows: int

    @property
    def best(self) -> GridCell | None:
        """The highest score; of equal ones the first.  It looks better than it is: see ``optimism``."""
        return best_of(self.cells)

    def table(self) -> tuple[tuple[str, ...], tuple[str, ...], np.ndarray]:
        """Selections, models and the scores (selections, models), NaN where a combination was not possible."""
        selections = tuple(dict.fromkeys(cell.selection for cell in self.cells))
        models = tuple(dict.fromkeys(cell.model for cell in self.cells))
        scores = np.array([np.nan if cell.score is None else cell.score for cell in self.cells])
        return selections, models, scores.reshape(len(selections), len(models))

    def rows_of_table(self) -> list[dict]:
        """For a CSV file: one row for each combination."""
        return [{"selection": cell.selection, "model": cell.model, self.measure: cell.score,
                 "least": cell.spread[0] if cell.spread else None, "greatest": cell.spread[1] if cell.spread else None,
                 "accuracy": cell.accuracy, "failed": cell.failed, "notes": ", ".join(cell.notes)}
                for cell in self.cells]

    def document(self) -> dict:
        """JSON-ready, without times: the same whatever the number of workers, and whether it was interrupted."""
        best, found = self.best, self.optimism
        document: dict = {"measure": self.measure, "people": self.people, "rows": self.rows,
                          "combinations": self.rows_of_table(),
                          "best": None if best is None else {"selection": best.selection, "model": best.model,
                                                             "score": best.score}}
        if found is not None:
            document["what_the_best_is_worth"] = {
                "corrected": _interval(found.corrected), "nested": found.nested and _interval(found.nested),
                "picked": [list(one) for one in found.picked], "null": list(found.null), "p": found.p}
        return document


def _interval(found: Estimate) -> dict[str, float]:
    return {"value": found.value, "lower": found.lower, "upper": found.upper}


def best_of(cells: Sequence[GridCell]) -> GridCell | None:
    scored = [cell for cell in cells if cell.score is not None]
    return max(scored, key=lambda cell: round(cell.score, 12)) if scored else None


def settings_document(parts: Mapping[str, object]) -> dict:
    """``parts`` as JSON has them, so that what is read back compares equal."""
    import json

    return json.loads(json.dumps(parts, default=lambda part: np.asarray(part).tolist(), sort_keys=True))
