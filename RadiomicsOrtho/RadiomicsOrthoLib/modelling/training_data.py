"""What a model learns from: inputs by name, a binary outcome, and who belongs together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..errors import InputError

#: input name → n numbers, or keys of choices
Columns = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class TrainingData:
    """``outcome`` are n booleans beside the inputs in ``columns``.

    ``groups`` are n labels of what must never be split between training and test: a subject, or a cluster of a survey.
    ``weights`` are n sampling weights with mean 1; ``strata`` n labels within which a bootstrap draws groups.
    InputError unless everything has one length, numbers are finite and both outcomes occur.
    """

    columns: Columns
    outcome: np.ndarray
    groups: np.ndarray
    weights: np.ndarray
    strata: np.ndarray

    def __post_init__(self) -> None:
        parts = {"outcome": self.outcome, "groups": self.groups, "weights": self.weights, "strata": self.strata}
        for name, column in {**self.columns, **parts}.items():
            if len(column) != len(self.outcome):
                raise InputError(f"'{name}' has {len(column)} values instead of {len(self.outcome)}.")
            if np.asarray(column).dtype.kind == "f" and not np.all(np.isfinite(np.asarray(column, float))):
                raise InputError(f"'{name}' has values that are missing or not finite.")
        if not 0 < self.events < len(self):
            raise InputError("All people have the same outcome; nothing can be learned.")

    def __len__(self) -> int:
        return len(self.outcome)

    @property
    def events(self) -> int:
        return int(self.outcome.sum())

    @property
    def weighted(self) -> bool:
        return bool(np.ptp(self.weights) > 0)

    @property
    def prevalence(self) -> float:
        """Weighted share of events."""
        return float(np.average(self.outcome, weights=self.weights))

    def take(self, rows: np.ndarray) -> TrainingData:
        """The people at ``rows`` (indices, which may repeat, or booleans)."""
        weights = self.weights[rows]
        return TrainingData({name: column[rows] for name, column in self.columns.items()}, self.outcome[rows],
                            self.groups[rows], weights / weights.mean(), self.strata[rows])


def training_data(columns: Columns, outcome: np.ndarray, groups: np.ndarray,
                  weights: np.ndarray | None = None, strata: np.ndarray | None = None) -> TrainingData:
    """With weights brought to mean 1 (or 1 each), and one stratum unless ``strata`` says otherwise."""
    outcome = np.asarray(outcome, bool)
    weights = np.ones(len(outcome)) if weights is None else np.asarray(weights, float)
    return TrainingData(dict(columns), outcome, np.asarray(groups), weights / weights.mean(),
                        np.zeros(len(outcome), int) if strata is None else np.asarray(strata))
