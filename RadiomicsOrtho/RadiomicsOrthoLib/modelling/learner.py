"""What can be trained and validated: anything that fits training data and gives probabilities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from .training_data import Columns, TrainingData


class Fitted(Protocol):
    """A model that was fitted to ``n`` people.

    ``held_out`` are their probabilities (n) from fits that did not contain them, from which cut-offs are learned.
    ``events_per_coefficient`` counts the rarer outcome and every coefficient that could have entered.
    """

    held_out: np.ndarray
    events_per_coefficient: float

    def probability(self, columns: Columns) -> np.ndarray:
        """Probabilities of the outcome, one for each row of ``columns``."""

    def estimator(self) -> dict:
        """The estimator of ``model.json``, with rounded coefficients."""

    def inputs(self, columns: Columns) -> list[dict]:
        """Inputs of ``model.json`` that only the fit knows, such as features that were chosen."""

    def describe(self) -> dict:
        """What was chosen in the fit, for the record."""

    def reference_probability(self, estimator: Mapping, columns: Columns) -> np.ndarray:
        """Probabilities for the coefficients that stand in ``estimator``, by the code of the library that fits."""


class Learner(Protocol):
    """Fits everything that is learned (scaling, selection, penalty, coefficients) from ``data`` alone."""

    def fit(self, data: TrainingData, seed: int) -> Fitted:
        """The model; the same ``seed`` gives the same."""
