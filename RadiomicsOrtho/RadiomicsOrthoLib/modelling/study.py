"""One study: from which table, what is learned, how it is validated, and what its card says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..cohort.table import StudyTable
from .learner import Fitted, Learner
from .performance import Performance
from .training_data import Columns, TrainingData
from .validation import CrossValidated, Plan


@dataclass(frozen=True)
class Prepared:
    """What is learned from, and the ``flow``: how many were left out, and why, one sentence each."""

    data: TrainingData
    flow: tuple[str, ...]


@dataclass(frozen=True)
class Baseline:
    """Something simpler that the model must be compared with: ``score`` of the inputs, greater speaks for the outcome.

    Its direction and numbers are set beforehand, nothing is fitted.
    """

    title: str
    score: Callable[[Columns], np.ndarray]


@dataclass(frozen=True)
class Subgroup:
    """Some of the people, for whom the area is given apart."""

    title: str
    chosen: Callable[[Columns], np.ndarray]


@dataclass(frozen=True)
class Trained:
    """A model that was trained and validated."""

    data: TrainingData
    flow: tuple[str, ...]
    fitted: Fitted
    found: CrossValidated
    cutoff: float
    performance: Performance

    @property
    def facts(self) -> dict[str, object]:
        """Figures that every card may use; counts of the test are those of the first repeat."""
        test = self.performance.accuracy
        return {"people": len(self.data), "events": self.data.events, "percent": f"{100 * self.data.prevalence:.3g}",
                "missed": test.false_negative, "found": test.true_positive,
                "positive": test.true_positive + test.false_positive}


@dataclass(frozen=True)
class Study:
    """``card`` names the written part in ``Resources/Studies`` (by default the id); ``facts`` are figures for it.

    ``source`` names the data, ``thresholds`` are those of the decision curve, ``examples`` are inputs of check
    vectors.
    """

    id: str
    source: str
    prepare: Callable[[StudyTable], Prepared]
    learner: Learner
    plan: Plan
    thresholds: tuple[float, ...]
    baselines: tuple[Baseline, ...]
    facts: Callable[[Trained], dict]
    examples: Callable[[Trained], Sequence[Mapping[str, float | str]]]
    subgroups: tuple[Subgroup, ...] = ()
    card: str = ""
